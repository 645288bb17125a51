"""What search engines and other machines find: the site map, robots.txt, linked data, health."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.i18n import LANGUAGES
from mapapp.settings import Settings
from mapapp.views import discovery

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
HTML = {"Accept": "text/html"}


def linked_data(client: Any, path: str) -> dict[str, dict[str, Any]]:
    """Return the JSON-LD of a page by type."""
    page = client.get(path, headers=HTML)
    assert page.status_code == 200
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    things = [json.loads(one) for one in found]
    assert all(one["@context"] == "https://schema.org" for one in things)
    return {one["@type"]: one for one in things}


def test_the_site_map_lists_every_page_in_every_language(client: Any, engine: Engine) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    found = {}
    for url in tree.iter(f"{MAP}url"):
        others = {one.get("hreflang"): one.get("href") for one in url.iter(f"{XHTML}link")}
        assert set(others) == {*LANGUAGES, "x-default"}
        found[url.findtext(f"{MAP}loc") or ""] = others
    assert all(address in found[address].values() for address in found)
    with engine.connect() as connection:
        records = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM practice) + (SELECT count(*) FROM region) + (SELECT count(*) FROM "
                "project) + (SELECT count(*) FROM service)"
            )
        ).scalar_one()
    assert len(found) == (records + len(discovery.PAGES)) * len(LANGUAGES)


def test_every_kind_of_page_in_the_site_map_is_there(client: Any) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    paths = [(url.findtext(f"{MAP}loc") or "").removeprefix("http://localhost") for url in tree.iter(f"{MAP}url")]
    kinds = {re.sub(r"(?<=s/)[a-z0-9-]+$", "…", path): path for path in paths}
    assert len(kinds) >= 3 * (len(discovery.PAGES) + 4)
    for path in kinds.values():
        assert client.get(path, headers=HTML).status_code == 200, path


def test_a_large_site_map_comes_in_parts(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = re.findall(r"<loc>([^<]+)", client.get("/sitemap.xml", base_url="http://whole.localhost").text)
    monkeypatch.setattr(discovery, "MOST_URLS", 100)
    monkeypatch.setattr(discovery, "PART", 90)
    index = ElementTree.fromstring(client.get("/sitemap.xml", base_url="http://parts.localhost").data)
    parts = [one.text or "" for one in index.iter(f"{MAP}loc")]
    assert len(parts) > 2
    together = [loc for part in parts for loc in re.findall(r"<loc>([^<]+)", client.get(part).text)]
    assert together == [loc.replace("//whole.", "//parts.") for loc in whole]
    assert client.get(f"/sitemap-{len(parts) + 1}.xml", base_url="http://parts.localhost").status_code == 404


def test_robots_are_told_where_the_site_map_is(client: Any) -> None:
    answer = client.get("/robots.txt", base_url="https://atlas.localhost")
    assert answer.content_type.startswith("text/plain")
    assert "Sitemap: https://atlas.localhost/sitemap.xml" in answer.text
    assert "Disallow: /*?" in answer.text


def test_a_practice_describes_itself(client: Any) -> None:
    found = linked_data(client, "/de/practices/imst-abc-cafe")
    article = found["Article"]
    assert article["headline"] == "ABC-Café Imst"
    assert article["inLanguage"] == "de"
    assert article["license"].startswith("https://creativecommons.org/")
    assert article["isBasedOn"].startswith("http")
    assert article["spatialCoverage"]["geo"]["latitude"] == pytest.approx(47.245)
    assert [step["position"] for step in found["BreadcrumbList"]["itemListElement"]] == [1, 2]


@pytest.mark.parametrize(
    ("path", "kind", "member"),
    [
        ("/en/regions/imst", "AdministrativeArea", "name"),
        ("/it/projects/eu-belong", "ResearchProject", "funding"),
        ("/de/services/imst-abc-cafe", "Service", "availableChannel"),
        ("/de/data", "Dataset", "distribution"),
        ("/de/", "WebSite", "potentialAction"),
    ],
)
def test_every_kind_of_page_describes_itself(client: Any, path: str, kind: str, member: str) -> None:
    assert linked_data(client, path)[kind].get(member)


@pytest.mark.parametrize("path", ["/de/practices/imst-abc-cafe", "/de/regions/imst", "/de/?theme=housing", "/de/about"])
def test_a_page_can_be_shared_and_found_in_other_languages(client: Any, path: str) -> None:
    page = client.get(path, headers=HTML, base_url="https://atlas.localhost").text
    social = dict(re.findall(r'<meta property="(og:[a-z_:]+)" content="([^"]*)">', page))
    assert all(social.get(name) for name in ("og:title", "og:description", "og:image", "og:url", "og:site_name"))
    assert social["og:image"].startswith("https://atlas.localhost/static/")
    others = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', page))
    assert others["it"] == "https://atlas.localhost" + path.replace("/de/", "/it/")
    assert f'<link rel="canonical" href="https://atlas.localhost{path}">' in page
    assert '<meta name="twitter:card"' in page


def test_a_script_tag_in_a_text_cannot_leave_its_linked_data(settings: Settings, atlas_engine: Engine) -> None:
    client = create_app(settings, atlas_engine).test_client()
    hostile = "</script><script>alert(1)</script><!--"
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice_text SET title = :title, summary = :title"), {"title": hostile})
    for path in ("/de/practices/imst-abc-cafe", "/de/", "/de/feed.atom"):
        page = client.get(path, headers=HTML).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
    assert linked_data(client, "/de/practices/imst-abc-cafe")["Article"]["headline"] == hostile


def test_health_tells_living_from_ready(client: Any, settings: Settings, empty_engine: Engine) -> None:
    assert client.get("/healthz/live").json == {"status": "live"}
    ready = client.get("/healthz/ready")
    assert ready.status_code == 200
    assert ready.json["records"]["practice"] > 100
    assert ready.headers["Cache-Control"] == "no-store"
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    behind = create_app(settings, empty_engine).test_client().get("/healthz/ready")
    assert (behind.status_code, behind.json["waiting_for"]) == (503, "migrations")
