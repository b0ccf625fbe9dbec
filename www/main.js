/**
 * Brings the figures of a page to life, each with an instance of its own; the page reads well without it. A figure is loaded
 * when it is near the window; the first one owns the address.
 */

import { Figure } from "./figure/figure.js";
import { Address } from "./state.js";
import { themes } from "./theme.js";
import { dictionary } from "./words.js";

const data = document.getElementById("tensorscope");
/** @type {import("./types").Page} */
const page = JSON.parse(data?.textContent ?? "{}");
const words = dictionary(page.words ?? {}, page.lesson?.readouts);

themes(words);

/** @type {NodeListOf<HTMLElement>} */
const roots = page.lesson ? document.querySelectorAll("figure.scope") : document.querySelectorAll("figure.never");

/** The first figure of the page, which the prose can act on. @type {Figure | undefined} */
let lab;

// "Load it" in the prose does so, and brings the figure into view; without scripts it is a link to that state.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a.act");
  if (!link || !lab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  lab.visit((link.getAttribute("href") ?? "").slice(1));
  lab.root.scrollIntoView({ block: "start" });
  lab.root.tabIndex = -1;
  lab.root.focus({ preventScroll: true });
});

roots.forEach((root, index) => {
  const first = index === 0;
  /** @type {Figure} */
  let figure;
  const address = first ? new Address((state) => figure?.visit(state)) : null;
  const begin = () => {
    figure = new Figure(root, page, words, address);
    if (first) lab = figure;
    void figure.start(address?.read() || root.dataset.state || "");
  };
  if (first) return begin();
  const near = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      near.disconnect();
      begin();
    },
    { rootMargin: "400px" },
  );
  near.observe(root);
});
