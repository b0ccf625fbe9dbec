// The size budget: what a reader's browser fetches for a lesson page, compressed with brotli, file by file.
//
// It counts what the page loads at start: the HTML, the style sheet, every module of the page, the glue and the SIMD module.
// The portable module is fetched instead of the other, never beside it.
//
//   node size.mjs dist

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** What the first lesson page is to weigh, in bytes: the goal, which it does not meet yet. */
const GOAL = 150 * 1024;
/** What the heaviest page may weigh until then: a little above what it does, so that nothing grows unseen. To be lowered only. */
const CEILING = 400 * 1024;

const root = process.argv[2] ?? "dist";
const packed = (file) => {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
};
const kb = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`;
const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const shared = [join(root, "style.css"), ...walk(join(root, "app"))].filter(
  (file) => [".css", ".js", ".wasm"].includes(extname(file)) && !file.endsWith("portable.wasm"),
);
const { lessons } = JSON.parse(readFileSync(join(root, "lessons.json"), "utf8"));
const pages = lessons.flatMap((lesson) => Object.values(lesson.pages).map((page) => join(root, page, "index.html")));

const split = {};
let common = 0;
for (const file of shared) {
  const { raw, brotli } = packed(file);
  common += brotli;
  const kind = extname(file).slice(1);
  split[kind] = (split[kind] ?? 0) + brotli;
  console.log(`${kb(raw)} -> ${kb(brotli)}  ${relative(root, file)}`);
}
let worst = 0;
for (const file of pages) {
  const { raw, brotli } = packed(file);
  worst = Math.max(worst, brotli);
  console.log(`${kb(raw)} -> ${kb(brotli)}  ${relative(root, file)}`);
}
split.html = worst;
const total = common + worst;
const parts = Object.entries(split).map(([kind, bytes]) => `${kind} ${kb(bytes).trim()}`);
console.log(`largest lesson page, brotli: ${kb(total).trim()} (${parts.join(", ")})`);
if (total > GOAL) console.log(`NOT MET: the goal of ${kb(GOAL).trim()}, missed by ${kb(total - GOAL).trim()}.`);
if (total > CEILING) {
  console.error(`over the ceiling of ${kb(CEILING).trim()} by ${kb(total - CEILING).trim()}: see the table above for what grew.`);
  process.exit(1);
}
