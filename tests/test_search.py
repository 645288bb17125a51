"""What can be asked: reading a query string, writing it back, and saying what is wrong with it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from mapapp.search import MAX_VALUES, SETS, SORTS, Search, in_words, parse, say_problem, to_args

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
values = st.sets(words.filter(str.strip).map(str.strip), max_size=3).map(lambda found: tuple(sorted(found)))
lons, lats = (st.floats(-limit, limit).map(lambda value: round(value, 6) + 0.0) for limit in (180, 90))


@st.composite
def searches(draw: st.DrawFn) -> Search:
    """Any search that can be asked."""
    sets = {name: draw(values) for name in SETS if name not in ("category", "country", "region")}
    codes = st.sets(st.sampled_from(("AT", "DE", "GR")), max_size=2).map(lambda found: tuple(sorted(found)))
    q = " ".join(draw(st.lists(words, max_size=3))) + draw(st.sampled_from(("", " a")))
    first, last = sorted(draw(st.tuples(st.integers(1900, 2100), st.integers(1900, 2100))))
    south, north = sorted(draw(st.tuples(lats, lats)))
    near = draw(st.none() | st.tuples(lats, lons))
    q = q.strip() if any(letter.isalnum() for letter in q) else ""
    orders = [s for s in ("", *SORTS) if (s != "distance" or near) and (s != "relevance" or q)]
    return Search(
        q=q,
        **sets,
        country=draw(codes),
        region=draw(codes),
        year_from=draw(st.sampled_from((None, first))),
        year_to=draw(st.sampled_from((None, last))),
        bbox=draw(st.none() | st.tuples(lons, st.just(south), lons, st.just(north))),
        near=near,
        within_km=draw(st.none() | st.floats(1, 5000).map(lambda km: round(km, 3))) if near else None,
        sort=draw(st.sampled_from(orders)),
    )


@given(searches())
def test_written_and_read_again_a_search_is_the_same(search: Search) -> None:
    assert parse(MultiDict(to_args(search))) == (search, ())


@given(
    st.dictionaries(
        st.sampled_from(("q", *SETS, "year_from", "bbox", "near", "within_km", "sort")), st.lists(st.text())
    )
)
def test_nothing_that_is_typed_raises(args: dict[str, list[str]]) -> None:
    search, problems = parse(args)
    assert parse(MultiDict(to_args(search))) == (search, ())
    for problem in problems:
        assert say_problem(problem, lambda text, **given: text % given if given else text)


@pytest.mark.parametrize(
    ("args", "field", "code"),
    [
        ({"q": ["x" * 201]}, "q", "long"),
        ({"q": ["a\0b"]}, "q", "characters"),
        ({"q": ["\ud800"]}, "q", "characters"),
        ({"q": ["?!“”🏠"]}, "q", "no_words"),
        ({"q": ["a", "b"]}, "q", "once"),
        ({"theme": ["howsing"]}, "theme", "unknown"),
        ({"country": ["XX"]}, "country", "unknown"),
        ({"region": ["Salzburg"]}, "region", "unknown"),
        ({"region": ["%"]}, "region", "unknown"),
        ({"country": ["A\0"]}, "country", "unknown"),
        ({"programme": [f"p{i}" for i in range(MAX_VALUES + 1)]}, "programme", "many"),
        ({"year_from": ["16"]}, "year_from", "year"),
        ({"year_from": ["２０１６"]}, "year_from", "year"),
        ({"year_to": ["3000"]}, "year_to", "year"),
        ({"year_from": ["2016"], "year_to": ["2015"]}, "year_to", "before"),
        ({"bbox": ["1,2,3"]}, "bbox", "numbers"),
        ({"bbox": ["1,2,x,4"]}, "bbox", "number"),
        ({"bbox": ["1,2,nan,4"]}, "bbox", "number"),
        ({"bbox": ["1,2,1e999,4"]}, "bbox", "number"),
        ({"bbox": ["-181,2,3,4"]}, "bbox", "range"),
        ({"bbox": ["1,5,3,4"]}, "bbox", "south_north"),
        ({"near": ["91,0"]}, "near", "range"),
        ({"near": ["47"]}, "near", "numbers"),
        ({"near": ["47,11"], "within_km": ["0"]}, "within_km", "range"),
        ({"near": ["47,11"], "within_km": ["5001"]}, "within_km", "range"),
        ({"near": ["47,11"], "within_km": ["1_0"]}, "within_km", "number"),
        ({"within_km": ["10"]}, "within_km", "needs_near"),
        ({"sort": ["random"]}, "sort", "unknown"),
        ({"sort": ["distance"]}, "sort", "needs_near"),
        ({"sort": ["relevance"]}, "sort", "needs_q"),
    ],
)
def test_what_cannot_be_understood_is_told_beside_its_field(args: dict[str, list[str]], field: str, code: str) -> None:
    known = {"theme": {"housing"}, "country": {"AT"}}
    search, problems = parse(args, known)
    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]
    assert getattr(search, field) in ("", None) or len(getattr(search, field)) in (0, MAX_VALUES)


def test_values_that_are_understood_stay_beside_those_that_are_not() -> None:
    search, (problem,) = parse({"theme": ["housing", "howsing"], "country": ["at"]}, {"theme": {"housing"}})
    assert (search.theme, search.country, problem.value) == (("housing",), ("AT",), "howsing")


def test_numbers_have_one_spelling() -> None:
    search, _ = parse({"near": ["47.20000,-0.0"], "within_km": ["50.0"]})
    assert to_args(search) == [("near", "47.2,0"), ("within_km", "50")]
    assert math.copysign(1, search.near[1]) == 1


def test_a_box_may_cross_the_antimeridian() -> None:
    assert parse({"bbox": ["170,-20,-170,-10"]}).search.bbox == (170, -20, -170, -10)


def test_parameters_of_the_page_are_left_alone() -> None:
    assert parse({"page": ["x"], "open": ["y"], "category": ["z"]}) == (Search(), ())


def test_a_service_has_its_own_fields() -> None:
    search, problems = parse({"category": ["housing"], "theme": ["housing"]}, collection="service")
    assert (search, problems) == (Search(category=("housing",)), ())


def test_the_usual_order_follows_what_is_asked() -> None:
    assert [s.order for s in (Search(), Search(q="x"), Search(near=(1, 2)), Search(q="x", sort="title"))] == [
        "title",
        "relevance",
        "distance",
        "title",
    ]


def test_dropping_a_field_drops_what_needs_it() -> None:
    search = Search(q="x", near=(1.0, 2.0), within_km=5.0, sort="distance")
    assert search.without("near") == Search(q="x")
    assert Search(q="x", sort="relevance").without("q") == Search()
    assert Search(theme=("a", "b")).without("theme", "a") == Search(theme=("b",))


def test_a_search_in_words_is_a_row_of_chips_each_with_the_search_without_it() -> None:
    search = Search(
        q="café", theme=("housing", "language"), year_from=2016, bbox=(1, 2, 3, 4), near=(47.0, 11.0), within_km=50.0
    )
    chips = in_words(search, lambda field, value: value.title(), lambda text, **given: text % given)
    assert [chip.text for chip in chips] == [
        "Words: café",
        "Theme: Housing",
        "Theme: Language",
        "From year: 2016",
        "In this map area",
        "Within 50 km of 47,11",
    ]
    assert chips[1].search.theme == ("language",)
    assert chips[5].search.near is None
    assert chips[5].search.within_km is None
