/**
 * Builds everything the browser loads: source files in mapapp/static become hashed, compressed files in static/dist,
 * or in the folder named on the command line.
 */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { constants, copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants as brotli, gzip } from "node:zlib";
import { buildSprite } from "./sprite.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STATIC = join(ROOT, "mapapp", "static");
const ASKED = process.argv[2] && resolve(process.argv[2]);
const DIST = ASKED ?? join(STATIC, "dist");
// Built beside the running files and swapped in at the end: a server never meets half a build.
const STAGE = `${ASKED ?? join(ROOT, "build", "assets")}-${process.pid}`;
const NOT_ENTRIES = new Set(["tokens.css"]); // imported by base.css
const COMPRESSIBLE = new Set([".css", ".js", ".svg", ".json", ".html", ".txt", ".xml"]);

const slashed = (path) => path.split(sep).join("/");

/** Eight letters and digits that change with the content; the same shape as esbuild's own hashes. */
function contentHash(bytes) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...createHash("sha256").update(bytes).digest().subarray(0, 8)].map((byte) => alphabet[byte & 31]).join("");
}

async function filesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const nested = await Promise.all(
    entries.map((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)])),
  );
  return nested.flat().sort();
}

async function topLevel(folder, extension) {
  const names = await readdir(join(STATIC, folder)).catch(() => []);
  return names
    .filter((name) => extname(name) === extension && !NOT_ENTRIES.has(name))
    .sort()
    .map((name) => join(STATIC, folder, name));
}

/** Bundle scripts and style sheets; returns the logical names and, for each script, the chunks it loads at once. */
async function bundle() {
  const shared = {
    absWorkingDir: ROOT,
    nodePaths: [join(ROOT, "node_modules")],
    outbase: STATIC,
    outdir: STAGE,
    bundle: true,
    minify: true,
    metafile: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    entryNames: "[dir]/[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
  };
  const scripts = build({
    ...shared,
    entryPoints: await topLevel("js", ".js"),
    chunkNames: "js/chunk-[hash]",
    // protomaps-leaflet brings the colours of other maps along, an eighth of all its code; ours are our own.
    alias: { "@protomaps/basemaps": "./scripts/no-flavours.mjs" },
    format: "esm",
    splitting: true,
    target: "es2020",
  });
  const sheets = build({
    ...shared,
    entryPoints: await topLevel("css", ".css"),
    // Browsers since spring 2023; what is newer than they are is written out for them.
    target: ["chrome111", "firefox113", "safari16.4"],
    loader: { ".woff2": "file", ".png": "dataurl", ".svg": "dataurl" },
  });
  const outputs = Object.assign({}, ...(await Promise.all([scripts, sheets])).map((result) => result.metafile.outputs));
  const files = {};
  const preload = {};
  const inStage = (path) => slashed(relative(STAGE, join(ROOT, path)));
  for (const [path, output] of Object.entries(outputs)) {
    const inputs = Object.keys(output.inputs);
    if (output.entryPoint) {
      const name = slashed(relative(STATIC, join(ROOT, output.entryPoint)));
      files[name] = inStage(path);
      const chunks = output.imports.filter((one) => one.kind === "import-statement" && !one.external);
      if (chunks.length) preload[name] = chunks.map((one) => inStage(one.path)).sort();
    } else if (extname(path) === ".woff2" && inputs.length === 1) {
      files[`fonts/${basename(inputs[0])}`] = inStage(path);
    }
  }
  return { files, preload };
}

async function place(name, bytes) {
  const extension = extname(name);
  const hashed = `${name.slice(0, -extension.length)}-${contentHash(bytes)}${extension}`;
  await mkdir(dirname(join(STAGE, hashed)), { recursive: true });
  await writeFile(join(STAGE, hashed), bytes);
  return hashed;
}

/** Copy what is finished already (pictures, basemap) under a hashed name. */
async function copyRest(files) {
  const built = ["css", "js", "dist", join("icons", "own")].map((folder) => join(STATIC, folder) + sep);
  for (const path of await filesUnder(STATIC)) {
    if (built.some((folder) => path.startsWith(folder)) || basename(path) === "sprite.json") continue;
    const name = slashed(relative(STATIC, path));
    files[name] = await place(name, await readFile(path));
  }
  // The map that people take away holds Leaflet itself; it is no part of the site's own bundles.
  for (const name of ["leaflet.js", "leaflet.css"]) {
    const bytes = await readFile(join(ROOT, "node_modules", "leaflet", "dist", name));
    files[`standalone/${name}`] = await place(`standalone/${name}`, bytes);
  }
}

async function compress(path) {
  const bytes = await readFile(path);
  const params = { [brotli.BROTLI_PARAM_QUALITY]: 11, [brotli.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const [small, wide] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  // A side file that saves nothing only costs a look-up.
  if (small.length < bytes.length) await writeFile(`${path}.br`, small);
  if (wide.length < bytes.length) await writeFile(`${path}.gz`, wide);
}

/** A running server goes on serving the pages of its own build: those files stay until the build after this one. */
async function keepLastBuild() {
  const last = await readFile(join(DIST, "manifest.json"), "utf8").catch(() => "{}");
  for (const name of JSON.parse(last).built ?? []) {
    await mkdir(dirname(join(STAGE, name)), { recursive: true });
    await copyFile(join(DIST, name), join(STAGE, name), constants.COPYFILE_EXCL).catch((error) => {
      if (error.code !== "EEXIST" && error.code !== "ENOENT") throw error;
    });
  }
}

async function swapIn() {
  const old = `${STAGE}-old`;
  await rename(DIST, old).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(STAGE, DIST);
  await rm(old, { recursive: true, force: true });
}

const started = Date.now();
try {
  await mkdir(STAGE, { recursive: true });
  const { files, preload } = await bundle();
  const sprite = await buildSprite(join(STATIC, "icons"), join(ROOT, "node_modules", "lucide-static", "icons"));
  files["icons.svg"] = await place("icons.svg", Buffer.from(sprite.markup));
  await copyRest(files);
  const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const compressible = (await filesUnder(STAGE)).filter((path) => COMPRESSIBLE.has(extname(path)));
  await Promise.all(compressible.map(compress));
  const built = (await filesUnder(STAGE)).map((path) => slashed(relative(STAGE, path)));
  const manifest = { files: sorted(files), preload: sorted(preload), icons: sprite.names, built };
  await keepLastBuild();
  await writeFile(join(STAGE, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  await swapIn();
  console.log(`assets: ${Object.keys(files).length} files in ${((Date.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  await rm(STAGE, { recursive: true, force: true });
  console.error(`assets: not built, the earlier build stays. ${error.message}`);
  process.exitCode = 1;
}
