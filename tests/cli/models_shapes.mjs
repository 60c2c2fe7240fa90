// Tensors and configs that several models of a family share.
import { gpt_neox } from './models_oracle.mjs';
import { Tensors } from './models_tensors.mjs';

export const D = 24,
  F = 40,
  V = 53,
  T = 16,
  L = 3,
  H = 4;

export function like_gpt2(seed, straight, bias, prefix = 'transformer.') {
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
export const GPT2 = {
  model_type: 'gpt2',
  n_embd: D,
  n_layer: L,
  n_head: H,
  n_positions: T,
  vocab_size: V,
  layer_norm_epsilon: 1e-5,
};

export function like_llama(
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
export const LLAMA = {
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
export const LLAMA3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

export function like_bert(seed, prefix, layer, old, types, positions) {
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
export const BERT_LAYER = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'attention.output.LayerNorm',
  'intermediate.dense',
  'output.dense',
  'output.LayerNorm',
].map((n) => `encoder.layer.{l}.${n}`);
export const DISTIL_LAYER = [
  'attention.q_lin',
  'attention.k_lin',
  'attention.v_lin',
  'attention.out_lin',
  'sa_layer_norm',
  'ffn.lin1',
  'ffn.lin2',
  'output_layer_norm',
].map((n) => `transformer.layer.{l}.${n}`);
export const BERT = {
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

export function neox(seed, beside, more) {
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
