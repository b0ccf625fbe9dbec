/**
 * One figure: it brings a host, the player and the parts of the page together. One way round: what the reader does becomes acts
 * (`#user`), acts go to the host, a frame comes back (`#frame`), and every part is shown what that frame says. Everything that
 * may meet an instance that has ended goes through `#guarded`. It knows kinds of controls and kinds of views, and no lesson.
 */

import { el } from "../dom.js";
import { elsewhere, supply } from "../host/hosts.js";
import { Gone, LoadError } from "../host/instance.js";
import { link } from "../state.js";
import { onTheme } from "../theme.js";
import { Controls } from "./controls.js";
import { Inspector } from "./inspector.js";
import { Life } from "./life.js";
import { Notices } from "./notices.js";
import { drawn, painted } from "./pens.js";
import { Player } from "./player.js";
import { Predict } from "./predict.js";
import { Proof } from "./proof.js";
import { lines, Readouts } from "./readouts.js";
import { Share } from "./share.js";
import { Timeline } from "./timeline.js";
import { Views } from "./views.js";

/** Milliseconds of rest before what moved too fast is shown exactly. */
const REST = 120;

/** Milliseconds of rest before a proof that took long the last time: the reader may be about to go on. */
const LONG_REST = 700;
const LONG = 40;

/** Milliseconds between two positions of the time line while the run rushes. */
const TELLING = 50;

/** Milliseconds out of sight after which an engine is freed. */
const UNSEEN = 30_000;

/** Mistakes for which a value does not get in; for the others the nearest one does, or the very one, with a remark. */
const REFUSING = new Set(["syntax", "too-long", "malformed", "not-a-number", "not-a-choice", "full"]);

/** Steps that can be undone. */
const UNDOABLE = 50;

export class Figure {
  /** The state that the last frame told, for links. */
  #state = "";
  /** @type {string[]} */
  #past = [];
  /** The last act that can be undone, so that a drag is one act. */
  #lastAct = { id: "", at: 0 };
  #rest = 0;
  /** Milliseconds that the last proof took, and when this one began. */
  #proving = { cost: 0, since: 0 };
  /** How far the values of the moment had come when they were drawn last. */
  #travelled = -1;
  /** When the time line was told last where the run stands. */
  #told = 0;
  /** The reader did something whose outcome has not been read aloud. */
  #unsaid = false;
  /** The values of the controls have changed, and are not shown yet. */
  #controls = false;
  /** The act after which what is pointed at is known. */
  #pointed = 0;

