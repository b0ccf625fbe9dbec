/**
 * The proof of a figure: what it claims, computed a second way once it rests. A long one is computed in portions, between which
 * the page answers; whatever moves meanwhile stops it, and what was computed is kept by the engine.
 */

import { el } from "./dom.js";
import { format } from "./format.js";

/** Milliseconds of computing between two looks at what the reader does. */
const PORTION = 6;

/** Milliseconds of rest before a proof whose last stroke took long the last time: the reader may be about to go on. */
const LONG_REST = 700;
const LONG = 40;

/** What a proof can come to: `data-ok` of the line, and its mark. A tick is for a figure all of whose claims were made and hold. */
const VERDICTS = {
  verified: { ok: "yes", mark: "✓" },
  "verified-part": { ok: "part", mark: "◐" },
  undecided: { ok: "open", mark: "○" },
  refuted: { ok: "no", mark: "✗" },
};

export class Proof {
  /** Its one line. */
  line = el("p", { class: "proven" });
  #timer = 0;
  /** Milliseconds that the last stroke took. */
  #cost = 0;

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {import("./words.js").Words} words
   * @param {(act: () => void) => void} guarded runs what may meet an instance that has ended
   */
  constructor(engine, words, guarded) {
    this.engine = engine;
    this.words = words;
    this.guarded = guarded;
  }

  /** What it says is of a moment that has passed. */
  stop() {
    clearTimeout(this.#timer);
    this.line.setAttribute("aria-busy", "true");
  }

  /** The figure rests: proves what it shows, and calls `then` a moment later. @param {() => void} then */
  start(then) {
    this.#later(this.#cost > LONG ? LONG_REST : 0, () => this.#prove(then));
  }

  #later(/** @type {number} */ time, /** @type {() => void} */ act) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.guarded(act), time);
  }

  #prove(/** @type {() => void} */ then) {
    const start = performance.now();
    while (this.engine.call("prove")) {
      if (performance.now() - start > PORTION) return this.#later(0, () => this.#prove(then));
    }
    const last = performance.now();
    this.#say();
    this.#cost = performance.now() - last;
    this.#later(0, then);
  }

  #say() {
    const [claims, held, open, worst, bound] = this.engine.call("verify");
    const { say } = this.words;
    const verdict = claims === held ? "verified" : held + open < claims ? "refuted" : held ? "verified-part" : "undecided";
    const { ok, mark } = VERDICTS[verdict];
    const values = { claims, held, worst: format(worst, "e2"), bound: format(bound, "e2") };
    const reasons = () => this.engine.call("undecided").split("\n").map((line) => line.replace(/^(\d+)\t(.*)$/, "$1 ($2)"));
    const texts = [open < claims && say(`${verdict}-how`, values), open && say("undecided-how", { why: reasons().join(", ") })];
    this.line.hidden = !claims;
    this.line.dataset.ok = ok;
    this.line.removeAttribute("aria-busy");
    this.line.replaceChildren(el("strong", {}, `${mark} ${say(verdict)}`), ...texts.filter(Boolean).map((text) => ` ${text}`));
  }
}
