// Lesson 9 through its address alone: published fields, the proof, units and paint; long passes that leave the page its frames.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, notices, open, PHONE, readouts, settle, WIDE } from "./lesson.mjs";
import { STACKS, visit } from "./stacks.mjs";

/** Fields layer by layer: r1, r2, ... */
const layers = (...fields) => Object.fromEntries(fields.map((field, index) => [`r${index + 1}`, field]));

/** n layers of 3 x 3 with even weights, and one pass: the field is 2n + 1, the variance 2n/3 along each axis. */
const even = (n) => [
  `stack=input48x48x1${"+conv3x1p1".repeat(n)}&weights=uniform&step=1`,
  { r: 2 * n + 1, jump: 1, padding: n, variance_x: (2 * n) / 3, variance_y: (2 * n) / 3 },
];

/** State, and what is known: r, effective stride and padding before global pooling or the first fully connected layer. */
const GOLDENS = [
  ["preset=alexnet_v2", { r: 195, jump: 32, padding: 64 }],
  ["preset=alexnet", { r: 195, jump: 32, padding: 66 }],
  ["preset=vgg16", { r: 212, jump: 32, padding: 90, ...layers(3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212) }],
  ["preset=resnet50_v1", { r: 483, jump: 32, padding: 241 }],
  ["preset=resnet50", { r: 427, jump: 32, padding: 213, longest: 427, misaligned: 0 }],
  ["preset=resnet50_all", { r: 427, jump: 32, padding: 213 }],
  ["preset=lenet5", layers(5, 6, 14, 16)],
  ["stack=input32x32x1+conv3x1+conv3x1d2+conv3x1d4+conv3x1d8", { r: 31, ...layers(3, 7, 15, 31) }],
  ["preset=trained", { r: 32, jump: 4, padding: 0, left: 0, right: 31, top: 0, bottom: 31 }],
  ...[1, 2, 5, 10, 15].map(even),
];

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

const lesson = "receptive-field";
const proven = (page) => figure(page).locator(".proven").getAttribute("data-ok");

for (const [state, golden] of GOLDENS) {
  test(state, async () => {
    const page = await open(stage, { lesson, state });
    const numbers = await readouts(page);
    for (const [name, known] of Object.entries(golden)) {
      const found = Number(numbers[name]);
      if (!name.startsWith("variance")) assert.equal(found, known, name);
      else assert.ok(Math.abs(found - known) < 1e-12 * known, `${name}: ${found} instead of ${known}`);
    }
    assert.equal(await proven(page), "yes");
    await close(page);
  });
}

test("a proof that is skipped for size is not a tick", async () => {
  const page = await open(stage, { lesson, state: "stack=input512x512x3+conv63x1p31" });
  assert.equal(await proven(page), "part");
  assert.match(await figure(page).locator(".proven").innerText(), /^◐ verified in part .*Not decided: 6 \(proof by gradient skipped/);
  await close(page);
});

/** Where a point of the picture (pixels of the stack's input, which is `side` wide) lies on the screen. */
async function place(page, side, [x, y]) {
  const canvas = figure(page).locator("[data-view=picture] canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  // A picture that fits its box fills the height of its canvas but for a margin of labels: the middle is the middle.
  const scale = Math.min(box.width, box.height) / side;
  return [box.x + box.width / 2 + (x - side / 2) * scale * 0.9, box.y + box.height / 2 + (y - side / 2) * scale * 0.9];
}

/** Draws from one point to another, with the mouse or a finger. */
async function draw(page, from, to, touch) {
  if (!touch) {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 8 });
    await page.mouse.up();
  } else {
    const client = await page.context().newCDPSession(page);
    const send = (type, points) => client.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    await send("touchStart", [from]);
    for (let part = 1; part <= 8; part += 1) await send("touchMove", [from.map((v, axis) => v + ((to[axis] - v) * part) / 8)]);
    await send("touchEnd", []);
  }
  await settle(page);
}

for (const [name, viewport, touch] of [["mouse", WIDE, false], ["finger", PHONE, true]]) {
  test(`paint outside of the box changes the unit by exactly 0, inside by something (${name})`, async () => {
    const context = touch ? { hasTouch: true, isMobile: true } : {};
    const state = "preset=fading&tool=brush&brush=3";
    const page = await open(stage, { lesson, state, viewport, context });
    const scrolled = await page.evaluate(() => scrollY);
    // The box is 21 pixels wide, in the middle of 64.
    await draw(page, await place(page, 64, [8, 8]), await place(page, 64, [56, 10]), touch);
    const outside = await readouts(page);
    assert.deepEqual([Number(outside.changed), Number(outside.changed_outside)], [0, 0]);
    await draw(page, await place(page, 64, [12, 30]), await place(page, 64, [40, 34]), touch);
    const both = await readouts(page);
    assert.notEqual(Number(both.changed), 0);
    assert.equal(Number(both.changed_outside), 0);
    assert.equal(await proven(page), "yes");
    if (touch) assert.ok(Math.abs((await page.evaluate(() => scrollY)) - scrolled) < 1000, "a finger that paints does not move the page");
    const hash = (await page.evaluate(() => location.hash)).slice(1);
    assert.match(hash, /paint/);
    const again = await open(stage, { lesson, state: hash, viewport });
    // What is left to be computed is computed where it can be seen.
    await figure(again).locator("[data-view=picture]").scrollIntoViewIfNeeded();
    await figure(again).locator("[data-name=changed]").first().waitFor({ state: "attached" });
    await settle(again);
    assert.deepEqual(await readouts(again), both);
    await close(again);
    await close(page);
  });
}

