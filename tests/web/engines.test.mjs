// The same bits in every other browser engine that this machine has, and nothing goes wrong there.
//
// The pages are those of the built site with one script more, which notes what goes wrong (watch.js): not every engine tells it
// to whoever drives it.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { digest, GOLDENS } from "./digest.mjs";
import { ENGINES } from "./engines.mjs";
import { DIST, lessons } from "./lesson.mjs";
import { serve } from "./serve.mjs";

/** How long a state may take to be reached, in milliseconds. */
const PATIENCE = 60_000;

/** So many states of each lesson; all of them are compared in Chromium (digests.test.mjs). */
const STATES = 6;

const CHOSEN = lessons.flatMap(({ id }) => GOLDENS.filter(([lesson]) => lesson === id).slice(0, STATES));

/** Of the page: its readouts by name, and what has gone wrong. */
const LOOK = `
  const root = document.querySelector("figure.scope");
  root.scrollIntoView();
  const live = root.classList.contains("live");
  return [live ? [...root.querySelectorAll("data[data-name]")].map((data) => [data.dataset.name, data.value]) : [], window.troubles];
`;

let site;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tensorscope-site-"));
  cpSync(DIST, folder, { recursive: true });
  copyFileSync(fileURLToPath(new URL("watch.js", import.meta.url)), join(folder, "watch.js"));
  for (const { id } of lessons) {
    const page = join(folder, "en", id, "index.html");
    writeFileSync(page, readFileSync(page, "utf8").replace("<title>", '<script src="../../watch.js"></script>\n<title>'));
  }
  site = await serve(folder, { prefix: "/some/sub/path/" });
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

for (const { name, file, want, begin } of ENGINES) {
  if (!file) {
    test(`${name}: the same numbers`, { skip: `${name} is not on this machine; it comes with ${want}` });
    continue;
  }
  describe(name, () => {
    /** @type {import("./engines.mjs").Session} */
    let session;
    before(async () => (session = await begin(file)));
    after(() => session?.end());

    CHOSEN.forEach(([lesson, state, expected], index) => {
      test(`${lesson} ${state}`, async () => {
        // Another query is another page: nothing is left of the one before.
        await session.go(`${site.url}en/${lesson}/?${index}#${state}`);
        let numbers = [];
        let troubles = [];
        for (const start = performance.now(); performance.now() - start < PATIENCE && troubles.length === 0; await pause(100)) {
          [numbers, troubles] = await session.run(LOOK);
          if (digest(Object.fromEntries(numbers)) === expected) break;
        }
        assert.deepEqual(troubles, []);
        assert.equal(digest(Object.fromEntries(numbers)), expected);
        assert.deepEqual(site.requests.filter(({ status }) => status >= 400), []);
      });
    });
  });
}
