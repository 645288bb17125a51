"""Searchable documents, known words, and the data version of each collection with the triggers that move it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8a3d5b0c91e2"
down_revision = "44d7fd4711db"
branch_labels = None
depends_on = None

# The tables that an answer or a page of a collection is made from. A text shown on another collection's page counts.
BEHIND = {
    "practice": (
        "practice practice_text practice_term practice_territory practice_document evaluation evaluation_text "
        "project project_text territory term term_label term_synonym place"
    ),
    "service": "service service_text service_document region region_text territory term term_label term_synonym place",
    "region": (
        "region region_text region_indicator membership project project_text need need_text event event_text "
        "territory term term_label term_synonym"
    ),
    "project": (
        "project project_text membership region region_text event event_text media_report term term_label term_synonym"
    ),
}

# The stemmers that PostgreSQL brings, for the languages we hold texts in; the others are matched as whole words.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "hy": "armenian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "tr": "turkish",
}

# The parser of PostgreSQL takes und/oder for a file name, a.b for a host and -5 for a number, and, where the server's
# locale is C, every character beyond ASCII for a letter: so these become spaces before it looks. unaccent has turned
# dashes and quotation marks into ASCII by then, and ß, ø … into plain letters. Letters are made small by ICU, since the
# dictionaries know ASCII only under the locale C; the dot that it leaves of a Turkish İ and the non-joiner go.
SPACES = "-./~@<&+§°·•¦\u00a0\u2009\u202f\u200b\u200d€´→←・"
DROPPED = "\u0307\u200c"
FOLD = f"""
CREATE FUNCTION atlas_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
  SELECT translate(unaccent('unaccent', lower($1 COLLATE "und-x-icu")), '{SPACES}{DROPPED}', '{" " * len(SPACES)}')
$fold$
"""
STEMMER = "CREATE FUNCTION atlas_stemmer(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$\n"
STEMMER += "  SELECT CASE split_part($1, '-', 1)\n"
STEMMER += "".join(f"    WHEN '{code}' THEN 'pg_catalog.{name}'::regconfig\n" for code, name in STEMMERS.items())
STEMMER += "    ELSE 'pg_catalog.simple'::regconfig END\n$$"

# A statement that changed no row moves nothing. xmin is the transaction that wrote the row of the counter: our own, once
# this transaction has moved it. The rows stay locked until the commit, so versions grow in the order in which changes
# become visible; all of them in one order, so that two who change several collections wait instead of blocking each other.
BUMP = """
CREATE FUNCTION bump_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    IF NOT EXISTS (SELECT FROM changed) THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM FROM data_version ORDER BY collection FOR UPDATE;
  UPDATE data_version SET version = version + 1
  WHERE collection = ANY (TG_ARGV) AND xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$
"""
TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS changed",
    "update": "REFERENCING NEW TABLE AS changed",
    "delete": "REFERENCING OLD TABLE AS changed",
    "truncate": "",
}


def upgrade() -> None:
    op.execute(FOLD)
    op.execute(STEMMER)
    op.create_table(
        "data_version",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("collection", name=op.f("pk_data_version")),
    )
    op.create_table(
        "known_word",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "word", name=op.f("pk_known_word")),
    )
    op.create_index(
        "ix_known_word_word_trgm",
        "known_word",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    for name in ("practice", "service"):
        op.create_table(
            f"{name}_document",
            sa.Column(f"{name}_id", sa.Integer(), nullable=False),
            sa.Column("title", postgresql.TSVECTOR(), nullable=False),
            sa.Column("body", postgresql.TSVECTOR(), nullable=False),
            sa.ForeignKeyConstraint(
                [f"{name}_id"],
                [f"{name}.id"],
                name=op.f(f"fk_{name}_document_{name}_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(f"{name}_id", name=op.f(f"pk_{name}_document")),
        )
        # A query reads ids only: long documents live apart (TOAST), so that the rows it visits stay small.
        op.execute(f"ALTER TABLE {name}_document SET (toast_tuple_target = 128)")
        for column in ("title", "body"):
            op.create_index(f"ix_{name}_document_{column}", f"{name}_document", [column], postgresql_using="gin")
    op.execute(BUMP)
    collections_of: dict[str, list[str]] = {}
    for collection, tables in BEHIND.items():
        op.execute(sa.text("INSERT INTO data_version (collection) VALUES (:c)").bindparams(c=collection))
        for table in tables.split():
            collections_of.setdefault(table, []).append(collection)
    for table, collections in collections_of.items():
        listed = ", ".join(f"'{collection}'" for collection in collections)
        for event, changed in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER bump_data_version_{event} AFTER {event} ON {table} {changed} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION bump_data_version({listed})"
            )


def downgrade() -> None:
    for table in sorted({table for tables in BEHIND.values() for table in tables.split()}):
        for event in TRIGGERS:
            op.execute(f"DROP TRIGGER bump_data_version_{event} ON {table}")
    op.execute("DROP FUNCTION bump_data_version")
    for name in ("service", "practice"):
        op.drop_table(f"{name}_document")
    op.drop_table("known_word")
    op.drop_table("data_version")
    op.execute("DROP FUNCTION atlas_stemmer")
    op.execute("DROP FUNCTION atlas_fold")
