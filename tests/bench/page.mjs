// The page: opens every contestant, checks each result against the reference, times them side by side.
// run.mjs serves it and takes what `bench()` returns.

import { compare } from './measure.mjs';
import { TOLERANCE, WORKS, error } from './works.mjs';
import { openConvnet } from './peers/convnet.mjs';
import { openJax } from './peers/jax.mjs';
import { openLimit } from './peers/limit.mjs';
import { openOrt } from './peers/ort.mjs';
import { openRust } from './peers/rust.mjs';
import { openTfjs } from './peers/tfjs.mjs';

const npm = '/npm';
const OPENERS = {
  ours: () => openRust('/wasm/ours.wasm'),
  'tfjs-wasm': () => openTfjs('/js/tfjs-wasm.js', 'wasm', `${npm}/@tensorflow/tfjs-backend-wasm/dist/`),
  'tfjs-cpu': () => openTfjs('/js/tfjs-cpu.js', 'cpu'),
  'ort-web': () => openOrt(`${npm}/onnxruntime-web`),
  'jax-js': () => openJax('/js/jax-js.js'),
  convnetjs: () => openConvnet(`${npm}/convnetjs`),
  burn: () => openRust('/wasm/burn.wasm'),
  candle: () => openRust('/wasm/candle.wasm'),
};

/** A rejected promise's text, short: a runtime may print a page. */
const text = (problem) => (problem instanceof Error ? problem.message : String(problem)).slice(0, 300);

/** Opens one case and compares it with the reference; the error text is the answer if that fails. */
async function openCase(name, open, work, expected) {
  const entry = await open(work);
  entry.name = name;
  await entry.enter?.();
  await entry.run(1);
  for (let step = 1; step < work.steps; step++) await entry.run(1);
  const off = error(work, await entry.results(), expected);
  if (off <= TOLERANCE) return { entry, off };
  await entry.close();
  throw new Error(`wrong result: off by ${off.toPrecision(2)} of the largest value`);
}

async function row(work, open, limit, options) {
  const errors = {};
  const accuracy = {};
  const expected = work.reference();
  const entries = [];
  for (const [name, opener] of Object.entries(open)) {
    try {
      if (opener instanceof Error) throw opener;
      const { entry, off } = await openCase(name, opener, work, expected);
      entries.push(entry);
      accuracy[name] = off;
    } catch (problem) {
      errors[name] = text(problem);
    }
  }
  const timed = await compare([limit, ...entries], options);
  const ms = {};
  for (const [{ name }, result] of timed) {
    if (result.error) errors[name] = result.error.slice(0, 300);
    else ms[name] = result.ms;
  }
  for (const entry of entries) {
    try {
      await entry.close();
    } catch (problem) {
      console.log(`${entry.name} does not close ${work.id}: ${text(problem)}`);
    }
  }
  const samples = Object.fromEntries([...timed].map(([{ name }, result]) => [name, result.samples ?? []]));
  return { work: work.id, unit: work.unit, flops: work.flops, ms, samples, errors, accuracy, limitFlops: limit.flops };
}

/** `only`: a part of the names of the works to run; `peers`: which contestants. Empty means all. */
globalThis.bench = async ({ only = '', peers = [], options = {} } = {}) => {
  const limit = await openLimit('/wasm/limit.wasm');
  const open = {};
  for (const [name, opener] of Object.entries(OPENERS)) {
    if (peers.length && !peers.includes(name)) continue;
    try {
      open[name] = await opener();
    } catch (problem) {
      open[name] = problem instanceof Error ? problem : new Error(String(problem));
    }
  }
  const rows = [];
  for (const make of WORKS) {
    const work = make();
    if (!work.id.includes(only)) continue;
    console.log(work.id);
    rows.push(await row(work, open, limit, options));
  }
  return rows;
};
