"""What is kept under an entity tag is what the tag says, also while the columns are being rebuilt."""

import pytest
from sqlalchemy import text

from mapapp.atlas import snapshot
from mapapp.factory import create_app

HTML = {"Accept": "text/html"}


def test_an_answer_from_columns_that_lag_behind_is_given_but_not_kept(settings, atlas_engine, monkeypatch):
    monkeypatch.setattr(snapshot, "PATIENCE", 0.05)
    app = create_app(settings, atlas_engine)
    client = app.test_client()
    assert 'data-total="16"' in client.get("/de/?country=AT", headers=HTML).text
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET country = 'CH' WHERE slug = 'imst-abc-cafe'"))
    with app.extensions["atlas"]._building["practice"]:  # somebody else rebuilds
        behind = client.get("/de/?country=AT", headers=HTML)
    assert 'data-total="16"' in behind.text
    assert "ETag" not in behind.headers
    after = client.get("/de/?country=AT", headers=HTML)
    assert 'data-total="15"' in after.text
    assert after.headers["ETag"]


def test_a_head_request_leaves_the_body_for_the_next_get(client):
    head = client.head("/practices.csv?country=AT")
    assert head.status_code == 200
    assert "Content-Length" not in head.headers
    assert client.get("/practices.csv?country=AT").data.count(b"\r\n") > 16


@pytest.mark.parametrize(
    "address",
    [
        "/de/",
        "/de/practices/imst-abc-cafe",
        "/catalog.ttl",
        "/changes.json",
        "/ogc/",
        "/ogc/collections/practices/items?limit=2",
        "/ogc/collections/practices/items?limit=2&f=html",
        "/ogc/collections/practices/items/imst-abc-cafe",
        "/ogc/collections/practices/tiles/WebMercatorQuad/4/5/8",
    ],
)
def test_a_kept_answer_leaves_exactly_as_it_left_first(client, address):
    """A header that is there twice is worse than none: no browser takes two of Access-Control-Allow-Origin."""
    new = client.get(address)  # pages of features are kept only when somebody asks for them again
    first, again, head = client.get(address), client.get(address), client.head(address)
    assert first.status_code == 200
    assert (again.data, again.headers.to_wsgi_list()) == (first.data, first.headers.to_wsgi_list())
    assert new.headers.to_wsgi_list() == first.headers.to_wsgi_list()
    assert (head.data, head.headers.to_wsgi_list()) == (b"", first.headers.to_wsgi_list())
    assert int(again.headers["Content-Length"]) == len(again.data)
    names = [name for name, _value in again.headers]
    assert len(names) == len(set(names))


def test_whoever_fetches_every_page_pushes_out_no_page_of_a_visitor(settings, atlas_engine, monkeypatch):
    app = create_app(settings, atlas_engine)
    client = app.test_client()
    client.get("/de/", headers=HTML)
    before = app.extensions["shelf"]._size
    pages = [f"/ogc/collections/practices/items?limit=5&offset={offset}" for offset in range(0, 150, 5)]
    room = 17 * max(len(client.get(page).data) for page in pages)
    monkeypatch.setattr(app.extensions["timed shelf"], "_limit", room)
    assert app.extensions["timed shelf"]._size == 0
    assert {client.get(page).status_code for page in pages} == {200}
    assert app.extensions["shelf"]._size == before
    assert room / 2 < app.extensions["timed shelf"]._size <= room


def test_a_change_makes_a_new_tag_and_no_change_a_304(settings, atlas_engine):
    client = create_app(settings, atlas_engine).test_client()
    tag = client.get("/de/insights", headers=HTML).headers["ETag"]
    same = client.get("/de/insights", headers=HTML | {"If-None-Match": f"W/{tag}"})
    assert (same.status_code, same.data) == (304, b"")
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET country = 'CH' WHERE slug = 'imst-abc-cafe'"))
    changed = client.get("/de/insights", headers=HTML | {"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_two_sites_in_one_process_keep_nothing_of_each_other(settings, app, atlas_engine):
    """Equal versions of two databases do not mean equal data: a card of one led nowhere in the other."""
    other = create_app(settings, atlas_engine)
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET slug = 'another' WHERE slug = 'imst-abc-cafe'"))
        connection.execute(text("UPDATE term_label SET label = 'Otherwise' WHERE key = 'housing' AND language = 'de'"))
    with app.extensions["engine"].connect() as connection, atlas_engine.begin() as into:
        for row in connection.execute(text("SELECT collection, version FROM data_version")):
            as_there = text("UPDATE data_version SET version = :version WHERE collection = :collection")
            into.execute(as_there, row._asdict())
    here, there = app.test_client(), other.test_client()
    for address, own, others in (
        ("/de/?q=abc", "practices/imst-abc-cafe", "practices/another"),
        ("/de/", "Wohnen", "Otherwise"),
    ):
        assert own in here.get(address, headers=HTML).text
        shown = there.get(address, headers=HTML).text
        assert others in shown
        assert own not in shown
