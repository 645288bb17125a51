"""Which summaries a moderator wants, in words; when the question to an owner really left."""

import sqlalchemy as sa
from alembic import op

revision = "b71c2e90ad46"
down_revision = "5e0c7a91d4b3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("account", "digest", server_default=None)
    op.alter_column(
        "account",
        "digest",
        type_=sa.Text(),
        server_default="every",
        postgresql_using="CASE WHEN digest THEN 'every' ELSE 'none' END",
    )
    op.create_check_constraint(op.f("ck_account_digest"), "account", "digest IN ('every', 'weekly', 'none')")
    op.execute("UPDATE site_setting SET value = 'never' WHERE name = 'digest' AND value = '0'")
    op.add_column("freshness", sa.Column("messages", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False))
    op.add_column("freshness", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    # A question and its mails were written in one transaction, so they bear the same time.
    op.execute(
        "UPDATE freshness SET messages = asked.ids, sent_at = asked.sent_at FROM (SELECT created_at, "
        "array_agg(id) AS ids, min(sent_at) AS sent_at FROM message WHERE kind = 'freshness' GROUP BY created_at) "
        "AS asked WHERE asked.created_at = freshness.asked_at"
    )


def downgrade() -> None:
    op.drop_column("freshness", "sent_at")
    op.drop_column("freshness", "messages")
    op.execute("UPDATE site_setting SET value = '0' WHERE name = 'digest'")
    op.drop_constraint(op.f("ck_account_digest"), "account", type_="check")
    op.alter_column("account", "digest", server_default=None)
    op.alter_column("account", "digest", type_=sa.Boolean(), server_default="true", postgresql_using="digest <> 'none'")
