/**
 * The address of the page and the state of the figure are one thing: `#key=value&…`, as the engine writes it. Only the first
 * figure of a page owns the address. Writing is throttled, because browsers limit how often it may change, and wrapped, because
 * some frames forbid it; reading tolerates whatever stands there, since the engine answers with notices.
 */

/** Milliseconds between two writings; and while time runs, because the browser shows each of them. */
const PAUSE = 250;
const PAUSE_MOVING = 1000;

/** Whether the address names a place of the page, as the link to its content does: that says nothing about the figure. */
const anchor = () => document.getElementById(location.hash.slice(1)) !== null;

export class Address {
  #written = "";
  /** The address as it stood when it was looked at last. */
  #seen = "";
  #timer = 0;
  #pending = "";
  /** When it was written last. */
  #last = -Infinity;

  /** @param {(state: string) => void} changed the reader, or the history, went to another state */
  constructor(changed) {
    this.#written = this.#seen = this.read();
    addEventListener("hashchange", () => {
      if (anchor()) return;
      const state = (this.#seen = this.read());
      if (state === this.#written) return;
      this.#pending = state;
      clearTimeout(this.#timer);
      this.#written = state;
      changed(state);
    });
  }

  read() {
    return anchor() ? "" : location.hash.slice(1);
  }

  /** Writes at once, or as soon as it may again. @param {string} state @param {boolean} [moving] time runs: another state follows */
  write(state, moving = false) {
    this.#pending = state;
    clearTimeout(this.#timer);
    if (state === this.#written) return;
    const wait = this.#last + (moving ? PAUSE_MOVING : PAUSE) - performance.now();
    if (wait > 0) {
      this.#timer = window.setTimeout(() => this.write(this.#pending), wait);
      return;
    }
    // Another state has been asked for, and its event is on the way: it is not written over.
    if (this.read() !== this.#seen) return;
    this.#last = performance.now();
    try {
      history.replaceState(history.state, "", `#${state}`);
      this.#seen = this.read();
    } catch {
      // A frame without an address of its own: the state stays in the figure.
    }
    this.#written = state;
  }
}

/** The link to a state of this page. @param {string} state */
export const link = (state) => location.href.replace(/#.*$/s, "") + (state && `#${state}`);
