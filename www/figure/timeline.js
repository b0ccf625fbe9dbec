/**
 * The time axis: the moments of the step as named ticks, the run as a line of steps, the buttons, and the speed. The knob rests
 * on the tick of the moment that has happened, and travels to the next while its values do.
 *
 * It shows what the player says and sends what the reader wants; it computes nothing.
 */

import { button, el, icon, insert } from "../dom.js";
import { clamp, SPEEDS } from "./player.js";

/** A wait is worth a word from this many milliseconds on, and the word stays so long after it: the next wait may follow. */
const NOTICEABLE = 200;
const LINGERING = 400;

export class Timeline {
  /** @type {{ id: string, text: string, backward: boolean, tick: HTMLElement }[]} */
  #moments = [];
  #step = 0;
  #moment = 0;
  #text = "";
  /** When a wait was shown last. */
  #waited = -Infinity;

  /**
   * @param {HTMLElement} root
   * @param {import("../words.js").Words} words
   * @param {import("./player.js").Player} player
   * @param {(act: () => void) => void} user runs an act of the reader
   */
  constructor(root, words, player, user) {
    const say = words.say;
    this.say = say;
    this.words = words;
    this.player = player;

    const press = (/** @type {string} */ image, /** @type {() => void} */ act, word = image) => button(image, say(word), () => user(act), true);
    this.play = press("play", () => (player.playing ? player.pause() : player.play()));
    this.play.classList.add("main");
    const buttons = el(
      "div",
      { class: "transport", role: "group", "aria-label": say("playback") },
      press("start", () => this.#stepped(() => player.goto(0, 0)), "to-start"),
      press("back", () => player.nudge(-1)),
      this.play,
      press("moment", () => player.nudge(1)),
      press("step", () => player.jump(1)),
    );

    this.fill = el("div", { class: "fill" });
    this.knob = el("div", { class: "knob" });
    this.ticks = el("div", { class: "ticks", "aria-hidden": "true" });
    this.axis = el(
      "div",
      { class: "moments", role: "slider", tabindex: 0, "aria-label": say("moments"), "aria-valuemin": 0 },
      el("div", { class: "track" }, this.fill),
      this.knob,
      this.ticks,
    );
    this.axis.addEventListener("keydown", (event) => user(() => this.#key(event)));
    this.axis.addEventListener("pointerdown", (event) => this.#drag(event, user));

    this.field = el("input", {
      type: "text",
      inputmode: "numeric",
      class: "field",
      "aria-label": say("go-to-step"),
      onchange: () => user(() => this.#type()),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.#revert(),
    });
    this.run = el("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": say("run"),
      oninput: () => user(() => this.#stepped(() => player.goto(+this.run.value, this.#moment))),
    });
    this.end = el("span", { class: "end" });
    this.speed = el("input", {
      type: "range",
      min: 0,
      max: SPEEDS.length - 1,
      step: 1,
      value: 0,
      "aria-label": say("speed"),
      oninput: () => user(() => this.#speed(+this.speed.value)),
    });
    this.speedText = el("span", { class: "speed-name" });
    this.bar = el("progress", { max: 1 });
    this.waitText = el("span");
    this.wait = el(
      "div",
      { class: "wait", hidden: true },
      this.waitText,
      this.bar,
      button("", say("stop"), () => user(() => player.cancel())),
    );
    root.replaceChildren(
      buttons,
      el("div", { class: "axis" }, this.axis, this.wait),
      el("div", { class: "run" }, el("label", {}, say("step-name"), " ", this.field), this.run, this.end),
      el("label", { class: "speed" }, say("speed"), this.speed, this.speedText),
    );
    new ResizeObserver(() => this.#thin()).observe(this.axis);
    this.#speed(0);
  }

  /** Takes the moments of a configuration: lines of id, MathML, 0 or 1; says whether they are others. @param {string} lines */
  structure(lines) {
    if (lines === this.#text) return false;
    this.#text = lines;
    this.#moments = lines.split("\n").map((line, index, all) => {
      const [id, label, backward] = line.split("\t");
      const tick = el("span", { class: backward === "1" ? "tick backward" : "tick" });
      tick.style.setProperty("--at", String(all.length > 1 ? index / (all.length - 1) : 0));
      insert(tick, label);
      const text = this.words.has(`moment.${id}`) ? this.say(`moment.${id}`) : (tick.textContent ?? id);
      return { id, text, backward: backward === "1", tick };
    });
    const last = this.#moments.length - 1;
    const first = this.#moments.findIndex(({ backward }) => backward);
    const turn = first < 0 ? 1 : Math.max(0, first - 1) / Math.max(1, last);
    const end = first < 0 ? 1 : Math.max(...this.#moments.map(({ backward }, index) => (backward ? index : 0))) / Math.max(1, last);
    this.axis.style.setProperty("--turn", `${turn * 100}%`);
    this.axis.style.setProperty("--end", `${end * 100}%`);
    this.axis.setAttribute("aria-valuemax", String(last));
    this.axis.hidden = last < 1;
    this.ticks.replaceChildren(...this.#moments.map(({ tick }) => tick));
    this.player.moments = this.#moments.length;
    this.#thin();
    return true;
  }

  /** Shows where the run stands. @param {number} step @param {number} moment @param {number} furthest */
  update(step, moment, furthest) {
    if (step !== this.#step || this.run.max !== String(furthest)) {
      this.run.max = String(furthest);
      this.run.value = String(step);
      this.run.style.setProperty("--at", String(furthest ? step / furthest : 0));
      this.run.disabled = furthest === 0;
      this.end.textContent = String(furthest);
    }
    if (document.activeElement !== this.field || step !== this.#step) this.field.value = String(step);
    const { backward, text } = this.#moments[moment] ?? { backward: false, text: "" };
    if (moment !== this.#moment || !this.axis.hasAttribute("aria-valuenow")) {
      this.#moments[this.#moment]?.tick.classList.remove("now");
      this.#moments[moment]?.tick.classList.add("now");
      this.axis.classList.toggle("backward", backward);
      this.axis.setAttribute("aria-valuenow", String(moment));
    }
    const spoken = this.say("at-moment", { moment: text, step });
    if (!this.player.rushing && this.axis.getAttribute("aria-valuetext") !== spoken) this.axis.setAttribute("aria-valuetext", spoken);
    if (moment !== this.#moment) {
      this.#moment = moment;
      this.#thin();
    }
    this.#step = step;
    this.travel();
  }

  /** Where the run stands, for the live region. */
  get place() {
    return { step: this.#step, text: this.#moments[this.#moment]?.text ?? "" };
  }

  /** Shows how far the values of the moment have come, and whether time runs. */
  travel() {
    const last = Math.max(1, this.#moments.length - 1);
    const at = Math.max(0, this.#moment - 1 + this.player.eased) / last;
    this.axis.style.setProperty("--at", at.toFixed(4));
    const name = this.player.playing ? "pause" : "play";
    if (!this.play.firstElementChild?.classList.contains(name)) {
      this.play.replaceChildren(icon(name));
      this.play.setAttribute("aria-label", this.say(name));
      this.play.title = this.say(name);
    }
    const wait = this.player.awaited;
    const now = performance.now();
    const long = wait !== null && now - wait.since > NOTICEABLE;
    if (long) this.#waited = now;
    this.wait.hidden = !long && !(this.player.moving && now - this.#waited < LINGERING);
    if (wait && !this.wait.hidden) {
      this.waitText.textContent = this.say("computing", { step: this.#step, target: wait.to });
      const done = this.#step + this.player.advanced - wait.from;
      this.bar.value = wait.to === wait.from ? 0 : clamp(done / (wait.to - wait.from), 0, 1);
    }
  }

  #speed(/** @type {number} */ position) {
    const rate = SPEEDS[position];
    this.player.speed = position;
    const name = rate ? this.say("speed-steps", { n: rate }) : this.say("speed-slow");
    this.speedText.textContent = name;
    this.speed.setAttribute("aria-valuetext", name);
    this.speed.style.setProperty("--at", String(position / (SPEEDS.length - 1)));
  }

  /** Moving along the run by hand stops the playing. @param {() => void} act */
  #stepped(act) {
    this.player.playing = false;
    act();
  }

  #type() {
    const step = Number(this.field.value);
    if (Number.isInteger(step) && step >= 0) this.#stepped(() => this.player.goto(step, this.#moment));
    else this.#revert();
  }

  #revert() {
    this.field.value = String(this.#step);
  }

  /** Arrows are moments; with shift, and page keys, steps; the ends are those of the run. @param {KeyboardEvent} event */
  #key(event) {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 1, PageDown: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      if (event.shiftKey || event.key.startsWith("Page")) this.player.jump(way);
      else this.player.nudge(/** @type {1 | -1} */ (way));
    } else if (event.key === "Home") this.#stepped(() => this.player.goto(0, 0));
    else if (event.key === "End") this.#stepped(() => this.player.goto(+this.run.max, this.#moments.length - 1));
    else if (event.key === " " || event.key === "Enter") this.player.playing ? this.player.pause() : this.player.play();
    else return;
    event.preventDefault();
  }

  /** Dragging scrubs inside a moment too; letting go rests on the nearest tick. @param {PointerEvent} event @param {(act: () => void) => void} user */
  #drag(event, user) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.axis.focus({ preventScroll: true });
    this.axis.setPointerCapture(event.pointerId);
    const last = this.#moments.length - 1;
    const step = this.#step;
    const place = (/** @type {PointerEvent} */ at) => {
      const box = this.axis.getBoundingClientRect();
      return clamp((at.clientX - box.left) / box.width, 0, 1) * last;
    };
    const move = (/** @type {PointerEvent} */ at) =>
      user(() => {
        const moment = Math.ceil(place(at) - 1e-6);
        this.#stepped(() => this.player.goto(step, moment, moment ? 1 - (moment - place(at)) : 1));
      });
    const drop = (/** @type {PointerEvent} */ at) => {
      this.axis.removeEventListener("pointermove", move);
      user(() => this.player.goto(step, Math.round(place(at))));
    };
    move(event);
    this.axis.addEventListener("pointermove", move);
    this.axis.addEventListener("lostpointercapture", (at) => drop(/** @type {PointerEvent} */ (at)), { once: true });
  }

  /** Leaves out the labels that have no room; the present one stays. */
  #thin() {
    const room = this.axis.clientWidth;
    if (!room || this.#moments.length < 2) return;
    const widths = this.#moments.map(({ tick }) => tick.scrollWidth + 8);
    const gap = room / (this.#moments.length - 1);
    const left = (/** @type {number} */ index) => {
      const last = this.#moments.length - 1;
      return index === 0 ? 0 : index === last ? room - widths[index] : index * gap - widths[index] / 2;
    };
    const ends = (/** @type {number} */ index) => left(index) + widths[index];
    // The present moment and the two ends first, then whatever still fits, from the left.
    /** @type {number[]} */
    const kept = [];
    const order = [this.#moment, this.#moments.length - 1, 0, ...this.#moments.keys()];
    for (const index of order) {
      if (kept.includes(index)) continue;
      if (kept.every((other) => ends(index) <= left(other) || ends(other) <= left(index))) kept.push(index);
    }
    this.#moments.forEach(({ tick }, index) => tick.classList.toggle("crowded", !kept.includes(index)));
  }
}
