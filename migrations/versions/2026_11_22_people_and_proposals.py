"""Accounts, organisations, proposals with their steps, photos, mails to send; who keeps a record up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "721f153bede7"
down_revision = "8a3d5b0c91e2"
branch_labels = None
depends_on = None

# A published photo changes what a practice shows; the function and the other triggers came with the data version.
TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS changed",
    "update": "REFERENCING NEW TABLE AS changed",
    "delete": "REFERENCING OLD TABLE AS changed",
    "truncate": "",
}
SOURCED = {
    "practice": "source_url IS NOT NULL OR source_title IS NOT NULL",
    "service": "source_url IS NOT NULL OR owner_id IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_used_step", sa.Integer(), nullable=True),
        sa.Column("may_evaluate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("digest", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('contributor', 'partner', 'moderator', 'admin')", name=op.f("ck_account_role")),
        sa.CheckConstraint("(mail IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_account_mail")),
        sa.ForeignKeyConstraint(["invited_by"], ["account.id"], name=op.f("fk_account_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("ix_account_mail", "account", [sa.literal_column("lower(mail)")], unique=True)
    op.create_table(
        "attempt",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("what", "since", name=op.f("pk_attempt")),
    )
    op.create_table(
        "former_record",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_former_record")),
    )
    op.create_table(
        "freshness",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_freshness")),
    )
    op.create_table(
        "site_setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", "language", name=op.f("pk_site_setting")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_account_id"), "audit_entry", ["account_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_message_state")),
        sa.CheckConstraint("subject !~ '[\\r\\n]' AND receiver !~ '[\\r\\n]'", name=op.f("ck_message_one_line")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    op.create_index(op.f("ix_message_account_id"), "message", ["account_id"], unique=False)
    op.create_index(
        "ix_message_due", "message", ["due_at"], unique=False, postgresql_where="state IN ('waiting', 'sending')"
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_photo_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_account_id"), "photo", ["account_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("full", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_session_hash")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('sign_in', 'invite', 'reset', 'fresh')", name=op.f("ck_token_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_token_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_account_id"), "token", ["account_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("second_key", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_organisation_slug")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_organisation_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_index(op.f("ix_organisation_region_id"), "organisation", ["region_id"], unique=False)
    op.create_table(
        "member",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_member_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_member_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "organisation_id", name=op.f("pk_member")),
    )
    op.create_index(op.f("ix_member_organisation_id"), "member", ["organisation_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("base", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (published_version IS NOT NULL)", name=op.f("ck_proposal_published")
        ),
        sa.CheckConstraint("action = 'create' OR slug IS NOT NULL", name=op.f("ck_proposal_slug")),
        sa.CheckConstraint("action IN ('create', 'change', 'retire', 'merge')", name=op.f("ck_proposal_action")),
        sa.CheckConstraint("kind IN ('practice', 'service', 'evaluation')", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f("ck_proposal_reason")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'agreed', 'approved', 'returned', 'withdrawn')",
            name=op.f("ck_proposal_state"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_proposal_author_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_proposal_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_proposal_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("key", name=op.f("uq_proposal_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_public_id")),
    )
    op.create_index("ix_proposal_author", "proposal", ["author_id", "changed_at"], unique=False)
    op.create_index(op.f("ix_proposal_organisation_id"), "proposal", ["organisation_id"], unique=False)
    op.create_index(
        "ix_proposal_queue",
        "proposal",
        ["submitted_at"],
        unique=False,
        postgresql_where="state IN ('submitted', 'agreed')",
    )
    op.create_index("ix_proposal_record", "proposal", ["kind", "slug"], unique=False)
    op.create_table(
        "practice_photo",
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alt", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_practice_photo_photo_id")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_photo_practice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "photo_id", name=op.f("pk_practice_photo")),
    )
    op.create_index(op.f("ix_practice_photo_photo_id"), "practice_photo", ["photo_id"], unique=False)
    op.create_table(
        "proposal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "step IN ('saved', 'submitted', 'agreed', 'approved', 'returned', 'withdrawn', 'asked', 'answered', "
            "'caught_up')",
            name=op.f("ck_proposal_step_step"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_proposal_step_account_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_step_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_step")),
    )
    op.create_index(op.f("ix_proposal_step_account_id"), "proposal_step", ["account_id"], unique=False)
    op.create_index(op.f("ix_proposal_step_proposal_id"), "proposal_step", ["proposal_id"], unique=False)
    op.add_column("evaluation", sa.Column("version", sa.Text(), nullable=True))
    op.add_column("evaluation", sa.Column("evidence", sa.Text(), nullable=True))
    op.alter_column("evaluation", "source_url", existing_type=sa.TEXT(), nullable=True)
    op.drop_constraint(op.f("uq_evaluation_practice_id_framework_criterion"), "evaluation", type_="unique")
    op.create_unique_constraint(
        op.f("uq_evaluation_practice_id_framework_criterion_evaluator"),
        "evaluation",
        ["practice_id", "framework", "criterion", "evaluator"],
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("practice", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.alter_column("practice", "source_url", existing_type=sa.TEXT(), nullable=True)
    op.create_index(op.f("ix_practice_owner_id"), "practice", ["owner_id"], unique=False)
    op.create_foreign_key(op.f("fk_practice_owner_id"), "practice", "organisation", ["owner_id"], ["id"])
    op.add_column("service", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.alter_column("service", "source_url", existing_type=sa.TEXT(), nullable=True)
    op.create_index(op.f("ix_service_owner_id"), "service", ["owner_id"], unique=False)
    op.create_foreign_key(op.f("fk_service_owner_id"), "service", "organisation", ["owner_id"], ["id"])
    for table, check in SOURCED.items():
        op.create_check_constraint(op.f(f"ck_{table}_source"), table, check)
    for event, changed in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER bump_data_version_{event} AFTER {event} ON practice_photo {changed} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_data_version('practice')"
        )


def downgrade() -> None:
    for table in SOURCED:
        op.drop_constraint(op.f(f"ck_{table}_source"), table, type_="check")
    for table in ("practice", "service", "evaluation"):  # what came without an address keeps an empty one
        op.execute(f"UPDATE {table} SET source_url = '' WHERE source_url IS NULL")  # noqa: S608 our own
    op.execute(
        "DELETE FROM evaluation AS one USING evaluation AS other WHERE one.id > other.id AND (one.practice_id, "
        "one.framework, one.criterion) = (other.practice_id, other.framework, other.criterion)"
    )
    op.drop_constraint(op.f("fk_service_owner_id"), "service", type_="foreignkey")
    op.drop_index(op.f("ix_service_owner_id"), table_name="service")
    op.alter_column("service", "source_url", existing_type=sa.TEXT(), nullable=False)
    op.drop_column("service", "owner_id")
    op.drop_constraint(op.f("fk_practice_owner_id"), "practice", type_="foreignkey")
    op.drop_index(op.f("ix_practice_owner_id"), table_name="practice")
    op.alter_column("practice", "source_url", existing_type=sa.TEXT(), nullable=False)
    op.drop_column("practice", "owner_id")
    op.drop_constraint(op.f("uq_evaluation_practice_id_framework_criterion_evaluator"), "evaluation", type_="unique")
    op.create_unique_constraint(
        op.f("uq_evaluation_practice_id_framework_criterion"),
        "evaluation",
        ["practice_id", "framework", "criterion"],
        postgresql_nulls_not_distinct=False,
    )
    op.alter_column("evaluation", "source_url", existing_type=sa.TEXT(), nullable=False)
    op.drop_column("evaluation", "evidence")
    op.drop_column("evaluation", "version")
    op.drop_index(op.f("ix_proposal_step_proposal_id"), table_name="proposal_step")
    op.drop_index(op.f("ix_proposal_step_account_id"), table_name="proposal_step")
    op.drop_table("proposal_step")
    op.drop_index(op.f("ix_practice_photo_photo_id"), table_name="practice_photo")
    op.drop_table("practice_photo")
    op.drop_index("ix_proposal_record", table_name="proposal")
    op.drop_index("ix_proposal_queue", table_name="proposal", postgresql_where="state IN ('submitted', 'agreed')")
    op.drop_index(op.f("ix_proposal_organisation_id"), table_name="proposal")
    op.drop_index("ix_proposal_author", table_name="proposal")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_member_organisation_id"), table_name="member")
    op.drop_table("member")
    op.drop_index(op.f("ix_organisation_region_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_token_account_id"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_photo_account_id"), table_name="photo")
    op.drop_table("photo")
    op.drop_index(op.f("ix_passkey_account_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index("ix_message_due", table_name="message", postgresql_where="state IN ('waiting', 'sending')")
    op.drop_index(op.f("ix_message_account_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_action"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_account_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("site_setting")
    op.drop_table("freshness")
    op.drop_table("former_record")
    op.drop_table("attempt")
    op.drop_index("ix_account_mail", table_name="account")
    op.drop_table("account")
