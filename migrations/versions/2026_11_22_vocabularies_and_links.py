"""Retired and merged vocabulary terms, checked links, records that their owners did not confirm, the site's version."""

import sqlalchemy as sa
from alembic import op

revision = "5e0c7a91d4b3"
down_revision = "721f153bede7"
branch_labels = None
depends_on = None

# What admins say of the site stands on every page. A counter of its own: no column in memory depends on it.
TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS changed",
    "update": "REFERENCING NEW TABLE AS changed",
    "delete": "REFERENCING OLD TABLE AS changed",
    "truncate": "",
}


def upgrade() -> None:
    op.add_column("term", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "former_term",
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary", "moved_to"],
            ["term.vocabulary", "term.key"],
            name=op.f("fk_former_term_vocabulary_moved_to"),
        ),
        sa.PrimaryKeyConstraint("vocabulary", "key", name=op.f("pk_former_term")),
    )
    op.create_table(
        "checked_link",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'works', 'gone', 'unreachable', 'refused', 'forbidden')",
            name=op.f("ck_checked_link_state"),
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_checked_link")),
    )
    op.add_column("practice", sa.Column("lapsed_on", sa.Date(), nullable=True))
    op.add_column("service", sa.Column("lapsed_on", sa.Date(), nullable=True))
    op.execute("INSERT INTO data_version (collection) VALUES ('site')")
    for event, changed in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER bump_data_version_{event} AFTER {event} ON site_setting {changed} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_data_version('site')"
        )


def downgrade() -> None:
    for event in TRIGGERS:
        op.execute(f"DROP TRIGGER bump_data_version_{event} ON site_setting")
    op.execute("DELETE FROM data_version WHERE collection = 'site'")
    op.drop_column("service", "lapsed_on")
    op.drop_column("practice", "lapsed_on")
    op.drop_table("checked_link")
    op.drop_table("former_term")
    op.drop_column("term", "retired_at")
