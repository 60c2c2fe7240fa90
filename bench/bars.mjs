// What the measurements must show: each bar with its value, and whether it is reached. A bar that no
// program limited by the measured peak could reach says so: the limit is the rival's time over the
// time that the products alone take at the peak, softmax and memory for nothing.
import { byTurn, fixed, kOrt, kTfjs, percent, table } from './report.mjs';

const times = (x) => `${fixed(x, 2)} x`;
const part = (x) => `1/${fixed(1 / x, 1)}`;
const share = (x) => `${percent(x)} %`;
const isOurs = (name) => name.startsWith('ours');

function bar(what, value, wanted, reached, show, note = '') {
  return { what, value, bar: wanted, reached, shown: show(value), shown_bar: show(wanted), note };
}

function ratioBar(f, name, rival, wanted) {
  const ratio = byTurn(f.engines[rival], f.engines[name]);
  const limit = (f.engines[rival].ms * f.peak[name].gflops * 1e6) / f.flops;
  const notes = [
    `quartiles ${fixed(ratio.q1, 2)} - ${fixed(ratio.q3, 2)}`,
    `limit at the peak ${fixed(limit, 2)}`,
    `ours ${percent(f.engines[name].of_peak)} % of peak, it ${percent(f.engines[rival].of_peak)} %`,
  ];
  if (limit < wanted) notes.push('THE BAR IS ABOVE THE PEAK');
  const result = bar(
    `forward ${f.t}, ${f.d}, ${f.h}: ${name} / ${rival}`,
    ratio.median,
    wanted,
    ratio.median >= wanted,
    times,
    notes.join('; '),
  );
  return { ...result, limit, possible: limit >= wanted };
}

function forwardBars(f) {
  const names = Object.keys(f.engines).filter(isOurs);
  const list = [];
  if (f.t >= 512) {
    for (const name of names) list.push(ratioBar(f, name, kOrt, 3));
    for (const name of names) list.push(ratioBar(f, name, kTfjs, 8));
  }
  if (f.t === 1024) {
    for (const name of names) {
      const value = f.engines[name].of_peak;
      list.push(
        bar(
          `forward ${f.t}, ${f.d}, ${f.h}: ${name}, of its peak`,
          value,
          0.8,
          value >= 0.8,
          share,
        ),
      );
    }
  }
  if (f.reads_weights) {
    for (const name of names) {
      const ratio = byTurn(f.engines[kOrt], f.engines[name]);
      list.push(
        bar(
          `call ${f.t}, ${f.d}, ${f.h} with weights read: ${name}, of ${kOrt}'s time`,
          1 / ratio.median,
          1 / 5,
          ratio.median >= 5,
          part,
          `quartiles 1/${fixed(ratio.q1, 1)} - 1/${fixed(ratio.q3, 1)}`,
        ),
      );
    }
  }
  return list;
}

function editBars(edits) {
  return Object.entries(edits).map(([name, kinds]) => {
    const shares = Object.entries(kinds)
      .filter(([k]) => k !== 'full')
      .map(([, e]) => e.of_full)
      .sort((a, b) => a - b);
    const middle = (shares[(shares.length - 1) >> 1] + shares[shares.length >> 1]) / 2;
    const exact = Object.entries(kinds).every(([k, e]) => k === 'full' || e.exact);
    return bar(
      `one-cell edits 512, 512, 8: ${name}, median of ${shares.length} kinds, of a full forward`,
      middle,
      1 / 5,
      middle <= 1 / 5 && exact,
      part,
      exact ? 'all stages bit for bit' : 'BITS DIFFER',
    );
  });
}

function memoryBars(m) {
  const own = m.trace + m.weights;
  const most = Math.max(m.held, m.held_after_edit);
  return [
    bar(
      `memory ${m.t}, ${m.d}, ${m.h}, of trace and weights (${fixed(own / 1e6, 1)} MB)`,
      most / own,
      1.1,
      most <= 1.1 * own,
      share,
      `heap ${fixed(m.held / 1e6, 1)} MB, after an edit ${fixed(m.held_after_edit / 1e6, 1)} MB`,
    ),
    bar(
      'bytes allocated for a model above 1.5 GB',
      m.grew_for_refused,
      0,
      m.refusal !== '' && m.grew_for_refused === 0,
      String,
      `refused: ${m.refusal}`,
    ),
  ];
}

export function webBars(r) {
  const gemm = Object.entries(r.gemm.engines)
    .filter(([name]) => isOurs(name))
    .map(([name, e]) =>
      bar(
        `gemm ${r.gemm.m} x ${r.gemm.k} x ${r.gemm.n}: ${name}, of its peak`,
        e.of_peak,
        0.93,
        e.of_peak >= 0.93,
        share,
      ),
    );
  return [
    ...r.forward.flatMap(forwardBars),
    ...gemm,
    ...editBars(r.edits),
    ...memoryBars(r.memory),
  ];
}

export function nativeBars(r) {
  return r.gemm.map((g) =>
    bar(
      `native gemm ${g.m} x ${g.k} x ${g.n} / Eigen`,
      g.speedup,
      1,
      g.speedup >= 1,
      times,
      `quartiles ${fixed(g.speedup_q1, 2)} - ${fixed(g.speedup_q3, 2)}`,
    ),
  );
}

export function barTable(bars) {
  const rows = bars.map((b) => [b.what, b.shown, b.shown_bar, b.reached ? 'pass' : 'MISS', b.note]);
  const [head, line, ...rest] = table(
    ['bar', 'value', 'bar', ''],
    rows.map((r) => r.slice(0, 4)),
  ).split('\n');
  const missed = bars.filter((b) => !b.reached);
  return [
    head,
    line,
    ...rest.map((l, i) => (rows[i][4] ? `${l}  ${rows[i][4]}` : l)),
    '',
    `${bars.length - missed.length} of ${bars.length} reached${
      missed.some((b) => b.possible === false)
        ? `; ${missed.filter((b) => b.possible === false).length} of the others are above what the peak allows`
        : ''
    }`,
  ].join('\n');
}
