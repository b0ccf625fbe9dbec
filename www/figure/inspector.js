/**
 * What is pointed at: its name, how its number comes about with the numbers in place, and a field where the reader may change
 * it. Pointing shows, a click or the keyboard's focus holds, Escape lets go.
 */

import { button, el, insert } from "../dom.js";

export class Inspector {
  /** @type {string | null} */ #pointed = null;
  /** @type {string | null} */ #held = null;
  #shown = "";
  #formula = "";
  #value = "";

  /**
   * @param {HTMLElement} root
   * @param {import("../words.js").Words} words
   * @param {(ids: Set<string> | null) => void} light
   * @param {(id: string) => void} focus tells the engine what is pointed at; nothing where it is empty
   * @param {(id: string, text: string) => void} edit
   */
  constructor(root, words, light, focus, edit) {
    this.root = root;
    this.light = light;
    this.words = words;
    this.focus = focus;
    this.title = el("strong");
    // Long arithmetic is scrolled, by keys too.
    this.formula = el("div", { class: "formula", tabindex: 0 });
    this.field = el("input", { type: "text", inputmode: "decimal", class: "field" });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.field.blur();
      if (event.key === "Escape") {
        this.field.value = this.#value;
        event.stopPropagation();
      }
    });
    this.field.addEventListener("change", () => {
      const id = this.#shown;
      if (this.field.value.trim() !== this.#value) edit(id, this.field.value.trim());
    });
    this.label = el("label", {}, words.say("change-it"), " ", this.field);
    this.close = button("close", words.say("let-go"), () => this.release(), true);
    this.hint = el("p", { class: "hint" }, words.say("inspector-hint"));
    root.replaceChildren(this.hint, this.title, this.formula, this.label, this.close);
  }

  /** A value that is being typed is not taken away by a passing pointer. @param {string | null} id */
  point(id) {
    if (id === this.#pointed || document.activeElement === this.field) return;
    this.#pointed = id;
    this.#changed();
  }

  /** @param {string} id */
  hold(id) {
    this.#held = id;
    this.#pointed = null;
    this.#changed();
  }

  release() {
    this.#held = this.#pointed = null;
    this.#changed();
  }

  #changed() {
    this.focus(this.#pointed ?? this.#held ?? "");
  }

  get holding() {
    return this.#held !== null;
  }

  /** Shows what is pointed at or held. @param {string} pick what is known of it, see `Painter::text`; empty where nothing is */
  update(pick) {
    const id = this.#pointed ?? this.#held;
    if (id === null || !pick) return this.#clear();
    const [highlight, editable, formula = ""] = pick.split("\n");
    if (this.#shown !== id) this.title.textContent = this.words.name(id);
    this.#shown = id;
    if (this.#formula !== formula) insert(this.formula, (this.#formula = formula));
    this.label.hidden = editable === "";
    if (document.activeElement !== this.field) this.field.value = this.#value = editable;
    this.root.classList.add("full");
    this.root.classList.toggle("held", this.#held !== null);
    this.light(new Set([id, ...highlight.split(" ")]));
  }

  #clear() {
    if (!this.#shown) return;
    this.#shown = "";
    this.root.classList.remove("full", "held");
    this.light(null);
  }
}
