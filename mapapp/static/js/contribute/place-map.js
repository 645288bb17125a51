/** A map to choose a point on: by a click, by dragging the marker, by its arrow keys. Degrees, latitude first. */
import { createMap, showEurope, wireZoom } from "../map/frame.js";
import L from "../map/leaflet.js";
import { PIN, pin } from "../map/symbols.js";

const CLOSE = { address: 12, municipality: 10, region: 7, country: 5 };
const STEP = 10; // pixels a key moves the marker; one with Shift
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function drawing(kind) {
  return L.divIcon({
    html: pin(null, kind in CLOSE ? kind : "municipality"),
    className: "marker-pin lifted",
    iconSize: [PIN.width, PIN.height],
    iconAnchor: [PIN.width / 2, PIN.foot],
  });
}

/** Start the map in `frame`; `moved([lat, lon])` is told what the author chose. Returns { show(at, kind) }. */
export function startPicker(frame, moved) {
  const canvas = frame.querySelector("[data-picker-map]");
  const status = frame.querySelector("[data-picker-status]");
  const put = frame.querySelector("[data-picker-put]");
  const map = createMap(canvas);
  map.scrollWheelZoom.disable(); // the page scrolls; the buttons, plus and minus zoom
  showEurope(map);
  wireZoom(map, frame.querySelectorAll("[data-zoom]"));
  let marker = null;
  let kind = "";

  function tell() {
    const { lat, lng } = marker.getLatLng();
    status.textContent = canvas.dataset.moved.replace("{point}", `${lat.toFixed(4)}, ${lng.toFixed(4)}`);
    moved([lat, lng]);
  }

  function withKeys(event) {
    const way = KEYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : STEP;
    const at = map.latLngToContainerPoint(marker.getLatLng()).add(L.point(way).multiplyBy(step));
    marker.setLatLng(map.containerPointToLatLng(at));
    if (!map.getBounds().pad(-0.1).contains(marker.getLatLng())) map.panTo(marker.getLatLng(), { animate: false });
    tell();
  }

  function dress() {
    const element = marker.getElement();
    element.setAttribute("aria-label", canvas.dataset.marker);
    element.addEventListener("keydown", withKeys);
  }

  function place(at) {
    put.hidden = true;
    if (marker) {
      marker.setLatLng(at);
      return;
    }
    marker = L.marker(at, { icon: drawing(kind), draggable: true, keyboard: true, autoPan: true }).addTo(map);
    dress();
    marker.on("dragend", tell);
  }

  put.hidden = false;
  put.addEventListener("click", () => {
    place(map.getCenter());
    marker.getElement().focus();
    tell();
  });
  map.on("click", (event) => {
    place(event.latlng);
    tell();
  });

  return {
    /** Show a point that came from elsewhere. */
    show(at, now) {
      if (!at.every(Number.isFinite)) return;
      const there = marker?.getLatLng();
      const same = there && Math.abs(there.lat - at[0]) < 1e-4 && Math.abs(there.lng - at[1]) < 1e-4;
      place(at);
      if (now !== kind) {
        kind = now;
        const focused = document.activeElement === marker.getElement();
        marker.setIcon(drawing(kind));
        dress();
        if (focused) marker.getElement().focus();
      }
      if (!same) map.setView(at, Math.max(map.getZoom(), CLOSE[kind] ?? 8), { animate: false });
    },
  };
}
