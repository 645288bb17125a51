"""The definition of the OGC API: valid, self-contained, and kept by the server; schemas; what is declared."""

import ast
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV30SpecValidator

from mapapp.formats import fields, ogc_conformance
from mapapp.formats.ogc_collections import queryable

HERE = Path(__file__).parent
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


@pytest.fixture(scope="module")
def definition(app: Any) -> dict[str, Any]:
    """The definition as a client gets it."""
    return app.test_client().get("/ogc/api").json


def test_the_definition_is_valid_and_names_nothing_outside(client: Any, definition: dict[str, Any]) -> None:
    answer = client.get("/ogc/api?f=json")
    assert answer.content_type == OPENAPI
    OpenAPIV30SpecValidator(definition).validate()
    references = set(re.findall(r'"\$ref":"([^"]+)"', answer.text))
    assert references
    assert all(one.startswith("#/components/") for one in references)
    assert definition["servers"] == [{"url": "http://localhost/ogc"}]


def test_every_route_is_defined_and_every_definition_is_a_route(app: Any, definition: dict[str, Any]) -> None:
    routes = {
        re.sub(r"<[^>]+>", "{}", str(rule)).removeprefix("/ogc")
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/ogc/")
    }
    general = set()
    for path in definition["paths"]:
        for plural in (one.plural for one in fields.PUBLISHED.values()):
            path = path.replace(f"/collections/{plural}", "/collections/{}")
        path = re.sub(r"/(schema|queryables|sortables)$", "/{}", path).replace("/WebMercatorQuad", "/{}")
        general.add(re.sub(r"\{\w+\}", "{}", path))
    assert general == routes
    ends: dict[str, set[str]] = {}
    for path in definition["paths"]:
        if path.startswith("/collections/"):
            plural, *end = path.removeprefix("/collections/").split("/", 1)
            ends.setdefault(plural, set()).update(end)
    assert ends.keys() == {one.plural for one in fields.PUBLISHED.values()}
    assert all(found == ends["practices"] for found in ends.values())
    assert {"schema", "queryables", "sortables"} < ends["practices"]


def test_every_parameter_of_items_is_taken(client: Any, definition: dict[str, Any]) -> None:
    examples = {
        "bbox": "5,45,17,55", "crs": "http://www.opengis.net/def/crs/EPSG/0/3857", "datetime": "2014-01-01T00:00:00Z",
        "bbox-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "filter": "1=1", "filter-lang": "cql2-text",
        "filter-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "f": "jsonfg", "lang": "de", "near": "47,10",
        "year_from": "2010", "year_to": "2012", "sort": "newest", "sortby": "-updated_at", "theme": "housing",
        "profile": "jsonfg-plus,rfc7946",
    }  # fmt: skip
    for plural in ("practices", "regions"):
        for one in definition["paths"][f"/collections/{plural}/items"]["get"]["parameters"]:
            known = definition["components"]["parameters"][one["$ref"].split("/")[-1]] if "$ref" in one else one
            answer = client.get(f"/ogc/collections/{plural}/items", query_string={known["name"]: "§"})
            assert answer.json.get("parameter", known["name"]) == known["name"], known["name"]
            if known["name"] in examples:
                value = examples[known["name"]]
                good = client.get(f"/ogc/collections/{plural}/items", query_string={known["name"]: value})
                assert good.status_code == 200, good.text


@pytest.mark.parametrize("plural", [one.plural for one in fields.PUBLISHED.values()])
def test_features_are_as_their_schema_says(client: Any, plural: str) -> None:
    schema = client.get(f"/ogc/collections/{plural}/schema")
    assert schema.content_type == "application/schema+json"
    described = schema.json
    assert described["$id"] == f"http://localhost/ogc/collections/{plural}/schema"
    jsonschema.Draft202012Validator.check_schema(described)
    assert all(one["title"] and one["description"] for one in described["properties"].values())
    roles = {one.get("x-ogc-role"): name for name, one in described["properties"].items()}
    assert roles["id"] == "id"
    assert roles["primary-geometry"] == "geometry"
    kind = described["properties"]["geometry"]["format"].removeprefix("geometry-")
    validator = jsonschema.Draft202012Validator(described)
    for feature in client.get(f"/ogc/collections/{plural}/items?limit=300").json["features"]:
        assert feature["geometry"] is None or feature["geometry"]["type"].lower() == kind
        known = {name: value for name, value in feature["properties"].items() if value is not None}
        validator.validate({"id": feature["id"], **known})
        assert feature["properties"].keys() == described["properties"].keys() - {"id", "geometry"}


