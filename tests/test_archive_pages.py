"""The pages of an archive: whatever the site publishes of a record or shows on its page stands there, too."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any, NamedTuple

import pytest
from flask import g
from flask_babel import gettext
from sqlalchemy import Engine, event, text

from mapapp import archiving, i18n
from mapapp.dates import say_date
from mapapp.factory import create_app
from mapapp.formats import fields
from mapapp.queries import related
from mapapp.settings import Settings
from mapapp.views.downloads import LAYERS
from mapapp.views.wording import label

from .proposing import evaluate
from .strict import Strict

HTML = {"Accept": "text/html"}
#: One record of each kind with everything that it can have. Its languages: German is asked for, and not all is German.
FULL = {
    "practices": "imst-abc-cafe",
    "services": "imst-abc-cafe",
    "regions": "vorarlberg",
    "projects": "milestone",
    "events": "full-event",
    "needs": "full-need",
}
FILL = """
DELETE FROM practice WHERE slug NOT IN ('imst-abc-cafe', 'utrecht-plan-einstein');
UPDATE practice SET organisation = 'Leaders of Imst', organisation_type = 'ngo',
  partners = '{Firstpartner,Nextpartner}',
  programmes = '{ESF,donations}', project_id = (SELECT id FROM project WHERE slug = 'milestone'), start_year = 2011,
  end_year = 2022, status = 'ended', budget_eur = 12345.5, website = 'https://example.org/cafe', title_original =
  'Originalname', language_original = 'fr', source_title = 'Sourcetitle', source_accessed = '2024-02-29',
  confirmed_on = '2025-03-31', confirmed_by = 'Confirming Association', lapsed_on = '2026-04-30',
  nuts_code = 'AT334', place_name = 'Imst', location_kind = 'municipality'
  WHERE slug = 'imst-abc-cafe';
DELETE FROM practice_text WHERE practice_id = (SELECT id FROM practice WHERE slug = 'imst-abc-cafe');
INSERT INTO practice_text (practice_id, language, origin, is_source, source_version, title, summary, description,
  lessons, transferability)
  SELECT id, said.language, said.origin, said.language = 'en', said.version, 'Title' || said.language,
    'Summary' || said.language, description, lessons, transferability
  FROM practice, (VALUES ('en', 'author', 2, '- Pointone' || chr(10) || '- Pointtwo', 'Lessonsen', 'Transferen'),
    ('de', 'machine', 1, NULL, NULL, NULL), ('fr', 'translator', 2, NULL, NULL, NULL))
    AS said(language, origin, version, description, lessons, transferability) WHERE slug = 'imst-abc-cafe';
DELETE FROM practice_term WHERE practice_id = (SELECT id FROM practice WHERE slug = 'imst-abc-cafe');
INSERT INTO practice_term (practice_id, vocabulary, key, position)
  SELECT id, vocabulary, key, nth FROM practice, (VALUES ('theme', 'language', 1), ('theme', 'housing', 2),
    ('dimension', 'diversity', 1), ('target_group', 'women', 1)) AS given(vocabulary, key, nth)
  WHERE slug = 'imst-abc-cafe';
INSERT INTO practice_territory SELECT id, code FROM practice, unnest('{AT332,AT334}'::text[]) code
  WHERE slug = 'imst-abc-cafe' ON CONFLICT DO NOTHING;
UPDATE service SET organisation = 'Serving Association', address = 'Streetname 7, Imst', languages = '{de,ar,tr}',
  phone = '+43 5412 12345', website = 'https://example.org/marjam', temporarily_closed = true,
  region_id = (SELECT id FROM region WHERE slug = 'vorarlberg'), confirmed_on = '2025-05-31',
  confirmed_by = 'Confirming Office', lapsed_on = '2026-05-01', opening_hours = '[{"day": 3, "opens": "08:15",
  "closes": "11:45"}, {"day": 3, "opens": "13:20", "closes": "17:05"}]' WHERE slug = 'imst-abc-cafe';
UPDATE service_text SET description = 'Describing', eligibility = 'Eligible', cost = 'Costing', documents = 'Bringing'
  WHERE service_id = (SELECT id FROM service WHERE slug = 'imst-abc-cafe');
UPDATE region SET source_url = 'https://example.org/region',
  name_local = 'Ländle', authority = 'Amtfuerintegration', destination_type = 'new',
  website = 'https://example.org/vorarlberg' WHERE slug = 'vorarlberg';
