// Whole language models in double, from the tensors as their files name and lay them out: written from
// the papers and from Hugging Face's model code, apart from src/, so that the two check each other.
// A model is {config, tensors: Map name -> {shape, data}}; forward gives T rows of V logits.

const zeros = (n) => new Float64Array(n);
const rows_of = (x, n) =>
  Array.from({ length: x.length / n }, (_, i) => x.subarray(i * n, i * n + n));
const add = (a, b) => a.map((row, i) => row.map((v, j) => v + b[i][j]));
const map = (x, f) => x.map((row) => row.map(f));

/// exact to 1e-15: a series near 0, a continued fraction far from it.
export function erf(x) {
  const a = Math.abs(x);
  if (a < 3) {
    let term = a,
      sum = a;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let f = 0;
  for (let n = 60; n >= 1; n--) f = n / 2 / (a + f);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
}
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
export const ACTIVATIONS = {
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(0, x),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  silu: (x) => x * sigmoid(x),
};
ACTIVATIONS.gelu_pytorch_tanh = ACTIVATIONS.gelu_new;

/// W: out x in.
export function linear(x, W, b) {
  const w = rows_of(W.data, W.shape.at(-1));
  return x.map((row) => {
    const y = zeros(w.length);
    for (let o = 0; o < w.length; o++) {
      let sum = b ? b.data[o] : 0;
      for (let i = 0; i < row.length; i++) sum += row[i] * w[o][i];
      y[o] = sum;
    }
    return y;
  });
}
const turned = (W) => {
  const [n, m] = W.shape;
  const data = zeros(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) data[j * n + i] = W.data[i * m + j];
  return { shape: [m, n], data };
};
/// W: in x out, GPT-2's.
const conv1d = (x, W, b) => linear(x, turned(W), b);

function layer_norm(x, gain, bias, eps) {
  return x.map((row) => {
    const mean = row.reduce((a, v) => a + v, 0) / row.length;
    const variance = row.reduce((a, v) => a + (v - mean) ** 2, 0) / row.length;
    return row.map(
      (v, j) =>
        ((v - mean) / Math.sqrt(variance + eps)) * (gain ? gain.data[j] : 1) +
        (bias ? bias.data[j] : 0),
    );
  });
}
function rms_norm(x, gain, eps, plus = 0) {
  return x.map((row) => {
    const mean = row.reduce((a, v) => a + v * v, 0) / row.length;
    return row.map((v, j) => (v / Math.sqrt(mean + eps)) * (gain.data[j] + plus));
  });
}

function frequencies(width, base, scaling) {
  return Array.from({ length: width / 2 }, (_, i) => {
    const f = base ** ((-2 * i) / width);
    if (!scaling || (scaling.rope_type ?? scaling.type) === 'default') return f;
    if ((scaling.rope_type ?? scaling.type) === 'linear') return f / scaling.factor;
    const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
    const original = scaling.original_max_position_embeddings;
    const length = (2 * Math.PI) / f;
    if (length < original / high) return f;
    if (length > original / low) return f / factor;
    const smooth = (original / length - low) / (high - low);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
}
/// The first `width` numbers of each head; pairs (i, i + width/2), or beside each other.
function rope(x, head, { width = head, base = 10000, scaling, interleaved = false }) {
  const f = frequencies(width, base, scaling);
  return x.map((row, t) => {
    const y = row.slice();
    for (let h = 0; h < row.length; h += head)
      for (let i = 0; i < width / 2; i++) {
        const a = h + (interleaved ? 2 * i : i),
          b = h + (interleaved ? 2 * i + 1 : i + width / 2);
        const cos = Math.cos(t * f[i]),
          sin = Math.sin(t * f[i]);
        y[a] = row[a] * cos - row[b] * sin;
        y[b] = row[b] * cos + row[a] * sin;
      }
    return y;
  });
}

/// A query sees the last `window` keys (0: all), its own among them, and what comes after it unless causal.
export function attend(q, k, v, { heads, kv = heads, scale, causal = true, window = 0, cap = 0 }) {
  const K = q[0].length / heads;
  const V = v[0].length / kv;
  return q.map((row, i) => {
    const y = zeros(heads * V);
    for (let h = 0; h < heads; h++) {
      const g = Math.floor((h * kv) / heads);
      const scores = k.map((key, j) => {
        if ((causal && j > i) || (window > 0 && j <= i - window)) return -Infinity;
        let s = 0;
        for (let d = 0; d < K; d++) s += row[h * K + d] * key[g * K + d];
        s *= scale ?? 1 / Math.sqrt(K);
        return cap > 0 ? cap * Math.tanh(s / cap) : s;
      });
      const most = Math.max(...scores);
      const e = scores.map((s) => Math.exp(s - most));
      const sum = e.reduce((a, b) => a + b, 0);
      e.forEach((w, j) => {
        for (let d = 0; d < V; d++) y[h * V + d] += (w / sum) * v[j][g * V + d];
      });
    }
    return y;
  });
}
const columns = (x, from, to) => x.map((row) => row.slice(from, to));

function reader({ tensors }, prefix) {
  const get = (name) => tensors.get(prefix + name) ?? tensors.get(name);
  get.row = (name, i) =>
    get(name).data.slice(i * get(name).shape.at(-1), (i + 1) * get(name).shape.at(-1));
  return get;
}

/// GPT-2 (Conv1D) and nanoGPT, minGPT (Linear, biases optional).
export function gpt2(model, ids, { straight = false } = {}) {
  const { config: c } = model;
  const t = reader(model, 'transformer.');
  const map_to = straight ? linear : conv1d;
  const D = c.n_embd;
  const act = ACTIVATIONS[c.activation_function ?? 'gelu_new'];
  let x = ids.map((id, i) => t.row('wte.weight', id).map((v, j) => v + t.row('wpe.weight', i)[j]));
  for (let l = 0; l < c.n_layer; l++) {
    const p = `h.${l}.`;
    const norm = (y, n) =>
      layer_norm(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`), c.layer_norm_epsilon ?? 1e-5);
    const to = (y, n) => map_to(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`));
    const qkv = to(norm(x, 'ln_1'), 'attn.c_attn');
    const scale = c.scale_attn_weights === false ? 1 : undefined;
    const y = attend(columns(qkv, 0, D), columns(qkv, D, 2 * D), columns(qkv, 2 * D), {
      heads: c.n_head,
      scale,
    });
    x = add(x, to(y, 'attn.c_proj'));
    x = add(x, to(map(to(norm(x, 'ln_2'), 'mlp.c_fc'), act), 'mlp.c_proj'));
  }
  x = layer_norm(x, t('ln_f.weight'), t('ln_f.bias'), c.layer_norm_epsilon ?? 1e-5);
  return linear(x, (c.tie_word_embeddings === false && t('lm_head.weight')) || t('wte.weight'));
}
export const nanogpt = (model, ids) => gpt2(model, ids, { straight: true });

export function gpt_neo(model, ids) {
  const { config: c } = model;
  const t = reader(model, 'transformer.');
  let x = ids.map((id, i) => t.row('wte.weight', id).map((v, j) => v + t.row('wpe.weight', i)[j]));
  const kinds = c.attention_types.flatMap(([kind, times]) => Array(times).fill(kind).flat());
  for (let l = 0; l < c.num_layers; l++) {
    const p = `h.${l}.`;
    const norm = (y, n) =>
      layer_norm(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`), c.layer_norm_epsilon);
    const to = (y, n) => linear(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`));
    const a = norm(x, 'ln_1');
    const [q, k, v] = ['q', 'k', 'v'].map((n) => to(a, `attn.attention.${n}_proj`));
    const window = kinds[l] === 'local' ? c.window_size : 0;
    x = add(
      x,
      to(attend(q, k, v, { heads: c.num_heads, scale: 1, window }), 'attn.attention.out_proj'),
    );
    x = add(x, to(map(to(norm(x, 'ln_2'), 'mlp.c_fc'), ACTIVATIONS.gelu_new), 'mlp.c_proj'));
  }
  return linear(
    layer_norm(x, t('ln_f.weight'), t('ln_f.bias'), c.layer_norm_epsilon),
    t('wte.weight'),
  );
}

export function gpt_neox(model, ids) {
  const { config: c } = model;
  const t = reader(model, 'gpt_neox.');
  const H = c.num_attention_heads,
    K = c.hidden_size / H;
  let x = ids.map((id) => t.row('embed_in.weight', id));
  for (let l = 0; l < c.num_hidden_layers; l++) {
    const p = `layers.${l}.`;
    const norm = (y, n) =>
      layer_norm(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`), c.layer_norm_eps);
    const to = (y, n) => linear(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`));
    const qkv = to(norm(x, 'input_layernorm'), 'attention.query_key_value');
    const part = (n) =>
      qkv.map((row) =>
        Float64Array.from(
          { length: H * K },
          (_, j) => row[Math.floor(j / K) * 3 * K + n * K + (j % K)],
        ),
      );
    const turn = { width: Math.floor(K * c.rotary_pct), base: c.rotary_emb_base };
    const y = attend(rope(part(0), K, turn), rope(part(1), K, turn), part(2), { heads: H });
    const a = to(y, 'attention.dense');
    const beside = c.use_parallel_residual !== false;
    const m = norm(beside ? x : add(x, a), 'post_attention_layernorm');
    x = add(
      add(x, a),
      to(map(to(m, 'mlp.dense_h_to_4h'), ACTIVATIONS[c.hidden_act]), 'mlp.dense_4h_to_h'),
    );
  }
  return linear(
    layer_norm(x, t('final_layer_norm.weight'), t('final_layer_norm.bias'), c.layer_norm_eps),
    t(c.tie_word_embeddings ? 'embed_in.weight' : 'embed_out.weight'),
  );
}

