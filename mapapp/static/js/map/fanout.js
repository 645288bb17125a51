/** Records that share one point, spread around it so that each can be chosen. */
import L from "./leaflet.js";
import { pinMarker } from "./markers.js";

const CIRCLE_MOST = 9;
const APART = 40; // pixels between neighbours

/** Pixels from the shared point for each of `count` records: a circle for a few, a spiral for more. */
function places(count) {
  if (count <= CIRCLE_MOST) {
    const radius = Math.max(54, (count * APART) / (2 * Math.PI));
    const start = count === 2 ? 0 : -Math.PI / 2;
    return Array.from({ length: count }, (_, index) => {
      const angle = start + (index / count) * 2 * Math.PI;
      return L.point(radius * Math.cos(angle), radius * Math.sin(angle));
    });
  }
  let angle = 0;
  let radius = 44;
  return Array.from({ length: count }, () => {
    const place = L.point(radius * Math.cos(angle), radius * Math.sin(angle));
    angle += APART / radius;
    radius += (APART * APART) / (2 * Math.PI * radius) + 0.4;
    return place;
  });
}

/** Fan records out around `centre`; returns what takes them back. `onChoose(record, marker)` is told of presses. */
export function fanOut(map, centre, records, onChoose) {
  const group = L.layerGroup().addTo(map);
  const middle = map.latLngToLayerPoint(centre);
  const offsets = places(records.length);
  const markers = records.map((record, index) => {
    const at = map.layerPointToLatLng(middle.add(offsets[index]));
    group.addLayer(L.polyline([centre, at], { className: "fan-leg", interactive: false, weight: 1.5 }));
    const marker = pinMarker({ ...record, at: [at.lat, at.lng] });
    marker.one = record;
    marker.on("click", () => onChoose(record, marker));
    group.addLayer(marker);
    marker.getElement().classList.add("fanned");
    marker.setZIndexOffset(3000);
    return marker;
  });
  return {
    markers,
    close() {
      group.remove();
    },
  };
}
