"""What the OGC API shows while people write: public records only, former ones as their pages do, and no cookie."""

from typing import Any

from sqlalchemy import Engine

from mapapp.writing import moderation
from tests.proposing import SITE, actor, propose, publish, titled

ITEMS = "/ogc/collections/practices/items"
SHOWN = "imst-abc-cafe"
WORD = "Quittenblütenfest"
SLUG = "quittenblutenfest-in-innsbruck"
PLACES = {
    "page": f"{ITEMS}?limit=1000",
    "search": f"{ITEMS}?q={WORD}&f=jsonfg",
    "filter": f"{ITEMS}?filter=title+LIKE+'{WORD}%25'&f=html",
    "parameter": f"{ITEMS}?id={SLUG}",
    "sequence": f"{ITEMS}?limit=1000&f=geojsonseq",
    "table": f"{ITEMS}?limit=1000&f=csv",
    "feature": f"{ITEMS}/{SLUG}",
    "tile": "/ogc/collections/practices/tiles/WebMercatorQuad/16/22978/34844",
}


def seen(client: Any) -> set[str]:
    """Return the ways in which a record of that name is shown."""
    found = set()
    for name, path in PLACES.items():
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers, path
        # The tile has the id; everything else the title, which no link repeats.
        if (SLUG if name == "tile" else f"{WORD} in Innsbruck").encode() in answer.data:
            found.add(name)
    return found


def test_proposals_and_former_records_are_not_shown(people_engine: Engine, anyone: Any, moderator_client: Any) -> None:
    with people_engine.begin() as connection:
        author, moderator = actor(connection, "partner", "house"), actor(connection, "moderator")
        saved = propose(connection, author, titled(f"{WORD} in Innsbruck"))
    assert seen(anyone) == set()
    before = anyone.get(f"{ITEMS}?limit=1").json["numberMatched"]
    with people_engine.begin() as connection:
        moderation.approve(connection, moderator, saved.public_id, 1, SITE)
    assert seen(anyone) == seen(moderator_client) == set(PLACES)
    assert anyone.get(f"{ITEMS}?limit=1").json["numberMatched"] == before + 1
    with people_engine.begin() as connection:
        publish(connection, author, moderator, {}, action="retire", slug=SLUG)
    gone = anyone.get(f"{ITEMS}/{SLUG}")
    assert (gone.status_code, gone.content_type) == (410, "application/problem+json")
    assert gone.headers["Access-Control-Allow-Origin"] == "*"
    assert seen(anyone) == set()
    assert anyone.get(f"{ITEMS}?limit=1").json["numberMatched"] == before


def test_a_merged_record_leads_to_the_other(people_engine: Engine, anyone: Any) -> None:
    with people_engine.begin() as connection:
        author, moderator = actor(connection, "partner", "house"), actor(connection, "moderator")
        other = publish(connection, author, moderator, titled("One of two"))
        publish(connection, moderator, actor(connection, "admin"), {"into": SHOWN}, action="merge", slug=other)
    moved = anyone.get(f"{ITEMS}/{other}?f=jsonfg")
    assert (moved.status_code, moved.location) == (301, f"http://localhost{ITEMS}/{SHOWN}?f=jsonfg")
    assert moved.headers["Access-Control-Allow-Origin"] == "*"
    assert anyone.get(f"{ITEMS}/{other}", follow_redirects=True).json["id"] == SHOWN
    for path in (f"{ITEMS}/never-there", f"/ogc/collections/regions/items/{other}"):
        assert anyone.get(path).status_code == 404


def test_a_session_changes_nothing_and_gets_no_cookie(moderator_client: Any, anyone: Any) -> None:
    for path in (
        "/ogc/",
        ITEMS,
        f"{ITEMS}/{SHOWN}",
        "/ogc/collections/practices/tiles/WebMercatorQuad/0/0/0",
        "/ogc/x",
    ):
        known, plain = moderator_client.get(path), anyone.get(path)
        assert "Set-Cookie" not in known.headers
        assert known.headers.get("Cache-Control") == plain.headers.get("Cache-Control")
        assert known.headers.get("ETag") == plain.headers.get("ETag")
        assert known.status_code == plain.status_code
