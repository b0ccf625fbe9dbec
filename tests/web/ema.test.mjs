// Lesson 2 through its address alone: the published values, digits that come late or not at all, a stream that is drawn.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, open, PHONE, readouts, settle, WIDE } from "./lesson.mjs";

/** State, and every digit that is printed. */
const GOLDENS = [
  ["preset=constant&beta=0.9&step=1", { v: "0.50000000", corrected: "5.00000000", first: "5.00000000", half_life: "6.579" }],
  ["preset=constant&beta=0.98&step=10", { missing: "0.81707281", weight_sum: "0.18292719", corrected: "5.00000000", half_life: "34.310" }],
  ["preset=constant&beta=0.999&level=-3&step=40", { corrected: "-3.00000000", half_life: "692.80" }],
  ["preset=constant&beta=0&step=7", { v: "5.00000000", corrected: "5.00000000", missing: "0.00000000", memory: "1.0000", half_life: "0.000" }],
  ["preset=constant&beta=0.9999&step=10", { v: "0.00499775", corrected: "5.00000000", missing: "0.99900045", half_life: "6931.1" }],
  ["preset=network&beta=0.9", { half_life: "6.579" }],
  ["preset=adam&beta1=0.98", { half_life1: "34.310", half_life2: "692.80" }],
  ["preset=adam&step=1", { right: "1.0000", none: "3.1623", wrong: "10.000" }],
  ["preset=adam&step=2", { right: "1.0000", none: "4.2496" }],
  ["preset=adam&step=5", { right: "1.0000", none: "5.7971" }],
  ["preset=adam&step=12", { right: "1.0000", none: "6.5685", wrong: "43.145" }],
];

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

for (const [state, golden] of GOLDENS) {
  test(state, async () => {
    const page = await open(stage, { lesson: "ema", state });
    const numbers = await readouts(page);
    for (const [name, printed] of Object.entries(golden)) {
      assert.equal(Number(numbers[name]).toFixed(printed.split(".")[1].length), printed, name);
    }
    assert.equal(await figure(page).locator(".proven").getAttribute("data-ok"), "yes");
    await close(page);
  });
}

test("a spike of 1e30 and an element without a number are shown and survived", async () => {
  const page = await open(stage, { lesson: "ema", state: "preset=temperature&at=0:theta_20:1e30&step=60" });
  const spike = await readouts(page);
  assert.ok(Number(spike.v) > 1e20 && Number.isFinite(Number(spike.corrected)), spike.v);
  assert.equal(await figure(page).locator(".proven").getAttribute("data-ok"), "yes");
  await close(page);
  const lost = await open(stage, { lesson: "ema", state: "preset=temperature&at=0:theta_20:1e30;0:theta_30:NaN&step=60" });
  assert.equal((await readouts(lost)).v, "NaN");
  assert.equal(await figure(lost).locator(".proven").getAttribute("data-ok"), "yes");
  // Before the missing number everything is as it was.
  const field = figure(lost).getByLabel("Go to step");
  await field.fill("29");
  await field.press("Enter");
  await settle(lost);
  assert.ok(Number((await readouts(lost)).v) > 1e27);
  await close(lost);
});

for (const language of LANGUAGES) {
  test(`the weights' average follows the slider without training anew (${language})`, async () => {
    const page = await open(stage, { lesson: "ema", language, state: "preset=network&step=200" });
    const before = await readouts(page);
    assert.ok(Number(before.ema_loss) < Number(before.live_loss), JSON.stringify(before));
    const beta = figure(page).getByLabel(language === "en" ? "forgetting factor β" : "遗忘因子 β").first();
    await beta.focus();
    for (let press = 0; press < 10; press += 1) await page.keyboard.press("ArrowLeft");
    await settle(page);
    const after = await readouts(page);
    assert.equal(after.live_loss, before.live_loss);
    assert.notEqual(after.ema_loss, before.ema_loss);
    assert.ok(Number(after.memory) < Number(before.memory));
    await close(page);
  });
}

test("digits that do not come are said, and can be asked for again", async () => {
  const page = await open(stage, { lesson: "ema", state: "", live: true });
  await page.route("**/digits.bin", (route) => route.abort());
  await page.evaluate(() => (location.hash = "preset=network&step=20"));
  const trouble = figure(page).locator(".trouble");
  await trouble.getByText("did not arrive").waitFor();
  await page.unroute("**/digits.bin");
  await trouble.getByRole("button").first().click();
  await figure(page).locator("[data-name=test_loss]").waitFor({ state: "attached" });
  await settle(page);
  assert.equal(await trouble.innerText(), "");
  // The state was kept.
  assert.match(await page.evaluate(() => location.hash), /preset=network&step=20/);
  assert.ok(Number((await readouts(page)).test_loss) > 0);
  // The browser itself complains about the request that was refused.
  page.troubles = page.troubles.filter((trouble) => !trouble.includes("ERR_FAILED"));
  await close(page);
});

for (const viewport of [WIDE, PHONE]) {
  test(`a stream is drawn with the pointer and kept in the address (${viewport.width})`, async () => {
    const page = await open(stage, { lesson: "ema", state: "preset=constant&step=40", viewport });
    const before = await readouts(page);
    const canvas = figure(page).locator("[data-view=stream] canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.45, { steps: 5 });
    await page.mouse.up();
    await settle(page);
    const after = await readouts(page);
    assert.notEqual(after.v, before.v);
    assert.match(await page.evaluate(() => location.hash), /at=0:theta_\d+:/);
    const hash = (await page.evaluate(() => location.hash)).slice(1);
    await close(page);
    const again = await open(stage, { lesson: "ema", state: hash, viewport });
    // A run goes on only where it can be seen.
    await figure(again).locator("[data-view=stream]").scrollIntoViewIfNeeded();
    await settle(again);
    assert.deepEqual(await readouts(again), after);
    await close(again);
  });
}
