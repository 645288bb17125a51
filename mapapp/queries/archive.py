"""The public tables as an archive holds them: which columns and rows of each speak of nothing but public records.

Every table and column is named here, as held or as withheld; a test fails while one is not. What is not named never
gets into an archive.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from ..database import Base


class Held(NamedTuple):
    """What an archive holds of a table: columns and, as SQL, which rows. `only` has the SQL of columns that are public
    in some rows alone; `withheld` are the columns that are in no archive."""

    columns: str
    rows: str = "true"
    only: Mapping[str, str] = {}
    withheld: str = ""


_RECORD = "id slug version created_at updated_at"
_PLACE = "location location_kind"
_TEXT = "language origin is_source source_version"
#: In the order in which they can be filled again: what is referred to comes first.
PUBLIC = {
    "site_setting": Held(
        "name language value",
        "name IN ('name', 'contact', 'operator', 'welcome', 'imprint', 'privacy')",
        withheld="changed_at",
    ),
    "term": Held("vocabulary key position retired_at colour icon"),
    "term_label": Held("vocabulary key language label origin"),
    "term_synonym": Held("vocabulary key language synonym"),
    "former_term": Held("vocabulary key moved_to at", withheld="kept"),
    "project": Held(
        f"{_RECORD} acronym title_local programme start_date end_date total_cost_eur eu_grant_eur lead_partner website "
        "themes source_url"
    ),
    "project_text": Held(f"project_id {_TEXT} title aims measures benefits location"),
    "region": Held(
        f"{_RECORD} {_PLACE} name_local country nuts_code outline_code level authority destination_type website "
        "source_url"
    ),
    "region_text": Held(f"region_id {_TEXT} name authority_role"),
    "region_indicator": Held("id region_id indicator year value unit source_url"),
    "membership": Held("project_id region_id role"),
    "practice": Held(
        f"{_RECORD} {_PLACE} title_original language_original place_name place_id country nuts_code organisation "
        "organisation_type partners programmes project_id start_year end_year status budget_eur website source_title "
        "source_url source_accessed confirmed_on confirmed_by lapsed_on",
        # Whom to ask is said on the record's own page, to take back there, and in no file.
        withheld="owner_id contact_name contact_mail contact_public",
    ),
    "practice_text": Held(f"practice_id {_TEXT} title summary description lessons transferability"),
    "practice_term": Held("practice_id vocabulary key position"),
    "practice_territory": Held("practice_id code"),
    "photo": Held("id width height", "id IN (SELECT photo_id FROM practice_photo)", withheld="account_id created_at"),
    "practice_photo": Held("practice_id photo_id position alt credit"),
    "evaluation": Held("id practice_id framework criterion level evaluator date source_url version evidence"),
    "evaluation_text": Held(f"evaluation_id {_TEXT} strength room_for_improvement"),
    # Who owns a record is nobody's business, except where nothing else says where the record is from.
    "organisation": Held(
        "id slug name",
        "id IN (SELECT owner_id FROM service WHERE source_url IS NULL)",
        withheld="website region_id second_key created_at",
    ),
    "service": Held(
        f"{_RECORD} {_PLACE} category organisation place_name place_id address country languages phone website "
        "opening_hours temporarily_closed region_id source_url confirmed_on confirmed_by lapsed_on owner_id",
        only={"owner_id": "CASE WHEN source_url IS NULL THEN owner_id END"},
    ),
    "service_text": Held(f"service_id {_TEXT} name description eligibility cost documents"),
    "event": Held(f"{_RECORD} {_PLACE} type date place_name online country project_id url source_url"),
    "event_text": Held(f"event_id {_TEXT} title"),
    "media_report": Held("id project_id outlet date title language url"),
    "need": Held(f"{_RECORD} region_id kind theme date source_title source_url"),
    "need_text": Held(f"need_id {_TEXT} statement"),
    "former_record": Held("kind slug moved_to at", withheld="reason"),  # the reason is a word to the moderators
}
REFERENCE = ("territory", "place")  # not ours to give away; the program brings them along
#: Made from the others, when these are read.
MADE = ("data_version", "practice_document", "service_document", "known_word", "practice_feature")
#: What people do here, and what the site has to remember for it.
WITHHELD = (
    *("account", "member", "passkey", "recovery_code", "session", "token", "attempt", "audit_entry"),
    *("proposal", "proposal_step", "message", "freshness", "checked_link", "loaded_file", "loaded_record"),
)


def columns(table: str) -> list[str]:
    """Return the columns of a table that an archive holds."""
    return PUBLIC[table].columns.split()


def copy_out(connection: Connection, table: str) -> Iterator[bytes]:
    """Give the public rows of a table as CSV with a header, in the order of its key."""
    held = PUBLIC[table]
    key = ", ".join(column.name for column in Base.metadata.tables[table].primary_key)
    named = ", ".join(f"{held.only[name]} AS {name}" if name in held.only else name for name in columns(table))
    statement = (
        f"COPY (SELECT {named} FROM {table} WHERE {held.rows} ORDER BY {key}) "  # noqa: S608 our own names
        "TO STDOUT WITH (FORMAT csv, HEADER)"
    )
    driver = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[union-attr]
        for part in copy:
            yield bytes(part)


def photos(connection: Connection) -> list[UUID]:
    """Return the photos that an archive holds: those that public practices show."""
    return list(connection.execute(text(f"SELECT id FROM photo WHERE {PUBLIC['photo'].rows} ORDER BY id")).scalars())  # noqa: S608 our own
