/** A map of partner regions in a page: outlines where there are any, dots that lead to their pages. */
import { createMap, showEurope, wireZoom } from "./frame.js";
import L from "./leaflet.js";
import { draw } from "./symbols.js";

const TARGET = 24; // pixels: what a finger is sure to hit
const SPREAD = 15; // pixels from the common point, for dots that share one
const CLOSEST = 9; // zoom: closer, a simplified outline shows its corners

/** An icon whose element is made by a function: a picture, or a link. */
const ElementIcon = L.Icon.extend({
  createIcon() {
    const element = this.options.make();
    this._setIconStyles(element, "icon");
    element.classList.add("marker-dot");
    return element;
  },
  createShadow: () => null,
});

function dot({ level, outline, role }) {
  const kind = level === "network" ? "seat" : outline ? "middle" : "spot";
  return draw("svg", { class: `dot ${kind} ${role ?? ""}`, width: TARGET, height: TARGET, viewBox: "-12 -12 24 24", "aria-hidden": "true" }, [
    draw("circle", { class: "dot-body", r: role === "lead" ? 8 : 6 }),
  ]);
}

function picture(properties) {
  const element = document.createElement("div");
  element.append(dot(properties));
  return element;
}

function link(properties) {
  const element = document.createElement("a");
  element.href = properties.url;
  if (properties.language !== document.documentElement.lang) element.lang = properties.language;
  element.setAttribute("aria-label", [properties.name, properties.place, properties.role_words].filter(Boolean).join(", "));
  element.append(dot(properties));
  return element;
}

/** The words of a tooltip as an element: Leaflet would take a text for markup. */
function words(properties) {
  const element = document.createElement("span");
  const name = document.createElement("span");
  name.lang = properties.language; // the role is in the page's
  name.textContent = properties.name;
  element.append(name, ...(properties.role_words ? [` · ${properties.role_words}`] : []));
  return element;
}

/** How far each of the dots on one point stands aside, in pixels. */
function aside(index, count) {
  if (count === 1) return [0, 0];
  const angle = (2 * Math.PI * index) / count - Math.PI / 2;
  const reach = Math.max(SPREAD, (count * TARGET) / (2 * Math.PI));
  return [Math.round(Math.cos(angle) * reach), Math.round(Math.sin(angle) * reach)];
}

function addDot(map, { properties, at }, [x, y], alone) {
  const icon = new ElementIcon({
    make: () => (alone ? picture(properties) : link(properties)),
    iconSize: [TARGET, TARGET],
    iconAnchor: [TARGET / 2 - x, TARGET / 2 - y],
  });
  const marker = L.marker(at, { icon, keyboard: false, interactive: false }).addTo(map);
  if (alone) return;
  marker.bindTooltip(words(properties), { offset: [x, y - 8], direction: "top" });
  const element = marker.getElement();
  for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => marker.openTooltip());
  for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => marker.closeTooltip());
}

function addOutline(map, feature, alone) {
  const { properties } = feature;
  const outline = L.geoJSON(feature, { className: `region-outline ${properties.role ?? ""}`, interactive: !alone }).addTo(map);
  if (!alone) {
    outline.bindTooltip(words(properties), { sticky: true });
    outline.on("click", () => location.assign(properties.url));
  }
  return outline;
}

function show(map, features, chosen) {
  const alone = features.length === 1 && !chosen; // the page is about it: a link would lead to itself
  const bounds = L.latLngBounds([]);
  const atPoint = new Map();
  for (const feature of features) {
    const { geometry, properties } = feature;
    let at;
    if (geometry.type === "Point") {
      at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
      bounds.extend(at);
    } else {
      const outline = addOutline(map, feature, alone);
      bounds.extend(outline.getBounds());
      if (alone) continue;
      at = outline.getBounds().getCenter();
    }
    const key = `${at.lat.toFixed(2)},${at.lng.toFixed(2)}`;
    atPoint.set(key, [...(atPoint.get(key) ?? []), { properties, at }]);
  }
  for (const group of atPoint.values()) {
    group.forEach((one, index) => addDot(map, one, aside(index, group.length), alone));
  }
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, paddingTopLeft: [16, 16], paddingBottomRight: [16, 30], maxZoom: CLOSEST });
}

/**
 * Draw the regions of the address in `data-source` (GeoJSON in degrees), all or those whose slugs `data-only` lists;
 * resolves when they are on the map.
 */
export async function startRegionMap(canvas) {
  const map = createMap(canvas, { still: true });
  showEurope(map);
  const zoom = canvas.parentElement.querySelector(".map-zoom");
  zoom.hidden = false;
  wireZoom(map, zoom.querySelectorAll("[data-zoom]"));
  const answer = await fetch(canvas.dataset.source);
  if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
  const { features } = await answer.json();
  const only = canvas.dataset.only?.split(" ");
  show(map, only ? features.filter((feature) => only.includes(feature.id)) : features, only !== undefined);
}
