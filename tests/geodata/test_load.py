"""Loading: the starting data is all there, a second load changes nothing, a changed row changes exactly that row."""

import csv
import shutil

import pytest
from sqlalchemy import text

from geodata.load import COLUMNS, STARTING_DATA, load
from mapapp import models  # noqa: F401 - fills the metadata
from mapapp.database import Base

SLUG = "imst-abc-cafe"


def ask(engine, statement, **values):
    with engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def do(engine, statement, **values):
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def rows_as_they_lie(engine):
    """Where each row lies and which transaction wrote it: not even rewriting a row with itself keeps these."""
    return {
        table: ask(
            engine, f"SELECT count(*), md5(string_agg(ctid::text || xmin::text, ',' ORDER BY ctid)) FROM {table}"
        )
        for table in Base.metadata.tables
    }


@pytest.fixture
def folder(tmp_path):
    for name in COLUMNS:
        shutil.copy(STARTING_DATA / name, tmp_path / name)
    return tmp_path


def rewrite(folder, name, change):
    """Write a file anew with `change` applied to its rows, each a dict; a row that becomes None is left out."""
    with (folder / name).open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames, [change(dict(row)) for row in reader]
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(row for row in rows if row is not None)


def with_cell(column, value, **where):
    def change(row):
        if all(row[key] == wanted for key, wanted in where.items()):
            row[column] = value
        return row

    return change


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("practice", 151),
        ("practice_text WHERE is_source AND language = 'en' AND origin = 'author'", 151),
        ("practice_text WHERE NOT is_source AND origin = 'machine'", 335),
        ("region", 67),
        ("membership", 70),
        ("project", 20),
        ("service", 75),
        ("event", 28),
        ("media_report", 20),
        ("need", 6),
        ("need_text", 18),
        ("evaluation", 20),
        ("region_indicator", 36),
        ("term", 99),
        ("term_label", 2970),
        ("term_synonym", 6193),
        ("territory", 2010),
        ("territory WHERE level = 0", 37),
        ("territory WHERE level = 1", 125),
        ("territory WHERE level = 2", 334),
        ("territory WHERE level = 3", 1514),
        ("place", 98_759),
        ("practice_term WHERE vocabulary = 'theme' AND key = 'social-inclusion'", 57),
        ("practice_term WHERE vocabulary = 'target_group' AND key = 'refugees'", 98),
        ("practice WHERE country = 'GR'", 8),
        ("practice WHERE country = 'GB'", 3),
        ("practice WHERE status = 'unknown'", 100),
        ("practice WHERE organisation_type = 'municipality'", 58),
    ],
)
def test_every_table_has_what_the_readme_of_the_data_counts(engine, table, rows):
    assert ask(engine, f"SELECT count(*) FROM {table}") == [(rows,)]


def test_translations_of_records_are_all_there(engine):
    fields = """
        SELECT sum(num_nonnulls(title, aims, measures, benefits, location)) FROM project_text WHERE NOT is_source
        UNION ALL SELECT sum(num_nonnulls(name, authority_role)) FROM region_text WHERE NOT is_source
        UNION ALL SELECT sum(num_nonnulls(strength, room_for_improvement)) FROM evaluation_text WHERE NOT is_source
        UNION ALL SELECT count(*) FROM service_text WHERE NOT is_source
        UNION ALL SELECT count(*) FROM event_text WHERE NOT is_source
    """
    assert sum(number for (number,) in ask(engine, fields)) == 674


def test_a_second_load_changes_nothing_at_all(atlas_engine):
    before = rows_as_they_lie(atlas_engine)
    report = load(atlas_engine, STARTING_DATA)
    assert report.loaded
    assert not report.bad_rows
    assert rows_as_they_lie(atlas_engine) == before
    assert {kind: counts.unchanged for kind, counts in report.counts.items()}["practice"] == 151
    assert all(not counts.added and not counts.changed for counts in report.counts.values())


def test_a_changed_row_changes_that_record_and_marks_its_translations_as_older(atlas_engine, folder):
    others = "SELECT slug, version, updated_at, xmin::text FROM practice WHERE slug <> :slug ORDER BY slug"
    before = ask(atlas_engine, others, slug=SLUG)
    rewrite(folder, "practices.csv", with_cell("summary_en", "A café where newcomers practise German.", slug=SLUG))
    report = load(atlas_engine, folder)
    assert (report.counts["practice"].changed, report.counts["practice"].unchanged) == (1, 150)
    assert ask(atlas_engine, others, slug=SLUG) == before
    assert ask(atlas_engine, "SELECT version, updated_at > created_at FROM practice WHERE slug = :slug", slug=SLUG) == [
        (2, True)
    ]
    texts = """SELECT language, source_version, summary LIKE 'A café where%' FROM practice_text
        JOIN practice ON practice.id = practice_id WHERE slug = :slug ORDER BY language"""
    assert ask(atlas_engine, texts, slug=SLUG) == [("de", 1, False), ("en", 2, True), ("it", 1, False)]
    assert load(atlas_engine, folder).counts["practice"].unchanged == 151


