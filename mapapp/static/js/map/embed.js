/** The map of an embedded search: its markers follow the view; a chosen record or place opens in a window of its own. */
import { fetchJson } from "../explore/fragments.js";
import { fanOut } from "./fanout.js";
import { createMap, holdPresses, showEurope, wireZoom } from "./frame.js";
import { startLayers } from "./layers.js";
import { markerLayer } from "./markers.js";
import { askedArea, holds } from "./view.js";

const SETTLED_MS = 250;

/** Start the map in `canvas`, whose data attributes say what is searched for and where its records have their pages. */
export function startEmbeddedMap(canvas) {
  const map = createMap(canvas);
  const markers = markerLayer(map, choose);
  const extent = canvas.dataset.extent.split(",").map(Number);
  const glue = canvas.dataset.markers.includes("?") ? "&" : "?";
  const say = document.querySelector("[data-say]");
  let asked = null;
  let fan = null;
  let waiting = 0;

  const show = (page) => window.open(page, "_blank", "noopener");
  const visit = (slug) => show(canvas.dataset.page.replace("SLUG", slug));
  const fetchMarkers = (query) => fetchJson(`${canvas.dataset.markers}${glue}${query}`);

  async function ask() {
    const area = askedArea(map);
    const zoom = map.getZoom();
    if (asked && asked.zoom === zoom && holds(asked.area, map)) return;
    asked = { area, zoom };
    try {
      const found = await fetchMarkers(`view=${area.join(",")}&zoom=${zoom}`);
      if (asked.area === area) markers.show(found.markers);
    } catch {
      asked = null; // the next move asks again
    }
  }

  async function choose(one) {
    if (one.slug) return visit(one.slug);
    fan?.close();
    fan = null;
    if (one.stack) {
      const found = await fetchMarkers(`stack=${one.at.join(",")}`);
      fan = fanOut(map, one.at, found.markers, (record) => visit(record.slug));
      fan.markers[0]?.getElement().focus({ preventScroll: true });
      return undefined;
    }
    const [west, south, east, north] = one.box;
    const zoom = map.getBoundsZoom([[south, west], [north, east]]);
    map.setView([(south + north) / 2, (west + east) / 2], Math.max(Math.min(zoom, one.to ?? zoom), map.getZoom() + 1));
    canvas.focus({ preventScroll: true });
    return undefined;
  }

  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, SETTLED_MS);
  });
  map.on("zoomstart", () => {
    fan?.close();
    fan = null;
  });
  const frame = canvas.parentElement;
  wireZoom(map, frame.querySelectorAll("[data-zoom]"));
  for (const control of frame.querySelectorAll("[data-control]")) holdPresses(control);
  startLayers(map, frame, {
    open: (_at, _card, _marker, page) => show(page),
    changed: () => {},
    failed: () => (say.textContent = canvas.dataset.trouble),
    practices: (shown) => markers.hide(!shown),
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(canvas);
  if (extent.length === 4 && extent.every(Number.isFinite)) {
    const [west, south, east, north] = extent;
    map.fitBounds([[south, west], [north, east]], { animate: false, padding: [30, 30], maxZoom: 8 });
  } else {
    showEurope(map);
  }
  ask();
  return map;
}