test("a click with the other tool chooses a unit, and its passes are done again", async () => {
  const page = await open(stage, { lesson, state: "step=2" });
  const first = await readouts(page);
  await page.mouse.click(...(await place(page, 224, [60, 60])));
  await settle(page);
  const other = await readouts(page);
  assert.ok(Number(other.unit_row) < Number(first.unit_row) && Number(other.unit_col) < Number(first.unit_col));
  assert.equal(other.passes, "2");
  assert.notEqual(other.variance_x, first.variance_x);
  await close(page);
});

test("trained weights belong to one stack, and a notice says so", async () => {
  const page = await open(stage, { lesson, state: "weights=trained" });
  assert.match((await notices(page)).join(), /Trained weights belong to one network/);
  await close(page);
  const trained = await open(stage, { lesson, state: "preset=trained&step=8" });
  const numbers = await readouts(trained);
  assert.equal(numbers.passes, "8");
  assert.ok(Number(numbers.variance_x) !== Number(numbers.untrained_variance_x));
  await close(trained);
});

test("a pass through all of ResNet-50 leaves the page its frames", async () => {
  const page = await open(stage, { lesson, state: "preset=resnet50_all" });
  const speed = figure(page).getByLabel("Speed", { exact: true });
  await speed.focus();
  await speed.press("End");
  await figure(page).locator(".transport .main").click();
  // What takes long says so.
  await figure(page).locator(".wait").waitFor();
  // Between two passes, however busy the machine is: half a second of computing in portions of a few milliseconds.
  const frames = await page.evaluate(async () => {
    const passes = () => Number(document.querySelector("data[data-name=passes]").value);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const until = async (count) => {
      let frames = 0;
      for (; passes() < count; frames += 1) await frame();
      return frames;
    };
    await until(1);
    return until(2);
  });
  assert.ok(frames >= 15, `a pass in ${frames} frames`);
  await figure(page).locator(".transport .main").click();
  await settle(page);
  await close(page);
});

test("a few random stacks, one after the other in one page", async () => {
  await visit(stage, "receptive-field", STACKS.slice(0, 12));
});

for (const [what, wrong, right] of [
  ["a layer without channels", "input8x8x1 conv3", "input8x8x1 conv3x8"],
  ["a token that is none", "input8x8x1 maxpol2", "input8x8x1 maxpool2"],
]) {
  test(`${what}: the text stays with its place marked, and the notice goes when it is mended`, async () => {
    const page = await open(stage, { lesson: "receptive-field" });
    const field = figure(page).locator("textarea");
    await field.fill(wrong);
    await field.blur();
    await settle(page);
    assert.equal(await field.inputValue(), wrong);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok((await notices(page)).length === 1);
    assert.ok(await figure(page).locator(".control .refused").count());
    assert.ok((await field.evaluate((area) => area.selectionStart)) > 0, "the place is marked");
    await field.fill(right);
    await field.blur();
    await settle(page);
    assert.deepEqual(await notices(page), []);
    assert.equal(await field.getAttribute("aria-invalid"), null);
    assert.equal(await field.inputValue(), right);
    await close(page);
  });
}

test("what ended the engine stays where it was typed, and is said; a new address wakes a figure that has stopped", async () => {
  const page = await open(stage, { lesson: "receptive-field", state: "step=1" });
  const before = await readouts(page);
  const field = figure(page).locator("textarea");
  const typed = "input8x8x1 conv3x8";
  await field.focus();
  await settle(page);
  const end = (worker) => worker.evaluate(() => void setTimeout(() => postMessage({ dead: "ended by a test" })));
  // The act itself ends it: the worker hears nothing any more.
  await page.workers()[0].evaluate(() => void (onmessage = () => postMessage({ dead: "ended by a test" })));
  await field.fill(typed);
  await field.blur();
  await page.waitForFunction(() => document.querySelector("figure.scope .notices p"));
  await settle(page);
  assert.deepEqual(await readouts(page), before);
  assert.equal(await field.inputValue(), typed);
  assert.match((await notices(page))[0], /input8x8x1 conv3x8/);
  for (const _ of [1, 2]) {
    await end(page.workers().at(-1));
    await page.waitForTimeout(500);
  }
  await figure(page).and(page.locator(".failed")).waitFor();
  assert.ok(await field.isVisible());
  await page.evaluate(() => void (location.hash = "preset=lenet5&step=1"));
  await figure(page).and(page.locator(":not(.failed)")).waitFor();
  await settle(page);
  assert.equal(Number((await readouts(page)).passes), 1);
  await close(page);
});