def test_a_changed_translation_is_of_the_new_version_and_its_source_stays(atlas_engine, folder):
    rewrite(folder, "practice_translations.csv", with_cell("title", "Sprachcafé Imst", slug=SLUG, language="de"))
    load(atlas_engine, folder)
    texts = """SELECT language, source_version FROM practice_text
        JOIN practice ON practice.id = practice_id WHERE slug = :slug ORDER BY language"""
    assert ask(atlas_engine, texts, slug=SLUG) == [("de", 2), ("en", 1), ("it", 1)]


def test_changed_lists_links_and_labels_arrive(atlas_engine, folder):
    rewrite(folder, "practices.csv", with_cell("themes", "language;health", slug=SLUG))
    rewrite(folder, "practices.csv", with_cell("place_name", "Landeck", slug=SLUG))
    rewrite(folder, "labels.csv", with_cell("label", "Arbeit", vocabulary="theme", key="employment", language="de"))
    report = load(atlas_engine, folder)
    assert (report.counts["practice"].changed, report.counts["label"].changed) == (1, 1)
    terms = """SELECT key FROM practice_term JOIN practice ON practice.id = practice_id
        WHERE slug = :slug AND vocabulary = 'theme' ORDER BY position"""
    assert ask(atlas_engine, terms, slug=SLUG) == [("language",), ("health",)]
    place = "SELECT place.name FROM practice JOIN place ON place_id = geoname_id WHERE slug = :slug"
    assert ask(atlas_engine, place, slug=SLUG) == [("Landeck",)]
    label = "SELECT label FROM term_label WHERE (vocabulary, key, language) = ('theme', 'employment', 'de')"
    assert ask(atlas_engine, label) == [("Arbeit",)]


def test_two_terms_may_exchange_their_labels(atlas_engine, folder):
    exchanged = {"Health": "Housing", "Housing": "Health"}

    def exchange(row):
        if row["vocabulary"] == "theme" and row["language"] == "en":
            row["label"] = exchanged.get(row["label"], row["label"])
        return row

    rewrite(folder, "labels.csv", exchange)
    assert load(atlas_engine, folder).counts["label"].changed == 2


def test_what_was_changed_here_since_is_kept_and_reported(atlas_engine, folder):
    do(atlas_engine, "UPDATE practice SET status = 'ended', version = 2 WHERE slug = :slug", slug=SLUG)
    rewrite(folder, "practices.csv", with_cell("summary_en", "A café where newcomers practise German.", slug=SLUG))
    report = load(atlas_engine, folder)
    assert report.counts["practice"].kept == [SLUG]
    assert f"practice {SLUG}: was changed here since it was loaded; kept" in report.lines()
    assert ask(atlas_engine, "SELECT status, version FROM practice WHERE slug = :slug", slug=SLUG) == [("ended", 2)]


REGION = "SELECT slug FROM region WHERE updated_at > created_at"
PROJECT = "SELECT slug FROM project WHERE updated_at > created_at"
PRACTICE = "SELECT slug FROM practice WHERE updated_at > created_at"
NEED = (
    "SELECT DISTINCT region.slug FROM need JOIN region ON region.id = region_id WHERE need.updated_at > need.created_at"
)


@pytest.mark.parametrize(
    ("name", "change", "changed"),
    [
        (
            "practice_evaluations.csv",
            with_cell("strength", "Everybody is welcome.", slug="france-hope-afpa", criterion="Inclusion"),
            {PRACTICE: ["france-hope-afpa"]},
        ),
        (
            "region_indicators.csv",
            with_cell("value", "9700", region_slug="postojna", indicator="population"),
            {REGION: ["postojna"]},
        ),
        (
            "media.csv",
            with_cell("project_slug", "regin", project_slug="imst-integration-gemeinwohl", date="2017-10-06"),
            {PROJECT: ["imst-integration-gemeinwohl", "regin"]},
        ),
        (
            "memberships.csv",
            with_cell("region_slug", "postojna", project_slug="regin", region_slug="azores"),
            {PROJECT: ["regin"], REGION: ["postojna"]},
        ),
        (
            "partner_regions.csv",
            with_cell("lat", "47.3", slug="imst"),
            {
                REGION: ["imst"],
                PROJECT: ["imst-integration-gemeinwohl", "leader-immigrant-integration-rural-areas"],
                NEED: ["imst"],
            },
        ),
        ("partner_regions.csv", with_cell("name_local", "Imst in Tirol", slug="imst"), {REGION: ["imst"]}),
    ],
)
def test_a_record_has_changed_with_what_is_told_of_it(atlas_engine, folder, name, change, changed):
    rewrite(folder, name, change)
    assert not load(atlas_engine, folder).bad_rows
    found = {query: sorted(slug for (slug,) in ask(atlas_engine, query)) for query in (PRACTICE, REGION, PROJECT, NEED)}
    assert {query: slugs for query, slugs in found.items() if slugs} == changed
    before = rows_as_they_lie(atlas_engine)
    load(atlas_engine, folder)
    assert rows_as_they_lie(atlas_engine) == before


