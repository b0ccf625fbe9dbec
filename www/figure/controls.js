/**
 * What the reader can set: one widget a kind of control, made from the manifest alone. A widget shows a text as it stands in the
 * address and sends one; whether it is right is decided by the engine, which answers with a problem where it is not.
 */

import { button, el, unique } from "../dom.js";
import { clamp } from "./player.js";
import { lines } from "./readouts.js";

/** @typedef {import("../types").Control} Control */
/** @typedef {import("../words.js").Words} Words */
/** @typedef {{ element: HTMLElement, show: (text: string) => void, keeps?: boolean }} Widget `keeps` what was typed and refused */
/** @typedef {{ id: string, label: string, spec: Control, words: Words, send: (text: string) => void }} Setting */

/** Choices up to this many options, and this many characters in all, are shown side by side. */
const SEGMENTS = 4;
const CHARACTERS = 36;

/** Positions of a slider. */
const TRACK = 200;

/** @type {Record<Control["kind"], (setting: Setting) => Widget>} */
const WIDGETS = { slider, memory: slider, toggle, choice, stepper, sizes, text };

export class Controls {
  /** @type {[Control, Widget][]} */
  #widgets;
  /** Their values, as they stand in the address. @type {string[]} */
  #texts = [];
  /** What is wrong with what was typed last, by control. @type {Map<string, HTMLElement>} */
  #refused = new Map();

  /**
   * @param {HTMLElement} root
   * @param {import("../types").Lesson} lesson
   * @param {Words} words
   * @param {{ set: (id: string, text: string) => void, seed: () => void, undo: () => void, reset: () => void }} acts
   */
  constructor(root, lesson, words, acts) {
    const { say } = words;
    this.#widgets = lesson.controls.map((spec) => [
      spec,
      WIDGETS[spec.kind]({ id: spec.id, label: say(spec.id), spec, words, send: (text) => this.#send(spec.id, text, acts.set) }),
    ]);
    const presets = lesson.presets.map(({ id }) => id);
    const preset = { id: "preset", kind: /** @type {const} */ ("choice"), effect: /** @type {const} */ ("restart"), options: presets };
    this.preset = choice({ id: "preset", label: say("preset"), spec: preset, words, send: (id) => acts.set("preset", id) });
    this.seed = el("input", { type: "text", inputmode: "numeric", class: "field", id: unique() });
    this.seed.addEventListener("change", () => acts.set("seed", this.seed.value.trim()));
    const dice = button("dice", say("new-seed"), acts.seed, true);
    this.undo = button("undo", say("undo"), acts.undo, true);
    root.replaceChildren(
      ...(presets.length > 1 ? [this.preset.element] : []),
      ...this.#widgets.map(([, { element }]) => element),
      row(say("seed"), this.seed, dice),
      el("div", { class: "control acts" }, this.undo, button("reset", say("reset"), acts.reset, true)),
    );
  }

