/** A small map of one record: where it is at a glance; the large map is a link away. */
import { createMap } from "./frame.js";
import L from "./leaflet.js";
import { PIN, pin } from "./symbols.js";

const ZOOM = { address: 7, municipality: 6, region: 5, country: 4 };

/** Start the map in `canvas`, whose data attributes say where (`at`, degrees) and what (`kind`, `theme`). */
export function startSmallMap(canvas) {
  const at = canvas.dataset.at.split(",").map(Number);
  const map = createMap(canvas, { still: true });
  map.setView(at, Math.max(Number(canvas.dataset.zoom) || (ZOOM[canvas.dataset.kind] ?? 6), map.getMinZoom()), { animate: false });
  const drawing = pin(canvas.dataset.theme || null, canvas.dataset.kind);
  L.marker(at, {
    icon: L.divIcon({ html: drawing, className: "marker-pin", iconSize: [PIN.width, PIN.height], iconAnchor: [PIN.width / 2, PIN.foot] }),
    interactive: false,
    keyboard: false,
  }).addTo(map);
}
