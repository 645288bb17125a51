// The one module that says Leaflet: everything else imports L from here.
// protomaps-leaflet expects a global L; Trusted Types need a policy before Leaflet writes its first button.
import './trusted.js';
import * as L from 'leaflet';

globalThis.L = L;
export default L;
