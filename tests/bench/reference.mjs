// What is correct: every work of works.mjs once more, in f64 and plain loops. Not fast, and used by no contestant.

/** out[m, n] = a[m, k] · b[k, n] */
export function matmul(a, b, m, k, n) {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const left = a[i * k + p];
      for (let j = 0; j < n; j++) out[i * n + j] += left * b[p * n + j];
    }
  }
  return out;
}

function transpose(a, rows, columns) {
  return Float64Array.from(a, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
}

/**
 * Calls `visit(xRow, outRow, weight, x0, x1)` for every row of products in a convolution of stride 1:
 * out[outRow + x] += weight · in[xRow + x] for x in x0..x1.
 */
function convRows({ n, c, h, w, out, k, padding }, visit) {
  const oh = h + 2 * padding - k + 1;
  const ow = w + 2 * padding - k + 1;
  for (let b = 0; b < n; b++) {
    for (let o = 0; o < out; o++) {
      for (let i = 0; i < c; i++) {
        for (let kh = 0; kh < k; kh++) {
          for (let kw = 0; kw < k; kw++) {
            const weight = ((o * c + i) * k + kh) * k + kw;
            const x0 = Math.max(0, padding - kw);
            const x1 = Math.min(ow, w + padding - kw);
            for (let y = Math.max(0, padding - kh); y < Math.min(oh, h + padding - kh); y++) {
              const xRow = ((b * c + i) * h + y + kh - padding) * w + kw - padding;
              visit(xRow, ((b * out + o) * oh + y) * ow, weight, x0, x1);
            }
          }
        }
      }
    }
  }
}

/** x [n, c, h, w], weight [out, c, k, k] -> [n, out, oh, ow] */
export function conv(x, weight, dims) {
  const out = new Float64Array(outSize(dims));
  convRows(dims, (xRow, outRow, at, x0, x1) => {
    for (let i = x0; i < x1; i++) out[outRow + i] += weight[at] * x[xRow + i];
  });
  return out;
}

function outSize({ n, h, w, out, k, padding }) {
  return n * out * (h + 2 * padding - k + 1) * (w + 2 * padding - k + 1);
}

/** The gradients of `conv` with respect to x and weight. */
export function convBackward(x, weight, gradOut, dims) {
  const gradX = new Float64Array(x.length);
  const gradWeight = new Float64Array(weight.length);
  convRows(dims, (xRow, outRow, at, x0, x1) => {
    let sum = 0;
    for (let i = x0; i < x1; i++) {
      gradX[xRow + i] += weight[at] * gradOut[outRow + i];
      sum += x[xRow + i] * gradOut[outRow + i];
    }
    gradWeight[at] += sum;
  });
  return [gradX, gradWeight];
}

/** Each row of [rows, columns] becomes exp(x - max) / sum. */
function softmax(x, columns) {
  const out = Float64Array.from(x);
  for (let row = 0; row < out.length; row += columns) {
    const slice = out.subarray(row, row + columns);
    const max = slice.reduce((a, b) => Math.max(a, b));
    const sum = slice.reduce((total, v) => total + Math.exp(v - max), 0);
    slice.forEach((v, i) => (slice[i] = Math.exp(v - max) / sum));
  }
  return out;
}

/** softmax(x·wq · (x·wk)ᵀ / √d) · x·wv · wo, for x [t, d] */
export function attention(x, wq, wk, wv, wo, t, d) {
  const [q, k, v] = [wq, wk, wv].map((w) => matmul(x, w, t, d, d));
  const scores = matmul(q, transpose(k, t, d), t, d, t).map((s) => s / Math.sqrt(d));
  return matmul(matmul(softmax(scores, t), v, t, t, d), wo, t, d, d);
}

// Networks: a list of layers, each `forward(x) -> out` and `backward(gradOut) -> gradIn`, with gradients left in `grads`.

function dense(weight, bias, batch) {
  const wide = bias.length;
  const deep = weight.length / wide;
  const layer = { params: [weight, bias] };
  layer.forward = (x) => ((layer.x = x), matmul(x, weight, batch, deep, wide).map((v, i) => v + bias[i % wide]));
  layer.backward = (grad) => {
    const gradBias = new Float64Array(wide);
    grad.forEach((g, i) => (gradBias[i % wide] += g));
    layer.grads = [matmul(transpose(layer.x, batch, deep), grad, deep, batch, wide), gradBias];
    return matmul(grad, transpose(weight, deep, wide), batch, wide, deep);
  };
  return layer;
}

function conv2d(weight, bias, dims) {
  const plane = dims.h * dims.w; // same padding
  const layer = { params: [weight, bias] };
  const channel = (i) => Math.floor(i / plane) % dims.out;
  layer.forward = (x) => ((layer.x = x), conv(x, weight, dims).map((v, i) => v + bias[channel(i)]));
  layer.backward = (grad) => {
    const [gradX, gradWeight] = convBackward(layer.x, weight, grad, dims);
    const gradBias = new Float64Array(dims.out);
    grad.forEach((g, i) => (gradBias[channel(i)] += g));
    layer.grads = [gradWeight, gradBias];
    return gradX;
  };
  return layer;
}

/** Windows of 2x2, stride 2; the first of equal maxima gets the gradient. */
function maxPool(w) {
  const layer = { params: [], grads: [] };
  layer.forward = (x) => {
    layer.length = x.length;
    layer.from = Int32Array.from({ length: x.length / 4 }, (_, i) => {
      const corner = Math.floor(i / (w / 2)) * 2 * w + (i % (w / 2)) * 2;
      return [corner + 1, corner + w, corner + w + 1].reduce((best, at) => (x[at] > x[best] ? at : best), corner);
    });
    return Float64Array.from(layer.from, (at) => x[at]);
  };
  layer.backward = (grad) => {
    const gradX = new Float64Array(layer.length);
    grad.forEach((g, i) => (gradX[layer.from[i]] += g));
    return gradX;
  };
  return layer;
}

/** An activation from its value and its derivative, the latter given the value. */
function activation(value, slope) {
  const layer = { params: [], grads: [] };
  layer.forward = (x) => (layer.out = x.map(value));
  layer.backward = (grad) => grad.map((g, i) => g * slope(layer.out[i]));
  return layer;
}

const relu = () => activation((v) => Math.max(v, 0), (out) => (out > 0 ? 1 : 0));
const tanh = () => activation(Math.tanh, (out) => 1 - out * out);

function layers(kind, dims, p) {
  const batch = dims[0];
  if (kind === 'mlp') return [dense(p[0], p[1], batch), relu(), dense(p[2], p[3], batch)];
  if (kind === 'tiny') {
    return [dense(p[0], p[1], batch), tanh(), dense(p[2], p[3], batch), tanh(), dense(p[4], p[5], batch)];
  }
  const first = { n: batch, c: 1, h: 28, w: 28, out: 8, k: 5, padding: 2 };
  const second = { n: batch, c: 8, h: 14, w: 14, out: 16, k: 5, padding: 2 };
  return [
    conv2d(p[0], p[1], first), relu(), maxPool(28),
    conv2d(p[2], p[3], second), relu(), maxPool(14),
    dense(p[4], p[5], batch),
  ];
}

/** The gradient of the mean loss with respect to the outputs: cross-entropy of logits, or half the squared error. */
function lossGrad(kind, out, targets) {
  const batch = targets.length;
  if (kind === 'tiny') return out.map((v, i) => (v - targets[i]) / batch);
  const classes = out.length / batch;
  return softmax(out, classes).map((p, i) => (p - (targets[Math.floor(i / classes)] === i % classes ? 1 : 0)) / batch);
}

/** The parameters after `steps` steps of plain SGD on one batch. */
export function train(kind, dims, params, [x, targets], lr, steps) {
  const trained = params.map((p) => Float64Array.from(p));
  const net = layers(kind, dims, trained);
  for (let step = 0; step < steps; step++) {
    let value = Float64Array.from(x);
    for (const layer of net) value = layer.forward(value);
    let grad = lossGrad(kind, value, targets);
    for (const layer of [...net].reverse()) grad = layer.backward(grad);
    for (const layer of net) {
      layer.params.forEach((param, i) => param.forEach((v, at) => (param[at] = v - lr * layer.grads[i][at])));
    }
  }
  return trained;
}
