/** A map with what every map of the site has: basemap, scale, zoom by keyboard, manners for less motion. */
import { createBasemap, LIMITS, lowestZoom, MAX_ZOOM } from "./basemap.js";
import L from "./leaflet.js";

const EUROPE = [
  [35.5, -11.5],
  [64.5, 33.5],
];
const dark = matchMedia("(prefers-color-scheme: dark)");

export const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Leaflet writes the scale's words as markup; they are plain text.
const Scale = L.Control.Scale.extend({
  _updateScale(scale, text, ratio) {
    scale.style.width = `${Math.round(this.options.maxWidth * ratio)}px`;
    scale.textContent = text;
  },
});

/**
 * Return a Leaflet map in `container`, whose data attributes say the map's name and the addresses of the basemap.
 *
 * `still` makes a picture that does not take wheel or drag away from the page.
 */
export function createMap(container, { still = false } = {}) {
  const map = L.map(container, {
    zoomControl: false,
    attributionControl: false,
    minZoom: lowestZoom(container.clientWidth),
    maxZoom: MAX_ZOOM,
    maxBounds: LIMITS,
    maxBoundsViscosity: 0.8,
    zoomAnimation: !calm.matches,
    fadeAnimation: false,
    markerZoomAnimation: !calm.matches,
    inertia: !calm.matches,
    scrollWheelZoom: !still,
    dragging: !still || !L.Browser.mobile,
    keyboard: true,
  });
  container.setAttribute("role", "group");
  container.setAttribute("aria-label", container.dataset.name);
  const basemap = createBasemap({
    url: container.dataset.basemap,
    relief: { small: container.dataset.reliefSmall, large: still ? "" : container.dataset.reliefLarge },
    lang: document.documentElement.lang,
    dark: dark.matches,
  });
  basemap.addTo(map);
  dark.addEventListener("change", () => basemap.setDark(dark.matches));
  map.on("resize", () => map.setMinZoom(lowestZoom(map.getSize().x)));
  if (!still) new Scale({ imperial: false, maxWidth: 96, position: "bottomleft", updateWhenIdle: true }).addTo(map);
  return map;
}

/** Show Europe as closely as it fits; the far north and the Atlantic islands may lie beyond the edge. */
export function showEurope(map) {
  map.fitBounds(EUROPE, { animate: false, padding: [4, 4] });
}

/** Wire the zoom buttons, which the page itself contains. */
export function wireZoom(map, buttons) {
  const step = { in: 1, out: -1 };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      map.fire("steered"); // by the visitor, as with wheel and drag
      map.setZoom(map.getZoom() + step[button.dataset.zoom]);
    });
  }
  const update = () => {
    for (const button of buttons) {
      const end = button.dataset.zoom === "in" ? map.getMaxZoom() : map.getMinZoom();
      // aria-disabled, not disabled: a button at its end keeps the focus.
      button.setAttribute("aria-disabled", String(map.getZoom() === end));
    }
  };
  map.on("zoomend", update);
  update();
}

/** Leave a control's presses to the control. */
export function holdPresses(element) {
  L.DomEvent.disableClickPropagation(element);
  L.DomEvent.disableScrollPropagation(element);
}
