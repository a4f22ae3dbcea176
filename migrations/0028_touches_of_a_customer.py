"""A touch on a lead names the customer that is one company with it, so that the report of a period counts it there."""

COLUMN = 'ALTER TABLE "touch" ADD COLUMN "customer_id" INTEGER REFERENCES "customer" ("id")'
FILLED = """UPDATE "touch" SET customer_id = record_id WHERE record_kind = 'customer'"""


def up(migrator, db):
    db.execute_sql(COLUMN)
    db.execute_sql(FILLED)
    db.execute_sql('DROP INDEX "touch_record_kind_at_record_id_actor_id"')
    db.execute_sql('CREATE INDEX "touch_at_customer_id_actor_id" ON "touch" ("at", "customer_id", "actor_id")')
