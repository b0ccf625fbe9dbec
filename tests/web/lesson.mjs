// A lesson page in the browser: opened, waited for, read. Shared by the tests of the page; it knows no lesson.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { launch } from "./browser.mjs";
import { serve } from "./serve.mjs";

export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
export const { lessons } = JSON.parse(readFileSync(`${DIST}/lessons.json`, "utf8"));
export const LANGUAGES = ["en", "zh"];

/** The words of the page by language and key. */
export const words = Object.fromEntries(
  LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`../../www/i18n/${language}.json`, import.meta.url), "utf8"))]),
);

/** Sizes of a window: a laptop and a phone. */
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A served site and a browser, for the tests of one file; `args` are switches for Chromium. */
export async function begin(options = {}) {
  // Where there is no browser, no server is left listening.
  const browser = await launch(options);
  const site = await serve(DIST, { prefix: "/some/sub/path/" });
  return {
    site,
    browser,
    async end() {
      await browser.close();
      await site.close();
    },
  };
}

/**
 * Opens the page of a lesson. Everything that goes wrong on it (an exception, a console error, a violated policy, a request
 * to another host) is collected in `page.troubles`; `settle` waits until the figure rests.
 */
export async function open({ site, browser }, { lesson, language = "en", state = "", viewport = WIDE, context = {}, live = true }) {
  const opened = await browser.newContext({ viewport, ...context });
  const page = await opened.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(site.url) && !/^(blob|data):/.test(url)) page.troubles.push(`request to ${url}`);
  });
  await page.goto(`${site.url}${language}/${lesson}/${state && `#${state}`}`);
  if (live) await settle(page);
  return page;
}

/** The first figure of a page. */
export const figure = (page) => page.locator("figure.scope").first();

/** Presses a button of the first figure by its name. */
export const press = (page, name) => figure(page).getByRole("button", { name, exact: true }).click();

/** Waits until the first figure is alive and has come to rest: nothing computing, the proof shown, the address written. */
export async function settle(page) {
  await figure(page).and(page.locator(".live")).waitFor({ timeout: 20_000 });
  // An earlier rest says nothing about this one.
  await page.evaluate(() => delete window.settled);
  await page.waitForFunction(
    () => {
      const root = document.querySelector("figure.scope");
      const busy = root.querySelector(".wait:not([hidden]), .proven[aria-busy]") || root.hasAttribute("aria-busy");
      const now = `${root.querySelector(".proven")?.textContent}${location.hash}`;
      const same = window.settled?.now === now;
      if (!same || busy) window.settled = { now, since: performance.now() };
      return !busy && root.querySelector(".proven")?.textContent && performance.now() - window.settled.since > 450;
    },
    null,
    { timeout: 60_000, polling: 50 },
  );
}

/** All readouts of the first figure, by name; the value is the full number as text. */
export const readouts = (page) =>
  figure(page).evaluate((root) => {
    const all = [...root.querySelectorAll("data[data-name]")].map((data) => [data.dataset.name, data.value]);
    const names = new Set(all.map(([name]) => name));
    if (names.size !== all.length) throw new Error("a readout stands twice in the figure");
    return Object.fromEntries(all);
  });

/** The notices that the first figure shows. */
export const notices = (page) => figure(page).locator(".notices p").allInnerTexts();

/** Nothing has gone wrong, and the page can be left. */
export async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}
