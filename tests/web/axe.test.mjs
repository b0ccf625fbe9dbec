// axe-core finds nothing on any page: languages, themes, a wide window and a phone; with its still and with its living figure.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, lessons, open, PHONE, settle, WIDE } from "./lesson.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] };

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

/** What axe finds, a line each. */
async function violations(page) {
  // Through the debugger, not as a script of the page: its security policy stays as it is.
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => axe.run(document, rules), RULES);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 4).join(", ")}`);
}

for (const { id } of lessons) {
  for (const language of LANGUAGES) {
    for (const colorScheme of ["light", "dark"]) {
      for (const viewport of [WIDE, PHONE]) {
        test(`${id} ${language} ${colorScheme} ${viewport.width}`, async () => {
          const page = await open(stage, { lesson: id, language, viewport, context: { colorScheme } });
          for (const details of await page.locator("details").all()) await details.evaluate((element) => (element.open = true));
          // Something is held: its formula, its field and what belongs to it are on show.
          await figure(page).locator("[data-pick]").first().click({ force: true });
          await settle(page);
          assert.deepEqual(await violations(page), []);
          await close(page);
        });
      }
    }
  }
}

for (const path of ["", "en/", "zh/", "en/machine/", "zh/machine/"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the page /${path} ${colorScheme}`, async () => {
      const page = await stage.browser.newPage({ colorScheme });
      await page.goto(stage.site.url + path);
      assert.deepEqual(await violations(page), []);
      await page.close();
    });
  }
}
