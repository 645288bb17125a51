/** Partner regions and local services as layers: asked for when they are first switched on. */
import { fetchJson } from "../explore/fragments.js";
import L from "./leaflet.js";
import { buttonMarker } from "./markers.js";
import { draw, icon } from "./symbols.js";

function placeDrawing(kind) {
  const ground = kind === "regions" ? draw("rect", { class: "place-ground", x: 3, y: 3, width: 20, height: 20, rx: 6 }) : draw("circle", { class: "place-ground", cx: 13, cy: 13, r: 10.5 });
  return draw("svg", { class: `place ${kind}`, width: 26, height: 26, viewBox: "0 0 26 26", "aria-hidden": "true" }, [
    ground,
    icon(kind === "regions" ? "region" : "service", { x: 6.5, y: 6.5, width: 13, height: 13 }),
  ]);
}

/** Return the card of a place: the page's own template, its words filled in. */
function placeCard(template, feature, layer) {
  const card = template.content.firstElementChild.cloneNode(true);
  const link = card.querySelector("a");
  link.textContent = nameOf(feature);
  // A name that nobody has translated is told in its own language.
  const { language } = feature.properties;
  if (language && language !== document.documentElement.lang) link.lang = language;
  link.href = layer.page + encodeURIComponent(feature.id);
  card.querySelector("[data-meta]").textContent = [layer.words, feature.properties.place].filter(Boolean).join(" · ");
  return card;
}

const nameOf = (feature) => feature.properties.name ?? feature.properties.title ?? feature.id;

const isPoint = (feature) => feature.geometry?.type === "Point";

/** Return a layer, its features fetched; `open` is given a place, its card (where there is a template), marker and page. */
async function loadLayer(layer, template, open) {
  const { kind } = layer;
  const collection = await fetchJson(layer.address);
  const features = collection.features.filter((feature) => feature.geometry);
  const group = L.layerGroup();
  const outlines = features.filter((feature) => !isPoint(feature));
  group.addLayer(
    L.geoJSON({ type: "FeatureCollection", features: outlines }, { interactive: false, className: "region-outline" }),
  );
  for (const feature of features) {
    const middle = isPoint(feature)
      ? L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0])
      : L.geoJSON(feature).getBounds().getCenter();
    const marker = buttonMarker(middle, {
      drawing: placeDrawing(kind),
      name: [nameOf(feature), layer.words].join(", "),
      size: [26, 26],
      anchor: [13, 13],
      className: "marker-place",
      zIndexOffset: -1000,
    });
    const page = layer.page + encodeURIComponent(feature.id);
    marker.on("click", () => open(middle, template && placeCard(template, feature, layer), marker, page));
    group.addLayer(marker);
  }
  return { group, outlined: outlines.length > 0 };
}

/** Wire the switches of the layer list, and turn what the page has ticked otherwise than usual. `changed(names)` is told which are on; `failed()` when one cannot be had. */
export function startLayers(map, root, { open, changed, failed, practices }) {
  const loaded = new Map();
  const switches = [...root.querySelectorAll("[data-layer]")];
  const template = root.querySelector("#place-card");
  const credit = root.querySelector("[data-outline-credit]");

  async function turn(input) {
    const kind = input.dataset.layer;
    if (kind === "practices") return practices(input.checked);
    try {
      if (input.checked && !loaded.has(kind)) {
        const { address, page, kind: words } = input.dataset;
        loaded.set(kind, await loadLayer({ kind, address, page, words }, template, open));
      }
    } catch {
      input.checked = false;
      return failed();
    }
    const layer = loaded.get(kind);
    if (layer && input.checked) map.addLayer(layer.group);
    else if (layer) map.removeLayer(layer.group);
    if (credit) credit.hidden = ![...loaded.values()].some((one) => one.outlined && map.hasLayer(one.group));
  }

  const on = () => [
    ...switches.filter((input) => input.dataset.layer !== "practices" && input.checked).map((input) => input.dataset.layer),
    ...switches.filter((input) => input.dataset.layer === "practices" && !input.checked).map(() => "no-practices"),
  ];
  for (const input of switches) {
    input.addEventListener("change", async () => {
      await turn(input);
      changed(on());
    });
  }
  for (const input of switches) if (input.checked !== (input.dataset.layer === "practices")) turn(input);
  return {
    /** Switch to what the address says. */
    set(names) {
      for (const input of switches) {
        const wanted = input.dataset.layer === "practices" ? !names.includes("no-practices") : names.includes(input.dataset.layer);
        if (input.checked === wanted && (!wanted || input.dataset.layer === "practices" || loaded.has(input.dataset.layer))) continue;
        input.checked = wanted;
        turn(input);
      }
    },
  };
}
