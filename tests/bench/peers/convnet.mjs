// ConvNetJS 0.3: plain JS, one sample at a time, no matrices. It does convolutions and training; nothing else here.
//
// A volume is [y, x, depth] (NHWC), a filter likewise. Its trainer sums gradients over `batch_size` samples and then
// updates with their mean.

function volume(c, { w, h, depth, values }) {
  const vol = new c.Vol(w, h, depth, 0);
  for (let i = 0; i < values.length; i++) vol.w[i] = values[i];
  return vol;
}

/** Item `index` of [n, c, h, w] values, in the order of a volume. */
function item(values, index, c, h, w) {
  const out = new Float64Array(c * h * w);
  for (let d = 0; d < c; d++) {
    for (let p = 0; p < h * w; p++) out[p * c + d] = values[(index * c + d) * h * w + p];
  }
  return out;
}

/** The inverse of `item`, for a list of volumes' values. */
function gather(items, c, h, w) {
  const out = new Float32Array(items.length * c * h * w);
  items.forEach((values, n) => {
    for (let d = 0; d < c; d++) for (let p = 0; p < h * w; p++) out[(n * c + d) * h * w + p] = values[p * c + d];
  });
  return out;
}

/** A convolution layer over a batch of volumes, with or without the way back. */
function conv(c, { inputs, dims: [n, channels, h, w, out, k, pad] }, backward) {
  const options = { in_sx: w, in_sy: h, in_depth: channels, sx: k, filters: out, stride: 1, pad, bias_pref: 0 };
  const layer = new c.ConvLayer(options);
  layer.filters.forEach((filter, o) => item(inputs[1], o, channels, k, k).forEach((v, i) => (filter.w[i] = v)));
  const volumes = Array.from({ length: n }, (_, i) =>
    volume(c, { w, h, depth: channels, values: item(inputs[0], i, channels, h, w) }));
  let outs;
  const step = () => {
    if (backward) for (const filter of layer.filters) filter.dw.fill(0);
    outs = volumes.map((vol) => {
      const result = layer.forward(vol, true);
      if (backward) {
        result.dw.fill(1);
        layer.backward();
      }
      return result;
    });
  };
  const results = () => [
    gather(outs.map((vol) => vol.w), out, h, w),
    ...(backward
      ? [gather(volumes.map((vol) => vol.dw), channels, h, w), gather(layer.filters.map((f) => f.dw), channels, k, k)]
      : []),
  ];
  return { step, results };
}

/** Layers whose weights are [in, out] matrices or OIHW filters here; `shape` is what their input volume looks like. */
function training(c, work, definitions, shape, target) {
  const [batch] = work.dims;
  const net = new c.Net();
  net.makeLayers([{ type: 'input', out_sx: shape.w, out_sy: shape.h, out_depth: shape.depth }, ...definitions]);
  const layers = net.layers.filter((layer) => layer.filters);
  /** Visits (layer, position in the filter, filter, index in the work's parameter) for each weight. */
  const each = (visit) => layers.forEach((layer, l) => {
    const deep = layer.filters[0].w.length;
    const { depth } = layer.filters[0];
    const area = deep / depth;
    const conv = layer.layer_type === 'conv';
    // A dense layer behind a volume [h, w, c] finds its rows in (c, h, w) order.
    const behind = !conv && l > 0 && layers[l - 1].layer_type === 'conv' ? 16 : 1;
    layer.filters.forEach((filter, o) => {
      for (let i = 0; i < deep; i++) {
        const row = behind > 1 ? (i % behind) * (deep / behind) + Math.floor(i / behind) : i;
        const at = conv ? (o * depth + (i % depth)) * area + Math.floor(i / depth) : row * layer.filters.length + o;
        visit(filter, i, 2 * l, at);
      }
      visit(layer.biases, o, 2 * l + 1, o);
    });
  });
  each((vol, i, param, at) => (vol.w[i] = work.inputs[param][at]));
  const x = work.inputs.at(-2);
  const wide = x.length / batch;
  const samples = Array.from({ length: batch }, (_, i) => ({
    vol: volume(c, { ...shape, values: x.subarray(i * wide, (i + 1) * wide) }), // one channel: no permutation
    target: target(work.inputs.at(-1)[i]),
  }));
  const options = { method: 'sgd', learning_rate: work.lr, momentum: 0, batch_size: batch, l2_decay: 0 };
  const trainer = new c.Trainer(net, options);
  const results = () => {
    const out = work.inputs.slice(0, work.params).map((param) => new Float32Array(param.length));
    each((vol, i, param, at) => (out[param][at] = vol.w[i]));
    return out;
  };
  return { step: () => samples.forEach((sample) => trainer.train(sample.vol, sample.target)), results };
}

const dense = (wide) => ({ w: 1, h: 1, depth: wide });

const builders = {
  conv: (c, work) => conv(c, work, false),
  conv_backward: (c, work) => conv(c, work, true),
  mlp(c, work) {
    const [, wide, hidden, classes] = work.dims;
    const layers = [{ type: 'fc', num_neurons: hidden, activation: 'relu' }, { type: 'softmax', num_classes: classes }];
    return training(c, work, layers, dense(wide), (label) => label);
  },
  tiny(c, work) {
    const [, wide, hidden] = work.dims;
    const layer = { type: 'fc', num_neurons: hidden, activation: 'tanh' };
    return training(c, work, [layer, layer, { type: 'regression', num_neurons: 1 }], dense(wide), (y) => [y]);
  },
  cnn(c, work) {
    const block = (filters) => [
      { type: 'conv', sx: 5, filters, stride: 1, pad: 2, activation: 'relu' },
      { type: 'pool', sx: 2, stride: 2 },
    ];
    const layers = [...block(8), ...block(16), { type: 'softmax', num_classes: 10 }];
    return training(c, work, layers, { w: 28, h: 28, depth: 1 }, (label) => label);
  },
};

/** ConvNetJS is a script that looks for `module.exports`, `window` and a global `convnetjs`. */
export async function openConvnet(base) {
  const source = await (await fetch(`${base}/build/convnet-min.js`)).text();
  const c = new Function(`${source}; return convnetjs;`)();
  return async (work) => {
    if (!builders[work.kind]) throw new Error('not offered: no matrix product, no attention');
    const { step, results } = builders[work.kind](c, work);
    return {
      run(n) {
        for (let i = 0; i < n; i++) step();
      },
      results,
      close() {},
    };
  };
}
