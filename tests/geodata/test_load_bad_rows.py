"""Bad rows: each is reported with its file, line, column and the reason, so that whoever keeps the file can mend it."""

import csv
import shutil

import pytest

from geodata.load import COLUMNS, STARTING_DATA, read_folder
from geodata.reading import BadRow

NO_NUMBER = "is not a number such as 1250 or 12.6 (no spaces, no thousands separators)"

# (file, line, column, what is written there, the reason that is reported there)
SPOILED = [
    (
        "practices.csv",
        2,
        "slug",
        "Imst Café",
        "'Imst Café' is not a slug: use a–z, 0–9 and single hyphens, such as imst-abc-cafe",
    ),
    ("practices.csv", 3, "slug", "", "is empty"),
    ("practices.csv", 5, "title", "", "is empty"),
    ("practices.csv", 6, "title", "x" * 301, "has 301 characters; a title has at most 300"),
    ("practices.csv", 7, "title", "two\nlines", "has a line break; a title is one line"),
    ("practices.csv", 8, "country", "Austria", "'Austria' is not an ISO 3166-1 country code such as AT or GR"),
    ("practices.csv", 9, "country", "UK", "'UK' is how NUTS codes begin; write the ISO 3166-1 code GB"),
    ("practices.csv", 10, "country", "EL", "'EL' is how NUTS codes begin; write the ISO 3166-1 code GR"),
    ("practices.csv", 11, "nuts_code", "AT999", "'AT999' is not a code of NUTS 2021"),
    ("practices.csv", 12, "nuts_code", "at33", "'at33' is not a NUTS code such as AT334"),
    ("practices.csv", 13, "nuts_code", "EL303", "'EL303' lies in GR, not in DE"),
    ("practices.csv", 14, "lat", "91", "'91' is not between -90 and 90 degrees"),
    ("practices.csv", 15, "lon", "east", f"'east' {NO_NUMBER}"),
    ("practices.csv", 16, "lon", "", "is empty though the other coordinate is given"),
    ("practices.csv", 17, "coord_precision", "street", "'street' is not a key of the vocabulary coord_precision"),
    ("practices.csv", 18, "themes", "language;cooking", "'cooking' is not a key of the vocabulary theme"),
    ("practices.csv", 19, "project", "atlantis", "'atlantis' is not the slug of a usable row of projects.csv"),
    ("practices.csv", 20, "start_year", "16", "'16' is not a year from 1900 to 2100"),
    ("practices.csv", 21, "budget_eur", "18.000,00", f"'18.000,00' {NO_NUMBER}"),
    ("practices.csv", 22, "budget_eur", "-5", "'-5' is negative"),
    (
        "practices.csv",
        23,
        "website",
        "javascript:alert(1)",
        "'javascript:alert(1)' is not a web address that begins with http:// or https://",
    ),
    ("practices.csv", 24, "website", "https://", "'https://' is not a complete web address"),
    ("practices.csv", 25, "source_url", "", "is empty"),
    ("practices.csv", 26, "status", "paused", "'paused' is not a key of the vocabulary status"),
    ("practices.csv", 27, "language_original", "Deutsch", "'Deutsch' is not a language tag such as de or pt-BR"),
    ("practices.csv", 28, "summary_en", "a\x07b", "has the control character U+0007"),
    ("practices.csv", 30, "slug", "imst-marjam", "'imst-marjam' was there before in this file"),
    ("projects.csv", 2, "start_date", "2020-13", "'2020-13' is not a day of the calendar"),
    ("projects.csv", 3, "start_date", "3.1.2022", "'3.1.2022' is not a date such as 2016, 2016-10 or 2016-10-14"),
    ("projects.csv", 6, "end_date", "2015", "'2015' is before start_date '2016-10-14'"),
    ("partner_regions.csv", 2, "level", "island", "'island' is not a key of the vocabulary level"),
    (
        "memberships.csv",
        4,
        "region_slug",
        "atlantis",
        "'atlantis' is not the slug of a usable row of partner_regions.csv",
    ),
    ("region_indicators.csv", 2, "year", "2014-2013", "'2014-2013' ends before it begins"),
    ("services.csv", 2, "languages", "de;Englisch", "'Englisch' is not a language tag such as de or pt-BR"),
    ("events.csv", 2, "type", "party", "'party' is not a key of the vocabulary event_type"),
    ("media.csv", 2, "outlet", "", "is empty"),
    ("needs.csv", 2, "kind", "dream", "'dream' is not a key of the vocabulary need_kind"),
    ("practice_evaluations.csv", 2, "criterion", "Beauty", "'Beauty' is not a key of the vocabulary criterion"),
    ("practice_translations.csv", 100, "language", "en", "'en' is the language of the sources, not a translation"),
    ("record_translations.csv", 2, "field", "smell", "'smell' is not a translated field of a project"),
    (
        "record_translations.csv",
        3,
        "record_type",
        "person",
        "'person' is not one of project, region, service, event, evaluation",
    ),
    ("labels.csv", 3, "key", "cooking", "'cooking' is not a key of the vocabulary theme"),
    ("labels.csv", 4, "vocabulary", "colour", "'colour' is not a vocabulary of vocabularies.csv"),
    ("synonyms.csv", 3, "synonym", "job", "'job' was there before on line 2"),
]


