// The one module that says Leaflet: everything else imports L from here.
// protomaps-leaflet expects a global L; Trusted Types need a policy before Leaflet writes its first button.
import './trusted.js';
import * as L from 'leaflet';

// Flat translations instead of translate3d: the map pane is one layer of the compositor (see leaflet.css) instead of one
// for each tile and marker, of which some hundreds cost a frame more than the whole rest.
L.Browser.ie3d = true;

globalThis.L = L;
export default L;
