"""Kept bodies, encodings and entity tags."""

import gzip

import brotli
import pytest

from mapapp import caching
from mapapp.caching import Kept, Shelf, choose_encoding, compress, make_etag


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("", ""),
        ("identity", ""),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5", "br"),
        ("BR", "br"),
    ],
)
def test_the_best_encoding_that_the_browser_takes(header, chosen):
    assert choose_encoding(header) == chosen


def test_what_is_compressed_comes_back_whole():
    body = b"practice " * 500
    assert brotli.decompress(compress(body, "br")) == body
    assert gzip.decompress(compress(body, "gzip")) == body
    assert compress(body, "") == body


def test_an_etag_changes_with_each_of_its_parts_and_keeps_them_apart():
    assert make_etag("a", "b") == make_etag("a", "b")
    assert len({make_etag("a", "b"), make_etag("ab", ""), make_etag("a", "c"), make_etag("b", "a")}) == 4


def test_the_shelf_drops_what_was_used_least_lately_when_it_is_full():
    shelf = Shelf(limit=160)
    for name in "abcdefghijklmnop":
        shelf.put(name, Kept(200, (), b"x" * 10))
    assert shelf.get("a") is not None
    shelf.put("q", Kept(200, (), b"x" * 10))
    assert shelf.get("b") is None
    assert shelf.get("a") is not None


def test_an_answer_too_large_for_the_shelf_is_not_kept():
    shelf = Shelf(limit=160)
    shelf.put("big", Kept(200, (), b"x" * 11))
    assert shelf.get("big") is None


def test_a_wary_shelf_keeps_what_comes_a_second_time_before_many_others(monkeypatch):
    monkeypatch.setattr(caching, "REMEMBERED", 3)
    shelf, kept = Shelf(wary=True), Kept(200, (), b"x")
    shelf.put("a", kept)
    assert shelf.get("a") is None
    shelf.put("a", kept)
    assert shelf.get("a") is kept
    for name in "bcdeb":
        shelf.put(name, kept)
    assert shelf.get("b") is None
    assert shelf.get("a") is kept
