"""What somebody has claimed today is counted in the index alone, of leads as of customers."""


def up(migrator, db):
    db.execute_sql('DROP INDEX "claim_owner_id_day_how"')
    db.execute_sql('CREATE INDEX "claim_owner_id_day_how_record_kind" ON "claim" ("owner_id", "day", "how", "record_kind")')
