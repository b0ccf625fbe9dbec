// onnxruntime-web, wasm execution provider, one thread, all graph optimisations. Inference only.
//
// Weights are initializers, which lets the runtime arrange them for its kernels when the session opens; a product of
// two matrices has both as inputs. `run` copies inputs into the runtime's memory and results out of it: there is no
// other way in with this provider, so that is on the clock.

import { model } from './onnx.mjs';

const builders = {
  matmul({ inputs, dims: [n] }) {
    const [a, b] = inputs.map((values) => [[n, n], values]);
    const graph = { nodes: [['MatMul', ['a', 'b'], 'out']], inputs: { a: a[0], b: b[0] }, outputs: { out: [n, n] } };
    return { graph, feeds: { a, b } };
  },

  conv({ inputs, dims: [n, c, h, w, out, k, pad] }) {
    const attributes = { kernel_shape: [k, k], pads: [pad, pad, pad, pad], strides: [1, 1] };
    const graph = {
      nodes: [['Conv', ['x', 'weight'], 'out', attributes]],
      inputs: { x: [n, c, h, w] },
      outputs: { out: [n, out, h, w] },
      constants: { weight: [[out, c, k, k], inputs[1]] },
    };
    return { graph, feeds: { x: [[n, c, h, w], inputs[0]] } };
  },

  attention({ inputs, dims: [t, d] }) {
    const [wq, wk, wv, wo] = inputs.slice(1).map((values) => [[d, d], values]);
    const graph = {
      nodes: [
        ['MatMul', ['x', 'wq'], 'q'],
        ['MatMul', ['x', 'wk'], 'k'],
        ['MatMul', ['x', 'wv'], 'v'],
        ['Transpose', ['k'], 'kt', { perm: [1, 0] }],
        ['MatMul', ['q', 'kt'], 'products'],
        ['Mul', ['products', 'scale'], 'scores'],
        ['Softmax', ['scores'], 'probs', { axis: 1 }],
        ['MatMul', ['probs', 'v'], 'mixed'],
        ['MatMul', ['mixed', 'wo'], 'out'],
      ],
      inputs: { x: [t, d] },
      outputs: { out: [t, d] },
      constants: { wq, wk, wv, wo, scale: [[], Float32Array.of(1 / Math.sqrt(d))] },
    };
    return { graph, feeds: { x: [[t, d], inputs[0]] } };
  },
};

export async function openOrt(base) {
  const ort = await import(`${base}/dist/ort.wasm.min.mjs`);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${base}/dist/`;
  ort.env.logLevel = 'error';
  return async (work) => {
    if (!builders[work.kind]) throw new Error('not offered: inference only');
    const { graph, feeds } = builders[work.kind](work);
    const session = await ort.InferenceSession.create(model(graph), {
      executionProviders: ['wasm'], graphOptimizationLevel: 'all',
    });
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, [dims, values]]) => [name, new ort.Tensor('float32', values, dims)]));
    let out;
    return {
      async run(n) {
        for (let i = 0; i < n; i++) out = await session.run(tensors);
      },
      results: () => [out.out.data],
      close: () => session.release(),
    };
  };
}
