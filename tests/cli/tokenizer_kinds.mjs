// Small tokenizers of every kind, as tokenizer.json, learned here from a few sentences. What the
// oracle does otherwise than Hugging Face's own library is listed in `avoid`.
export const CORPUS = `The cat sat on the mat because it was tired. It's 2024: we'll pay 1,234! They've said that
the weather won't change, and I'd rather stay; she's here, they're there. Once upon a time there was a little
girl named Lily who loved to play outside. Größe, café, naïve, été, señor, smørrebrød, żółć. Привет, мир! Ελλάδα.
日本語の文字 漢字 한국어 हिन्दी עברית العربية def main(args): return [x for x in range(10)]  # 0x1f
<p class="a">&amp;</p> 😀 👍🏽 ½ ⅓ ² ³ №5 ﬁ Ⅳ ① ー〜 …—“quotes” ‘single’ user@example.org https://example.org/a?b=c&d=e`;

const encoder = new TextEncoder();
const BYTE_LETTERS = (() => {
  const own = (b) => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(own(b) ? b : next++));
})();
const byte_level = (text) => Array.from(encoder.encode(text), (b) => BYTE_LETTERS[b]).join('');

/** Merges of the most frequent pairs of `words`, until there are `count`. */
function learn(words, count) {
  const rows = [...words].map(([word, n]) => [Array.from(word), n]);
  const merges = [];
  while (merges.length < count) {
    const pairs = new Map();
    for (const [row, n] of rows)
      for (let i = 0; i + 1 < row.length; ++i) {
        const key = `${row[i]} ${row[i + 1]}`;
        pairs.set(key, (pairs.get(key) ?? 0) + n);
      }
    const best = [...pairs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (!best) break;
    const [left, right] = best[0].split(' ');
    merges.push([left, right]);
    for (const [row] of rows)
      for (let i = 0; i + 1 < row.length; ++i)
        if (row[i] === left && row[i + 1] === right) row.splice(i, 2, left + right);
  }
  return merges;
}
function counted(words) {
  const out = new Map();
  for (const word of words) out.set(word, (out.get(word) ?? 0) + 1);
  return out;
}
const vocab_of = (tokens) => Object.fromEntries([...new Set(tokens)].map((t, id) => [t, id]));
const added = (id, content, more = {}) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...more,
});

