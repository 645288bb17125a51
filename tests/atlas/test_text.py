"""Words find records in any language, forgive mistakes, and put titles first."""

import pytest
from sqlalchemy import Connection, Engine, text

from mapapp.atlas import Answer, Snapshot, suggest
from mapapp.atlas.columns import unpack
from mapapp.atlas.text import units
from mapapp.atlas.words import edits, nearest, tokens
from mapapp.database import StatementCount
from mapapp.queries import data_version, practices, vocabulary
from mapapp.search import Search


@pytest.fixture
def ask(practices: Snapshot, connection: Connection):
    def ask(q: str, lang: str = "en", **fields: object) -> Answer:
        return practices.answer(connection, Search(q=q).with_(**fields), lang)

    return ask


def have(snapshot: Snapshot, field: str, value: str) -> set[int]:
    """Return the ids that have a value."""
    column = snapshot.columns.fields[field]
    return set(snapshot.columns.ids[unpack(column.bits[column.place[value]], snapshot.columns.size)].tolist())


@pytest.mark.parametrize(
    ("q", "field", "value"),
    [
        ("Wohnen", "theme", "housing"),
        ("Abitare", "theme", "housing"),
        ("boende", "theme", "housing"),
        ("κατοικία", "theme", "housing"),
        ("житло", "theme", "housing"),
        ("مسکن", "theme", "housing"),
        ("iş", "theme", "employment"),
        ("NT2", "theme", "language"),
        ("FLE", "theme", "language"),
        ("Österreich", "country", "AT"),
        ("osterreich", "country", "AT"),
        ("Ελλάδα", "country", "GR"),
        ("Grece", "country", "GR"),
        ("Sveden", "country", "SE"),
        ("howsing", "theme", "housing"),
        ("Wohn", "theme", "housing"),
        ("Soziale Teilhabe", "theme", "social-inclusion"),
    ],
)
def test_a_word_of_any_language_finds_what_it_means(ask, practices: Snapshot, q: str, field: str, value: str) -> None:
    assert have(practices, field, value) <= set(ask(q).ids.tolist())


@pytest.mark.parametrize("q", ["Wien", "Vienna", "wien", "Vienne", "Bécs"])
def test_a_town_is_found_by_its_name_in_any_language(ask, connection: Connection, q: str) -> None:
    assert "Vienna" in {card.place for card in practices.cards(connection, ask(q).ids, "en")}


def test_every_word_must_be_found_in_its_own_way(ask, practices: Snapshot) -> None:
    both = set(ask("Österreich Wohnen").ids.tolist())
    assert both
    assert both == set(ask("Österreich").ids.tolist()) & set(ask("Wohnen").ids.tolist())


def test_stop_words_do_not_narrow(ask) -> None:
    assert set(ask("Sprache für die Frauen").ids.tolist()) == set(ask("Sprache Frauen").ids.tolist()) != set()


def test_a_mistyped_word_is_replaced_and_said(ask) -> None:
    assert ask("howsing").replaced == {"howsing": "housing"}
    assert ask("housing").replaced == {}
    assert ask("Iceland").replaced == {}, "a country without practices is no typing error"
    assert ask("Regensburg").replaced == {}, "nor is a town"


def test_titles_come_first(ask, connection: Connection) -> None:
    answer = ask("mentoring")
    in_title = ["mentor" in card.title.lower() for card in practices.titles(connection, answer.ids, "en")]
    assert in_title[0]
    with_word = [
        place
        for place, card in enumerate(practices.titles(connection, answer.ids, "en"))
        if "mentoring" in card.title.lower().replace("–", " ").split()
    ]
    assert with_word == list(range(len(with_word))), "practices with the word in their title come before all others"
    assert len(in_title) > len(with_word) > 0


def test_the_order_is_stable(ask, practices: Snapshot) -> None:
    first = ask("housing").ids.tolist()
    practices._answers.clear()
    assert ask("housing").ids.tolist() == first


@pytest.mark.parametrize(
    "q",
    [
        "'",
        "a'b",
        "\\",
        "a\\:*",
        "((",
        "&|!",
        "<->",
        ":*",
        "漢字" * 100,
        "🏠 a",
        "%_",
        "a " * 90,
        "\u202e1",
        "ﷺ",
        "ß" * 99,
    ],
)
def test_nothing_that_is_typed_breaks_the_search(ask, q: str) -> None:
    assert ask(q).total >= 0


def test_an_empty_answer_says_which_word_to_leave_out(ask) -> None:
    ways = {(way.field, way.value): way for way in ask("Frauen Sprache Regensburg").rescue}
    assert ways["q", "regensburg"].search.q == "Frauen Sprache"
    assert ways["q", "regensburg"].count == ask("Frauen Sprache").total
    assert ("q", "") in ways


