"""What a night of recycling reads: the records that somebody has and that may change hands, and no row of the table."""


def up(migrator, db):
    db.execute_sql(
        'CREATE INDEX "lead_recycling" ON "lead" ("id", "owner_id", "owned_since", "last_follow_up_at", "status", "locked_at", "home_pool_id")'
        ' WHERE ("owner_id" IS NOT NULL AND "converted_at" IS NULL)'
    )
    db.execute_sql(
        'CREATE INDEX "customer_recycling" ON "customer"'
        ' ("id", "owner_id", "owned_since", "last_follow_up_at", "level", "dealt_at", "locked_at", "home_pool_id")'
        ' WHERE ("owner_id" IS NOT NULL)'
    )
