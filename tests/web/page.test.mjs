// Every lesson page as a reader uses it: the run played, dragged and reloaded, things pointed at, predicted and taken away, in
// both languages. What the controls do is in controls.test.mjs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, lessons, notices, open, PHONE, press, readouts, settle, words } from "./lesson.mjs";

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

/** Sets the run to a step through the field of the time axis. */
async function goTo(page, language, step) {
  const field = figure(page).getByLabel(words[language]["go-to-step"]);
  await field.fill(String(step));
  await field.press("Enter");
  await settle(page);
}

for (const { id } of lessons) {
  for (const language of LANGUAGES) {
    test(`${id} (${language}): the run is stepped, played, dragged back and forward`, async () => {
      const page = await open(stage, { lesson: id, language });
      const first = await readouts(page);
      const middle = Math.min(60, Math.floor(lessons.find((other) => other.id === id).maxStep / 2));
      for (const name of ["moment", "back", "step"]) {
        await press(page, words[language][name]);
        await settle(page);
      }
      const second = await readouts(page);
      assert.notDeepEqual(second, first);
      await goTo(page, language, middle);
      const far = await readouts(page);
      await press(page, words[language]["to-start"]);
      await settle(page);
      assert.deepEqual(await readouts(page), first);
      await goTo(page, language, middle);
      assert.deepEqual(await readouts(page), far);

      // Fast, for a moment.
      const speed = figure(page).getByLabel(words[language].speed, { exact: true });
      await speed.focus();
      await speed.press("End");
      await press(page, words[language].play);
      await page.waitForTimeout(400);
      // A short run may have come to its end by itself.
      const pause = figure(page).getByRole("button", { name: words[language].pause, exact: true });
      if (await pause.count()) await pause.click();
      await settle(page);
      const reached = Number(await figure(page).getByLabel(words[language]["go-to-step"]).inputValue());
      assert.ok(reached > middle, `played to ${reached}`);

      // Back by hand along the line of the run, and there again.
      const there = await readouts(page);
      const run = figure(page).getByLabel(words[language].run);
      await run.focus();
      await run.press("Home");
      await settle(page);
      assert.deepEqual(await readouts(page), first);
      await run.press("End");
      await settle(page);
      assert.deepEqual(await readouts(page), there);
      await page.reload();
      await settle(page);
      assert.deepEqual(await readouts(page), there);
      await close(page);
    });

    test(`${id} (${language}): what is on the page can be pointed at, by keyboard too`, async () => {
      const page = await open(stage, { lesson: id, language });
      const pickable = figure(page).locator("[data-pick]");
      assert.ok((await pickable.count()) > 0);
      await pickable.first().focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(100);
      const said = figure(page).locator(".inspector");
      assert.notEqual((await said.innerText()).trim(), words[language]["inspector-hint"]);
      await page.keyboard.press("Escape");
      await close(page);
    });

    test(`${id} (${language}): without scripts the page stands, with its figure and its prose`, async () => {
      const page = await open(stage, { lesson: id, language, live: false, context: { javaScriptEnabled: false } });
      assert.ok(await figure(page).locator("svg, table, math").count());
      assert.ok((await page.locator("main").innerText()).length > 1500);
      await close(page);
    });

    test(`${id} (${language}): it can be predicted`, async () => {
      const lesson = lessons.find((other) => other.id === id);
      if (!lesson.prediction) return;
      const page = await open(stage, { lesson: id, language });
      const question = page.locator(".prediction");
      await question.getByRole("radio").first().check();
      await question.getByRole("button", { name: words[language].commit }).click();
      assert.match(await question.innerText(), /\d/);
      await question.getByRole("button", { name: words[language]["show-it"] }).click();
      await settle(page);
      await question.getByRole("button", { name: words[language]["ask-again"] }).click();
      assert.equal(await question.getByRole("radio").count(), lesson.prediction.options.length);
      await close(page);
    });
  }

  test(`${id}: a figure that traps is started again where it was, and the others live on`, async () => {
    const page = await open(stage, { lesson: id, state: "step=5" });
    const before = await readouts(page);
    const trap = () =>
      page.evaluate(async () => {
        // The glue of the first figure: the same address is the same module.
        const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
        const glue = await import(loaded.find((name) => /\/pkg\/(light|full)\.js\?/.test(name) && name.endsWith("i=1")));
        const real = glue.Painter.prototype.show;
        glue.Painter.prototype.show = () => {
          glue.Painter.prototype.show = real;
          throw new WebAssembly.RuntimeError("unreachable");
        };
      });
    await trap();
    await press(page, words.en.moment);
    await settle(page);
    assert.ok((await notices(page)).length > 0);
    assert.deepEqual(await readouts(page), before);
    await press(page, words.en.step);
    await settle(page);
    assert.notDeepEqual(await readouts(page), before);
    await close(page);
  });

  test(`${id}: link, program and exports`, async () => {
    const page = await open(stage, { lesson: id, context: { acceptDownloads: true } });
    const actions = figure(page).locator(".actions");
    await actions.getByRole("button", { name: words.en["copy-pytorch"] }).click();
    // Without the right to the clipboard the text is there to be copied by hand.
    await page.waitForTimeout(200);
    for (const button of await actions.getByRole("button").all()) {
      const name = (await button.innerText()).trim();
      if (!/SVG|PNG|CSV/.test(name) || !(await button.isVisible())) continue;
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      const bytes = readFileSync(await download.path());
      assert.ok(bytes.length > 100, name);
      if (name.includes("PNG")) assert.equal(bytes.subarray(1, 4).toString(), "PNG");
      if (name.includes("SVG")) assert.match(bytes.toString(), /^<svg[^>]*xmlns=/);
      if (name.includes("CSV")) assert.match(bytes.toString(), /^step,/);
    }
    await close(page);
  });

  for (const width of [PHONE.width, 320]) {
    test(`${id}: nothing sticks out at ${width} pixels`, async () => {
      for (const language of LANGUAGES) {
        const page = await open(stage, { lesson: id, language, viewport: { width, height: 800 } });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels wide in ${language}`);
        await close(page);
      }
    });
  }
}
