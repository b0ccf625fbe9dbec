// TensorFlow.js, both of its CPU backends: wasm (XNNPACK; the simd build, one thread) and plain JS.
//
// The backend is a state of the library, so each contestant enters its own before it is timed. Images are NHWC and
// filters HWIO, which is what TensorFlow.js is made for. Results stay in the library's memory: both backends compute at
// once, so nothing is left to wait for.

const TO_NHWC = [0, 2, 3, 1];
const TO_NCHW = [0, 3, 1, 2];
const TO_HWIO = [2, 3, 1, 0];
const TO_OIHW = [3, 2, 0, 1];

/** Each builder returns `step`, which computes a list of tensors, and `read`, which puts them in the work's layout. */
const builders = {
  matmul(tf, { inputs, dims: [n] }) {
    const [a, b] = inputs.map((input) => tf.tensor(input, [n, n]));
    return { step: () => [tf.matMul(a, b)] };
  },

  conv(tf, { inputs, dims: [n, c, h, w, out, k] }) {
    const x = tf.tensor(inputs[0], [n, c, h, w]).transpose(TO_NHWC);
    const weight = tf.tensor(inputs[1], [out, c, k, k]).transpose(TO_HWIO);
    return { step: () => [tf.conv2d(x, weight, 1, 'same')], read: ([result]) => [result.transpose(TO_NCHW)] };
  },

  conv_backward(tf, { inputs, dims: [n, c, h, w, out, k] }) {
    const x = tf.tensor(inputs[0], [n, c, h, w]).transpose(TO_NHWC);
    const weight = tf.tensor(inputs[1], [out, c, k, k]).transpose(TO_HWIO);
    const gradOut = tf.ones([n, h, w, out]);
    const both = tf.valueAndGrads((image, filter) => tf.conv2d(image, filter, 1, 'same'));
    const step = () => {
      const { value, grads } = both([x, weight], gradOut);
      return [value, ...grads];
    };
    const read = ([value, gx, gw]) => [value.transpose(TO_NCHW), gx.transpose(TO_NCHW), gw.transpose(TO_OIHW)];
    return { step, read };
  },

  attention(tf, { inputs, dims: [t, d] }) {
    const x = tf.tensor(inputs[0], [t, d]);
    const [wq, wk, wv, wo] = inputs.slice(1).map((input) => tf.tensor(input, [d, d]));
    const scale = tf.scalar(1 / Math.sqrt(d));
    const step = () => {
      const scores = tf.matMul(tf.matMul(x, wq), tf.matMul(x, wk), false, true);
      return [tf.matMul(tf.matMul(tf.softmax(tf.mul(scores, scale)), tf.matMul(x, wv)), wo)];
    };
    return { step };
  },

  mlp(tf, work) {
    const [batch, wide, hidden, classes] = work.dims;
    const params = variables(tf, work, [[wide, hidden], [hidden], [hidden, classes], [classes]]);
    const [w1, b1, w2, b2] = params;
    const x = tf.tensor(work.inputs[4], [batch, wide]);
    const logits = () => dense(tf, dense(tf, x, w1, b1, 'relu'), w2, b2);
    return descend(tf, work, params, crossEntropy(tf, work, logits, classes));
  },

  tiny(tf, work) {
    const [batch, wide, hidden] = work.dims;
    const params = variables(tf, work, [[wide, hidden], [hidden], [hidden, hidden], [hidden], [hidden, 1], [1]]);
    const [w1, b1, w2, b2, w3, b3] = params;
    const [x, y] = [tf.tensor(work.inputs[6], [batch, wide]), tf.tensor(work.inputs[7], [batch, 1])];
    const half = tf.scalar(0.5);
    const loss = () => {
      const layer2 = tf.tanh(dense(tf, tf.tanh(dense(tf, x, w1, b1)), w2, b2));
      return tf.mul(half, tf.mean(tf.square(tf.sub(dense(tf, layer2, w3, b3), y))));
    };
    return descend(tf, work, params, loss);
  },

  cnn(tf, work) {
    const [batch] = work.dims;
    const shapes = [[8, 1, 5, 5], [8], [16, 8, 5, 5], [16], [16, 7, 7, 10], [10]];
    // Flattened NHWC images meet rows in (h, w, c) order, so the dense weights are laid out alike.
    const orders = [TO_HWIO, null, TO_HWIO, null, [1, 2, 0, 3], null];
    const params = variables(tf, work, shapes, orders);
    const [w1, b1, w2, b2, w3, b3] = params;
    const x = tf.tensor(work.inputs[6], [batch, 28, 28, 1]);
    const block = (input, filter, bias) => {
      const options = { x: input, filter, strides: 1, pad: 'same', bias, activation: 'relu' };
      return tf.maxPool(tf.fused.conv2d(options), 2, 2, 'valid');
    };
    const logits = () => {
      const features = tf.reshape(block(block(x, w1, b1), w2, b2), [batch, 784]);
      return dense(tf, features, tf.reshape(w3, [784, 10]), b3);
    };
    const inverse = [TO_OIHW, null, TO_OIHW, null, [2, 0, 1, 3], null];
    return descend(tf, work, params, crossEntropy(tf, work, logits, 10), inverse);
  },
};

function variables(tf, { inputs }, shapes, orders = []) {
  return shapes.map((shape, i) => {
    const tensor = tf.tensor(inputs[i], shape);
    return tf.variable(orders[i] ? tensor.transpose(orders[i]) : tensor);
  });
}

/** What a dense layer of the library itself calls. */
function dense(tf, a, b, bias, activation = 'linear') {
  return tf.fused.matMul({ a, b, bias, activation });
}

function crossEntropy(tf, work, logits, classes) {
  const labels = tf.oneHot(tf.tensor1d(work.inputs.at(-1), 'int32'), classes).toFloat();
  return () => tf.losses.softmaxCrossEntropy(labels, logits());
}

function descend(tf, { lr }, params, loss, orders = []) {
  const optimizer = tf.train.sgd(lr);
  const step = () => {
    optimizer.minimize(loss, false, params);
    return [];
  };
  return { step, read: () => params.map((param, i) => (orders[i] ? param.transpose(orders[i]) : param)) };
}

/** `bundle` is tfjs-wasm.js or tfjs-cpu.js of bundle.mjs, `files` where the wasm of the wasm backend lies. */
export async function openTfjs(bundle, backend, files) {
  const tf = await import(bundle);
  if (backend === 'wasm') {
    tf.setWasmPaths(files);
    tf.setThreadsCount(1);
  }
  tf.enableProdMode();
  return async (work) => {
    await tf.setBackend(backend);
    tf.engine().startScope();
    const { step, read = (tensors) => tensors } = builders[work.kind](tf, work);
    let out = [];
    return {
      enter: () => tf.setBackend(backend),
      run(n) {
        for (let i = 0; i < n; i++) {
          tf.dispose(out);
          out = tf.tidy(step);
        }
      },
      results: () => tf.tidy(() => read(out).map((tensor) => tensor.dataSync().slice())),
      async close() {
        await tf.setBackend(backend);
        tf.engine().endScope();
        tf.disposeVariables();
      },
    };
  };
}
