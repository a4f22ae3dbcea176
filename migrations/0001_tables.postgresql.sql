CREATE TABLE "department" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "parent_id" INTEGER,
    "path" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    FOREIGN KEY ("parent_id") REFERENCES "department" ("id")
);
CREATE INDEX "department_parent_id" ON "department" ("parent_id");
CREATE INDEX "department_path" ON "department" ("path");

CREATE TABLE "users" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "login" TEXT NOT NULL,
    "email" TEXT,
    "phone" TEXT,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "data_scope" TEXT NOT NULL,
    "department_id" INTEGER,
    "heads_department" BOOLEAN NOT NULL,
    "title" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "theme" TEXT NOT NULL,
    "shortcuts" BOOLEAN NOT NULL,
    "disabled_at" TIMESTAMP,
    "created_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("department_id") REFERENCES "department" ("id")
);
CREATE UNIQUE INDEX "users_login" ON "users" ("login");
CREATE UNIQUE INDEX "users_email" ON "users" ("email");
CREATE UNIQUE INDEX "users_phone" ON "users" ("phone");
CREATE INDEX "users_department_id" ON "users" ("department_id");

CREATE TABLE "approval" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "round" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "approver_id" INTEGER,
    "role" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "submitted_by_id" INTEGER NOT NULL,
    "submitted_at" TIMESTAMP NOT NULL,
    "current_since" TIMESTAMP,
    "decided_by_id" INTEGER,
    "decided_at" TIMESTAMP,
    "comment" TEXT NOT NULL,
    FOREIGN KEY ("approver_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("submitted_by_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("decided_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "approval_approver_id" ON "approval" ("approver_id");
CREATE UNIQUE INDEX "approval_record_kind_record_id_round_position" ON "approval" ("record_kind", "record_id", "round", "position");
CREATE INDEX "approval_status_approver_id" ON "approval" ("status", "approver_id");
CREATE INDEX "approval_status_role" ON "approval" ("status", "role");
CREATE INDEX "approval_decided_by_id_decided_at_id" ON "approval" ("decided_by_id", "decided_at", "id");
CREATE INDEX "approval_submitted_by_id_position_submitted_at_id" ON "approval" ("submitted_by_id", "position", "submitted_at", "id");

CREATE TABLE "approval_node" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "approver_kind" TEXT NOT NULL,
    "user_id" INTEGER,
    "role" TEXT NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id")
);
CREATE INDEX "approval_node_user_id" ON "approval_node" ("user_id");

CREATE TABLE "customer" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "short_name" TEXT NOT NULL,
    "credit_code" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "website" TEXT NOT NULL,
    "province" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "industry" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "remark" TEXT NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "last_follow_up_at" TIMESTAMP,
    "next_at" TIMESTAMP,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "customer_name_key" ON "customer" ("name_key");
CREATE INDEX "customer_credit_code" ON "customer" ("credit_code");
CREATE INDEX "customer_phone" ON "customer" ("phone");
CREATE INDEX "customer_updated_at" ON "customer" ("updated_at");
CREATE INDEX "customer_owner_id_updated_at_id" ON "customer" ("owner_id", "updated_at", "id");

CREATE TABLE "contact" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "customer_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "wechat" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "decides" BOOLEAN NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")
);
CREATE INDEX "contact_customer_id" ON "contact" ("customer_id");

CREATE TABLE "stage" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "win_rate" INTEGER NOT NULL,
    "norm_days" INTEGER NOT NULL,
    "is_won" BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX "stage_name" ON "stage" ("name");

CREATE TABLE "opportunity" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "customer_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "name" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "stage_id" INTEGER NOT NULL,
    "stage_since" TIMESTAMP NOT NULL,
    "status" TEXT NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "expected_on" DATE,
    "closed_at" TIMESTAMP,
    "lost_reason" TEXT NOT NULL,
    "lost_note" TEXT NOT NULL,
    "last_follow_up_at" TIMESTAMP,
    "next_at" TIMESTAMP,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("stage_id") REFERENCES "stage" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "opportunity_contact_id" ON "opportunity" ("contact_id");
