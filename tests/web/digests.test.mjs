// The same bits in the browser as natively: with SIMD and without (tests/goldens/digests.txt, written by tests/lessons).

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { digest, GOLDENS } from "./digest.mjs";
import { begin, close, lessons, open, readouts } from "./lesson.mjs";

/** How long a state may take to be reached, in milliseconds. */
const PATIENCE = 120_000;

// Without SSE 4.1, V8 compiles no SIMD: the page must take the portable build.
for (const [name, module, args] of [["with SIMD", "simd.wasm", []], ["without SIMD", "portable.wasm", ["--js-flags=--no-enable-sse4-1"]]]) {
  describe(name, () => {
    let stage;
    before(async () => (stage = await begin({ args })));
    after(() => stage.end());

    for (const [lesson, state, expected] of GOLDENS) {
      test(`${lesson} ${state}`, async () => {
        const page = await open(stage, { lesson, state, live: false });
        // Numbers are there as soon as the step is reached; the proof and what else comes at rest need not be waited for.
        let numbers = {};
        for (const start = performance.now(); digest(numbers) !== expected && performance.now() - start < PATIENCE; await pause(50)) {
          if (await page.locator("figure.scope.live").count()) numbers = await readouts(page);
        }
        assert.equal(digest(numbers), expected);
        const modules = stage.site.requests.map(({ path }) => path.split("?")[0].split("/").pop()).filter((file) => file.endsWith(".wasm"));
        const { light } = lessons.find(({ id }) => id === lesson);
        assert.equal(modules.at(-1), light ? "light.wasm" : module);
        await close(page);
      });
    }
  });
}
