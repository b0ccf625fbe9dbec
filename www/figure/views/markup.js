/**
 * Networks, formulas and tables: markup that the engine wrote, and numbers that it sends. The markup changes only when the
 * structure does; in between the numbers of the slots are written into the elements that asked for them (`data-slot`, `data-sign`,
 * `data-mag`, `data-phase`, `data-flow`, `data-verdict`), and only those that changed.
 *
 * What has `data-pick` can be pointed at, focused (arrow keys go to the neighbour) and clicked.
 */

import { insert } from "../../dom.js";
import { format } from "../../format.js";

/** @typedef {(value: number) => void} Write */
/** @typedef {{ point: (id: string | null) => void, hold: (id: string) => void }} Pointer */

const PHASES = ["later", "now", "done"];
const FLOWS = ["still", "forward", "backward"];
const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/** What can be focused; other things with an id can only be pointed at. */
const STOPS = "[data-pick][tabindex]";

/** What a binding does to its element. @type {Record<string, (element: HTMLElement) => Write>} */
const BINDINGS = {
  slot: (element) => {
    const code = element.dataset.format ?? "g4";
    const text = document.createTextNode("");
    element.replaceChildren(text);
    return (value) => {
      const written = format(value, code);
      if (text.data !== written) text.data = written;
    };
  },
  sign: (element) => (value) => attribute(element, "is", value > 0 ? "pos" : value < 0 ? "neg" : "zero"),
  mag: (element) => {
    let last = "";
    return (value) => {
      // Fortieths are as fine as the eye can see in a line, and most numbers of a step leave them alone.
      const written = (Math.round(value * 40) / 40).toFixed(3);
      if (written !== last) element.style.setProperty("--mag", (last = written));
    };
  },
  phase: (element) => (value) => PHASES.forEach((name, index) => element.classList.toggle(name, index === value)),
  flow: (element) => (value) => attribute(element, "going", FLOWS[value] ?? "still"),
  verdict: (element) => (value) => attribute(element, "ok", value === 1 ? "yes" : value === 0 ? "no" : ""),
};

