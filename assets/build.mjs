// Bundles what the browser is given into assets/dist, from where the program embeds it.
// Usage: node assets/build.mjs [--out FOLDER]

import { gzipSync } from "node:zlib";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.indexOf("--out");
const out = wanted > 0 ? process.argv[wanted + 1] : join(here, "dist");

/** What a page may ask for at its first visit; the limit is in bytes after gzip. */
const FIRST_LOAD_BYTES_MAX = 100_000;

const common = {
  bundle: true,
  minify: true,
  write: false,
  outdir: out,
  // Browsers of the last two years: nesting, light-dark() and popover need no help there.
  target: ["chrome123", "firefox128", "safari17.5"],
  charset: "utf8",
  legalComments: "none",
};
const results = await Promise.all([
  build({ ...common, format: "iife", entryPoints: [join(here, "ts/app.ts"), join(here, "ts/theme.ts")] }),
  build({ ...common, entryPoints: [join(here, "css/app.css")] }),
]);
if (results.some((result) => result.warnings.length > 0)) process.exit(1); // esbuild has said why

const files = new Map();
for (const file of results.flatMap((result) => result.outputFiles)) {
  files.set(basename(file.path), Buffer.from(file.contents));
}
for (const name of ["icons.svg", "favicon.svg"]) files.set(name, await readFile(join(here, name)));

await mkdir(out, { recursive: true });
let total = 0;
for (const [name, body] of [...files]) {
  const packed = gzipSync(body, { level: 9 });
  total += packed.length;
  files.set(`${name}.gz`, packed);
  console.error(`${name.padEnd(12)}${String(body.length).padStart(8)} B${String(packed.length).padStart(8)} B gzip`);
}
console.error(`first load  ${" ".repeat(10)}${String(total).padStart(8)} B gzip`);
if (total > FIRST_LOAD_BYTES_MAX) {
  console.error(`assets: ${total} bytes are more than the ${FIRST_LOAD_BYTES_MAX} that a first visit may cost`);
  process.exit(1);
}

// A file that has not changed keeps its time, so that cargo does not embed it anew.
for (const [name, body] of files) {
  const before = await readFile(join(out, name)).catch(() => null);
  if (!before?.equals(body)) await writeFile(join(out, name), body);
}
for (const name of await readdir(out)) if (!files.has(name)) await rm(join(out, name));
