"""A search as one HTML file with its own map, made by folium: everything is inside, nothing is asked of any host."""

import json
import re
from pathlib import Path
from typing import Any

import folium
from branca.element import Element
from markupsafe import Markup, escape
from pyarrow import RecordBatch

from .. import colours, outlines
from .rows import batches
from .workbook import coordinates

# The browser itself is told that nothing may be fetched: the file keeps its word wherever it is opened.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_STYLE = Path(__file__).with_name("standalone.css")
# Leaflet draws a picture of its own before it is told of another one: none is there to be drawn.
_NO_PICTURES = (
    "<script>L.Icon.Default.prototype.createIcon = L.Icon.Default.prototype.createShadow = "
    'function () { return document.createElement("i"); };</script>'
)
# Of names that would lie on one another only the first is shown; closer up there is room for the others.
_NAMES_APART = """<script>addEventListener("load", function () {
  function part() {
    var shown = [];
    document.querySelectorAll(".country").forEach(function (name) {
      var range = document.createRange();
      range.selectNodeContents(name);
      var box = range.getBoundingClientRect();
      var free = shown.every(function (other) {
        return box.right < other.left || other.right < box.left || box.bottom < other.top || other.bottom < box.top;
      });
      name.style.visibility = free ? "" : "hidden";
      if (free) shown.push(box);
    });
  }
  window[document.querySelector(".folium-map").id].on("zoomend", part);
  part();
});</script>"""
_ABOVE = "points"
_MARGIN = 0.6  # degrees
_EUROPE = [[35.0, -11.0], [62.0, 33.0]]


def _records(table: dict[str, Any], about: dict[str, Any]) -> list[dict[str, Any]]:
    names = [name for name, _kind, _title in table["columns"]]
    countries = about["countries"]
    found = []

    def add(batch: RecordBatch) -> None:
        columns = batch.to_pydict()
        points = [coordinates(one) for one in columns["geometry"]]
        for at in range(batch.num_rows):
            one = {name: columns[name][at] for name in names}
            place = ", ".join(part for part in (one["place"], countries.get(one["country"], one["country"])) if part)
            keys = (one.get("themes") or one.get("category") or "").split(";")
            found.append(one | {"where": place, "point": points[at], "key": keys[0]})

    for batch in batches(table, nested=False)[1]:
        add(batch)
    return found


def _popup(one: dict[str, Any]) -> str:
    """Return what a point says when it is chosen. folium reads its own output as a template once more: no braces."""
    said = Markup('<b><a href="{}">{}</a></b><br><span class="where">{}</span><p>{}</p>').format(
        one["url"], one.get("title") or one.get("name"), one["where"], one.get("summary") or one["description"] or ""
    )
    return str(said).replace("{", "&#123;").replace("}", "&#125;")


def _basemap(plan: Any, lang: str) -> None:
    drawn = outlines.read()
    land = {"type": "MultiPolygon", "coordinates": drawn["land"]}
    plain: Any = {"interactive": False, "smooth_factor": 0.6}
    west, south, east, north = outlines.BOX
    edge = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    # The sea ends with the land: what is drawn is a sheet, and round it is nothing.
    folium.GeoJson(
        {"type": "Polygon", "coordinates": [edge]},
        style_function=lambda _one: {"fillColor": "#d6e4ec", "fillOpacity": 1, "stroke": False},
        **plain,
    ).add_to(plan)
    folium.GeoJson(
        land,
        style_function=lambda _one: {"fillColor": "#f6f4ee", "fillOpacity": 1, "color": "#b9c7ce", "weight": 0.7},
        **plain,
    ).add_to(plan)
    for kind, dashes in (("solid", None), ("claim", "2 4")):
        lines = {"type": "MultiLineString", "coordinates": drawn["borders"][kind]}
        style = {"color": "#a8a294", "weight": 1, "fill": False, "dashArray": dashes}
        folium.GeoJson(lines, style_function=lambda _one, style=style: style, **plain).add_to(plan)
    for country in drawn["countries"]:
        lon, lat = country["at"]
        if lat < south + _MARGIN:  # it would stand half outside
            continue
        words = escape(country["names"].get(lang, country["names"]["en"]))
        icon = folium.DivIcon(html=str(words), class_name="country", icon_size=(120, 16), icon_anchor=(60, 8))
        marker = folium.Marker((lat, lon), icon=icon)
        marker.options |= {"interactive": False, "keyboard": False}
        marker.add_to(plan)


