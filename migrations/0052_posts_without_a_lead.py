"""What a visitor sends need not become a lead: it may join a customer. A post is counted, and no more."""


def up(migrator, db):
    db.execute_sql('ALTER TABLE "web_form_post" DROP COLUMN "lead_id"')
