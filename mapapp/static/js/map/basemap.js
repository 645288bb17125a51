// The basemap: one PMTiles file drawn on canvases, with a relief in the land and labels in the reader's language.
// It changes when the look of the land under the records changes; records, markers and controls live elsewhere.
import L from './leaflet.js';
import { Labelers, leafletLayer } from 'protomaps-leaflet';
import { PMTiles } from 'pmtiles';
import { createRelief } from './basemap-relief.js';
import { HeadFirstSource } from './basemap-source.js';
import { FLAVOURS, labelRules, paintRules } from './basemap-style.js';
import { TILE, paintWholeTiles } from './basemap-tiles.js';

export const CREDITS = 'Made with Natural Earth · GeoNames CC BY 4.0 · shadedrelief.com';
export const MAX_ZOOM = 12;
// Where the reader may move to; the data reach a little further at every zoom.
export const LIMITS = L.latLngBounds([25, -35], [74, 60]);

const LAST_DATA_ZOOM = 8;
const FIRST_VIEW_ZOOM = 4; // the display zoom whose tiles over Europe stand at the head of the file
// Up to this display zoom the data reach round half the globe, beyond it only a margin round LIMITS.
const WIDE = { lastZoom: 5, west: -75, east: 105 };
// Labels of so many data tiles are kept; the library's own 16 loses labels on wide screens.
const LABELLED_TILES = 96;
const FONT = '600 12px "Inter Variable"';
const FONT_PATIENCE = 1000; // ms: a map in a fallback font is better than no map

/** The lowest zoom at which a map of so many CSS pixels shows no edge of the data. */
export function lowestZoom(width) {
  const world = (width * 360) / (WIDE.east - WIDE.west) / 256;
  return Math.max(width < 700 ? 3 : 4, Math.min(WIDE.lastZoom, Math.ceil(Math.log2(world))));
}

/** A pane between the tiles (200) and the records (400): names that reach over the edge of a tile are not covered. */
function makePane(map) {
  const pane = map.createPane('place-names');
  pane.style.zIndex = '220';
  pane.style.pointerEvents = 'none';
}

/**
 * The basemap's layers and the means to change them.
 * @param {object} options
 * @param {string} options.url address of europe.pmtiles; the server must answer range requests
 * @param {{small: string, large?: string}} [options.relief] addresses of the two relief pictures
 * @param {string} options.lang BCP 47 tag of the page; unknown names fall back to the local one
 * @param {boolean} [options.dark]
 * @returns {{addTo: function(L.Map), remove: function(), setDark: function(boolean), layers: L.Layer[]}}
 */
export function createBasemap({ url, relief, lang, dark = false }) {
  const state = { dark, palette: { ...FLAVOURS[dark ? 'dark' : 'light'] } };
  const rules = labelRules(state.palette, lang);
  const fonts = Promise.race([
    document.fonts.load(FONT),
    new Promise((resolve) => { setTimeout(resolve, FONT_PATIENCE); }),
  ]);
  const source = new HeadFirstSource(url);
  const shared = {
    url: new PMTiles(source), maxDataZoom: LAST_DATA_ZOOM, maxZoom: MAX_ZOOM, lang, tileSize: TILE, keepBuffer: 1, tileDelay: 1,
  };
  const shading = relief ? createRelief(relief, state, () => land._map && land.rerenderTiles()) : null;
  const land = leafletLayer({
    ...shared,
    attribution: CREDITS,
    paintRules: paintRules(state.palette),
    labelRules: [],
    backgroundColor: state.palette.sea,
    tasks: shading ? [shading.ready] : [],
  });
  const names = leafletLayer({
    ...shared, attribution: '', pane: 'place-names', paintRules: [], labelRules: rules, tasks: [fonts],
  });
  names.views = land.views; // one cache of tiles for both
  paintWholeTiles(land, shading?.paint);
  paintWholeTiles(names);
  const layers = [land, names];

  function layOutAgain() {
    names.labelers = new Labelers(names.scratch, rules, LABELLED_TILES, names.onTilesInvalidated);
    if (names._map) names.rerenderTiles();
  }

  layOutAgain();
  // Another subset of the font has come (Greek, Latin extended): widths were guessed until now.
  document.fonts.addEventListener('loadingdone', layOutAgain);

  return {
    layers,
    addTo(map) {
      makePane(map);
      shading?.follow(map);
      // Before the layers, so that it runs first once the map has a view.
      map.whenReady(() => source.expectFirstView(map.getZoom() === FIRST_VIEW_ZOOM));
      for (const layer of layers) layer.addTo(map);
      map.getContainer().style.backgroundColor = state.palette.sea;
    },
    remove() {
      document.fonts.removeEventListener('loadingdone', layOutAgain);
      for (const layer of layers) layer.remove();
    },
    setDark(next) {
      state.dark = next;
      Object.assign(state.palette, FLAVOURS[next ? 'dark' : 'light']);
      land.backgroundColor = state.palette.sea;
      if (land._map) {
        land._map.getContainer().style.backgroundColor = state.palette.sea;
        land.rerenderTiles();
        names.rerenderTiles();
      }
    },
  };
}
