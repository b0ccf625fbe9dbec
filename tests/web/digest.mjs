// The digest by which the numbers of a figure are compared across engines (tests/goldens/digests.txt, written by
// tests/lessons from the native build).

import { readFileSync } from "node:fs";

/** Lesson, state and expected digest of every golden. */
export const GOLDENS = readFileSync(new URL("../goldens/digests.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(" "));

/** FNV-1a, 64 bits, over the name and the eight bytes of each number, least significant first. */
export function digest(numbers) {
  let hash = 0xcbf29ce484222325n;
  const eat = (bytes) => bytes.forEach((byte) => (hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn));
  for (const [name, value] of Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1))) {
    eat(new TextEncoder().encode(name));
    eat(new Uint8Array(new Float64Array([Number(value)]).buffer));
  }
  return hash.toString(16).padStart(16, "0");
}
