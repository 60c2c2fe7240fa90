// Random documents over every option that the state file has, as plain objects: grouped heads, all
// positions, masks, padding, caches, cross-attention, norms, MLPs, biases, temperatures.
import { generator } from './random_cases.mjs';

const WORDS =
  'the cat sat on a mat because it was tired and river bank money loan light dark red 日本 naïve "x"'.split(
    ' ',
  );

export function random_state(seed) {
  const r = generator(seed);
  const number = (size = 1) => Math.fround((r.next() * 2 - 1) * size);
  const matrix = (rows, cols, size) =>
    Array.from({ length: rows }, () => Array.from({ length: cols }, () => number(size)));
  const row = (cols, size, from = 0) =>
    Array.from({ length: cols }, () => Math.fround(from + number(size)));
  const sentence = (count, width) => {
    const tokens = Array.from({ length: count }, () => WORDS[r.below(WORDS.length)]);
    return { text: tokens.join(' '), tokens, embeddings: matrix(count, width, 1) };
  };
  const kv = 1 + r.below(3),
    heads = kv * (1 + r.below(3)),
    width = 2 * (1 + r.below(8));
  const key = 2 * (1 + r.below(4)),
    value = 1 + r.below(8);
  const tokens = 1 + r.below(9),
    cross = r.chance(0.25),
    source = cross ? 1 + r.below(7) : tokens;
  const causal = !cross && r.chance(0.5);
  const kind = ['none', 'sinusoidal', 'learned', 'rope', 'alibi'][r.below(5)];
  const norm = ['none', 'layer_norm', 'rms_norm'][r.below(3)],
    mlp = ['none', 'gelu', 'relu', 'swiglu'][r.below(4)];
  const hidden = mlp === 'none' ? 0 : 1 + r.below(9),
    biases = r.chance(0.4),
    warm = r.chance(0.3);
  const size = 1 / Math.sqrt(width);
  const positions = { kind, base: [100, 10000][r.below(2)] };
  if (kind === 'rope')
    Object.assign(positions, { rotary_width: r.chance(0.5) ? 0 : 2, interleaved: r.chance(0.5) });
  if (kind === 'learned') positions.learned = matrix(Math.max(tokens, source), width, 0.5);
  const layer = () => {
    const l = {
      w_q: matrix(width, heads * key, size),
      w_k: matrix(width, kv * key, size),
      w_v: matrix(width, kv * value, size),
      w_o: matrix(heads * value, width, 1 / Math.sqrt(heads * value)),
    };
    if (biases)
      Object.assign(l, {
        b_q: row(heads * key, 0.5),
        b_k: row(kv * key, 0.5),
        b_v: row(kv * value, 0.5),
        b_o: row(width, 0.5),
      });
    if (warm) l.temperature = row(heads, 0.4, 1);
    if (norm !== 'none') l.norm1_gain = row(width, 0.3, 1);
    if (norm === 'layer_norm') l.norm1_bias = row(width, 0.3);
    if (mlp === 'none') return l;
    if (norm !== 'none') l.norm2_gain = row(width, 0.3, 1);
    if (norm === 'layer_norm') l.norm2_bias = row(width, 0.3);
    if (mlp === 'swiglu') l.w_gate = matrix(width, hidden, size);
    Object.assign(l, {
      w_up: matrix(width, hidden, size),
      w_down: matrix(hidden, width, 1 / Math.sqrt(hidden)),
    });
    if (!biases) return l;
    if (mlp === 'swiglu') l.b_gate = row(hidden, 0.3);
    return Object.assign(l, { b_up: row(hidden, 0.3), b_down: row(width, 0.3) });
  };
  const state = {
    version: 2,
    title: `random ${seed}`,
    query: sentence(tokens, width),
    model: {
      width,
      heads,
      kv_heads: kv,
      key_width: key,
      value_width: value,
      mlp_width: hidden,
      causal,
      residual: r.chance(0.6),
      softcap: r.chance(0.3) ? 1 + r.below(5) : 0,
      positions,
      norm,
      norm_place: r.chance(0.5) ? 'pre' : 'post',
      mlp,
      scale: ['inverse_sqrt', 'off', 'free'][r.below(3)],
      free_scale: number(1),
      layers: Array.from({ length: 1 + r.below(3) }, layer),
    },
  };
  if (cross) Object.assign(state, { cross, source: sentence(source, width) });
  if (r.chance(0.4)) {
    state.mask = matrix(tokens, source, 2).map((line) =>
      line.map((x) => (r.chance(0.25) ? '-inf' : r.chance(0.5) ? 0 : x)),
    );
  }
  // Drawn apart, so that they change no other number of the documents.
  const w = generator(seed + 70_000);
  const window = () => ({ left: w.below(4) - 1, right: w.below(4) - 1 });
  if (w.chance(0.2)) state.model.window = window();
  for (const l of state.model.layers) if (w.chance(0.2)) l.window = window();
  if (r.chance(0.3)) state.kv_length = r.below(source + 1);
  if (causal && tokens > 1 && r.chance(0.4)) state.cached = 1 + r.below(tokens - 1);
  return state;
}
