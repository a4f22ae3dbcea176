"""A unit price agreed with the customer stays agreed when the quantity of its line changes."""


def up(migrator, db):
    db.execute_sql('ALTER TABLE "quote_line" ADD COLUMN "agreed" BIGINT')
