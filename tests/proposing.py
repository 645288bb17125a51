"""What tests of proposals stand on: values as forms make them, people of each role, a proposal in any state."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from mapapp.writing import moderation
from mapapp.writing.mail import Site
from mapapp.writing.moderation import Actor, Draft, Saved

from .people import add_account, add_organisation

SITE = Site("Practice Atlas", "https://atlas.example.org")


class Belongs(NamedTuple):
    id: int
    slug: str
    name: str
    editor: bool


def practice_values(**changes: Any) -> dict[str, Any]:
    """Return the values of a practice in Innsbruck, as its form makes them."""
    words = {"summary": "Neighbours meet.", "description": None, "lessons": None, "transferability": None}
    return {
        "language": "en",
        "texts": {"en": {"title": "Garden of Languages", **words, "origin": "author", "source_version": None}},
        "place_name": "Innsbruck",
        "place_id": None,
        "country": "AT",
        "location": {"lon": 11.4041, "lat": 47.2692},
        "location_kind": "municipality",
        "territories": [],
        "themes": ["language", "housing"],
        "dimensions": ["diversity"],
        "target_groups": [],
        "organisation": "An association",
        "organisation_type": None,
        "partners": ["First", "Second"],
        "programmes": [],
        "project": None,
        "start_year": 2020,
        "end_year": None,
        "status": "running",
        "budget_eur": "1200.50",
        "website": "https://example.org/garden",
        "source_title": "The association's website",
        "source_url": "https://example.org/garden",
        "photos": [],
        "owner": None,
    } | changes


def service_values(**changes: Any) -> dict[str, Any]:
    words = {"description": "Advice.", "eligibility": None, "cost": None, "documents": None}
    return {
        "category": "counselling",
        "language": "en",
        "texts": {"en": {"name": "Open counter", **words, "origin": "author", "source_version": None}},
        "organisation": "An association",
        "place_name": "Innsbruck",
        "place_id": None,
        "country": "AT",
        "address": None,
        "location": None,
        "location_kind": None,
        "languages": ["de", "ar"],
        "phone": None,
        "website": None,
        "opening_hours": [{"day": 1, "opens": "09:00", "closes": "12:00"}],
        "temporarily_closed": False,
        "region": None,
        "source_url": "https://example.org/counter",
        "owner": None,
    } | changes


def titled(title: str, **changes: Any) -> dict[str, Any]:
    values = practice_values(**changes)
    values["texts"]["en"]["title"] = title
    return values


def actor(
    connection: Connection, role: str, organisation: str = "", *, editor: bool = False, second_key: bool = False
) -> Actor:
    """Return somebody of a role, made if they are not there."""
    of = add_organisation(connection, organisation, second_key=second_key) if organisation else None
    mail = f"{organisation or 'no'}-{role}{'-editor' if editor else ''}@example.org"
    account = add_account(connection, mail, role, of, editor=editor)
    mine = (Belongs(of, organisation, organisation, editor),) if of else ()
    return Actor(account, role, mine, role in ("moderator", "admin"))


def propose(connection: Connection, by: Actor, values: dict[str, Any], kind: str = "practice", **draft: Any) -> Saved:
    """Return a submitted proposal."""
    saved = moderation.save_draft(connection, by, Draft(kind, values, **draft))
    return moderation.submit(connection, by, saved.public_id, saved.revision, SITE)


def publish(connection: Connection, by: Actor, moderator: Actor, values: dict[str, Any], **draft: Any) -> str:
    """Return the slug of a record that was proposed and approved."""
    saved = propose(connection, by, values, **draft)
    return moderation.approve(connection, moderator, saved.public_id, saved.revision, SITE).slug


def put(connection: Connection, public_id: UUID, state: str) -> None:
    """Bring a proposal into a state without taking the steps."""
    connection.execute(
        text(
            "UPDATE proposal SET state = :state, reason = 'why', "
            "published_version = CASE WHEN :state = 'approved' THEN 1 END WHERE public_id = :id"
        ),
        {"state": state, "id": public_id},
    )


def state_of(connection: Connection, public_id: UUID) -> str:
    return str(connection.execute(text("SELECT state FROM proposal WHERE public_id = :i"), {"i": public_id}).scalar())


def mails(connection: Connection) -> list[tuple[str, str]]:
    """Return (kind, receiver) of every mail, in their order."""
    return [tuple(row) for row in connection.execute(text("SELECT kind, receiver FROM message ORDER BY id"))]


_EVALUATIONS = text("""
WITH said AS (
  INSERT INTO evaluation (practice_id, criterion, framework, level, evaluator, date, version, evidence)
  SELECT practice.id, key, framework, 'high', 'A region', '2024-05', '2.1', 'Forty interviews'
  FROM practice, term, unnest(CAST(:frameworks AS text[])) AS framework
  WHERE slug = :slug AND vocabulary = 'criterion' AND position = 1
  RETURNING id, framework
)
INSERT INTO evaluation_text (evaluation_id, language, origin, is_source, source_version, strength)
SELECT id, 'en', 'author', true, 1, 'Asked under ' || framework FROM said
""")


def evaluate(connection: Connection, slug: str, frameworks: list[str]) -> None:
    """Evaluate a practice in English under the first criterion of each framework."""
    connection.execute(_EVALUATIONS, {"slug": slug, "frameworks": frameworks})
