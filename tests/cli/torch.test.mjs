// The PyTorch exports: every stage is right when they run. On the real torch where Python has it; else
// on torch_shim/, a stand-in on NumPy. Each test says in its name on which of them it ran.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  attention,
  attention_of,
  file,
  of_presets,
  of_random,
  python,
  reproduce,
  root,
  run,
  run_scripts,
  skip,
} from './python.mjs';
import { random_state } from './random_states.mjs';

const version = python
  ? run(python, ['-c', 'import torch; print(torch.__version__)']).stdout.trim()
  : '';
const env = version ? {} : { PYTHONPATH: join(root, 'tests/cli/torch_shim') };
const on = version ? `PyTorch ${version}` : 'the stand-in for PyTorch';
const of_simple = (from, to) => of_random(from, to, (seed) => simple(random_state(seed)));

test(`on ${on}, scripts of every preset reproduce every stage to 1e-6`, { skip }, () => {
  const documents = of_presets();
  assert.ok(documents.length >= 6);
  reproduce('torch', documents, env);
});

test(`on ${on}, scripts of 50 random documents reproduce every stage to 1e-6`, { skip }, () => {
  console.log(`  ${reproduce('torch', of_random(101, 150, random_state), env)} stages compared`);
});

test(`on ${on}, nn.MultiheadAttention gives weights and outputs to 1e-6, or the export says why it cannot`, {
  skip,
}, () => {
  const tried = [...of_presets(), ...of_simple(1, 60)],
    done = [];
  tried.forEach(({ name, state, input }, i) => {
    const words = [file(`module-${i}.py`), file(`module-${i}.npz`)];
    const made = attention_of(
      ['export', state, '--to', 'torch', '--torch', 'multihead', '--output', words[0]],
      input,
    );
    if (made.status !== 0) {
      assert.match(
        made.stderr,
        /^attention: torch: torch\.nn\.MultiheadAttention cannot do this document: it has .+\. Use the plain script\n$/,
      );
      return;
    }
    attention(['export', state, '--to', 'npz', '--output', words[1]], input);
    done.push({ name, words, layers: input ? JSON.parse(input).model.layers.length : 1 });
  });
  const said = run_scripts(done, env);
  said.forEach((text, i) => {
    const [, count] = /^the output is as expected.*\n(\d+) stages are as in/.exec(text) ?? [];
    assert.ok(Number(count) >= 2 * done[i].layers, `${done[i].name}: ${text}`);
  });
  assert.ok(done.length >= 40, `${done.length} of ${tried.length} could be exported`);
  console.log(`  ${done.length} of ${tried.length} documents as modules`);
});

/** Without what the module cannot do: masks, causal, biases, groups, cross-attention, learned positions stay. */
function simple(state) {
  const { model } = state;
  const { heads, kv_heads } = model,
    width = heads * 2;
  const rows = (n, cols) =>
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: cols }, (_x, j) =>
        Math.fround(Math.sin(i * 31 + j * 7 + n) / Math.sqrt(width)),
      ),
    );
  const biases = model.layers[0].b_q !== undefined;
  const layer = () => ({
    w_q: rows(width, width),
    w_k: rows(width, kv_heads * 2),
    w_v: rows(width, kv_heads * 2),
    w_o: rows(width, width),
    ...(biases && {
      b_q: rows(1, width)[0],
      b_k: rows(1, kv_heads * 2)[0],
      b_v: rows(1, kv_heads * 2)[0],
      b_o: rows(1, width)[0],
    }),
  });
  const kind = ['none', 'sinusoidal', 'learned'][(heads + state.query.tokens.length) % 3];
  const tokens = Math.max(state.query.tokens.length, state.source?.tokens.length ?? 0);
  state.model = {
    width,
    heads,
    kv_heads,
    key_width: 2,
    value_width: 2,
    causal: model.causal,
    residual: model.residual,
    layers: model.layers.map(layer),
    positions: { kind, ...(kind === 'learned' && { learned: rows(tokens, width) }) },
  };
  for (const side of ['query', 'source'])
    if (state[side]) state[side].embeddings = rows(state[side].tokens.length, width);
  delete state.cached;
  return state;
}

for (const [choice, right, wrong] of [
  ['plain', 'scores * scale', 'scores * (scale + 1e-3)'],
  ['multihead', 'x = a[0]', 'x = a[0] * 1.00001'],
]) {
  test(`on ${on}, the ${choice} script notices a wrong stage`, { skip }, () => {
    const text = attention(['export', 'preset:cat', '--to', 'torch', '--torch', choice]);
    attention(['export', 'preset:cat', '--to', 'npz', '--output', file('stages.npz')]);
    const status = (script) => {
      writeFileSync(file('wrong.py'), script);
      return run(python, [file('wrong.py'), file('stages.npz')], { env }).status;
    };
    assert.equal(status(text), 0);
    assert.notEqual(text, text.replace(right, wrong));
    assert.notEqual(status(text.replace(right, wrong)), 0);
  });
}
