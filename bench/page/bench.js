// Runs in the page: all engines on one thread, warmed, by turns. The machine's peak runs in the same
// turns, so that a share of it is a ratio within one run, too.
import { eigen, onnxruntime, ours, plain, tfjs } from './engines.js';

const kShapes = [
  { t: 16, d: 64, h: 4 },
  { t: 128, d: 256, h: 8 },
  { t: 512, d: 512, h: 8 },
  { t: 1024, d: 768, h: 12 },
];
const kGemm = { m: 1024, k: 768, n: 768 };
const kEdits = ['embedding', 'w_q', 'w_k', 'w_v', 'w_o', 'mask'];
// Short runs are repeated until a sample is this long (or kMostRuns): throughput, with an engine's own data in the caches.
const kSampleMs = 100;
const kMostRuns = 2000;
const kPeakRounds = 50000;

const quantile = (list, q) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};
const median = (list) => quantile(list, 0.5);
const log = (text) => console.log(text);

/** The same numbers in every engine. */
function random(n, scale, seed) {
  const out = new Float32Array(n);
  let state = seed >>> 0;
  for (let i = 0; i < n; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = ((state / 2 ** 32) * 2 - 1) * scale;
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

/** [{name, run}] -> {name: {ms, q1_ms, q3_ms, best_ms, times}}; one sample of each, then the next of each. */
async function byTurns(entries, samples) {
  for (const e of entries) {
    let spent = 0,
      runs = 0;
    while (runs < 2 || (spent < 250 && runs < kMostRuns)) {
      spent += await time(e.run, 1);
      ++runs;
    }
    const one = await time(e.run, 1);
    e.repeats = Math.max(1, Math.min(kMostRuns, Math.ceil(kSampleMs / Math.max(one, 1e-4))));
    e.times = [];
  }
  for (let s = 0; s < samples; ++s) {
    for (const e of entries) e.times.push(await time(e.run, e.repeats));
  }
  return Object.fromEntries(
    entries.map((e) => [
      e.name,
      {
        ms: median(e.times),
        q1_ms: quantile(e.times, 0.25),
        q3_ms: quantile(e.times, 0.75),
        best_ms: Math.min(...e.times),
        times: e.times,
      },
    ]),
  );
}

/**
 * The jobs and the peak of each variant by turns, a variant's own job right after its peak:
 * {engines, peak: {variant: {gflops, flops, times}}}.
 */
async function againstPeak(variants, jobs, samples) {
  const key = (v) => `peak of ${v.name}`;
  const order = variants.flatMap((v) => [
    { name: key(v), run: () => v.module._peak_run(kPeakRounds) },
    jobs.find((job) => job.name === v.name),
  ]);
  const all = await byTurns([...order, ...jobs.filter((job) => !order.includes(job))], samples);
  const peak = {};
  for (const v of variants) {
    const { ms, times } = all[key(v)];
    const flops = v.module._peak_flops(kPeakRounds);
    peak[v.name] = { gflops: flops / ms / 1e6, flops, times };
    delete all[key(v)];
  }
  return { peak, engines: all };
}

function largestDifference(a, b) {
  let most = 0;
  for (let i = 0; i < a.length; ++i) most = Math.max(most, Math.abs(a[i] - b[i]));
  return a.length === b.length && !Number.isNaN(most) ? most : Infinity;
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

async function forward(variants, engines, shape, samples) {
  const { t, d, h } = shape;
  const data = [
    random(t * d, 1.7, 1),
    ...[2, 3, 4, 5].map((seed) => random(d * d, 1.7 / Math.sqrt(d), seed)),
  ];
  const jobs = [];
  for (const e of engines) jobs.push(Object.assign(await e.forward(shape, data), { name: e.name }));
  const difference = await agree(jobs, `forward ${t}, ${d}, ${h}`);
  const reads = t <= 16; // there, the call and the weights read back are what is measured
  const entries = jobs.map((job) => ({
    name: job.name,
    run:
      !reads || !job.weights
        ? job.run
        : () => {
            const pending = job.run();
            return pending
              ? pending.then(() => {
                  job.weights();
                })
              : void job.weights();
          },
  }));
  const result = {
    ...shape,
    reads_weights: reads,
    difference,
    flops: jobs[0].flops,
    ...(await againstPeak(variants, entries, samples)),
  };
  for (const job of jobs) await job.free();
  return result;
}

async function gemm(variants, engines, samples) {
  const { m, k, n } = kGemm;
  const a = random(m * k, 1, 6),
    b = random(k * n, 1, 7);
  const jobs = [];
  for (const e of engines) jobs.push(Object.assign(await e.gemm(kGemm, a, b), { name: e.name }));
  const difference = await agree(jobs, 'gemm');
  const result = {
    ...kGemm,
    difference,
    flops: 2 * m * k * n,
    ...(await againstPeak(variants, jobs, samples)),
  };
  for (const job of jobs) await job.free();
  return result;
}

/** {variant: {kind: {ms ..., exact}}}; exact: every stage has the bits of a full forward after the edit. */
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
    result[v.name] = await byTurns(entries, samples);
    kEdits.forEach((name, kind) => {
      result[v.name][name].exact = m._session_edit_is_exact(kind) === 1;
    });
    m._session_free();
  }
  return result;
}

/** Bytes the heap holds for a session at the largest shape, before and after edits; and a model too large. */
function memory(variant) {
  const m = variant.module;
  const before = m._heap_in_use();
  m._session_make(1024, 768, 12, 0);
  const sizes = {
    t: 1024,
    d: 768,
    h: 12,
    trace: m._session_trace_bytes(),
    weights: m._session_given_bytes(),
    scratch: m._session_scratch_bytes(),
    held: m._heap_in_use() - before,
  };
  m._session_prepare_edit(1);
  const edit = m._heap_in_use();
  m._session_edit(1);
  sizes.held_after_edit = sizes.held + m._heap_in_use() - edit;
  m._session_free();
  const heap = m.HEAPF32.length;
  const text = m._too_large();
  let refusal = '';
  for (let at = text; m.HEAPU8[at] !== 0; ++at) refusal += String.fromCharCode(m.HEAPU8[at]);
  return { ...sizes, refusal, grew_for_refused: (m.HEAPF32.length - heap) * 4 };
}

export async function main({ samples, shapes, relaxed }) {
  const variants = [await ours('simd128')];
  if (relaxed) variants.push(await ours('relaxed'));
  const rivals = [
    await onnxruntime(),
    await onnxruntime(false),
    await tfjs(),
    await eigen(),
    await plain(),
  ];
  const engines = [...variants, ...rivals];
  const result = {
    samples,
    browser: navigator.userAgent,
    versions: { 'onnxruntime-web': rivals[0].version, tfjs: rivals[2].version },
  };
  log('gemm');
  result.gemm = await gemm(
    variants,
    engines.filter((e) => e !== rivals[1]),
    samples,
  );
  result.forward = [];
  for (const shape of kShapes.filter((s) => shapes.includes(s.t))) {
    log(`forward ${shape.t}, ${shape.d}, ${shape.h}`);
    result.forward.push(await forward(variants, engines, shape, samples));
  }
  log('one-cell edits');
  result.edits = await edits(variants, samples);
  log('memory');
  result.memory = memory(variants[0]);
  return result;
}
