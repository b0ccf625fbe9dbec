/**
 * The views of a figure: which are drawn when. At rest all that are on the screen, and the costly ones too; while the run rushes
 * as many as a frame allows, in turn, and numbers no faster than they can be read. Drawing itself is the engine's.
 */

import { find } from "../dom.js";
import { palette } from "../theme.js";
import { Canvas } from "./views/canvas.js";
import { Markup } from "./views/markup.js";

/**
 * Milliseconds of a frame that drawing charts may take while the run rushes, unless one alone takes longer; the other views have
 * their turn in the next frames. And those that the browser takes for layout and paint where markup was written.
 */
const DRAWING = 3;
const LAYOUT = 6;

/** Kinds that are markup, and the milliseconds between two looks of half of them while the run rushes. @type {Record<string, number>} */
const READABLE = { network: 60, formula: 120, table: 150 };
const SMOOTH = 45;

/** @typedef {import("../types").ViewSpec} ViewSpec */
/** @typedef {{ spec: ViewSpec, index: number, section: HTMLElement, title: string, view: Markup | Canvas, shown: number, cost: number }} Shown
 *   `shown`: when it was drawn last; `cost`: the milliseconds that this took */

export class Views {
  /** @type {Shown[]} */
  #all = [];
  /** @type {Uint32Array | undefined} */
  #palette;
  /** Of markup half of the numbers are written at a time: time runs too fast for all of them. */
  #halves = false;

