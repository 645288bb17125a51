/** The markers of the view: rings and pins as buttons, kept while they stay the same, in reading order. */
import L from "./leaflet.js";
import { PIN, pin, ring, ringSize } from "./symbols.js";

/** An icon that is a real button, so that it has a name, a place in the tab order and a press. */
const ButtonIcon = L.Icon.extend({
  options: { pane: "markerPane" },
  createIcon() {
    const button = document.createElement("button");
    button.type = "button";
    button.append(this.options.drawing);
    this._setIconStyles(button, "icon");
    button.className = `leaflet-marker-icon ${this.options.className}`;
    button.setAttribute("aria-label", this.options.name);
    for (const [key, value] of Object.entries(this.options.data ?? {})) button.dataset[key] = value;
    return button;
  },
  createShadow: () => null,
});

/**
 * A marker that stands by its left and top, and moves by a transform only while a zoom is on its way: a transform at rest
 * makes every marker a piece of its own to the browser's compositor, and some hundreds of them cost more than a frame has.
 */
const StandingMarker = L.Marker.extend({
  _setPos(pos) {
    const { style } = this._icon;
    const zooms = this._map._animatingZoom && this._stands;
    if (zooms) {
      style.transform = `translate(${pos.x - this._stands.x}px, ${pos.y - this._stands.y}px)`;
    } else {
      this._stands = pos;
      style.left = `${pos.x}px`;
      style.top = `${pos.y}px`;
      style.transform = "";
    }
    this._zIndex = pos.y + this.options.zIndexOffset;
    this._resetZIndex();
  },
});

/** Return a marker that is a button with a drawing, a name and data attributes. */
export function buttonMarker(at, { drawing, name, size, anchor, className, data, zIndexOffset = 0 }) {
  return new StandingMarker(at, {
    icon: new ButtonIcon({ drawing, name, className, data, iconSize: size, iconAnchor: anchor }),
    keyboard: false, // the button has its own keyboard
    autoPanOnFocus: true,
    riseOnHover: true,
    riseOffset: 2000,
    zIndexOffset,
  });
}

/** Return the marker of one record. */
export function pinMarker(one) {
  return buttonMarker(one.at, {
    drawing: pin(one.theme, one.kind),
    name: one.name,
    size: [PIN.width, PIN.height],
    anchor: [PIN.width / 2, PIN.foot],
    className: "marker-pin",
    data: { slug: one.slug },
  });
}

function ringMarker(one) {
  const size = ringSize(one.n);
  return buttonMarker(one.at, {
    drawing: ring(one.n, one.mix, one.words),
    name: one.name,
    size: [size, size],
    anchor: [size / 2, size / 2],
    className: "marker-ring",
    data: { count: one.n },
    zIndexOffset: 500,
  });
}

// The same record or cluster with the same look keeps its element, and with it focus and hover.
const keyOf = (one) => (one.slug ? `p:${one.slug}:${one.at}` : `c:${one.at}:${one.n}:${one.mix.join()}`);

/** Rows from north to south, each from west to east: the order of reading. */
function inReadingOrder(a, b) {
  const rows = Math.round(b.at[0] / 2) - Math.round(a.at[0] / 2);
  return rows || a.at[1] - b.at[1];
}

/** The layer of markers; `onChoose(marker data, marker)` is told of presses. */
export function markerLayer(map, onChoose) {
  const group = L.layerGroup().addTo(map);
  const shown = new Map();

  function add(one) {
    const marker = one.slug ? pinMarker(one) : ringMarker(one);
    marker.one = one;
    marker.on("click", () => onChoose(one, marker));
    group.addLayer(marker);
    return marker;
  }

  function inOrder(pane) {
    // Only when the order is wrong: moving an element in the page takes its focus away.
    const focused = document.activeElement;
    const elements = [...shown.values()].sort((a, b) => inReadingOrder(a.one, b.one)).map((marker) => marker.getElement());
    elements.forEach((element, index) => {
      const before = index ? elements[index - 1].nextElementSibling : pane.firstElementChild;
      if (before !== element && element !== focused) pane.insertBefore(element, before);
    });
  }

  return {
    /** Show these and nothing else. */
    show(list) {
      const wanted = new Map(list.map((one) => [keyOf(one), one]));
      for (const [key, marker] of shown) {
        if (wanted.has(key)) continue;
        group.removeLayer(marker);
        shown.delete(key);
      }
      for (const [key, one] of wanted) {
        const found = shown.get(key);
        if (found) {
          found.one = one;
          found.getElement().setAttribute("aria-label", one.name);
        } else {
          shown.set(key, add(one));
        }
      }
      inOrder(map.getPane("markerPane"));
    },
    find(slug) {
      return [...shown.values()].find((marker) => marker.one.slug === slug) ?? null;
    },
    /** Return the ring that stands nearest to a place, in pixels no farther than `reach`. */
    ringNear(at, reach) {
      const point = map.latLngToLayerPoint(at);
      const distance = (marker) => map.latLngToLayerPoint(marker.getLatLng()).distanceTo(point);
      const rings = [...shown.values()].filter((marker) => !marker.one.slug);
      const nearest = rings.sort((a, b) => distance(a) - distance(b))[0];
      return nearest && distance(nearest) <= reach ? nearest : null;
    },
    hide(hidden) {
      if (hidden) map.removeLayer(group);
      else {
        map.addLayer(group);
        inOrder(map.getPane("markerPane"));
      }
    },
  };
}