def lines_of(path):
    """The cells of each record by the line on which it begins; the header is line 1."""
    found, begins = {}, 1
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        for cells in reader:
            found[begins] = cells
            begins = reader.line_num + 1
    return found


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """Everything that is reported of a folder with all these cells spoiled."""
    folder = tmp_path_factory.mktemp("spoiled")
    for name in COLUMNS:
        lines = lines_of(STARTING_DATA / name)
        for file, line, column, cell, _ in SPOILED:
            if file == name:
                lines[line][lines[1].index(column)] = cell
        with (folder / name).open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(lines.values())
    return set(read_folder(folder)[1])


@pytest.mark.parametrize(("file", "line", "column", "cell", "reason"), SPOILED)
def test_a_bad_cell_is_reported_where_it_stands(reported, file, line, column, cell, reason):
    # A line break inside a cell moves what follows it down by one line.
    moved = line + (file == "practices.csv" and line > 7)
    assert BadRow(file, moved, column, reason) in reported


def test_a_translation_without_its_title_is_reported(reported):
    # The German title of this project was spoiled above.
    assert BadRow("record_translations.csv", 4, "field", "'regin' has no title in de") in reported


def test_a_report_reads_as_one_line():
    bad = BadRow("practices.csv", 12, "country", "'EL' is how NUTS codes begin; write the ISO 3166-1 code GR")
    assert str(bad) == (
        "practices.csv, line 12, column country: 'EL' is how NUTS codes begin; write the ISO 3166-1 code GR"
    )


@pytest.fixture
def folder(tmp_path):
    for name in COLUMNS:
        shutil.copy(STARTING_DATA / name, tmp_path / name)
    return tmp_path


def test_the_starting_data_has_no_bad_row():
    assert read_folder(STARTING_DATA)[1] == ()


def test_swapped_coordinates_are_noticed(folder):
    lines = lines_of(folder / "services.csv")
    lat, lon = lines[1].index("lat"), lines[1].index("lon")
    lines[2][lat], lines[2][lon] = lines[2][lon], lines[2][lat]
    with (folder / "services.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(lines.values())
    reason = "10.7397, 47.245 lies outside AT; latitude and longitude are swapped"
    assert read_folder(folder)[1][0] == BadRow("services.csv", 2, "lat", reason)


def test_files_that_are_no_csv_of_ours_are_reported_whole(folder):
    (folder / "media.csv").unlink()
    (folder / "needs.csv").write_bytes(b"slug\r\ncaf\xe9\r\n")
    (folder / "events.csv").write_text("")
    (folder / "services.csv").write_text("slug,name,colour\r\n")
    (folder / "memberships.csv").write_text("project_slug,region_slug,role\r\nregin,cpmr\r\n")
    (folder / "region_indicators.csv").write_text(
        'indicator,region_slug,year,value,unit,source_url\r\n"population"x,asco\r\n'
    )
    bad = read_folder(folder)[1]
    assert {
        BadRow("media.csv", 0, "", "cannot be read (No such file or directory)"),
        BadRow("needs.csv", 2, "", "is not UTF-8; save the file as UTF-8"),
        BadRow("events.csv", 1, "", "is empty; the first line names the columns"),
        BadRow("services.csv", 1, "colour", "this column is not known"),
        BadRow("services.csv", 1, "website", "this column is missing"),
        BadRow("memberships.csv", 2, "", "has 2 cells where the header has 3"),
        BadRow("region_indicators.csv", 2, "", "is not a CSV record (',' expected after '\"')"),
    } <= set(bad)


def test_one_bad_record_takes_its_translations_along_and_nothing_else(folder):
    lines = lines_of(folder / "practices.csv")
    lines[2][lines[1].index("status")] = "paused"
    with (folder / "practices.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(lines.values())
    incoming, bad = read_folder(folder)
    assert {(row.file, row.column) for row in bad} == {
        ("practices.csv", "status"),
        ("practice_translations.csv", "slug"),
        ("record_translations.csv", "slug"),
        ("practice_evaluations.csv", "slug"),
    }
    assert len([record for record in incoming.records if record.kind == "practice"]) == 150
