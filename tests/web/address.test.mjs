// Addresses that people mistype, cut or make up: a notice in the reader's language, and a working figure.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { begin, close, figure, LANGUAGES, notices, open, readouts, settle } from "./lesson.mjs";

const LONG = "9".repeat(10_000);
const BROKEN = [
  "foo=1", "LR=0.1", "=3", "__proto__=1", "constructor=1", "%F0%9F%98%80=1", "lr", "lr=", "lr=NaN", "lr=nan", "lr=inf",
  "lr=-Infinity", "lr=1e999", "lr=abc", "lr=0x10", "lr=1,5", "lr=%", "lr=%FF%FE", "lr=-1", "lr=0", "lr=1e300", "seed=-1",
  "seed=4294967296", "seed=9007199254740993", "seed=1.5", "seed=x", "step=-5", "step=NaN", "moment=-1", "moment=1000000",
  "preset=nothing", "preset=", "layers=2", "layers=2-2-2-2-2-2", "layers=two-two", "layers=2-99-2", "data=xor&layers=3-3-3",
  "activation=SIGMOID", "train_bias=yes", "break=everything", "sample=0", "lr=0.1&lr=0.2", "at=nonsense", "at=0:w9_9_9:1",
  "at=0:w1_1_1:NaN", "at=0:w1_1_1:1e9", `lr=${LONG}`, `layers=${LONG}`, `${LONG}=1`, "<img src=x onerror=alert(1)>=1",
];

let stage, page;
before(async () => {
  stage = await begin();
  page = await open(stage, { lesson: "backprop" });
});
after(async () => {
  await close(page);
  await stage.end();
});

/** Goes to another state by the address alone, as the reader does by typing it. */
async function visit(state) {
  await page.evaluate((state) => (location.hash = state), state);
  await settle(page);
}

for (const state of BROKEN) {
  test(`#${state.slice(0, 40)}`, async () => {
    await visit("lr=0.3");
    await visit(state);
    assert.notDeepEqual(await notices(page), []);
    const before = await readouts(page);
    for (const [name, value] of Object.entries(before)) assert.ok(Number.isFinite(Number(value)), `${name} is ${value}`);
    await figure(page).getByRole("button", { name: "One step on" }).click();
    await settle(page);
    assert.notDeepEqual(await readouts(page), before);
    assert.deepEqual(page.troubles, []);
  });
}

for (const language of LANGUAGES) {
  test(`notices are sentences in ${language}`, async () => {
    const other = await open(stage, { lesson: "backprop", language, state: "lr=abc" });
    const [notice] = await notices(other);
    assert.match(notice, language === "zh" ? /[一-鿿].*abc/ : /abc.*not a number/);
    await close(other);
  });
}