  /**
   * @param {HTMLElement} root the figure
   * @param {ViewSpec[]} specs of the lesson
   * @param {() => import("../host/painter.js").Painter} painter
   * @param {{ pointer: import("./views/markup.js").Pointer, words: import("../words.js").Words, guarded: (act: () => void) => void,
   *   speak: (sentence: string) => void, redraw: () => void, click: (id: string, locate: () => Float64Array) => void,
   *   draw: (id: string, locate: () => Float64Array[]) => void, paint: (id: string, begins: boolean, locate: () => Float64Array[]) => void }} acts
   *   `locate` gives points in data units
   */
  constructor(root, specs, painter, acts) {
    this.root = root;
    this.painter = painter;
    this.acts = acts;
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-view]"))) {
      const index = specs.findIndex(({ id }) => id === section.dataset.view);
      const spec = specs[index];
      if (!spec) continue;
      const title = section.querySelector("h3")?.textContent ?? spec.id;
      const picture = find(section, ".picture");
      const { click, draw, stroke } = spec;
      const at = (/** @type {[number, number]} */ place) => /** @type {Canvas} */ (view).locate(...place);
      /** @type {Markup | Canvas} */
      const view =
        spec.kind in READABLE
          ? new Markup(picture, index, painter, acts.pointer)
          : new Canvas(picture, index, painter, {
              title,
              words: acts.words,
              guarded: acts.guarded,
              speak: acts.speak,
              table: spec.kind !== "image",
              palette: () => this.colours,
              click: click ? (x, y) => this.#click(index, click, () => at([x, y])) : null,
              draw: draw ? (from, to) => acts.draw(draw, () => [at(from), at(to)]) : null,
              paint: stroke ? (points, begins) => acts.paint(stroke.id, begins, () => points.map(at)) : null,
            });
      this.#all.push({ spec, index, section, title, view, shown: 0, cost: 0 });
    }
    const near = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const shown = this.#all.find(({ section }) => section === target);
          if (shown) shown.view.near = isIntersecting;
        }
        acts.redraw();
      },
      { rootMargin: "100px" },
    );
    for (const { section } of this.#all) near.observe(section);
  }

  /** Tells the views what the controls allow. @param {(when: import("../types").When) => boolean} holds */
  allow(holds) {
    for (const { spec, view } of this.#all) if (view instanceof Canvas) view.painting = !!spec.stroke && holds(spec.stroke.when);
  }

  /** A click, by pointer or by keyboard; a brush leaves a dab. @param {number} index @param {string} id @param {() => Float64Array} locate */
  #click(index, id, locate) {
    const shown = this.#all.find((other) => other.index === index);
    const stroke = shown?.view instanceof Canvas && shown.view.painting ? shown.spec.stroke : null;
    if (stroke) this.acts.paint(stroke.id, true, () => [locate()]);
    else this.acts.click(id, locate);
  }

  /** The pictures that can be taken away. */
  get pictures() {
    return this.#all.filter(({ spec, section }) => spec.kind !== "formula" && spec.kind !== "table" && !section.hidden);
  }

  /** The colours of now. */
  get colours() {
    return (this.#palette ??= palette(this.root));
  }

  /** Forgets the session, and the stills, that they showed. */
  reset() {
    for (const { view } of this.#all) view.reset();
  }

  /** Another structure needs other room. */
  loosen() {
    for (const { view } of this.#all) if (view instanceof Markup) view.loosen();
  }

  /** Draws all charts again as they are: the colours have changed. */
  recolour() {
    this.#palette = undefined;
    for (const { view } of this.#all) if (view instanceof Canvas) view.repaint();
  }

  /**
   * What the next frame is to have, a bit a view.
   * @param {boolean} moving time runs: the costly views wait
   * @param {number} rushing 0, or, where time runs too fast for every view in every frame, by how much longer than they should
   *   views have to wait for their turn: 1 on a fast device
   */
  wants(moving, rushing) {
    const now = performance.now();
    this.#halves = !!rushing;
    const due = this.#all.filter(({ spec, view }) => {
      const waits = spec.lazy || (moving && !view.near);
      if (waits) view.stale = true;
      return !waits;
    });
    const shown = rushing ? this.#turn(rushing) : due;
    for (const one of shown) one.shown = now;
    return mask(shown);
  }

  /** Milliseconds that the next drawing will take, with what the browser then does. @param {number} rushing as for `draw` */
  weight(rushing) {
    if (!rushing) return 0;
    return this.#turn(rushing).reduce((sum, { view, cost }) => sum + cost + (view instanceof Markup ? LAYOUT : 0), 0);
  }

  /** The views whose turn it is while the run rushes. @param {number} rushing as for `draw` */
  #turn(rushing) {
    const now = performance.now();
    const late = (/** @type {Shown} */ { spec, shown }) => (now - shown) / (READABLE[spec.kind] ?? SMOOTH) / rushing;
    const due = this.#all.filter((one) => one.view.near && !one.spec.lazy && !one.spec.moving && late(one) >= 1);
    due.sort((a, b) => late(b) - late(a));
    // The browser takes longer to lay out and to paint markup than it took to write: it has a frame of its own.
    const markup = due.find(({ view }) => view instanceof Markup);
    if (markup) return [markup];
    let spent = 0;
    return due.filter(({ cost }, nth) => (spent += cost) <= DRAWING || nth === 0);
  }

  /** What was left out while things moved. @param {boolean} lazy the costly views, or the others */
  left(lazy) {
    return mask(this.#all.filter(({ view, spec }) => view.stale && spec.lazy === lazy));
  }

  /** What shows the thing that is pointed at. */
  get pointed() {
    return mask(this.#all.filter(({ view }) => view instanceof Markup && view.near));
  }

  /** What shows how far the values of the moment have come. */
  get travelling() {
    return mask(this.#all.filter(({ spec, view }) => spec.moving && view.near));
  }

  /** How far the values of the moment have come, 0 to 1. @param {number} progress */
  travel(progress) {
    const text = progress.toFixed(3);
    for (const { view } of this.#all) if (view instanceof Markup) view.travel(text);
  }

  /** @param {Set<string> | null} ids */
  light(ids) {
    for (const { view } of this.#all) if (view instanceof Markup) view.light(ids);
  }

  /** Takes in the views of a frame, and draws those that have changed. @param {Float64Array} revisions by view, see `Shown.views` */
  take(revisions) {
    for (const shown of this.#all) {
      const revision = revisions[shown.index];
      if (revision === -2) {
        if (shown.view instanceof Markup) shown.view.rest();
        continue;
      }
      const start = performance.now();
      const { section, view } = shown;
      section.hidden = revision < 0;
      view.stale = false;
      if (revision >= 0) view.update(revision, this.#halves);
      shown.cost = performance.now() - start;
    }
  }
}

/** A bit for each. @param {Shown[]} views */
const mask = (views) => views.reduce((bits, { index }) => bits + 2 ** index, 0);
