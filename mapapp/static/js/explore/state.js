/** The address of Explore: what it asks (the search) and how it is looked at (map view, open card, layers). */

/** Parameters that change the look of the page and not its answer, in the order in which they are written. */
const LOOK = ["at", "open", "show", "layers"];

/** Return the query of the page as a URLSearchParams of the search alone, page number included. */
export function searchOf(address) {
  const params = new URL(address, location.href).searchParams;
  for (const name of LOOK) params.delete(name);
  return params;
}

/** Return the address of this page for a search, keeping how it is looked at. */
export function addressOf(search) {
  const query = new URLSearchParams(search);
  const now = new URLSearchParams(location.search);
  for (const name of LOOK) if (now.has(name)) query.set(name, now.get(name));
  return location.pathname + written(query);
}

/** Return a query with its question mark; commas and slashes stay readable, as the server writes them. */
export function written(params) {
  const text = params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text ? `?${text}` : "";
}

/** Change how the page is looked at, without a new entry in the history; null takes a parameter away. */
export function look(changes, push = false) {
  const params = searchOf(location.href);
  const now = new URLSearchParams(location.search);
  for (const name of LOOK) {
    const value = name in changes ? changes[name] : now.get(name);
    if (value) params.set(name, value);
  }
  const address = location.pathname + written(params);
  if (address !== location.pathname + location.search) {
    history[push ? "pushState" : "replaceState"](history.state, "", address);
    carryQuery();
  }
}

/** Return one of the look parameters, or an empty string. */
export function looked(name) {
  return new URLSearchParams(location.search).get(name) ?? "";
}

/** Read `at=zoom/lat/lon`; null when it is missing or makes no sense. */
export function readAt(text) {
  const parts = text.split("/").map(Number);
  const [zoom, lat, lon] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite) || text.split("/").some((part) => !part.trim())) return null;
  if (zoom < 0 || zoom > 20 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon };
}

/** Write a map view as `zoom/lat/lon`, as precise as the zoom makes sensible. */
export function writeAt(zoom, lat, lon) {
  const digits = Math.max(1, Math.ceil(zoom / 3));
  return `${+zoom.toFixed(2)}/${lat.toFixed(digits)}/${lon.toFixed(digits)}`;
}

/** Links to this page in other languages lead to the same search and view; who shows the address hears of it. */
export function carryQuery() {
  for (const link of document.querySelectorAll("header a[hreflang]")) {
    link.search = location.search;
  }
  document.dispatchEvent(new Event("address"));
}
