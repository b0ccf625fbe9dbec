/**
 * What runs in a worker: one engine, its time, its frames. It knows neither lesson nor page, and fetches nothing.
 *
 * Messages in: the compiled module; `open` a session; `act`s; a `turn`, which is answered by a frame as soon as the acts are
 * carried out and a short time has been worked; `take`; `rest`. Between portions of work it hears what has come.
 */

import glue, { Engine, lastPanic } from "engine-glue";
import { Clock } from "./clock.js";
import { report } from "./panic.js";

/** Milliseconds of work before a frame is sent, and between two looks at the messages. */
const BEFORE = 4;
const PORTION = 8;

/** @type {import("../types").Engine | undefined} */
let engine;
let prove = false;
/** There may be something to do. */
let working = false;
const clock = new Clock();
const loop = new MessageChannel();

const work = (/** @type {number} */ budget) =>
  clock.run((units) => /** @type {import("../types").Engine} */ (engine).work(units, prove), budget);

/** Runs `act`; what it throws ends this worker's engine. @param {() => void} act */
function guard(act) {
  try {
    act();
  } catch (error) {
    engine = undefined;
    working = false;
    postMessage({ dead: report(error, lastPanic) });
  }
}

/** Goes on as long as there is something to do. */
function go() {
  if (working || !engine) return;
  working = true;
  loop.port2.postMessage(0);
}

loop.port1.onmessage = () => {
  if (!working || !engine) return;
  guard(() => {
    working = work(PORTION) > 0;
    if (working) loop.port2.postMessage(0);
  });
};

onmessage = async ({ data }) => {
  if (data.module) {
    try {
      await glue({ module_or_path: data.module });
      postMessage({ ready: true });
    } catch (error) {
      postMessage({ dead: String(error) });
    }
    return;
  }
  guard(() => {
    if (data.open) {
      working = false;
      // The old one first: two large ones have no room beside each other.
      engine?.free();
      engine = undefined;
      const [lesson, state] = data.open;
      engine = new Engine(lesson, state);
    } else if (!engine) {
      return;
    } else if (data.act !== undefined) {
      engine.act(data.act);
    } else if (data.file) {
      engine.file(data.file[0], data.file[1]);
    } else if (data.turn) {
      prove = !!data.turn.prove;
      if (!data.turn.still && work(BEFORE) > 0) go();
      const frame = engine.frame(data.turn.views, data.turn.readouts, prove);
      const bytes = frame.bytes();
      postMessage({ frame: bytes, of: data.of }, { transfer: [bytes.buffer] });
    } else if (data.units) {
      // A recording counts its work and does not look at a clock.
      engine.work(data.units, !!data.prove);
    } else if (data.rest) {
      working = false;
    } else if (data.take) {
      postMessage({ key: data.key, took: /** @type {any} */ (engine)[data.take]() });
    }
  });
};
