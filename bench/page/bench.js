// Runs in the page: all engines on one thread, warmed, by turns, medians.
import { eigen, onnxruntime, ours, plain, tfjs } from './engines.js';

const kShapes = [
  { t: 16, d: 64, h: 4 }, { t: 128, d: 256, h: 8 }, { t: 512, d: 512, h: 8 }, { t: 1024, d: 768, h: 12 },
];
const kGemm = { m: 1024, k: 768, n: 768 };
const kEdits = ['embedding', 'w_q', 'w_k', 'w_v', 'w_o', 'mask'];
const kSampleMs = 4;  // short runs are repeated until a sample is this long

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const log = (text) => console.log(text);

/** The same numbers in every engine. */
function random(n, scale, seed) {
  const out = new Float32Array(n);
  let state = seed >>> 0;
  for (let i = 0; i < n; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = (state / 2 ** 32 * 2 - 1) * scale;
  }
  return out;
}

async function time(run, repeats) {
  const start = performance.now();
  for (let i = 0; i < repeats; ++i) {
    const pending = run();
    if (pending) await pending;
  }
  return (performance.now() - start) / repeats;
}

/** [{name, run, limit?}] -> {name: {ms, best, samples}}; one sample of each, then the next of each. */
async function byTurns(entries, samples) {
  for (const e of entries) {
    let spent = 0, runs = 0;
    while (runs < 2 || (spent < 250 && runs < 2000)) { spent += await time(e.run, 1); ++runs; }
    const one = await time(e.run, 1);
    e.repeats = Math.max(1, Math.min(2000, Math.ceil(kSampleMs / Math.max(one, 1e-4))));
    e.times = [];
  }
  for (let s = 0; s < samples; ++s) {
    for (const e of entries) e.times.push(await time(e.run, e.repeats));
  }
  return Object.fromEntries(entries.map((e) =>
    [e.name, { ms: median(e.times), best_ms: Math.min(...e.times), samples: e.times.length }]));
}

function largestDifference(a, b) {
  let most = 0;
  for (let i = 0; i < a.length; ++i) most = Math.max(most, Math.abs(a[i] - b[i]));
  return a.length === b.length && most === most ? most : Infinity;
}

/** Runs all of them once and compares with the first: they must do the same work. */
async function agree(jobs, what) {
  const outputs = [];
  for (const job of jobs) {
    await job.run();
    outputs.push(Float32Array.from(job.output()));
  }
  const differences = outputs.map((o) => largestDifference(outputs[0], o));
  if (Math.max(...differences) > 1e-3) throw new Error(`${what}: results differ: ${differences}`);
  return Math.max(...differences);
}

async function peaks(variants, samples) {
  const rounds = 200000;
  const result = await byTurns(variants.map((v) =>
    ({ name: v.name, run: () => v.module._peak_chains(rounds) })), samples);
  for (const v of variants) result[v.name].gflops = v.module._peak_chains_flops(rounds) / result[v.name].ms / 1e6;
  return result;
}

async function forward(engines, shape, samples) {
  const { t, d, h } = shape;
  const data = [random(t * d, 1.7, 1), ...[2, 3, 4, 5].map((seed) => random(d * d, 1.7 / Math.sqrt(d), seed))];
  const jobs = [];
  for (const e of engines) jobs.push(Object.assign(await e.forward(shape, data), { name: e.name }));
  const difference = await agree(jobs, `forward ${t}, ${d}, ${h}`);
  const reads = t <= 16;  // there, the call and the weights read back are what is measured
  const entries = jobs.map((job) => ({
    name: job.name,
    run: !reads || !job.weights ? job.run : () => {
      const pending = job.run();
      return pending ? pending.then(() => { job.weights(); }) : void job.weights();
    },
  }));
  const times = await byTurns(entries, samples);
  const result = {
    ...shape, reads_weights: reads, difference, flops: jobs[0].flops, trace_bytes: jobs[0].traceBytes,
    scratch_bytes: jobs[0].scratchBytes, engines: times,
  };
  for (const job of jobs) await job.free();
  return result;
}

async function gemm(engines, samples) {
  const { m, k, n } = kGemm;
  const a = random(m * k, 1, 6), b = random(k * n, 1, 7);
  const jobs = [];
  for (const e of engines) jobs.push(Object.assign(await e.gemm(kGemm, a, b), { name: e.name }));
  const difference = await agree(jobs, 'gemm');
  const times = await byTurns(jobs, samples);
  for (const job of jobs) await job.free();
  return { ...kGemm, difference, flops: 2 * m * k * n, engines: times };
}

async function edits(variants, samples) {
  const result = {};
  for (const v of variants) {
    const m = v.module;
    m._session_make(512, 512, 8, 1);
    const entries = [{ name: 'full', run: () => m._session_full() }];
    kEdits.forEach((name, kind) => {
      m._session_prepare_edit(kind);
      entries.push({ name, run: () => m._session_edit(kind) });
    });
    result[v.name] = await byTurns(entries.map((e) => ({ ...e })), samples);
    m._session_free();
  }
  return result;
}

export async function main({ samples, shapes, relaxed }) {
  const variants = [await ours('simd128')];
  if (relaxed) variants.push(await ours('relaxed'));
  const rivals = [await onnxruntime(), await onnxruntime(false), await tfjs(), await eigen(), await plain()];
  const engines = [...variants, ...rivals];
  const result = {
    samples, browser: navigator.userAgent,
    versions: { 'onnxruntime-web': rivals[0].version, tfjs: rivals[2].version },
  };
  log('peak');
  result.peak = await peaks(variants, samples);
  log('gemm');
  result.gemm = await gemm(engines.filter((e) => e !== rivals[1]), samples);
  result.forward = [];
  for (const shape of kShapes.filter((s) => shapes.includes(s.t))) {
    log(`forward ${shape.t}, ${shape.d}, ${shape.h}`);
    result.forward.push(await forward(engines, shape, samples));
  }
  log('one-cell edits');
  result.edits = await edits(variants, samples);
  return result;
}
