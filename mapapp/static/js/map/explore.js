/** The map of Explore: shows where the answer's records are, and follows the address of the page. */
import { fetchJson } from "../explore/fragments.js";
import { look, looked, readAt, written, writeAt } from "../explore/state.js";
import { fanOut } from "./fanout.js";
import { createMap, holdPresses, showEurope, wireZoom } from "./frame.js";
import { startLayers } from "./layers.js";
import { startLifting } from "./lifting.js";
import { markerLayer } from "./markers.js";
import { fetchCard, showPopup } from "./popup.js";
import { pin } from "./symbols.js";
import { askedArea, holds, visibleBox } from "./view.js";

const SETTLED_MS = 250;

/**
 * Start the map in the Explore page `root`. `page.search()` is the search of the address, `page.understood()` what the server
 * made of it; `page.ask(search)` asks a new one.
 */
export function startMap(root, page) {
  const frame = root.querySelector("[data-map-frame]");
  const canvas = frame.querySelector("[data-map]");
  const say = root.querySelector("[data-say]");
  const areaButton = frame.querySelector("[data-search-area]");
  const fitButtons = frame.querySelectorAll("[data-fit]");
  const map = createMap(canvas);
  const markers = markerLayer(map, choose);
  const lifting = startLifting(root, map, markers);
  let answer = null; // what the server last told of the view
  let asked = null; // the area and zoom of that, or of the question on its way
  let running = null;
  let fan = null;
  let popup = null;
  let opened = ""; // the record whose card is open or on its way
  let opening = null;

  // ---- asking for markers

  function viewParameters() {
    asked = { area: askedArea(map), zoom: map.getZoom() };
    return [
      ["view", asked.area.join(",")],
      ["zoom", String(asked.zoom)],
    ];
  }

  async function askMarkers() {
    running?.abort();
    const mine = (running = new AbortController());
    const query = page.understood();
    for (const [name, value] of viewParameters()) query.set(name, value);
    try {
      const found = await fetchJson(canvas.dataset.markers + written(query), mine.signal);
      if (!mine.signal.aborted) show(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      asked = null; // the next move asks again
      say.textContent = canvas.dataset.trouble;
    }
  }

  function show(found) {
    answer = found;
    markers.show(found.markers);
    lifting.again();
    offerFit();
  }

  function offerFit() {
    const bounds = map.getBounds();
    const inView = answer.markers.some((one) => bounds.contains(one.at));
    const nothingHere = !inView && answer.extent !== null;
    frame.classList.toggle("nothing-here", nothingHere);
  }

  // ---- choosing markers

  function choose(one, marker) {
    if (one.slug) return open(one.slug, { at: one.at, from: marker.getElement() });
    if (one.stack) return fanAround(one);
    const [west, south, east, north] = one.box;
    const zoom = map.getBoundsZoom([[south, west], [north, east]]);
    map.setView([(south + north) / 2, (west + east) / 2], Math.max(Math.min(zoom, one.to ?? zoom), map.getZoom() + 1));
    canvas.focus({ preventScroll: true });
  }

  async function fanAround(one) {
    const query = page.understood();
    query.set("stack", one.at.join(","));
    let found;
    try {
      found = await fetchJson(canvas.dataset.markers + written(query));
    } catch {
      say.textContent = canvas.dataset.trouble;
      return;
    }
    closeFan();
    fan = fanOut(map, one.at, found.markers, (record, marker) => {
      const at = marker.getLatLng();
      open(record.slug, { at: [at.lat, at.lng], from: marker.getElement() });
    });
    frame.classList.add("fanned-out");
    fan.markers[0]?.getElement().focus({ preventScroll: true });
    say.textContent = one.name;
  }

  function closeFan() {
    fan?.close();
    fan = null;
    frame.classList.remove("fanned-out");
  }

  // ---- the open card

  async function open(slug, { at = null, from = null, focus = true } = {}) {
    opening?.abort();
    const mine = (opening = new AbortController());
    opened = slug;
    let card;
    from?.setAttribute("aria-busy", "true");
    try {
      const address = canvas.dataset.card.replace("SLUG", encodeURIComponent(slug)) + written(page.search());
      card = await fetchCard(address, mine.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      opened = "";
      if (!("status" in error)) throw error;
      say.textContent = canvas.dataset.trouble;
      look({ open: null });
      return;
    } finally {
      from?.removeAttribute("aria-busy");
    }
    if (mine.signal.aborted) return;
    const place = at ?? card.at;
    if (!place) {
      opened = "";
      return;
    }
    if (!at && !map.getBounds().contains(place)) map.setView(place, Math.max(map.getZoom(), 6), { animate: false });
    const back = () => (from?.isConnected ? from : (markers.find(slug)?.getElement() ?? canvas));
    popup = showPopup(map, place, card.element, {
      returnTo: back,
      focus,
      onClose: () => {
        popup = null;
        lifting.choose(null);
        if (opened !== slug) return; // another card takes its place
        opened = "";
        if (looked("open") === slug) look({ open: null });
      },
    });
    lifting.choose({ slug, at: place, kind: card.kind, theme: card.theme });
    look({ open: slug });
  }

  function close() {
    opening?.abort();
    opened = "";
    lifting.choose(null);
    popup?.close(false);
    popup = null;
  }

  // ---- following the address, and leading it

  function setView() {
    const at = readAt(looked("at"));
    const extent = canvas.dataset.extent;
    if (at) map.setView([at.lat, at.lon], at.zoom, { animate: false });
    else if (extent) fit(extent.split(",").map(Number), false);
    else showEurope(map);
  }

  function fit([west, south, east, north], animate = true) {
    map.fitBounds([[south, west], [north, east]], { maxZoom: 9, padding: [40, 40], animate });
  }

  let byHand = false;
  let timer = 0;
  map.on("dragstart", () => (byHand = true));
  canvas.addEventListener("wheel", () => (byHand = true), { passive: true });
  canvas.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow") || "+-=".includes(event.key)) byHand = true;
    if (event.key === "Escape" && fan) {
      const ring = markers.ringNear(fan.markers[0].getLatLng(), 200);
      closeFan();
      ring?.getElement().focus({ preventScroll: true });
    }
  });
  map.on("zoomstart", closeFan);
  map.on("click", closeFan);
  map.on("moveend", () => {
    if (!asked || asked.zoom !== map.getZoom() || !holds(asked.area, map)) askMarkers();
    else if (answer) offerFit();
    if (byHand) areaButton.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const centre = map.getCenter();
      look({ at: writeAt(map.getZoom(), centre.lat, centre.lng) });
    }, SETTLED_MS);
  });

  areaButton.addEventListener("click", () => {
    const search = page.search();
    search.delete("page");
    search.set("bbox", visibleBox(map));
    byHand = false;
    areaButton.hidden = true;
    page.ask(search);
  });
  for (const button of fitButtons) button.addEventListener("click", () => answer?.extent && fit(answer.extent));
  wireZoom(map, frame.querySelectorAll("[data-zoom]"));
  for (const control of frame.querySelectorAll("[data-control]")) holdPresses(control);
  for (const place of frame.querySelectorAll("[data-legend]")) place.append(pin(null, place.dataset.legend));

  const layers = startLayers(map, frame, {
    open: (at, element, marker) => {
      popup = showPopup(map, at, element, { raised: false, returnTo: () => marker.getElement(), onClose: () => (popup = null) });
    },
    changed: (names) => look({ layers: names.join(",") }),
    failed: () => (say.textContent = canvas.dataset.trouble),
    practices: (shown) => markers.hide(!shown),
  });

  function followAddress() {
    const at = readAt(looked("at"));
    const centre = map.getCenter();
    if (at && looked("at") !== writeAt(map.getZoom(), centre.lat, centre.lng)) {
      map.setView([at.lat, at.lon], at.zoom, { animate: false });
    }
    layers.set(looked("layers").split(","));
    const slug = looked("open");
    if (slug === opened) return;
    if (slug) open(slug, { focus: false });
    else close();
  }

  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(canvas);
  root.classList.add("with-map");
  map.invalidateSize({ animate: false, pan: false });
  setView();
  layers.set(looked("layers").split(","));
  if (looked("open")) open(looked("open"), { focus: false });

  return {
    viewParameters,
    followAddress,
    open,
    resized: () => map.invalidateSize({ animate: false, pan: false }),
    showAnswer(search, found) {
      closeFan();
      areaButton.hidden = true;
      if (found) show(found);
      else askMarkers();
      if (search.has("near") && answer?.extent && searchMoved(search)) fit(answer.extent);
    },
  };
}

// A place chosen in the search box is a wish to go there; every other filter leaves the view alone.
let lastNear = new URLSearchParams(location.search).get("near");
function searchMoved(search) {
  const moved = search.get("near") !== lastNear;
  lastNear = search.get("near");
  return moved;
}
