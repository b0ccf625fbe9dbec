/**
 * The proof of a figure: what it claims, computed a second way once it rests. Here is its one line; the engine computes it in
 * portions, and whatever moves meanwhile stops it.
 */

import { el } from "../dom.js";
import { format } from "../format.js";

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

  /** @param {import("../words.js").Words} words */
  constructor(words) {
    this.words = words;
  }

  /** What it says is of a moment that has passed. */
  stop() {
    this.line.setAttribute("aria-busy", "true");
  }

  /** Says what came out. @param {Float64Array} proof claims, held, not decided, worst error, bound @param {string} reasons lines of a count and why so many were not decided */
  say([claims, held, open, worst, bound], reasons) {
    const { say } = this.words;
    const verdict = claims === held ? "verified" : held + open < claims ? "refuted" : held ? "verified-part" : "undecided";
    const { ok, mark } = VERDICTS[verdict];
    const values = { claims, held, worst: format(worst, "e2"), bound: format(bound, "e2") };
    const why = reasons.split("\n").map((line) => line.replace(/^(\d+)\t(.*)$/, "$1 ($2)"));
    const texts = [open < claims && say(`${verdict}-how`, values), open && say("undecided-how", { why: why.join(", ") })];
    this.line.hidden = !claims;
    this.line.dataset.ok = ok;
    this.line.removeAttribute("aria-busy");
    this.line.replaceChildren(el("strong", {}, `${mark} ${say(verdict)}`), ...texts.filter(Boolean).map((text) => ` ${text}`));
  }
}
