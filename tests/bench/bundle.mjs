// Bundles and minifies the peers that are published as modules, as a page that ships them would: OUT/js/NAME.js.
// What a bundle loads at once is listed in OUT/js/parts.json, for weighing; chunks loaded on demand are not.
//
//   NODE_PATH=OUT/node_modules node bundle.mjs OUT

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = resolve(process.argv[2]);
const here = dirname(fileURLToPath(import.meta.url));
const { build } = createRequire(join(out, 'package.json'))('esbuild');

const names = ['tfjs-wasm', 'tfjs-cpu', 'jax-js'];
const { metafile } = await build({
  absWorkingDir: out,
  entryPoints: names.map((name) => join(here, 'peers', 'npm', `${name}.mjs`)),
  outdir: join(out, 'js'),
  // Both backends of TensorFlow.js share one core, which is state of the page.
  splitting: true, bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', metafile: true,
  nodePaths: [join(out, 'node_modules')],
  logLevel: 'error',
});

/** An output file and everything that it imports statically. */
function parts(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of metafile.outputs[file].imports) if (kind === 'import-statement') parts(path, seen);
  return seen;
}

const entries = Object.keys(metafile.outputs).filter((file) => names.includes(basename(file, '.js')));
const list = Object.fromEntries(entries.map((file) => [basename(file, '.js'), [...parts(file)]]));
writeFileSync(join(out, 'js', 'parts.json'), `${JSON.stringify(list, null, 1)}\n`);
