"""The form of a practice: values come back as they are, and what cannot be taken is told at its field."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from mapapp.forms import drafts, practice
from mapapp.forms.fields import Sent, is_web_address, read_money, sent, tidy
from mapapp.forms.parts import LANGUAGES, Lookups, left_over
from mapapp.queries import values

LOOKUPS = Lookups(
    {
        "theme": ["housing", "language"],
        "dimension": ["equality", "diversity"],
        "target_group": ["women", "refugees"],
        "organisation_type": ["ngo"],
        "service_category": ["language"],
    },
    ["eu-belong"],
    ["imst"],
    ["AT334", "AT33"],
    ["freiwilligenzentrum"],
    2026,
)
LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
LINES = st.lists(LINE, max_size=4, unique=True)
PROSE = st.lists(LINE, min_size=1, max_size=4).map("\n\n".join)
YEAR = st.none() | st.integers(1900, 2030)


def some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | one


def chosen(vocabulary: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(LOOKUPS.terms[vocabulary]), unique=True)


TEXT = st.fixed_dictionaries(
    {
        "title": LINE,
        "summary": some(LINE),
        "description": some(PROSE),
        "lessons": some(PROSE),
        "transferability": some(PROSE),
        "origin": st.sampled_from(["author", "translator", "machine"]),
        "source_version": some(st.integers(1, 99)),
    }
)


CONTACT = st.one_of(
    st.fixed_dictionaries({"contact_name": some(LINE), "contact_mail": st.none(), "contact_public": st.just(False)}),
    st.fixed_dictionaries(
        {"contact_name": some(LINE), "contact_mail": st.just("a.b@example.org"), "contact_public": st.booleans()}
    ),
)


@st.composite
def practices(draw: Any) -> dict[str, Any]:
    texts = draw(st.dictionaries(st.sampled_from(LANGUAGES), TEXT, min_size=1, max_size=3))
    placed = draw(st.booleans())
    point = {"lon": draw(st.decimals(-180, 180, places=6)), "lat": draw(st.decimals(-90, 90, places=6))}
    return {
        "language": draw(st.sampled_from(sorted(texts))),
        "texts": texts,
        "place_name": draw(some(LINE)),
        "place_id": draw(some(st.integers(1, 10**9))),
        "country": draw(st.sampled_from(["AT", "GR"])),
        "location": {name: float(value) for name, value in point.items()} if placed else None,
        "location_kind": draw(st.sampled_from(["address", "municipality", "region", "country"])) if placed else None,
        "territories": draw(st.lists(st.sampled_from(LOOKUPS.territories), unique=True)),
        "themes": draw(chosen("theme")),
        "dimensions": draw(chosen("dimension")),
        "target_groups": draw(chosen("target_group")),
        "organisation": draw(some(LINE)),
        "organisation_type": draw(some(st.just("ngo"))),
        "partners": draw(LINES),
        "programmes": draw(LINES),
        "project": draw(some(st.just("eu-belong"))),
        "start_year": draw(YEAR),
        "end_year": draw(YEAR),
        "status": draw(st.sampled_from(practice.STATUSES)),
        "budget_eur": draw(some(st.decimals(0, 10**9, places=2).map(lambda d: f"{d:.2f}"))),
        "website": draw(some(st.just("https://example.org/a?b=c"))),
        "source_title": draw(some(LINE)),
        "source_url": draw(some(st.just("http://example.org/"))),
        "photos": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "id": st.uuids().map(str),
                        "alt": st.dictionaries(st.sampled_from(LANGUAGES), LINE, max_size=2),
                        "credit": LINE,
                    }
                ),
                max_size=2,
                unique_by=lambda photo: photo["id"],
            )
        ),
        "owner": draw(some(st.just("freiwilligenzentrum"))),
        **draw(CONTACT),
    }


def made(given: Sent | dict[str, str], lang: str = "en") -> practice.PracticeForm:
    pairs = given if isinstance(given, Sent) else sent(given.items())
    return practice.make(pairs, LOOKUPS, lang)


def told(given: dict[str, str], name: str, complete: bool = False) -> list[str]:
    form = made({"language": "en", **given})
    practice.check(form, complete)
    return [fault.message % dict(fault.given) for fault in form[name].errors]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(practices())
def test_values_to_form_and_back_are_the_same_values(wanted: dict[str, Any]) -> None:
    form = made(practice.to_form(wanted))
    practice.check(form, complete=False)
    assert left_over(form) == {}
    assert practice.clean(form, wanted) == wanted


def test_every_published_practice_survives_its_form_unchanged(engine: Engine) -> None:
    with engine.connect() as connection:
        terms: dict[str, list[str]] = {}
        for vocabulary, key in connection.execute(text("SELECT vocabulary, key FROM term")):
            terms.setdefault(vocabulary, []).append(key)

        def words(query: str) -> list[str]:
            return list(connection.execute(text(query)).scalars())

        lookups = Lookups(
            terms, words("SELECT slug FROM project"), [], words("SELECT code FROM territory"), [], this_year=2026
        )
        slugs = words("SELECT slug FROM practice")
        assert len(slugs) > 100
        for slug in slugs:
            known = values.of_practice(connection, slug)
            assert known is not None
            form = practice.make(practice.to_form(known.values), lookups, "en")
            assert practice.check(form), (slug, form.errors)
            assert practice.clean(form, known.values) == known.values, slug
        assert values.of_practice(connection, "no-such-practice") is None


def test_an_empty_form_has_every_key_and_says_what_is_missing() -> None:
    assert practice.empty("de").keys() == practice.clean(made(practice.to_form(practice.empty("de")))).keys()
    form = made({"language": "de", "texts-0-language": "de"})
    assert not practice.check(form)
    missing = {name for name in ("country", "location_kind", "themes", "source_url") if form[name].errors}
    assert missing == {"country", "location_kind", "themes", "source_url"}
    assert form.texts[0].form.title.errors
    assert form.texts[0].form.summary.errors


def test_a_draft_may_lack_anything() -> None:
    assert practice.check(made({}), complete=False)


def test_a_text_that_was_not_touched_keeps_who_made_it_and_a_touched_one_does_not() -> None:
    base = practice.empty("en")
    base["texts"] = {
        "en": dict.fromkeys(practice.TEXTS) | {"title": "A", "origin": "author", "source_version": 3},
        "de": dict.fromkeys(practice.TEXTS) | {"title": "B", "origin": "machine", "source_version": 2},
        "it": dict.fromkeys(practice.TEXTS) | {"title": "C", "origin": "machine", "source_version": 3},
    }
    pairs = practice.to_form(base)
    pairs["texts-1-title"] = ["Besser"]
    pairs["texts-2-current"] = ["1"]
    form = made(pairs)
    practice.check(form, complete=False)
    texts = practice.clean(form, base)["texts"]
    assert (texts["en"]["origin"], texts["en"]["source_version"]) == ("author", 3)
    assert (texts["de"]["origin"], texts["de"]["source_version"]) == ("translator", 2)
    assert (texts["it"]["origin"], texts["it"]["source_version"]) == ("machine", None)


@pytest.mark.parametrize("year", ["20x4", "1492", "3025", "-5", "2019.5", "²⁰²⁰", "9" * 300])
def test_impossible_years_are_refused_and_kept_as_typed(year: str) -> None:
    form = made({"start_year": year})
    assert not practice.check(form, complete=False)
    assert form.start_year._value() == year
    assert practice.clean(form)["start_year"] is None
    assert left_over(form) == {"start_year": year}


def test_an_end_before_the_start_is_told_at_the_end() -> None:
    assert told({"start_year": "2019", "end_year": "2018"}, "end_year") == ["This is before the first year."]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "http://user:word@example.org",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://exa mple.org",
        'https://example.org/"onmouseover="x',
        "https://example.org:99999/",
        "https://",
        "nothing",
        "https://example.org/" + "a" * 1000,
    ],
)
def test_only_web_addresses_are_taken(address: str) -> None:
    assert told({"website": address}, "website")


def test_an_address_without_a_scheme_gets_one() -> None:
    form = made({"website": " www.example.org/page "})
    practice.check(form, complete=False)
    assert form.website.data == "https://www.example.org/page"
    assert is_web_address("https://de.wikipedia.org/wiki/Z%C3%BCrich")
    assert is_web_address("https://müller.example")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12500", "12500.00"),
        ("12.500,50 EUR", "12500.50"),
        ("€ 12,500.5", "12500.50"),
        ("1 234 567", "1234567.00"),
        ("12.500", "12500.00"),
        ("0", "0.00"),
        ("-5", None),
        ("12,5,5", None),
        ("a lot", None),
        ("1e9", None),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str | None) -> None:
    assert read_money(typed) == amount


def test_what_is_too_long_says_by_how_much() -> None:
    form = made({"language": "en", "texts-0-language": "en", "texts-0-title": "x" * 301})
    practice.check(form, complete=False)
    fault = form.texts[0].form.title.errors[0]
    assert fault.given == {"longest": 300, "length": 301}
    assert left_over(form) == {"texts-0-title": "x" * 301}


def test_unknown_keys_and_languages_are_refused() -> None:
    assert told({"themes": "moon-travel"}, "themes")
    assert told({"country": "ZZ"}, "country")
    assert told({"owner": "somebody-else"}, "owner")
    assert told({"language": "<b>"}, "language")
    assert told({"territories": "XX"}, "territories")


def test_two_texts_in_one_language_are_told() -> None:
    form = made(
        {"language": "en"}
        | {f"texts-{n}-{name}": value for n in (0, 1) for name, value in (("language", "en"), ("title", "T"))}
    )
    assert not practice.check(form)
    assert form.texts[1].form.language.errors


def test_coordinates_are_read_in_the_language_of_the_page() -> None:
    form = made({"coordinates": "47.24 N 10.74 O", "location_kind": "address"}, "de")
    practice.check(form, complete=False)
    assert practice.clean(form)["location"] == {"lon": 10.74, "lat": 47.24}
    assert told({"coordinates": "47°70'N 10°E"}, "coordinates") == ["Minutes and seconds are less than 60."]
    assert told({"coordinates": "somewhere"}, "coordinates")


@settings(deadline=None)
@given(st.text(max_size=80))
def test_control_characters_never_get_into_values(typed: str) -> None:
    cleaned = tidy(typed, lines=True)
    assert not any((ord(one) < 32 and one != "\n") or ord(one) == 127 for one in cleaned)
    assert cleaned == tidy(cleaned, lines=True)


def test_what_cannot_be_read_comes_back_on_its_own_photo() -> None:
    first, second = "0c0a1c70-0000-4000-8000-000000000001", "0c0a1c70-0000-4000-8000-000000000002"
    form = made(
        {
            "photos-0-id": first,
            "photos-0-credit": "y" * 301,
            "photos-0-remove": "1",
            "photos-1-id": second,
            "photos-1-credit": "x" * 301,
            "photos-1-alt-0-language": "de",
            "photos-1-alt-0-text": "Ein Garten",
            "photos-1-alt-1-language": "en",
            "photos-1-alt-1-text": "z" * 501,
        }
    )
    practice.check(form, complete=False)
    kept = drafts.with_typed(practice.clean(form), form)
    assert [one["id"] for one in kept["photos"]] == [second]
    again = made({name: value[0] for name, value in drafts.to_form(kept, practice.to_form).items()})
    assert [entry.form.id.data for entry in again.photos.entries] == [second]
    photo = again.photos[0].form
    assert photo.credit.typed == "x" * 301
    said = {one.form.language.data: one.form.text.typed for one in photo.alt.entries}
    assert said == {"de": "Ein Garten", "en": "z" * 501}
