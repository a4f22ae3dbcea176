"""The number of a ticket is a text, so that it can follow a pattern; what a ticket is called stays."""

SCRIPT = """
ALTER TABLE "ticket" ADD COLUMN "called" TEXT NOT NULL DEFAULT '';
UPDATE "ticket" SET "called" = CAST("number" AS TEXT);
DROP INDEX "ticket_number";
ALTER TABLE "ticket" DROP COLUMN "number";
ALTER TABLE "ticket" RENAME COLUMN "called" TO "number";
CREATE UNIQUE INDEX "ticket_number" ON "ticket" ("number");
"""


def up(migrator, db):
    for statement in SCRIPT.split(";"):
        if statement.strip():
            db.execute_sql(statement)
