/**
 * One figure: it brings the engine, the player and the parts of the page together. Everything that it shows is asked of the
 * engine; everything that the reader does goes through `#user`, and everything that may meet an instance that has ended
 * through `#guarded`. It knows kinds of controls and kinds of views, and no lesson.
 */

import { el } from "./dom.js";
import { Controls } from "./controls.js";
import { Engine, Gone, LoadError, Refused } from "./engine.js";
import { file } from "./files.js";
import { Inspector } from "./inspector.js";
import { Notices } from "./notices.js";
import { drawn, painted } from "./pens.js";
import { Player } from "./player.js";
import { Predict } from "./predict.js";
import { Proof } from "./proof.js";
import { lines, Readouts } from "./readouts.js";
import { Share } from "./share.js";
import { link } from "./state.js";
import { onTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { Views } from "./views.js";

/** Milliseconds of rest before what moved too fast is shown exactly. */
const REST = 120;

/** Milliseconds between two positions of the time line while the run rushes. */
const TELLING = 50;

/** Steps that can be undone. */
const UNDOABLE = 50;

export class Figure {
  /** @type {string[]} */
  #past = [];
  /** The last act that can be undone, so that a drag is one act. */
  #lastAct = { id: "", at: 0 };
  /** The state in which the instance was last well. */
  #good = "";
  /** @type {number[]} */
  #deaths = [];
  #rest = 0;
  /** How far the values of the moment had come when they were drawn last. */
  #travelled = -1;
  /** When the time line was told last where the run stands. */
  #told = 0;
  /** The reader did something whose outcome has not been read aloud. */
  #unsaid = false;

  /**
   * @param {HTMLElement} root
   * @param {import("./types").Page} page
   * @param {import("./words.js").Words} words
   * @param {import("./state.js").Address | null} address of the page, where this figure owns it
   */
  constructor(root, page, words, address) {
    this.root = root;
    this.lesson = page.lesson;
    this.data = page.root;
    this.words = words;
    this.address = address;
    this.notices = new Notices(root, words);
    this.engine = new Engine(page.lesson, words.lines());
    this.engine.onDeath = () => this.#died();
    const guarded = (/** @type {() => void} */ act) => this.#guarded(act);
    const user = (/** @type {() => void} */ act) => this.#user(act);
    this.player = new Player(this.engine, (moved) => this.#show(moved), () => this.views.weight(this.player.hurry), guarded);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`:scope > .${name}`) ?? el("div"));

    const time = part("time");
    this.timeline = new Timeline(time, words, this.player, user);
    this.main = el("dl", { class: "main" });
    this.proof = new Proof(this.engine, words, guarded);
    time.append(el("div", { class: "present" }, this.main, this.proof.line));
    const numbers = part("numbers");
    if (!numbers.querySelector("dl")) numbers.append(el("dl"));
    const units = Object.fromEntries(this.lesson.readouts.map(({ id, unit }) => [id, unit]));
    this.readouts = new Readouts(numbers, this.main, this.engine, words, units);
    this.controls = new Controls(part("controls"), this.lesson, words, {
      set: (id, text) => user(() => this.#change(id, () => this.engine.call("set", id, text))),
      seed: () => user(() => this.#change("seed", () => this.engine.call("set", "seed", String(this.engine.newSeed())))),
      undo: () => user(() => this.#undo()),
      reset: () => user(() => this.#change("reset", () => (this.engine.call("reset"), ""))),
    });
    const light = (/** @type {Set<string> | null} */ ids) => this.#light(ids);
    this.inspector = new Inspector(part("inspector"), this.engine, words, light, (act) => this.#pointed(act), (id, text) => this.#edit(id, text));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.inspector.holding) this.inspector.release();
    });
    numbers.addEventListener("click", (event) => {
      const name = event.target instanceof Element && event.target.closest("div")?.querySelector("data")?.dataset.name;
      if (name) this.inspector.hold(name);
    });

    const { inspector } = this;
    this.views = new Views(root, this.lesson.views, this.engine, {
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
          if (from.length && to.length) this.#change(id, () => drawn(this.engine, id, from, to));
        }),
      paint: (id, begins, locate) =>
        user(() => {
          const points = locate().filter((point) => point.length);
          if (points.length) this.#change(id, () => painted(this.engine, id, begins, points));
        }),
    });
    this.share = new Share(part("actions"), {
      engine: this.engine,
      words,
      user: guarded,
      name: this.lesson.id,
      link: () => link(this.engine.call("state")),
      views: this.views,
      failed: (error) => {
        if (error instanceof Gone) return;
        this.notices.add(this.words.say(error instanceof LoadError ? `error.${error.reason}` : "error.export"));
      },
    });
    const asked = this.lesson.prediction;
    const place = root.querySelector(":scope > .prediction") ?? document.querySelector(".prediction");
    if (asked && place instanceof HTMLElement && address) {
      const compute = () => this.engine.call("predict");
      new Predict(place, asked, words, compute, guarded, () => this.visit(asked.state));
    }
    this.#observe();
    onTheme(() => {
      this.views.recolour();
      this.#redraw();
    });
  }

  /** Loads the engine and shows the figure in `state`; where that fails, says why and what to do. @param {string} state */
  async start(state) {
    this.root.classList.remove("failed");
    this.root.classList.add("loading");
    this.root.setAttribute("aria-busy", "true");
    this.notices.recovered();
    try {
      await this.engine.revive(state);
      this.#begin();
      if (this.engine.slow) this.notices.add(this.words.say("portable"));
    } catch (error) {
      this.#failed(error, state);
    } finally {
      this.root.classList.remove("loading");
      this.root.removeAttribute("aria-busy");
    }
  }

  /** Shows another state in the same instance. @param {string} state */
  visit(state) {
    this.#guarded(() => {
      this.player.stop();
      this.#remember("visit");
      this.engine.open(state);
      this.#begin();
    });
  }

  /** Takes over from the still, or from an earlier session. */
  #begin() {
    this.views.reset();
    this.readouts.reset();
    this.#tell();
    this.#structure();
    this.root.classList.add("live");
    this.player.resume();
    this.#show(true);
    void this.#supply();
  }

  /** Brings the files that the configuration needs; the run goes on from where it is when they are there. */
  async #supply() {
    try {
      for (const id of this.engine.call("missing").split(" ").filter(Boolean)) {
        const asset = this.lesson.assets?.find((other) => other.id === id);
        if (!asset) continue;
        const told = (/** @type {number} */ part) => this.notices.progress(this.words.say("loading-data", { percent: Math.round(part * 100) }));
        const bytes = await file(`${this.data}${asset.file}`, asset.bytes, told);
        const problem = this.engine.call("provide", id, bytes);
        if (problem) this.notices.add(this.words.problem(problem));
        this.#structure();
        this.player.resume();
        this.#show(true);
      }
    } catch (error) {
      if (error instanceof LoadError) this.#lacks(error);
      else this.#failed(error, this.#good);
    }
    this.notices.progress("");
  }

  /** A file did not come: the figure stands without it, keeps its state, and asks for it again when it is told to. @param {LoadError} error */
  #lacks(error) {
    this.#guarded(() => {
      const report = `${error.reason}\n${error.cause ?? ""}`;
      this.notices.fail(this.words.say("error.data"), link(this.engine.call("state")), report, () => {
        this.notices.recovered();
        void this.#supply();
      });
    });
  }

  /** Everything that the reader does: what went wrong before is forgotten, what follows is shown. @param {() => void} act */
  #user(act) {
    this.#guarded(() => {
      this.notices.clear();
      act();
      this.#tell();
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

  /** Notices of the engine. */
  #tell() {
    for (const line of lines(this.engine.call("notices"))) this.notices.add(this.words.problem(line));
  }

  /** Remembers the present state, unless the same control is still being moved. @param {string} id */
  #remember(id) {
    const now = performance.now();
    if (id !== this.#lastAct.id || now - this.#lastAct.at > 1000) {
      this.#past.push(this.engine.call("state"));
      if (this.#past.length > UNDOABLE) this.#past.shift();
    }
    this.#lastAct = { id, at: now };
  }

  /** A change of the configuration. @param {string} id @param {() => string} act returns a problem, or nothing */
  #change(id, act) {
    this.#remember(id);
    const problem = act();
    if (problem) this.notices.add(this.words.problem(problem));
    this.#structure();
    this.player.catchUp();
    this.#show(true);
    void this.#supply();
  }

  /** @param {string} id @param {string} text */
  #edit(id, text) {
    this.#user(() => this.#change(id, () => this.engine.call("edit", id, text)));
  }

  #undo() {
    const state = this.#past.pop();
    this.#lastAct.id = "";
    if (state === undefined) return;
    this.player.stop();
    this.engine.open(state);
    this.#begin();
  }

  /** The reader points at something else: markup shows the numbers of that. @param {() => void} act */
  #pointed(act) {
    this.#guarded(() => {
      act();
      if (!this.player.rushing) this.views.point();
    });
  }

  /** What changes only with the configuration. */
  #structure() {
    if (this.timeline.structure(this.engine.call("moments"))) this.views.loosen();
    this.controls.update(this.engine.call("controls"));
    this.controls.undoable = this.#past.length > 0;
    this.views.allow((when) => this.controls.holds(when));
  }

  /** Shows the present; where only `progress` changed, only what travels. @param {boolean} moved */
  #show(moved) {
    const { rushing, eased } = this.player;
    if (!moved) {
      this.timeline.travel();
      if (eased !== this.#travelled) this.views.travel((this.#travelled = eased));
      return;
    }
    this.root.classList.toggle("rushing", rushing);
    const now = performance.now();
    if (!rushing || now - this.#told >= TELLING) {
      this.#told = now;
      this.timeline.update(this.engine.call("step"), this.engine.call("moment"), this.engine.call("furthest"));
    }
    this.readouts.update(rushing);
    // What is pointed at decides what the views show.
    if (!rushing) this.inspector.update();
    // On the way to a far step views are looked at in turn, as in a run that rushes.
    this.views.draw(this.player.moving, this.player.hurry);
    this.views.travel((this.#travelled = eased));
    clearTimeout(this.#rest);
    this.proof.stop();
    if (!this.player.moving) this.#rest = window.setTimeout(() => this.#guarded(() => this.#settle()), REST);
    else this.#note();
  }

  /** At rest: what was left out while things moved, the address, and then what is costly, piece by piece. */
  #settle() {
    this.views.settle(false);
    this.#note();
    this.controls.undoable = this.#past.length > 0;
    if (this.#unsaid) {
      const { text, step } = this.timeline.place;
      this.notices.say(this.words.say("at-moment", { moment: text, step }));
      this.#unsaid = false;
    }
    this.proof.start(() => this.views.settle(true));
  }

  /** Remembers where the figure is well, in the address too. */
  #note() {
    if (this.player.waiting) return;
    this.#good = this.engine.call("state");
    this.address?.write(this.#good, this.player.moving);
  }

  /** @param {Set<string> | null} ids */
  #light(ids) {
    this.views.light(ids);
    for (const data of this.root.querySelectorAll("data")) data.classList.toggle("lit", ids?.has(data.dataset.name ?? "") ?? false);
  }

  /** Draws again what the present frame has not drawn: another size, another theme, another place on the screen. */
  #redraw() {
    if (this.root.classList.contains("live") && !this.player.moving) this.#guarded(() => this.views.settle(false));
  }

  /** Time stands still for what cannot be seen. */
  #observe() {
    let part = false;
    const sight = () => this.player.sight(part && !document.hidden);
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
      this.views.recolour();
      this.#redraw();
    });
  }

  /** The instance has ended: a new one goes on where the old one was well; after three in ten seconds it is left alone. */
  async #died() {
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < 10_000), now];
    this.player.stop();
    clearTimeout(this.#rest);
    this.proof.stop();
    if (this.#deaths.length >= 3) return this.#trouble(this.words.say("error.died"), this.#good);
    const values = new URLSearchParams(this.#good);
    // If going back to the same step has failed, the step may be the reason.
    const again = this.#deaths.length === 1;
    if (!again) for (const key of ["step", "moment"]) values.delete(key);
    const state = again ? this.#good : values.toString();
    try {
      await this.engine.revive(state);
      this.#begin();
      this.notices.add(this.words.say(again ? "recovered" : "restarted"));
    } catch (error) {
      this.#failed(error, state);
    }
  }

  /** @param {unknown} error @param {string} state */
  #failed(error, state) {
    if (error instanceof Gone) return;
    if (error instanceof Refused) return this.#trouble(this.words.problem(error.message), state);
    if (!(error instanceof LoadError)) throw error;
    this.engine.report = `${error.reason}\n${error.cause ?? ""}`;
    this.#trouble(this.words.say(`error.${error.reason}`), state);
  }

  /** @param {string} sentence @param {string} state */
  #trouble(sentence, state) {
    this.root.classList.add("failed");
    this.notices.fail(sentence, link(state), this.engine.report, () => {
      this.#deaths = [];
      void this.start(state);
    });
  }
}
