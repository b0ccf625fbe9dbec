// Starts the browser that build.sh found (TENSORSCOPE_BROWSER), through playwright-core.
//
// Not a download: playwright's own browsers are not needed. Chromium and Chrome are driven directly; a stock Firefox speaks
// WebDriver BiDi, which playwright calls the channel "moz-firefox".

import { basename } from "node:path";
import { chromium, firefox } from "playwright-core";

/** What keeps a browser quiet and alike on every machine: no sandbox for root, no GPU, no traffic of its own. */
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];

/** A browser; `args` are further switches for Chromium. */
export async function launch({ args = [] } = {}) {
  const executablePath = process.env.TENSORSCOPE_BROWSER;
  if (!executablePath) throw new Error("no browser: run ./build.sh test, or set TENSORSCOPE_BROWSER=/path/to/chromium");
  if (basename(executablePath).startsWith("firefox")) return launchFirefox(executablePath);
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: [...QUIET, ...args] });
}

/** A Firefox, or a sentence: playwright needs commands that the extended-support releases may not know yet. */
async function launchFirefox(executablePath) {
  const browser = await firefox.launch({ executablePath, channel: "moz-firefox" });
  try {
    await (await browser.newPage()).close();
    return browser;
  } catch (error) {
    await browser.close();
    throw new Error(`${executablePath} cannot be driven (${error.message}); install Chromium, or a newer Firefox`);
  }
}
