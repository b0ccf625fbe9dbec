// Lesson 1 through its address alone: the published walk-through in the readouts, the switches, editing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, open, readouts, settle } from "./lesson.mjs";

/** Name, and every digit that is printed. */
const FIRST_STEP = {
  a1_1: "0.593269992", a1_2: "0.596884378", a2_1: "0.751365070", a2_2: "0.772928465", loss: "0.298371109",
  delta2_1: "0.138498562", delta2_2: "-0.038098237", delta1_1: "0.008771355", delta1_2: "0.009954255",
  new_w1_1_1: "0.14978072", new_w1_2_1: "0.19956143", new_w1_1_2: "0.24975114", new_w1_2_2: "0.29950229",
  new_w2_1_1: "0.35891648", new_w2_2_1: "0.40866619", new_w2_1_2: "0.51130127", new_w2_2_2: "0.56137012",
};
const SECOND_STEP = { loss: "0.29102777369" };

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

/** The readouts print what was published. */
async function prints(page, golden) {
  const numbers = await readouts(page);
  for (const [name, printed] of Object.entries(golden)) {
    assert.equal(Number(numbers[name]).toFixed(printed.split(".")[1].length), printed, name);
  }
}

/** Drags the line of the run to one of its ends with the mouse. */
async function drag(page, end) {
  const run = figure(page).locator(".run input[type=range]");
  await run.scrollIntoViewIfNeeded();
  const box = await run.boundingBox();
  const at = (where) => [box.x + (where ? box.width - 3 : 3), box.y + box.height / 2];
  await page.mouse.move(...at(!end));
  await page.mouse.down();
  await page.mouse.move(...at(end), { steps: 12 });
  await page.mouse.up();
  await settle(page);
}

for (const language of LANGUAGES) {
  test(`the walk-through, stepped and dragged back and forward (${language})`, async () => {
    const page = await open(stage, { lesson: "backprop", language, state: "preset=mazur" });
    await prints(page, FIRST_STEP);
    const next = figure(page).locator(".transport button").last();
    await next.click();
    await settle(page);
    await prints(page, SECOND_STEP);
    await next.click();
    await settle(page);
    await drag(page, false);
    await prints(page, FIRST_STEP);
    await next.click();
    await settle(page);
    await prints(page, SECOND_STEP);
    await drag(page, true);
    await drag(page, false);
    await prints(page, FIRST_STEP);
    await close(page);
  });
}

test("the often-quoted loss comes from the updated weights", async () => {
  const page = await open(stage, { lesson: "backprop", state: "break=updated_w&step=1" });
  await prints(page, { loss: "0.29102792391" });
  assert.equal(await figure(page).locator(".proven").getAttribute("data-ok"), "no");
  await close(page);
});

for (const [state, right] of [["", true], ["preset=spiral&step=50", true], ["break=no_slope", false], ["break=no_transpose", false], ["preset=xor&break=sum", false]]) {
  test(`#${state} is ${right ? "verified" : "refuted"}`, async () => {
    const page = await open(stage, { lesson: "backprop", state });
    assert.equal(await figure(page).locator(".proven").getAttribute("data-ok"), right ? "yes" : "no");
    const verdicts = await figure(page).locator("[data-view=verification] [data-ok]").evaluateAll((cells) => cells.map((cell) => cell.dataset.ok));
    assert.ok(verdicts.length >= 12);
    assert.equal(verdicts.every((verdict) => verdict === "yes"), right);
    await close(page);
  });
}

for (const [state, ok, mark, count] of [
  ["preset=relu&step=300", "part", "◐", "545"],
  ["data=own&layers=2-1-8-4-2&activation=relu&lr=0.6607&train_bias=0&seed=2529&step=235&break=no_slope", "open", "○", "167"],
]) {
  test(`#${state} says what its proof does not decide`, async () => {
    const page = await open(stage, { lesson: "backprop", state });
    const line = figure(page).locator(".proven");
    assert.equal(await line.getAttribute("data-ok"), ok);
    const text = await line.innerText();
    assert.ok(text.startsWith(mark) && text.includes(count) && text.includes("kink of ReLU"), text);
    await close(page);
  });
}

test("a weight is edited where it is pointed at, and kept in the address", async () => {
  const page = await open(stage, { lesson: "backprop" });
  await figure(page).locator("[data-view=network] [data-pick=w1_1_1]").first().focus();
  await page.keyboard.press("Enter");
  const field = figure(page).locator(".inspector input");
  await field.fill("0.7");
  await field.press("Enter");
  await settle(page);
  assert.equal((await readouts(page)).w1_1_1, "0.7");
  assert.equal(await page.evaluate(() => location.hash), "#at=0:w1_1_1:0.7");
  await close(page);
});

test("a delta is held where it stands, and what feeds it stays bright", async () => {
  const page = await open(stage, { lesson: "backprop", state: "moment=6" });
  const network = figure(page).locator("[data-view=network]");
  await network.locator("[data-pick=delta1_1] text").click();
  assert.equal(await figure(page).locator(".inspector strong").innerText(), "δ¹₁");
  await page.waitForTimeout(400);
  const opacity = (id) => network.locator(`.node[data-pick=${id}]`).evaluate((node) => Number(getComputedStyle(node).opacity));
  assert.deepEqual(await Promise.all(["a2_1", "a2_2", "a1_2"].map(opacity)), [1, 1, 0.32]);
  await close(page);
});

test("a click into the plane adds a point", async () => {
  const page = await open(stage, { lesson: "backprop", state: "preset=circles" });
  const canvas = figure(page).locator("[data-view=surface] canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await settle(page);
  assert.match(await page.evaluate(() => location.hash), /at=0:point:/);
  await close(page);
});
