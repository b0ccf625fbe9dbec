// Charts say their numbers: under the pointer, under the arrow keys, and as tables. Of every lesson, whatever charts it has.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, lessons, open, readouts, settle } from "./lesson.mjs";

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

/** Points at a part of the canvas of a view. */
async function point(page, view, across, down) {
  const canvas = figure(page).locator(`[data-view=${view}] canvas`);
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + box.width * across, box.y + box.height * down);
  return figure(page).locator(`[data-view=${view}] .probe`);
}

test("the loss under the pointer is the loss of that step", async () => {
  const page = await open(stage, { lesson: "backprop", state: "preset=xor&step=60" });
  const probe = await point(page, "loss_curve", 0.5, 0.5);
  const [, step] = /step (\d+)/.exec(await probe.innerText());
  const said = await probe.locator("strong").innerText();
  const there = await open(stage, { lesson: "backprop", state: `preset=xor&step=${step}` });
  assert.equal(said, Number((await readouts(there)).loss).toPrecision(4));
  await close(there);
  // What it says follows the figure, and goes with the pointer.
  await page.mouse.move(2, 2);
  assert.equal(await probe.isVisible(), false);
  await close(page);
});

test("arrow keys read a chart aloud, and Enter adds a point to the plane", async () => {
  const page = await open(stage, { lesson: "backprop", state: "preset=circles" });
  const canvas = figure(page).locator("[data-view=surface] canvas");
  await canvas.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
  const place = /x₁ (\S+), x₂ (\S+)/.exec(await figure(page).locator("[data-view=surface] .probe").innerText());
  await page.waitForFunction(() => /x₁ .*value/.test(document.querySelector("figure.scope p.unseen").textContent));
  await page.keyboard.press("Enter");
  await settle(page);
  const [, x, y] = /at=0:point:([^,]+),([^,]+),/.exec(decodeURIComponent(await page.evaluate(() => location.hash)));
  assert.deepEqual([x, y].map(Number), place.slice(1).map((text) => Number(text.replace("−", "-"))));
  await close(page);
});

test("the link to the content leaves the figure alone", async () => {
  const page = await open(stage, { lesson: "backprop", state: "preset=xor&step=3" });
  const numbers = await readouts(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await settle(page);
  assert.equal(await page.evaluate(() => location.hash), "#content");
  assert.deepEqual(await readouts(page), numbers);
  assert.equal(await figure(page).locator(".notices p").count(), 0);
  await close(page);
  const again = await open(stage, { lesson: "backprop", state: "content" });
  assert.equal(await figure(again).locator(".notices p").count(), 0);
  await close(again);
});

for (const { id, views } of lessons) {
  for (const language of LANGUAGES) {
    test(`${id} (${language}): every chart has its table`, async () => {
      const page = await open(stage, { lesson: id, language, state: "step=12" });
      for (const { id: view, kind } of views.filter(({ kind }) => ["curve", "bars", "scatter", "heatmap", "comb"].includes(kind))) {
        const section = figure(page).locator(`[data-view=${view}]`);
        if (!(await section.isVisible())) continue;
        const table = section.locator(".data");
        assert.equal(await table.locator("td").count(), 0, "filled before it is opened");
        await table.locator("summary").click();
        const caption = await table.locator("caption").innerText();
        assert.ok(caption.startsWith(await section.locator("h3").innerText()), `${view}, ${kind}: ${caption}`);
        assert.ok(await table.locator("td.number").count(), `${view}: no numbers`);
        const text = await table.innerText();
        assert.doesNotMatch(text, /NaN|undefined|axis\.|chart\./, view);
      }
      await close(page);
    });
  }
}
