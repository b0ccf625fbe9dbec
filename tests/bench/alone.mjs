// Ours alone beside the limit loop, a work at a time: what the site's page "how fast is your machine" runs. The works, the
// module and the way of timing are those of the whole bench; what is left out are the peers and the comparison with the
// reference, which takes longer than the timing and which every run of the bench does.

import { compare } from './measure.mjs';
import { openLimit } from './peers/limit.mjs';
import { openRust } from './peers/rust.mjs';
import { figure, rows } from './table.mjs';
import { WORKS } from './works.mjs';

/** Short: a reader waits for it. */
const OPTIONS = { warmMs: 250, sampleMs: 40, rounds: 7 };
/** Shorter than means anything: for tests of the page. */
const QUICK = { warmMs: 10, sampleMs: 4, rounds: 1, slowRounds: 1 };

/** What will be measured: name, kind (works.mjs) and unit of each row. */
export const list = () => WORKS.map((make) => make()).map(({ id, kind, unit }) => ({ id, kind, unit }));

/**
 * Fetches the two modules and returns a function that measures work `nth`. `between` is awaited before each sample, so that a
 * page stays alive; if it throws, so does the measurement. The row has its figures as texts and the share of the limit.
 */
export async function open({ ours, limit }, quick = false) {
  const [openCase, loop] = await Promise.all([openRust(ours), openLimit(limit)]);
  return async (nth, between) => {
    const work = WORKS[nth]();
    const entry = { ...(await openCase(work)), name: 'ours' };
    const timed = await compare([loop, entry], { ...(quick ? QUICK : OPTIONS), between });
    entry.close();
    const ms = {};
    for (const [{ name }, result] of timed) {
      if (result.error) throw new Error(result.error);
      ms[name] = result.ms;
    }
    const { id, unit, flops } = work;
    const [row] = rows([{ work: id, unit, flops, ms, samples: {}, errors: {}, accuracy: {}, limitFlops: loop.flops }]);
    return { ours: figure(row.ours), limit: figure(row.limit), share: row.ratio_to_limit };
  };
}
