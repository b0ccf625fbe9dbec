/**
 * Charts and pictures: the engine draws them on a canvas whose size in device pixels is kept here. They are drawn when their
 * data, their size or the theme changes, never because something is pointed at.
 */

import { el } from "../dom.js";

/** Largest side of a canvas in device pixels: beyond it browsers refuse, or take memory for nothing. */
const LARGEST = 4096;

export class Canvas {
  /** Whether it is on the screen, or near it. */
  near = true;
  /** Whether something has changed that it does not show. */
  stale = true;
  #width = 0;
  #height = 0;

  /**
   * @param {HTMLElement} picture
   * @param {number} index of the view
   * @param {import("../engine.js").Engine} engine
   * @param {{ label: string, palette: () => Uint32Array, redraw: () => void, click: ((x: number, y: number) => void) | null,
   *   draw: ((from: [number, number], to: [number, number]) => void) | null }} options `click` and `draw` are told CSS pixels
   */
  constructor(picture, index, engine, options) {
    this.picture = picture;
    this.index = index;
    this.engine = engine;
    this.options = options;
    this.canvas = el("canvas", { role: "img", "aria-label": options.label });
    if (options.click) {
      picture.classList.add("clickable");
      this.canvas.addEventListener("click", (event) => {
        const { left, top } = this.canvas.getBoundingClientRect();
        options.click?.(event.clientX - left, event.clientY - top);
      });
    }
    if (options.draw) this.#drawable(options.draw);
    const again = () => {
      this.stale = true;
      options.redraw();
    };
    // What a lost context leaves is blank; where the browser gives it back, it says so.
    this.canvas.addEventListener("contextrestored", again);
    new ResizeObserver(([entry]) => {
      this.#width = entry.contentRect.width;
      this.#height = entry.contentRect.height;
      again();
    }).observe(this.canvas);
  }

  /** The pointer draws, from where it was to where it is. @param {(from: [number, number], to: [number, number]) => void} draw */
  #drawable(draw) {
    this.canvas.classList.add("drawable");
    /** @type {[number, number] | null} */
    let from = null;
    const place = (/** @type {PointerEvent} */ event) => {
      const { left, top } = this.canvas.getBoundingClientRect();
      return /** @type {[number, number]} */ ([event.clientX - left, event.clientY - top]);
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      draw((from = place(event)), from);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (from) draw(from, (from = place(event)));
    });
    this.canvas.addEventListener("lostpointercapture", () => (from = null));
  }

  /** Takes the place of the still, or of an earlier session. */
  reset() {
    if (!this.canvas.isConnected) this.picture.replaceChildren(this.canvas);
    this.stale = true;
  }

  /** Where a point in CSS pixels lies in data units; nothing outside of the plot. @param {number} x @param {number} y */
  locate(x, y) {
    return this.engine.call("locate", this.index, x, y, this.#width, this.#height);
  }

  get size() {
    return /** @type {[number, number]} */ ([this.#width, this.#height]);
  }

  update() {
    if (!this.#width || !this.#height) return;
    const scale = Math.min(devicePixelRatio, LARGEST / Math.max(this.#width, this.#height));
    const [width, height] = [Math.round(this.#width * scale), Math.round(this.#height * scale)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.engine.call("draw", this.index, this.canvas, scale, this.options.palette());
  }
}
