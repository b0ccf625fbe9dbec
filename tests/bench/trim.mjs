// Leaves of a wasm module's exports only those of abi.rs and of limit/, and none of its custom sections, so that what no work calls
// can be removed by the optimiser that comes next. Without this a module would be weighed with everything that the
// crate offers to JS for other purposes: ours with the site, Burn and Candle with the descriptions of wasm-bindgen.
//
//   node trim.mjs IN OUT

import { readFileSync, writeFileSync } from 'node:fs';

const KEPT = new Set([
  'memory', 'stage', 'dim', 'open', 'run', 'results', 'result', 'result_len', 'close', 'panic_text', 'panic_len',
  'flops_each',
]);
const CUSTOM = 0;
const EXPORT = 7;

/** Unsigned LEB128 at `at`: the value and where it ends. */
function read(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** The export section's entries, each a name (length, UTF-8), a kind (one byte) and an index. */
function trimExports(section) {
  let [count, at] = read(section, 0);
  const kept = [];
  for (; count > 0; count--) {
    const start = at;
    const [length, name] = read(section, at);
    [, at] = read(section, name + length + 1);
    if (KEPT.has(section.subarray(name, name + length).toString())) kept.push(section.subarray(start, at));
  }
  return Buffer.concat([Buffer.from(leb(kept.length)), ...kept]);
}

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);
const parts = [module.subarray(0, 8)]; // magic, version
for (let at = 8; at < module.length; ) {
  const id = module[at];
  const [length, start] = read(module, at + 1);
  at = start + length;
  if (id === CUSTOM) continue;
  const body = module.subarray(start, at);
  const section = id === EXPORT ? trimExports(body) : body;
  parts.push(Buffer.from([id, ...leb(section.length)]), section);
}
writeFileSync(to, Buffer.concat(parts));
