"""Templates: every page names only what there is, and the English of each is British."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from .cast import Stage, make_stage
from .conftest import SAMPLES

HTML = {"Accept": "text/html"}
WHO = ("nobody", "author", "moderator", "admin")
# States of a page that the sample of its address does not show.
MORE = (
    "/en/?q=zzzzqqqq",
    "/en/?theme=housing&country=AT&near=47.3,11.4&within_km=90",
    "/en/?year_from=never",
    "/en/practices/utrecht-plan-einstein",
    "/en/regions/vorarlberg",
    "/en/regions/berlin",
    "/en/regions/campania",
    "/en/services?q=zzzzqqqq",
    "/en/services?place=Imst&language=xx",
    "/en/poster?q=zzzzqqqq",
    "/en/embed?q=zzzzqqqq",
    "/en/embed?thema=x",
    "/en/no-such-page",
)
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
AMERICAN = re.compile(rf"\b(?:{MONTHS})[a-z]*\.? \d{{1,2}}, \d{{4}}|\d ?[AP]M\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b")
BRITISH = re.compile(rf"\b\d{{1,2}} (?:{MONTHS})[a-z]* \d{{4}}\b")


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    return make_stage(people_app)


def addresses(stage: Stage) -> Iterator[str]:
    waiting = stage.proposal("submitted", owner=None)
    for rule in stage.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for public_id in (waiting, UUID(int=1)) if "public_id" in rule.arguments else ("",):
                samples = SAMPLES | {"lang": "en", "key": "housing", "public_id": public_id}
                built = rule.build({name: samples.get(name, "x") for name in rule.arguments}, append_unknown=False)
                if built and not re.search(r"\.(?!atom$|xml$)[a-z]+$", built[1]):  # files have no templates
                    yield built[1]
    yield from ("/en/regions/imst", "/en/projects/eu-belong", "/en/projects/milestone", *MORE)


def test_templates_name_only_what_there_is_and_say_days_as_the_british_do(stage: Stage) -> None:
    stage.app.testing = False  # a fault is answered as for visitors, and told below
    found, british = [], 0
    everywhere = sorted(set(addresses(stage)))
    assert len(everywhere) > 100
    for who in WHO:
        for address in everywhere:
            with stage.clients[who].get(address, headers=HTML) as answer:
                if answer.status_code >= 500:
                    found.append((who, address, answer.status_code))
                elif answer.mimetype in ("text/html", "application/atom+xml"):
                    words = re.sub(r"<[^>]+>", " ", answer.text)
                    found += [(who, address, said) for said in AMERICAN.findall(words)]
                    british += len(BRITISH.findall(words))
    assert found == []
    assert british > 100
