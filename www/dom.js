/**
 * Making elements by calls, so that a strict content security policy has nothing to forbid. Not a framework: nothing is kept,
 * nothing is compared. The one place where text becomes markup is `insert`, through the page's one Trusted Types policy.
 */

/** @typedef {Record<string, string | number | boolean | undefined | null | ((event: any) => void)>} Attributes */

/**
 * An element with attributes (`on…` functions become listeners) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Attributes} [attributes] @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  assign(element, attributes);
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** @param {Element} element @param {Attributes} attributes */
function assign(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * The element that must be there.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root @param {string} selector
 * @returns {T}
 */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector}`);
  return /** @type {T} */ (found);
}

/** What the page makes markup and workers of comes from the engine and from its own files: the one policy lets it pass. */
export const trusted = window.trustedTypes?.createPolicy("tensorscope", { createHTML: (text) => text, createScriptURL: (url) => url }) ?? {
  createHTML: (/** @type {string} */ text) => text,
  createScriptURL: (/** @type {string} */ url) => url,
};

/** Replaces the content of `element` by markup that the engine wrote. @param {Element} element @param {string} markup */
export function insert(element, markup) {
  element.innerHTML = trusted.createHTML(markup);
}

/** Icons on a grid of 24, drawn in lines unless they are filled. @type {Record<string, string>} */
const ICONS = {
  start: "M6 5v14M19 6l-9 6 9 6z",
  back: "M17 5v14M13 7l-7 5 7 5z",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  moment: "M7 5v14M11 7l7 5-7 5z",
  step: "M5 6l6 6-6 6zM12 6l6 6-6 6zM20 6v12",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  reset: "M4 4v6h6M4.5 10a8 8 0 1 1-.5 4",
  dice: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  close: "M6 6l12 12M18 6L6 18",
  theme: "M12 4a8 8 0 1 0 0 16z M12 4a8 8 0 0 1 0 16",
};

/** @param {string} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  assign(svg, { viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" });
  assign(path, { d: ICONS[name] });
  svg.append(path);
  return svg;
}

/**
 * A button with an icon, a text, or both; without a text `label` is its name for those who do not see it.
 * @param {string} image @param {string} label @param {() => void} act @param {boolean} [silent] the label is not shown
 */
export function button(image, label, act, silent = false) {
  return el(
    "button",
    { type: "button", class: silent && "bare", onclick: act, "aria-label": silent ? label : undefined, title: silent ? label : undefined },
    image ? icon(image) : null,
    silent ? null : label,
  );
}

let count = 0;

/** A name that no other element of the page has. */
export const unique = () => `t${(count += 1)}`;
