// The size budget: what a reader's browser fetches for a lesson page, compressed with brotli, file by file.
//
// It counts what the page loads at start: the HTML, the style sheet, the script, one module with its glue. Of the full
// module it takes the one with SIMD: the portable one is fetched instead of it, never beside it. The data of a lesson come
// later, with a progress of their own, and are not counted; nor is the font, which few systems need.
//
//   node size.mjs dist

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * What the pages may weigh, in bytes, so that nothing grows unseen. To be lowered only: the goal of the first lesson is 150 KB,
 * that of the others 300 KB a module. Over it are, of the first, the bounds of its proof (3 KB), frames (2 KB) and what its text
 * says more (1 KB); of the others, all three lessons in one module, with the codec of frames (some 24 KB) and the programs that
 * say every state (some 8 KB).
 */
const BUDGET = { light: 159 * 1024, full: 446 * 1024 };

const root = process.argv[2] ?? "dist";
const packed = (file) => {
  const bytes = readFileSync(join(root, file));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
};
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const sum = (sizes) => sizes.reduce((total, { brotli }) => total + brotli, 0);

const SHARED = ["style.css", "app/main.js"];
const MODULES = { light: ["app/pkg/light.js", "app/pkg/light.wasm"], full: ["app/pkg/full.js", "app/pkg/simd.wasm"] };
const sizes = Object.fromEntries([...SHARED, ...MODULES.light, ...MODULES.full].map((file) => [file, packed(file)]));
for (const [file, { raw, brotli }] of Object.entries(sizes)) {
  console.log(`${kb(raw).padStart(10)} -> ${kb(brotli).padStart(9)}  ${file}`);
}

const MACHINE = ["machine.css", "app/machine.js", "app/pkg/machine.wasm", "app/pkg/limit.wasm"].map((file) => packed(file));
console.log(`${kb(MACHINE.reduce((total, { raw }) => total + raw, 0)).padStart(10)} -> ${kb(sum(MACHINE)).padStart(9)}  the page "how fast is your machine", which no lesson loads`);

console.log(`${kb(packed("fonts/math.woff2").raw).padStart(10)} as it is   fonts/math.woff2, where the system has no font for formulas`);

let over = 0;
const { lessons } = JSON.parse(readFileSync(join(root, "lessons.json"), "utf8"));
for (const { pages, light } of lessons) {
  const kind = light ? "light" : "full";
  const loaded = [...SHARED, ...MODULES[kind]].map((file) => sizes[file]);
  for (const page of Object.values(pages)) {
    const html = packed(join(page, "index.html"));
    const total = sum([...loaded, html]);
    const verdict = total > BUDGET[kind] ? "OVER" : "within";
    over += total > BUDGET[kind] ? 1 : 0;
    console.log(`${kb(total).padStart(10)} ${verdict} ${kb(BUDGET[kind])}  ${page} (its HTML ${kb(html.brotli)})`);
  }
}
if (over) {
  console.error(`${over} pages are over their budget: see the table above for what grew.`);
  process.exit(1);
}
