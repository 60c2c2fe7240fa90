// The operators Attention and RotaryEmbedding in double, one index at a time, from the operators'
// definition alone. Arrays are {shape, data}; an argument that is absent is undefined.
const product = (shape) => shape.reduce((a, b) => a * b, 1);
export const array = (shape, f) => ({
  shape,
  data: Array.from({ length: product(shape) }, (_, i) => f(i)),
});

/// (b, h, t, k) -> number, of an array in any layout.
function reader(a, heads) {
  if (a.shape.length === 4) {
    const [, H, T, K] = a.shape;
    return { B: a.shape[0], H, T, K, at: (b, h, t, k) => a.data[((b * H + h) * T + t) * K + k] };
  }
  const [B, T, W] = a.shape.length === 3 ? a.shape : [1, ...a.shape];
  const K = W / heads;
  return { B, H: heads, T, K, at: (b, h, t, k) => a.data[(b * T + t) * W + h * K + k] };
}

/// Past then new.
function joined(past, now) {
  if (!past) return now;
  const P = past.T;
  return {
    ...now,
    T: P + now.T,
    at: (b, h, t, k) => (t < P ? past.at(b, h, t, k) : now.at(b, h, t - P, k)),
  };
}

function maskReader(mask) {
  if (!mask) return () => 0;
  const dims = [1, 1, 1, 1];
  mask.shape.forEach((d, i) => {
    dims[4 - mask.shape.length + i] = d;
  });
  const value = mask.dtype === 'bool' ? (x) => (x ? 0 : -Infinity) : (x) => x;
  return (b, h, i, j) => {
    if (j >= dims[3]) return -Infinity;
    const at = [b, h, i].map((x, d) => (dims[d] === 1 ? 0 : x));
    return value(mask.data[((at[0] * dims[1] + at[1]) * dims[2] + at[2]) * dims[3] + j]);
  };
}

const stages = ['scaled', 'capped', 'masked', 'weights'];

/// inputs {Q, K, V, attn_mask, past_key, past_value, nonpad_kv_seqlen}; attributes as ONNX names them.
export function attention(inputs, attributes = {}) {
  const H = attributes.q_num_heads ?? 1,
    G = attributes.kv_num_heads ?? H;
  const q = reader(inputs.Q, H);
  const kNow = reader(inputs.K, G),
    vNow = reader(inputs.V, G);
  const past = inputs.past_key && reader(inputs.past_key, G);
  const k = joined(past, kNow),
    v = joined(inputs.past_value && reader(inputs.past_value, G), vNow);
  const P = past ? past.T : 0,
    S = k.T,
    group = q.H / k.H;
  const scale = attributes.scale ?? 1 / Math.sqrt(q.K),
    cap = attributes.softcap ?? 0;
  const mask = maskReader(inputs.attn_mask);
  const lengths = inputs.nonpad_kv_seqlen?.data;
  const { left_window_size: left = -1, right_window_size: right = -1 } = attributes;
  const keep = stages[attributes.qk_matmul_output_mode ?? 0];
  const qk = [],
    y = new Map();
  for (let b = 0; b < q.B; b++)
    for (let h = 0; h < q.H; h++)
      for (let i = 0; i < q.T; i++) {
        const g = Math.floor(h / group),
          row = { scaled: [], capped: [], masked: [], weights: [] };
        for (let j = 0; j < S; j++) {
          let score = 0;
          for (let d = 0; d < q.K; d++) score += q.at(b, h, i, d) * k.at(b, g, j, d);
          let m = mask(b, h, i, j);
          const place = i + (past || !lengths ? P : Number(lengths[b]) - q.T);
          if ((lengths && j >= lengths[b]) || (attributes.is_causal && j > place)) m = -Infinity;
          if ((left >= 0 && j < place - left) || (right >= 0 && j > place + right)) m = -Infinity;
          const scaled = score * scale;
          const capped = cap > 0 ? cap * Math.tanh(scaled / cap) : scaled;
          row.scaled.push(scaled);
          row.capped.push(capped);
          row.masked.push(m === -Infinity ? m : capped + m);
        }
        const top = Math.max(-Infinity, ...row.masked);
        const e = row.masked.map((x) => (x === -Infinity ? 0 : Math.exp(x - top)));
        const sum = e.reduce((a, c) => a + c, 0);
        row.weights = e.map((x) => (sum === 0 ? 0 : x / sum));
        qk.push(...row[keep]);
        y.set(
          `${b},${h},${i}`,
          Array.from({ length: v.K }, (_, d) =>
            row.weights.reduce((a, w, j) => a + (w === 0 ? 0 : w * v.at(b, g, j, d)), 0),
          ),
        );
      }
  return {
    Y: write(inputs.Q.shape, q, v.K, (b, h, i, d) => y.get(`${b},${h},${i}`)[d]),
    present_key: whole(k),
    present_value: whole(v),
    qk_matmul_output: { shape: [q.B, q.H, q.T, S], data: qk },
  };
}

/// at(b, h, t, k) as an array of the layout that `like` has.
function write(like, { B, H, T }, K, at) {
  const data = [];
  const packed = like.length !== 4;
  const shape = packed ? [...like.slice(0, -1), H * K] : [B, H, T, K];
  for (let b = 0; b < B; b++) {
    if (packed)
      for (let t = 0; t < T; t++)
        for (let h = 0; h < H; h++) for (let d = 0; d < K; d++) data.push(at(b, h, t, d));
    else
      for (let h = 0; h < H; h++)
        for (let t = 0; t < T; t++) for (let d = 0; d < K; d++) data.push(at(b, h, t, d));
  }
  return { shape, data };
}
const whole = (a) => write([0, 0, 0, 0], a, a.K, a.at);

/// inputs {input, cos_cache, sin_cache, position_ids}
export function rotary(inputs, attributes = {}) {
  const x = reader(inputs.input, attributes.num_heads ?? 1);
  const R = attributes.rotary_embedding_dim || x.K,
    half = R / 2;
  const positions = inputs.position_ids?.data;
  const rowOf = (b, t) =>
    positions
      ? positions[positions.length === x.T ? t : b * x.T + t]
      : inputs.cos_cache.shape.length === 3
        ? b * x.T + t
        : t;
  return {
    output: write(inputs.input.shape, x, x.K, (b, h, t, d) => {
      if (d >= R) return x.at(b, h, t, d);
      const first = attributes.interleaved ? d % 2 === 0 : d < half;
      const i = attributes.interleaved ? d >> 1 : d % half;
      const cos = inputs.cos_cache.data[rowOf(b, t) * half + i],
        sin = inputs.sin_cache.data[rowOf(b, t) * half + i];
      const other = x.at(b, h, t, attributes.interleaved ? d ^ 1 : (d + half) % R);
      return first ? cos * x.at(b, h, t, d) - sin * other : sin * other + cos * x.at(b, h, t, d);
    }),
  };
}
