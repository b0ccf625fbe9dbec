/**
 * Taking the figure away: its link, its computation as PyTorch, its pictures as SVG or PNG, its numbers as CSV.
 */

import { copy } from "../clipboard.js";
import { button, el } from "../dom.js";
import { Canvas } from "./views/canvas.js";

/** Size in CSS pixels of an exported picture; the PNG has twice as many. */
const WIDTH = 800;
const HEIGHT = 480;

/** @typedef {(what: "csv" | "pytorch" | "svg", ...parts: any[]) => Promise<string>} Take */

export class Share {
  /**
   * @param {HTMLElement} root
   * @param {{ take: Take, words: import("../words.js").Words, user: (act: () => void) => void, link: () => string, name: string,
   *   views: import("./views.js").Views, failed: (error: unknown) => void }} figure `failed` is told why something cannot be had
   */
  constructor(root, figure) {
    this.figure = figure;
    const { take, words, user, name } = figure;
    const { say } = words;
    this.menu = el("div", { class: "menu" });
    const more = el("details", { class: "export" }, el("summary", {}, say("export")), this.menu);
    more.addEventListener("toggle", () => more.open && user(() => this.#list()));
    more.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !more.open) return;
      more.open = false;
      more.querySelector("summary")?.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !more.contains(event.target)) more.open = false;
    });
    /** @type {HTMLButtonElement} */
    const link = button("link", say("copy-link"), () => user(() => void copy(figure.link(), link, words)));
    /** @type {HTMLButtonElement} */
    const code = button("code", say("copy-pytorch"), () => this.#take(async () => copy(await take("pytorch"), code, words)));
    this.csv = button("", "CSV", () => this.#take(async () => save(new Blob([await take("csv")], { type: "text/csv" }), `${name}.csv`)));
    root.replaceChildren(link, code, more);
  }

  /** Does what may have to wait for the full module, and says where it does not come. @param {() => Promise<void>} act */
  #take(act) {
    const { user, failed } = this.figure;
    user(() => void act().catch(failed));
  }

  #list() {
    const { take, views, words, name } = this.figure;
    const rows = views.pictures.map(({ index, spec, title, view }) => {
      const [width, height] = view instanceof Canvas ? view.size : [0, 0];
      const svg = () => take("svg", index, Math.round(width) || WIDTH, Math.round(height) || HEIGHT, views.colours);
      const file = (/** @type {string} */ kind) => `${name}-${spec.id}.${kind}`;
      return el(
        "div",
        { role: "group", "aria-label": title },
        el("span", {}, title),
        button("", "SVG", () => this.#take(async () => save(new Blob([await svg()], { type: "image/svg+xml" }), file("svg")))),
        button("", "PNG", () => this.#take(async () => save(await picture(await svg()), file("png")))),
      );
    });
    this.menu.replaceChildren(...rows, el("div", {}, el("span", {}, words.say("numbers")), this.csv));
  }
}

/** Hands a file to the reader. @param {Blob} blob @param {string} name */
function save(blob, name) {
  const href = URL.createObjectURL(blob);
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** An SVG as PNG at twice its size. @param {string} svg @returns {Promise<Blob>} */
async function picture(svg) {
  const href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = href;
    await image.decode();
    const canvas = el("canvas", { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no PNG"))), "image/png"));
  } finally {
    URL.revokeObjectURL(href);
  }
}
