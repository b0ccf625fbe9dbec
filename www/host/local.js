/**
 * An engine on the page's own thread, in an instance of its own, which its painter shares: frames are handed over as they are.
 *
 * A host is where an engine runs. Every host is operated in the same way: `act` for what the reader does, `run` for time,
 * `turn` for a frame, which comes to `onframe`; here it comes before `turn` returns.
 */

import { Clock } from "./clock.js";
import { Gone, Instance } from "./instance.js";
import { Painter } from "./painter.js";

/** @typedef {import("../types").Wants} Wants */

export class Local {
  /** What shows its frames; there once it has started. @type {Painter} */
  painter = /** @type {any} */ (undefined);
  /** How many acts were sent. */
  acted = 0;
  /** @type {(frame: import("../types").Frame) => void} */
  onframe = () => {};
  /** Called once when the instance ends. */
  onDeath = () => {};
  /** @type {Instance | undefined} */ #instance;
  /** @type {import("../types").Engine | undefined} */ #engine;
  #clock = new Clock();

  /** @param {string} lesson @param {boolean} light its module @param {string} words lines for drawing and markup */
  constructor(lesson, light, words) {
    this.lesson = lesson;
    this.light = light;
    this.words = words;
  }

  /** Begins, or begins again in a new instance. @param {string} state */
  async start(state) {
    const instance = await Instance.make(this.light);
    instance.onDeath = () => this.onDeath();
    this.#instance = instance;
    this.#engine = undefined;
    this.painter = new Painter(instance, this.lesson, this.words);
    this.open(state);
  }

  /** Another session in the same instance; its first frame is whole. @param {string} state */
  open(state) {
    // The old one first: two large ones have no room beside each other.
    const old = this.#engine;
    this.#engine = undefined;
    this.acted = 0;
    this.#guard(({ Engine }) => {
      old?.free();
      this.#engine = new Engine(this.lesson, state);
    });
  }

  /** What the instance said that ended last. */
  get report() {
    return this.#instance?.report ?? "";
  }

  /** An act of the reader: a name and its parts. @param {...(string | number)} parts */
  act(...parts) {
    this.acted += 1;
    this.#call((engine) => engine.act(parts.join("\t")));
  }

  /** Hands over a file. @param {string} id @param {Uint8Array} bytes */
  file(id, bytes) {
    this.#call((engine) => engine.file(id, bytes));
  }

  /** Works for about so many milliseconds; returns how much is left. @param {number} budget @param {boolean} [prove] the proof too */
  run(budget, prove = false) {
    return this.#call((engine) => this.#clock.run((units) => engine.work(units, prove), budget));
  }

  /** Asks for a frame. @param {Wants} wants */
  turn({ views, readouts, prove }) {
    this.onframe(this.#call((engine) => engine.frame(views, readouts, !!prove)));
  }

  /** Nothing is computed that is not asked for. */
  rest() {}

  /** What a reader takes away, and the answer to a prediction. @param {"csv" | "pytorch" | "answer"} what */
  async take(what) {
    return this.#call((engine) => engine[what]());
  }

  /** Ends it, with its painter. */
  close() {
    this.#engine = this.#instance = undefined;
  }

  /** @template T @param {(engine: import("../types").Engine) => T} act @returns {T} */
  #call(act) {
    return this.#guard(() => act(/** @type {import("../types").Engine} */ (this.#engine)));
  }

  /** @template T @param {(glue: import("../types").Glue) => T} act @returns {T} */
  #guard(act) {
    if (!this.#instance) throw new Gone();
    return this.#instance.guard(act);
  }
}
