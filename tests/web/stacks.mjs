// Stacks one after the other in one page: none ends the instance, and what does not fit says what would. Shared by a test of a
// few (receptive-field.test.mjs) and the long one of all (soak/stacks.test.mjs).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { close, figure, notices, open, settle, words } from "./lesson.mjs";

/** Random valid stacks, written by `cargo test --test soak print_stacks`. */
export const STACKS = JSON.parse(readFileSync(new URL("../goldens/stacks.json", import.meta.url), "utf8"));

const ENDED = ["recovered", "restarted", "error.died"].map((key) => words.en[key]);

/** Opens the page once, goes to every stack at step 1, and says how many did not fit. */
export async function visit(stage, lesson, stacks) {
  const page = await open(stage, { lesson });
  const worker = page.workers()[0];
  let large = 0;
  for (const stack of stacks) {
    await page.evaluate((state) => void (location.hash = state), `stack=${encodeURIComponent(stack)}&step=1`);
    await settle(page);
    const said = await notices(page);
    assert.equal(said.filter((sentence) => ENDED.some((text) => sentence.includes(text))).length, 0, `${stack}: ${said}`);
    assert.equal(await figure(page).evaluate((root) => root.classList.contains("failed")), false, stack);
    assert.equal(await figure(page).locator("textarea").inputValue(), stack);
    large += said.length > 0 ? 1 : 0;
  }
  // The instance is the one with which the page began.
  assert.deepEqual(page.workers(), [worker]);
  await close(page);
  return large;
}
