// jax-js on its wasm device: every work is one `jit`ted function, as its documentation recommends. Without cross-origin
// isolation there is no SharedArrayBuffer and so one thread, like everybody here.
//
// Its arrays are counted: an argument is consumed, `.ref` keeps it.

/** [batch, in] · [in, out] + bias */
const dense = (np, x, weight, bias) => np.matmul(x, weight).add(bias);

/** Each builder returns the function to compile, its arguments, and for training how many of them are parameters. */
const builders = {
  matmul({ np }, { inputs, dims: [n] }) {
    return { f: (a, b) => [np.matmul(a, b)], args: inputs.map((input) => np.array(input).reshape([n, n])) };
  },

  conv({ np, lax }, { inputs, dims }) {
    return { f: (x, weight) => [lax.conv(x, weight, [1, 1], 'SAME')], args: images(np, inputs, dims) };
  },

  conv_backward({ np, lax, vjp }, { inputs, dims }) {
    const [n, , h, w, out] = dims;
    const f = (x, weight, gradOut) => {
      const [value, back] = vjp((image, filter) => lax.conv(image, filter, [1, 1], 'SAME'), [x, weight]);
      const grads = back(gradOut);
      back.dispose();
      return [value, ...grads];
    };
    return { f, args: [...images(np, inputs, dims), np.array(inputs[2]).reshape([n, out, h, w])] };
  },

  attention({ np, nn }, { inputs, dims: [t, d] }) {
    const f = (x, wq, wk, wv, wo) => {
      const [q, k] = [np.matmul(x.ref, wq), np.matmul(x.ref, wk)];
      const probs = nn.softmax(np.matmul(q, k.transpose()).mul(1 / Math.sqrt(d)), -1);
      return [np.matmul(np.matmul(probs, np.matmul(x, wv)), wo)];
    };
    return { f, args: inputs.map((input, i) => np.array(input).reshape([i ? d : t, d])) };
  },

  mlp(jax, work) {
    const [batch, wide, hidden, classes] = work.dims;
    const { np, nn } = jax;
    const loss = ([w1, b1, w2, b2], x, labels) => {
      const logits = dense(np, nn.relu(dense(np, x, w1, b1)), w2, b2);
      return crossEntropy(jax, logits, labels);
    };
    const shapes = [[wide, hidden], [hidden], [hidden, classes], [classes]];
    return training(jax, work, shapes, loss, [[batch, wide], oneHot(work, classes)]);
  },

  tiny(jax, work) {
    const [batch, wide, hidden] = work.dims;
    const { np } = jax;
    const loss = ([w1, b1, w2, b2, w3, b3], x, y) => {
      const layer2 = np.tanh(dense(np, np.tanh(dense(np, x, w1, b1)), w2, b2));
      return np.mean(np.square(dense(np, layer2, w3, b3).sub(y))).mul(0.5);
    };
    const shapes = [[wide, hidden], [hidden], [hidden, hidden], [hidden], [hidden, 1], [1]];
    return training(jax, work, shapes, loss, [[batch, wide], np.array(work.inputs.at(-1)).reshape([batch, 1])]);
  },

  cnn(jax, work) {
    const [batch] = work.dims;
    const { np, nn, lax } = jax;
    const block = (x, weight, bias, channels) => {
      const out = lax.conv(x, weight, [1, 1], 'SAME').add(bias.reshape([channels, 1, 1]));
      return lax.reduceWindow(nn.relu(out), np.max, [2, 2], [2, 2]);
    };
    const loss = ([w1, b1, w2, b2, w3, b3], x, labels) => {
      const features = block(block(x, w1, b1, 8), w2, b2, 16).reshape([batch, 784]);
      return crossEntropy(jax, dense(np, features, w3, b3), labels);
    };
    const shapes = [[8, 1, 5, 5], [8], [16, 8, 5, 5], [16], [784, 10], [10]];
    return training(jax, work, shapes, loss, [[batch, 1, 28, 28], oneHot(work, 10)]);
  },
};

function images(np, inputs, [n, c, h, w, out, k]) {
  return [np.array(inputs[0]).reshape([n, c, h, w]), np.array(inputs[1]).reshape([out, c, k, k])];
}

function oneHot({ inputs }, classes) {
  const labels = inputs.at(-1);
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (rows[i * classes + label] = 1));
  return { rows, classes };
}

function crossEntropy({ nn }, logits, labels) {
  const batch = logits.shape[0];
  return nn.logSoftmax(logits, -1).mul(labels).sum().mul(-1 / batch);
}

/** One compiled function: gradients and update, parameters in, parameters out. */
function training({ np, grad }, { inputs, lr }, shapes, loss, [xShape, target]) {
  const params = shapes.map((shape, i) => np.array(inputs[i]).reshape(shape));
  const x = np.array(inputs[shapes.length]).reshape(xShape);
  const y = target.rows ? np.array(target.rows).reshape([-1, target.classes]) : target;
  const f = (...args) => {
    const weights = args.slice(0, shapes.length);
    const grads = grad(loss)(weights.map((weight) => weight.ref), ...args.slice(shapes.length));
    return weights.map((weight, i) => weight.sub(grads[i].mul(lr)));
  };
  return { f, args: [...params, x, y], params: shapes.length };
}

export async function openJax(bundle) {
  const library = await import(bundle);
  await library.init('wasm');
  library.defaultDevice('wasm');
  const jax = { ...library, np: library.numpy };
  return async (work) => {
    const { f, args, params = 0 } = builders[work.kind](jax, work);
    const compiled = library.jit(f);
    let out = [];
    return {
      async run(n) {
        for (let i = 0; i < n; i++) {
          // Parameters are consumed and replaced; everything else is kept.
          const next = compiled(...args.map((arg, at) => (at < params ? arg : arg.ref)));
          if (params) args.splice(0, params, ...next);
          else for (const old of out) old.dispose();
          out = next;
          // A result that is disposed of before anybody waits for it may never be computed.
          if (!params) await library.blockUntilReady(out.map((array) => array.ref));
        }
        if (params) await library.blockUntilReady(out.map((array) => array.ref));
      },
      results: async () => Promise.all(out.map((array) => array.ref.data())),
      close() {
        for (const array of new Set([...args, ...out])) array.dispose();
        compiled.dispose();
      },
    };
  };
}
