// The PyTorch exports: they compile, and every stage is right when they run. On the real torch where
// Python has it (tests/cli/export.mjs does too); else on torch_shim/, a stand-in on NumPy.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attention, attention_of, file, presets, py as python_of, python, reproduces as reproduces_as, root, run, skip } from './python.mjs';
import { random_state } from './random_states.mjs';

const real = python && run(python, ['-c', 'import torch']).status === 0;
const env = real ? {} : { PYTHONPATH: join(root, 'tests/cli/torch_shim') };
if (python && !real) console.log('no torch here: its scripts run on tests/cli/torch_shim');
const py = (words) => python_of(words, { env });
/** The plain script, run, against the exported stages. */
const reproduces = (state, input, name) => reproduces_as('torch', state, input, name, env);

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
    const made = attention_of(['export', state, '--to', 'torch', '--torch', 'multihead', '--output', file('module.py')], input);
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
