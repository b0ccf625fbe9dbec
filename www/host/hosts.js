/**
 * Which host an engine gets: a worker, where a lesson computes for long and there are workers; else the page's own thread. And
 * engines that nobody looks at, for an answer or a file.
 */

import { file } from "./files.js";
import { Local } from "./local.js";
import { LoadError } from "./instance.js";
import { Remote } from "./remote.js";

/** @typedef {import("../types").Host} Host */
/** @typedef {import("../types").Lesson} Lesson */

/** Milliseconds of the page's own thread between two looks at what the reader does. */
const PORTION = 8;

/** @param {Lesson} lesson @param {string} words @param {boolean} [here] on the page's own thread in any case @returns {Host} */
export function hostFor({ id, light, heavy }, words, here = false) {
  return heavy && !here && typeof Worker === "function" ? new Remote(id, words) : new Local(id, light, words);
}

/** Starts a host; where its worker cannot be had, another one in its place. @param {Host} host @param {Lesson} lesson @param {string} state @returns {Promise<Host>} */
export async function started(host, lesson, state) {
  try {
    await host.start(state);
    return host;
  } catch (error) {
    if (!(error instanceof LoadError && error.reason === "worker")) throw error;
    const other = hostFor(lesson, host.words, true);
    [other.onframe, other.onDeath] = [host.onframe, host.onDeath];
    host.close();
    await other.start(state);
    return other;
  }
}

/** Hands over the files that the lesson asks for; `told` hears what part of each is there. @param {Host} host @param {Lesson} lesson @param {string} ids separated by spaces @param {string} root of the site @param {(part: number) => void} told */
export async function supply(host, lesson, ids, root, told) {
  for (const id of ids.split(" ").filter(Boolean)) {
    const asset = lesson.assets?.find((other) => other.id === id);
    if (asset) host.file(id, await file(`${root}${asset.file}`, asset.bytes, told));
  }
}

/**
 * Takes something from an engine that goes to `state` for that, and then ends.
 * @template T @param {Lesson} lesson @param {string} words @param {string} state @param {string} root of the site
 * @param {import("../types").Wants} wants of the state that is reached @param {(host: Host) => T | Promise<T>} use @returns {Promise<T>}
 */
export async function elsewhere(lesson, words, state, root, wants, use) {
  /** @type {(shown: import("./painter.js").Shown) => void} */
  let heard = () => {};
  /** @type {(error: unknown) => void} */
  let failed = () => {};
  let host = hostFor(lesson, words);
  host.onframe = (frame) => heard(host.painter.show(frame));
  host.onDeath = () => failed(new LoadError("died", host.report));
  host = await started(host, lesson, state);
  const look = (/** @type {import("../types").Wants} */ wanted) =>
    new Promise((/** @type {(shown: import("./painter.js").Shown) => void} */ done, fail) => {
      [heard, failed] = [done, fail];
      host.turn(wanted);
    });
  try {
    for (;;) {
      host.run(PORTION);
      const shown = await look({ views: 0, readouts: false });
      if (shown.has("files")) await supply(host, lesson, host.painter.text("files"), root, () => {});
      if (shown.left === 0 && !shown.behind && shown.answered >= host.acted) break;
      await new Promise((done) => setTimeout(done));
    }
    await look(wants);
    return await use(host);
  } finally {
    host.close();
  }
}
