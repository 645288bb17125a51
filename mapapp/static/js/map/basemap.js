// The basemap: one PMTiles file drawn on canvases, with labels in the reader's language, and a relief over it.
// It changes when the look of the land under the records changes; records, markers and controls live elsewhere.
import L from './leaflet.js';
import { Labelers, leafletLayer } from 'protomaps-leaflet';
import { PMTiles } from 'pmtiles';
import { HeadFirstSource } from './basemap-source.js';
import { FLAVOURS, labelRules, paintRules } from './basemap-style.js';

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
const RELIEF_BOUNDS = [[20, -40], [76, 66]];
// Middle grey changes nothing in either blend; near white only the harder one shows.
const RELIEF = { light: { blend: 'hard-light', opacity: 0.42 }, dark: { blend: 'soft-light', opacity: 0.85 } };
const RELIEF_FADE = { 6: 0.6, 7: 0.25 }; // whole below, nothing above
const FINE_RELIEF_FROM = 5;
const REST = 600; // ms without a move before more is asked for
const FONT = '600 12px "Inter Variable"';
const FONT_PATIENCE = 1000; // ms: a map in a fallback font is better than no map

/** The lowest zoom at which a map of so many CSS pixels shows no edge of the data. */
export function lowestZoom(width) {
  const world = (width * 360) / (WIDE.east - WIDE.west) / 256;
  return Math.max(width < 700 ? 3 : 4, Math.min(WIDE.lastZoom, Math.ceil(Math.log2(world))));
}

/**
 * A relief that fades as the reader comes near, in a pane of its own between the land and the records.
 *
 * It appears with the first land: alone it would be a grey block. The finer picture comes only for those who have moved
 * the map themselves and rest at a zoom where it shows.
 */
function reliefLayer(urls, state) {
  const overlay = L.imageOverlay(urls.small, RELIEF_BOUNDS, { pane: 'relief', interactive: false, alt: '' });
  let land = false;
  let steered = false;
  let fine = !urls.large || navigator.connection?.saveData;
  let timer = 0;

  function refine() {
    clearTimeout(timer);
    if (fine || !steered) return;
    timer = setTimeout(() => {
      const zoom = Math.round(overlay._map?.getZoom() ?? 0);
      if (zoom < FINE_RELIEF_FROM || opacityAt(zoom) === 0) return;
      fine = true;
      const picture = new Image();
      picture.src = urls.large;
      picture.decode().then(() => overlay.setUrl(urls.large), () => { fine = false; });
    }, REST);
  }

  const opacityAt = (zoom) => RELIEF[state.dark ? 'dark' : 'light'].opacity * (RELIEF_FADE[zoom] ?? (zoom < 6 ? 1 : 0));

  function fade() {
    const map = overlay._map;
    if (!map) return;
    const opacity = land ? opacityAt(Math.round(map.getZoom())) : 0;
    const pane = map.getPane('relief');
    pane.style.mixBlendMode = RELIEF[state.dark ? 'dark' : 'light'].blend;
    pane.style.opacity = String(opacity);
    pane.style.display = opacity ? '' : 'none';
  }

  overlay.on('add', () => {
    const map = overlay._map;
    map.on('zoomend', fade);
    map.on('moveend', refine);
    map.on('dragstart steered', () => { steered = true; });
    for (const kind of ['wheel', 'keydown', 'dblclick']) {
      map.getContainer().addEventListener(kind, () => { steered = true; }, { passive: true, once: true });
    }
    fade();
  });
  overlay.on('remove', () => {
    clearTimeout(timer);
    overlay._map?.off('zoomend', fade).off('moveend', refine);
  });
  return { overlay, fade, showWithLand() { land = true; fade(); } };
}

/** Panes between the tiles (200) and the records (400): the names stand above the relief, crisp and untinted. */
function makePanes(map) {
  for (const [name, height] of [['relief', '210'], ['place-names', '220']]) {
    if (map.getPane(name)) continue;
    const pane = map.createPane(name);
    pane.style.zIndex = height;
    pane.style.pointerEvents = 'none';
  }
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
  const shared = { url: new PMTiles(source), maxDataZoom: LAST_DATA_ZOOM, maxZoom: MAX_ZOOM, lang };
  const land = leafletLayer({
    ...shared,
    attribution: CREDITS,
    paintRules: paintRules(state.palette),
    labelRules: [],
    backgroundColor: state.palette.sea,
    tileDelay: 1,
  });
  const names = leafletLayer({
    ...shared, attribution: '', pane: 'place-names', paintRules: [], labelRules: rules, tasks: [fonts], tileDelay: 1,
  });
  names.views = land.views; // one cache of tiles for both
  const shading = relief ? reliefLayer(relief, state) : null;
  if (shading) land.once('load', shading.showWithLand);
  const layers = [land, ...(shading ? [shading.overlay] : []), names];
  // A canvas that is kept in main memory is painted into the pane like a picture; others are layers of their own.
  for (const layer of [land, names]) {
    layer.on('tileloadstart', ({ tile }) => tile.getContext('2d', { willReadFrequently: true }));
  }

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
      makePanes(map);
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
      shading?.fade();
    },
  };
}
