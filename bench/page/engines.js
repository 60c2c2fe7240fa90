// The engines under one interface. Each: name, forward(shape, data) and gemm(shape, a, b), which give
// {run, weights?, output, free}; run() computes once and may return a promise; data = [x, w_q, w_k,
// w_v, w_o]; weights() reads them into an array of JavaScript's, output() copies. All on this thread.
import { attentionModel, gemmModel } from './onnx_graph.js';

async function wasmModule(url) {
  return (await import(url)).default();
}

export async function ours(variant) {
  const m = await wasmModule(`/build/ours-${variant}.mjs`);
  const copy = (at, n) => m.HEAPF32.slice(at >> 2, (at >> 2) + n);
  return {
    name: `ours ${variant}`,
    module: m,
    forward({ t, d, h }, data) {
      m._session_make(t, d, h, 0);
      data.forEach((values, i) => {
        const at = m._incoming_make(i === 0 ? t : d, d);
        m.HEAPF32.set(values, at >> 2);
        m._incoming_take(i);
      });
      m._session_refresh();
      const kept = new Float32Array(h * t * t); // the array that the weights are read into
      return {
        run: () => m._session_full(),
        weights: () =>
          kept.set(new Float32Array(m.HEAPF32.buffer, m._session_weights(), kept.length)),
        output: () => copy(m._session_output(), t * d),
        flops: m._session_flops(),
        free: () => m._session_free(),
      };
    },
    gemm({ m: rows, k, n }, a, b) {
      m._gemm_make(rows, k, n);
      m.HEAPF32.set(a, m._gemm_data(0) >> 2);
      m.HEAPF32.set(b, m._gemm_data(1) >> 2);
      return { run: () => m._gemm_run(), output: () => copy(m._gemm_data(2), rows * n), free() {} };
    },
  };
}

export async function eigen() {
  const m = await wasmModule('/build/eigen.mjs');
  const copy = (at, n) => m.HEAPF32.slice(at >> 2, (at >> 2) + n);
  return {
    name: 'Eigen in wasm',
    forward({ t, d, h }, data) {
      m._session_make(t, d, h);
      data.forEach((values, i) => m.HEAPF32.set(values, m._forward_data(i) >> 2));
      return {
        run: () => m._session_full(),
        output: () => copy(m._forward_data(9), t * d),
        free: () => m._session_free(),
      };
    },
    gemm({ m: rows, k, n }, a, b) {
      m._gemm_make(rows, k, n);
      m.HEAPF32.set(a, m._gemm_data(0) >> 2);
      m.HEAPF32.set(b, m._gemm_data(1) >> 2);
      return { run: () => m._gemm_run(), output: () => copy(m._gemm_data(2), rows * n), free() {} };
    },
  };
}

/** `stages`: all of them as outputs of the graph, or the last one only. */
export async function onnxruntime(stages = true) {
  const ort = await import('/npm/onnxruntime-web/dist/ort.wasm.min.mjs');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmPaths = '/npm/onnxruntime-web/dist/';
  ort.env.logLevel = 'error';
  const open = (bytes) => ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  return {
    name: stages ? 'onnxruntime-web' : 'onnxruntime-web, output only',
    version: ort.env.versions?.web,
    async forward({ t, d, h }, data) {
      const session = await open(attentionModel({ t, d, h }, data, stages));
      const feeds = { x: new ort.Tensor('float32', data[0], [t, d]) };
      let result;
      return {
        run: async () => {
          result = await session.run(feeds);
        },
        weights: stages ? () => result.weights.data : undefined,
        output: () => result.output.data,
        free: () => session.release(),
      };
    },
    async gemm({ m, k, n }, a, b) {
      const session = await open(gemmModel({ m, k, n }, b));
      const feeds = { a: new ort.Tensor('float32', a, [m, k]) };
      let result;
      return {
        run: async () => {
          result = await session.run(feeds);
        },
        output: () => result.c.data,
        free: () => session.release(),
      };
    },
  };
}

