"""Review in the browser's requests: the queue, one proposal in words, decisions, and who may see which of it."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.proposing import Belongs, actor, practice_values, propose, service_values, state_of, titled

from .people import PersonClient


@pytest.fixture
def put(people_app: Any) -> Any:
    """The way to send a proposal: returns its address in the review."""

    def send(values: dict[str, Any], kind: str = "practice", organisation: str = "house", **draft: Any) -> str:
        with people_app.extensions["engine"].begin() as connection:
            author = actor(connection, "partner", organisation)
            saved = propose(connection, author, values, kind=kind, organisation=organisation, **draft)
        return f"/en/review/{saved.public_id}"

    return send


def state(people_app: Any, address: str) -> str:
    with people_app.extensions["engine"].connect() as connection:
        return state_of(connection, address.rsplit("/", 1)[-1])  # type: ignore[arg-type]


def decide(client: PersonClient, address: str, step: str, words: str = "", revision: int = 1) -> Any:
    return client.send(f"{address}/{step}", {"revision": str(revision), "words": words})


def test_an_approved_practice_is_public_at_once(people_app: Any, moderator_client: PersonClient, put: Any) -> None:
    address = put(titled("Orchard of Words"))
    queue = moderator_client.get("/en/review/")
    assert queue.status_code == 200
    assert "Orchard of Words" in queue.text
    page = moderator_client.get(address)
    assert page.status_code == 200
    for words in ("Orchard of Words", "New practice", "Neighbours meet.", "47.269° N", "house-partner"):
        assert words in page.text, words
    assert "Orchard of Words" not in moderator_client.get("/en/?q=orchard").text.replace('value="orchard"', "")
    answer = decide(moderator_client, address, "approve")
    assert answer.status_code == 303
    done = moderator_client.get(answer.location)
    assert "is published" in done.text
    assert moderator_client.get("/en/practices/orchard-of-words").status_code == 200
    assert "Orchard of Words" in moderator_client.get("/en/?q=orchard").text
    assert moderator_client.get(address).status_code == 200  # as history
