/**
 * An engine in a worker: training never blocks the page. Operated as every host (`local.js`); frames come as bytes, one is in
 * flight at a time, and the painter lives on the page, in one instance for the whole document.
 *
 * The worker is a classic one made from a blob, which also works in frames without an origin and from `file:`; its script, the
 * glue in it and the compiled module are handed in, so that it fetches nothing. One that has been silent for too long, or has
 * ended, is told of as a dead instance is.
 */

import { trusted } from "../dom.js";
import { beside, Instance, load, LoadError, module, Refused } from "./instance.js";
import { Painter } from "./painter.js";

/** @typedef {import("../types").Wants} Wants */

/** A worker that has not answered for so long is ended, in milliseconds. */
const SILENCE = 10_000;

/** The one instance in which frames are painted. @type {Promise<Instance> | undefined} */
let shared;
/** Who paints in it. @type {Set<Remote>} */
const painters = new Set();

/** @returns {Promise<Instance>} */
function painting() {
  shared ??= Instance.make(false).then(
    (instance) => {
      instance.onDeath = () => {
        shared = undefined;
        for (const remote of painters) remote.died(instance.report);
      };
      return instance;
    },
    (error) => {
      shared = undefined;
      throw error;
    },
  );
  return shared;
}

/** The address of the worker's script. @type {Promise<string> | undefined} */
let script;

function source() {
  script ??= load(new URL(beside("worker.js")))
    .then((response) => response.blob())
    .then((blob) => URL.createObjectURL(new Blob([blob], { type: "text/javascript" })))
    .catch((error) => {
      script = undefined;
      throw error;
    });
  return script;
}

export class Remote {
  /** @type {Painter} */
  painter = /** @type {any} */ (undefined);
  acted = 0;
  /** @type {(frame: import("../types").Frame) => void} */
  onframe = () => {};
  onDeath = () => {};
  report = "";
  light = false;
  /** @type {Worker | undefined} */ #worker;
  /** Whether a frame is on its way. */
  #asked = false;
  /** What the next frame is to have, where it was asked for meanwhile. @type {Wants | null} */
  #next = null;
  #silence = 0;
  /** Who waits for something taken. @type {Map<number, { done: (value: any) => void, fail: (error: unknown) => void }>} */
  #taking = new Map();
  #takes = 0;
  /** How many sessions it has had: a frame of an earlier one is not shown. */
  #sessions = 0;

  /** @param {string} lesson @param {string} words lines for drawing and markup */
  constructor(lesson, words) {
    this.lesson = lesson;
    this.words = words;
  }

  /** @param {string} state */
  async start(state) {
    this.#end();
    painters.add(this);
    const [instance, compiled, url] = await Promise.all([painting(), module(false), source()]);
    this.painter = new Painter(instance, this.lesson, this.words);
    /** @type {Worker} */
    let worker;
    try {
      worker = new Worker(trusted.createScriptURL(url));
    } catch (error) {
      throw new LoadError("worker", error);
    }
    this.#worker = worker;
    await new Promise((done, fail) => {
      worker.onmessage = ({ data }) => (data.ready ? done(undefined) : fail(new LoadError("mismatch", data.dead)));
      worker.onerror = (event) => fail(new LoadError("worker", event.message));
      worker.postMessage({ module: compiled });
    });
    worker.onmessage = ({ data }) => worker === this.#worker && this.#heard(data);
    worker.onerror = (event) => worker === this.#worker && this.died(event.message);
    this.open(state);
  }

  /** @param {string} state */
  open(state) {
    this.acted = 0;
    this.#next = null;
    this.#asked = false;
    this.#sessions += 1;
    this.#post({ open: [this.lesson, state] });
  }

  /** @param {...(string | number)} parts */
  act(...parts) {
    this.acted += 1;
    this.#post({ act: parts.join("\t") });
  }

  /** @param {string} id @param {Uint8Array} bytes */
  file(id, bytes) {
    this.#post({ file: [id, bytes] });
  }

  /** The worker takes its time by itself; how much is left is told by the next frame. */
  run() {
    return NaN;
  }

  /** @param {Wants} wants */
  turn(wants) {
    if (this.#asked) {
      const { views = 0, readouts = false, prove = false } = this.#next ?? {};
      this.#next = { views: views | wants.views, readouts: readouts || wants.readouts, prove: prove || !!wants.prove };
      return;
    }
    this.#asked = true;
    this.#post({ turn: wants, of: this.#sessions });
    this.#listen();
  }

  /** The figure cannot be seen: the worker rests until it is asked again. */
  rest() {
    this.#post({ rest: true });
  }

  /** @param {"csv" | "pytorch" | "answer"} what @returns {Promise<any>} */
  take(what) {
    return new Promise((done, fail) => {
      this.#taking.set((this.#takes += 1), { done, fail });
      this.#post({ take: what, key: this.#takes });
    });
  }

  close() {
    this.#end();
    painters.delete(this);
    this.painter?.free();
  }

  /** @param {string} report */
  died(report) {
    if (!this.#worker) return;
    this.report = report;
    this.#end();
    queueMicrotask(this.onDeath);
  }

  #end() {
    clearTimeout(this.#silence);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#asked = false;
    this.#next = null;
    for (const { fail } of this.#taking.values()) fail(new LoadError("worker"));
    this.#taking.clear();
  }

  #post(/** @type {object} */ message) {
    this.#worker?.postMessage(message);
  }

  /** Ends a worker that does not answer; a page that is not shown may be slow for other reasons. */
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => (document.hidden ? this.#listen() : this.died("silent")), SILENCE);
  }

  /** @param {{ frame?: Uint8Array, of?: number, took?: any, key?: number, refused?: string, dead?: string }} message */
  #heard({ frame, of, took, key, refused, dead }) {
    if (frame) {
      if (of !== this.#sessions) return;
      clearTimeout(this.#silence);
      this.#asked = false;
      const next = this.#next;
      this.#next = null;
      if (next) this.turn(next);
      const whole = this.painter.instance.guard(({ Frame }) => Frame.of(frame));
      this.onframe(whole);
    } else if (key !== undefined) {
      this.#taking.get(key)?.done(took);
      this.#taking.delete(key);
    } else if (refused !== undefined) {
      this.died(new Refused(refused).message);
    } else if (dead !== undefined) {
      this.died(dead);
    }
  }
}
