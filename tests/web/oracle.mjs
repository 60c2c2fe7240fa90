// The oracle: every stage of attention from the state JSON alone, in JavaScript's double precision.
// Written from the definitions, not from the C++: the point is that they agree. Slow and plain.
// Leaves out the KV cache's bookkeeping: with `cached` the numbers are those of the whole sentence.

const multiply = (a, b, cols) =>
  a.map((row) =>
    Array.from({ length: cols }, (_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)),
  );
const multiply_transposed = (a, b) =>
  a.map((row) => b.map((other) => row.reduce((sum, x, k) => sum + x * other[k], 0)));
const add = (a, b) => a.map((row, i) => row.map((x, j) => x + b[i][j]));
const columns = (m, from, count) => m.map((row) => row.slice(from, from + count));
const INFINITIES = { inf: Infinity, '-inf': -Infinity, nan: NaN };
const read = (x) => (typeof x === 'string' ? INFINITIES[x] : x);
const matrix = (m) => (m ?? []).map((row) => row.map(read));
const f32 = Math.fround;

/** X W + b; an empty input stays empty. */
function linear(x, weight, bias) {
  const w = matrix(weight);
  const y = multiply(x, w, w[0]?.length ?? 0);
  return bias ? y.map((row) => row.map((v, j) => v + read(bias[j]))) : y;
}

function normalised(x, model, gain, bias) {
  return x.map((row) => {
    const n = row.length;
    const mean = model.norm === 'layer_norm' ? row.reduce((s, v) => s + v, 0) / n : 0;
    const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
    const scale = 1 / Math.sqrt(variance + f32(model.norm_epsilon));
    return row.map(
      (v, j) => (v - mean) * scale * (gain ? read(gain[j]) : 1) + (bias ? read(bias[j]) : 0),
    );
  });
}

/** Positions that are added to embeddings, T x D; null where positions are not added. */
function added_positions(model, count) {
  const { kind, base } = model.positions;
  if (kind === 'learned') return matrix(model.positions.learned).slice(0, count);
  if (kind !== 'sinusoidal') return null;
  return Array.from({ length: count }, (_, t) =>
    Array.from({ length: model.width }, (_, i) => {
      const angle = t * base ** ((-2 * Math.floor(i / 2)) / model.width);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }),
  );
}

function rotary_angles(model, count) {
  const wanted = model.positions.rotary_width || model.key_width;
  const width = Math.min(wanted, model.key_width) & ~1;
  return Array.from({ length: count }, (_, t) =>
    Array.from({ length: width / 2 }, (_, i) => t * model.positions.base ** ((-2 * i) / width)),
  );
}

function rotated(x, angles, interleaved) {
  return x.map((row, t) => {
    const y = [...row];
    const half = angles[t].length;
    angles[t].forEach((angle, i) => {
      const [a, b] = interleaved ? [2 * i, 2 * i + 1] : [i, i + half];
      y[a] = row[a] * Math.cos(angle) - row[b] * Math.sin(angle);
      y[b] = row[a] * Math.sin(angle) + row[b] * Math.cos(angle);
    });
    return y;
  });
}

/** 2^(-8/n), 2^(-16/n), ... for a power of two; else those and every other one of the double. */
export function alibi_slopes(heads) {
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = Array.from({ length: power }, (_, i) => 2 ** ((-8 * (i + 1)) / power));
  for (let i = 0; slopes.length < heads; i += 2) slopes.push(2 ** ((-8 * (i + 1)) / (2 * power)));
  return slopes;
}

function softmax(row, temperature) {
  const most = Math.max(...row);
  if (most === -Infinity) return row.map(() => 0);
  const terms = row.map((x) => (x === -Infinity ? 0 : Math.exp((x - most) / temperature)));
  const sum = terms.reduce((s, x) => s + x, 0);
  return terms.map((x) => x / sum);
}

