// The bytes that a reader downloads, brotli at its best setting: everything that the works of this bench need, wasm and
// JS together, bundled and minified (bundle.mjs) or as published in that form.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { finish } from './table.mjs';

function brotli(file) {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

const total = (files) => files.reduce((sum, file) => sum + brotli(file), 0);

/** The rows of sizes. `site` is the folder with the wasm and the glue that readers get, if it is built. */
export function shipped(out, site) {
  const npm = (...path) => join(out, 'node_modules', ...path);
  const wasm = (name) => join(out, 'wasm', `${name}.wasm`);
  const js = existsSync(join(out, 'js', 'parts.json')) ? JSON.parse(readFileSync(join(out, 'js', 'parts.json'))) : {};
  const bundle = (name) => (js[name] ?? [`js/${name}.js`]).map((file) => join(out, file));
  const libraries = {
    'tfjs-wasm': [...bundle('tfjs-wasm'), npm('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')],
    'tfjs-cpu': bundle('tfjs-cpu'),
    'ort-web': ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']
      .map((file) => npm('onnxruntime-web', 'dist', file)),
    'jax-js': bundle('jax-js'),
    convnetjs: [npm('convnetjs', 'build', 'convnet-min.js')],
    burn: [wasm('burn')],
    candle: [wasm('candle')],
  };
  const weigh = (entries) => {
    const peers = {};
    const errors = {};
    for (const [name, files] of Object.entries(entries)) {
      const missing = files.find((file) => !existsSync(file));
      peers[name] = missing ? null : total(files);
      if (missing) errors[name] = `no ${missing}`;
    }
    return { peers, errors };
  };
  const ours = existsSync(wasm('ours')) ? brotli(wasm('ours')) : null;
  const row = (work, mine, entries) => finish({ work, unit: 'bytes', ours: mine, limit: null, ...weigh(entries) });
  const table = [row('these works, brotli', ours, libraries)];
  const files = ['full.js', 'simd.wasm'].map((file) => join(site, file));
  if (files.every(existsSync)) table.push(row('the whole site engine, brotli', total(files), libraries));
  return table;
}
