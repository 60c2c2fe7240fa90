// Training steps per second, in the page: ours (both variants) and TensorFlow.js (wasm, cpu) do the same:
// one layer of multi-head attention, four projections, mean square error of the output, Adam with the
// loss read every step. By turns, warmed up, medians; the losses must agree first.
const kShapes = [
  { t: 12, d: 32, h: 2 },
  { t: 64, d: 128, h: 4 },
];
const kRate = 0.002,
  kBeta1 = 0.9,
  kBeta2 = 0.999,
  kEpsilon = 1e-4;
const kSampleMs = 40;

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function random(n, scale, seed) {
  const out = new Float32Array(n);
  let state = seed >>> 0;
  for (let i = 0; i < n; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = ((state / 2 ** 32) * 2 - 1) * scale;
  }
  return out;
}

const problem = ({ t, d }) => [
  random(t * d, 1.7, 1),
  ...[2, 3, 4, 5].map((seed) => random(d * d, 1.7 / Math.sqrt(d), seed)),
  random(t * d, 1, 6),
];

async function ours(variant) {
  const m = await (await import(`/build/train-${variant}.mjs`)).default();
  return {
    name: `ours ${variant}`,
    start({ t, d, h }) {
      m._train_make(t, d, h);
      problem({ t, d }).forEach((values, i) => m.HEAPF32.set(values, m._train_data(i) >> 2));
      m._train_start(kRate);
      return { run: (steps) => m._train_run(steps), free() {} };
    },
  };
}

/**
 * tf-core's single file comes without gradients, its modules need a bundler: those of the operations
 * used here, as its dist/gradients/*_grad.js have them.
 */
function registerGradients(tf) {
  const register = (kernelName, gradFunc, more = {}) =>
    tf.registerGradient({ kernelName, gradFunc, ...more });
  register(
    'BatchMatMul',
    (dy, [a, b], { transposeB }) =>
      transposeB
        ? { a: () => tf.matMul(dy, b), b: () => tf.matMul(dy, a, true, false) }
        : { a: () => tf.matMul(dy, b, false, true), b: () => tf.matMul(a, dy, true, false) },
    { inputsToSave: ['a', 'b'] },
  );
  register(
    'Softmax',
    (dy, [y]) => {
      const weighted = tf.mul(dy, y);
      return { logits: () => tf.sub(weighted, tf.mul(tf.sum(weighted, [-1], true), y)) };
    },
    { outputsToSave: [true] },
  );
  register(
    'Multiply',
    (dy, [a, b]) => ({ a: () => tf.mul(dy, b), b: () => tf.sum(tf.mul(dy, a)) }),
    { inputsToSave: ['a', 'b'] },
  );
  register('Sub', (dy) => ({ a: () => dy, b: () => tf.neg(dy) }));
  register('Square', (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) }), { inputsToSave: ['x'] });
  register(
    'Mean',
    (dy, [x]) => ({ x: () => tf.div(tf.mul(dy, tf.ones(x.shape, 'float32')), x.size) }),
    { inputsToSave: ['x'] },
  );
  register('Reshape', (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }), { inputsToSave: ['x'] });
  register('Transpose', (dy, _saved, { perm }) => ({
    x: () =>
      tf.transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
  }));
  register('Identity', (dy) => ({ x: () => tf.cast(dy, 'float32') }));
  register('Cast', (dy) => ({ x: () => tf.clone(dy) }));
}

function tfjs(backend) {
  const { tf } = window;
  return {
    name: `tfjs ${backend}`,
    async start({ t, d, h }) {
      await tf.setBackend(backend);
      const [x, wq, wk, wv, wo, target] = problem({ t, d });
      const input = tf.tensor2d(x, [t, d]),
        want = tf.tensor2d(target, [t, d]);
      const weights = [wq, wk, wv, wo].map((w) => tf.variable(tf.tensor2d(w, [d, d])));
      const heads = (m) => tf.transpose(tf.reshape(m, [t, h, d / h]), [1, 0, 2]);
      const loss = () => {
        const [q, k, v] = weights.slice(0, 3).map((w) => heads(tf.matMul(input, w)));
        const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(d / h));
        const mixed = tf.matMul(tf.softmax(scores), v);
        const concat = tf.reshape(tf.transpose(mixed, [1, 0, 2]), [t, d]);
        return tf.mean(tf.square(tf.sub(tf.matMul(concat, weights[3]), want)));
      };
      const adam = tf.train.adam(kRate, kBeta1, kBeta2, kEpsilon);
      return {
        use: () => tf.setBackend(backend),
        run(steps) {
          let last = 0;
          for (let i = 0; i < steps; ++i) {
            const cost = adam.minimize(loss, true, weights);
            [last] = cost.dataSync();
            cost.dispose();
          }
          return last;
        },
        free() {
          [input, want, ...weights].forEach((one) => one.dispose());
          adam.dispose();
        },
      };
    },
  };
}

async function one(engines, shape, samples) {
  const jobs = [];
  for (const engine of engines) {
    try {
      const job = { name: engine.name, times: [], ...(await engine.start(shape)) };
      await job.use?.();
      job.first = job.run(1);
      job.tenth = job.run(9);
      jobs.push(job);
    } catch (error) {
      // a backend without some gradient's kernel
      jobs.push({ name: engine.name, failed: String(error.message ?? error) });
    }
  }
  const good = jobs.filter((job) => !job.failed);
  for (const job of good) {
    for (const key of ['first', 'tenth']) {
      if (!(Math.abs(job[key] / good[0][key] - 1) < 2e-3)) {
        throw new Error(`${job.name}: the loss is ${job[key]}, ours ${good[0][key]}`);
      }
    }
  }
  for (const job of good) {
    await job.use?.();
    const warm = performance.now();
    let steps = 0;
    while (steps < 20 || performance.now() - warm < 300) {
      job.run(1);
      ++steps;
    }
    job.steps = Math.max(1, Math.round((steps * kSampleMs) / (performance.now() - warm)));
  }
  for (let s = 0; s < samples; ++s) {
    for (const job of good) {
      await job.use?.();
      const start = performance.now();
      job.run(job.steps);
      job.times.push((performance.now() - start) / job.steps);
    }
  }
  good.forEach((job) => job.free());
  return {
    shape,
    engines: Object.fromEntries(
      jobs.map((job) => [
        job.name,
        job.failed
          ? { failed: job.failed }
          : {
              ms: median(job.times),
              steps_per_second: 1000 / median(job.times),
              samples: job.times.length,
              loss: job.tenth,
            },
      ]),
    ),
  };
}

export async function main({ samples, relaxed }) {
  const { tf } = window;
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  tf.wasm.setWasmPaths('/npm/@tensorflow/tfjs-backend-wasm/dist/');
  registerGradients(tf);
  const engines = [
    await ours('simd128'),
    ...(relaxed ? [await ours('relaxed')] : []),
    tfjs('wasm'),
    tfjs('cpu'),
  ];
  const results = [];
  for (const shape of kShapes) {
    console.log(`training at (${shape.t}, ${shape.d}, ${shape.h})`);
    results.push(await one(engines, shape, samples));
  }
  return { training: results };
}
