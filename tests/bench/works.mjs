// What is measured: one row a work, with its inputs, its counted FLOPs and what a correct result is.
// Not how it is timed (measure.mjs) nor who does it (peers/).
//
// FLOPs: a multiply-accumulate is 2; padding counts; only products count (no bias, activation, loss or update), so the
// share of the limit that a training step reaches is understated for everybody alike.
// Layouts: matrices row-major, images NCHW, filters OIHW, dense weights [in, out]. A contestant that wants another
// layout converts when it opens the case and again when it is asked for results, both outside the clock; whatever it
// packs or converts inside a run is on the clock. Weights are constants in forward works, as in inference.

import * as reference from './reference.mjs';

/** The order is that of `Kind` in abi.rs. */
export const KINDS = ['matmul', 'conv', 'conv_backward', 'mlp', 'tiny', 'cnn', 'attention'];

/** Learning rates of the training works; abi.rs has the same. */
export const LR = { mlp: 0.05, tiny: 0.03, cnn: 0.05 };

/** Steps that are compared with the reference before a training work is timed. */
const CHECKED_STEPS = 3;

/** Uniform numbers in [low, high) from a 32-bit counter (mulberry32): the same in every run and engine. */
function uniform(seed) {
  return (length, low = -1, high = 1) =>
    Float32Array.from({ length }, () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return low + ((high - low) * ((t ^ (t >>> 14)) >>> 0)) / 4294967296;
    });
}

function matmul(n) {
  const fill = uniform(n);
  const inputs = [fill(n * n), fill(n * n)];
  return {
    id: `matmul ${n}`, kind: 'matmul', unit: 'GFLOP/s', dims: [n], inputs, flops: 2 * n ** 3, steps: 1,
    reference: () => [reference.matmul(...inputs, n, n, n)],
  };
}

/** Stride 1, same padding, no bias. */
function conv(n, c, h, out, k, backward) {
  const fill = uniform(h);
  const padding = (k - 1) / 2;
  const inputs = [fill(n * c * h * h), fill(out * c * k * k)];
  const dims = { n, c, h, w: h, out, k, padding };
  const forward = 2 * n * out * h * h * c * k * k;
  const work = { dims: Object.values(dims), unit: 'GFLOP/s', steps: 1 };
  const shape = `${h}x${h}x${c}->${out} k${k} b${n}`;
  if (!backward) {
    const result = () => [reference.conv(...inputs, dims)];
    return { id: `conv fwd ${shape}`, kind: 'conv', ...work, inputs, flops: forward, reference: result };
  }
  const gradOut = new Float32Array(n * out * h * h).fill(1);
  return {
    id: `conv fwd+bwd ${shape}`, kind: 'conv_backward', ...work, inputs: [...inputs, gradOut], flops: 3 * forward,
    reference: () => [reference.conv(...inputs, dims), ...reference.convBackward(...inputs, gradOut, dims)],
  };
}

/** He-uniform weights and small biases: none is zero, so that a forgotten bias shows. */
function init(fill, shapes) {
  return shapes.map(([length, fanIn]) => {
    const bound = fanIn ? Math.sqrt(6 / fanIn) : 0.05;
    return fill(length, -bound, bound);
  });
}

function training(id, kind, dims, flops, params, batch) {
  return {
    id, kind, dims, flops, unit: 'steps/s', steps: CHECKED_STEPS, inputs: [...params, ...batch], lr: LR[kind],
    params: params.length,
    reference: () => reference.train(kind, dims, params, batch, LR[kind], CHECKED_STEPS),
  };
}

function mlp(batch, inputs, hidden, classes) {
  const fill = uniform(784);
  const params = init(fill, [[inputs * hidden, inputs], [hidden], [hidden * classes, hidden], [classes]]);
  const labels = fill(batch, 0, classes).map(Math.floor);
  const flops = 2 * batch * (2 * inputs * hidden + 3 * hidden * classes);
  const id = `train MLP ${inputs}-${hidden}-${classes} b${batch}`;
  return training(id, 'mlp', [batch, inputs, hidden, classes], flops, params, [fill(batch * inputs, 0, 1), labels]);
}