CREATE INDEX "opportunity_status_stage_id_owner_id_amount" ON "opportunity" ("status", "stage_id", "owner_id", "amount");
CREATE INDEX "opportunity_owner_id_status" ON "opportunity" ("owner_id", "status");
CREATE INDEX "opportunity_stage_id_status_next_at_id" ON "opportunity" ("stage_id", "status", "next_at", "id");
CREATE INDEX "opportunity_status_closed_at" ON "opportunity" ("status", "closed_at");
CREATE INDEX "opportunity_customer_id_status_id" ON "opportunity" ("customer_id", "status", "id");

CREATE TABLE "quote" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "number" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "opportunity_id" INTEGER NOT NULL,
    "customer_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "owner_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "issued_on" DATE NOT NULL,
    "valid_until" DATE NOT NULL,
    "order_discount" BIGINT NOT NULL,
    "list_total" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "tax_total" BIGINT NOT NULL,
    "cost_total" BIGINT,
    "terms" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "submitted_at" TIMESTAMP,
    "approved_at" TIMESTAMP,
    "pdf" BYTEA,
    "pdf_sha256" TEXT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "quote_number" ON "quote" ("number");
CREATE INDEX "quote_opportunity_id" ON "quote" ("opportunity_id");
CREATE INDEX "quote_contact_id" ON "quote" ("contact_id");
CREATE INDEX "quote_owner_id_id" ON "quote" ("owner_id", "id");
CREATE INDEX "quote_customer_id_id" ON "quote" ("customer_id", "id");
CREATE INDEX "quote_status_id" ON "quote" ("status", "id");

CREATE TABLE "orders" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "number" TEXT NOT NULL,
    "quote_id" INTEGER NOT NULL,
    "opportunity_id" INTEGER NOT NULL,
    "customer_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "owner_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "ordered_on" DATE NOT NULL,
    "total" BIGINT NOT NULL,
    "tax_total" BIGINT NOT NULL,
    "reviewed_by_id" INTEGER,
    "reviewed_at" TIMESTAMP,
    "executing_at" TIMESTAMP,
    "completed_at" TIMESTAMP,
    "remark" TEXT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("quote_id") REFERENCES "quote" ("id"),
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("reviewed_by_id") REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "orders_number" ON "orders" ("number");
CREATE UNIQUE INDEX "orders_quote_id" ON "orders" ("quote_id");
CREATE INDEX "orders_opportunity_id" ON "orders" ("opportunity_id");
CREATE INDEX "orders_contact_id" ON "orders" ("contact_id");
CREATE INDEX "orders_owner_id_created_at_id" ON "orders" ("owner_id", "created_at", "id");
CREATE INDEX "orders_customer_id_id" ON "orders" ("customer_id", "id");
CREATE INDEX "orders_status_created_at_id" ON "orders" ("status", "created_at", "id");
CREATE INDEX "orders_created_at_id" ON "orders" ("created_at", "id");

CREATE TABLE "ticket" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "number" INTEGER NOT NULL,
    "customer_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "order_id" INTEGER,
    "kind_of_work" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "owner_id" INTEGER,
    "dispatched_at" TIMESTAMP,
    "completed_at" TIMESTAMP,
    "resolution" TEXT NOT NULL,
    "created_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "ticket_number" ON "ticket" ("number");
CREATE INDEX "ticket_contact_id" ON "ticket" ("contact_id");
CREATE INDEX "ticket_order_id" ON "ticket" ("order_id");
CREATE INDEX "ticket_owner_id_status_id" ON "ticket" ("owner_id", "status", "id");
CREATE INDEX "ticket_customer_id_id" ON "ticket" ("customer_id", "id");
CREATE INDEX "ticket_status_id" ON "ticket" ("status", "id");

