/**
 * Files that lessons compute with: data sets, pictures, weights. Each is fetched once for the page, when a figure first needs
 * it, and kept; whether it is the right one is checked by the engine.
 */

import { LoadError } from "./instance.js";

/** @type {Map<string, Promise<Uint8Array>>} */
const known = new Map();

/**
 * The bytes of a file; `told` hears what part of it is there. A failure is not remembered.
 * @param {string} path @param {number} size in bytes @param {(part: number) => void} told
 */
export function file(path, size, told) {
  const bytes = known.get(path) ?? load(path, size, told);
  known.set(path, bytes);
  bytes.catch(() => known.delete(path));
  return bytes;
}

/** @param {string} path @param {number} size @param {(part: number) => void} told */
async function load(path, size, told) {
  told(0);
  const response = await fetch(path).catch((error) => {
    throw new LoadError("network", error);
  });
  if (!response.ok || !response.body) throw new LoadError("missing");
  const bytes = new Uint8Array(size);
  const reader = response.body.getReader();
  for (let at = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, at);
    if (at + value.length > size) throw new LoadError("damaged");
    bytes.set(value, at);
    at += value.length;
    told(at / size);
  }
}