/** The network of a playground: two hidden layers of eight tanh units, one linear output, half the squared error. */
function tiny(batch, inputs, hidden) {
  const fill = uniform(288);
  const shapes = [[inputs * hidden, inputs], [hidden], [hidden * hidden, hidden], [hidden], [hidden, hidden], [1]];
  const x = fill(batch * inputs);
  const y = Float32Array.from({ length: batch }, (_, i) => (x[i * inputs] * x[i * inputs + 1] > 0 ? 1 : -1));
  const flops = 2 * batch * (2 * inputs * hidden + 3 * hidden * hidden + 3 * hidden);
  const id = `train MLP ${inputs}-${hidden}-${hidden}-1 tanh b${batch}`;
  return training(id, 'tiny', [batch, inputs, hidden], flops, init(fill, shapes), [x, y]);
}

/** conv 8@5x5, ReLU, max pool 2, conv 16@5x5, ReLU, max pool 2, dense 10; 28x28 pixels, padding 2. */
function cnn(batch) {
  const fill = uniform(32);
  const shapes = [[8 * 25, 25], [8], [16 * 8 * 25, 200], [16], [784 * 10, 784], [10]];
  const conv1 = 28 * 28 * 8 * 25;
  const conv2 = 14 * 14 * 16 * 8 * 25;
  const flops = 2 * batch * (2 * conv1 + 3 * conv2 + 3 * 7840);
  const labels = fill(batch, 0, 10).map(Math.floor);
  return training(`train CNN b${batch}`, 'cnn', [batch], flops, init(fill, shapes), [fill(batch * 784, 0, 1), labels]);
}

/** One head, with the four projections; softmax over the keys. */
function attention(t, d) {
  const fill = uniform(64);
  const bound = Math.sqrt(3 / d);
  const inputs = [fill(t * d), ...[0, 1, 2, 3].map(() => fill(d * d, -bound, bound))];
  return {
    id: `attention fwd T${t} D${d}`, kind: 'attention', unit: 'ms', dims: [t, d], inputs, steps: 1,
    flops: 2 * (4 * t * d * d + 2 * t * t * d),
    reference: () => [reference.attention(...inputs, t, d)],
  };
}

const CONVS = [[32, 1, 28, 8, 5], [32, 16, 14, 32, 3], [1, 64, 56, 64, 3]];

/** Every row of the table that is timed, made when it is wanted: inputs and references are large. */
export const WORKS = [
  ...[64, 128, 256, 512].map((n) => () => matmul(n)),
  ...CONVS.map((shape) => () => conv(...shape, false)),
  ...CONVS.map((shape) => () => conv(...shape, true)),
  () => mlp(64, 784, 128, 10),
  () => tiny(10, 2, 8),
  () => cnn(32),
  () => attention(64, 64),
];

/**
 * How far `results` are from the reference, as a share of the reference's largest magnitude; for training, of the
 * largest change of that parameter, because weights that never moved would look right otherwise.
 */
export function error(work, results, expected) {
  if (results.length !== expected.length) throw new Error(`${results.length} results, expected ${expected.length}`);
  let worst = 0;
  expected.forEach((want, index) => {
    const got = results[index];
    if (got.length !== want.length) throw new Error(`result ${index} has ${got.length} values, expected ${want.length}`);
    const start = work.params ? work.inputs[index] : null;
    let scale = 0;
    let off = 0;
    for (let i = 0; i < want.length; i++) {
      scale = Math.max(scale, Math.abs(start ? want[i] - start[i] : want[i]));
      const difference = Math.abs(got[i] - want[i]);
      off = difference <= off ? off : difference; // NaN stays
    }
    worst = off / scale <= worst ? worst : off / scale;
  });
  return worst;
}

/** Loose: f32 rounding of sums of 600 products and approximate exponentials pass, a wrong formula does not. */
export const TOLERANCE = 2e-3;