const SPLIT = {
  gpt2: /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  llama3:
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  qwen2:
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

function byte_bpe({ split, normalizer = null, extra = [], ignore_merges = false, before = [] }) {
  const words = counted((CORPUS.match(SPLIT.gpt2) ?? []).map(byte_level));
  const merges = learn(words, 260);
  const tokens = [...BYTE_LETTERS, ...merges.map((m) => m.join(''))];
  if (ignore_merges) tokens.push(byte_level(' weather'), byte_level('sentence'));
  const vocab = vocab_of(tokens);
  const base = Object.keys(vocab).length;
  const added_tokens = extra.map(([content, more], i) => added(base + i, content, more));
  const special = Object.fromEntries(
    added_tokens.map((t) => [t.content, { id: t.content, ids: [t.id], tokens: [t.content] }]),
  );
  return {
    version: '1.0',
    added_tokens,
    normalizer,
    pre_tokenizer: split
      ? {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false },
            { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
          ],
        }
      : { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: before.length
      ? {
          type: 'TemplateProcessing',
          single: [
            ...before.map((id) => ({ SpecialToken: { id, type_id: 0 } })),
            { Sequence: { id: 'A', type_id: 0 } },
          ],
          pair: [],
          special_tokens: special,
        }
      : { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', dropout: null, unk_token: null, ignore_merges, vocab, merges },
  };
}

/** SentencePiece's kind: ▁ for a space, bytes for what has no token. */
function piece_bpe({ normalizer, pre_tokenizer = null, extra, bytes = true, strip = true }) {
  const words = counted(CORPUS.split(/\s+/).map((w) => `▁${w}`));
  const merges = learn(words, 220).filter(([a, b]) => !/[^ -~▁]/u.test(a + b));
  const letters = [
    ...new Set(
      Array.from('▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?\'"é\n'),
    ),
  ];
  const hex = (b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`;
  const usable = [];
  const have = new Set(letters);
  for (const [a, b] of merges)
    if (have.has(a) && have.has(b)) {
      usable.push([a, b]);
      have.add(a + b);
    }
  const tokens = [
    '<unk>',
    '<s>',
    '</s>',
    ...(bytes ? Array.from({ length: 256 }, (_, b) => hex(b)) : []),
    ...have,
  ];
  const vocab = vocab_of(tokens);
  const added_tokens = ['<unk>', '<s>', '</s>'].map((t, id) => added(id, t));
  for (const [content, more] of extra ?? [])
    added_tokens.push(added(Object.keys(vocab).length + added_tokens.length - 3, content, more));
  return {
    version: '1.0',
    added_tokens,
    normalizer,
    pre_tokenizer,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(strip ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: bytes,
      vocab,
      merges: usable,
    },
  };
}

function word_piece({ lowercase, strip_accents = null }) {
  const clean = lowercase
    ? CORPUS.toLowerCase()
        .normalize('NFD')
        .replace(/\p{Mn}/gu, '')
    : CORPUS;
  const words = clean.match(/[\p{L}\p{N}]+/gu) ?? [];
  const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  for (const c of new Set(Array.from(clean.replace(/\s/g, '')))) tokens.push(c, `##${c}`);
  for (const word of words) {
    tokens.push(word.slice(0, 4), `##${word.slice(2, 4)}`, `##${word.slice(-3)}`);
    if (word.length < 6) tokens.push(word);
  }
  const vocab = vocab_of(tokens.filter((t) => t !== '##'));
  const special = (t) => [t, { id: t, ids: [vocab[t]], tokens: [t] }];
  return {
    version: '1.0',
    added_tokens: tokens.slice(0, 5).map((t, id) => added(id, t)),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: Object.fromEntries([special('[CLS]'), special('[SEP]')]),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

const to_pieces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
const legacy = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, to_pieces] };
const plain = { normalized: true, special: false };
// JavaScript's \s, which the oracle uses for ByteLevel's own pattern, has U+FEFF and lacks U+0085.
const SPACES = /[\u0085\ufeff]/gu;
// The oracle lowers a final capital sigma by its place, and puts no space around ideographs of the
// higher planes.
const BERT = /[\u03a3\u{20000}-\u{2fa1f}]/gu;

/** name -> {json, special: texts to put in, avoid, exact: decode(encode(text)) is the text} */
export const KINDS = {
  gpt2: {
    json: byte_bpe({ extra: [['<|endoftext|>', { normalized: true }]] }),
    special: ['<|endoftext|>'],
    avoid: SPACES,
    exact: true,
  },
  llama3: {
    json: byte_bpe({
      split: SPLIT.llama3,
      ignore_merges: true,
      extra: [['<|begin_of_text|>'], ['<|eot_id|>'], ['<|eot|>']],
      before: ['<|begin_of_text|>'],
    }),
    special: ['<|begin_of_text|>', '<|eot_id|>', '<|eot|>', '<|eot'],
    exact: true,
  },
  qwen2: {
    json: byte_bpe({
      split: SPLIT.qwen2,
      normalizer: { type: 'NFC' },
      extra: [['<|im_start|>'], ['<|im_end|>'], ['<think>', { special: false }]],
    }),
    special: ['<|im_start|>', '<|im_end|>', '<think>'],
  },
  neox: {
    json: byte_bpe({
      normalizer: { type: 'NFC' },
      extra: [
        ['<|endoftext|>'],
        ['        ', plain],
        ['    ', plain],
        ['  ', plain],
        ['é!', plain],
      ],
    }),
    special: ['<|endoftext|>', '    ', '         ', 'e\u0301!'],
    avoid: SPACES,
  },
  roberta: {
    json: byte_bpe({ extra: [['<s>'], ['</s>'], ['<mask>', { lstrip: true }]], before: ['<s>'] }),
    special: ['<mask>', '  <mask> ', '</s>'],
    avoid: SPACES,
  },
  nfkc: {
    json: byte_bpe({ split: SPLIT.llama3, normalizer: { type: 'NFKC' } }),
    special: [],
  },
  nfkd: {
    json: byte_bpe({
      split: SPLIT.qwen2,
      normalizer: { type: 'Sequence', normalizers: [{ type: 'NFKD' }, { type: 'StripAccents' }] },
    }),
    special: [],
  },
  nfd_lower: {
    json: byte_bpe({
      split: SPLIT.llama3,
      normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'Lowercase' }] },
    }),
    special: [],
    avoid: /[\u03a3]/gu,
  },
  llama2: {
    json: piece_bpe({ normalizer: legacy }),
    special: ['<s>', '</s>', '<unk>'],
    exact: true,
  },
  gemma: {
    json: piece_bpe({
      normalizer: to_pieces,
      strip: false,
      pre_tokenizer: {
        type: 'Split',
        pattern: { String: ' ' },
        behavior: 'MergedWithPrevious',
        invert: false,
      },
      extra: [['<start_of_turn>'], ['\n\n', plain]],
    }),
    special: ['<start_of_turn>', '\n\n\n'],
    exact: true,
  },
  mistral: {
    json: piece_bpe({
      normalizer: null,
      pre_tokenizer: {
        type: 'Metaspace',
        replacement: '▁',
        prepend_scheme: 'first',
        split: false,
      },
      extra: [['[INST]']],
    }),
    special: ['[INST]', '</s>'],
  },
  unknown: {
    json: piece_bpe({ normalizer: legacy, bytes: false }),
    special: ['</s>'],
  },
  bert: {
    json: word_piece({ lowercase: true }),
    special: ['[MASK]', '[SEP]'],
    avoid: BERT,
  },
  distilbert: {
    json: word_piece({ lowercase: false }),
    special: ['[MASK]', '[UNK]'],
    avoid: BERT,
  },
};
