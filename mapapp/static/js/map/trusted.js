/**
 * The default Trusted Types policy: what a library may write as markup is a closed list of constants.
 *
 * Leaflet sets innerHTML in nine places. We use two of them: a probe for inline SVG while it loads, and the emptying of
 * a marker without markup of its own. Zoom buttons, attribution, scale, layer list and popups are our own elements, so
 * anything else is a mistake and is refused.
 */
const KNOWN = new Set(["<svg/>", ""]);

globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (markup) => (KNOWN.has(markup) ? markup : null),
});
