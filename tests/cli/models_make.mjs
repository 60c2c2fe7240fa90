// Small random models in every family's real tensor names, and the containers that they come in.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bert,
  gpt2,
  gpt_neo,
  gpt_neox,
  llama,
  nanogpt,
  transformer_lens,
} from './models_oracle.mjs';
import { numberToHalf, halfToNumber } from './npy.mjs';

export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// Tensors by name: weights of a size that keeps numbers lively, gains about 1.
class Tensors extends Map {
  constructor(seed) {
    super();
    this.next = random(seed);
  }
  put(name, ...shape) {
    const gain = /(norm|Norm|ln_\w|ln\w*)\.(weight|gamma|w)$/.test(name);
    const size = shape.length > 1 ? 1.4 / Math.sqrt(Math.min(...shape)) : 0.4;
    const data = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => (gain ? 1 : 0) + size * (2 * this.next() - 1),
    );
    return this.set(name, { shape, data });
  }
  linear(name, out, input, bias = true) {
    this.put(`${name}.weight`, out, input);
    return bias ? this.put(`${name}.bias`, out) : this;
  }
  norm(name, n, bias = true) {
    this.put(`${name}.weight`, n);
    return bias ? this.put(`${name}.bias`, n) : this;
  }
}

const D = 24,
  F = 40,
  V = 53,
  T = 16,
  L = 3,
  H = 4;

function like_gpt2(seed, straight, bias, prefix = 'transformer.') {
  const t = new Tensors(seed);
  const map = (name, input, out) => {
    t.put(`${name}.weight`, ...(straight ? [out, input] : [input, out]));
    if (bias) t.put(`${name}.bias`, out);
  };
  t.put(`${prefix}wte.weight`, V, D).put(`${prefix}wpe.weight`, T, D);
  for (let l = 0; l < L; l++) {
    const p = `${prefix}h.${l}.`;
    t.norm(`${p}ln_1`, D, bias).norm(`${p}ln_2`, D, bias);
    map(`${p}attn.c_attn`, D, 3 * D);
    map(`${p}attn.c_proj`, D, D);
    map(`${p}mlp.c_fc`, D, 4 * D);
    map(`${p}mlp.c_proj`, 4 * D, D);
    t.set(`${p}attn.bias`, { shape: [1, 1, T, T], data: new Float32Array(T * T).fill(1) });
  }
  return t.norm(`${prefix}ln_f`, D, bias);
}
const GPT2 = {
  model_type: 'gpt2',
  n_embd: D,
  n_layer: L,
  n_head: H,
  n_positions: T,
  vocab_size: V,
  layer_norm_epsilon: 1e-5,
};

function like_llama(
  seed,
  { K = D / H, kv = 2, bias = false, qk = false, sandwich = false, tied = false } = {},
) {
  const t = new Tensors(seed).put('model.embed_tokens.weight', V, D);
  for (let l = 0; l < L; l++) {
    const p = `model.layers.${l}.`;
    t.norm(`${p}input_layernorm`, D, false).norm(`${p}post_attention_layernorm`, D, false);
    if (sandwich)
      t.norm(`${p}pre_feedforward_layernorm`, D, false).norm(
        `${p}post_feedforward_layernorm`,
        D,
        false,
      );
    t.linear(`${p}self_attn.q_proj`, H * K, D, bias).linear(
      `${p}self_attn.k_proj`,
      kv * K,
      D,
      bias,
    );
    t.linear(`${p}self_attn.v_proj`, kv * K, D, bias).linear(
      `${p}self_attn.o_proj`,
      D,
      H * K,
      false,
    );
    if (qk) t.norm(`${p}self_attn.q_norm`, K, false).norm(`${p}self_attn.k_norm`, K, false);
    t.linear(`${p}mlp.gate_proj`, F, D, false).linear(`${p}mlp.up_proj`, F, D, false);
    t.linear(`${p}mlp.down_proj`, D, F, false);
  }
  t.norm('model.norm', D, false);
  return tied ? t : t.put('lm_head.weight', V, D);
}
const LLAMA = {
  model_type: 'llama',
  hidden_size: D,
  num_hidden_layers: L,
  num_attention_heads: H,
  num_key_value_heads: 2,
  intermediate_size: F,
  max_position_embeddings: 64,
  vocab_size: V,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};
const LLAMA3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