UPDATE region_text SET authority_role = 'Rolewords' WHERE region_id = (SELECT id FROM region WHERE slug = 'vorarlberg');
DELETE FROM membership WHERE region_id = (SELECT id FROM region WHERE slug = 'vorarlberg');
INSERT INTO membership (project_id, region_id, role) SELECT project.id, region.id, role
  FROM project, region, unnest('{lead,pilot,advisory}'::text[]) role
  WHERE project.slug = 'milestone' AND region.slug = 'vorarlberg';
UPDATE project SET title_local = 'Localtitle', acronym = 'ACRO', programme = 'AMIF', start_date = '2019-02',
  end_date = '2021-11-30', total_cost_eur = 876543.21, eu_grant_eur = 654321, lead_partner = 'Leadpartner',
  website = 'https://example.org/milestone', themes = '{language,housing}' WHERE slug = 'milestone';
UPDATE project_text SET aims = 'Aimwords', measures = 'Measurewords', benefits = 'Benefitwords',
  location = 'Locationwords' WHERE project_id = (SELECT id FROM project WHERE slug = 'milestone');
UPDATE event SET slug = 'full-event', online = true, country = 'AT', place_name = 'Imst', url = 'https://example.org/e',
  date = '2020-06-17', project_id = (SELECT id FROM project WHERE slug = 'milestone'), location_kind = 'municipality',
  location = ST_SetSRID(ST_MakePoint(10.7, 47.2), 4326) WHERE id = (SELECT min(id) FROM event);
UPDATE event SET date = NULL WHERE id = (SELECT max(id) FROM event);
UPDATE need SET slug = 'full-need', region_id = (SELECT id FROM region WHERE slug = 'vorarlberg'),
  date = '2020-07', source_title = 'Needsource' WHERE id = (SELECT min(id) FROM need);
"""

# What two others said before under the criterion that `evaluate` speaks of.
OLDER = """
WITH said AS (
  INSERT INTO evaluation (practice_id, criterion, framework, level, evaluator, date, version, source_url)
  SELECT practice.id, key, 'REGIN', level, evaluator, date, '1.0', 'https://example.org/' || date
  FROM practice, term, (VALUES ('low', 'Older Office', '2019'), ('medium', 'Undated Office', NULL))
    AS given(level, evaluator, date)
  WHERE slug = 'imst-abc-cafe' AND vocabulary = 'criterion' AND position = 1 RETURNING id, evaluator
)
INSERT INTO evaluation_text (evaluation_id, language, origin, is_source, source_version, room_for_improvement)
SELECT id, 'en', 'author', true, 1, 'Room by ' || evaluator FROM said
"""
LATE = """
WITH late AS (INSERT INTO region (slug, country, level, source_url)
  VALUES ('late-comer', 'AT', 'region', 'https://example.org/late') RETURNING id),
named AS (INSERT INTO region_text (region_id, language, origin, is_source, source_version, name)
  SELECT id, 'en', 'author', true, 1, 'Late comer' FROM late)
