"""The conformance classes that the OGC API passes: a class stands here once a test proves it (docs/ogc-api.md)."""

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
_COMMON = "http://www.opengis.net/spec/ogcapi-common-"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"

CLASSES = (
    f"{_COMMON}1/1.0/conf/core",
    f"{_COMMON}1/1.0/conf/landing-page",
    f"{_COMMON}1/1.0/conf/json",
    f"{_COMMON}1/1.0/conf/html",
    f"{_COMMON}1/1.0/conf/oas30",
    f"{_COMMON}2/1.0/conf/collections",
    f"{_FEATURES}1/1.0/conf/core",
    f"{_FEATURES}1/1.0/conf/oas30",
    f"{_FEATURES}1/1.0/conf/html",
    f"{_FEATURES}1/1.0/conf/geojson",
    f"{_FEATURES}2/1.0/conf/crs",
    f"{_FEATURES}3/1.0/conf/queryables",
    f"{_FEATURES}3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}3/1.0/conf/filter",
    f"{_FEATURES}3/1.0/conf/features-filter",
    f"{_FEATURES}5/1.0/conf/schemas",
    f"{_FEATURES}5/1.0/conf/core-roles-features",
    f"{_FEATURES}5/1.0/conf/queryables",
    f"{_FEATURES}5/1.0/conf/sortables",
    f"{_TILES}core",
    f"{_TILES}tileset",
    f"{_TILES}tilesets-list",
    f"{_TILES}geodata-tilesets",
    f"{_TILES}mvt",
    f"{_TILES}oas30",
    f"{_CQL2}cql2-text",
    f"{_CQL2}cql2-json",
    f"{_CQL2}basic-cql2",
    f"{_CQL2}advanced-comparison-operators",
    f"{_CQL2}case-insensitive-comparison",
    f"{_CQL2}accent-insensitive-comparison",
    f"{_CQL2}basic-spatial-functions",
    f"{_CQL2}basic-spatial-functions-plus",
    f"{_CQL2}spatial-functions",
    f"{_CQL2}temporal-functions",
    f"{_CQL2}array-functions",
    f"{_CQL2}property-property",
    f"{_CQL2}arithmetic",
)
