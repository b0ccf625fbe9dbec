/**
 * The life of a figure's engine: it is started, it may end and is started again where it was well, it is freed while nobody
 * sees the figure, and where it cannot be had that is said, with what to do. What is shown of it is the figure's business.
 */

import { fast, Gone, LoadError, Refused } from "../host/instance.js";
import { started } from "../host/hosts.js";
import { Local } from "../host/local.js";
import { link } from "../state.js";

/** Ends within so many milliseconds after which an engine is left alone, and how many they are. */
const SHORT = 10_000;
const DEATHS = 3;

/** Most characters of what was asked for that are said back. */
const SAID = 60;

export class Life {
  /** The state in which the engine was last well. */
  good = "";
  /** What the reader has asked for since. @type {{ id: string, text: string } | null} */
  asked = null;
  /** @type {number[]} */
  #deaths = [];
  /** What is to be done once the engine has started. @type {(() => void)[] | null} */
  #waiting = null;

  /**
   * @param {HTMLElement} root of the figure
   * @param {import("../types").Lesson} lesson
   * @param {import("../words.js").Words} words
   * @param {import("./notices.js").Notices} notices
   * @param {{ frame: (frame: import("../types").Frame) => void, began: () => void, stopped: () => void,
   *   refused: (id: string, text: string, sentence: string) => void }} figure `refused` is told what was asked for and is not shown
   */
  constructor(root, lesson, words, notices, figure) {
    this.root = root;
    this.lesson = lesson;
    this.words = words;
    this.notices = notices;
    this.figure = figure;
    /** Before the start it is one that has no instance. @type {import("../types").Host} */
    this.host = new Local(lesson.id, lesson.light, "");
  }

  /** It has ended, and is not started again by itself. */
  get over() {
    return this.root.classList.contains("failed");
  }

  /** Nothing is wrong in this state. @param {string} state */
  well(state) {
    this.good = state;
    this.asked = null;
  }

  /** Loads the engine and shows the figure in `state`; where that fails, says why and what to do. @param {string} state */
  async start(state) {
    const { root, notices, lesson } = this;
    root.classList.remove("failed");
    root.classList.add("loading");
    root.setAttribute("aria-busy", "true");
    notices.recovered();
    try {
      await this.#start(state);
      if (!lesson.light && !fast) notices.add(this.words.say("portable"));
    } catch (error) {
      this.failed(error, state);
    } finally {
      root.classList.remove("loading");
      root.removeAttribute("aria-busy");
    }
  }

  /** Does what the reader asks for: at once, or when the engine that is being started is there. @param {() => void} act */
  whenever(act) {
    if (this.#waiting) this.#waiting.push(act);
    else act();
  }

  /** @param {string} state */
  async #start(state) {
    const waiting = (this.#waiting ??= []);
    try {
      await this.#begin(state);
    } finally {
      this.#waiting = null;
    }
    waiting.forEach((act) => act());
  }

  /** @param {string} state */
  async #begin(state) {
    this.host.close();
    this.host = await started(this.lesson, this.words.lines(), state, {
      onframe: this.figure.frame,
      onDeath: () => void this.#died(),
    });
    this.figure.began();
  }

  /** Once more, as if nothing had happened. @param {string} state */
  restart(state) {
    this.#deaths = [];
    void this.start(state);
  }

  /** Frees the engine; the figure's pictures stay. */
  sleep() {
    if (this.over || !this.root.classList.contains("live")) return;
    this.figure.stopped();
    this.host.close();
    this.root.classList.add("asleep");
  }

  /** Comes back in its state. @param {string} state */
  wake(state) {
    if (!this.root.classList.contains("asleep")) return;
    this.root.classList.remove("asleep");
    this.#start(state).catch((error) => this.failed(error, state));
  }

  /** The instance has ended: a new one goes on where the old one was well; after three in ten seconds it is left alone. */
  async #died() {
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < SHORT), now];
    this.figure.stopped();
    const { say, name } = this.words;
    if (this.#deaths.length >= DEATHS) return this.#trouble(say("error.died"), this.good);
    const values = new URLSearchParams(this.good);
    // If going back to the same step has failed, the step may be the reason.
    const again = this.#deaths.length === 1;
    if (!again) for (const key of ["step", "moment"]) values.delete(key);
    const state = again ? this.good : values.toString();
    const { asked } = this;
    try {
      await this.#start(state);
    } catch (error) {
      return this.failed(error, state);
    }
    if (!asked) return this.notices.add(say(again ? "recovered" : "restarted"));
    // What was asked for is not what is shown: it is said, and stays where it was typed.
    const sentence = say("recovered-before", { subject: name(asked.id), given: asked.text.slice(0, SAID) });
    this.notices.add(sentence);
    this.figure.refused(asked.id, asked.text, sentence);
  }

  /** @param {unknown} error @param {string} state */
  failed(error, state) {
    if (error instanceof Gone) return;
    if (error instanceof Refused) return this.#trouble(this.words.problem(error.message), state);
    if (!(error instanceof LoadError)) throw error;
    this.#trouble(this.words.say(`error.${error.reason}`), state, `${error.reason}\n${error.cause ?? ""}`);
  }

  /** @param {string} sentence @param {string} state @param {string} [report] */
  #trouble(sentence, state, report = this.host.report) {
    this.root.classList.add("failed");
    this.notices.fail(sentence, link(state), report, () => this.restart(state));
  }
}
