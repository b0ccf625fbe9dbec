// The node side of the bench: serves the page, drives one headless Chromium, weighs files, prints the table, writes
// target/bench.json. What is measured stands in works.mjs, how in measure.mjs, by whom in peers/.
//
//   node run.mjs OUT [--only TEXT] [--peers a,b] [--quick] [--fastest]
//
// OUT holds node_modules/, js/ and wasm/ (run.sh puts them there). `--only` takes works whose name contains the text.
// `--quick` takes three short rounds. `--fastest` is for a machine that is busy with other things: many samples shorter
// than a time slice, and the fastest instead of the median. Both are for trying things out, never for a claim, and write
// bench-partial.json.

import { createServer } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shipped } from './weigh.mjs';
import { print, rows } from './table.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, peers: { type: 'string' }, quick: { type: 'boolean' }, fastest: { type: 'boolean' } },
});
const out = resolve(positionals[0]);
const here = dirname(fileURLToPath(import.meta.url));

const TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const ROOTS = { bench: here, npm: join(out, 'node_modules'), js: join(out, 'js'), wasm: join(out, 'wasm') };

/** Files of the three roots and nothing else. No isolation headers: shared memory and so threads stay off. */
function serve() {
  const server = createServer((request, response) => {
    const [, root, ...rest] = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)).split('/');
    const file = ROOTS[root] && join(ROOTS[root], ...rest);
    if (!file || !TYPES[extname(file)] || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] }).end(readFileSync(file));
  });
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(server)));
}

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];
  const places = [...process.env.PATH.split(':'), '/Applications/Google Chrome.app/Contents/MacOS'];
  const found = [
    process.env.TENSORSCOPE_BROWSER,
    ...names.flatMap((name) => places.map((place) => join(place, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find((path) => path && existsSync(path));
  if (!found) throw new Error('no Chromium or Chrome found on the PATH; install one or name it in TENSORSCOPE_BROWSER');
  return found;
}

const BROWSER_ARGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const QUICK = { warmMs: 200, sampleMs: 30, rounds: 3, slowRounds: 1 };
const FASTEST = { warmMs: 400, sampleMs: 8, rounds: 40, slowRounds: 1 };

async function measure() {
  const { chromium } = createRequire(join(out, 'package.json'))('playwright-core');
  const server = await serve();
  const browser = await chromium.launch({ executablePath: findChromium(), args: BROWSER_ARGS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    let finish = () => {};
    const crashed = new Promise((_, reject) => (finish = reject));
    page.on('crash', () => finish(new Error('the page crashed')));
    page.on('console', (message) => {
      if (message.type() === 'log') process.stderr.write(`  ${message.text()}\n`);
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/bench/page.html`);
    await page.waitForFunction('globalThis.bench');
    const request = {
      only: flags.only ?? '',
      peers: flags.peers?.split(',') ?? [],
      options: flags.fastest ? FASTEST : flags.quick ? QUICK : {},
    };
    const results = await Promise.race([page.evaluate((options) => globalThis.bench(options), request), crashed]);
    return { results, browser: browser.version() };
  } finally {
    await browser.close();
    server.close();
  }
}

const started = Date.now();
const { results, browser } = await measure();
const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores`;
const weights = flags.only ? [] : shipped(out, join(out, '..', 'pkg'));
const table = [...rows(results, flags.fastest), ...weights];
print(table, `Chromium ${browser} · ${machine} · one thread · ${Math.round((Date.now() - started) / 1000)} s`);
const partial = flags.only || flags.peers || flags.quick || flags.fastest;
const target = join(out, '..', partial ? 'bench-partial.json' : 'bench.json');
writeFileSync(target, `${JSON.stringify({ browser, machine, date: new Date().toISOString(), rows: table }, null, 1)}\n`);
console.log(`written to ${target}`);
