// Every control of every lesson page, pressed in both languages: the figure lives on, and the address gives the same numbers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, lessons, open, press, readouts, settle, words } from "./lesson.mjs";

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

const hash = (page) => page.evaluate(() => location.hash);

/** Changes one field of the controls to something else. */
async function change(field) {
  const kind = await field.evaluate((element) => (element.tagName === "INPUT" ? element.type : element.tagName.toLowerCase()));
  if (kind === "radio") return field.evaluate((element) => element.click());
  if (kind === "checkbox") return field.click();
  if (kind === "range") {
    await field.focus();
    return field.press((await field.inputValue()) === (await field.getAttribute("max")) ? "ArrowLeft" : "ArrowRight");
  }
  if (kind === "select") {
    const values = await field.locator("option").evaluateAll((options) => options.map(({ value }) => value));
    return field.selectOption(values.find((value) => value !== values[0]));
  }
  const number = Number(await field.inputValue());
  await field.fill(String(Number.isFinite(number) ? number + 1 : `${await field.inputValue()} `));
  return field.press("Enter");
}

for (const { id } of lessons) {
  for (const language of LANGUAGES) {
    test(`${id} (${language}): every control can be pressed, and the address gives the same numbers`, async () => {
      const page = await open(stage, { lesson: id, language });
      const fields = figure(page).locator(".controls :is(input, select, textarea, button)");
      const count = await fields.count();
      assert.ok(count > 5, `only ${count} fields`);
      for (let index = 0; index < (await fields.count()); index += 1) {
        const field = fields.nth(index);
        if (!(await field.isEnabled()) || (await field.evaluate((element) => element.closest("[hidden]") !== null))) continue;
        if ((await field.evaluate((element) => element.tagName)) === "BUTTON") await field.click();
        else await change(field);
        await settle(page);
        const numbers = await readouts(page);
        // NaN is a number that this configuration does not have (yet): a dash in the figure.
        for (const [name, value] of Object.entries(numbers)) assert.ok(value === "NaN" || Number.isFinite(Number(value)), `${name} is ${value}`);
        assert.deepEqual(page.troubles, []);
        if (index % 4) continue;
        const again = await open(stage, { lesson: id, language, state: (await hash(page)).slice(1) });
        assert.deepEqual(await readouts(again), numbers, await hash(page));
        await close(again);
      }
      await press(page, words[language].reset);
      await settle(page);
      // What remains is the preset, if it is not the first.
      assert.match(await hash(page), /^(#preset=\w+)?$/);
      await press(page, words[language].undo);
      await settle(page);
      await close(page);
    });
  }
}