def test_a_changed_evaluation_arrives(atlas_engine, folder):
    wanted = {"slug": "france-hope-afpa", "criterion": "Inclusion"}
    rewrite(folder, "practice_evaluations.csv", with_cell("strength", "Everybody is welcome.", **wanted))
    assert load(atlas_engine, folder).counts["evaluation"].changed == 1
    said = """SELECT language, strength = 'Everybody is welcome.', evaluation_text.source_version FROM evaluation_text
        JOIN evaluation ON evaluation.id = evaluation_id JOIN practice ON practice.id = practice_id
        WHERE slug = :slug AND criterion = :criterion ORDER BY language"""
    assert ask(atlas_engine, said, **wanted) == [("de", False, 1), ("en", True, 2), ("it", False, 1)]


def test_what_left_its_file_is_reported_and_stays(atlas_engine, folder):
    rewrite(folder, "needs.csv", lambda row: None if row["slug"] == "imst-mobility" else row)
    report = load(atlas_engine, folder)
    assert report.counts["need"].left == ["imst-mobility"]
    assert "need imst-mobility: is no longer in its file; kept" in report.lines()
    assert ask(atlas_engine, "SELECT count(*) FROM need") == [(6,)]


def test_with_a_bad_row_nothing_is_loaded_unless_asked(atlas_engine, folder):
    rewrite(folder, "practices.csv", with_cell("start_year", "last year", slug=SLUG))
    rewrite(folder, "projects.csv", with_cell("acronym", "REGINA", slug="regin"))
    before = rows_as_they_lie(atlas_engine)
    report = load(atlas_engine, folder)
    assert not report.loaded
    assert not report.counts
    assert rows_as_they_lie(atlas_engine) == before
    assert "nothing was loaded" in str(report)
    report = load(atlas_engine, folder, skip_bad_rows=True)
    assert report.loaded
    assert any(bad.file == "practices.csv" and bad.column == "start_year" for bad in report.bad_rows)
    assert report.counts["project"].changed == 1
    assert report.counts["practice"].unchanged == 150
    assert report.counts["practice"].left == []
    assert ask(atlas_engine, "SELECT acronym FROM project WHERE slug = 'regin'") == [("REGINA",)]


def test_progress_is_told_for_every_kind(atlas_engine):
    told = []
    load(atlas_engine, STARTING_DATA, progress=lambda kind, done, total: told.append((kind, done, total)))
    assert ("practice", 151, 151) in told
    assert all(0 <= done <= total for _, done, total in told)


def test_the_corrected_labels_of_labels_csv_are_shown(engine):
    labels = """SELECT label FROM term_label WHERE vocabulary = 'organisation_type'
        AND key = 'religious' AND language = 'de'"""
    with (STARTING_DATA / "labels.csv").open(newline="", encoding="utf-8") as file:
        right = next(
            row["label"]
            for row in csv.DictReader(file)
            if (row["key"], row["language"]) == ("religious", "de") and row["vocabulary"] == "organisation_type"
        )
    assert ask(engine, labels) == [(right,)]


def test_programmes_are_names_without_notes(engine):
    found = ask(engine, "SELECT DISTINCT unnest(programmes) FROM practice")
    assert ("ESF",) in found
    assert not [name for (name,) in found if "(" in name or ";" in name]


def test_the_imst_project_reads_as_its_source_says(engine):
    project = ask(
        engine,
        "SELECT start_date, end_date, total_cost_eur FROM project WHERE slug = 'imst-integration-gemeinwohl'",
    )
    assert [(start, end, int(cost)) for start, end, cost in project] == [("2016-10-14", "2019-10-14", 18000)]
    assert ask(engine, "SELECT date FROM event WHERE slug = 'imst-arbeitsgruppe-2017'") == [("2017-02",)]
    assert ask(engine, "SELECT count(*) FROM event WHERE online AND location IS NULL") == [(5,)]


def test_a_service_name_that_was_not_translated_is_in_the_language_of_the_service(engine):
    texts = """SELECT language, name FROM service_text JOIN service ON service.id = service_id
        WHERE slug = 'imst-stadtbuecherei'"""
    assert ask(engine, texts) == [("de", "Stadtbücherei Imst")]
