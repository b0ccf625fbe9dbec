/**
 * Charts and pictures: the engine draws them on a canvas whose size in device pixels is kept here. They are drawn when their
 * data, their size or the theme changes, never because something is pointed at. Their numbers stand in a table below, once the
 * reader has opened it.
 */

import { el, insert } from "../../dom.js";
import { Probe } from "./probe.js";

/** Milliseconds of rest after which an open table is written again. */
const REST = 200;

/** Largest side of a canvas in device pixels: beyond it browsers refuse, or take memory for nothing. */
const LARGEST = 4096;

export class Canvas {
  /** Whether it is on the screen, or near it. */
  near = true;
  /** Whether something has changed that it does not show. */
  stale = true;
  #painting = false;
  #revision = -1;
  #width = 0;
  #height = 0;
  #rest = 0;

  /**
   * @param {HTMLElement} picture
   * @param {number} index of the view
   * @param {() => import("../../host/painter.js").Painter} painter
   * @param {{ title: string, words: import("../../words.js").Words, guarded: (act: () => void) => void, speak: (sentence: string) => void,
   *   palette: () => Uint32Array, table: boolean, click: ((x: number, y: number) => void) | null,
   *   draw: ((from: [number, number], to: [number, number]) => void) | null,
   *   paint: ((points: [number, number][], begins: boolean) => void) | null }} options `click`, `draw` and `paint` are told CSS pixels
   */
  constructor(picture, index, painter, options) {
    this.picture = picture;
    this.index = index;
    this.painter = painter;
    this.options = options;
    const { title, guarded, speak, click } = options;
    const { say } = options.words;
    this.canvas = el("canvas", { role: "img", "aria-label": say(click ? "chart.click" : "chart.read", { title }) });
    this.probe = new Probe(this.canvas, (x, y) => this.#read(x, y), speak, click);
    const table = el("div", { role: "region", "aria-label": title, tabindex: 0 });
    this.data = el("details", { class: "data" }, el("summary", {}, say("chart.table")), table);
    this.fill = () => guarded(() => insert(table, painter().call("table", index)));
    this.data.addEventListener("toggle", () => this.data.open && this.fill());
    if (options.table) picture.after(this.data);
    if (click) {
      picture.classList.add("clickable");
      this.canvas.addEventListener("click", (event) => {
        if (this.#painting) return;
        const { left, top } = this.canvas.getBoundingClientRect();
        click(event.clientX - left, event.clientY - top);
      });
    }
    if (options.draw) this.#drawable(options.draw);
    if (options.paint) this.#paintable(options.paint);
    const again = () => guarded(() => this.repaint());
    // What a lost context leaves is blank; where the browser gives it back, it says so.
    this.canvas.addEventListener("contextrestored", again);
    new ResizeObserver(([entry]) => {
      this.#width = entry.contentRect.width;
      this.#height = entry.contentRect.height;
      // In the next frame: what changes sizes while they are being observed is told to the page as an error.
      requestAnimationFrame(again);
    }).observe(this.canvas);
  }

  /** The pointer draws, from where it was to where it is. @param {(from: [number, number], to: [number, number]) => void} draw */
  #drawable(draw) {
    this.canvas.classList.add("drawable");
    /** @type {[number, number] | null} */
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      draw((from = this.#place(event)), from);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (from) draw(from, (from = this.#place(event)));
    });
    this.canvas.addEventListener("lostpointercapture", () => (from = null));
  }

  /** Whether the pointer leaves a stroke; where it does, a finger does not move the page. */
  set painting(/** @type {boolean} */ on) {
    this.#painting = on;
    this.canvas.classList.toggle("drawable", on);
  }

  get painting() {
    return this.#painting;
  }

  /** While `painting`, the pointer's way is told once a frame. @param {(points: [number, number][], begins: boolean) => void} paint */
  #paintable(paint) {
    /** @type {[number, number][]} */
    let points = [];
    let [down, begins, frame] = [false, false, 0];
    const tell = () => {
      frame = 0;
      const told = points;
      points = [];
      if (told.length) paint(told, begins);
      begins = false;
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (!this.#painting || event.button !== 0) return;
      this.canvas.setPointerCapture(event.pointerId);
      [down, begins, points] = [true, true, [this.#place(event)]];
      tell();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!down) return;
      points.push(this.#place(event));
      frame ||= requestAnimationFrame(tell);
    });
    this.canvas.addEventListener("lostpointercapture", () => {
      down = false;
      cancelAnimationFrame(frame);
      tell();
    });
  }

  /** Where the pointer is, in CSS pixels. @param {PointerEvent} event @returns {[number, number]} */
  #place(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** Takes the place of the still, or of an earlier session. */
  reset() {
    if (!this.canvas.isConnected) this.picture.replaceChildren(this.canvas, this.probe.root);
    this.stale = true;
    this.#revision = -1;
  }

  /** Where a point in CSS pixels lies in data units; nothing outside of the plot. @param {number} x @param {number} y */
  locate(x, y) {
    return this.painter().call("locate", this.index, x, y, this.#width, this.#height);
  }

  /** What stands at a point in CSS pixels. @param {number} x @param {number} y */
  #read(x, y) {
    let said = "";
    this.options.guarded(() => (said = this.painter().call("reading", this.index, x, y, this.#width, this.#height)));
    return said;
  }

  get size() {
    return /** @type {[number, number]} */ ([this.#width, this.#height]);
  }

  /** Draws what is shown in this revision, where it is not drawn yet. @param {number} revision */
  update(revision) {
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.repaint();
  }

  /** Draws it again: its size or the colours have changed, or the browser has forgotten it. */
  repaint() {
    if (!this.#width || !this.#height || this.#revision < 0) return;
    const scale = Math.min(devicePixelRatio, LARGEST / Math.max(this.#width, this.#height));
    const [width, height] = [Math.round(this.#width * scale), Math.round(this.#height * scale)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.painter().call("draw", this.index, this.canvas, scale, this.options.palette());
    this.probe.again();
    clearTimeout(this.#rest);
    if (this.data.open) this.#rest = window.setTimeout(this.fill, REST);
  }
}
