// Painting the basemap on tiles of 512 pixels, each as large as a tile of the file: a quarter of the library's own
// canvases, and every tile of the file is painted once instead of four times in parts.
import { paint } from 'protomaps-leaflet';

export const TILE = 512;
const LIBRARY_TILE = 256; // the library counts in these
const PARTS = TILE / LIBRARY_TILE;
const MARGIN = 16; // pixels around a tile from which lines and names reach into it

const rest = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Paint one tile, a step at a time and the middle of the map first; stops when the map has gone on meanwhile. */
async function renderTile(coords, canvas, key, done = () => {}) {
  this.lastRequestedZ = coords.z;
  const needless = () => canvas.key !== key || this.lastRequestedZ !== coords.z || !this._map;
  const prepared = new Map();
  for (const [name, view] of this.views) {
    try {
      prepared.set(name, [await view.getDisplayTile({ z: coords.z, x: coords.x * PARTS, y: coords.y * PARTS })]);
    } catch (error) {
      if (error.name !== 'AbortError') console.error(error);
    }
  }
  await Promise.allSettled(this.tasks);
  if (needless()) return;
  this.labelers.add(coords.z, prepared);
  const middle = this._pxBoundsToTileRange(this._getTiledPixelBounds(this._map.getCenter())).getCenter();
  await rest(coords.distanceTo(middle) * this.tileDelay);
  if (needless()) return;

  const origin = { x: coords.x * TILE, y: coords.y * TILE };
  const box = {
    minX: origin.x - MARGIN, minY: origin.y - MARGIN, maxX: origin.x + TILE + MARGIN, maxY: origin.y + TILE + MARGIN,
  };
  const ratio = this.devicePixelRatio;
  const sheet = new OffscreenCanvas(TILE * ratio, TILE * ratio);
  const ctx = sheet.getContext('2d', { willReadFrequently: true });
  ctx.scale(ratio, ratio);
  if (this.backgroundColor) {
    ctx.fillStyle = this.backgroundColor;
    ctx.fillRect(0, 0, TILE, TILE);
  }
  paint(ctx, coords.z, prepared, this.labelers.getIndex(coords.z), this.paintRules, box, origin, false);
  this.finish?.(ctx, coords, origin);
  // A canvas that only shows a finished picture costs nothing in the frames that move it; one that could still be drawn
  // on is handed over anew in each.
  if (canvas.width !== sheet.width) Object.assign(canvas, { width: sheet.width, height: sheet.height });
  canvas.getContext('bitmaprenderer').transferFromImageBitmap(sheet.transferToImageBitmap());
  done();
}

/** The key of the tile that holds one of the library's, named `x:y:z`. */
function wholeOf(part) {
  const [x, y, z] = part.split(':').map(Number);
  return `${Math.floor(x / PARTS)}:${Math.floor(y / PARTS)}:${z}`;
}

/**
 * Make a layer of the library, created with `tileSize: TILE`, paint whole tiles. `finish(ctx, coords, origin)` may add
 * to a tile what does not come from the file; `origin` is its corner in pixels of the world.
 */
export function paintWholeTiles(layer, finish) {
  return Object.assign(layer, {
    renderTile,
    finish,
    /** Paint the tiles again into which names reach that have come or gone. */
    onTilesInvalidated(parts) {
      const touched = new Set([...parts].map(wholeOf));
      for (const { el, coords } of Object.values(layer._tiles)) {
        if (touched.has(el.key)) layer.renderTile(layer._wrapCoords(coords), el, el.key);
      }
    },
  });
}
