// Measures the frames of a figure that plays: node tests/web/frames.mjs LESSON STATE [WIDTH] [SECONDS]
//
// Not a test: a busy machine drops frames that a free one shows. It plays at full speed, and prints how long frames took and how
// far the run came.

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
await figure(page).locator(".transport .main").click();
const { frames, long, step } = await measured;
frames.sort((a, b) => a - b);
const at = (part) => frames[Math.min(frames.length - 1, Math.floor(part * frames.length))].toFixed(1);
console.log(`${lesson} ${state || "(start)"}, ${width} px: ${frames.length} frames, ms at 50 % ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)};`);
console.log(`${long.length} long tasks${long.length ? ` (${long.map(Math.round).join(", ")} ms)` : ""}; reached step ${step}`);
await close(page);
await stage.end();
