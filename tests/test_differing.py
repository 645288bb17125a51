"""What two states of a record differ in, and what becomes of two people's changes."""

import copy
import time
from typing import Any

from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from mapapp.differing import Piece, compare, distance, merge, three_way, unchanged, word_pieces

from .proposing import practice_values, service_values

WORDS = st.text(st.sampled_from("ab ,.\n-é漢"), max_size=60)


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(practice_values()) | changes


def in_english(**texts: str | None) -> dict[str, Any]:
    values = copy.deepcopy(practice_values())
    values["texts"]["en"] |= texts
    return values


def test_a_text_is_compared_word_by_word() -> None:
    (found,) = compare(in_english(summary="Neighbours meet on Fridays."), in_english(summary="Neighbours meet daily."))
    assert (found.field, found.part, found.shape) == ("summary", "en", "words")
    assert found.pieces == (
        Piece("same", "Neighbours meet "),
        Piece("gone", "on Fridays"),
        Piece("new", "daily"),
        Piece("same", "."),
    )


@limits(deadline=None)
@given(WORDS, WORDS)
def test_the_pieces_of_two_texts_are_the_texts(before: str, after: str) -> None:
    pieces = word_pieces(before, after)
    assert "".join(one.words for one in pieces if one.how != "new") == before
    assert "".join(one.words for one in pieces if one.how != "gone") == after


def test_texts_made_to_be_slow_to_compare_are_not() -> None:
    start = time.monotonic()
    word_pieces("a b " * 3000, "b a c " * 2000)
    word_pieces("a " * 6000, "b " + "a " * 5900 + "c")
    assert time.monotonic() - start < 5


def test_a_list_says_what_is_gone_what_is_new_and_what_stays() -> None:
    (found,) = compare(practice_values(), changed(themes=["housing", "health"]))
    assert (found.shape, found.gone, found.new, found.kept) == ("list", ("language",), ("health",), ("housing",))
    (found,) = compare(practice_values(), changed(themes=["housing", "language"]))
    assert found.shape == "value"  # the order is a change too: the first theme is the main one


def test_a_place_says_how_far_it_moved() -> None:
    (found,) = compare(practice_values(), changed(location={"lon": 11.4041, "lat": 48.2692}))
    assert found.shape == "place"
    assert found.metres is not None
    assert abs(found.metres - 111_195) < 10  # a degree of latitude on a sphere
    assert distance(None, {"lon": 0, "lat": 0}) is None
    (found,) = compare(practice_values(), changed(location=None))
    assert (found.after, found.metres) == (None, None)


def test_a_new_record_differs_in_everything_it_says_and_in_nothing_else() -> None:
    said = {one.field for one in compare(None, practice_values())}
    assert {"title", "summary", "location", "themes", "partners", "budget_eur", "source_url"} <= said
    assert not said & {"lessons", "project", "end_year", "photos", "owner", "place_id", "source_version"}
    assert compare(practice_values(), practice_values()) == []
    assert {one.field for one in unchanged(practice_values(), practice_values())} == said
    assert compare(service_values(), service_values(temporarily_closed=True))[0].after is True


def test_a_language_that_comes_or_goes_is_shown_text_by_text() -> None:
    both = changed(texts=practice_values()["texts"] | {"de": {"title": "Garten", "summary": None, "origin": "machine"}})
    assert [(one.field, one.part, one.before) for one in compare(practice_values(), both)] == [
        ("title", "de", None),
        ("origin", "de", None),
    ]
    assert [(one.field, one.part, one.after) for one in compare(both, practice_values())] == [
        ("title", "de", None),
        ("origin", "de", None),
    ]


def test_criteria_of_an_evaluation_are_compared_one_by_one() -> None:
    before = {"criteria": {"reach": {"level": "low", "strength": "Some.", "evidence": None}}}
    after = {"criteria": {"reach": {"level": "high", "strength": "Some.", "evidence": "Seen."}}}
    found = [(one.field, one.part, one.before, one.after) for one in compare(before, after)]
    assert found == [("level", "reach", "low", "high"), ("evidence", "reach", None, "Seen.")]


def test_three_states_show_who_changed_what_and_where_both_did() -> None:
    base = practice_values()
    current = changed(organisation="Theirs", place_name="Hall", status="ended")
    proposed = changed(organisation="Ours", website=None, status="ended")
    found = {one.field: (one.base, one.current, one.proposed, one.clash) for one in three_way(base, current, proposed)}
    assert found == {
        "organisation": ("An association", "Theirs", "Ours", True),
        "place_name": ("Innsbruck", "Hall", "Innsbruck", False),
        "website": (base["website"], base["website"], None, False),
        "status": ("running", "ended", "ended", False),
    }


def test_both_peoples_changes_are_kept_and_where_both_changed_one_field_the_proposal_counts() -> None:
    base = practice_values()
    current = in_english(title="Theirs", summary="Their summary.") | {"place_name": "Hall"}
    current["texts"]["it"] = {"title": "Giardino"}
    proposed = in_english(title="Ours") | {"website": None}
    proposed["texts"]["de"] = {"title": "Garten"}
    merged = merge(base, current, proposed)
    assert merged["texts"]["en"]["title"] == "Ours"
    assert merged["texts"]["en"]["summary"] == "Their summary."
    assert {language: words["title"] for language, words in merged["texts"].items()} == {
        "en": "Ours",
        "it": "Giardino",
        "de": "Garten",
    }
    assert (merged["place_name"], merged["website"]) == ("Hall", None)


FIELDS = st.fixed_dictionaries(
    {
        "organisation": st.none() | st.sampled_from(["a", "b", "c"]),
        "themes": st.lists(st.sampled_from(["x", "y"]), max_size=2),
        "texts": st.dictionaries(
            st.sampled_from(["en", "de"]), st.fixed_dictionaries({"title": st.sampled_from(["a", "b", "c"])})
        ),
    }
)


@limits(deadline=None)
@given(FIELDS, FIELDS, FIELDS)
def test_a_merge_holds_every_change_that_is_not_contradicted(base: Any, current: Any, proposed: Any) -> None:
    assert merge(base, base, proposed) == proposed
    assert merge(base, current, base) == current
    assert merge(base, current, current) == current
    merged = merge(base, current, proposed)
    for field in ("organisation", "themes"):
        ours = proposed[field] != base[field]
        assert merged[field] == (proposed[field] if ours else current[field])