CREATE TABLE "call_back" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "ticket_id" INTEGER NOT NULL,
    "by_id" INTEGER NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "satisfaction" INTEGER NOT NULL,
    "solved" BOOLEAN NOT NULL,
    "note" TEXT NOT NULL,
    FOREIGN KEY ("ticket_id") REFERENCES "ticket" ("id"),
    FOREIGN KEY ("by_id") REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "call_back_ticket_id" ON "call_back" ("ticket_id");

CREATE TABLE "choice" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "field" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "label_en" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "active" BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX "choice_field_value" ON "choice" ("field", "value");

CREATE TABLE "pool" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "pool_name" ON "pool" ("name");

CREATE TABLE "lead" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "contact_name" TEXT NOT NULL,
    "contact_title" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "wechat" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "credit_code" TEXT NOT NULL,
    "province" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "website" TEXT NOT NULL,
    "industry" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "budget" TEXT NOT NULL,
    "need" TEXT NOT NULL,
    "registered_on" DATE,
    "status" TEXT NOT NULL,
    "pool_id" INTEGER,
    "home_pool_id" INTEGER,
    "owner_id" INTEGER,
    "entered_pool_at" TIMESTAMP,
    "drop_reason" TEXT NOT NULL,
    "last_owner_id" INTEGER,
    "last_note" TEXT NOT NULL,
    "last_follow_up_at" TIMESTAMP,
    "next_at" TIMESTAMP,
    "converted_at" TIMESTAMP,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("pool_id") REFERENCES "pool" ("id"),
    FOREIGN KEY ("home_pool_id") REFERENCES "pool" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("last_owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id"),
    CHECK (status = 'voided' OR (pool_id IS NULL) <> (owner_id IS NULL))
);
CREATE INDEX "lead_name_key" ON "lead" ("name_key");
CREATE INDEX "lead_phone" ON "lead" ("phone");
CREATE INDEX "lead_credit_code" ON "lead" ("credit_code");
CREATE INDEX "lead_pool_page" ON "lead" ("pool_id", "entered_pool_at" DESC, "id" DESC, "source", "name_key") WHERE ("owner_id" IS NULL);
CREATE INDEX "lead_pool_city" ON "lead" ("pool_id", "city", "entered_pool_at" DESC, "id" DESC, "source") WHERE ("owner_id" IS NULL);
CREATE INDEX "lead_pool_source" ON "lead" ("pool_id", "source", "entered_pool_at" DESC, "id" DESC) WHERE ("owner_id" IS NULL);
CREATE INDEX "lead_owner_page" ON "lead" ("owner_id", "updated_at" DESC, "id" DESC, "status") WHERE ("owner_id" IS NOT NULL);
CREATE INDEX "lead_team_page" ON "lead" ("updated_at" DESC, "id" DESC, "owner_id", "status") WHERE ("owner_id" IS NOT NULL);
CREATE INDEX "lead_owner_status" ON "lead" ("owner_id", "status", "next_at", "id", "created_at") WHERE ("owner_id" IS NOT NULL);

CREATE TABLE "claim" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "how" TEXT NOT NULL,
    "by_id" INTEGER NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "day" DATE NOT NULL,
    "ended_at" TIMESTAMP,
    "ended_by_id" INTEGER,
    "end_reason" TEXT NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("by_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("ended_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "claim_lead_id" ON "claim" ("lead_id");
CREATE INDEX "claim_owner_id_day_how" ON "claim" ("owner_id", "day", "how");
CREATE UNIQUE INDEX "claim_one_open" ON "claim" ("lead_id") WHERE ("ended_at" IS NULL);

CREATE TABLE "company" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "short_name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "website" TEXT NOT NULL,
    "tax_id" TEXT NOT NULL,
    "logo" BYTEA,
    "logo_type" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "daily_claim_limit" INTEGER NOT NULL,
    "claim_capacity" INTEGER NOT NULL,
    "links_customers_by_name" BOOLEAN NOT NULL,
    "quote_valid_days" INTEGER NOT NULL,
    "quote_terms" TEXT NOT NULL,
    "discount_floor" INTEGER NOT NULL,
    "margin_floor" INTEGER NOT NULL,
    "amount_limit" BIGINT NOT NULL,
    "is_demo" BOOLEAN NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    CHECK (id = 1)
);

