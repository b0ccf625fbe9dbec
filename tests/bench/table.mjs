// From times to the rows of bench.json and to a table that people read.

/** Converts milliseconds a run into the unit of the row. */
function inUnit(unit, ms, flops) {
  if (unit === 'GFLOP/s') return flops / ms / 1e6;
  if (unit === 'steps/s') return 1000 / ms;
  return ms;
}

/** How many times better `ours` is than `other`, whichever way the unit points. */
export function ratio(unit, ours, other) {
  if (ours == null || other == null) return null;
  return unit === 'GFLOP/s' || unit === 'steps/s' ? ours / other : other / ours;
}

/** Completes a row with its ratios. */
export function finish({ unit, ours, peers, errors, limit, ...rest }) {
  const known = Object.entries(peers).filter(([, value]) => value != null);
  const best = known.length ? known.reduce((a, b) => (ratio(unit, a[1], b[1]) >= 1 ? a : b)) : [null, null];
  return {
    ...rest, unit, ours, peers, errors, limit, best_peer: best[0],
    ratio_to_best: ratio(unit, ours, best[1]), ratio_to_limit: ratio(unit, ours, limit),
  };
}

/**
 * Rows of `{work, unit, ours, peers, errors, limit, ...}` from what the page returned: medians, or the fastest samples.
 */
export function rows(results, fastest) {
  return results.map(({ work, unit, flops, ms: medians, samples, errors, accuracy, limitFlops }) => {
    const names = Object.keys(medians);
    const ms = fastest ? Object.fromEntries(names.map((name) => [name, Math.min(...samples[name])])) : medians;
    const speed = (name) => (ms[name] === undefined ? null : inUnit(unit, ms[name], flops));
    const { limit: limitMs, ours: _, ...others } = ms;
    const all = new Set([...Object.keys(others), ...Object.keys(errors)].filter((name) => name !== 'ours'));
    // The loop's time for as many FLOPs as this work counts.
    const limit = inUnit(unit, (limitMs * flops) / limitFlops, flops);
    const peers = Object.fromEntries([...all].sort().map((name) => [name, speed(name)]));
    return finish({ work, unit, ours: speed('ours'), peers, errors, limit, flops, samples_ms: samples, accuracy });
  });
}

const ORDER = ['tfjs-wasm', 'ort-web', 'jax-js', 'burn', 'candle', 'convnetjs', 'tfjs-cpu'];

/** A figure with three digits or its whole part. */
export function figure(value) {
  if (value == null) return '-';
  if (value >= 10_000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/e.*/, '');
}

/** Prints the table, then why each empty cell is empty. */
export function print(table, heading) {
  const names = ORDER.filter((name) => table.some(({ peers }) => name in peers));
  const head = ['work', 'unit', 'ours', ...names, 'limit', 'to best', 'to limit'];
  const times = (value) => (value == null ? '-' : value.toFixed(2));
  const lines = table.map((row) => [
    row.work, row.unit, figure(row.ours), ...names.map((name) => figure(row.peers[name])), figure(row.limit),
    times(row.ratio_to_best), times(row.ratio_to_limit),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const pad = (line) => line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(`\n${heading}\n\n${pad(head)}`);
  for (const line of lines) console.log(pad(line));
  console.log('\nto best: ours against the best peer, above 1 is better; to limit: ours against the multiply-add loop.');
  const reasons = new Map();
  for (const { work, errors } of table) {
    for (const [name, text] of Object.entries(errors)) {
      const key = `${name}: ${text}`;
      reasons.set(key, [...(reasons.get(key) ?? []), work]);
    }
  }
  for (const [reason, works] of reasons) console.log(`- ${reason} (${works.join(', ')})`);
}