  /** Shows the values as they stand in the address: preset, seed, the controls in the order of the manifest, a line each. @param {string} values */
  update(values) {
    const [preset, seed, ...texts] = lines(values);
    this.#texts = texts;
    this.#widgets.forEach(([{ id }, widget], index) => {
      if (!this.#refused.has(id)) widget.show(texts[index] ?? "");
      widget.element.hidden = !this.#shown(index);
    });
    this.preset.show(preset);
    if (document.activeElement !== this.seed) this.seed.value = seed;
  }

  /**
   * Says at its control what is wrong with a value that was sent. A text stays as it was typed, and every other control shows
   * the value that is in effect. Whether there is such a control.
   * @param {string} subject its id, or id and place @param {string} sentence @param {boolean} [kept] it did not get in
   */
  refuse(subject, sentence, kept = true) {
    const [id, column] = subject.split(":");
    const index = this.#widgets.findIndex(([spec]) => spec.id === id);
    if (index < 0) return false;
    const [, widget] = this.#widgets[index];
    const field = /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (widget.element.querySelector("textarea, .field"));
    if (!kept || !widget.keeps || !field) {
      if (!widget.keeps) field?.blur();
      widget.show(this.#texts[index] ?? "");
      return true;
    }
    this.accept(id);
    const said = el("p", { class: "refused", id: unique() }, sentence);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", said.id);
    widget.element.append(said);
    this.#refused.set(id, said);
    // The place is marked where the reader goes on typing.
    if (Number(column) > 0) field.setSelectionRange(Number(column) - 1, field.value.length);
    return true;
  }

  /** What was typed is sent again, or gone. @param {string} id of the control */
  accept(id) {
    this.#refused.get(id)?.remove();
    this.#refused.delete(id);
    const [, widget] = this.#widgets.find(([spec]) => spec.id === id) ?? [];
    for (const field of widget?.element.querySelectorAll("[aria-invalid]") ?? []) field.removeAttribute("aria-invalid");
  }

  /** Forgets what was refused: another state is shown. */
  clear() {
    for (const id of [...this.#refused.keys()]) this.accept(id);
  }

  /** Puts a text into its control, as if it had been typed there. @param {string} id @param {string} text */
  type(id, text) {
    const [, widget] = this.#widgets.find(([spec]) => spec.id === id) ?? [];
    widget?.show(text);
  }

  /** @param {string} id @param {string} text @param {(id: string, text: string) => void} set */
  #send(id, text, set) {
    this.accept(id);
    set(id, text);
  }

  /** Whether a choice is shown, and stands at one of these options. @param {import("../types").When} when */
  holds({ choice, options }) {
    const index = this.#widgets.findIndex(([spec]) => spec.id === choice);
    return options.includes(this.#texts[index]) && this.#shown(index);
  }

  /** What depends on a choice that is not shown is not shown. @param {number} index @returns {boolean} */
  #shown(index) {
    const when = this.#widgets[index]?.[0].when;
    return !when || this.holds(when);
  }

  set undoable(/** @type {boolean} */ possible) {
    this.undo.disabled = !possible;
  }
}

/** A label and its fields. @param {string} label @param {HTMLElement} field @param {...HTMLElement} more */
function row(label, field, ...more) {
  field.id ||= unique();
  return el("div", { class: "control" }, el("label", { for: field.id }, label), field, ...more);
}

/** A label over a group of fields. @param {string} label @param {string} kind @param {...HTMLElement} fields */
function group(label, kind, ...fields) {
  const id = unique();
  return el("div", { class: `control ${kind}`, role: "group", "aria-labelledby": id }, el("span", { class: "label", id }, label), ...fields);
}

/** How values lie on a track from 0 to 1: equally spaced, by equal ratios, or by equal ratios of the memory 1/(1 - value). @param {Control} spec */
function scale({ kind, min = 0, max = 1, log }) {
  // Two digits more than the track can tell apart would be noise in the address.
  const round = (/** @type {number} */ number, /** @type {number} */ size) => Number(number.toFixed(clamp(Math.ceil(-Math.log10(size)), 0, 12)));
  if (kind === "memory") {
    return {
      value: (/** @type {number} */ at) => round(1 - (1 - max) ** at, (1 - max) ** at / 50),
      place: (/** @type {number} */ number) => Math.log(1 - number) / Math.log(1 - max),
    };
  }
  if (log) {
    return {
      value: (/** @type {number} */ at) => Number((min * (max / min) ** at).toPrecision(2)),
      place: (/** @type {number} */ number) => Math.log(number / min) / Math.log(max / min),
    };
  }
  return {
    value: (/** @type {number} */ at) => round(min + (max - min) * at, (max - min) / TRACK),
    place: (/** @type {number} */ number) => (number - min) / (max - min),
  };
}

/** A number in a range: a track for the hand, a field for the exact value. @param {Setting} setting @returns {Widget} */
function slider({ label, spec, words, send }) {
  const { unit = "" } = spec;
  const { value, place } = scale(spec);
  const track = el("input", { type: "range", min: 0, max: TRACK, step: 1 });
  const field = el("input", { type: "text", inputmode: "decimal", class: "field", "aria-label": label });
  track.addEventListener("input", () => send(String(value(+track.value / TRACK))));
  keyed(field, send);
  const show = (/** @type {string} */ text) => {
    const at = clamp(place(Number(text)), 0, 1);
    if (document.activeElement !== track || Math.abs(at * TRACK - +track.value) > 1) track.value = String(Math.round(at * TRACK));
    track.style.setProperty("--at", String(at));
    const spoken = unit ? `${text} ${words.say(unit)}` : text;
    if (track.getAttribute("aria-valuetext") !== spoken) track.setAttribute("aria-valuetext", spoken);
    if (document.activeElement !== field) field.value = text;
  };
  const element = row(label, track, field);
  if (unit) element.append(el("span", { class: "unit" }, words.say(unit)));
  return { element, show };
}

/** Commits on Enter and on leaving, reverts on Escape. @param {HTMLInputElement} field @param {(text: string) => void} send */
function keyed(field, send) {
  let before = "";
  field.addEventListener("focus", () => (before = field.value));
  field.addEventListener("change", () => send(field.value.trim()));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") before = field.value;
    if (event.key !== "Escape") return;
    field.value = before;
    event.stopPropagation();
  });
}

