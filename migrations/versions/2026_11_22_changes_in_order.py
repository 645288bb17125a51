"""The records in the order of their last change, for harvesters that follow the site."""

from alembic import op

revision = "7c2e95a1d04b"
down_revision = "1f6a0d83c5b9"
branch_labels = None
depends_on = None

TABLES = ("practice", "service")  # of the others there are few


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_changed", table, ["updated_at", "slug"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_changed", table)
