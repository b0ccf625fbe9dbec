/**
 * What the figure has to say: polite sentences over its upper edge, which go when they are dismissed or when the reader's next
 * act succeeds; and trouble, which stays, says what to do and offers it.
 */

import { copy } from "../clipboard.js";
import { button, el } from "../dom.js";

/** Milliseconds between two sentences of the live region. */
const PAUSE = 2000;

export class Notices {
  #spoken = 0;
  #timer = 0;

  /** @param {HTMLElement} root the figure @param {import("../words.js").Words} words */
  constructor(root, words) {
    this.words = words;
    this.list = el("div", { class: "notices", role: "status" });
    this.live = el("p", { class: "unseen", "aria-live": "polite" });
    this.way = el("p", { class: "way", role: "status" });
    this.trouble = el("div", { class: "trouble", role: "alert" });
    root.prepend(this.list, this.trouble, this.way, this.live);
  }

  /** @param {string} sentence */
  add(sentence) {
    if ([...this.list.children].some((line) => line.firstChild?.textContent === sentence)) return;
    const line = el("p", {}, el("span", {}, sentence), button("close", this.words.say("dismiss"), () => line.remove(), true));
    this.list.append(line);
    // A hostile address has many mistakes; three of them are enough to be told.
    if (this.list.children.length > 3) this.list.firstElementChild?.remove();
  }

  /** What is on its way; nothing where it has come. @param {string} sentence */
  progress(sentence) {
    if (this.way.textContent !== sentence) this.way.textContent = sentence;
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

  /** Trouble, and the ways out of it. @param {string} sentence @param {string} link to the state @param {string} details for a report @param {() => void} restart */
  fail(sentence, link, details, restart) {
    const { say } = this.words;
    const report = [sentence, link, navigator.userAgent, details].join("\n");
    /** @type {HTMLButtonElement} */
    const copying = button("", say("copy-report"), () => void copy(report, copying, this.words));
    this.trouble.replaceChildren(
      el("p", {}, sentence),
      button("reset", say("restart"), restart),
      el("a", { href: link }, say("state-link")),
      copying,
    );
  }

  recovered() {
    this.trouble.replaceChildren();
  }
}
