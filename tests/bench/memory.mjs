// Memory stands still: each network of the bench is trained for 10,000 steps in our wasm, and takes no byte more than after
// the first ten. Not a measurement of time. tests/allocations.rs has the cause, natively: a step allocates nothing.
//
//   node memory.mjs OUT [STEPS]
//
// OUT holds wasm/ours.wasm (run.sh puts it there, and runs this before a bench that is not cut short).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModule } from './peers/rust.mjs';
import { LR, WORKS } from './works.mjs';

const [out, steps = 10_000] = process.argv.slice(2);
const open = openModule(new WebAssembly.Module(readFileSync(join(out, 'wasm', 'ours.wasm'))));
let grown = 0;
for (const make of WORKS) {
  const work = make();
  if (!(work.kind in LR)) continue;
  const network = await open(work);
  network.run(10);
  const before = network.memory();
  network.run(Number(steps));
  const more = network.memory() - before;
  console.log(`${work.id}: ${before / 1024} KB, ${more} more after ${steps} steps`);
  grown += more;
}
process.exitCode = grown ? 1 : 0;