CREATE TABLE "conversion" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "customer_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "opportunity_id" INTEGER,
    "linked" BOOLEAN NOT NULL,
    "by_id" INTEGER NOT NULL,
    "at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("by_id") REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "conversion_lead_id" ON "conversion" ("lead_id");
CREATE INDEX "conversion_customer_id" ON "conversion" ("customer_id");

CREATE TABLE "counter" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "value" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "counter_name" ON "counter" ("name");

CREATE TABLE "event" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMP NOT NULL,
    "actor_id" INTEGER,
    "verb" TEXT NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "customer_id" INTEGER,
    "before" JSONB,
    "after" JSONB,
    "detail" JSONB,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    FOREIGN KEY ("actor_id") REFERENCES "users" ("id")
);
CREATE INDEX "event_actor_id" ON "event" ("actor_id");
CREATE UNIQUE INDEX "event_hash" ON "event" ("hash");
CREATE INDEX "event_record_kind_record_id_id" ON "event" ("record_kind", "record_id", "id");
CREATE INDEX "event_customer_id_id" ON "event" ("customer_id", "id");

CREATE TABLE "follow_up" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "method" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
CREATE INDEX "follow_up_author_id" ON "follow_up" ("author_id");
CREATE INDEX "follow_up_record_kind_record_id_id" ON "follow_up" ("record_kind", "record_id", "id");
CREATE INDEX "follow_up_author_id_at" ON "follow_up" ("author_id", "at");

CREATE TABLE "import" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "what" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "file_name" TEXT NOT NULL,
    "stored_as" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "encoding" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "pool_id" INTEGER,
    "layout" JSONB NOT NULL,
    "mapping" JSONB NOT NULL,
    "existing" TEXT NOT NULL,
    "drops_bad_cells" BOOLEAN NOT NULL,
    "total" INTEGER NOT NULL,
    "read" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "updated" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "error" TEXT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "started_at" TIMESTAMP,
    "finished_at" TIMESTAMP,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("pool_id") REFERENCES "pool" ("id")
);
CREATE INDEX "import_user_id" ON "import" ("user_id");
CREATE INDEX "import_pool_id" ON "import" ("pool_id");

CREATE TABLE "import_problem" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "job_id" INTEGER NOT NULL,
    "row_number" INTEGER NOT NULL,
    "refused" BOOLEAN NOT NULL,
    "column" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "cells" JSONB NOT NULL,
    FOREIGN KEY ("job_id") REFERENCES "import" ("id") ON DELETE CASCADE
);
CREATE INDEX "import_problem_job_id" ON "import_problem" ("job_id");
CREATE INDEX "import_problem_job_id_row_number" ON "import_problem" ("job_id", "row_number");

CREATE TABLE "lease" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "until" TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX "lease_name" ON "lease" ("name");

CREATE TABLE "login_failure" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "login" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "at" TIMESTAMP NOT NULL
);
CREATE INDEX "login_failure_at" ON "login_failure" ("at");

CREATE TABLE "member" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "may_edit" BOOLEAN NOT NULL,
    "added_by_id" INTEGER,
    "added_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("added_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "member_user_id" ON "member" ("user_id");
CREATE UNIQUE INDEX "member_record_kind_record_id_user_id" ON "member" ("record_kind", "record_id", "user_id");
CREATE INDEX "member_user_id_record_kind" ON "member" ("user_id", "record_kind");

CREATE TABLE "notice" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "verb" TEXT NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "facts" JSONB NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "read_at" TIMESTAMP,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id")
);
CREATE INDEX "notice_user_id_at_id" ON "notice" ("user_id", "at", "id");
CREATE INDEX "notice_unread_of_user" ON "notice" ("user_id") WHERE ("read_at" IS NULL);
CREATE INDEX "notice_unread_of_record" ON "notice" ("record_kind", "record_id") WHERE ("read_at" IS NULL);

