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
    const [claims, held, worst, bound] = this.engine.call("verify");
    const right = claims === held;
    const { say } = this.words;
    const values = { claims, held, worst: format(worst, "e2"), bound: format(bound, "e2") };
    this.line.hidden = !claims;
    this.line.dataset.ok = right ? "yes" : "no";
    this.line.removeAttribute("aria-busy");
    this.line.replaceChildren(
      el("strong", {}, right ? `✓ ${say("verified")}` : `✗ ${say("refuted")}`),
      ` ${right ? say("verified-how", values) : say("refuted-how", values)}`,
    );
  }
}
