// Exports models of many kinds as NumPy and PyTorch scripts and runs them: each asserts its own output.
//   node tests/cli/export.mjs --cli build/native/attention [--python python3]
// Skips loudly what Python does not have here; the data exports are checked in any case.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    cli: { type: 'string', default: 'build/native/attention' },
    python: {
      type: 'string',
      default: existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3',
    },
  },
});
const run = (program, words, input) =>
  spawnSync(program, words, { input, maxBuffer: 1 << 28, encoding: 'utf8' });

const d = 8;
const weights = (seed, extra = {}) =>
  Object.fromEntries(
    ['w_q', 'w_k', 'w_v', 'w_o', ...(extra.up ?? [])].map((name, i) => [
      name,
      { random: seed * 10 + i },
    ]),
  );
const row = (n, at) => Array.from({ length: n }, (_, i) => Math.fround(Math.sin(at + i) / 2));
const ones = (n) => Array.from({ length: n }, (_, i) => 1 + i / 16);
const sentence = (text, at) => ({
  text,
  embeddings: text.split(' ').map((_, i) => row(d, at + 3 * i)),
});
const base = (model, more = {}, layer = {}) => ({
  version: 2,
  title: 'A "test" # of \\ things',
  query: sentence('one two three four five', 1),
  model: {
    width: d,
    heads: 2,
    ...model,
    layers: [
      { ...weights(1, layer), ...layer.set },
      { ...weights(2, layer), ...layer.set },
    ],
  },
  ...more,
});
const norm = (bias) => ({
  norm1_gain: ones(d),
  norm2_gain: ones(d),
  ...(bias ? { norm1_bias: row(d, 2), norm2_bias: row(d, 4) } : {}),
});
const mask = [
  [0, 0, '-inf', 0.5, 0],
  [0, 0, 0, 0, 0],
  ['-inf', '-inf', '-inf', '-inf', '-inf'],
  [1, 0, 0, 0, 0],
  [0, 0, 0, 0, '-inf'],
];

const states = {
  plain: base({}),
  grouped: base({
    heads: 4,
    kv_heads: 2,
    key_width: 3,
    value_width: 5,
    scale: 'free',
    free_scale: 0.3,
  }),
  masked: base({ causal: true }, { mask, kv_length: 4 }),
  capped: base({ causal: true, softcap: 1.5 }),
  capped_masked: base({ softcap: 1.5 }, { mask }),
  window: base({ causal: true, window: { left: 1 } }),
  window_of_a_layer: base({ softcap: 2 }, { mask }, { set: { window: { left: 1, right: 2 } } }),
  biases: base(
    { residual: true },
    {},
    {
      set: {
        b_q: row(d, 1),
        b_k: row(d, 2),
        b_v: row(d, 3),
        b_o: row(d, 4),
        temperature: [0.5, 2],
      },
    },
  ),
  cross: base(
    { positions: { kind: 'sinusoidal', base: 100 } },
    { cross: true, source: sentence('un deux trois', 9) },
  ),
  learned: base({
    positions: { kind: 'learned', learned: Array.from({ length: 6 }, (_, i) => row(d, i)) },
  }),
  rope: base({ positions: { kind: 'rope', base: 1000, rotary_width: 2 } }),
  interleaved: base(
    { positions: { kind: 'rope', base: 1000, interleaved: true }, causal: true },
    { cached: 2 },
  ),
  alibi: base({ heads: 4, positions: { kind: 'alibi' }, causal: true }),
  gelu: base(
    { residual: true, norm: 'layer_norm', mlp: 'gelu', mlp_width: 6 },
    {},
    { up: ['w_up', 'w_down'], set: norm(true) },
  ),
  relu: base(
    { residual: true, norm: 'layer_norm', norm_place: 'post', mlp: 'relu', mlp_width: 6 },
    {},
    { up: ['w_up', 'w_down'], set: norm(true) },
  ),
  swiglu: base(
    { residual: true, norm: 'rms_norm', mlp: 'swiglu', mlp_width: 6 },
    {},
    { up: ['w_gate', 'w_up', 'w_down'], set: norm(false) },
  ),
};

const has = (module) => run(args.python, ['-c', `import ${module}`]).status === 0;
let failed = 0,
  scripts = 0;
const problem = (what, text) => {
  failed += 1;
  console.log(`FAIL ${what}: ${text.trim().split('\n').slice(-3).join(' | ')}`);
};
const scriptable = { numpy: has('numpy'), torch: has('torch') };
for (const [module, there] of Object.entries(scriptable)) {
  if (!there)
    console.log(`SKIPPED: ${args.python} has no ${module}; its scripts are written but not run`);
}
for (const [name, state] of Object.entries(states)) {
  const input = JSON.stringify(state);
  for (const to of ['numpy', 'torch']) {
    const script = run(args.cli, ['export', '-', '--to', to], input);
    if (script.status !== 0) {
      problem(`${name} ${to}`, script.stderr);
      continue;
    }
    if (!scriptable[to]) continue;
    const result = run(args.python, ['-'], script.stdout);
    scripts += 1;
    if (result.status !== 0) problem(`${name} ${to}`, result.stderr);
  }
  const json = run(args.cli, ['export', '-', '--to', 'json'], input);
  const csv = run(args.cli, ['export', '-', '--to', 'csv'], input);
  const latex = run(args.cli, ['export', '-', '--to', 'latex'], input);
  if (json.status || csv.status || latex.status) {
    problem(name, json.stderr + csv.stderr + latex.stderr);
    continue;
  }
  const { tensors } = JSON.parse(json.stdout);
  const count = Object.values(tensors).reduce((sum, t) => sum + t.data.length, 0);
  const lines = csv.stdout.trim().split('\n').length - 1;
  if (count !== lines) problem(`${name} csv`, `${lines} lines for ${count} numbers`);
  if (latex.stdout.split('\\begin{').length !== latex.stdout.split('\\end{').length)
    problem(`${name} latex`, 'begin without end');
  for (const [t, { shape, data }] of Object.entries(tensors)) {
    if (shape.reduce((a, b) => a * b, 1) !== data.length) problem(`${name} json`, t);
  }
}
console.log(`${Object.keys(states).length} models, ${scripts} scripts run, ${failed} failed`);
process.exit(failed ? 1 : 0);
