// How the basemap looks: two flavours, what is painted in which order, and which names show at which zoom.
import { LineSymbolizer, PolygonSymbolizer, linear } from 'protomaps-leaflet';
import { TextLabel } from './basemap-labels.js';

export const FLAVOURS = {
  light: {
    sea: '#d6e4ec',
    land: '#f6f4ee',
    coast: '#b9ced9',
    river: '#bfd5e1',
    border: '#a39aa6',
    claim: '#a39aa6',
    adm1: '#d3ccc0',
    country: '#5a6069',
    city: '#2b3942',
    town: '#4a565e',
    seaName: '#4d7288',
    halo: 'rgba(246, 244, 238, 0.75)',
    seaHalo: 'rgba(214, 228, 236, 0.8)',
    dot: '#4a565e',
  },
  dark: {
    sea: '#121d26',
    land: '#263540',
    coast: '#354956',
    river: '#1a3140',
    border: '#64747f',
    claim: '#64747f',
    adm1: '#37464f',
    country: '#a3b1b9',
    city: '#dbe3e7',
    town: '#b3bfc6',
    seaName: '#6c8ea3',
    halo: 'rgba(29, 41, 50, 0.75)',
    seaHalo: 'rgba(18, 29, 38, 0.8)',
    dot: '#b3bfc6',
  },
};

/** Paint rules that read their colours from `palette` at every stroke, so a change of it changes the map. */
export function paintRules(palette) {
  const borderWidth = linear([[3, 0.7], [5, 1], [8, 1.5], [12, 2.2]]);
  return [
    // The coast is a line under the land: borders between countries cover their half of it.
    {
      dataLayer: 'earth',
      symbolizer: new PolygonSymbolizer({
        fill: () => palette.land, stroke: () => palette.coast, width: linear([[3, 1.2], [8, 2], [12, 3]]),
      }),
    },
    // The same land again, a little wider than itself: no seam shows between two countries.
    {
      dataLayer: 'earth',
      symbolizer: new PolygonSymbolizer({ fill: () => palette.land, stroke: () => palette.land, width: () => 0.5 }),
    },
    {
      dataLayer: 'river',
      minzoom: 5,
      symbolizer: new LineSymbolizer({
        color: () => palette.river, width: linear([[5, 0.7], [8, 1.6], [12, 2.6]]), lineJoin: 'round', lineCap: 'round',
      }),
    },
    {
      dataLayer: 'water',
      symbolizer: new PolygonSymbolizer({ fill: () => palette.sea, stroke: () => palette.coast, width: () => 0.6 }),
    },
    {
      dataLayer: 'adm1',
      minzoom: 5,
      filter: (zoom, feature) => feature.props.z <= zoom,
      symbolizer: new LineSymbolizer({
        color: () => palette.adm1, width: linear([[5, 0.7], [8, 1], [12, 1.4]]), dash: [4, 3],
      }),
    },
    {
      dataLayer: 'border',
      minzoom: 9,
      filter: (zoom, feature) => feature.props.kind === 'base',
      symbolizer: new LineSymbolizer({ color: () => palette.adm1, width: () => 1, dash: [4, 3] }),
    },
    {
      dataLayer: 'border',
      filter: (zoom, feature) => feature.props.kind === 'solid',
      symbolizer: new LineSymbolizer({ color: () => palette.border, width: borderWidth, lineJoin: 'round' }),
    },
    {
      dataLayer: 'border',
      filter: (zoom, feature) => feature.props.kind === 'claim',
      symbolizer: new LineSymbolizer({ color: () => palette.claim, width: borderWidth, dash: [1, 3], lineCap: 'round' }),
    },
  ];
}

// Point size by the size class that the build gives (0 smallest), and how it grows with the zoom.
const COUNTRY_PX = [9.5, 10, 11, 12];
const VILLAGES_FROM = 10;
const CITY_PX = [11, 11.5, 12, 13, 14];

/** Label rules, the most important first, with names in `lang` or, where none is known, the local name. */
export function labelRules(palette, lang) {
  const key = `name_${lang.split('-')[0]}`;
  const name = (props) => props[key] ?? props.name;
  const country = new TextLabel({
    text: (props) => name(props).toLocaleUpperCase(lang),
    font: (props, zoom) => `600 ${COUNTRY_PX[props.size] + Math.min(3, Math.max(-1, zoom - 4))}px "Inter Variable", sans-serif`,
    spacing: 0.9,
    lineLength: 10,
    fill: () => palette.country,
    halo: () => palette.halo,
    nudge: true,
  });
  const city = new TextLabel({
    text: name,
    font: (props, zoom) =>
      `${props.capital || props.size > 2 ? 600 : 500} ${CITY_PX[props.size] + Math.min(2, Math.max(0, (zoom - 6) / 2))}px "Inter Variable", sans-serif`,
    lineLength: 18,
    fill: (props) => (props.capital || props.size > 1 ? palette.city : palette.town),
    halo: () => palette.halo,
    dot: (props) => ({ radius: props.capital ? 2.4 : 1.8, ring: Boolean(props.capital), colour: palette.dot }),
  });
  const sea = new TextLabel({
    text: name,
    font: (props, zoom) => `italic 500 ${11 + Math.min(3, Math.max(0, zoom - 4))}px "Inter Variable", sans-serif`,
    spacing: 0.8,
    lineLength: 12,
    fill: () => palette.seaName,
    halo: () => palette.seaHalo,
  });
  // Villages are all in the deepest tiles; one zoom earlier than the build says there is room for most of them.
  const shown = (zoom, feature) => feature.props.z <= (zoom >= VILLAGES_FROM ? zoom + 1 : zoom);
  return [
    { dataLayer: 'country', maxzoom: 9, filter: shown, symbolizer: country },
    { dataLayer: 'city', minzoom: 4, filter: shown, symbolizer: city },
    { dataLayer: 'sea', filter: (zoom, feature) => shown(zoom, feature) && zoom <= feature.props.last, symbolizer: sea },
  ];
}