function like_bert(seed, prefix, layer, old, types, positions) {
  const t = new Tensors(seed);
  const [gain, shift] = old ? ['gamma', 'beta'] : ['weight', 'bias'];
  const norm = (n) => t.put(`${n}.${gain}`, D).put(`${n}.${shift}`, D);
  t.put(`${prefix}embeddings.word_embeddings.weight`, V, D).put(
    `${prefix}embeddings.position_embeddings.weight`,
    positions,
    D,
  );
  if (types > 0) t.put(`${prefix}embeddings.token_type_embeddings.weight`, types, D);
  norm(`${prefix}embeddings.LayerNorm`);
  for (let l = 0; l < L; l++) {
    const [q, k, v, o, norm1, up, down, norm2] = layer.map((n) => prefix + n.replace('{l}', l));
    for (const n of [q, k, v, o]) t.linear(n, D, D);
    t.linear(up, F, D).linear(down, D, F);
    norm(norm1);
    norm(norm2);
  }
  return { t, norm };
}
const BERT_LAYER = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'attention.output.LayerNorm',
  'intermediate.dense',
  'output.dense',
  'output.LayerNorm',
].map((n) => `encoder.layer.{l}.${n}`);
const DISTIL_LAYER = [
  'attention.q_lin',
  'attention.k_lin',
  'attention.v_lin',
  'attention.out_lin',
  'sa_layer_norm',
  'ffn.lin1',
  'ffn.lin2',
  'output_layer_norm',
].map((n) => `transformer.layer.{l}.${n}`);
const BERT = {
  hidden_size: D,
  num_hidden_layers: L,
  num_attention_heads: H,
  intermediate_size: F,
  vocab_size: V,
  max_position_embeddings: T,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  type_vocab_size: 2,
};