def test_queryables_and_sortables_are_made_from_the_published_fields(client: Any) -> None:
    for collection in fields.PUBLISHED.values():
        base = f"/ogc/collections/{collection.plural}"
        asked = client.get(f"{base}/queryables").json
        assert asked["$id"] == f"http://localhost{base}/queryables"
        assert list(asked["properties"]) == ["id", "geometry", *(one.name for one in queryable(collection))]
        assert asked["additionalProperties"] is False
        sortable = client.get(f"{base}/sortables").json["properties"]
        assert sortable.keys() < asked["properties"].keys()
        assert client.get(f"{base}/items?limit=1&sortby=-{',-'.join(sortable)}").status_code == 200


def test_words_are_in_the_language_asked_for(client: Any) -> None:
    english, german = (client.get(f"/ogc/collections?lang={lang}").json["collections"][0] for lang in ("en", "de"))
    assert english["title"] == "Practices"
    assert german["title"] != english["title"]
    assert client.get("/ogc/collections", headers={"Accept-Language": "de"}).json["collections"][0] == german


def test_what_is_declared_is_a_class_of_a_standard(client: Any) -> None:
    declared = client.get("/ogc/conformance").json["conformsTo"]
    assert declared == list(ogc_conformance.CLASSES)
    assert len(declared) == len(set(declared))
    assert all(
        re.fullmatch(r"http://www\.opengis\.net/spec/[a-z0-9-]+/[0-9.]+/conf/[a-z0-9-]+", one) for one in declared
    )


def test_the_documentation_names_a_test_for_every_class() -> None:
    text = (HERE.parent.parent / "docs" / "ogc-api.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+/1\.0/conf/[a-z0-9-]+)` \| (.+) \|$", text, re.MULTILINE))
    assert [f"http://www.opengis.net/spec/{name}" for name in rows] == list(ogc_conformance.CLASSES)
    for name, cell in rows.items():
        file, named = None, []
        for word in re.findall(r"`([^`]+)`", cell):
            if word.endswith(".py"):
                file = ast.parse((HERE / word).read_text(encoding="utf-8"))
            else:
                assert file, name
                named.append(word)
                assert word in [one.name for one in file.body if isinstance(one, ast.FunctionDef)], (name, word)
        assert named, name


def test_pages_for_people_say_what_the_documents_say(client: Any) -> None:
    for path in ("", "conformance", "collections", "collections/practices", "collections/practices/items",
                 "collections/practices/items/imst-abc-cafe", "collections/practices/queryables", "api",
                 "collections/practices/tiles", "tileMatrixSets", "tileMatrixSets/WebMercatorQuad"):  # fmt: skip
        page = client.get(f"/ogc/{path}", headers={"Accept": "text/html,*/*;q=0.8"})
        assert (page.status_code, page.mimetype) == (200, "text/html"), path
        assert page.text.count("<h1") == 1
    listed = client.get("/ogc/collections/practices/items?f=html&limit=5&country=AT")
    assert 'data-total="16"' in listed.text
    assert listed.text.count('<th scope="row">') == 5


def test_pages_for_people_name_the_parameter_and_keep_the_language(client: Any) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "de"}
    refused = client.get("/ogc/collections/practices/items?bbox=1,2,3", headers=browser)
    assert (refused.status_code, refused.mimetype) == (400, "text/html")
    assert "Parameter: <code>bbox</code>" in refused.text
    page = client.get("/ogc/collections/needs?lang=it", headers=browser).text
    forms = re.findall(r'href="([^"]*/items[^"]*)" type="application/[^"]*json', page)
    assert forms
    for path in forms:
        answer = client.get(path.replace("&amp;", "&"), headers=browser)
        assert "json" in answer.mimetype, path
        assert "Nel distretto" in answer.text, path


@pytest.fixture
def api_schema(app: Any) -> Any:
    """The definition as schemathesis reads it."""
    schema = schemathesis.openapi.from_wsgi("/ogc/api?f=json", app)
    # Needs are sought by the database, practices in memory.
    return schema.include(path_regex="^/(collections/practices|collections/needs/items|conformance|tileMatrixSets)")


@pytest.mark.filterwarnings("ignore")
def test_the_server_keeps_to_its_definition_whatever_is_asked(api_schema: Any) -> None:
    """Fuzz every operation of a collection, and the features of another: no 500, every answer is as defined."""
    checks = [schemathesis.checks.not_a_server_error, schemathesis.checks.content_type_conformance]
    tried = 0
    for result in api_schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=6,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=checks)

        ask()
        tried += 1
    assert tried > 12