UPDATE data_version SET version = version + 1
"""
# What the pages of the site work out from other facts, and the pages of an archive leave to their readers.
DERIVED = {"Länder der erfassten Partner", "Countries of the recorded partners", "Paesi dei partner registrati"}
VOCABULARIES = {
    **{"themes": "theme", "theme": "theme", "dimensions": "dimension", "target_groups": "target_group"},
    **{"organisation_type": "organisation_type", "status": "status", "category": "service_category"},
    **{"type": "event_type", "kind": "need_kind", "level": "level", "destination_type": "destination_type"},
}


class Written(NamedTuple):
    """The pages of an archive by their names, and the application that it was written from."""

    pages: dict[str, str]
    app: Any
    engine: Engine

    def article(self, plural: str, lang: str, slug: str) -> str:
        found = re.search(rf'<article id="{slug}">(.*?)</article>', self.pages[f"{plural}.{lang}.html"], re.DOTALL)
        assert found, (plural, lang, slug)
        return found[1]


@pytest.fixture(scope="module")
def written(postgis: Any, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    engine = postgis.clone("template_atlas", f"archive_pages_{worker_id}")
    with engine.begin() as connection:
        connection.exec_driver_sql(FILL)
        connection.execute(text(OLDER))
        evaluate(connection, FULL["practices"], ["REGIN"])  # the newest
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("pages"), secret_key="x" * 40), engine)
    app.jinja_env.undefined = Strict
    with engine.connect() as connection:
        pages = {name: content.decode() for name, content in archiving.pages_of(app, connection)}
    yield Written(pages, app, engine)
    postgis.drop(engine)


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_every_published_field_stands_on_the_page_of_its_record(written: Written) -> None:
    client = written.app.test_client()
    assert set(FULL) == {one.plural for one in LAYERS}
    for one in LAYERS:
        records = client.get(f"/{one.plural}.geojson?lang=de").get_json(force=True)["features"]
        told = next(record for record in records if record["id"] == FULL[one.plural])["properties"]
        article = written.article(one.plural, "de", FULL[one.plural])
        facts: dict[str, str] = {}
        for title, said in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", article, re.DOTALL):
            facts[words(title)] = f"{facts.get(words(title), '')} {words(said)}".strip()
        head = words(article.partition("</h2>")[0])
        for field in one.fields:
            value = told[field.name]
            assert value not in (None, "", []), f"fill {field.name} of {one.plural}: it may be missing in the archive"
            with written.app.test_request_context("/de/data"):
                g.lang = "de"
                expected, title = _in_words(field, value), str(gettext(field.title))
            if field.name in ("title", "name", "statement"):
                assert head.startswith(value), (one.plural, field.name)
            else:
                said = facts.get(title, "")
                assert said, (one.plural, field.name)
                assert all(part in said for part in expected), (one.plural, field.name, expected, said)


def _in_words(field: fields.Field, value: Any) -> list[str]:
    """Return what has to stand on the page for a value; for words of a vocabulary, that there is none of its keys."""
    if field.name in ("place", "licence", "nuts") or field.kind in ("address", "integer"):
        return [str(value)]
    if field.name in ("date", "start_date", "end_date"):
        return [say_date(value, "de")]
    if field.kind in ("date", "timestamp"):
        return [i18n.day(datetime.fromisoformat(value).date(), "de")]
    if field.kind == "number":
        return [i18n.number(value, "de")]
    if field.kind == "boolean":
        return ["ja" if value else "nein"]
    if field.name in VOCABULARIES:
        return [label(VOCABULARIES[field.name], key) for key in ([value] if isinstance(value, str) else value)]
    if field.kind == "list" and field.name == "languages":
        return [i18n.language_name(code, "de") for code in value]
    if field.kind == "list" and field.name == "projects":
        return ["Leadpartner"]  # with the role in each
    if field.kind == "key":
        return {"country": [i18n.country_name(value, "de")]}.get(field.name, [])
    if field.kind == "text":
        return [words(re.sub(r"(?m)^- ", "", value))]
    return [] if field.name == "programmes" else list(value)


@pytest.mark.parametrize("lang", ["en", "de", "it"])
def test_whatever_the_page_of_a_record_says_its_page_in_an_archive_says(written: Written, lang: str) -> None:
    client = written.app.test_client()
    prose, notice = r'class="prose"[^>]*>(.*?)</div>', r'class="notice[^>]*>(.*?)</div>'
    parts = {
        "practices": (prose, notice, r'class="criterion-source">(.*?)</p>'),
        "services": (prose, notice, r'<table class="hours">(.*?)</table>'),
        "regions": (r'<p class="card-foot">(.*?)</p>', r'<ul class="need-list">\s*<li>\s*<p[^>]*>(.*?)</p>'),
        "projects": (
            prose,
            r'<h3 class="role">(.*?) <span',
            r'<ul class="partner-list">\s*<li>\s*<p><a[^>]*>(.*?)</a>',
            r'<p class="when">\s*<time[^>]*>(.*?)</time>',
            r"<p><strong[^>]*>(.*?)</strong>",
            r'<p class="hint">(Localtitle)</p>',
        ),
    }
    for plural, others in parts.items():
        page = client.get(f"/{lang}/{plural}/{FULL[plural]}", headers=HTML).text
        page = page[page.index("<main") : page.index("</main>")]
        shown = {
            f"{words(title)}: {words(said)}": said
            for title, said in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
            if words(title) not in DERIVED
        }
        for pattern in others:
            found = re.findall(pattern, page, re.DOTALL)
            assert found, (plural, pattern)
            shown |= {words(one): one for one in found}
        stands = set(re.findall(r"\w+", words(written.article(plural, lang, FULL[plural]))))
        for about, said in shown.items():
            own = re.sub(r'<svg.*|<span class="hint">\d+ .*', "", said, flags=re.DOTALL)  # a share is worked out
            missing = set(re.findall(r"\w+", words(own)))
            assert missing - stands == set(), (plural, about)


def test_the_pages_of_an_archive_say_who_made_and_who_vouches(written: Written) -> None:
    article = words(written.article("practices", "de", FULL["practices"]))
    for said in (
        *("Bestätigt am 31. März 2025 durch Confirming Association.", "Länger nicht bestätigt.", "Transferen"),
        *("Maschinell übersetzt", "Titlefr Französisch", "Titleen Englisch", "Originalname Französisch"),
        *("Innsbruck AT332 und Tiroler Oberland AT334", "gelesen am 29. Februar 2024"),
    ):
        assert said in article, said
    other = words(written.article("practices", "de", "utrecht-plan-einstein"))
    assert "Aus öffentlichen Quellen zusammengestellt, von den Verantwortlichen noch nicht bestätigt." in other
    service = words(written.article("services", "en", FULL["services"]))
    assert "Confirmed on 31 May 2025 by Confirming Office." in service
    page = written.app.test_client().get(f"/en/services/{FULL['services']}", headers=HTML).text
    assert "Confirmed on 31 May 2025 by Confirming Office." in page
    assert "Wednesday 08:15–11:45 and 13:20–17:05" in service
    assert "Thursday closed" in service
    for plural in ("regions", "projects"):
        article = words(written.article(plural, "en", FULL[plural]))
        assert "Lead partner, Pilot region and Advisory partner" in article, plural
    assert "to be announced" in written.pages["events.en.html"]


def test_all_that_was_said_under_a_criterion_is_shown_the_newest_first(written: Written) -> None:
    page = written.app.test_client().get(f"/en/practices/{FULL['practices']}", headers=HTML).text
    row = next(one for one in page.split("data-criterion=") if "A region" in one).partition("</li>")[0]
    article = written.article("practices", "en", FULL["practices"])
    for said in (row, next(one for one in article.split("<section>") if "A region" in one)):
        sources = [words(one) for one in re.findall(r'class="criterion-source">(.*?)</p>', said, re.DOTALL)]
        assert [one.partition(" · ")[0] for one in sources] == ["A region", "Older Office", "Undated Office"]
        assert sources[0].startswith("A region · May 2024 · REGIN 2.1")
        assert sources[1].startswith("Older Office · 2019 · REGIN 1.0")
        told = words(said)
        places = [told.index(one) for one in ("strong evidence", "some evidence", "good evidence")]
        assert places == sorted(places)
        assert "Room by Older Office" in told
    assert "3 evaluations" in words(row)
    table = next(one for one in related.TABLES["practice"] if one.name == "practice_evaluations")
    with written.engine.connect() as connection:
        rows = [next(csv.reader([line.decode()])) for line in related.copy_rows(connection, table, None)]
    named = [dict(zip((name for name, _kind in table.columns), row, strict=True)) for row in rows]
    mine = [one for one in named if one["slug"] == FULL["practices"] and one["evaluator"]]
    assert [(one["evaluator"], one["version"]) for one in mine] == [
        *(("A region", "2.1"), ("Older Office", "1.0"), ("Undated Office", "1.0"))
    ]
    assert mine[0]["evidence"] == "Forty interviews"


def test_what_the_pages_say_is_asked_once_not_for_each_record(written: Written) -> None:
    asked: list[str] = []
    with written.app.test_request_context("/de/data"):
        g.lang = "de"
        with written.engine.connect() as connection:
            for one in LAYERS:  # words of vocabularies are kept
                archiving._beside(connection, one, "de")
            event.listen(connection, "before_cursor_execute", lambda _c, _cursor, sql, *_more: asked.append(sql))
            for one in LAYERS:
                archiving._beside(connection, one, "de")
    assert len(asked) == 17


def test_a_record_that_comes_while_the_pages_are_written_breaks_nothing(written: Written) -> None:
    with written.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SELECT count(*) FROM region"))  # from here on it sees one state
        with written.engine.begin() as other:
            other.execute(text(LATE))
        assert '"late-comer"' in written.app.test_client().get("/regions.geojson?lang=de").text
        pages = {name: content.decode() for name, content in archiving.pages_of(written.app, connection)}
    assert 'id="late-comer"' not in pages["regions.de.html"]
    assert f'id="{FULL["regions"]}"' in pages["regions.de.html"]
