/**
 * What a chart says where it is pointed at: a line through the place, a mark on every value, and the values in words. It lies over
 * the canvas, which is not drawn again for it; where and what is the engine's answer (`Painter.reading`). Arrow keys point too.
 */

import { el } from "../../dom.js";

/** Pixels that an arrow key goes, and with shift: then further, until the answer is another one. */
const STRIDE = 4;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

export class Probe {
  /** The place that is pointed at, in CSS pixels. @type {[number, number] | null} */
  #at = null;
  #said = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(x: number, y: number) => string} read
   * @param {(sentence: string) => void} speak reads aloud
   * @param {((x: number, y: number) => void) | null} click
   */
  constructor(canvas, read, speak, click) {
    this.canvas = canvas;
    this.read = read;
    this.line = el("i");
    this.words = el("p");
    this.root = el("div", { class: "probe", "aria-hidden": "true", hidden: true });
    canvas.tabIndex = 0;
    const point = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = canvas.getBoundingClientRect();
      this.#point(clientX - left, clientY - top);
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.hide());
    canvas.addEventListener("blur", () => this.hide());
    canvas.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (way) {
        this.#walk(way, event.shiftKey ? 1 : STRIDE);
        speak(this.#said.replace(/^(.*?\t){3}/, "").replace(/\n(.*?\t){2}/g, "; ").replaceAll("\t", " "));
      } else if (event.key === "Enter" && this.#at && click) click(...this.#at);
      else if (event.key === "Escape") this.hide();
      else return;
      event.preventDefault();
    });
  }

  hide() {
    this.#at = null;
    this.root.hidden = true;
  }

  /** The chart may say something else now. */
  again() {
    if (this.#at) this.#point(...this.#at);
  }

  /** @param {number} x @param {number} y */
  #point(x, y) {
    const { offsetWidth, offsetHeight } = this.canvas;
    const said = x >= 0 && y >= 0 && x <= offsetWidth && y <= offsetHeight ? this.read(x, y) : "";
    this.#at = said ? [x, y] : null;
    this.root.hidden = !said;
    if (said && said !== this.#said) this.#show(said);
    return said;
  }

  /** On in one direction, to where something else is said. @param {[number, number]} way @param {number} stride */
  #walk([right, down], stride) {
    const { offsetWidth, offsetHeight } = this.canvas;
    const start = /** @type {[number, number]} */ (this.#at ?? [offsetWidth / 2, offsetHeight / 2]);
    const before = this.#at && this.#said;
    let [x, y] = start;
    while (before && x >= 0 && y >= 0 && x <= offsetWidth && y <= offsetHeight) {
      [x, y] = [x + right * stride, y + down * stride];
      const said = this.#point(x, y);
      if (said && said !== before) return;
    }
    this.#point(...start);
  }

  /** @param {string} said */
  #show(said) {
    this.#said = said;
    const [[x, top, bottom, place], ...values] = said.split("\n").map((line) => line.split("\t"));
    const { canvas, root } = this;
    const set = (/** @type {HTMLElement} */ element, /** @type {Record<string, string>} */ style) => Object.assign(element.style, style);
    set(root, { left: `${canvas.offsetLeft}px`, top: `${canvas.offsetTop}px`, width: `${canvas.offsetWidth}px`, height: `${canvas.offsetHeight}px` });
    set(this.line, { left: `${x}px`, top: `${top}px`, height: `${+bottom - +top}px` });
    const marks = values.map(([y, series]) => {
      const mark = el("b");
      set(mark, { left: `${x}px`, top: `${y}px`, color: `var(--series-${series})` });
      return mark;
    });
    this.words.replaceChildren(
      el("span", {}, place),
      ...values.map(([, series, name, value]) => {
        const row = el("span", {}, el("b"), name, el("strong", {}, value));
        set(row, { color: `var(--series-${series})` });
        return row;
      }),
    );
    const right = +x > canvas.offsetWidth / 2;
    set(this.words, right ? { left: "", right: `${canvas.offsetWidth - +x + 10}px`, top: `${top}px` } : { left: `${+x + 10}px`, right: "", top: `${top}px` });
    root.replaceChildren(this.line, ...marks, this.words);
  }
}
