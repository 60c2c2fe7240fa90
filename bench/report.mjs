// Tables from measurements, and the derived numbers (GFLOP/s, share of the peak, ratios), which are
// added to the results in place.

export const kOrt = 'onnxruntime-web',
  kTfjs = 'tfjs-backend-wasm';

export const fixed = (x, digits) =>
  x === undefined || !Number.isFinite(x) ? '' : x.toFixed(digits);
export const percent = (x) => fixed(x * 100, 1);
const ms = (x) => fixed(x, x < 1 ? 4 : x < 100 ? 2 : 1);
const spread = (e) => `${ms(e.q1_ms)} - ${ms(e.q3_ms)}`;

export function table(head, rows) {
  const all = [head, ...rows].map((r) => r.map(String));
  const widths = head.map((_, i) => Math.max(...all.map((r) => r[i].length)));
  const line = (r) =>
    r
      .map((c, i) => (i === 0 ? c.padEnd(widths[i]) : c.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [
    line(all[0]),
    widths.map((w) => '-'.repeat(w)).join('  '),
    ...all.slice(1).map(line),
  ].join('\n');
}

/** The ratio of two engines, turn by turn: median and quartiles. */
export function byTurn(rival, ours) {
  const list = rival.times.map((x, i) => x / ours.times[i]).sort((a, b) => a - b);
  const at = (q) => list[Math.min(list.length - 1, Math.floor(list.length * q))];
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

/**
 * Adds gflops, of_peak and speedups to each engine of a case. of_peak: turn by turn as byTurn, because a busy
 * neighbour slows both; ours by its own variant's peak, others by SIMD128's.
 */
function derive(part) {
  const [base] = Object.keys(part.peak);
  for (const [name, e] of Object.entries(part.engines)) {
    const peak = part.peak[name] ?? part.peak[base];
    e.gflops = part.flops / e.ms / 1e6;
    e.of_peak = (part.flops / peak.flops) * byTurn(peak, e).median;
    e.throughput_of_ort = part.engines[kOrt].ms / e.ms;
    e.throughput_of_tfjs = part.engines[kTfjs].ms / e.ms;
  }
}

function engineTable(part) {
  return table(
    ['', 'ms', 'quartiles', 'GFLOP/s', '% of peak', 'x ORT', 'x tfjs'],
    Object.entries(part.engines).map(([name, e]) => [
      name,
      ms(e.ms),
      spread(e),
      fixed(e.gflops, 1),
      percent(e.of_peak),
      fixed(e.throughput_of_ort, 2),
      fixed(e.throughput_of_tfjs, 2),
    ]),
  );
}

const peakLine = (part) =>
  `peak in the same turns: ${Object.entries(part.peak)
    .map(([name, p]) => `${name} ${fixed(p.gflops, 1)} GFLOP/s`)
    .join(', ')}`;

export function webReport(r) {
  const text = [
    `Chromium ${r.browser}, one thread, medians and quartiles of ${r.samples} by turns`,
  ];
  derive(r.gemm);
  text.push(
    '',
    `gemm ${r.gemm.m} x ${r.gemm.k} x ${r.gemm.n}; ${peakLine(r.gemm)}`,
    engineTable(r.gemm),
  );
  for (const f of r.forward) {
    derive(f);
    const reads = f.reads_weights ? ', a call that reads the weights back' : '';
    text.push('', `forward T ${f.t}, D ${f.d}, H ${f.h}${reads}; ${peakLine(f)}`, engineTable(f));
  }
  text.push('', 'one-cell edits at T 512, D 512, H 8 (ms, and the share of a full forward)');
  const kinds = Object.keys(Object.values(r.edits)[0]);
  text.push(
    table(
      ['', ...kinds],
      Object.entries(r.edits).map(([name, e]) => {
        for (const k of kinds) e[k].of_full = e[k].ms / e.full.ms;
        return [
          name,
          ...kinds.map((k) =>
            k === 'full' ? ms(e[k].ms) : `${ms(e[k].ms)} (1/${fixed(1 / e[k].of_full, 1)})`,
          ),
        ];
      }),
    ),
  );
  return text.join('\n');
}

export function nativeReport(r) {
  const text = [
    `native, ${r.variant}, medians of ${r.samples} by turns; peak ${fixed(r.peak_gflops, 1)} GFLOP/s`,
  ];
  text.push(
    '',
    table(
      ['gemm', 'ms', 'GFLOP/s', '% of peak', 'Eigen ms', 'x Eigen', 'quartiles'],
      r.gemm.map((g) => [
        `${g.m} x ${g.k} x ${g.n}`,
        ms(g.ours_ms),
        fixed(g.gflops, 1),
        percent(g.of_peak),
        ms(g.eigen_ms),
        fixed(g.speedup, 2),
        `${fixed(g.speedup_q1, 2)} - ${fixed(g.speedup_q3, 2)}`,
      ]),
    ),
  );
  text.push(
    '',
    table(
      ['forward', 'ms', 'GFLOP/s', '% of peak'],
      r.forward.map((f) => [
        `${f.t}, ${f.d}, ${f.h}`,
        ms(f.ours_ms),
        fixed(f.gflops, 1),
        percent(f.of_peak),
      ]),
    ),
  );
  return text.join('\n');
}
