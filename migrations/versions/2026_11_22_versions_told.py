"""Whoever moves a data version tells those who listen, at the commit."""

from alembic import op

revision = "1f6a0d83c5b9"
down_revision = "e91b5c7d02fa"
branch_labels = None
depends_on = None

# As in the migration of the searchable documents, where the reasons stand; new is the notification.
BUMP = """
CREATE OR REPLACE FUNCTION bump_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    IF NOT EXISTS (SELECT FROM changed) THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM FROM data_version ORDER BY collection FOR UPDATE;
  UPDATE data_version SET version = version + 1
  WHERE collection = ANY (TG_ARGV) AND xmin <> pg_current_xact_id()::xid;{told}
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(BUMP.format(told="\n  NOTIFY data_version;"))


def downgrade() -> None:
    op.execute(BUMP.format(told=""))