/// name -> {config, tensors, forward, ids?}
export const MODELS = {
  'GPT-2': () => ({ config: GPT2, tensors: like_gpt2(1, false, true), forward: gpt2 }),
  'GPT-2 without a prefix, scale off, relu': () => ({
    config: { ...GPT2, scale_attn_weights: false, activation_function: 'relu' },
    tensors: like_gpt2(2, false, true, ''),
    forward: gpt2,
  }),
  'GPT-2 with quick_gelu': () => ({
    config: { ...GPT2, activation_function: 'quick_gelu' },
    tensors: like_gpt2(3, false, true),
    forward: gpt2,
  }),
  nanoGPT: () => ({
    config: {
      n_embd: D,
      n_layer: L,
      n_head: H,
      block_size: T,
      vocab_size: V,
      bias: false,
      activation_function: 'gelu',
      tie_word_embeddings: false,
    },
    tensors: like_gpt2(4, true, false, '_orig_mod.transformer.').put(
      '_orig_mod.lm_head.weight',
      V,
      D,
    ),
    forward: (m, ids) =>
      nanogpt(
        {
          ...m,
          tensors: new Map([...m.tensors].map(([n, x]) => [n.replace('_orig_mod.', ''), x])),
        },
        ids,
      ),
  }),
  minGPT: () => ({
    config: {
      model_type: 'gpt-nano',
      n_embd: D,
      n_layer: L,
      n_head: H,
      block_size: T,
      vocab_size: V,
      tie_word_embeddings: false,
    },
    tensors: like_gpt2(5, true, true).put('lm_head.weight', V, D),
    forward: nanogpt,
  }),
  'GPT-Neo': () => {
    const t = new Tensors(6)
      .put('transformer.wte.weight', V, D)
      .put('transformer.wpe.weight', T, D);
    for (let l = 0; l < L; l++) {
      const p = `transformer.h.${l}.`;
      t.norm(`${p}ln_1`, D).norm(`${p}ln_2`, D);
      for (const n of ['q', 'k', 'v']) t.linear(`${p}attn.attention.${n}_proj`, D, D, false);
      t.linear(`${p}attn.attention.out_proj`, D, D)
        .linear(`${p}mlp.c_fc`, 4 * D, D)
        .linear(`${p}mlp.c_proj`, D, 4 * D);
    }
    t.norm('transformer.ln_f', D).set('lm_head.weight', t.get('transformer.wte.weight'));
    const config = {
      model_type: 'gpt_neo',
      hidden_size: D,
      num_layers: L,
      num_heads: H,
      intermediate_size: null,
      vocab_size: V,
      max_position_embeddings: T,
      window_size: 3,
      layer_norm_epsilon: 1e-5,
      activation_function: 'gelu_new',
      attention_types: [
        [['global', 'local'], 1],
        [['global'], 1],
      ],
    };
    return { config, tensors: t, forward: gpt_neo };
  },
  'GPT-NeoX': () => neox(7, true, { rotary_pct: 0.5 }),
  'GPT-NeoX one after the other, tied': () =>
    neox(8, false, { rotary_pct: 1, tie_word_embeddings: true }),
  Llama: () => ({ config: LLAMA, tensors: like_llama(9), forward: llama }),
  'Llama 3 scaling': () => ({
    config: { ...LLAMA, rope_scaling: LLAMA3, rope_theta: 500 },
    tensors: like_llama(10),
    forward: llama,
  }),
  'Llama linear scaling, new keys': () => ({
    config: {
      ...LLAMA,
      rope_theta: undefined,
      rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 1000 },
    },
    tensors: like_llama(11),
    forward: llama,
  }),
  Mistral: () => ({
    config: { ...LLAMA, model_type: 'mistral', sliding_window: 4 },
    tensors: like_llama(12),
    forward: llama,
  }),
  'Qwen 2': () => ({
    config: {
      ...LLAMA,
      model_type: 'qwen2',
      tie_word_embeddings: true,
      use_sliding_window: true,
      sliding_window: 3,
      max_window_layers: 1,
    },
    tensors: like_llama(13, { bias: true, tied: true }),
    forward: llama,
  }),
  'Qwen 3': () => ({
    config: {
      ...LLAMA,
      model_type: 'qwen3',
      head_dim: 10,
      tie_word_embeddings: true,
      layer_types: ['full_attention', 'sliding_attention', 'full_attention'],
      sliding_window: 5,
    },
    tensors: like_llama(14, { K: 10, qk: true, tied: true }),
    forward: llama,
  }),
  Gemma: () => ({
    config: {
      ...LLAMA,
      model_type: 'gemma',
      head_dim: 8,
      hidden_act: 'gelu',
      tie_word_embeddings: undefined,
      num_key_value_heads: 1,
    },
    tensors: like_llama(15, { K: 8, kv: 1, tied: true }),
    forward: llama,
  }),
  'Gemma 2': () => ({
    config: {
      ...LLAMA,
      model_type: 'gemma2',
      head_dim: 8,
      tie_word_embeddings: undefined,
      query_pre_attn_scalar: 13,
      attn_logit_softcapping: 3,
      final_logit_softcapping: 4,
      sliding_window: 4,
      hidden_activation: 'gelu_pytorch_tanh',
    },
    tensors: like_llama(16, { K: 8, sandwich: true, tied: true }),
    forward: llama,
  }),
  BERT: () => {
    const { t, norm } = like_bert(17, 'bert.', BERT_LAYER, true, 2, T);
    t.linear('cls.predictions.transform.dense', D, D).put('cls.predictions.bias', V);
    norm('cls.predictions.transform.LayerNorm');
    t.linear('bert.pooler.dense', D, D).linear('cls.seq_relationship', 2, D);
    const names = {
      prefix: 'bert.',
      layer: BERT_LAYER,
      head: [
        'cls.predictions.transform.dense',
        'cls.predictions.transform.LayerNorm',
        '',
        'cls.predictions.bias',
      ],
    };
    return {
      config: { ...BERT, model_type: 'bert' },
      tensors: t,
      forward: (m, ids) => bert(m, ids, names),
    };
  },
  RoBERTa: () => {
    const { t, norm } = like_bert(18, 'roberta.', BERT_LAYER, false, 1, T + 2);
    t.linear('lm_head.dense', D, D).put('lm_head.bias', V);
    norm('lm_head.layer_norm');
    const names = {
      prefix: 'roberta.',
      layer: BERT_LAYER,
      padding: 1,
      head: ['lm_head.dense', 'lm_head.layer_norm', '', 'lm_head.bias'],
    };
    const config = {
      ...BERT,
      model_type: 'roberta',
      max_position_embeddings: T + 2,
      pad_token_id: 1,
      type_vocab_size: 1,
      layer_norm_eps: 1e-5,
    };
    return {
      config,
      tensors: t,
      forward: (m, ids) => bert(m, ids, names),
      ids: [0, 9, 1, 1, 30, 1, 4, 2],
    };
  },
  DistilBERT: () => {
    const { t, norm } = like_bert(19, 'distilbert.', DISTIL_LAYER, false, 0, T);
    t.linear('vocab_transform', D, D).linear('vocab_projector', V, D);
    norm('vocab_layer_norm');
    const names = {
      prefix: 'distilbert.',
      layer: DISTIL_LAYER,
      eps: 1e-12,
      head: [
        'vocab_transform',
        'vocab_layer_norm',
        'vocab_projector.weight',
        'vocab_projector.bias',
      ],
    };
    const config = {
      model_type: 'distilbert',
      dim: D,
      n_layers: L,
      n_heads: H,
      hidden_dim: F,
      vocab_size: V,
      max_position_embeddings: T,
      activation: 'gelu',
      tie_weights_: false,
    };
    return { config, tensors: t, forward: (m, ids) => bert(m, ids, names) };
  },
  TransformerLens: () => {
    const t = new Tensors(20).put('embed.W_E', V, D).put('pos_embed.W_pos', T, D);
    for (let l = 0; l < L; l++) {
      const p = `blocks.${l}.`;
      for (const n of ['ln1', 'ln2']) t.put(`${p}${n}.w`, D).put(`${p}${n}.b`, D);
      for (const n of ['Q', 'K', 'V'])
        t.put(`${p}attn.W_${n}`, H, D, 5).put(`${p}attn.b_${n}`, H, 5);
      t.put(`${p}attn.W_O`, H, 5, D).put(`${p}attn.b_O`, D);
      t.put(`${p}mlp.W_in`, D, F)
        .put(`${p}mlp.b_in`, F)
        .put(`${p}mlp.W_out`, F, D)
        .put(`${p}mlp.b_out`, D);
      t.set(`${p}attn.mask`, { shape: [T, T], data: new Float32Array(T * T) });
    }
    t.put('ln_final.w', D).put('ln_final.b', D).put('unembed.W_U', D, V).put('unembed.b_U', V);
    const config = {
      d_model: D,
      n_layers: L,
      n_heads: H,
      d_head: 5,
      d_mlp: F,
      n_ctx: T,
      d_vocab: V,
      eps: 1e-5,
      act_fn: 'gelu',
      normalization_type: 'LN',
    };
    return { config, tensors: t, forward: transformer_lens };
  },
};
function neox(seed, beside, more) {
  const t = new Tensors(seed).put('gpt_neox.embed_in.weight', V, D);
  for (let l = 0; l < L; l++) {
    const p = `gpt_neox.layers.${l}.`;
    t.norm(`${p}input_layernorm`, D).norm(`${p}post_attention_layernorm`, D);
    t.linear(`${p}attention.query_key_value`, 3 * D, D).linear(`${p}attention.dense`, D, D);
    t.linear(`${p}mlp.dense_h_to_4h`, F, D).linear(`${p}mlp.dense_4h_to_h`, D, F);
    t.set(`${p}attention.rotary_emb.inv_freq`, { shape: [2], data: new Float32Array(2) });
  }
  t.norm('gpt_neox.final_layer_norm', D);
  if (!more.tie_word_embeddings) t.put('embed_out.weight', V, D);
  const config = {
    model_type: 'gpt_neox',
    hidden_size: D,
    num_hidden_layers: L,
    num_attention_heads: H,
    intermediate_size: F,
    vocab_size: V,
    max_position_embeddings: 64,
    layer_norm_eps: 1e-5,
    hidden_act: 'gelu',
    rotary_emb_base: 10000,
    use_parallel_residual: beside,
    tie_word_embeddings: false,
    ...more,
  };
  return { config, tensors: t, forward: gpt_neox };
}

