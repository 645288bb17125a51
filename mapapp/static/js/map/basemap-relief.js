// The shaded relief: mixed into each tile of the land when it is painted, so that moving the map blends nothing anew.
import L from './leaflet.js';

const BOUNDS = L.latLngBounds([20, -40], [76, 66]);
// Middle grey changes nothing in either blend; near white only the harder one shows.
const MIX = { light: { blend: 'hard-light', opacity: 0.42 }, dark: { blend: 'soft-light', opacity: 0.85 } };
const FADE = { 6: 0.6, 7: 0.25 }; // whole below, nothing above
const FINE_FROM = 5; // the zoom at which the finer picture begins to show
const REST = 600; // ms without a move before more is asked for
const PATIENCE = 1500; // ms that the land waits for its relief

const fadeAt = (zoom) => FADE[zoom] ?? (zoom < 6 ? 1 : 0);

/** A picture, decoded aside: the first tile that it is drawn on does not wait for that. */
async function fetchPicture(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return createImageBitmap(await answer.blob());
}

/**
 * A relief from two pictures (`urls.small`, `urls.large`) that fades as the reader comes near.
 *
 * The finer one comes only for those who have moved the map themselves and rest at a zoom where it shows. `repaint()` is
 * called when tiles that have been painted should be painted again.
 */
export function createRelief(urls, state, repaint) {
  let picture = null;
  let late = false;
  let steered = false;
  let fine = !urls.large || navigator.connection?.saveData;
  let timer = 0;

  function take(found) {
    picture = found;
    if (late) repaint();
  }

  function rested(map) {
    if (fine || map.getZoom() < FINE_FROM || fadeAt(map.getZoom()) === 0) return;
    fine = true;
    late = true;
    fetchPicture(urls.large).then(take, () => { fine = false; });
  }

  return {
    /** Settles when the land can be painted, with the relief or, where that does not come in time, without. */
    ready: Promise.race([
      fetchPicture(urls.small).then(take, () => {}),
      new Promise((resolve) => { setTimeout(resolve, PATIENCE); }).then(() => { late = true; }),
    ]),
    follow(map) {
      map.on('dragstart steered', () => { steered = true; });
      for (const kind of ['wheel', 'keydown', 'dblclick']) {
        map.getContainer().addEventListener(kind, () => { steered = true; }, { passive: true, once: true });
      }
      map.on('moveend', () => {
        clearTimeout(timer);
        if (steered) timer = setTimeout(rested, REST, map);
      });
      map.on('unload', () => clearTimeout(timer));
    },
    /** Mix the relief into a tile of zoom `coords.z` whose corner is `origin`, in pixels of the world. */
    paint(ctx, coords, origin) {
      const fade = fadeAt(coords.z);
      if (!picture || !fade) return;
      const { blend, opacity } = MIX[state.dark ? 'dark' : 'light'];
      const corner = L.CRS.EPSG3857.latLngToPoint(BOUNDS.getNorthWest(), coords.z);
      const size = L.CRS.EPSG3857.latLngToPoint(BOUNDS.getSouthEast(), coords.z).subtract(corner);
      ctx.globalCompositeOperation = blend;
      ctx.globalAlpha = opacity * fade;
      ctx.drawImage(picture, corner.x - origin.x, corner.y - origin.y, size.x, size.y);
    },
  };
}
