// The page "how fast is your machine": it runs every row of the bench on request, says how far it is, and can be stopped.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { begin, LANGUAGES, PHONE } from "./lesson.mjs";

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

const words = Object.fromEntries(
  LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`../../www/i18n/machine.${language}.json`, import.meta.url)))]),
);

/** The page, with what goes wrong on it in `troubles`. */
async function open(language, hash) {
  const page = await stage.browser.newPage({ viewport: PHONE });
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.troubles.push(message.text()));
  page.on("request", (request) => !request.url().startsWith(stage.site.url) && page.troubles.push(request.url()));
  await page.goto(`${stage.site.url}${language}/machine/${hash}`);
  return page;
}

for (const language of LANGUAGES) {
  test(`${language}: every row is measured, on a phone`, async () => {
    const say = (key) => words[language][`machine.${key}`];
    const page = await open(language, "#quick");
    const rows = page.locator(".machine tbody tr");
    const count = await rows.count();
    assert.equal(count, 14);
    assert.equal(stage.site.requests.some(({ path }) => path.endsWith("machine.wasm")), language !== LANGUAGES[0], "nothing runs before it is asked for");
    await page.getByRole("button", { name: say("start") }).click();
    await page.getByRole("status").filter({ hasText: say("done") }).waitFor({ timeout: 120_000 });
    for (const cells of await rows.evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)))) {
      const [work, ours, limit, share] = cells;
      assert.ok([ours, limit, share].every((text) => /^[\d. ]+$/.test(text)), `${work}: ${cells.slice(1)}`);
    }
    assert.equal(await page.locator("progress").getAttribute("value"), String(count));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the phone`);
    assert.deepEqual(page.troubles, []);
    await page.close();
  });
}

test("it can be stopped, and the index leads to it", async () => {
  const page = await open("en", "");
  await page.getByRole("button", { name: words.en["machine.start"] }).click();
  await page.getByRole("button", { name: words.en["machine.stop"] }).click();
  await page.getByRole("status").filter({ hasText: words.en["machine.stopped"] }).waitFor({ timeout: 20_000 });
  await page.goto(`${stage.site.url}en/`);
  await page.locator("footer").getByRole("link", { name: words.en["machine.link"] }).click();
  await page.getByRole("heading", { name: words.en["machine.title"], level: 1 }).waitFor();
  assert.deepEqual(page.troubles, []);
  await page.close();
});
