/** The part of the world that the map shows, as the server is asked about it. */

const PADDING = 0.25; // of the view on each side: small moves need no new question

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Return [west, south, east, north] in degrees: the view with a margin, on a grid so that equal questions are equal. */
export function askedArea(map) {
  const bounds = map.getBounds().pad(PADDING);
  const step = 360 / 2 ** map.getZoom() / 4;
  const down = (value) => Math.floor(value / step) * step;
  const up = (value) => Math.ceil(value / step) * step;
  const area = [
    clamp(down(bounds.getWest()), -180, 180),
    clamp(down(bounds.getSouth()), -85, 85),
    clamp(up(bounds.getEast()), -180, 180),
    clamp(up(bounds.getNorth()), -85, 85),
  ];
  return area.map((value) => +value.toFixed(5));
}

/** Whether an area still holds all that the map shows. */
export function holds(area, map) {
  const bounds = map.getBounds();
  const [west, south, east, north] = area;
  return (
    clamp(bounds.getWest(), -180, 180) >= west &&
    clamp(bounds.getEast(), -180, 180) <= east &&
    clamp(bounds.getSouth(), -85, 85) >= south &&
    clamp(bounds.getNorth(), -85, 85) <= north
  );
}

/** Return the visible area as the value of a `bbox` parameter, in degrees, as precise as the zoom makes sensible. */
export function visibleBox(map) {
  const bounds = map.getBounds();
  const digits = clamp(Math.ceil(map.getZoom() / 3), 2, 5);
  return [
    clamp(bounds.getWest(), -180, 180),
    clamp(bounds.getSouth(), -90, 90),
    clamp(bounds.getEast(), -180, 180),
    clamp(bounds.getNorth(), -90, 90),
  ]
    .map((value) => +value.toFixed(digits))
    .join(",");
}
