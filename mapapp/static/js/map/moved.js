/** A small map of a place that a proposal sets or moves: where the record was, where it would be. */
import { createMap } from "./frame.js";
import L from "./leaflet.js";
import { PIN, pin } from "./symbols.js";

const CLOSEST = 8; // zoom
const ALONE = { address: 7, municipality: 6, region: 5, country: 4 };

function mark(map, at, kind, className) {
  L.marker(at, {
    icon: L.divIcon({ html: pin(null, kind), className: `marker-pin ${className}`, iconSize: [PIN.width, PIN.height], iconAnchor: [PIN.width / 2, PIN.foot] }),
    interactive: false,
    keyboard: false,
  }).addTo(map);
}

/** Start the map in `canvas`, whose data attributes say the places (`before`, `after`, degrees) and their `kind`. */
export function startMovedMap(canvas) {
  const read = (name) => canvas.dataset[name]?.split(",").map(Number);
  const [before, after] = [read("before"), read("after")];
  const map = createMap(canvas, { still: true });
  if (before && after) {
    map.fitBounds([before, after], { animate: false, maxZoom: CLOSEST, padding: [48, 48] });
    L.polyline([before, after], { className: "moved-line", interactive: false }).addTo(map);
  } else {
    map.setView(after ?? before, Math.max(ALONE[canvas.dataset.kind] ?? 6, map.getMinZoom()), { animate: false });
  }
  if (before) mark(map, before, canvas.dataset.kind, "was");
  if (after) mark(map, after, canvas.dataset.kind, "becomes");
}
