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

roots.forEach((root, index) => {
  const first = index === 0;
  /** @type {Figure} */
  let figure;
  const address = first ? new Address((state) => figure?.visit(state)) : null;
  const begin = () => {
    figure = new Figure(root, page, words, address);
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
