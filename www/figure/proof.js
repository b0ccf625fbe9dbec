/**
 * The proof of a figure: what it claims, computed a second way once it rests. Here is its one line; the engine computes it in
 * portions, and whatever moves meanwhile stops it.
 */

import { el } from "../dom.js";
import { format } from "../format.js";

export class Proof {
  /** Its one line. */
  line = el("p", { class: "proven" });

  /** @param {import("../words.js").Words} words */
  constructor(words) {
    this.words = words;
  }

  /** What it says is of a moment that has passed. */
  stop() {
    this.line.setAttribute("aria-busy", "true");
  }

  /** Says what came out. @param {Float64Array} proof claims, held, worst error, bound */
  say([claims, held, worst, bound]) {
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
