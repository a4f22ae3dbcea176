"""A post tells what was in it by a digest, so that the same sent twice is taken in once."""


def up(migrator, db):
    db.execute_sql("""ALTER TABLE "web_form_post" ADD COLUMN "content" TEXT NOT NULL DEFAULT ''""")
