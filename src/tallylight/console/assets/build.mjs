// Builds the console's scripts and styles into ../static/dist: named by content, compressed beside, listed in manifest.json.
// Puts the fonts that documents are set in where the typesetter finds them, each with its licence (SIL OFL 1.1).
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "dist");
const typeset = join(here, "..", "..", "typeset", "fonts");
const weights = ["400Regular", "600SemiBold"];
const families = { "source-sans-3": "SourceSans3", "noto-sans-sc": "NotoSansSC" };
const entries = ["console.js", "charts.js", "console.css", "charts.css"];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const manifest = {};
await bundle();
for (const name of ["icons.svg", "icon.svg"]) await copyNamed(join(here, name));
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
await Promise.all(Object.values(manifest).filter((name) => !name.endsWith(".woff2")).flatMap(compress));
await Promise.all(Object.keys(families).map(copyFonts));

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries.map((name) => join(name.endsWith(".css") ? "styles" : "scripts", name)),
    outdir: out,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file" },
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome111", "firefox113", "safari16.4"],
    legalComments: "none",
    metafile: true,
  });
  for (const [path, made] of Object.entries(result.metafile.outputs)) {
    if (made.entryPoint) manifest[basename(made.entryPoint)] = basename(path);
    if (path.endsWith(".woff2")) manifest["font.woff2"] = basename(path);
  }
}

async function copyNamed(path) {
  const hash = createHash("sha256").update(await readFile(path)).digest("base64url").replace(/[^A-Za-z0-9]/g, "").slice(0, 8).toUpperCase();
  const name = `${basename(path, extname(path))}-${hash}${extname(path)}`;
  manifest[basename(path)] = name;
  await copyFile(path, join(out, name));
}

async function copyFonts(family) {
  const from = join(here, "node_modules", "@expo-google-fonts", family);
  await mkdir(typeset, { recursive: true });
  const name = families[family];
  for (const weight of weights) await copyFile(join(from, weight, `${name}_${weight}.ttf`), join(typeset, `${name}_${weight}.ttf`));
  await copyFile(join(from, "LICENSE_FONT"), join(typeset, `${name}_LICENSE.txt`));
}

function compress(name) {
  const brotli = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const path = join(out, name);
  return [
    pipeline(createReadStream(path), createGzip({ level: 9 }), createWriteStream(`${path}.gz`)),
    pipeline(createReadStream(path), brotli, createWriteStream(`${path}.br`)),
  ];
}
