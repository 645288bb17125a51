"""Reading changes nothing: every address that can be read, read by everybody, leaves every row as it was."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from .cast import CAST, Stage, make_stage
from .conftest import MADE_FIRST
from .conftest import SAMPLES as ROUTES

SAMPLES: dict[str, Any] = ROUTES | {"lang": "en", "key": "housing"}
# A refusal is written down, and so is the moment at which a session was last used; nothing that anybody published is.
LOGS = {"audit_entry", "attempt"}


def fingerprints(engine: Engine) -> dict[str, str]:
    """Return a fingerprint of the rows of every table."""
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'spatial_ref_sys'"
            )
        ).scalars()
        return {
            name: str(
                connection.execute(
                    text(f"SELECT md5(string_agg(md5(one::text), '' ORDER BY md5(one::text))) FROM \"{name}\" one")
                ).scalar()
            )
            for name in sorted(set(tables) - LOGS)
        }


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    return make_stage(people_app)


def test_no_address_that_can_be_read_changes_a_row(stage: Stage) -> None:
    waiting = stage.proposal("submitted")
    rules = [rule for rule in stage.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    addresses = set()
    for rule in rules:
        for public_id in (waiting, UUID(int=1)) if "public_id" in rule.arguments else ("",):
            samples = SAMPLES | ({"public_id": public_id} if public_id else {})
            built = rule.build({name: samples.get(name, "x") for name in rule.arguments}, append_unknown=False)
            if built:
                addresses.add(built[1])
    assert len(addresses) > 60
    before = fingerprints(stage.app.extensions["engine"])
    for who in CAST:
        for address in sorted(addresses):
            client = stage.clients[who]
            answer = (client.head if MADE_FIRST.fullmatch(address) else client.get)(address)
            assert answer.status_code < 500, f"{address} as {who}"
            answer.close()
    after = fingerprints(stage.app.extensions["engine"])
    assert {name for name in before if before[name] != after[name]} == set()
