"""The page of a practice: what it says, in which language, and how honestly."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, text

from mapapp.factory import create_app
from mapapp.models.practice import Practice

EVALUATED = "utrecht-plan-einstein"
HTML = {"Accept": "text/html"}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", html, flags=re.S)).split())


def test_every_practice_has_a_page_in_every_language(client: Any, session: Any) -> None:
    slugs = session.scalars(select(Practice.slug).order_by(Practice.slug)).all()
    for slug in slugs[::10]:
        for lang in ("en", "de", "it"):
            answer = client.get(f"/{lang}/practices/{slug}", headers=HTML)
            assert answer.status_code == 200, slug
            assert len(re.findall(r"<h1\b", answer.text)) == 1


def test_a_text_that_stands_in_is_marked_with_its_language(client: Any) -> None:
    html = client.get(f"/de/practices/{EVALUATED}", headers=HTML).text
    assert re.search(r'<div class="prose" lang="en" dir="ltr">', html)
    assert re.search(r'id="description">[^<]*\s*<span class="language-name" lang="de">Englisch<', html)
    assert "Maschinell übersetzt" in words(html)


@pytest.mark.parametrize(("slug", "evaluated"), [(EVALUATED, 3), ("amsterdam-startblok-riekerhaven", 0)])
def test_the_profile_has_all_seven_criteria_and_says_which_nobody_evaluated(
    client: Any, slug: str, evaluated: int
) -> None:
    html = client.get(f"/en/practices/{slug}", headers=HTML).text
    assert len(re.findall(r"data-criterion=", html)) == 7
    assert words(html).count("not evaluated") == 7 - evaluated
    assert words(html).count("Source of this evaluation") == evaluated


def test_it_says_where_it_comes_from_and_that_nobody_confirmed_it(client: Any) -> None:
    said = words(client.get("/en/practices/imst-abc-cafe", headers=HTML).text)
    assert "Compiled from public sources, not yet confirmed by its owner." in said
    assert "The point stands for the town or village, not for an address." in said
    assert "Original title ABC-Café" in said


def test_similar_practices_say_why(client: Any) -> None:
    html = client.get("/en/practices/imst-abc-cafe", headers=HTML).text
    alike = html[html.index('id="alike"') :]
    assert 1 <= alike.count('class="why"') <= 4
    assert "Language learning" in words(alike)


def test_the_way_back_keeps_the_search_and_nothing_else(client: Any) -> None:
    html = unescape(client.get("/de/practices/imst-abc-cafe?theme=language&country=AT&evil=1", headers=HTML).text)
    assert re.search(r'class="back[^>]*><a href="/de/\?theme=language&country=AT">', html)
    assert '<link rel="canonical" href="http://localhost/de/practices/imst-abc-cafe">' in html
    assert '<link rel="alternate" hreflang="it" href="http://localhost/it/practices/imst-abc-cafe">' in html


def test_a_correction_is_written_here_and_an_error_told_to_whoever_answers_for_the_site(
    client: Any, settings: Any, engine: Any
) -> None:
    html = client.get("/en/practices/imst-abc-cafe", headers=HTML).text
    assert 'href="/en/contribute/practices/imst-abc-cafe/change"' in html
    assert 'href="/en/contribute/"' in html
    named = create_app(replace(settings, contact="atlas@example.org"), engine).test_client()
    html = named.get("/en/practices/imst-abc-cafe", headers=HTML).text
    assert re.search(r'href="mailto:atlas@example\.org\?subject=Error%3A[^"]*&amp;body=http[^"]*imst-abc-cafe"', html)


def test_a_card_is_a_fragment_with_its_place(client: Any) -> None:
    html = client.get("/de/practices/imst-abc-cafe/card?theme=language", headers=HTML).text
    assert re.search(r'data-card [^>]*data-at="47\.\d+,10\.\d+"', html)
    assert "<header" not in html
    assert 'href="/de/practices/imst-abc-cafe?theme=language"' in html


@pytest.mark.parametrize("path", ["/de/practices/no-such", "/de/practices/no-such/card"])
def test_an_unknown_practice_is_404_in_the_language_of_the_page(client: Any, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert 'lang="de"' in answer.text


def test_the_profile_takes_no_other_frameworks_word_for_its_own(settings: Any, atlas_engine: Any) -> None:
    with atlas_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO evaluation (practice_id, framework, criterion, source_url) "
                "SELECT id, 'AMIF', (SELECT key FROM term WHERE vocabulary = 'criterion' ORDER BY position LIMIT 1), "
                "'https://example.org' FROM practice WHERE slug = 'amsterdam-startblok-riekerhaven'"
            )
        )
    client = create_app(settings, atlas_engine).test_client()
    said = words(client.get("/en/practices/amsterdam-startblok-riekerhaven", headers=HTML).text)
    assert said.count("not evaluated") == 7
    assert "Nobody has published an evaluation" in said


def test_a_place_south_of_the_equator_has_no_minus(settings: Any, atlas_engine: Any) -> None:
    with atlas_engine.begin() as connection:
        moved = "UPDATE practice SET location = ST_SetSRID(ST_MakePoint(-60.5, -20.25), 4326) WHERE slug = :slug"
        connection.execute(text(moved), {"slug": EVALUATED})
    said = words(create_app(settings, atlas_engine).test_client().get(f"/en/practices/{EVALUATED}", headers=HTML).text)
    assert "20.25° S, 60.5° W" in said


def test_lists_are_joined_as_the_language_joins_them(client: Any) -> None:
    html = client.get(f"/de/practices/{EVALUATED}", headers=HTML).text
    groups = re.findall(r"\?target_group=[^>]*>[^<]*</a>([^<]*)<", html)
    assert " und " in groups