export async function tfjs() {
  const tf = globalThis.tf;
  tf.wasm.setWasmPaths('/npm/@tensorflow/tfjs-backend-wasm/dist/');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  const holder = (inputs, compute) => {
    let kept = [];
    return {
      run() {
        for (const stage of kept) stage.dispose();
        kept = tf.tidy(compute);
      },
      output: () => kept.at(-1).dataSync(),
      free() {
        for (const x of [...kept, ...inputs]) x.dispose();
      },
    };
  };
  return {
    name: 'tfjs-backend-wasm',
    version: tf.version_core,
    forward({ t, d, h }, data) {
      const x = tf.tensor2d(data[0], [t, d]);
      const [wq, wk, wv, wo] = data.slice(1).map((w) => tf.tensor2d(w, [d, d]));
      const scale = tf.scalar(1 / Math.sqrt(d / h));
      const heads = (m) => tf.transpose(tf.reshape(m, [t, h, d / h]), [1, 0, 2]);
      return holder([x, wq, wk, wv, wo, scale], () => {
        const q = tf.matMul(x, wq),
          k = tf.matMul(x, wk),
          v = tf.matMul(x, wv);
        const scores = tf.matMul(heads(q), heads(k), false, true);
        const scaled = tf.mul(scores, scale);
        const weights = tf.softmax(scaled);
        const concat = tf.reshape(tf.transpose(tf.matMul(weights, heads(v)), [1, 0, 2]), [t, d]);
        return [q, k, v, scores, scaled, weights, concat, tf.matMul(concat, wo)];
      });
    },
    gemm({ m, k, n }, a, b) {
      const left = tf.tensor2d(a, [m, k]),
        right = tf.tensor2d(b, [k, n]);
      return holder([left, right], () => [tf.matMul(left, right)]);
    },
  };
}

/** c (m x n, row stride ldc) = a (row stride lda) b (b[k * bk + j * bj]). */
function plainGemm(a, a0, lda, b, b0, bk, bj, c, c0, ldc, m, k, n) {
  for (let i = 0; i < m; ++i) {
    const to = c0 + i * ldc;
    for (let j = 0; j < n; ++j) c[to + j] = 0;
    for (let l = 0; l < k; ++l) {
      const f = a[a0 + i * lda + l];
      const from = b0 + l * bk;
      for (let j = 0; j < n; ++j) c[to + j] += f * b[from + j * bj];
    }
  }
}

export async function plain() {
  return {
    name: 'plain JavaScript',
    forward({ t, d, h }, [x, wq, wk, wv, wo]) {
      const width = d / h,
        scale = 1 / Math.sqrt(width);
      const make = (n) => new Float32Array(n);
      const q = make(t * d),
        k = make(t * d),
        v = make(t * d),
        concat = make(t * d),
        output = make(t * d);
      const scores = make(h * t * t),
        scaled = make(h * t * t),
        weights = make(h * t * t);
      const project = (from, w, to) => plainGemm(from, 0, d, w, 0, d, 1, to, 0, d, t, d, d);
      const softmax = (at) => {
        let top = -Infinity,
          total = 0;
        for (let j = 0; j < t; ++j) {
          scaled[at + j] = scores[at + j] * scale;
          if (scaled[at + j] > top) top = scaled[at + j];
        }
        for (let j = 0; j < t; ++j) total += weights[at + j] = Math.exp(scaled[at + j] - top);
        for (let j = 0; j < t; ++j) weights[at + j] /= total;
      };
      return {
        run() {
          project(x, wq, q);
          project(x, wk, k);
          project(x, wv, v);
          for (let i = 0; i < h; ++i) {
            const at = i * t * t,
              col = i * width;
            plainGemm(q, col, d, k, col, 1, d, scores, at, t, t, width, t);
            for (let r = 0; r < t; ++r) softmax(at + r * t);
            plainGemm(weights, at, t, v, col, d, 1, concat, col, d, t, t, width);
          }
          project(concat, wo, output);
        },
        output: () => output,
        free() {},
      };
    },
    gemm({ m, k, n }, a, b) {
      const c = new Float32Array(m * n);
      return {
        run: () => plainGemm(a, 0, k, b, 0, n, 1, c, 0, n, m, k, n),
        output: () => c,
        free() {},
      };
    },
  };
}
