/** The drawings of markers: a ring for several records, a pin for one; its foot says how exact the place is. */

const SVG = "http://www.w3.org/2000/svg";
const RING_PARTS = 4; // more parts than this cannot be told apart on a small ring

/** Return an SVG element with attributes and children. */
export function draw(name, attributes = {}, children = []) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// The pin, and its shade a pixel lower. No shape here is moved or turned by a transform: each would be a piece of its own
// to the browser's compositor, in every frame.
const PIN_SHAPE = "M17 40 C12 33.4 4 26.4 4 16.5 A13 13 0 0 1 30 16.5 C30 26.4 22 33.4 17 40 Z";
const SHADE_SHAPE = "M17 41 C12 34.4 4 27.4 4 17.5 A13 13 0 0 1 30 17.5 C30 27.4 22 34.4 17 41 Z";

// Themes that an admin has given another colour or icon than those of their key: { key: [colour, icon], … }.
const looks = JSON.parse(document.documentElement.dataset.looks ?? "{}");
const classOf = (theme) => `theme-${looks[theme]?.[0] ?? theme}`;
const iconOf = (theme) => looks[theme]?.[1] ?? `theme-${theme}`;

const iconAddress = (name) => `${document.documentElement.dataset.icons}#${name}`;

/** Return an icon of the sprite. */
export function icon(name, attributes = {}) {
  return draw("svg", { class: "icon", "aria-hidden": "true", ...attributes }, [draw("use", { href: iconAddress(name) })]);
}

/** Pixels across of a ring for a number of records: grows with the logarithm, four sizes' worth in all. */
export function ringSize(count) {
  return Math.round(34 + 9 * Math.min(Math.log10(count), 4));
}

function arcs(mix, middle, radius, width) {
  const length = 2 * Math.PI * radius;
  const shown = mix.slice(0, RING_PARTS);
  const all = Math.max(1, shown.reduce((sum, [, number]) => sum + number, 0));
  const gap = shown.length > 1 ? 2 : 0;
  let start = 0;
  return shown.map(([theme, number]) => {
    const part = (number / all) * length;
    const arc = draw("circle", {
      class: `ring-part ${classOf(theme)}`,
      cx: middle,
      cy: middle,
      r: radius,
      fill: "none",
      "stroke-width": width,
      "stroke-dasharray": `${Math.max(part - gap, 1)} ${length - Math.max(part - gap, 1)}`,
      "stroke-dashoffset": length / 4 - start, // from the top, not from the right
    });
    start += part;
    return arc;
  });
}

/** Return the ring of a cluster: `mix` is [[theme, number], …] in falling order. */
export function ring(count, mix, words) {
  const size = ringSize(count);
  const width = 5.5;
  const radius = size / 2 - width / 2 - 1.5;
  const middle = size / 2;
  const svg = draw("svg", { width: size, height: size, "aria-hidden": "true" }, [
    draw("circle", { class: "ring-ground", cx: middle, cy: middle, r: middle - 0.5 }),
    ...arcs(mix, middle, radius, width),
  ]);
  const text = draw("text", { class: "ring-count", x: middle, y: middle, "text-anchor": "middle", dy: "0.36em" });
  text.textContent = words;
  svg.append(text);
  return svg;
}

export const PIN = { width: 34, height: 46, foot: 40 };

/** Return the pin of a record. `kind`: address, municipality, region or country. */
export function pin(theme, kind) {
  const parts = [];
  if (kind === "municipality") parts.push(draw("ellipse", { class: "pin-ring", cx: 17, cy: 40, rx: 8.5, ry: 4 }));
  if (kind === "region") parts.push(draw("ellipse", { class: "pin-area", cx: 17, cy: 40, rx: 16, ry: 5.5 }));
  if (kind === "country") parts.push(draw("ellipse", { class: "pin-area wide", cx: 17, cy: 40, rx: 16.5, ry: 5.5 }));
  parts.push(
    draw("path", { class: "pin-shade", d: SHADE_SHAPE }),
    draw("path", { class: "pin-body", d: PIN_SHAPE }),
    draw("svg", { x: 8.5, y: 8, width: 17, height: 17, class: "pin-icon" }, [
      draw("use", { href: iconAddress(theme ? iconOf(theme) : "dot") }),
    ]),
  );
  return draw(
    "svg",
    { class: `pin ${kind} ${theme ? classOf(theme) : "theme-none"}`, width: PIN.width, height: PIN.height, viewBox: "0 0 34 46", "aria-hidden": "true" },
    parts,
  );
}