/** Yes or no. @param {Setting} setting @returns {Widget} */
function toggle({ label, send }) {
  const box = el("input", { type: "checkbox", role: "switch", onchange: () => send(box.checked ? "1" : "0") });
  const element = row(label, box);
  element.classList.add("toggle");
  return { element, show: (text) => (box.checked = text === "1" || text === "true") };
}

/** One of several words: side by side where they fit, else a list. @param {Setting} setting @returns {Widget} */
function choice({ id, label, spec, words, send }) {
  const options = (spec.options ?? []).map((option) => ({ option, text: words.say(`${id}.${option}`) }));
  const size = options.reduce((sum, { text }) => sum + [...text].reduce((width, letter) => width + (letter > "⺀" ? 2 : 1), 0), 0);
  if (options.length <= SEGMENTS && size <= CHARACTERS) {
    const name = unique();
    const inputs = options.map(({ option }) => el("input", { type: "radio", name, value: option, onchange: () => send(option) }));
    const segments = inputs.map((input, index) => el("label", {}, input, el("span", {}, options[index].text)));
    const element = group(label, "choice", el("div", { class: "segments" }, ...segments));
    element.setAttribute("role", "radiogroup");
    return { element, show: (text) => inputs.forEach((input) => (input.checked = input.value === text)) };
  }
  const select = el("select", { onchange: () => send(select.value) }, ...options.map(({ option, text }) => el("option", { value: option }, text)));
  return { element: row(label, select), show: (text) => (select.value = text) };
}

/** A whole number with a button on each side. @param {string} label @param {number} min @param {number} max @param {(value: number) => void} send @param {Words} words */
function counter(label, min, max, send, words) {
  const field = el("input", { type: "text", inputmode: "numeric", class: "field", "aria-label": label });
  const by = (/** @type {number} */ way) => () => send(clamp(Number(field.value) + way, min, max));
  const less = button("minus", `${label}: ${words.say("less")}`, by(-1), true);
  const more = button("plus", `${label}: ${words.say("more")}`, by(1), true);
  keyed(field, (text) => send(/** @type {any} */ (text)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      by(event.key === "ArrowUp" ? 1 : -1)();
    }
  });
  return {
    field,
    element: el("span", { class: "counter" }, less, field, more),
    show: (/** @type {string} */ text) => {
      field.value = text;
      less.disabled = Number(text) <= min;
      more.disabled = Number(text) >= max;
    },
  };
}

/** @param {Setting} setting @returns {Widget} */
function stepper({ label, spec, words, send }) {
  const inner = counter(label, spec.min ?? 0, spec.max ?? 1, (value) => send(String(value)), words);
  return { element: group(label, "stepper", inner.element), show: inner.show };
}

/** A list of whole numbers, `2-8-8-2` in the address; entries come and go before the last one. @param {Setting} setting @returns {Widget} */
function sizes({ label, spec, words, send }) {
  const [fewest, most] = spec.length ?? [1, 8];
  const [smallest, largest] = spec.each ?? [1, 8];
  /** @type {string[]} */
  let values = [];
  const changed = (/** @type {string[]} */ next) => send(next.join("-"));
  const place = el("span", { class: "sizes" });
  const count = el("span");
  /** @type {ReturnType<typeof counter>[]} */
  let counters = [];
  const add = button("plus", `${label}: ${words.say("add")}`, () => changed([...values.slice(0, -1), values.at(-2) ?? values[0], ...values.slice(-1)]), true);
  const remove = button("minus", `${label}: ${words.say("remove")}`, () => changed([...values.slice(0, -2), ...values.slice(-1)]), true);
  return {
    element: group(label, "sizes", el("span", { class: "ends" }, remove, count, add), place),
    show: (text) => {
      values = text.split("-");
      if (counters.length !== values.length) {
        counters = values.map((_, index) =>
          counter(`${label} ${index + 1}`, smallest, largest, (value) => changed(values.map((old, at) => (at === index ? String(value) : old))), words),
        );
        place.replaceChildren(...counters.map(({ element }) => element));
      }
      values.forEach((value, index) => counters[index].show(value));
      count.textContent = String(values.length);
      add.disabled = values.length >= most;
      remove.disabled = values.length <= fewest;
    },
  };
}

/** Free text; it is sent when the reader leaves it. @param {Setting} setting @returns {Widget} */
function text({ label, spec, send }) {
  const area = el("textarea", { rows: 3, spellcheck: "false", maxlength: spec.maxLength, onchange: () => send(area.value) });
  const element = row(label, area);
  element.classList.add("text");
  return { element, keeps: true, show: (value) => void (document.activeElement !== area && (area.value = value)) };
}
