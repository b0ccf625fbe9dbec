/**
 * Every number of the figure, once, in the DOM: `value` has the full precision, the text is rounded. Screen readers, tests and
 * the curious read the same thing. While the run rushes they are written ten times a second; at rest they are exact.
 */

import { el, find } from "../dom.js";
import { format } from "../format.js";

/** Milliseconds between two writings while the run rushes. */
const PAUSE = 100;

export class Readouts {
  #last = 0;
  /** @type {{ element: HTMLDataElement, code: string, last: number | undefined }[]} */
  #numbers = [];

  /**
   * @param {HTMLElement} root the list of all numbers @param {HTMLElement} main the place of the few that are always seen
   * @param {import("../words.js").Words} words @param {Record<string, string>} units by id or family
   */
  constructor(root, main, words, units) {
    this.list = find(root, "dl");
    this.main = main;
    this.words = words;
    this.units = units;
  }

  /** Whether it is time to write them. @param {boolean} rushing */
  due(rushing) {
    return !rushing || performance.now() - this.#last >= PAUSE;
  }

  /** Writes the numbers of a frame. @param {import("../host/painter.js").Painter} painter @param {boolean} others they are other ones than before */
  update(painter, others) {
    this.#last = performance.now();
    if (others) this.#build(painter.text("names"));
    const values = painter.call("values");
    this.#numbers.forEach((number, index) => {
      const value = values[index];
      if (Object.is(value, number.last)) return;
      number.last = value;
      number.element.value = String(value);
      number.element.textContent = format(value, number.code);
    });
  }

  /** @param {string} names lines of id, format, and 1 where it is a main one */
  #build(names) {
    /** @type {HTMLElement[]} */
    const main = [];
    /** @type {HTMLElement[]} */
    const rest = [];
    this.#numbers = lines(names).map((line) => {
      const [id, code, shown] = line.split("\t");
      const element = el("data", { "data-name": id });
      const unit = this.units[id];
      const row = el("div", {}, el("dt", {}, this.words.name(id)), el("dd", {}, element, unit ? ` ${this.words.say(unit)}` : null));
      (shown === "1" ? main : rest).push(row);
      return { element, code, last: undefined };
    });
    this.main.replaceChildren(...main);
    this.list.replaceChildren(...rest);
  }
}

/** The lines of a text; none where it is empty. @param {string} text */
export const lines = (text) => (text ? text.split("\n") : []);
