// The same models as llama.cpp's converter and llama2.c's export write them: names, orders and keys.
import { writeFileSync } from 'node:fs';
import { stored } from './models_tensors.mjs';

const TYPES = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, BF16: 30 };

const text = (s) => {
  const bytes = Buffer.from(s);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
};
const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n);
  return b;
};
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
function value(key, v) {
  if (typeof v === 'string') return Buffer.concat([text(key), u32(8), text(v)]);
  if (typeof v === 'boolean') return Buffer.concat([text(key), u32(7), Buffer.from([v ? 1 : 0])]);
  if (Number.isInteger(v)) return Buffer.concat([text(key), u32(4), u32(v)]);
  const b = Buffer.alloc(4);
  b.writeFloatLE(v.float ?? v);
  return Buffer.concat([text(key), u32(6), b]);
}
const float = (v) => ({ float: v });

/// Vectors stay float32, as the converter leaves them; so do rows that are no whole blocks.
export function gguf_bytes(values, tensors, type) {
  const infos = [];
  const parts = [];
  let at = 0;
  for (const [name, x] of tensors) {
    const blocks = type.startsWith('Q') && x.shape.at(-1) % 32 !== 0;
    const as = x.shape.length === 1 || blocks ? 'F32' : type;
    const bytes = stored(x, as);
    infos.push(
      text(name),
      u32(x.shape.length),
      ...[...x.shape].reverse().map(u64),
      u32(TYPES[as]),
      u64(at),
    );
    const padded = Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
    at += padded.length;
    parts.push(padded);
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.size),
    u64(Object.keys(values).length),
    ...Object.entries(values).map(([k, v]) => value(k, v)),
    ...infos,
  ]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), ...parts]);
}

const rename = (list) => (name) => {
  for (const [from, to] of list) {
    const found = name.match(from);
    if (found) return to.replace('{l}', found[1]);
  }
  return null;
};
const COMMON = [
  [/^model\.embed_tokens\.weight$/, 'token_embd.weight'],
  [/^model\.norm\.weight$/, 'output_norm.weight'],
  [/^lm_head\.weight$/, 'output.weight'],
];
const L = (tail) => new RegExp(`^model\\.layers\\.(\\d+)\\.${tail}$`);
const llama_name = (sandwich) =>
  rename([
    ...COMMON,
    [L('input_layernorm.weight'), 'blk.{l}.attn_norm.weight'],
    ...(sandwich
      ? [
          [L('post_attention_layernorm.weight'), 'blk.{l}.post_attention_norm.weight'],
          [L('pre_feedforward_layernorm.weight'), 'blk.{l}.ffn_norm.weight'],
          [L('post_feedforward_layernorm.weight'), 'blk.{l}.post_ffw_norm.weight'],
        ]
      : [[L('post_attention_layernorm.weight'), 'blk.{l}.ffn_norm.weight']]),
    ...['q', 'k', 'v'].flatMap((n) =>
      ['weight', 'bias'].map((k) => [L(`self_attn.${n}_proj.${k}`), `blk.{l}.attn_${n}.${k}`]),
    ),
    ...['q', 'k'].map((n) => [L(`self_attn.${n}_norm.weight`), `blk.{l}.attn_${n}_norm.weight`]),
    [L('self_attn.o_proj.weight'), 'blk.{l}.attn_output.weight'],
    ...['gate', 'up', 'down'].map((n) => [L(`mlp.${n}_proj.weight`), `blk.{l}.ffn_${n}.weight`]),
  ]);

/// llama.cpp's order of a head's rows: row 2i + s is row sK/2 + i.
function paired(x, heads) {
  const cols = x.shape.length > 1 ? x.shape[1] : 1;
  const K = x.shape[0] / heads;
  const data = new Float32Array(x.data.length);
  for (let h = 0; h < heads; h++)
    for (let s = 0; s < 2; s++)
      for (let i = 0; i < K / 2; i++)
        data.set(
          x.data.subarray((h * K + s * (K / 2) + i) * cols, (h * K + s * (K / 2) + i + 1) * cols),
          (h * K + 2 * i + s) * cols,
        );
  return { shape: x.shape, data };
}
const turned = (x) => {
  const [n, m] = x.shape;
  const data = new Float32Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) data[j * n + i] = x.data[i * m + j];
  return { shape: [m, n], data };
};
/// GPT-NeoX's heads as thirds.
function thirds(x, heads) {
  const cols = x.shape.length > 1 ? x.shape[1] : 1;
  const K = x.shape[0] / heads / 3;
  const data = new Float32Array(x.data.length);
  for (let h = 0; h < heads; h++)
    for (let n = 0; n < 3; n++)
      data.set(
        x.data.subarray((h * 3 + n) * K * cols, (h * 3 + n + 1) * K * cols),
        (n * heads + h) * K * cols,
      );
  return { shape: x.shape, data };
}

