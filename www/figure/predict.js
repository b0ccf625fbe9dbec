/**
 * A prediction: the reader commits to an answer before the figure gives its own, which is computed then and there, in a session
 * of its own, and written nowhere before.
 */

import { button, el, unique } from "../dom.js";
import { format } from "../format.js";

export class Predict {
  /**
   * @param {HTMLElement} root
   * @param {{ state: string, options: string[] }} spec
   * @param {import("../words.js").Words} words
   * @param {() => Promise<Float64Array>} compute option and value
   * @param {(error: unknown) => void} failed is told why there is no answer
   * @param {() => void} visit shows the state that was asked about
   */
  constructor(root, spec, words, compute, failed, visit) {
    this.root = root;
    this.spec = spec;
    this.words = words;
    this.compute = compute;
    this.failed = failed;
    this.visit = visit;
    this.#ask();
  }

  #ask() {
    const { say } = this.words;
    const name = unique();
    const inputs = this.spec.options.map((_, index) => el("input", { type: "radio", name, value: index, onchange: () => (commit.disabled = false) }));
    const labels = inputs.map((input, index) => el("label", {}, input, say(this.spec.options[index])));
    const commit = button("", say("commit"), () => {
      commit.disabled = true;
      commit.setAttribute("aria-busy", "true");
      const chosen = inputs.findIndex((input) => input.checked);
      this.compute().then(
        (answer) => this.#reveal(chosen, answer),
        (error) => {
          commit.removeAttribute("aria-busy");
          commit.disabled = false;
          this.failed(error);
        },
      );
    });
    commit.disabled = true;
    this.root.replaceChildren(
      el("fieldset", {}, el("legend", {}, el("small", {}, say("prediction")), say("prediction.question")), ...labels, commit),
    );
  }

  /** @param {number} chosen @param {Float64Array} answer */
  #reveal(chosen, [right, value]) {
    const { say } = this.words;
    const option = say(this.spec.options[right] ?? "");
    const verdict = el("strong", { "data-ok": chosen === right ? "yes" : "no" }, say(chosen === right ? "prediction-right" : "prediction-wrong"));
    const text = el("p", { tabindex: -1 }, verdict, " ", say("prediction.reveal", { option, value: format(value, "g4") }));
    this.root.replaceChildren(
      el("small", {}, say("prediction")),
      text,
      el("p", { class: "chosen" }, say("you-said", { option: say(this.spec.options[chosen]) })),
      button("", say("show-it"), this.visit),
      button("", say("ask-again"), () => this.#ask()),
    );
    text.focus({ preventScroll: true });
  }
}
