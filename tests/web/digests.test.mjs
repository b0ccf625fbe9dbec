// The same bits in the browser as natively: with SIMD and without (tests/goldens/digests.txt, written by tests/lessons).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { digest, GOLDENS } from "./digest.mjs";
import { begin, close, lessons, open, readouts } from "./lesson.mjs";

// Without SSE 4.1, V8 compiles no SIMD: the page must take the portable build.
for (const [name, args] of [["with SIMD", []], ["without SIMD", ["--js-flags=--no-enable-sse4-1"]]]) {
  let stage;
  before(async () => (stage = await begin({ args })));
  after(() => stage.end());

  for (const [lesson, state, expected] of GOLDENS) {
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
