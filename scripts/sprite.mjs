/** Draws the icon sprite: one SVG with a symbol for every icon that pages use. */
import { readFile, readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";

const DRAWN = `fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"`;

/** What stands between <svg …> and </svg>, on one line, without comments. */
function inner(markup, path) {
  const found = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(markup.replace(/<!--[\s\S]*?-->/g, ""));
  if (!found) throw new Error(`${path} is not an SVG.`);
  return found[1].replace(/\s+/g, " ").replace(/> </g, "><").trim();
}

/**
 * Return the sprite's markup and its sorted icon names.
 *
 * folder/sprite.json maps our name to a name in the icon library; folder/own/*.svg are ours (24 × 24, stroke 2)
 * and win over the library.
 */
export async function buildSprite(folder, library) {
  const wanted = JSON.parse(await readFile(join(folder, "sprite.json"), "utf8"));
  const paths = new Map(Object.entries(wanted).map(([name, source]) => [name, join(library, `${source}.svg`)]));
  for (const file of await readdir(join(folder, "own")).catch(() => [])) {
    if (extname(file) === ".svg") paths.set(basename(file, ".svg"), join(folder, "own", file));
  }
  const names = [...paths.keys()].sort();
  const symbols = await Promise.all(
    names.map(async (name) => {
      const path = paths.get(name);
      const markup = await readFile(path, "utf8").catch(() => {
        throw new Error(`Icon "${name}": ${path} does not exist.`);
      });
      return `<symbol id="${name}" viewBox="0 0 24 24" ${DRAWN}>${inner(markup, path)}</symbol>`;
    }),
  );
  return { names, markup: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n` };
}
