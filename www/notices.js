/**
 * What the figure has to say: polite sentences over its upper edge, which go when they are dismissed or when the reader's next
 * act succeeds; and trouble, which stays, says what to do and offers it.
 */

import { button, el } from "./dom.js";

/** Milliseconds between two sentences of the live region. */
const PAUSE = 2000;

export class Notices {
  #spoken = 0;
  #timer = 0;

  /** @param {HTMLElement} root the figure @param {import("./words.js").Words} words */
  constructor(root, words) {
    this.words = words;
    this.list = el("div", { class: "notices", role: "status" });
    this.live = el("p", { class: "unseen", "aria-live": "polite" });
    this.trouble = el("div", { class: "trouble", role: "alert" });
    root.prepend(this.list, this.trouble, this.live);
  }

  /** @param {string} sentence */
  add(sentence) {
    if ([...this.list.children].some((line) => line.firstChild?.textContent === sentence)) return;
    const line = el("p", {}, el("span", {}, sentence), button("close", this.words.say("dismiss"), () => line.remove(), true));
    this.list.append(line);
    // A hostile address has many mistakes; three of them are enough to be told.
    if (this.list.children.length > 3) this.list.firstElementChild?.remove();
  }

  clear() {
    this.list.replaceChildren();
  }

  /** For those who do not see the figure: the last of what was said in two seconds. @param {string} sentence */
  say(sentence) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#spoken = Date.now();
      this.live.textContent = sentence;
    }, Math.max(150, this.#spoken + PAUSE - Date.now()));
  }

  /** Trouble with ways out of it; none where it is over. @param {string} [sentence] @param {...HTMLElement} ways */
  fail(sentence, ...ways) {
    this.trouble.replaceChildren(...(sentence ? [el("p", {}, sentence), ...ways] : []));
  }
}