def test_words_and_filters_meet(ask, practices: Snapshot) -> None:
    words = set(ask("Wohnen").ids.tolist())
    in_italy = set(ask("Wohnen", country=("IT",)).ids.tolist())
    assert in_italy == words & have(practices, "country", "IT")
    counted = {option.value: option.count for option in ask("Wohnen", country=("IT",)).facets["country"]}
    assert counted["IT"] == len(in_italy)
    assert sum(counted.values()) == len(words)


def test_words_cost_one_statement_however_many(engine: Engine, practices: Snapshot, ask) -> None:
    ask("one")
    practices._answers.clear()
    for q in ("Wohnen", "Frauen Sprache Graz Österreich Wohnen Schule Arbeit"):
        with StatementCount(engine) as counted:
            ask(q)
        assert len(counted.statements) == 1


def test_runs_of_words_with_a_meaning_stay_together(practices: Snapshot) -> None:
    parts = units(tokens("social inclusion in Austria"), practices.dictionary)
    assert [unit.words for unit in parts] == [("social", "inclusion"), ("austria",)]


def test_the_nearest_word_is_few_edits_away() -> None:
    assert (edits("howsing", "housing"), edits("hosuing", "housing"), edits("", "ab")) == (1, 1, 2)
    assert nearest("sveden", ["seven", "sweden", "dresden"]) == "sweden"
    assert nearest("grexe", ["trees"]) is None


def test_suggestions_lead_to_records_and_searches(engine: Engine, practices: Snapshot, connection: Connection) -> None:
    label = vocabulary.labels(connection, data_version.read(connection), "de")
    suggest(connection, practices, "x", "de", label)
    for q, wanted in {
        "Woh": ("theme", "Wohnen", (("theme", "housing"),)),
        "öster": ("country", "Österreich", (("country", "AT"),)),
        "tirol": ("region", "Tirol", (("region", "AT33"),)),
        "bezirk im": ("partner", "Bezirk Imst", ()),
    }.items():
        with StatementCount(engine) as counted:
            found = suggest(connection, practices, q, "de", label)
        assert wanted in [(one.kind, one.text, one.args) for one in found]
        assert len(found) <= 10
        assert len(counted.statements) <= 3
    assert "place" in {one.kind for one in suggest(connection, practices, "wien", "de", label)}
    assert "imst-abc-cafe" in {one.slug for one in suggest(connection, practices, "abc caf", "de", label)}
    for q in ("", "'&|", "漢字", "%", "\\"):
        assert suggest(connection, practices, q, "de", label) is not None


def test_text_statements_use_their_indexes(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(
            text("""INSERT INTO practice (id, slug, country, source_url)
                SELECT i, 'p-' || i, 'AT', 'x' FROM generate_series(1, 10000) i""")
        )
        connection.execute(
            text("""INSERT INTO practice_text (practice_id, language, title, is_source)
                SELECT i, 'en', 'Title ' || md5(i::text), true FROM generate_series(1, 10000) i""")
        )
        connection.execute(
            text("""INSERT INTO practice_document SELECT i, to_tsvector('simple', md5(i::text)),
                to_tsvector('simple', md5(i::text)) FROM generate_series(1, 10000) i""")
        )
        connection.execute(text("INSERT INTO term VALUES ('theme', 'housing', 0)"))
        connection.execute(
            text("INSERT INTO practice_term SELECT i, 'theme', 'housing' FROM generate_series(1, 10000) i")
        )
        connection.execute(
            text("""WITH taken AS (INSERT INTO photo (width, height) SELECT 8, 8 FROM generate_series(1, 10000)
                RETURNING id)
                INSERT INTO practice_photo (practice_id, photo_id, alt, credit)
                SELECT row_number() OVER (), id, '{}', 'x' FROM taken""")
        )
        connection.execute(text("ANALYZE"))
        from mapapp.queries.practices import _CARDS
        from mapapp.queries.texts import _FINDS

        words = {"words": ["abc"], "starts": [True], "languages": ["en", "de"]}
        plan = "\n".join(connection.execute(text(f"EXPLAIN {_FINDS['practice'].text}"), words).scalars())
        assert plan.count("Bitmap Index Scan on ix_practice_document_title") == 2, plan
        assert plan.count("Bitmap Index Scan on ix_practice_document_body") == 1
        ids = {"ids": list(range(5000, 5020)), "lang": "de"}
        plan = "\n".join(connection.execute(text(f"EXPLAIN {_CARDS.text}"), ids).scalars())
        assert "Index Scan using pk_practice on practice" in plan
        assert "Seq Scan" not in plan