/// Llama, Mistral, Qwen 2 and 3, Gemma 1 and 2, llama2.c.
export function llama(model, ids) {
  const { config: c } = model;
  const t = reader(model, 'model.');
  const gemma = c.model_type.startsWith('gemma');
  const two = c.model_type === 'gemma2';
  const H = c.num_attention_heads,
    K = c.head_dim ?? c.hidden_size / H;
  const norm = (y, n) => rms_norm(y, t(`${n}.weight`), c.rms_norm_eps, gemma ? 1 : 0);
  const window = (l) => {
    if (c.layer_types) return c.layer_types[l] === 'sliding_attention' ? c.sliding_window : 0;
    if (c.model_type === 'mistral') return c.sliding_window ?? 0;
    if (two) return l % 2 === 0 ? c.sliding_window : 0;
    return c.use_sliding_window && l >= c.max_window_layers ? c.sliding_window : 0;
  };
  const act = ACTIVATIONS[gemma ? 'gelu_new' : 'silu'];
  let x = ids.map((id) =>
    t.row('embed_tokens.weight', id).map((v) => v * (gemma ? Math.sqrt(c.hidden_size) : 1)),
  );
  for (let l = 0; l < c.num_hidden_layers; l++) {
    const p = `layers.${l}.`;
    const to = (y, n) => linear(y, t(`${p}${n}.weight`), t(`${p}${n}.bias`));
    const a = norm(x, `${p}input_layernorm`);
    const heads = (n) => {
      const y = to(a, `self_attn.${n}_proj`);
      const gain = t(`${p}self_attn.${n}_norm.weight`);
      const normed = gain
        ? y.map((row) =>
            Float64Array.from(
              rms_norm(rows_of(row, K), gain, c.rms_norm_eps).flatMap((r) => [...r]),
            ),
          )
        : y;
      return rope(normed, K, {
        base: c.rope_theta ?? c.rope_parameters?.rope_theta,
        scaling: c.rope_scaling ?? c.rope_parameters,
        interleaved: c.model_type === 'llama2.c',
      });
    };
    const y = attend(heads('q'), heads('k'), to(a, 'self_attn.v_proj'), {
      heads: H,
      kv: c.num_key_value_heads,
      window: window(l),
      ...(two ? { scale: c.query_pre_attn_scalar ** -0.5, cap: c.attn_logit_softcapping } : {}),
    });
    let o = to(y, 'self_attn.o_proj');
    if (two) o = norm(o, `${p}post_attention_layernorm`);
    x = add(x, o);
    const b = norm(x, p + (two ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'));
    const gate = map(to(b, 'mlp.gate_proj'), act);
    let m = to(
      to(b, 'mlp.up_proj').map((row, i) => row.map((v, j) => v * gate[i][j])),
      'mlp.down_proj',
    );
    if (two) m = norm(m, `${p}post_feedforward_layernorm`);
    x = add(x, m);
  }
  const tied = c.tie_word_embeddings ?? gemma;
  const logits = linear(norm(x, 'norm'), t(tied ? 'embed_tokens.weight' : 'lm_head.weight'));
  const cap = c.final_logit_softcapping;
  return two && cap ? map(logits, (v) => cap * Math.tanh(v / cap)) : logits;
}

/// BERT, RoBERTa and DistilBERT: the body's names and the head's are told.
export function bert(model, ids, names) {
  const { config: c } = model;
  const t = reader(model, names.prefix);
  const eps = names.eps ?? c.layer_norm_eps;
  const act = ACTIVATIONS[c.hidden_act ?? c.activation];
  const norm = (y, n) =>
    layer_norm(y, t(`${n}.weight`) ?? t(`${n}.gamma`), t(`${n}.bias`) ?? t(`${n}.beta`), eps);
  const to = (y, n) => linear(y, t(`${n}.weight`), t(`${n}.bias`));
  let seen = 0;
  const positions = ids.map((id, i) => {
    if (names.padding === undefined) return i;
    return id === names.padding ? names.padding : ++seen + names.padding;
  });
  let x = ids.map((id, i) =>
    t
      .row('embeddings.word_embeddings.weight', id)
      .map(
        (v, j) =>
          v +
          t.row('embeddings.position_embeddings.weight', positions[i])[j] +
          (t('embeddings.token_type_embeddings.weight')?.data[j] ?? 0),
      ),
  );
  x = norm(x, 'embeddings.LayerNorm');
  for (let l = 0; l < (c.num_hidden_layers ?? c.n_layers); l++) {
    const [q, k, v, o, norm1, up, down, norm2] = names.layer.map((n) => n.replace('{l}', l));
    const heads = c.num_attention_heads ?? c.n_heads;
    const a = to(attend(to(x, q), to(x, k), to(x, v), { heads, causal: false }), o);
    x = norm(add(x, a), norm1);
    x = norm(add(x, to(map(to(x, up), act), down)), norm2);
  }
  const [dense, head_norm, decoder, bias] = names.head;
  x = norm(map(to(x, dense), names.head_act ?? act), head_norm);
  const table = t(decoder) ?? t('embeddings.word_embeddings.weight');
  return linear(x, table, t(bias));
}

export function transformer_lens(model, ids) {
  const { config: c } = model;
  const t = reader(model, '');
  const { n_heads: H, d_head: K, d_model: D } = c;
  /// (H, D, K) as out x in.
  const heads_in = (W) => {
    const data = zeros(W.data.length);
    for (let h = 0; h < H; h++)
      for (let d = 0; d < D; d++)
        for (let k = 0; k < K; k++) data[(h * K + k) * D + d] = W.data[(h * D + d) * K + k];
    return { shape: [H * K, D], data };
  };
  let x = ids.map((id, i) =>
    t.row('embed.W_E', id).map((v, j) => v + t.row('pos_embed.W_pos', i)[j]),
  );
  for (let l = 0; l < c.n_layers; l++) {
    const p = `blocks.${l}.`;
    const norm = (y, n) => layer_norm(y, t(`${p}${n}.w`), t(`${p}${n}.b`), c.eps);
    const a = norm(x, 'ln1');
    const [q, k, v] = ['Q', 'K', 'V'].map((n) =>
      linear(a, heads_in(t(`${p}attn.W_${n}`)), t(`${p}attn.b_${n}`)),
    );
    const W_O = t(`${p}attn.W_O`);
    x = add(
      x,
      conv1d(
        attend(q, k, v, { heads: H }),
        { shape: [H * K, D], data: W_O.data },
        t(`${p}attn.b_O`),
      ),
    );
    const hidden = map(
      conv1d(norm(x, 'ln2'), t(`${p}mlp.W_in`), t(`${p}mlp.b_in`)),
      ACTIVATIONS[c.act_fn],
    );
    x = add(x, conv1d(hidden, t(`${p}mlp.W_out`), t(`${p}mlp.b_out`)));
  }
  return conv1d(
    layer_norm(x, t('ln_final.w'), t('ln_final.b'), c.eps),
    t('unembed.W_U'),
    t('unembed.b_U'),
  );
}
