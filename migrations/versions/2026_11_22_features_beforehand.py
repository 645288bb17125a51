"""Features of practices written beforehand, and the triggers that throw out those of what changes."""

import sqlalchemy as sa
from alembic import op

revision = "e91b5c7d02fa"
down_revision = "d24f8a6b1c97"
branch_labels = None
depends_on = None

# By their names these triggers fire after those that move the data version: they wait there for whoever is writing
# features, and then see what was written. See queries/features.
FORGET = """
CREATE FUNCTION forget_features() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM practice_feature;
  ELSIF TG_TABLE_NAME = 'practice' THEN
    DELETE FROM practice_feature WHERE practice_id IN (SELECT id FROM changed);
  ELSIF TG_TABLE_NAME = 'project' THEN
    DELETE FROM practice_feature WHERE practice_id IN
      (SELECT practice.id FROM practice JOIN changed ON changed.id = project_id);
  ELSE
    DELETE FROM practice_feature WHERE practice_id IN (SELECT practice_id FROM changed);
    IF TG_OP = 'UPDATE' THEN
      DELETE FROM practice_feature WHERE practice_id IN (SELECT practice_id FROM former);
    END IF;
  END IF;
  RETURN NULL;
END $$
"""
TABLES = ("practice", "practice_text", "practice_term", "project")
TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS changed",
    "update": "REFERENCING OLD TABLE AS former NEW TABLE AS changed",
    "delete": "REFERENCING OLD TABLE AS changed",
    "truncate": "",
}


def upgrade() -> None:
    op.create_table(
        "practice_feature",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("language", "practice_id", name=op.f("pk_practice_feature")),
    )
    op.execute(FORGET)
    for table in TABLES:
        for event, changed in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER forget_features_{event} AFTER {event} ON {table} {changed} "
                "FOR EACH STATEMENT EXECUTE FUNCTION forget_features()"
            )


def downgrade() -> None:
    for table in TABLES:
        for event in TRIGGERS:
            op.execute(f"DROP TRIGGER forget_features_{event} ON {table}")
    op.execute("DROP FUNCTION forget_features")
    op.drop_table("practice_feature")
