"""The forms of contributors without scripts: faults at their fields, places, languages, services, evaluations."""

import re

import pytest

from .contributing import NEW, edit_of, fields, id_of, row, scalar, send, whole

SERVICE = "/en/contribute/services/new"
EVALUATE = "/en/contribute/practices/imst-abc-cafe/evaluate"


def told(html: str) -> dict[str, str]:
    """Return what is said at the fields of a page: names to words."""
    found = re.findall(r'<p class="field-error" id="e-([^"]+)">.*?<span>(.*?)</span>', html, re.S)
    return dict(found)


def test_what_is_missing_is_told_at_its_field_and_in_a_summary_that_leads_there(partner_client):
    answer = send(partner_client, NEW, {"texts-0-title": "Only a title"}, "submit")
    assert answer.status_code == 422
    summary = re.search(r'<div class="notice error error-summary".*?</div>', answer.text, re.S)[0]  # type: ignore[index]
    linked = re.findall(r'href="#f-([^"]+)"', summary)
    assert set(linked) == {"texts-0-summary", "themes", "country", "location_kind", "source_url"}
    for name in linked:
        assert f'id="f-{name}"' in answer.text
        assert name in told(answer.text)
    assert 'value="Only a title"' in answer.text
    assert "<title>Error: " in answer.text
    to = re.search(r'<form [^>]*id="form"[^>]*action="([^"]+)"', answer.text)[1]  # type: ignore[index]
    assert 'value="Only a title"' in partner_client.get(to).text


