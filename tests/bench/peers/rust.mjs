// The contestants that are wasm built from Rust: ours, Burn, Candle. abi.rs has the other half of this boundary.

import { KINDS } from '../works.mjs';

/**
 * Some crates pull in wasm-bindgen for a clock or a generator that no work here uses. Their imports are satisfied by
 * functions that throw their own name, so no tool of that project is needed and no glue is timed.
 */
function imports(module) {
  const all = {};
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Error(`import ${space}.${name} is a ${kind}`);
    (all[space] ??= {})[name] = () => {
      throw new Error(`calls ${name}`);
    };
  }
  return all;
}

/** The contestant behind an address. */
export const openRust = async (url) => openModule(await WebAssembly.compileStreaming(fetch(url)));

/** One case at a time in one instance; a trap ends the instance, so every case gets a fresh one. */
export function openModule(module) {
  return async (work) => {
    const { exports } = await WebAssembly.instantiate(module, imports(module));
    /** Adds the text of the panic, which the trap alone does not carry. */
    const call = (name, ...args) => {
      try {
        return exports[name](...args);
      } catch (error) {
        const bytes = new Uint8Array(exports.memory.buffer, exports.panic_text(), exports.panic_len());
        throw new Error(new TextDecoder().decode(bytes) || String(error));
      }
    };
    for (const input of work.inputs) {
      const at = call('stage', input.length);
      new Float32Array(exports.memory.buffer, at, input.length).set(input);
    }
    for (const dim of work.dims) call('dim', dim);
    call('open', KINDS.indexOf(work.kind));
    return {
      run: (n) => call('run', n),
      results: () =>
        Array.from({ length: call('results') }, (_, i) =>
          new Float32Array(exports.memory.buffer, call('result', i), call('result_len', i)).slice()),
      /** Bytes of memory that the instance has taken; it never gives any back. */
      memory: () => exports.memory.buffer.byteLength,
      close: () => call('close'),
    };
  };
}