/// The model as a GGUF; numbers that its type rounds are rounded in the model too.
export function gguf(path, { config: c, tensors }, type = 'F32') {
  const arch = { gpt_neox: 'gptneox' }[c.model_type] ?? c.model_type;
  const out = new Map();
  for (const [name, x] of tensors) {
    if (
      type !== 'F32' &&
      x.shape.length > 1 &&
      !(type.startsWith('Q') && x.shape.at(-1) % 32 !== 0)
    )
      stored(x, type);
    const to = names(arch)(name);
    if (!to) continue;
    let y = { shape: x.shape, data: Float32Array.from(x.data) };
    if (arch === 'llama' && /attn_q\.|attn_k\./.test(to))
      y = paired(y, /attn_q/.test(to) ? c.num_attention_heads : c.num_key_value_heads);
    if (arch === 'gpt2' && /(attn_qkv|attn_output|ffn_up|ffn_down)\.weight/.test(to)) y = turned(y);
    if (arch === 'gptneox' && /attn_qkv/.test(to)) y = thirds(y, c.num_attention_heads);
    if (arch.startsWith('gemma') && /norm\.weight/.test(to)) y.data = y.data.map((v) => v + 1);
    out.set(to, y);
  }
  writeFileSync(path, gguf_bytes(keys(arch, c), out, type));
  return path;
}
function names(arch) {
  if (arch === 'gpt2') {
    const h = (tail) => new RegExp(`^transformer\\.h\\.(\\d+)\\.${tail}$`);
    const both = (from, to) =>
      ['weight', 'bias'].map((k) => [h(`${from}.${k}`), `blk.{l}.${to}.${k}`]);
    return rename([
      [/^transformer\.wte\.weight$/, 'token_embd.weight'],
      [/^transformer\.wpe\.weight$/, 'position_embd.weight'],
      [/^transformer\.ln_f\.weight$/, 'output_norm.weight'],
      [/^transformer\.ln_f\.bias$/, 'output_norm.bias'],
      ...both('ln_1', 'attn_norm'),
      ...both('attn\\.c_attn', 'attn_qkv'),
      ...both('attn\\.c_proj', 'attn_output'),
      ...both('ln_2', 'ffn_norm'),
      ...both('mlp\\.c_fc', 'ffn_up'),
      ...both('mlp\\.c_proj', 'ffn_down'),
    ]);
  }
  if (arch === 'gptneox') {
    const h = (tail) => new RegExp(`^gpt_neox\\.layers\\.(\\d+)\\.${tail}$`);
    const both = (from, to) =>
      ['weight', 'bias'].map((k) => [h(`${from}.${k}`), `blk.{l}.${to}.${k}`]);
    return rename([
      [/^gpt_neox\.embed_in\.weight$/, 'token_embd.weight'],
      [/^embed_out\.weight$/, 'output.weight'],
      [/^gpt_neox\.final_layer_norm\.weight$/, 'output_norm.weight'],
      [/^gpt_neox\.final_layer_norm\.bias$/, 'output_norm.bias'],
      ...both('input_layernorm', 'attn_norm'),
      ...both('attention\\.query_key_value', 'attn_qkv'),
      ...both('attention\\.dense', 'attn_output'),
      ...both('post_attention_layernorm', 'ffn_norm'),
      ...both('mlp\\.dense_h_to_4h', 'ffn_up'),
      ...both('mlp\\.dense_4h_to_h', 'ffn_down'),
    ]);
  }
  return llama_name(arch === 'gemma2');
}
function keys(arch, c) {
  const all = {
    block_count: c.num_hidden_layers ?? c.n_layer,
    context_length: c.max_position_embeddings ?? c.n_positions,
    embedding_length: c.hidden_size ?? c.n_embd,
    feed_forward_length: c.intermediate_size ?? 4 * c.n_embd,
    'attention.head_count': c.num_attention_heads ?? c.n_head,
  };
  if (arch === 'gpt2' || arch === 'gptneox') all['attention.layer_norm_epsilon'] = float(1e-5);
  else {
    all['attention.head_count_kv'] = c.num_key_value_heads;
    all['attention.layer_norm_rms_epsilon'] = float(c.rms_norm_eps);
    all['rope.freq_base'] = float(c.rope_theta);
    if (c.head_dim) all['attention.key_length'] = all['attention.value_length'] = c.head_dim;
  }
  if (arch === 'gptneox') {
    all['rope.dimension_count'] = Math.floor(
      (c.hidden_size / c.num_attention_heads) * c.rotary_pct,
    );
    all.use_parallel_residual = c.use_parallel_residual;
  }
  if (arch === 'gemma2') {
    all['attention.sliding_window'] = c.sliding_window;
    all.attn_logit_softcapping = float(c.attn_logit_softcapping);
    all.final_logit_softcapping = float(c.final_logit_softcapping);
  }
  return {
    'general.architecture': arch,
    ...Object.fromEntries(Object.entries(all).map(([k, v]) => [`${arch}.${k}`, v])),
  };
}

/// llama2.c, version 0: a Llama whose pairs stand beside each other.
export function llama2c(path, { config: c, tensors }) {
  const K = c.hidden_size / c.num_attention_heads;
  const head = Int32Array.of(
    c.hidden_size,
    c.intermediate_size,
    c.num_hidden_layers,
    c.num_attention_heads,
    c.num_key_value_heads,
    c.tie_word_embeddings ? c.vocab_size : -c.vocab_size,
    c.max_position_embeddings,
  );
  const of = (name) => Buffer.from(Float32Array.from(tensors.get(name).data).buffer);
  const layers = (tail) =>
    Array.from({ length: c.num_hidden_layers }, (_, l) => of(`model.layers.${l}.${tail}.weight`));
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from(head.buffer),
      of('model.embed_tokens.weight'),
      ...[
        'input_layernorm',
        'self_attn.q_proj',
        'self_attn.k_proj',
        'self_attn.v_proj',
        'self_attn.o_proj',
        'post_attention_layernorm',
        'mlp.gate_proj',
        'mlp.down_proj',
        'mlp.up_proj',
      ].flatMap(layers),
      of('model.norm.weight'),
      Buffer.alloc(c.max_position_embeddings * K * 4),
      ...(c.tie_word_embeddings ? [] : [of('lm_head.weight')]),
    ]),
  );
  return path;
}
