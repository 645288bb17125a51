// Setting one name on the map: its lines, its room, its place beside a dot. The library decides which names fit.

const LINE_HEIGHT = 1.22;
const ROOM = 2; // pixels kept free around a name
const HALO = 1.6; // pixels
const DOT_GAP = 4;
const NUDGES = [0, -10, 10]; // pixels by which a country's name may give way …
const NUDGE_FROM = 4; // … from this zoom; below it the name would leave the country

/** Two lines of about equal length when a name is long and has a space, else one. */
export function breakLines(text, longest) {
  if (text.length <= longest || !text.includes(' ')) return [text];
  const spaces = [...text.matchAll(/ /g)].map((match) => match.index);
  const cost = (at) => Math.max(at, text.length - at - 1);
  const best = spaces.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return [text.slice(0, best), text.slice(best + 1)];
}

/** A label symbolizer of protomaps-leaflet: centred on its point, or beside a dot where `dot` is given. */
export class TextLabel {
  /**
   * @param {object} style
   * @param {function(object): string} style.text the name, from a feature's properties
   * @param {function(object, number): string} style.font CSS font, from properties and zoom; pixels
   * @param {number} style.lineLength characters from which a name breaks in two
   * @param {number} [style.spacing] pixels between letters
   * @param {boolean} [style.nudge] may stand a little higher or lower than its point
   * @param {function(object): {radius: number, ring: boolean, colour: string}} [style.dot]
   */
  constructor(style) {
    this.style = style;
  }

  place(layout, geometry, feature) {
    const props = feature.props;
    const text = this.style.text(props);
    if (!text) return undefined;
    const font = this.style.font(props, layout.zoom);
    const lines = breakLines(text, this.style.lineLength);
    const box = this.measure(layout.scratch, font, lines);
    const anchor = geometry[0][0];
    for (const offset of this.offsets(box, props, layout.zoom)) {
      const bboxes = this.boxes(anchor, offset, box, props);
      if (bboxes.some((one) => layout.index.bboxCollides(one, Infinity))) continue;
      const draw = (ctx) => this.draw(ctx, { font, lines, box, offset, props });
      return [{ anchor, bboxes, draw }];
    }
    return undefined;
  }

  measure(ctx, font, lines) {
    ctx.font = font;
    ctx.letterSpacing = `${this.style.spacing ?? 0}px`;
    const size = parseFloat(/([\d.]+)px/.exec(font)[1]);
    const width = Math.max(...lines.map((line) => ctx.measureText(line).width));
    return { width, height: size * LINE_HEIGHT * lines.length, size };
  }

  /** Where the middle of the text may stand, relative to the point, best place first. */
  offsets(box, props, zoom) {
    if (!this.style.dot) {
      if (!this.style.nudge || zoom < NUDGE_FROM) return [{ x: 0, y: 0 }];
      return NUDGES.flatMap((y) => NUDGES.map((x) => ({ x, y })));
    }
    const gap = this.style.dot(props).radius + DOT_GAP;
    const aside = gap + box.width / 2;
    const above = gap + box.height / 2 - 2;
    return [
      { x: aside, y: 0 }, { x: -aside, y: 0 }, { x: 0, y: -above }, { x: 0, y: above },
      { x: aside - gap, y: -above }, { x: aside - gap, y: above },
    ];
  }

  boxes(anchor, offset, box, props) {
    const x = anchor.x + offset.x;
    const y = anchor.y + offset.y;
    const boxes = [{
      minX: x - box.width / 2 - ROOM, maxX: x + box.width / 2 + ROOM,
      minY: y - box.height / 2 - ROOM / 2, maxY: y + box.height / 2 + ROOM / 2,
    }];
    if (this.style.dot) {
      const r = this.style.dot(props).radius + 1;
      boxes.push({ minX: anchor.x - r, maxX: anchor.x + r, minY: anchor.y - r, maxY: anchor.y + r });
    }
    return boxes;
  }

  draw(ctx, { font, lines, box, offset, props }) {
    ctx.globalAlpha = 1;
    if (this.style.dot) this.drawDot(ctx, this.style.dot(props));
    ctx.font = font;
    ctx.letterSpacing = `${this.style.spacing ?? 0}px`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    ctx.lineWidth = HALO * 2;
    ctx.strokeStyle = this.style.halo(props);
    ctx.fillStyle = this.style.fill(props);
    const step = box.size * LINE_HEIGHT;
    const top = offset.y - ((lines.length - 1) * step) / 2;
    lines.forEach((line, i) => ctx.strokeText(line, offset.x, top + i * step));
    lines.forEach((line, i) => ctx.fillText(line, offset.x, top + i * step));
  }

  drawDot(ctx, { radius, ring, colour }) {
    ctx.beginPath();
    ctx.arc(0, 0, radius, 0, 2 * Math.PI);
    ctx.lineWidth = ring ? 1.4 : 0;
    ctx.fillStyle = ring ? this.style.halo({}) : colour;
    ctx.strokeStyle = colour;
    ctx.fill();
    if (ring) ctx.stroke();
  }
}