function mask_of(state, layer, queries, keys) {
  const { model } = state;
  const { left = -1, right = -1 } = layer.window ?? model.window ?? {};
  const painted = state.mask ? matrix(state.mask) : null;
  const length = state.kv_length >= 0 ? state.kv_length : Infinity;
  return Array.from({ length: queries }, (_, i) =>
    Array.from({ length: keys }, (_, j) => {
      if ((model.causal && j > i) || j >= length) return -Infinity;
      if ((left >= 0 && j < i - left) || (right >= 0 && j > i + right)) return -Infinity;
      return painted ? painted[i][j] : 0;
    }),
  );
}

// erf by its series and continued fraction, to about 1e-15.
function erf(x) {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 120; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
const ACTIVATIONS = {
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  relu: (x) => Math.max(0, x),
  swiglu: (x) => x / (1 + Math.exp(-x)),
};

function mlp(x, layer, model, stages) {
  stages.up = linear(x, layer.w_up, layer.b_up);
  const activation = ACTIVATIONS[model.mlp];
  if (model.mlp === 'swiglu') {
    stages.gate = linear(x, layer.w_gate, layer.b_gate);
    stages.hidden = stages.up.map((row, i) => row.map((v, j) => activation(stages.gate[i][j]) * v));
  } else {
    stages.hidden = stages.up.map((row) => row.map(activation));
  }
  return linear(stages.hidden, layer.w_down, layer.b_down);
}

function scale_of(model) {
  if (model.scale === 'off') return 1;
  return model.scale === 'free' ? f32(model.free_scale) : 1 / Math.sqrt(model.key_width);
}

/** One head: everything from Q K V of its columns to its output. */
function head_stages(h, q, k, v, context) {
  const { model, mask, layer, angles } = context;
  const group = model.heads / model.kv_heads;
  const g = Math.floor(h / group);
  const stage = {
    q: columns(q, h * model.key_width, model.key_width),
    k: columns(k, g * model.key_width, model.key_width),
    v: columns(v, g * model.value_width, model.value_width),
  };
  let [left, right] = [stage.q, stage.k];
  if (model.positions.kind === 'rope') {
    left = stage.q_rotated = rotated(left, angles.query, model.positions.interleaved);
    right = stage.k_rotated = rotated(right, angles.key, model.positions.interleaved);
  }
  stage.scores = multiply_transposed(left, right);
  const scale = scale_of(model);
  stage.scaled = stage.scores.map((row) => row.map((x) => x * scale));
  const slope = model.positions.kind === 'alibi' ? alibi_slopes(model.heads)[h] : 0;
  const cap = f32(model.softcap);
  stage.capped =
    cap > 0 ? stage.scaled.map((row) => row.map((x) => cap * Math.tanh(x / cap))) : stage.scaled;
  stage.masked = stage.capped.map((row, i) =>
    row.map((x, j) => x + mask[i][j] - slope * Math.abs(i - j)),
  );
  const temperature = layer.temperature ? f32(read(layer.temperature[h])) : 1;
  stage.weights = stage.masked.map((row, i) =>
    softmax(
      row.map((x, j) => (mask[i][j] === -Infinity ? -Infinity : x)),
      temperature,
    ),
  );
  stage.head_out = multiply(stage.weights, stage.v, model.value_width);
  return stage;
}

function layer_stages(state, layer, x, source) {
  const { model } = state;
  const norm = (m, which) =>
    model.norm === 'none'
      ? m
      : normalised(m, model, layer[`${which}_gain`], layer[`${which}_bias`]);
  const pre = model.norm !== 'none' && model.norm_place === 'pre';
  const post = model.norm !== 'none' && model.norm_place === 'post';
  const all = { input: x };
  const entering = pre ? norm(x, 'norm1') : x;
  const others = source ?? entering;
  const q = linear(entering, layer.w_q, layer.b_q);
  const k = linear(others, layer.w_k, layer.b_k);
  const v = linear(others, layer.w_v, layer.b_v);
  const context = { model, layer, mask: mask_of(state, layer, x.length, others.length) };
  if (model.positions.kind === 'rope') {
    context.angles = {
      query: rotary_angles(model, x.length),
      key: rotary_angles(model, others.length),
    };
  }
  all.mask = context.mask;
  all.heads = Array.from({ length: model.heads }, (_, h) => head_stages(h, q, k, v, context));
  all.concat = x.map((_, i) => all.heads.flatMap((head) => head.head_out[i]));
  let y = linear(all.concat, layer.w_o, layer.b_o);
  all.projected = y;
  if (model.residual) y = add(y, x);
  all.added = y;
  if (post) y = norm(y, 'norm1');
  if (pre || post) all.norm1 = pre ? entering : y;
  if (model.mlp !== 'none') {
    const inside = pre ? norm(y, 'norm2') : y;
    all.mlp_out = mlp(inside, layer, model, all);
    let z = model.residual ? add(all.mlp_out, y) : all.mlp_out;
    if (post) z = norm(z, 'norm2');
    y = z;
  }
  all.output = y;
  return all;
}

/** {embeddings, input, layers: [{input, q.. by heads, concat, output, ...}]} of a state(). */
export function forward(state) {
  const { model } = state;
  const embed = (sentence) => {
    const embeddings = matrix(sentence.embeddings);
    const positions = added_positions(model, embeddings.length);
    return { embeddings, positions, input: positions ? add(embeddings, positions) : embeddings };
  };
  const query = embed(state.query);
  const source = state.cross ? embed(state.source) : null;
  const layers = [];
  let x = query.input;
  for (const layer of model.layers) {
    layers.push(layer_stages(state, layer, x, source?.input));
    x = layers.at(-1).output;
  }
  return { ...query, source, layers };
}

const BY_HEAD = new Set([
  'q',
  'k',
  'v',
  'q_rotated',
  'k_rotated',
  'scores',
  'scaled',
  'capped',
  'masked',
  'weights',
  'head_out',
]);
export const STAGES = ['embeddings', 'input', ...BY_HEAD, 'concat', 'output'];

/** One stage's matrix; undefined where the oracle has none. Heads of k and v count kv heads. */
export function stage_of(result, stage, layer, head, kv_group = 1) {
  if (stage === 'embeddings') return result.embeddings;
  const l = result.layers[layer];
  if (stage === 'input') return l.input;
  if (!BY_HEAD.has(stage)) return l[stage];
  const shared = stage === 'k' || stage === 'v' || stage === 'k_rotated';
  return l.heads[shared ? head * kv_group : head][stage];
}

/** Largest |a - b| / max(1, |b|) of a flat Float32 array against a matrix; infinities must agree. */
export function largest_error(data, expected) {
  const cols = expected[0]?.length ?? 0;
  if (data.length !== expected.length * cols) return Infinity;
  let worst = 0;
  for (let i = 0; i < data.length; i++) {
    const want = expected[Math.floor(i / cols)][i % cols];
    const error = data[i] === want ? 0 : Math.abs(data[i] - want) / Math.max(1, Math.abs(want));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

/** Every stage that both sides have: {worst, where, compared}. `tensor(stage, {layer, head})` reads. */
export async function compare(state, tensor) {
  const result = forward(state);
  const { heads, kv_heads } = state.model;
  let report = { worst: 0, where: '', compared: 0 };
  for (let layer = 0; layer < state.model.layers.length; layer++) {
    for (const stage of STAGES) {
      const shared = stage === 'k' || stage === 'v' || stage === 'k_rotated';
      const count = BY_HEAD.has(stage) ? (shared ? kv_heads : heads) : 1;
      for (let head = 0; head < count; head++) {
        const expected = stage_of(result, stage, layer, head, heads / kv_heads);
        if (!expected) continue;
        const { data } = await tensor(stage, { layer, head });
        const error = largest_error(data, expected);
        report.compared++;
        if (error > report.worst)
          report = { ...report, worst: error, where: `${stage} layer ${layer} head ${head}` };
      }
    }
  }
  return report;
}