/// The bytes of a .safetensors file; `type` F32, F16 or BF16 (numbers are rounded in place).
export function safetensors(tensors, type = 'F32') {
  const header = {};
  const parts = [];
  let at = 0;
  for (const [name, x] of tensors) {
    const bytes = stored(x, type);
    header[name] = { dtype: type, shape: x.shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

/// A tensor's bytes in a type; its numbers become what they are then.
export function stored(x, type) {
  const n = x.data.length;
  if (type === 'F32') return Buffer.from(Float32Array.from(x.data).buffer);
  if (type === 'F16' || type === 'BF16') {
    const out = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      const bits = new Uint32Array(Float32Array.of(x.data[i]).buffer)[0];
      out[i] = type === 'F16' ? numberToHalf(x.data[i]) : bits >>> 16;
      x.data[i] =
        type === 'F16'
          ? halfToNumber(out[i])
          : new Float32Array(Uint32Array.of((bits >>> 16) << 16).buffer)[0];
    }
    return Buffer.from(out.buffer);
  }
  const size = type === 'Q8_0' ? 34 : 18;
  const out = Buffer.alloc((n / 32) * size);
  for (let b = 0; b < n / 32; b++) {
    const block = x.data.subarray(b * 32, b * 32 + 32);
    const most = Math.max(...block.map(Math.abs));
    const half = numberToHalf(most / (type === 'Q8_0' ? 127 : 8));
    const d = halfToNumber(half);
    out.writeUInt16LE(half, b * size);
    const q = Array.from(block, (v) => Math.round(v / (d || 1)));
    for (let i = 0; i < 32; i++) {
      if (type === 'Q8_0') {
        q[i] = Math.max(-128, Math.min(127, q[i]));
        out.writeInt8(q[i], b * size + 2 + i);
      } else {
        q[i] = Math.max(-8, Math.min(7, q[i]));
        out[b * size + 2 + (i % 16)] |= (q[i] + 8) << (i < 16 ? 0 : 4);
      }
      block[i] = Math.fround(d * q[i]);
    }
  }
  return out;
}

export function folder(path, { config, tensors }, type) {
  mkdirSync(path, { recursive: true });
  if (config) writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  writeFileSync(join(path, 'model.safetensors'), safetensors(tensors, type));
  return path;
}
