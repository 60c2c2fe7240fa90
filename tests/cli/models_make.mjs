// Small random models in every family's real tensor names.
import { bert, gpt2, gpt_neo, llama, nanogpt, transformer_lens } from './models_oracle.mjs';
import {
  BERT,
  BERT_LAYER,
  D,
  DISTIL_LAYER,
  F,
  GPT2,
  H,
  L,
  LLAMA,
  LLAMA3,
  T,
  V,
  like_bert,
  like_gpt2,
  like_llama,
  neox,
} from './models_shapes.mjs';
import { Tensors } from './models_tensors.mjs';

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
  'GPT-NeoX': () => neox(7, true, { rotary_pct: 0.67 }),
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
