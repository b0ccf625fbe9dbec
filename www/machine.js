/**
 * The page "how fast is your machine": the engine's works beside a loop that only multiplies and adds, timed in the reader's
 * browser by the project's own bench (tests/bench). Nothing runs before the reader asks, and nothing is sent anywhere.
 * `#quick` in the address makes a run that takes a second and means nothing: for tests of the page.
 */

import { list, open } from "../tests/bench/alone.mjs";
import { button, el, find } from "./dom.js";
import { themes } from "./theme.js";
import { dictionary } from "./words.js";

/** @type {import("./types").Page} */
const page = JSON.parse(document.getElementById("tensorscope")?.textContent ?? "{}");
const words = dictionary(page.words ?? {});
themes(words);

const works = list();
const place = find(document, ".machine");
const status = el("p", { role: "status" });
const progress = el("progress", { max: works.length, value: 0, "aria-label": words.say("machine.progress") });
const label = el("span", {}, words.say("machine.start"));
const start = button("play", "", () => void (running ? stop() : measure()));
start.append(label);
const columns = ["work", "ours", "limit", "share"].map((key) => el("th", { scope: "col" }, words.say(`machine.${key}`)));
const cells = works.map(() => ["ours", "limit", "share"].map(() => el("td", { class: "number" }, "–")));
const rows = works.map(({ id, kind, unit }, nth) =>
  el(
    "tr",
    {},
    el("th", { scope: "row" }, id, el("small", {}, `${words.say(`machine.kind.${kind}`)} (${unit})`)),
    ...cells[nth],
  ),
);
const caption = words.say("machine.caption");
const table = el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...columns)), el("tbody", {}, ...rows));
const wide = el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption }, table);
place.replaceChildren(el("p", {}, start, progress), status, wide);

let running = false;

function stop() {
  running = false;
}

/** Lets the page draw and take input; ends the measurement where the reader has asked for that. */
async function between() {
  await new Promise((resume) => setTimeout(resume));
  if (!running) throw new Stopped();
}

class Stopped extends Error {}

async function measure() {
  running = true;
  label.textContent = words.say("machine.stop");
  try {
    status.textContent = words.say("machine.loading");
    const pkg = (/** @type {string} */ name) => new URL(`pkg/${name}.wasm`, import.meta.url);
    const time = await open({ ours: pkg("machine"), limit: pkg("limit") }, location.hash === "#quick");
    for (const [nth, { id }] of works.entries()) {
      progress.value = nth;
      status.textContent = words.say("machine.running", { work: id, n: nth + 1, total: works.length });
      const row = await time(nth, between);
      const [ours, limit, share] = cells[nth];
      // What was over before the clock moved has no speed.
      const known = Number.isFinite(row.share);
      ours.textContent = known ? row.ours : "–";
      limit.textContent = row.limit;
      share.textContent = known ? row.share.toFixed(2) : "–";
    }
    progress.value = works.length;
    status.textContent = words.say("machine.done");
  } catch (error) {
    const stopped = error instanceof Stopped;
    status.textContent = stopped ? words.say("machine.stopped") : words.say("machine.failed", { problem: String(error) });
  }
  running = false;
  label.textContent = words.say("machine.start");
}
