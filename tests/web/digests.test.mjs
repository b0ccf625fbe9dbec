// The same bits in the browser as natively: with SIMD and without (tests/goldens/digests.txt, written by tests/lessons).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { begin, close, lessons, open, readouts } from "./lesson.mjs";

const GOLDENS = readFileSync(new URL("../goldens/digests.txt", import.meta.url), "utf8").trim().split("\n");

/** FNV-1a, 64 bits, over the name and the eight bytes of each number, least significant first. */
function digest(numbers) {
  let hash = 0xcbf29ce484222325n;
  const eat = (bytes) => bytes.forEach((byte) => (hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn));
  for (const [name, value] of Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1))) {
    eat(new TextEncoder().encode(name));
    eat(new Uint8Array(new Float64Array([Number(value)]).buffer));
  }
  return hash.toString(16).padStart(16, "0");
}

// Without SSE 4.1, V8 compiles no SIMD: the page must take the portable build.
for (const [name, args] of [["with SIMD", []], ["without SIMD", ["--js-flags=--no-enable-sse4-1"]]]) {
  let stage;
  before(async () => (stage = await begin({ args })));
  after(() => stage.end());

  for (const golden of GOLDENS) {
    const [lesson, state, expected] = golden.split(" ");
    test(`${lesson} ${state}, ${name}`, async () => {
      const page = await open(stage, { lesson, state });
      assert.equal(digest(await readouts(page)), expected);
      const modules = stage.site.requests.map(({ path }) => path.split("?")[0].split("/").pop()).filter((file) => file.endsWith(".wasm"));
      const { light } = lessons.find(({ id }) => id === lesson);
      assert.deepEqual([...new Set(modules)].slice(-1), [light ? "light.wasm" : args.length ? "portable.wasm" : "simd.wasm"]);
      await close(page);
    });
  }
}
