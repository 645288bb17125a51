"""Events and needs in the order of their last change, and tombstones of whatever nobody retires by a proposal."""

from alembic import op

revision = "b3f17c09e6d4"
down_revision = "a90d4c6be217"
branch_labels = None
depends_on = None

CHANGED = ("event", "need")
# Practices and services leave by proposals, which say why and where to go instead (writing/publishing).
WITHOUT_PROPOSALS = ("event", "need", "project", "region")
REMEMBER = """
CREATE FUNCTION remember_former() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    DELETE FROM former_record WHERE kind = TG_TABLE_NAME AND slug IN (SELECT slug FROM changed);
  ELSE
    INSERT INTO former_record (kind, slug) SELECT TG_TABLE_NAME, slug FROM changed
    ON CONFLICT (kind, slug) DO UPDATE SET moved_to = NULL, reason = NULL, at = excluded.at;
  END IF;
  RETURN NULL;
END $$
"""
TRIGGERS = {"insert": "NEW", "delete": "OLD"}


def upgrade() -> None:
    for table in CHANGED:
        op.create_index(f"ix_{table}_changed", table, ["updated_at", "slug"])
    op.execute(REMEMBER)
    for table in WITHOUT_PROPOSALS:
        for event, rows in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER remember_former_{event} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remember_former()"
            )


def downgrade() -> None:
    for table in WITHOUT_PROPOSALS:
        for event in TRIGGERS:
            op.execute(f"DROP TRIGGER remember_former_{event} ON {table}")
    op.execute("DROP FUNCTION remember_former")
    for table in CHANGED:
        op.drop_index(f"ix_{table}_changed", table)
