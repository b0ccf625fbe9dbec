/**
 * Copying a text, where the browser allows it; where it does not, the text is shown, selected, to be copied by hand.
 */

import { button, el } from "./dom.js";

/** Copies, and says so on the button. @param {string} text @param {HTMLButtonElement} source @param {import("./words.js").Words} words */
export async function copy(text, source, { say }) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return show(text, say("copy-by-hand"), say("close"));
  }
  const label = /** @type {Text} */ (source.lastChild);
  const before = label.data;
  if (before === say("copied")) return;
  label.data = say("copied");
  setTimeout(() => (label.data = before), 1500);
}

/** @param {string} text @param {string} title @param {string} close */
function show(text, title, close) {
  const area = el("textarea", { readonly: true, rows: 12, "aria-label": title });
  area.value = text;
  const dialog = el("dialog", { onclose: () => dialog.remove() }, el("p", {}, title), area, button("", close, () => dialog.close()));
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
