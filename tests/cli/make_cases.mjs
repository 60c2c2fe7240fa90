// Writes tests/golden/onnx: small cases of both operators whose outputs oracle.mjs computes, in the
// folder format of the ONNX cases. Run it after changing the oracle: node tests/cli/make_cases.mjs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from './npy.mjs';
import { attention, array } from './oracle.mjs';
import { generator, randomAttention, randomRotary } from './random_cases.mjs';

const target = resolve(dirname(fileURLToPath(import.meta.url)), '../golden/onnx');
const inputOrder = [
  'Q',
  'K',
  'V',
  'attn_mask',
  'past_key',
  'past_value',
  'nonpad_kv_seqlen',
  'input',
  'cos_cache',
  'sin_cache',
  'position_ids',
];
const outputOrder = ['Y', 'present_key', 'present_value', 'qk_matmul_output', 'output'];

function save(name, { op, attributes, inputs, outputs, dtype }) {
  const folder = join(target, name);
  mkdirSync(folder, { recursive: true });
  for (const [n, a] of Object.entries(inputs)) writeNpy(join(folder, `${n}.npy`), a);
  for (const [n, a] of Object.entries(outputs)) writeNpy(join(folder, `${n}.npy`), { dtype, ...a });
  const present = (order, all) => order.filter((n) => n in all);
  writeFileSync(
    join(folder, 'case.json'),
    `${JSON.stringify({ op, attributes, inputs: present(inputOrder, inputs), outputs: present(outputOrder, outputs) }, null, 1)}\n`,
  );
}

const size = ({ inputs }) => Object.values(inputs).reduce((sum, a) => sum + a.data.length, 0);
function pick(make, r) {
  for (;;) {
    const test = make(r);
    if (size(test) < 400) return test;
  }
}

/// By hand: what random numbers seldom meet.
function special(name, attributes, extra = {}) {
  const ramp = (shape, step) => ({
    dtype: 'float32',
    ...array(shape, (i) => Math.fround(Math.sin(i * step))),
  });
  const inputs = {
    Q: ramp([1, 2, 3, 4], 0.7),
    K: ramp([1, 2, 3, 4], 1.3),
    V: ramp([1, 2, 3, 5], 0.4),
    ...extra,
  };
  const { Y, qk_matmul_output } = attention(inputs, attributes);
  save(name, {
    op: 'Attention',
    attributes,
    inputs,
    outputs: { Y, qk_matmul_output },
    dtype: 'float32',
  });
}

rmSync(target, { recursive: true, force: true });
const r = generator(2026);
for (let i = 0; i < 14; i++)
  save(`attention_${String(i).padStart(2, '0')}`, pick(randomAttention, r));
for (let i = 0; i < 6; i++) save(`rotary_${String(i).padStart(2, '0')}`, pick(randomRotary, r));
const rows = { dtype: 'bool', ...array([3, 3], (i) => (i < 3 ? 0 : 1)) };
special('first_row_fully_masked', { qk_matmul_output_mode: 3 }, { attn_mask: rows });
special('causal_softcap', { is_causal: 1, softcap: 0.5, qk_matmul_output_mode: 2 });
special(
  'softcap_finite_mask',
  { softcap: 0.5, qk_matmul_output_mode: 2 },
  {
    attn_mask: {
      dtype: 'float32',
      ...array([3, 3], (i) =>
        Math.fround([0, -3, -65504, 1, -3.4028234663852886e38, -Infinity][i % 6]),
      ),
    },
  },
);
special('window_left', { left_window_size: 1, qk_matmul_output_mode: 3 });
special('window_of_itself', { left_window_size: 0, right_window_size: 0, softcap: 2 });
special(
  'window_before_padding',
  { left_window_size: 1, is_causal: 1, qk_matmul_output_mode: 3 },
  { nonpad_kv_seqlen: { dtype: 'int64', ...array([1], () => 2) } },
);
special(
  'values_not_seen',
  { is_causal: 1, qk_matmul_output_mode: 3 },
  {
    V: {
      dtype: 'float32',
      ...array([1, 2, 3, 5], (i) => (Math.floor(i / 5) % 3 === 2 ? [NaN, Infinity][i % 2] : i)),
    },
    nonpad_kv_seqlen: { dtype: 'int64', ...array([1], () => 2) },
  },
);
special('huge_logits', { scale: 1e30, qk_matmul_output_mode: 3 });
