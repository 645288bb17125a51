"""The forms of services and evaluations: values come back as they are; hours are read as people write them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapapp.forms import drafts, evaluation, practice, service
from mapapp.forms.fields import sent
from mapapp.forms.parts import LANGUAGES, Lookups

LOOKUPS = Lookups(
    {
        "theme": ["housing", "language"],
        "dimension": ["equality"],
        "target_group": ["women"],
        "organisation_type": ["ngo"],
        "service_category": ["language", "legal"],
        "criterion": ["Communication", "Monitoring & Evaluation", "Innovation"],
    },
    [],
    ["imst"],
    ["AT334"],
    ["freiwilligenzentrum"],
    2026,
)
LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
TIME = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
TEXT = st.fixed_dictionaries(
    {name: st.none() | LINE for name in service.TEXTS}
    | {"name": LINE, "origin": st.just("author"), "source_version": st.none() | st.integers(1, 9)}
)


@st.composite
def services(draw: Any) -> dict[str, Any]:
    texts = draw(st.dictionaries(st.sampled_from(LANGUAGES), TEXT, min_size=1, max_size=2))
    spans = draw(st.lists(st.tuples(st.integers(1, 7), TIME, TIME).filter(lambda one: one[1] != one[2]), max_size=4))
    return {
        "category": draw(st.sampled_from(["language", "legal"])),
        "language": sorted(texts)[0],
        "texts": texts,
        "organisation": draw(st.none() | LINE),
        "place_name": draw(st.none() | LINE),
        "place_id": None,
        "country": draw(st.sampled_from(["AT", "GR"])),
        "address": draw(st.none() | LINE),
        "location": None,
        "location_kind": None,
        "languages": draw(st.lists(st.sampled_from(LANGUAGES), unique=True, max_size=4)),
        "phone": draw(st.sampled_from([None, "+43 512 1234", "0512/1234-5 ext. 7"])),
        "website": draw(st.sampled_from([None, "https://example.org/a"])),
        "opening_hours": [
            {"day": day, "opens": opens, "closes": closes}
            for day, opens, closes in sorted(spans, key=lambda one: one[0])
        ],
        "temporarily_closed": draw(st.booleans()),
        "region": draw(st.sampled_from([None, "imst"])),
        "source_url": "https://example.org/",
        "owner": draw(st.sampled_from([None, "freiwilligenzentrum"])),
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(services())
def test_a_service_to_its_form_and_back_is_the_same(wanted: dict[str, Any]) -> None:
    form = service.make(service.to_form(wanted), LOOKUPS, "en")
    assert service.check(form, complete=False)
    assert service.clean(form, wanted) == wanted


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("9-12", [("09:00", "12:00")]),
        ("9.30 – 12:15, 14h00—18", [("09:30", "12:15"), ("14:00", "18:00")]),
        ("22:00–2:00", [("22:00", "02:00")]),
        ("00:00-24:00", [("00:00", "24:00")]),
        ("", []),
        ("in the morning", None),
        ("9-25", None),
        ("9:00–9:00", None),
        ("9:75-10", None),
        ("9", None),
    ],
)
def test_hours_are_read_as_people_write_them(typed, hours):
    assert service.read_hours(typed) == hours


@st.composite
def evaluations(draw: Any) -> dict[str, Any]:
    said = st.fixed_dictionaries(
        {
            "level": st.sampled_from([None, *evaluation.LEVELS]),
            "strength": LINE,
            "room_for_improvement": st.none() | LINE,
            "evidence": st.none() | LINE,
        }
    )
    return evaluation.empty("imst-abc-cafe", draw(st.sampled_from(LANGUAGES)), draw(st.none() | LINE)) | {
        "version": draw(st.none() | LINE),
        "date": draw(st.sampled_from([None, "2016", "2016-10", "2016-10-14"])),
        "source_url": draw(st.sampled_from([None, "https://example.org/"])),
        "criteria": draw(st.dictionaries(st.sampled_from(LOOKUPS.terms["criterion"]), said, max_size=3)),
    }


@settings(max_examples=40, deadline=None)
@given(evaluations())
def test_an_evaluation_to_its_form_and_back_is_the_same(wanted: dict[str, Any]) -> None:
    form = evaluation.make(evaluation.to_form(wanted), LOOKUPS, "en")
    assert evaluation.check(form, complete=False)
    assert evaluation.clean(form) == wanted


def test_what_cannot_be_read_comes_back_to_its_own_language_and_criterion():
    typed = {
        "language": "en",
        "texts-0-language": "fr",
        "texts-0-title": "f" * 301,
        "texts-1-language": "en",
        "texts-1-title": "Short",
        "start_year": "long ago",
    }
    form = practice.make(sent(typed.items()), LOOKUPS, "en")
    practice.check(form, complete=False)
    values = drafts.with_typed(practice.clean(form), form)
    again = drafts.to_form(values, practice.to_form)
    number = drafts.part_of(again, "texts", "fr")
    assert again[f"texts-{number}-title"] == ["f" * 301]
    assert again[f"texts-{drafts.part_of(again, 'texts', 'en')}-title"] == ["Short"]
    assert again["start_year"] == ["long ago"]
    given = {"criteria-0-key": "Innovation", "criteria-0-strength": "s" * 4001}
    said = evaluation.make(sent(given.items()), LOOKUPS, "en")
    evaluation.check(said, complete=False)
    kept = drafts.to_form(drafts.with_typed(evaluation.clean(said), said), evaluation.to_form)
    number = drafts.part_of(kept, "criteria", "Innovation")
    assert kept[f"criteria-{number}-strength"] == ["s" * 4001]


def test_what_is_ticked_keeps_its_order_and_what_is_new_comes_last():
    ticked = sent([("themes", "a"), ("themes", "b"), ("themes", "c")])
    drafts.keep_order(ticked, {"themes": ["c", "a"], "photos": []})
    assert ticked["themes"] == ["c", "a", "b"]
