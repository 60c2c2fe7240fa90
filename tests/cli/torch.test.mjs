// The PyTorch exports: they compile, and every stage is right when they run. On the real torch where
// Python has it (tests/cli/export.mjs does too); else on torch_shim/, a stand-in on NumPy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { random_state } from './random_states.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(process.env.AP_BUILD ?? join(root, 'build'), 'native/attention');
const work = mkdtempSync(join(tmpdir(), 'attention-torch-'));
after(() => rmSync(work, { recursive: true, force: true }));
const file = (name) => join(work, name);

const run = (program, words, { input, env } = {}) => spawnSync(program, words,
  { input, maxBuffer: 1 << 28, encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env } });
const python = [process.env.AP_PYTHON, '/usr/bin/python3', 'python3'].find((p) => p && run(p, ['-c', 'import numpy']).status === 0);
const skip = python ? false : 'no Python with numpy here (Debian: python3-numpy): exported scripts are written but not run';
if (skip) console.log(`SKIPPED: ${skip}`);
const real = python && run(python, ['-c', 'import torch']).status === 0;
const env = real ? {} : { PYTHONPATH: join(root, 'tests/cli/torch_shim') };
if (python && !real) console.log('no torch here: its scripts run on tests/cli/torch_shim');

function attention(words, input) {
  const result = run(cli, words, { input });
  assert.equal(result.status, 0, `attention ${words.join(' ')}: ${result.stderr}`);
  return result.stdout;
}
function py(words) {
  const result = run(python, words, { env });
  assert.equal(result.status, 0, result.stderr.split('\n').slice(-14).join('\n') + result.stdout);
  return result.stdout;
}
const presets = () => attention(['presets']).trim().split('\n').map((line) => line.split('\t')[0]);

/** The plain script, run, against the exported stages. */
function reproduces(state, input, name) {
  attention(['export', state, '--to', 'torch', '--output', file('script.py')], input);
  attention(['export', state, '--to', 'npz', '--output', file('stages.npz')], input);
  const out = py([file('script.py'), file('stages.npz')]);
  const [, count] = /(\d+) stages are as in/.exec(out) ?? [];
  assert.ok(Number(count) >= 11, `${name}: ${out}`);
  return Number(count);
}

test('scripts of every preset compile and reproduce every stage to 1e-6', { skip }, () => {
  const ids = presets();
  assert.ok(ids.length >= 6);
  for (const id of ids) {
    reproduces(`preset:${id}`, undefined, id);
    py(['-m', 'py_compile', file('script.py')]);
  }
});

test('scripts of 25 random documents reproduce every stage to 1e-6', { skip }, () => {
  let stages = 0;
  for (let seed = 101; seed <= 125; seed++) stages += reproduces('-', JSON.stringify(random_state(seed)), `random ${seed}`);
  console.log(`  ${stages} stages compared`);
});

test('nn.MultiheadAttention gives the output, or the export says why it cannot', { skip }, () => {
  let done = 0;
  const tried = [...presets().map((id) => [`preset:${id}`]),
    ...Array.from({ length: 60 }, (_, i) => ['-', JSON.stringify(simple(random_state(i + 1)))])];
  for (const [state, input] of tried) {
    const made = run(cli, ['export', state, '--to', 'torch', '--torch', 'multihead', '--output', file('module.py')], { input });
    if (made.status !== 0) {
      assert.match(made.stderr, /^attention: torch: torch\.nn\.MultiheadAttention cannot do this document: it has .+\. Use the plain script\n$/);
      continue;
    }
    py(['-m', 'py_compile', file('module.py')]);
    assert.match(py([file('module.py')]), /^the output is as expected/);
    done += 1;
  }
  assert.ok(done >= 20, `${done} of ${tried.length} could be exported`);
  console.log(`  ${done} of ${tried.length} documents as modules`);
});

/** Without what the module cannot do: masks, causal, biases, groups, cross-attention stay. */
function simple(state) {
  const { model } = state;
  const { heads, kv_heads } = model, width = heads * 2;
  const rows = (n, cols) => Array.from({ length: n }, (_, i) => Array.from({ length: cols }, (_x, j) => Math.fround(Math.sin(i * 31 + j * 7 + n) / 2)));
  const biases = model.layers[0].b_q !== undefined;
  const layer = () => ({ w_q: rows(width, width), w_k: rows(width, kv_heads * 2), w_v: rows(width, kv_heads * 2), w_o: rows(width, width),
    ...(biases && { b_q: rows(1, width)[0], b_k: rows(1, kv_heads * 2)[0], b_v: rows(1, kv_heads * 2)[0], b_o: rows(1, width)[0] }) });
  state.model = { width, heads, kv_heads, key_width: 2, value_width: 2, causal: model.causal, residual: model.residual, layers: model.layers.map(layer),
    positions: { kind: ['none', 'sinusoidal'][heads % 2] } };
  for (const side of ['query', 'source']) if (state[side]) state[side].embeddings = rows(state[side].tokens.length, width);
  delete state.cached;
  return state;
}

test('the script notices a wrong stage', { skip }, () => {
  attention(['export', 'preset:cat', '--to', 'torch', '--output', file('script.py')]);
  const text = attention(['export', 'preset:cat', '--to', 'torch']);
  writeFileSync(file('wrong.py'), text.replace('scores * scale', 'scores * (scale + 1e-3)'));
  assert.notEqual(text, text.replace('scores * scale', ''));
  attention(['export', 'preset:cat', '--to', 'npz', '--output', file('stages.npz')]);
  assert.notEqual(run(python, [file('wrong.py'), file('stages.npz')], { env }).status, 0);
});
