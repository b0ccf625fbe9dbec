/**
 * What shows frames: a function of the last one. It never asks the engine, which may be busy, on another thread or gone.
 * Numbers are checked here, because the glue turns NaN and "abc" into 0 and 2^32 + 3 into 3 without a word. Memory is never
 * kept: what comes back is a copy.
 */

/** @typedef {import("../types").Painter} Glued */
/** @typedef {{ [K in keyof Glued]: Glued[K] extends (...args: any[]) => any ? K : never }[keyof Glued]} Method */

/** Parts of a frame: the first seven are texts (`Painter.text`). */
const PARTS = ["notices", "state", "controls", "moments", "names", "pick", "files", "values", "proof"];

/** @typedef {"notices" | "state" | "controls" | "moments" | "names" | "pick" | "files" | "values" | "proof"} Part */

/** What a frame says. */
export class Shown {
  #changed;

  /** @param {Float64Array} told see `Painter::show` in src/web/painter.rs */
  constructor(told) {
    const [whole, answered, step, furthest, moment, left, advanced, behind, changed] = told;
    /** The first one of a session. */
    this.whole = whole === 1;
    /** How many acts it answers. */
    this.answered = answered;
    this.step = step;
    this.furthest = furthest;
    this.moment = moment;
    /** Steps to the wanted one. */
    this.left = left;
    /** How much of the next step is done, 0 to 1. */
    this.advanced = advanced;
    /** Numbers at this step are still to come. */
    this.behind = behind === 1;
    this.#changed = changed;
    /** A revision for each view; -2 where it is as it was, -1 where there is none. */
    this.views = told.subarray(9);
  }

  /** Whether a part has changed. @param {Part} part */
  has(part) {
    return ((this.#changed >> PARTS.indexOf(part)) & 1) === 1;
  }
}

export class Painter {
  #painter;

  /** @param {import("./instance.js").Instance} instance @param {string} lesson @param {string} words lines for drawing and markup */
  constructor(instance, lesson, words) {
    this.instance = instance;
    this.#painter = instance.guard(({ Painter }) => new Painter(lesson, words));
  }

  /** Takes in a frame. @param {import("../types").Frame} frame */
  show(frame) {
    return new Shown(this.instance.guard(() => this.#painter.show(frame)));
  }

  /** Gives back its memory; where the instance is gone, there is nothing to give back. */
  free() {
    try {
      this.instance.guard(() => this.#painter.free());
    } catch {
      // Gone.
    }
  }

  /** A part of the last frame. @param {Part} part */
  text(part) {
    return this.call("text", PARTS.indexOf(part));
  }

  /**
   * @template {Method} M @param {M} method @param {Parameters<Glued[M]>} args
   * @returns {ReturnType<Glued[M]>}
   */
  call(method, ...args) {
    for (const value of args) {
      if (typeof value === "number" && !(value >= 0 && value < 2 ** 32)) throw new RangeError(`${method}: ${value}`);
    }
    return this.instance.guard(() => /** @type {any} */ (this.#painter)[method](...args));
  }
}
