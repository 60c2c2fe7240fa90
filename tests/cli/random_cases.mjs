// Random cases of both operators over every combination that the operators have, with the outputs
// that oracle.mjs computes. Numbers are float32 (or float16) from a seeded generator.
import { numberToHalf, halfToNumber } from './npy.mjs';
import { attention, rotary, array } from './oracle.mjs';

export function generator(seed) {
  let a = seed >>> 0;
  const next = () => {
    // mulberry32
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (n) => Math.floor(next() * n), chance: (p) => next() < p };
}

const floats = (r, dtype, shape, size = 1) => {
  const round = dtype === 'float16' ? (x) => halfToNumber(numberToHalf(x)) : Math.fround;
  return { dtype, ...array(shape, () => round((r.next() * 2 - 1) * size)) };
};

function attentionMask(r, dtype, { B, H, T, S }) {
  const keys = r.chance(0.25) && S > 1 ? 1 + r.below(S) : S;
  const dims = [r.chance(0.5) ? 1 : B, r.chance(0.5) ? 1 : H, r.chance(0.15) ? 1 : T, keys];
  const shape = dims.slice(r.below(3));
  if (r.chance(0.4)) return { dtype: 'bool', ...array(shape, () => (r.chance(0.7) ? 1 : 0)) };
  const mask = floats(r, dtype, shape, 2);
  mask.data = mask.data.map((x) => (r.chance(0.15) ? -Infinity : x));
  return mask;
}

export function randomAttention(r) {
  const dtype = r.chance(0.2) ? 'float16' : 'float32';
  const rank = [2, 3, 4][r.below(3)];
  const B = rank === 2 ? 1 : 1 + r.below(3),
    G = 1 + r.below(3),
    H = G * (1 + r.below(3));
  const T = 1 + r.below(r.chance(0.1) ? 150 : 9),
    N = 1 + r.below(r.chance(0.1) ? 70 : 9);
  const K = 1 + r.below(17),
    V = r.chance(0.5) ? K : 1 + r.below(17);
  const P = r.chance(0.4) ? 1 + r.below(9) : 0,
    S = P + N;
  const shape = (heads, tokens, width) =>
    rank === 4
      ? [B, heads, tokens, width]
      : rank === 3
        ? [B, tokens, heads * width]
        : [tokens, heads * width];
  const inputs = {
    Q: floats(r, dtype, shape(H, T, K)),
    K: floats(r, dtype, shape(G, N, K)),
    V: floats(r, dtype, shape(G, N, V)),
  };
  const attributes = rank === 4 ? {} : { q_num_heads: H, kv_num_heads: G };
  if (P) {
    inputs.past_key = floats(r, dtype, [B, G, P, K]);
    inputs.past_value = floats(r, dtype, [B, G, P, V]);
  }
  if (r.chance(0.5)) inputs.attn_mask = attentionMask(r, dtype, { B, H, T, S });
  if (r.chance(0.25))
    inputs.nonpad_kv_seqlen = { dtype: 'int64', ...array([B], () => r.below(S + 1)) };
  if (r.chance(0.4)) attributes.is_causal = 1;
  if (r.chance(0.3)) attributes.softcap = Math.fround(0.5 + 3 * r.next());
  if (r.chance(0.3)) attributes.scale = Math.fround(r.next() * 1.5 - 0.25);
  if (r.chance(0.3)) attributes.left_window_size = r.below(6) - 1;
  if (r.chance(0.25)) attributes.right_window_size = r.below(6) - 1;
  if (r.chance(0.2)) attributes.softmax_precision = r.chance(0.5) ? 11 : 1;
  attributes.qk_matmul_output_mode = r.below(4);
  const wanted = attention(inputs, attributes);
  const outputs = { Y: wanted.Y, qk_matmul_output: wanted.qk_matmul_output };
  if (P || r.chance(0.3))
    Object.assign(outputs, {
      present_key: wanted.present_key,
      present_value: wanted.present_value,
    });
  return { op: 'Attention', attributes, inputs, outputs, dtype };
}

export function randomRotary(r) {
  const dtype = r.chance(0.2) ? 'float16' : 'float32';
  const rank = [2, 3, 4][r.below(3)];
  const B = rank === 2 ? 1 : 1 + r.below(3),
    H = 1 + r.below(4),
    T = 1 + r.below(9),
    K = 2 * (1 + r.below(9));
  const attributes = rank === 4 ? {} : { num_heads: H };
  const R = r.chance(0.5) ? 2 * (1 + r.below(K / 2)) : K;
  if (R !== K || r.chance(0.3)) attributes.rotary_embedding_dim = R;
  if (r.chance(0.5)) attributes.interleaved = 1;
  const inputs = {
    input: floats(r, dtype, rank === 4 ? [B, H, T, K] : rank === 3 ? [B, T, H * K] : [T, H * K]),
  };
  const ids = r.chance(0.5),
    cache = ids ? [50, R / 2] : r.chance(0.7) ? [B, T, R / 2] : [T, R / 2];
  inputs.cos_cache = floats(r, dtype, cache);
  inputs.sin_cache = floats(r, dtype, cache);
  if (ids) inputs.position_ids = { dtype: 'int64', ...array([B, T], () => r.below(50)) };
  return { op: 'RotaryEmbedding', attributes, inputs, outputs: rotary(inputs, attributes), dtype };
}