/** @param {HTMLElement} element @param {string} name @param {string} value */
function attribute(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

export class Markup {
  /** Whether it is on the screen, or near it. */
  near = true;
  /** Whether something has changed that it does not show. */
  stale = true;
  #revision = -1;
  /** Which half of the numbers was written last. */
  #second = false;
  /** The numbers, where half of them are not written yet. @type {Float64Array | null} */
  #unwritten = null;
  /** Paths on which something can travel, with the slot that says what. @type {{ element: HTMLElement, slot: number }[]} */
  #flows = [];
  /** The paths on which something travels now. @type {HTMLElement[]} */
  #moving = [];
  /** The largest height of this structure so far, and the width at which it was met: what comes later must not push the page. */
  #room = { width: 0, height: 0 };
  /** One entry a binding: slot, last value, what to do. @type {{ slot: number, last: number | undefined, write: Write }[]} */
  #bindings = [];
  /** @type {Map<string, HTMLElement[]>} */
  #picks = new Map();
  /** The element that the tab key reaches. @type {HTMLElement | undefined} */
  #current;
  /** @type {HTMLElement[]} */
  #lit = [];

  /**
   * @param {HTMLElement} picture where the markup goes
   * @param {number} index of the view
   * @param {() => import("../../host/painter.js").Painter} painter
   * @param {Pointer} pointer
   */
  constructor(picture, index, painter, pointer) {
    this.picture = picture;
    this.index = index;
    this.painter = painter;
    const pick = (/** @type {Event} */ event) =>
      /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest("[data-pick]") : null);
    let [x, y] = [-1, -1];
    const point = (/** @type {PointerEvent} */ event) => {
      // What moves under a resting pointer has not been pointed at.
      if (event.clientX === x && event.clientY === y) return;
      [x, y] = [event.clientX, event.clientY];
      pointer.point(pick(event)?.dataset.pick ?? null);
    };
    picture.addEventListener("pointerover", point);
    picture.addEventListener("pointerleave", () => pointer.point(null));
    picture.addEventListener("focusin", (event) => {
      const element = pick(event);
      if (!element) return;
      this.#reach(element);
      if (element.matches(":focus-visible")) pointer.hold(element.dataset.pick ?? "");
    });
    picture.addEventListener("click", (event) => {
      const element = pick(event);
      if (element) pointer.hold(element.dataset.pick ?? "");
    });
    picture.addEventListener("keydown", (event) => this.#walk(event));
    new ResizeObserver(([{ contentRect }]) => {
      const { width, height } = contentRect;
      if (width !== this.#room.width) this.loosen();
      this.#room.width = width;
      if (height <= this.#room.height) return;
      this.#room.height = height;
      // In the next frame, not while sizes are being observed.
      requestAnimationFrame(() => (picture.style.minHeight = `${this.#room.height}px`));
    }).observe(picture);
  }

  /** Forgets the session that it showed. */
  reset() {
    this.stale = true;
    this.#revision = -1;
  }

  /** Moves what travels. @param {string} progress 0 to 1 */
  travel(progress) {
    // On these few only: a property of the whole picture would restyle everything in it, every frame.
    for (const element of this.#moving) element.style.setProperty("--p", progress);
  }

  /** Keeps no more room than is needed. */
  loosen() {
    this.#room.height = 0;
    this.picture.style.minHeight = "";
  }

  /** Takes a revision of the markup, and the numbers; or half of these now, and half the next time. @param {number} revision @param {boolean} half */
  update(revision, half) {
    const fresh = revision !== this.#revision;
    if (fresh) {
      this.#revision = revision;
      this.#build();
    }
    const slots = this.painter().call("slots", this.index);
    this.#moving = this.#flows.filter(({ slot }) => slots[slot] > 0).map(({ element }) => element);
    // New markup has no numbers yet: it gets all of them.
    const some = half && !fresh;
    this.#unwritten = some ? slots : null;
    this.#second = some && !this.#second;
    const middle = this.#bindings.length >> 1;
    this.#write(slots, some ? (this.#second ? this.#bindings.slice(middle) : this.#bindings.slice(0, middle)) : this.#bindings);
  }

  /** Writes the half that was left out. */
  rest() {
    if (!this.#unwritten) return;
    this.#write(this.#unwritten, this.#bindings);
    this.#unwritten = null;
  }

  /** @param {Float64Array} slots @param {{ slot: number, last: number | undefined, write: Write }[]} bindings */
  #write(slots, bindings) {
    for (const binding of bindings) {
      const value = slots[binding.slot];
      if (Object.is(value, binding.last)) continue;
      binding.last = value;
      binding.write(value);
    }
  }

  /** Lights what belongs together. @param {Set<string> | null} ids */
  light(ids) {
    for (const element of this.#lit) element.classList.remove("lit");
    this.#lit = ids ? [...ids].flatMap((id) => this.#picks.get(id) ?? []) : [];
    for (const element of this.#lit) element.classList.add("lit");
    this.picture.classList.toggle("pointing", this.#lit.length > 0);
  }

  #build() {
    const focused = this.picture.contains(document.activeElement) ? this.#current?.dataset.pick : undefined;
    insert(this.picture, this.painter().call("markup", this.index));
    this.#bindings = [];
    for (const [kind, bind] of Object.entries(BINDINGS)) {
      for (const element of this.#all(`[data-${kind}]`)) {
        this.#bindings.push({ slot: Number(element.dataset[kind]), last: undefined, write: bind(element) });
      }
    }
    this.#flows = [...this.#all("[data-flow]")].flatMap((owner) =>
      [...owner.querySelectorAll(".flow")].map((element) => ({ element: /** @type {HTMLElement} */ (element), slot: Number(owner.dataset.flow) })),
    );
    this.#picks = new Map();
    for (const element of this.#all("[data-pick]")) {
      const id = element.dataset.pick ?? "";
      this.#picks.set(id, [...(this.#picks.get(id) ?? []), element]);
    }
    this.#current = undefined;
    const again = focused && this.#picks.get(focused)?.find((element) => element.tabIndex === -1);
    const first = again || this.#all(STOPS)[0];
    if (first) this.#reach(first);
    if (again) again.focus({ preventScroll: true });
  }

  /** @param {string} selector */
  #all(selector) {
    return /** @type {NodeListOf<HTMLElement>} */ (this.picture.querySelectorAll(selector));
  }

  /** Moves the one place that the tab key reaches. @param {HTMLElement} element */
  #reach(element) {
    if (this.#current) this.#current.tabIndex = -1;
    element.tabIndex = 0;
    this.#current = element;
  }

  /** Arrow keys: to the nearest neighbour in that direction. @param {KeyboardEvent} event */
  #walk(event) {
    const way = ARROWS[event.key];
    const from = document.activeElement;
    if (!way || !from || !this.picture.contains(from) || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = middle(from);
    let best = Infinity;
    /** @type {HTMLElement | null} */
    let next = null;
    for (const element of this.#all(STOPS)) {
      const [dx, dy] = middle(element).map((value, axis) => value - [x, y][axis]);
      const ahead = dx * way[0] + dy * way[1];
      const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (ahead > 2 && ahead + 3 * aside < best) {
        best = ahead + 3 * aside;
        next = element;
      }
    }
    next?.focus();
  }
}

/** @param {Element} element */
function middle(element) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
