// Engines in workers: the frames of the committed recordings, byte for byte; workers that end or freeze; what the page forbids.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { begin, close, figure, lessons, notices, open, press, readouts, settle, words } from "./lesson.mjs";

const file = (name) => readFileSync(new URL(`../session/${name}`, import.meta.url), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
const HEAVY = lessons.filter(({ heavy }) => heavy);

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

test("a recording gives the frames in a worker that it gives natively", async () => {
  const page = await (await stage.browser.newContext()).newPage();
  // A document without a policy of its own, where a test may start a worker.
  await page.goto(`${stage.site.url}lessons.json`);
  const assets = Object.fromEntries(lessons.map(({ id, assets = [] }) => [id, assets]));
  const frames = await page.evaluate(
    async ({ recording, assets }) => {
      const script = await (await fetch("app/worker.js")).blob();
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
      const module = await WebAssembly.compileStreaming(fetch("app/pkg/simd.wasm"));
      const answer = (message) =>
        new Promise((done, fail) => {
          worker.onmessage = ({ data }) => (data.dead || data.refused ? fail(new Error(data.dead ?? data.refused)) : done(data));
          worker.postMessage(message);
        });
      await answer({ module });
      const digest = (bytes) => {
        let hash = 0xcbf29ce484222325n;
        for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
        return hash.toString(16).padStart(16, "0");
      };
      const out = [];
      for (const line of recording) {
        const [, name, rest] = /^(\S+) (.*)$/.exec(line);
        if (name === "open") {
          const [, lesson, state] = /^(\S+) ?(.*)$/.exec(rest);
          worker.postMessage({ open: [lesson, state] });
          for (const { id, file } of assets[lesson]) {
            worker.postMessage({ file: [id, new Uint8Array(await (await fetch(file)).arrayBuffer())] });
          }
          out.push(line);
        } else if (name === "act") worker.postMessage({ act: rest.replaceAll("\\t", "\t") });
        else if (name === "frame") {
          const { frame } = await answer({ turn: { views: Number(rest), readouts: true, prove: true, still: true } });
          out.push(`${digest(frame)} ${frame.length}`);
        } else worker.postMessage({ units: Number(rest), prove: name === "prove" });
      }
      worker.terminate();
      return out;
    },
    { recording: file("recordings.txt"), assets },
  );
  assert.deepEqual(frames, file("frames.txt"));
  await page.context().close();
});

for (const { id } of HEAVY) {
  test(`${id}: its engine runs in a worker, which the page's policy allows and which fetches nothing`, async () => {
    const page = await open(stage, { lesson: id });
    assert.equal(page.workers().length, 1);
    assert.match(page.workers()[0].url(), /^blob:/);
    const fetched = await page.workers()[0].evaluate(() => performance.getEntriesByType("resource").length);
    assert.equal(fetched, 0);
    await close(page);
  });

  test(`${id}: a worker that ends is started again where it was`, async () => {
    const page = await open(stage, { lesson: id, state: "step=3" });
    const before = await readouts(page);
    await page.workers()[0].evaluate(() => void setTimeout(() => postMessage({ dead: "ended by a test" })));
    await pause(300);
    await settle(page);
    assert.deepEqual(await readouts(page), before);
    assert.deepEqual(await notices(page), [words.en.recovered]);
    await press(page, words.en.step);
    await settle(page);
    assert.notDeepEqual(await readouts(page), before);
    await close(page);
  });

  test(`${id}: a worker that freezes is ended, and started again`, async () => {
    const page = await open(stage, { lesson: id, state: "step=3" });
    const before = await readouts(page);
    const [frozen] = page.workers();
    frozen.evaluate(() => void setTimeout(() => { for (;;); })).catch(() => {});
    await pause(200);
    await press(page, words.en.step);
    // Ten seconds of silence, and the way to the state.
    await page.waitForFunction((text) => document.querySelector("figure.scope .notices")?.textContent.includes(text), words.en.recovered, { timeout: 30_000 });
    await settle(page);
    // (The browser's own list may still have the one that was ended while it was busy.)
    assert.equal(page.workers().filter((worker) => worker !== frozen).length, 1);
    assert.deepEqual(await readouts(page), before);
    await close(page);
  });
}

test("where no worker may be started, a lesson runs on the page's own thread", async () => {
  const [{ id }] = HEAVY;
  const page = await open(stage, { lesson: id, live: false });
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new DOMException("not here", "SecurityError");
      }
    };
  });
  await page.reload();
  await settle(page);
  assert.equal(page.workers().length, 0);
  const there = await readouts(page);
  const other = await open(stage, { lesson: id });
  assert.deepEqual(await readouts(other), there);
  assert.equal(await figure(page).locator(".trouble:not(:empty)").count(), 0);
  await close(other);
  await close(page);
});
