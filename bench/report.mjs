// Tables from measurements, and the derived numbers (GFLOP/s, share of the peak, ratios), which are
// added to the results in place.

const kOrt = 'onnxruntime-web', kTfjs = 'tfjs-backend-wasm';

const fixed = (x, digits) => (x === undefined || !Number.isFinite(x) ? '' : x.toFixed(digits));
const ms = (x) => fixed(x, x < 1 ? 4 : x < 100 ? 2 : 1);

function table(head, rows) {
  const all = [head, ...rows].map((r) => r.map(String));
  const widths = head.map((_, i) => Math.max(...all.map((r) => r[i].length)));
  const line = (r) => r.map((c, i) => (i === 0 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  ');
  return [line(all[0]), widths.map((w) => '-'.repeat(w)).join('  '), ...all.slice(1).map(line)].join('\n');
}

/** Adds gflops, of_peak (ours), speedup over the two rivals to each engine of a case. */
function derive(part, peak) {
  for (const [name, e] of Object.entries(part.engines)) {
    e.gflops = part.flops / e.ms / 1e6;
    if (peak[name]) e.of_peak = e.gflops / peak[name].gflops;
    e.throughput_of_ort = part.engines[kOrt].ms / e.ms;
    e.throughput_of_tfjs = part.engines[kTfjs].ms / e.ms;
  }
}

function engineTable(part) {
  return table(['', 'ms', 'GFLOP/s', '% of peak', 'x ORT', 'x tfjs'],
    Object.entries(part.engines).map(([name, e]) => [
      name, ms(e.ms), fixed(e.gflops, 1), e.of_peak ? fixed(e.of_peak * 100, 1) : '',
      fixed(e.throughput_of_ort, 2), fixed(e.throughput_of_tfjs, 2)]));
}

export function webReport(r) {
  const text = [`Chromium ${r.browser}, one thread, medians of ${r.samples} by turns`];
  text.push('', `peak (12 accumulators): ${Object.entries(r.peak).map(([n, p]) => `${n} ${fixed(p.gflops, 1)} GFLOP/s`).join(', ')}`);
  derive(r.gemm, r.peak);
  text.push('', `gemm ${r.gemm.m} x ${r.gemm.k} x ${r.gemm.n}`, engineTable(r.gemm));
  for (const f of r.forward) {
    derive(f, r.peak);
    const share = (f.trace_bytes + f.scratch_bytes) / f.trace_bytes;
    text.push('', `forward T ${f.t}, D ${f.d}, H ${f.h}${f.reads_weights ? ', a call that reads the weights back' : ''}`
      + ` (trace ${fixed(f.trace_bytes / 1e6, 1)} MB, with buffers ${fixed(share * 100, 1)} %)`, engineTable(f));
  }
  text.push('', 'one-cell edits at T 512, D 512, H 8 (ms, and the share of a full forward)');
  const kinds = Object.keys(Object.values(r.edits)[0]);
  text.push(table(['', ...kinds], Object.entries(r.edits).map(([name, e]) => {
    for (const k of kinds) e[k].of_full = e[k].ms / e.full.ms;
    return [name, ...kinds.map((k) => (k === 'full' ? ms(e[k].ms) : `${ms(e[k].ms)} (1/${fixed(1 / e[k].of_full, 1)})`))];
  })));
  return text.join('\n');
}

export function nativeReport(r) {
  const text = [`native, ${r.variant}, medians of ${r.samples} by turns; peak ${fixed(r.peak_gflops, 1)} GFLOP/s`];
  text.push('', table(['gemm', 'ms', 'GFLOP/s', '% of peak', 'Eigen ms', 'x Eigen'], r.gemm.map((g) =>
    [`${g.m} x ${g.k} x ${g.n}`, ms(g.ours_ms), fixed(g.gflops, 1), fixed(g.of_peak * 100, 1), ms(g.eigen_ms), fixed(g.speedup, 2)])));
  text.push('', table(['forward', 'ms', 'GFLOP/s', '% of peak'], r.forward.map((f) =>
    [`${f.t}, ${f.d}, ${f.h}`, ms(f.ours_ms), fixed(f.gflops, 1), fixed(f.of_peak * 100, 1)])));
  return text.join('\n');
}
