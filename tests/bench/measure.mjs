// How times are taken. Not what is timed, and not what is drawn: this file knows neither peers nor tables, so that a
// page of the site can measure with it as well.
//
// A contestant is anything with `run(n)`, which does its work n times and may return a promise. Contestants are timed
// in rounds, one sample each a round, the order turned by one every round, so that a slow minute of the machine falls
// on all of them; what counts is the median over the rounds.

/** The middle value, or the mean of the two middle ones. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Milliseconds per run, over n runs. */
export async function sample(contestant, n) {
  await contestant.enter?.();
  const start = performance.now();
  await contestant.run(n);
  return (performance.now() - start) / n;
}

/** Milliseconds that a sample must last to be believed: the clock of a page that is not isolated moves in steps of 0.1. */
const TELLING_MS = 1;

/**
 * Runs until the engine has compiled what is hot (V8 replaces its baseline wasm code in the background), then returns
 * how many runs fill one sample of about `sampleMs`. It goes on past `warmMs` until one sample could be believed.
 */
export async function calibrate(contestant, { warmMs, sampleMs }) {
  let n = 1;
  let fastest = Infinity; // a busy machine makes a sample longer, never shorter
  for (let spent = 0; spent < warmMs || fastest === Infinity; ) {
    const each = await sample(contestant, n);
    spent += each * n;
    if (each * n >= TELLING_MS) fastest = Math.min(fastest, each);
    n = fastest === Infinity ? n * 8 : Math.max(1, Math.min(n * 8, Math.round(sampleMs / fastest)));
    await new Promise((resume) => setTimeout(resume));
  }
  return Math.max(1, Math.round(sampleMs / fastest));
}

/** A sample that the clock can tell: code may have become faster since it was calibrated, and then takes more runs. */
async function told(contestant, entry) {
  for (;;) {
    const each = await sample(contestant, entry.n);
    if (each * entry.n >= TELLING_MS) return each;
    entry.n *= 2;
  }
}

/**
 * Times all contestants, interleaved. Returns a map from contestant to `{ms, samples}` or `{error}`.
 * Whoever needs longer than `slowMs` a run gets `slowRounds` rounds, all others `rounds`. `between` is awaited before each
 * sample, outside the clock; what it throws ends everything.
 */
export async function compare(
  contestants,
  { warmMs = 400, sampleMs = 60, rounds = 7, slowMs = 400, slowRounds = 3, between = async () => {} } = {},
) {
  const entries = new Map();
  for (const contestant of contestants) {
    await between();
    try {
      entries.set(contestant, { n: await calibrate(contestant, { warmMs, sampleMs }), samples: [] });
    } catch (error) {
      entries.set(contestant, { error: String(error) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contestants.length; i++) {
      const contestant = contestants[(i + round) % contestants.length];
      const entry = entries.get(contestant);
      if (entry.error || (round >= slowRounds && entry.samples[0] > slowMs)) continue;
      await between();
      try {
        entry.samples.push(await told(contestant, entry));
      } catch (error) {
        entry.error = String(error);
      }
    }
  }
  for (const entry of entries.values()) if (!entry.error) entry.ms = median(entry.samples);
  return entries;
}
