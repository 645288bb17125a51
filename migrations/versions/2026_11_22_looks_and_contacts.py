"""Colour and icon of added themes, what a merge of terms changed, the contact person of a practice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d24f8a6b1c97"
down_revision = "b71c2e90ad46"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("term", sa.Column("colour", sa.Text(), nullable=True))
    op.add_column("term", sa.Column("icon", sa.Text(), nullable=True))
    op.add_column("former_term", sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("practice", sa.Column("contact_name", sa.Text(), nullable=True))
    op.add_column("practice", sa.Column("contact_mail", sa.Text(), nullable=True))
    op.add_column(
        "practice", sa.Column("contact_public", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_practice_contact"),
        "practice",
        "NOT contact_public OR contact_name IS NOT NULL OR contact_mail IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_practice_contact"), "practice", type_="check")
    for column in ("contact_public", "contact_mail", "contact_name"):
        op.drop_column("practice", column)
    op.drop_column("former_term", "kept")
    op.drop_column("term", "icon")
    op.drop_column("term", "colour")