def test_what_cannot_be_read_is_kept_in_the_draft_and_told(partner_client):
    typed = {
        "coordinates": "somewhere in the north",
        "start_year": "about 2015",
        "budget_eur": "a little",
        "source_url": "javascript:alert(1)",
        "texts-0-title": "x" * 301,
    }
    public_id = id_of(send(partner_client, NEW, typed))
    page = partner_client.get(edit_of(public_id)).text
    again = fields(page)
    assert {name: again[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert set(told(page)) == set(typed)
    answer = send(partner_client, edit_of(public_id), {}, "submit")
    assert answer.status_code == 422
    assert (
        send(partner_client, edit_of(public_id), whole(start_year="2015", budget_eur=""), "submit").status_code == 303
    )
    assert "typed" not in row(partner_client, public_id).values


def test_strange_bytes_and_made_up_choices_are_told_not_stored(partner_client):
    strange = {
        "texts-0-title": "a\x00b\u202e",
        "country": "ZZ",
        "location_kind": "planet",
        "themes": ["language", "moon"],
        "project": "none-such",
        "owner": "second-organisation",
        "revision": "-3",
        "language_was": "\ud800",
    }
    assert send(partner_client, NEW, {"coordinates": "a\x00\x07b", "start_year": "\u2028"}).status_code == 303
    answer = send(partner_client, NEW, {**strange, "language_was": "??"}, "submit")
    assert answer.status_code == 422
    assert {"country", "location_kind", "themes", "project"} <= set(told(answer.text))


def test_a_place_is_found_and_chosen_without_scripts(partner_client):
    answer = send(partner_client, NEW, {"place_name": "Vienna"}, "find")
    public_id = id_of(answer)
    page = partner_client.get(answer.location.split("#")[0]).text
    first = re.search(r'<button class="pick" name="choose" value="(place:\d+)">', page)
    assert first
    chosen = {**fields(page), "choose": first[1]}
    assert partner_client.send(edit_of(public_id), chosen).status_code == 303
    values = row(partner_client, public_id).values
    assert (values["country"], values["location_kind"]) == ("AT", "municipality")
    assert values["place_id"] == int(first[1][6:])
    assert abs(values["location"]["lat"] - 48.2) < 0.1
    page = partner_client.get(edit_of(public_id)).text
    assert re.search(r"48\.2\d+, 16\.3\d+ · 48°12′", page)


def test_a_whole_region_is_chosen_with_its_territory_and_point(partner_client):
    public_id = id_of(send(partner_client, NEW, {"place_name": "Tirol"}))
    chosen = {**fields(partner_client.get(edit_of(public_id)).text), "choose": "nuts:AT33"}
    partner_client.send(edit_of(public_id), chosen)
    values = row(partner_client, public_id).values
    assert (values["country"], values["location_kind"], values["territories"]) == ("AT", "region", ["AT33"])
    assert values["location"]
    answer = send(partner_client, edit_of(public_id), {"area": "Vorarlberg"}, "find-area")
    page = partner_client.get(answer.location.split("#")[0]).text
    assert 'name="territories" value="AT34"' in page
    send(partner_client, edit_of(public_id), {"territories": ["AT34", "AT33"]})
    assert row(partner_client, public_id).values["territories"] == ["AT33", "AT34"]


def test_a_whole_country_needs_no_point(partner_client):
    answer = send(
        partner_client, NEW, whole(country="MT", location_kind="country", coordinates="", place_name=""), "submit"
    )
    values = row(partner_client, id_of(answer)).values
    assert values["location_kind"] == "country"
    assert 35 < values["location"]["lat"] < 37


@pytest.mark.parametrize("typed", ["47°16′9″N 11°24′15″E", "N 47 16.15' E 11 24.25'", "47,2692; 11,4042"])
def test_coordinates_are_read_as_people_write_them_and_give_the_country(partner_client, typed):
    public_id = id_of(send(partner_client, NEW, whole(coordinates=typed, country="")))
    values = row(partner_client, public_id).values
    assert abs(values["location"]["lat"] - 47.2692) < 0.001
    assert values["country"] == "AT"


def test_a_point_in_another_country_is_a_question_to_the_author(partner_client):
    wrong = whole(country="DE")
    answer = send(partner_client, NEW, wrong, "submit")
    assert answer.status_code == 422
    assert "Austria" in told(answer.text)["country"]
    assert row(partner_client, re.search(r"proposals/([0-9a-f-]{36})/edit", answer.text)[1]).values["country"] == "DE"  # type: ignore[index]
    assert 'name="place_is_right"' in answer.text
    answer = send(partner_client, NEW, {**wrong, "place_is_right": "1"}, "submit")
    assert row(partner_client, id_of(answer)).state == "submitted"


def test_scripts_are_told_places_territories_and_where_a_point_lies(partner_client, anyone):
    options = partner_client.get("/de/contribute/places?q=Wien").text
    assert re.search(r'role="option"[^>]*data-words="Wien"[^>]*data-country="AT" data-kind="municipality"', options)
    near = partner_client.get("/en/contribute/places?q=San&near=41.9,12.5").text
    assert re.findall(r'data-country="(..)"', near)[0] in ("IT", "SM")
    assert 'data-value="nuts:AT33"' in partner_client.get("/en/contribute/areas?q=tirol").text
    assert 'data-value="nuts:ITH10"' in partner_client.get("/de/contribute/areas?q=Bozen").text
    lies = partner_client.get("/en/contribute/around?at=47.2692,11.4041&country=DE&kind=address").text
    assert 'data-country="AT"' in lies
    assert "Is that right?" in lies
    assert "Is that right?" not in partner_client.get("/en/contribute/around?at=47.2692,11.4041&country=AT").text
    german = partner_client.get("/de/contribute/around?at=47°14′26″N 10°44′18″O&country=AT").text
    assert "47.240556, 10.738333 · 47°14′26.0″N 10°44′18.0″O" in german
    assert "Please write coordinates like" in partner_client.get("/en/contribute/around?at=x").text
    assert "no such point" in partner_client.get("/en/contribute/around?at=47.5,200").text
    for asked in ("places?q=%00", "around?at=x", "around", "areas?q=%25", "places?q=a&near=x"):
        assert partner_client.get(f"/en/contribute/{asked}").status_code == 200, asked
    assert anyone.get("/en/contribute/places?q=Wien").status_code == 303


def test_a_translation_is_written_beside_its_source(partner_client):
    public_id = id_of(send(partner_client, NEW, whole()))
    answer = send(partner_client, edit_of(public_id), {"add_language": "de"}, "add-language")
    assert answer.location.endswith("#text-de")
    page = partner_client.get(answer.location.split("#")[0]).text
    assert "to be written" in page
    assert 'class="source-text"' in page
    given = {**fields(page), "texts-1-title": "Garten der Sprachen", "go": "submit"}
    assert partner_client.send(edit_of(public_id), given).status_code == 303
    texts = row(partner_client, public_id).values["texts"]
    assert {code: one["origin"] for code, one in texts.items()} == {"en": "author", "de": "translator"}


def test_a_translation_that_its_source_has_outrun_is_marked(partner_client):
    address = "/en/contribute/practices/imst-abc-cafe/change"
    page = partner_client.get(address)
    given = fields(page.text if page.status_code == 200 else partner_client.get(page.location).text)
    sources = [name for name in given if re.fullmatch(r"texts-\d+-language", name)]
    assert len(sources) > 1, "the sample practice has translations"
    assert "older than the source" not in page.text
    public_id = id_of(partner_client.send(address, {**given, "texts-0-title": "A new title altogether", "go": "stay"}))
    page = partner_client.get(edit_of(public_id)).text
    assert "older than the source" in page
    assert 'name="texts-1-current"' in page
    partner_client.send(edit_of(public_id), {**fields(page), "texts-1-current": "1", "go": "stay"})
    language = given["texts-1-language"][0]
    assert row(partner_client, public_id).values["texts"][language]["source_version"] is None


def test_the_language_of_a_text_can_be_put_right(partner_client):
    public_id = id_of(send(partner_client, NEW, {"texts-0-title": "Ein Garten"}))
    send(partner_client, edit_of(public_id), {"language": "de"})
    values = row(partner_client, public_id).values
    assert values["language"] == "de"
    assert values["texts"]["de"]["title"] == "Ein Garten"
    assert "en" not in values["texts"]


def test_a_service_goes_from_the_form_to_the_queue(partner_client):
    whole_service = {
        "texts-0-name": "Open counter",
        "category": "counselling",
        "country": "AT",
        "location_kind": "none",
        "hours_1": "9-12, 14:00 – 18.30",
        "languages": ["ar", "de"],
        "phone": "+43 512 1234",
        "source_url": "https://example.org/counter",
    }
    answer = send(partner_client, SERVICE, {**whole_service, "hours_1": "in the morning", "phone": "ask"}, "submit")
    assert answer.status_code == 422
    assert set(told(answer.text)) == {"hours_1", "phone"}
    assert '<a href="#f-hours_1">Opening hours: Monday</a>' in answer.text
    assert 'value="in the morning"' in answer.text
    answer = send(partner_client, SERVICE, whole_service, "submit")
    stored = row(partner_client, id_of(answer))
    assert (stored.kind, stored.state) == ("service", "submitted")
    assert stored.values["opening_hours"] == [
        {"day": 1, "opens": "09:00", "closes": "12:00"},
        {"day": 1, "opens": "14:00", "closes": "18:30"},
    ]
    assert "Open counter" in partner_client.get("/en/contribute/mine").text


def test_the_preview_of_a_service_is_its_page_and_nobody_else_sees_it(anyone, partner_client, other_partner_client):
    words = {"language": "en", "texts-0-name": "Counter in preview", "texts-0-description": "It is **free**."}
    answer = send(partner_client, SERVICE, {**words, "hours_1": "09:00-12:00", "languages": ["ar", "de"]}, "preview")
    address = f"/en/contribute/proposals/{id_of(answer)}/preview"
    assert answer.location == address
    page = partner_client.get(address)
    assert page.status_code == 200, "a draft that lacks most things is shown, too"
    assert re.search(r"<h1[^>]*>Counter in preview", page.text)
    assert "<strong>free</strong>" in page.text
    assert "09:00–12:00" in page.text
    assert "Arabic and German" in page.text
    assert "This is a preview" in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert "application/ld+json" not in page.text
    assert f'href="{address}"' in partner_client.get(address.removesuffix("/preview")).text
    assert other_partner_client.get(address).status_code == 404
    assert anyone.get(address).status_code == 303
    assert "Counter in preview" not in anyone.get("/en/services?q=counter").text
    slug = scalar(partner_client, "SELECT max(slug) FROM service")
    changed = send(partner_client, f"/en/contribute/services/{slug}/change", {"phone": "+43 512 1"}, "preview")
    assert 'href="tel:+435121"' in partner_client.get(changed.location).text
    nothing = send(partner_client, SERVICE, {"language": "en", "note": "Only a word so far."}, "preview")
    empty = partner_client.get(nothing.location)
    assert empty.status_code == 200
    assert not re.search(r">\s*,", empty.text), "what is not known yet leaves no comma behind"


def test_a_published_service_is_changed(partner_client):
    answer = send(partner_client, "/en/contribute/services/imst-abc-cafe/change", {"phone": "+43 512 99"}, "submit")
    stored = row(partner_client, id_of(answer))
    assert {name for name in stored.values if stored.values[name] != stored.base[name]} == {"phone"}


def test_only_people_with_the_right_evaluate(partner_client, moderator_client, contributor_client):
    for client in (partner_client, contributor_client):
        assert client.get(EVALUATE).status_code == 403
        assert client.send(EVALUATE, {"go": "stay"}).status_code == 403
    answer = send(moderator_client, EVALUATE, {"evaluator": "A team", "date": "2026-10"}, "submit")
    assert answer.status_code == 422
    given = {
        "evaluator": "A team",
        "date": "10/2026",
        "criteria-2-strength": "New in the valley.",
        "criteria-2-level": "high",
        "criteria-2-evidence": "Interviews.",
    }
    answer = send(moderator_client, edit_of(id_of(moderator_client.get(EVALUATE))), given, "submit")
    stored = row(moderator_client, id_of(answer))
    assert (stored.kind, stored.state, stored.slug) == ("evaluation", "submitted", "imst-abc-cafe")
    assert stored.values["date"] == "2026-10"
    assert list(stored.values["criteria"].values()) == [
        {"level": "high", "strength": "New in the valley.", "room_for_improvement": None, "evidence": "Interviews."}
    ]