  /**
   * @param {HTMLElement} root
   * @param {import("../types").Page} page
   * @param {import("../words.js").Words} words
   * @param {import("../state.js").Address | null} address of the page, where this figure owns it
   */
  constructor(root, page, words, address) {
    this.root = root;
    this.lesson = page.lesson;
    this.data = page.root;
    this.words = words;
    this.address = address;
    this.notices = new Notices(root, words);
    this.life = new Life(root, this.lesson, words, this.notices, {
      frame: (frame) => this.#guarded(() => this.#frame(frame)),
      began: () => this.#begin(),
      stopped: () => this.#stop(),
      refused: (id, text, sentence) => {
        this.controls.type(id, text);
        this.controls.refuse(id, sentence);
      },
    });
    const guarded = (/** @type {() => void} */ act) => this.#guarded(act);
    const user = (/** @type {() => void} */ act) => this.#user(act);
    const weight = () => this.views.weight(this.player.hurry);
    this.player = new Player(this.host, this.lesson.maxStep, (moved) => this.#turn(moved), weight, guarded);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`:scope > .${name}`) ?? el("div"));

    const time = part("time");
    this.timeline = new Timeline(time, words, this.player, user);
    this.main = el("dl", { class: "main" });
    this.proof = new Proof(words);
    time.append(el("div", { class: "present" }, this.main, this.proof.line));
    const numbers = part("numbers");
    if (!numbers.querySelector("dl")) numbers.append(el("dl"));
    const units = Object.fromEntries(this.lesson.readouts.map(({ id, unit }) => [id, unit]));
    this.readouts = new Readouts(numbers, this.main, words, units);
    this.controls = new Controls(part("controls"), this.lesson, words, {
      set: (id, text) => this.life.whenever(() => user(() => this.#set(id, text))),
      seed: () => void this.#seed(),
      undo: () => user(() => this.#undo()),
      reset: () => user(() => this.#change("reset", () => this.host.act("reset"))),
    });
    const light = (/** @type {Set<string> | null} */ ids) => this.#light(ids);
    this.inspector = new Inspector(part("inspector"), words, light, (id) => this.#point(id), (id, text) => this.#edit(id, text));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.inspector.holding) this.inspector.release();
    });
    numbers.addEventListener("click", (event) => {
      const name = event.target instanceof Element && event.target.closest("div")?.querySelector("data")?.dataset.name;
      if (name) this.inspector.hold(name);
    });

    const { inspector } = this;
    this.views = new Views(root, this.lesson.views, () => this.host.painter, {
      pointer: { point: (id) => inspector.point(id), hold: (id) => inspector.hold(id) },
      words,
      guarded,
      speak: (sentence) => this.notices.say(sentence),
      redraw: () => this.#redraw(),
      click: (id, locate) =>
        guarded(() => {
          const point = [...locate()].map((value) => value.toPrecision(4));
          if (point.length) this.#edit(id, point.join(","));
        }),
      draw: (id, locate) =>
        user(() => {
          const [from, to] = locate();
          if (from.length && to.length) this.#change(id, () => drawn(this.host, id, from, to));
        }),
      paint: (id, begins, locate) =>
        user(() => {
          const points = locate().filter((point) => point.length);
          if (points.length) this.#change(id, () => painted(this.host, id, begins, points));
        }),
    });
    const failed = (/** @type {unknown} */ error) => {
      if (error instanceof Gone) return;
      this.notices.add(words.say(error instanceof LoadError && words.has(`error.${error.reason}`) ? `error.${error.reason}` : "error.export"));
    };
    this.share = new Share(part("actions"), {
      take: (what, ...parts) => this.#take(what, ...parts),
      words,
      user: guarded,
      name: this.lesson.id,
      link: () => link(this.#state),
      views: this.views,
      failed,
    });
    const asked = this.lesson.prediction;
    const place = root.querySelector(":scope > .prediction") ?? document.querySelector(".prediction");
    if (asked && place instanceof HTMLElement && address) {
      const none = { views: 0, readouts: false };
      const compute = () => elsewhere(this.lesson, words.lines(), asked.state, this.data, none, (host) => host.take("answer"));
      new Predict(place, asked, words, compute, failed, () => this.visit(asked.state));
    }
    this.#observe();
    onTheme(() => this.#guarded(() => this.views.recolour()));
  }

  /** Where the engine runs. */
  get host() {
    return this.life.host;
  }

  /** Loads the engine and shows the figure in `state`. @param {string} state */
  start(state) {
    return this.life.start(state);
  }

  /** Nothing moves any more: the engine has ended, or is freed. */
  #stop() {
    this.player.stop();
    clearTimeout(this.#rest);
    this.proof.stop();
  }

  /** Shows another state in the same instance. @param {string} state */
  visit(state) {
    // A figure that has stopped wakes up.
    if (this.life.over) return this.life.restart(state);
    this.#guarded(() => {
      this.#remember("visit");
      this.#open(state);
    });
  }

  /** @param {string} state */
  #open(state) {
    this.#stop();
    // What was said of another state is not true of this one.
    this.notices.clear();
    this.controls.clear();
    this.host.open(state);
    this.#begin();
  }

  /** Takes over from the still, or from an earlier session. */
  #begin() {
    this.player.host = this.host;
    this.views.reset();
    this.#pointed = 0;
    // Nothing is on its way in what an address gives.
    this.#travelled = 1;
    this.#turn(true);
  }

  /** Asks for a frame of what can be seen; where only `progress` has moved, of what travels. @param {boolean} moved */
  #turn(moved) {
    const { rushing, eased, moving, hurry, proving } = this.player;
    const travels = eased !== this.#travelled;
    this.#travelled = eased;
    const travelling = travels ? this.views.travelling : 0;
    if (travels) this.views.travel(eased);
    if (travelling) this.host.act("moment", this.player.moment, eased.toFixed(4));
    if (proving) this.host.turn({ views: 0, readouts: false, prove: true });
    else if (moved) {
      this.host.turn({ views: this.views.wants(moving, hurry), readouts: this.readouts.due(rushing) });
      this.#pause();
    } else if (travelling) this.host.turn({ views: travelling, readouts: false });
    this.timeline.travel();
  }

  /** While things move the address is told; some time after that what was left out is shown, the proof, what is costly. */
  #pause() {
    clearTimeout(this.#rest);
    this.proof.stop();
    if (this.player.moving) this.#note();
    else this.#rest = window.setTimeout(() => this.#guarded(() => this.#settle()), REST);
  }

  /** Shows a frame. @param {import("../types").Frame} frame */
  #frame(frame) {
    const { painter } = this.host;
    const shown = painter.show(frame);
    const { player } = this;
    player.take(shown);
    if (shown.has("state")) this.#state = painter.text("state");
    if (shown.has("moments") && this.timeline.structure(painter.text("moments"))) this.views.loosen();
    this.#controls ||= shown.has("controls");
    // An older frame does not overwrite what the reader has just set.
    if (this.#controls && shown.answered >= this.host.acted) {
      this.#controls = false;
      this.controls.update(painter.text("controls"));
      this.views.allow((when) => this.controls.holds(when));
    }
    if (shown.has("notices")) lines(painter.text("notices")).forEach((line) => this.#problem(line));
    this.controls.undoable = this.#past.length > 0;
    const { rushing } = player;
    this.root.classList.toggle("rushing", rushing);
    const now = performance.now();
    if (!rushing || now - this.#told >= TELLING) {
      this.#told = now;
      this.timeline.update(player.step, player.moment, shown.furthest);
    }
    if (shown.has("values")) this.readouts.update(painter, shown.has("names"));
    if (shown.has("pick") && !rushing && shown.answered >= this.#pointed) this.inspector.update(painter.text("pick"));
    this.views.take(shown.views);
    if (shown.whole) this.root.classList.add("live");
    if (shown.has("files")) void this.#supply(painter.text("files"));
    if (player.proving && shown.has("proof")) this.#proven(painter.call("proof"));
  }

  /** Says what the proof has come to, and shows what is costly. @param {Float64Array} proof empty while there is none */
  #proven(proof) {
    if (!proof.length) return;
    this.player.proving = false;
    this.#proving.cost = performance.now() - this.#proving.since;
    this.proof.say(proof, this.host.painter.text("proof"));
    this.#catchUp(true);
  }

  /** At rest: what was left out while things moved, the address, and then what is costly. */
  #settle() {
    this.#catchUp(false);
    this.#note();
    if (this.#unsaid) {
      const { text, step } = this.timeline.place;
      this.notices.say(this.words.say("at-moment", { moment: text, step }));
      this.#unsaid = false;
    }
    const wait = this.#proving.cost > LONG ? LONG_REST : 0;
    this.#rest = window.setTimeout(() => {
      this.#proving.since = performance.now();
      this.player.prove();
    }, wait);
  }

  /** Shows the views that were left out. @param {boolean} lazy the costly ones, or the others */
  #catchUp(lazy) {
    const views = this.views.left(lazy);
    if (views) this.host.turn({ views, readouts: false });
  }

  /** Brings the files that the configuration needs; the run goes on from where it is when they are there. @param {string} ids separated by spaces */
  async #supply(ids) {
    const told = (/** @type {number} */ part) => this.notices.progress(this.words.say("loading-data", { percent: Math.round(part * 100) }));
    try {
      await supply(this.host, this.lesson, ids, this.data, told);
      if (ids) this.#guarded(() => this.player.catchUp());
    } catch (error) {
      if (error instanceof LoadError) this.#lacks(error, ids);
      else this.life.failed(error, this.#state);
    }
    this.notices.progress("");
  }

  /** A file did not come: the figure stands without it, keeps its state, and asks for it again when it is told to. @param {LoadError} error @param {string} ids */
  #lacks(error, ids) {
    const report = `${error.reason}\n${error.cause ?? ""}`;
    this.notices.fail(this.words.say("error.data"), link(this.#state), report, () => {
      this.notices.recovered();
      void this.#supply(ids);
    });
  }

  /** Everything that the reader does: what went wrong before is forgotten, what follows is shown. @param {() => void} act */
  #user(act) {
    this.#guarded(() => {
      this.notices.clear();
      this.player.proving = false;
      act();
      this.#unsaid = true;
    });
  }

  /** Runs `act` unless the instance has ended, and stops where it ends. @param {() => void} act */
  #guarded(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
  }

  /** Remembers the present state, unless the same control is still being moved. @param {string} id */
  #remember(id) {
    const now = performance.now();
    if (id !== this.#lastAct.id || now - this.#lastAct.at > 1000) {
      this.#past.push(this.#state);
      if (this.#past.length > UNDOABLE) this.#past.shift();
    }
    this.#lastAct = { id, at: now };
  }

  /** A change of the configuration. @param {string} id @param {() => void} act */
  #change(id, act) {
    this.#remember(id);
    act();
    this.player.catchUp();
  }

  /** Sets a control; where the engine does not run any more, it is started with what was set. @param {string} id @param {string} text */
  #set(id, text) {
    this.life.asked = { id, text };
    if (!this.life.over) return this.#change(id, () => this.host.act("set", id, text));
    const values = new URLSearchParams(this.life.good);
    values.set(id, text);
    this.life.restart(values.toString());
  }

  /** Says a problem, and at its control too. @param {string} line */
  #problem(line) {
    const sentence = this.words.problem(line);
    this.notices.add(sentence);
    const [code, subject = ""] = line.split("\t");
    // What an address says is in no field.
    if (this.life.asked?.id === subject.split(":")[0]) this.controls.refuse(subject, sentence, REFUSING.has(code));
  }

  /** @param {string} id @param {string} text */
  #edit(id, text) {
    this.life.asked = { id, text };
    this.#user(() => this.#change(id, () => this.host.act("edit", id, text)));
  }

  /** A seed that nobody has chosen. */
  async #seed() {
    const instance = this.host.painter.instance;
    this.#user(() => {
      const seed = instance.guard(({ newSeed }) => newSeed());
      this.#change("seed", () => this.host.act("set", "seed", seed));
    });
  }

  #undo() {
    const state = this.#past.pop();
    this.#lastAct.id = "";
    if (state !== undefined) this.#open(state);
  }

  /** The reader points at something else: markup shows the numbers of that. @param {string} id nothing where it is empty */
  #point(id) {
    this.#guarded(() => {
      this.host.act("focus", id);
      this.#pointed = this.host.acted;
      if (!this.player.rushing) this.host.turn({ views: this.views.pointed, readouts: false, prove: this.player.proving });
    });
  }

  /** What a reader takes away. The light module leaves that out, so that nobody waits for it who does not want it; then an engine of the full one goes to the same state and answers. @param {"csv" | "pytorch" | "svg"} what @param {...any} parts of a picture: view, width, height, colours */
  async #take(what, ...parts) {
    const from = (/** @type {import("../types").Host} */ host) =>
      what === "svg" ? host.painter.call("svg", .../** @type {[number, number, number, Uint32Array]} */ (parts)) : host.take(what);
    if (!this.lesson.light) return from(this.host);
    const wants = { views: what === "svg" ? 2 ** parts[0] : 0, readouts: false };
    return elsewhere({ ...this.lesson, light: false }, this.words.lines(), this.#state, this.data, wants, from);
  }

  /** Remembers where the figure is well, in the address too. */
  #note() {
    if (this.player.waiting) return;
    this.life.well(this.#state);
    this.address?.write(this.#state, this.player.moving);
  }

  /** @param {Set<string> | null} ids */
  #light(ids) {
    this.views.light(ids);
    for (const data of this.root.querySelectorAll("data")) data.classList.toggle("lit", ids?.has(data.dataset.name ?? "") ?? false);
  }

  /** Shows what the present frame has left out: another place on the screen. */
  #redraw() {
    if (this.root.classList.contains("live") && !this.player.moving) this.#guarded(() => this.#catchUp(false));
  }

  /** Time stands still for what cannot be seen. */
  #observe() {
    let part = false;
    let asleep = 0;
    const sight = () => {
      const seen = part && !document.hidden;
      this.player.sight(seen);
      clearTimeout(asleep);
      if (seen) this.life.wake(this.#state);
      else if (!part) asleep = window.setTimeout(() => this.#sleep(), UNSEEN);
    };
    new IntersectionObserver(
      ([entry]) => {
        // A figure taller than the window never shows a quarter of itself on a phone: half a window full of it is enough.
        const room = (entry.rootBounds ?? { height: innerHeight }).height;
        part = entry.intersectionRatio >= 0.25 || entry.intersectionRect.height >= room / 2;
        sight();
      },
      { threshold: Array.from({ length: 21 }, (_, index) => index / 20) },
    ).observe(this.root);
    document.addEventListener("visibilitychange", sight);
    let ratio = devicePixelRatio;
    addEventListener("resize", () => {
      if (ratio === devicePixelRatio) return;
      ratio = devicePixelRatio;
      this.#guarded(() => this.views.recolour());
    });
  }

  /** Frees the engine of a figure that nobody sees, unless something is under way in it. */
  #sleep() {
    if (!this.player.playing && !this.player.awaited && !this.player.proving) this.life.sleep();
  }
}
