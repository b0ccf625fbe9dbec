/**
 * Which host an engine gets: a worker, where a lesson computes for long and there are workers; else the page's own thread. And
 * engines that nobody looks at, for an answer or a file.
 */

import { file } from "./files.js";
import { Local } from "./local.js";
import { LoadError } from "./instance.js";

/** @typedef {import("../types").Host} Host */
/** @typedef {import("../types").Lesson} Lesson */

/** Milliseconds of the page's own thread between two looks at what the reader does. */
const PORTION = 8;

/** @param {Lesson} lesson @param {string} words @param {boolean} here on the page's own thread @returns {Promise<Host>} */
async function hostFor({ id, light }, words, here) {
  if (here) return new Local(id, light, words);
  // Pages whose lessons need no worker do not load what operates one.
  const { Remote } = await import("./remote.js");
  return new Remote(id, words);
}

/**
 * A host that runs `lesson` in `state`. Where a worker cannot be had, it is one on the page's own thread.
 * @param {Lesson} lesson @param {string} words lines for drawing and markup @param {string} state
 * @param {{ onframe: Host["onframe"], onDeath: () => void }} wire who hears of it @returns {Promise<Host>}
 */
export async function started(lesson, words, state, wire) {
  for (let here = !lesson.heavy || typeof Worker !== "function"; ; here = true) {
    const host = Object.assign(await hostFor(lesson, words, here), wire);
    try {
      await host.start(state);
      return host;
    } catch (error) {
      host.close();
      if (here || !(error instanceof LoadError && error.reason === "worker")) throw error;
    }
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
  const host = await started(lesson, words, state, {
    onframe: (frame) => heard(host.painter.show(frame)),
    onDeath: () => failed(new LoadError("died", host.report)),
  });
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
