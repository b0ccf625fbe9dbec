/**
 * Light, dark, or what the system says. Nothing is stored until the reader presses the button, and where nothing can be stored
 * the choice lasts as long as the page.
 */

import { button } from "./dom.js";

const NAME = "tensorscope.theme";
const ORDER = /** @type {const} */ (["auto", "light", "dark"]);

/** @type {Set<() => void>} */
const listeners = new Set();

/** Tells when colours have changed. @param {() => void} listener */
export const onTheme = (listener) => void listeners.add(listener);

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
matchMedia("(forced-colors: active)").addEventListener("change", tell);

function tell() {
  for (const listener of listeners) listener();
}

/** @param {string | null} theme */
function apply(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  tell();
}

function stored() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Puts the button where the page wants it. @param {import("./words.js").Words} words */
export function themes(words) {
  const wanted = new URLSearchParams(location.search).get("theme");
  apply(wanted ?? stored());
  const place = document.querySelector("header .theme");
  if (!place) return;
  const now = () => document.documentElement.dataset.theme ?? "auto";
  const label = () => words.say("theme", { theme: words.say(`theme.${now()}`) });
  const press = button("theme", label(), () => {
    const next = ORDER[(ORDER.indexOf(/** @type {any} */ (now())) + 1) % ORDER.length];
    apply(next);
    press.title = label();
    press.setAttribute("aria-label", label());
    try {
      if (next === "auto") localStorage.removeItem(NAME);
      else localStorage.setItem(NAME, next);
    } catch {
      // No storage in this frame.
    }
  }, true);
  place.replaceWith(press);
  press.classList.add("theme");
}

/** The colours in the order of `scene::Palette`; a figure is drawn on the card. */
const TOKENS = ["card", "ink", "ink2", "line", "grid", "accent", "pos", "neg", "series-0", "series-1", "series-2", "series-3", "series-4", "series-5"];

/** The colours of now, as 0xRRGGBB. @param {Element} element where the tokens are read */
export function palette(element) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  const probe = document.createElement("span");
  // What is drawn has its own colours, and its own ground, where the reader's system forces some on text.
  probe.style.forcedColorAdjust = "none";
  element.append(probe);
  const colours = TOKENS.map((token) => {
    probe.style.color = `var(--${token})`;
    // The canvas normalises every notation of an opaque colour to #rrggbb.
    context.fillStyle = getComputedStyle(probe).color;
    return parseInt(context.fillStyle.slice(1), 16);
  });
  probe.remove();
  return Uint32Array.from(colours);
}
