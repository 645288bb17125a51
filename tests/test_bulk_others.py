"""A file of other records than practices is told what it is, and where such records are entered."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from mapapp.formats.kinds import KINDS

from .people import PersonClient
from .test_bulk import send

SAID = {
    "services": ("services of this site", "/en/contribute/services/new"),
    "regions": ("partner regions of this site", "/en/imprint"),
    "projects": ("projects of this site", "/en/imprint"),
    "events": ("events of this site", "/en/imprint"),
    "needs": ("needs of regions of this site", "/en/imprint"),
}
ADDRESSED = ("csv", "kml", "shp.zip", "xlsx")  # whose rows lead to their pages here: a form of each sort


@pytest.fixture
def nothing_waits(people_app: Any) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for table in ("proposal", "attempt", "message"):
            connection.execute(text(f"DELETE FROM {table}"))


def told(client: PersonClient, content: bytes, name: str) -> tuple[str, list[str]]:
    """Return what is said of a file that is not taken, and where it leads."""
    answer = send(client, content, name)
    assert answer.status_code == 422, name
    notice = re.search(r'<div class="notice error" role="alert">(.*?)</div>', answer.text, re.DOTALL)
    assert notice, name
    return re.sub(r"<[^>]*>|\s+", " ", notice[1]), re.findall(r'<a href="([^"]+)"', notice[1])


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize("plural", SAID)
def test_a_download_of_another_collection_is_told_what_it_is(partner_client: PersonClient, plural: str) -> None:
    what, address = SAID[plural]
    for ending in KINDS if plural in ("events", "needs") else ADDRESSED:
        name = f"{plural}.{ending}"
        said, led = told(partner_client, partner_client.get(f"/{name}").data, name)
        assert what in said, name
        assert "A table can only hold practices" in said
        assert led == [address]
        assert partner_client.get(address, follow_redirects=True).status_code == 200


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize("form", ["csv", "geojson"])
@pytest.mark.parametrize("collection", ["events", "territories"])
def test_so_is_a_page_of_the_api(partner_client: PersonClient, form: str, collection: str) -> None:
    content = partner_client.get(f"/ogc/collections/{collection}/items?f={form}&limit=40").data
    said, _led = told(partner_client, content, f"{collection}.{form}")
    assert f"This file holds {collection}" in said


@pytest.mark.usefixtures("nothing_waits")
def test_a_search_without_records_is_told_that_it_has_no_rows(partner_client: PersonClient) -> None:
    for ending in KINDS:
        content = partner_client.get(f"/services.{ending}?q=zzzzqqqq").data
        said, led = told(partner_client, content, f"services.{ending}")
        assert "no rows" in said or "is empty" in said, (ending, said)
        assert led == []
