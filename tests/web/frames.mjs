// Measures the frames of a figure that plays: node tests/web/frames.mjs LESSON STATE [WIDTH] [SECONDS]
//
// Not a test: a busy machine drops frames that a free one shows. It plays at full speed, and prints how long frames took, how far
// the run came, and what does not depend on who else computes: the processor time of every task of the page.

import { begin, close, figure, open } from "./lesson.mjs";

const [lesson, state, width = "1280", seconds = "4"] = process.argv.slice(2);
if (state === undefined) throw new Error("usage: node tests/web/frames.mjs LESSON STATE [WIDTH] [SECONDS]");
const stage = await begin();
const page = await open(stage, { lesson, state, viewport: { width: Number(width), height: 844 } });
await figure(page).locator(".time").scrollIntoViewIfNeeded();
const speed = figure(page).getByLabel("Speed", { exact: true });
await speed.focus();
await speed.press("End");

const measured = page.evaluate(async (time) => {
  const [frames, long] = [[], []];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  // The press and what it starts are not frames of the run.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  for (let last = start; last - start < time; ) {
    const now = await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
    frames.push(now - last);
    last = now;
  }
  const step = Number(document.querySelector("figure.scope .run .field").value);
  return { frames: frames.slice(1), long, step };
}, Number(seconds) * 1000);
/** Trace events of the tasks that the threads of the browser run. */
const events = [];
const tracing = await stage.browser.newBrowserCDPSession().catch(() => null);
tracing?.on("Tracing.dataCollected", ({ value }) => events.push(...value));
await tracing?.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "disabled-by-default-devtools.timeline"] } });
await figure(page).locator(".transport .main").click();
const { frames, long, step } = await measured;
if (tracing) {
  const complete = new Promise((resolve) => tracing.once("Tracing.tracingComplete", resolve));
  await tracing.send("Tracing.end");
  await complete;
}
const main = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}.${tid}`));
const tasks = events.filter(({ name, pid, tid, tdur }) => name.endsWith("RunTask") && tdur && main.has(`${pid}.${tid}`)).map(({ tdur }) => tdur / 1000);
frames.sort((a, b) => a - b);
const at = (part) => frames[Math.min(frames.length - 1, Math.floor(part * frames.length))].toFixed(1);
console.log(`${lesson} ${state || "(start)"}, ${width} px: ${frames.length} frames, ms at 50 % ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)};`);
console.log(`${long.length} long tasks${long.length ? ` (${long.map(Math.round).join(", ")} ms)` : ""}; reached step ${step}`);
if (tasks.length) {
  tasks.sort((a, b) => b - a);
  const over = tasks.filter((task) => task > 16.7).length;
  console.log(`processor time of a task, ms: longest ${tasks.slice(0, 8).map((task) => task.toFixed(1)).join(", ")}; ${over} over 16.7, ${tasks.filter((task) => task > 8).length} over 8`);
}
await close(page);
await stage.end();