def _points(plan: Any, records: list[dict[str, Any]], colour_of: dict[str, str]) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": one["point"]},
            "properties": {"popup": _popup(one), "colour": colour_of.get(one["key"], colours.of(None))},
        }
        for one in records
        if one["point"]
    ]
    if not features:
        _open_at(plan, _EUROPE)
        return
    # The names of countries are at 600, what is open at 700.
    folium.map.CustomPane(_ABOVE, z_index=620, pointer_events=True).add_to(plan)
    dot = folium.CircleMarker(radius=7, color="#ffffff", weight=1.5, fill=True, fill_opacity=0.95)
    dot.options |= {"pane": _ABOVE}
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=dot,
        style_function=lambda one: {"fillColor": one["properties"]["colour"]},
        popup=folium.GeoJsonPopup(["popup"], labels=False, max_width=320),
    ).add_to(plan)
    lons, lats = zip(*(one["point"] for one in records if one["point"]), strict=True)
    _open_at(plan, [[min(lats), min(lons)], [max(lats), max(lons)]], padding=(30, 30), max_zoom=9)


def _open_at(plan: Any, bounds: list[list[float]], **how: Any) -> None:
    """Show an area from the start: without a flight there, in which what is pressed would lie elsewhere by then."""
    view = folium.FitBounds(bounds, **how)
    view.options |= {"animate": False}
    plan.add_child(view)


def _beside(records: list[dict[str, Any]], about: dict[str, Any], colour_of: dict[str, str]) -> str:
    """Return what stands beside the map: title, whose it is, legend, and every record as a list."""
    words = about["words"]
    used = {one["key"] for one in records}
    legend = Markup("").join(
        Markup('<li style="color: {}"><span>{}</span></li>').format(colour_of[key], said)
        for key, said, _colour in about["legend"]
        if key in used
    )
    facts = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*pair) for pair in about["rows"] if pair[1])
    missing = Markup(' <span class="where">({})</span>').format(words["unplaced"])
    listed = Markup("").join(
        Markup('<li><a href="{}">{}</a>{}<br><span class="where">{}</span></li>').format(
            one["url"], one.get("title") or one.get("name"), "" if one["point"] else missing, one["where"]
        )
        for one in records
    )
    if records:
        told = Markup('<h2>{}</h2><ul class="legend">{}</ul><h2>{}</h2><ol>{}</ol>').format(
            words["legend"], legend, words["list"], listed
        )
    else:
        told = Markup('<p class="none">{}</p>').format(words["none"])
    page = Markup('<div class="about"><h1>{}</h1><dl>{}</dl>{}<p class="where">{}</p></div>')
    return str(page.format(about["title"], facts, told, words["credit"]))


def write(job: dict[str, Any]) -> None:
    """Write the first table of a job as a page with a map."""
    about = job["about"]
    records = _records(job["tables"][0], about)
    colour_of = {key: colour for key, _words, colour in about["legend"]}

    plan: Any = folium.Map(
        tiles=None,
        control_scale=True,
        prefer_canvas=True,
        zoom_control=True,
        attribution_control=False,
        min_zoom=3,
        max_zoom=12,
    )
    plan.default_js, plan.default_css = [], []
    root: Any = plan.get_root()
    root.title = str(escape(about["title"]))
    sheet = re.sub(r"url\([^)]*\)", "none", Path(about["leaflet_css"]).read_text(encoding="utf-8"))
    script = Path(about["leaflet_js"]).read_text(encoding="utf-8").replace("</script", "<\\/script")
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    for name, markup in (
        ("policy", f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        ("leaflet_css", f"<style>{sheet}</style>"),
        ("leaflet_js", f"<script>{script}</script>{_NO_PICTURES}"),
    ):
        root.header.add_child(_verbatim(markup), name=name)
    root.html.add_child(_verbatim(_beside(records, about, colour_of)), name="beside")
    root.html.add_child(_verbatim(_NAMES_APART), name="names")
    _basemap(plan, about["lang"])
    _points(plan, records, colour_of)
    page = root.render()
    page = page.replace("<html>", f"<html lang={json.dumps(about['lang'])}>", 1)
    # After folium's own rules, so that ours hold; and a reader may enlarge the page.
    page = page.replace("</head>", f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>", 1)
    page = re.sub(r"initial-scale=1\.0,\s*maximum-scale=1\.0, user-scalable=no", "initial-scale=1", page, count=1)
    Path(job["target"]).write_text(page, encoding="utf-8")


def _verbatim(markup: str) -> Any:
    """Return an element of these very letters: what records say must not be read as a template."""
    element: Any = Element("{{ this.markup }}")
    element.markup = markup
    return element
