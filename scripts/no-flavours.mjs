/** Stands in the bundle for the ready-made map styles of @protomaps/basemaps, which nothing of ours asks for. */
export function namedFlavor(name) {
  throw new Error(`no ready-made style: ${name}`);
}