CREATE TABLE "product" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "cost" BIGINT,
    "tax_rate" INTEGER NOT NULL,
    "active" BOOLEAN NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX "product_sku" ON "product" ("sku");
CREATE INDEX "product_active_name_id" ON "product" ("active", "name", "id");

CREATE TABLE "order_line" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "order_id" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "product_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "spec" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "tax_rate" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    "share" BIGINT NOT NULL,
    "net" BIGINT NOT NULL,
    "excl" BIGINT NOT NULL,
    "tax" BIGINT NOT NULL,
    FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("product_id") REFERENCES "product" ("id")
);
CREATE INDEX "order_line_order_id" ON "order_line" ("order_id");
CREATE UNIQUE INDEX "order_line_order_id_position" ON "order_line" ("order_id", "position");

CREATE TABLE "pool_scope" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "pool_id" INTEGER NOT NULL,
    "department_id" INTEGER,
    "user_id" INTEGER,
    FOREIGN KEY ("pool_id") REFERENCES "pool" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("department_id") REFERENCES "department" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "users" ("id")
);
CREATE INDEX "pool_scope_pool_id" ON "pool_scope" ("pool_id");
CREATE INDEX "pool_scope_department_id" ON "pool_scope" ("department_id");
CREATE INDEX "pool_scope_user_id" ON "pool_scope" ("user_id");

CREATE TABLE "quote_line" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "quote_id" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "product_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "spec" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "cost" BIGINT,
    "tax_rate" INTEGER NOT NULL,
    "discount" INTEGER,
    "gross" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "share" BIGINT NOT NULL,
    "net" BIGINT NOT NULL,
    "excl" BIGINT NOT NULL,
    "tax" BIGINT NOT NULL,
    FOREIGN KEY ("quote_id") REFERENCES "quote" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("product_id") REFERENCES "product" ("id")
);
CREATE INDEX "quote_line_quote_id" ON "quote_line" ("quote_id");
CREATE UNIQUE INDEX "quote_line_quote_id_position" ON "quote_line" ("quote_id", "position");

CREATE TABLE "session" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "token_hash" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "last_seen_at" TIMESTAMP NOT NULL,
    "expires_at" TIMESTAMP NOT NULL,
    "remembered" BOOLEAN NOT NULL,
    "address" TEXT NOT NULL,
    "agent" TEXT NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "session_token_hash" ON "session" ("token_hash");
CREATE INDEX "session_user_id" ON "session" ("user_id");

CREATE TABLE "stage_change" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "opportunity_id" INTEGER NOT NULL,
    "stage_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "by_id" INTEGER NOT NULL,
    "at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("stage_id") REFERENCES "stage" ("id"),
    FOREIGN KEY ("by_id") REFERENCES "users" ("id")
);
CREATE INDEX "stage_change_opportunity_id" ON "stage_change" ("opportunity_id");

CREATE TABLE "task" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "owner_id" INTEGER NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "done_at" TIMESTAMP,
    "done_by_id" INTEGER,
    "created_at" TIMESTAMP NOT NULL,
    FOREIGN KEY ("owner_id") REFERENCES "users" ("id"),
    FOREIGN KEY ("done_by_id") REFERENCES "users" ("id")
);
CREATE INDEX "task_owner_id_done_at_due_at" ON "task" ("owner_id", "done_at", "due_at");
CREATE UNIQUE INDEX "task_one_open" ON "task" ("record_kind", "record_id") WHERE ("done_at" IS NULL);

CREATE TABLE "visit" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "ticket_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "checked_in_at" TIMESTAMP NOT NULL,
    "checked_out_at" TIMESTAMP,
    "note" TEXT NOT NULL,
    FOREIGN KEY ("ticket_id") REFERENCES "ticket" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "users" ("id")
);
CREATE INDEX "visit_ticket_id" ON "visit" ("ticket_id");
CREATE INDEX "visit_user_id" ON "visit" ("user_id");
CREATE UNIQUE INDEX "visit_one_open" ON "visit" ("ticket_id") WHERE ("checked_out_at" IS NULL);
