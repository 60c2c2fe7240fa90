// Seed inputs of the fuzz targets, made anew each time, and the known failures of other readers as
// regression inputs: each must be refused (or read) in bounded time and memory.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floats, nested, npy, safetensors, tensor, text, u32, zip } from './seed_bytes.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const bpe = (more, parts) => ({
  added_tokens: [{ id: 9, content: '<s>', special: true, lstrip: true, rstrip: true }],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  ...parts,
  model: {
    type: 'BPE',
    vocab: { h: 0, e: 1, he: 2, '\u0120': 3, '\u0120he': 4, '\u2581': 5, '<0xC3>': 6, '<0xA9>': 7 },
    merges: [
      ['h', 'e'],
      ['\u0120', 'he'],
    ],
    ...more,
  },
});
const TOKENIZERS = {
  bytes: bpe(
    { ignore_merges: true },
    {
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          {
            type: 'Split',
            pattern: { Regex: "(?i:'s)|\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)|\\s+" },
            behavior: 'Isolated',
          },
          { type: 'Digits', individual_digits: true },
          { type: 'ByteLevel', add_prefix_space: true, use_regex: false },
        ],
      },
      decoder: { type: 'ByteLevel' },
    },
  ),
  pieces: bpe(
    { byte_fallback: true, fuse_unk: true, unk_token: 'h' },
    {
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '\u2581' },
          { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
          { type: 'NFKD' },
          { type: 'StripAccents' },
        ],
      },
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first' },
      post_processor: { type: 'BertProcessing', sep: ['e', 1], cls: ['h', 0] },
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { Regex: '\u2581+' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1 },
        ],
      },
    },
  ),
  words: bpe(
    { type: 'WordPiece', unk_token: 'e', continuing_subword_prefix: '##' },
    {
      normalizer: { type: 'BertNormalizer' },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      decoder: { type: 'WordPiece' },
    },
  ),
};
/** llama2.c's: three special tokens, 256 bytes, two letters. */
function llama2c_tokenizer(longest, score) {
  const names = [
    '<unk>',
    '<s>',
    '</s>',
    ...Array.from({ length: 256 }, (_, b) => `<${b}>`),
    'a',
    'aa',
  ];
  const entries = names.map((name, i) =>
    Buffer.concat([Buffer.from(Float32Array.of(score - i).buffer), u32(name.length), text(name)]),
  );
  return Buffer.concat([u32(longest), ...entries]);
}

export const SEEDS = {
  npy: {
    plain: npy("'<f4'", '(2, 3)', floats(6)),
    fortran: npy("'<f4'", '(2, 3)', floats(6), { fortran: 'True' }),
    big_endian: npy("'>f8'", '(2,)', Buffer.alloc(16)),
    bool: npy("'|b1'", '(3,)', Buffer.from([0, 1, 1])),
    half: npy("'<f2'", '()', Buffer.alloc(2)),
    version_2: npy("'<f4'", '(1,)', floats(1), { version: 2 }),
    version_3: npy("'<f4'", '(1,)', floats(1), { version: 3 }),
    header_past_the_end: npy("'<f4'", '(1,)', floats(1), { length: 60000 }),
    header_of_4_gb: Buffer.concat([text('\x93NUMPY'), Buffer.from([2, 0]), u32(0xffffffff)]),
    product_overflows: npy("'<f4'", '(4294967296, 4294967296)', floats(1)),
    product_wraps_to_zero: npy("'<f8'", '(2305843009213693952, 8)', Buffer.alloc(0)),
    zero_and_huge: npy("'<f4'", '(0, 9223372036854775807)', Buffer.alloc(0)),
    ixy: npy("'<ixy'", '(1,)', floats(1)),
    empty_dtype: npy("''", '(1,)', floats(1)),
    object: npy("'|O'", '(1,)', floats(2)),
    record: npy("[('a', '<f4')]", '(1,)', floats(1)),
    negative: npy("'<f4'", '(-1, 3)', floats(3)),
    int8: npy("'|i1'", '(2,)', Buffer.from([1, 255])),
    uint16_big: npy("'>u2'", '(2,)', Buffer.alloc(4)),
    uint64: npy("'<u8'", '(1,)', Buffer.alloc(8, 255)),
    bfloat16: npy("'<V2'", '(2,)', Buffer.alloc(4)),
    python_2: npy("'<f4'", '(2L, 3L)', floats(6)),
    text: npy("'<U2'", '(2,)', Buffer.alloc(16, 1)),
    text_of_no_length: npy("'<U0'", '(9223372036854775807,)', Buffer.alloc(0)),
    long_text: npy("'|S99999999999999999999'", '(1,)', Buffer.alloc(4)),
    nested_record: npy("[('a', [('b', '|S2')], (2,))]", '(1,)', floats(1)),
    open_record: npy("[('a', '<f4'", '(1,)', floats(1)),
    many_dimensions: npy("'<f4'", `(${'1, '.repeat(40)})`, floats(1)),
  },
  npz: {
    two: zip([
      ['a.npy', npy("'<f4'", '(2, 2)', floats(4))],
      ['b.npy', npy("'<i8'", '(1,)', Buffer.alloc(8))],
    ]),
    empty: zip([]),
    paths: zip([['../../etc/x.npy', npy("'<f4'", '(1,)', floats(1))]]),
    absolute: zip([['/x.npy', npy("'<f4'", '(1,)', floats(1))]]),
    backslash: zip([['..\\x.npy', npy("'<f4'", '(1,)', floats(1))]]),
    overlapping: zip([
      ['a.npy', npy("'<f4'", '(2, 2)', floats(4))],
      ...Array.from({ length: 40 }, (_, i) => [
        `b${i}.npy`,
        npy("'<f4'", '(2, 2)', floats(4)),
        { offset: 0 },
      ]),
    ]),
    text_beside: zip([
      ['t.npy', npy("'<U2'", '(1,)', Buffer.alloc(8, 1))],
      ['o.npy', npy("'|O'", '(1,)', floats(1))],
      ['w.npy', npy("'<f4'", '(1,)', floats(1))],
    ]),
    other_files: zip([
      ['a/', Buffer.alloc(0)],
      ['readme.txt', text('x')],
      ['w.npy', npy("'<f4'", '(1,)', floats(1))],
    ]),
    says_4_gb: zip([['a.npy', Buffer.from([3, 0]), { method: 8, size: 0xfffffff0 }]]),
    packed_empty: zip([['a.npy', Buffer.from([3, 0]), { method: 8, size: 0 }]]),
    not_a_member: zip([['a.npy', text('hello')]]),
    cut: zip([['a.npy', npy("'<f4'", '(2, 2)', floats(4))]]).subarray(20),
  },
  csv: {
    plain: text('1,2,3\n4,5,6\n'),
    labels: text(',a,b\nx,1,2\ny,3,4\n'),
    german: text('1,5;2\n3;4,25\n'),
    quotes: text('"a ""b""","c\nd"\n1,2\n'),
    open_quote: text('"1,2\n3,4'),
    ragged: text('1,2\n3\n'),
    bools: text('True\tFalse\nFalse\tTrue\n'),
    long: text(
      'layer,stage,head,row,col,row_label,col_label,value\n0,q,0,0,0,a,b,1.5\n0,q,0,0,1,a,b,-inf\n',
    ),
    huge_index: text(
      'layer,stage,head,row,col,row_label,col_label,value\n0,q,1048575,1048575,1048575,a,b,1\n',
    ),
    commas: text(','.repeat(20000)),
    missing: text('1,NA\n,2\n'),
    thousands: text('1.234,56;7,5\n2,5;1.234\n'),
    english: text('"1,234.5","2"\n3,4\n'),
    swiss: text("1'234.5;2\n"),
    utf8_marks: Buffer.from('−1,5;−∞\n1 234,5;1’234\n'),
    comments: text('# a\n1 2\n# b\n3 4\n'),
    named: text('sep=;\n1;2\n3;4;\n'),
    trailing: text('a,b\n1,2,\n3,4,\n'),
    r_table: text('a b\nx 1 2\ny 3 4\n'),
    corner: text('"",1,2\n3,4,5\n'),
  },
  state: {
    ...Object.fromEntries(
      readdirSync(join(root, 'assets/presets'))
        .filter((n) => n !== 'index.json')
        .map((n) => [n, readFileSync(join(root, 'assets/presets', n))]),
    ),
    nested: text(nested(100000)),
    nested_objects: text('{"a":'.repeat(100000)),
    wide_random: text(
      '{"version":1,"query":{"text":"a","embeddings":"one_hot"},"model":{"width":16384,"layers":[{"w_q":{"random":1},"w_k":"zeros","w_v":"zeros","w_o":"identity"}]}}',
    ),
    billion: text(
      '{"version":1,"query":{"text":"a","embeddings":"one_hot"},"model":{"width":1000000000,"layers":[{}]}}',
    ),
    python: text('{"w":[[NaN,-Infinity],[Infinity,1]],"t":["a","b"],"o":{"x":[{"y":[1]}]}}'),
    shards: text('{"weight_map":{"a":"m-1.safetensors","b":"../x"}}'),
    arrays: text('{"tensors":{"a":{"shape":[2,1],"data":[1,"-inf"]}}}'),
    lists: text('[[1,2],[3,4]]'),
    shape_wraps: text('{"shape":[1099511627776,1099511627776],"data":[]}'),
  },
  safetensors: {
    plain: safetensors(
      {
        __metadata__: { format: 'pt' },
        a: tensor('F32', [2, 2], 0, 16),
        b: tensor('BF16', [3], 16, 22),
      },
      Buffer.alloc(22, 1),
    ),
    bert: safetensors(
      Object.fromEntries(
        ['query', 'key', 'value']
          .map((n, i) => [
            `encoder.layer.0.attention.self.${n}.weight`,
            tensor('F16', [2, 2], 8 * i, 8 * i + 8),
          ])
          .concat([
            ['encoder.layer.0.attention.output.dense.weight', tensor('F16', [2, 2], 24, 32)],
          ]),
      ),
      Buffer.alloc(32),
    ),
    product_wraps_to_zero: safetensors({ a: tensor('F32', [2 ** 32, 2 ** 32], 0, 0) }),
    zero_after_huge: safetensors(
      '{"a":{"dtype":"F64","shape":[9223372036854775807,4,0],"data_offsets":[0,0]}}',
    ),
    reversed: safetensors({ a: tensor('F32', [1], 4, 0) }, Buffer.alloc(4)),
    negative: safetensors(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}',
      Buffer.alloc(4),
    ),
    overlapping: safetensors(
      { a: tensor('F32', [2], 0, 8), b: tensor('F32', [1], 4, 8) },
      Buffer.alloc(8),
    ),
    hole: safetensors({ a: tensor('F32', [1], 4, 8) }, Buffer.alloc(8)),
    bytes_after: safetensors({ a: tensor('F32', [1], 0, 4) }, Buffer.alloc(8)),
    header_wraps: safetensors({}, Buffer.alloc(0), 0xfffffffffffffff8n),
    header_over_100_mb: safetensors({}, Buffer.alloc(0), 200n << 20n),
    unknown_dtype: safetensors({ a: tensor('Q7', [1], 0, 4) }, Buffer.alloc(4)),
    nested: safetensors(nested(100000)),
    not_object: safetensors('[1]'),
    empty: safetensors({}),
  },
  link: {
    nothing: text(''),
    version: text('s=AQ'),
    other_version: text('s=_w'),
    letters: text('s=!!!!'),
    preset: text('preset=cat'),
    long: text(`s=AQ${'A'.repeat(5000)}`),
    percent: text('s=%41%51'),
    state: text('state=%7B%7D'),
    wide_seed: text(
      's=AuMqzszNzEksyiypZDELyUhVSE4sUSgG4vw8hRIgNxfITEpNTiwtTlXILFEoTyxWKEstqlQoySxKTVEoyU9JrGRX4GDhZOES4BZgYGaAAUYGRnau' +
        '1Nyk1JSUzLz0YgZWduby-EIG9glPLmxin_H1kxiIn43GL0Pj5yPxGe6nAgA',
    ),
  },
  text: {
    numpy: text('array([[1., 2.],\n       [3., 4.]], dtype=float32)'),
    printed: text('[[ 1.  2.]\n [ 3. -4e-3]]'),
    torch: text("tensor([[0.1, nan], [inf, -inf]], device='cuda:0', grad_fn=<X>)"),
    list: text('[[1, 2], (3, 4)]'),
    tsv: text('1\t2\n3\t4'),
    spaces: text('1 2 3\n4 5 6'),
    shortened: text('[1. 2. ... 3.]'),
    ragged: text('[[1, 2], [3]]'),
    deep: text(nested(100000)),
    complex: text('[1+2j]'),
    two: text('[1] [2]'),
    factor: text('1e-3 * [1, 2]'),
    open: text('[[1, 2'),
    bools: text('[[True, False]]'),
    numpy_2: text('[np.float64(0.1), -np.inf, float("inf")]'),
    arrays: text('[array([0.1, 0.9], dtype=float32), tensor([1., 2.], grad_fn=<X>)]'),
    tensorflow: text('[<tf.Tensor: shape=(), dtype=float32, numpy=0.5>]'),
    calls: text('['.concat('f('.repeat(100), '1', ')'.repeat(100), ']')),
    matlab: text('A = [1 2 ...\n 3; 4 5 6];'),
    display: text('A =\n\n 1 2\n 3 4\n'),
    r: text('     [,1] [,2]\n[1,]    1    2\n'),
    pipes: text('|  | a |\n|---|--:|\n| x\\| | 1 |\n'),
  },
  message: {
    cell: text('{"type":"set_cell","stage":"w_q","row":0,"col":1,"value":0.5}'),
    batch: text(
      '{"type":"batch","name":"two","actions":[{"type":"set_causal","on":true},{"type":"set_width","width":6}]}',
    ),
    in_batch: text('{"type":"batch","actions":[{"type":"batch","actions":[]}]}'),
    nested: text(nested(100000)),
    many: text(
      `{"type":"batch","actions":[${'{"type":"clear_mask"},'.repeat(2000)}{"type":"clear_mask"}]}`,
    ),
    block: text('{"type":"set_block","stage":"mask","values":[["-inf",0],[1e400,null]]}'),
    script: text('{"type":"set_title","title":"</script><script>alert(1)//"}'),
    sentence: text('{"type":"set_text","text":"the cat sat 日本 🙂"}'),
    load: text('{"type":"load_document","document":{"version":1}}'),
    shape: text('{"type":"set_layers","layers":8}'),
    heads: text('{"type":"set_heads","heads":128,"kv_heads":3}'),
  },
  tokenizer_json: {
    ...Object.fromEntries(
      Object.entries(TOKENIZERS).map(([name, json]) => [name, Buffer.from(JSON.stringify(json))]),
    ),
    text: Buffer.concat([
      Buffer.from(JSON.stringify(TOKENIZERS.bytes)),
      Buffer.from("\0 he he's <s>  \n\u00e9\u0301"),
      text('\xff\xf0\x9f'),
    ]),
    slow: Buffer.from(
      `${JSON.stringify({
        ...TOKENIZERS.bytes,
        pre_tokenizer: { type: 'Split', pattern: { Regex: '(?:a|aa)+b' }, behavior: 'Isolated' },
      })}\0${'a'.repeat(300)}`,
    ),
    nested: text(nested(100000)),
    sequences: text(
      '{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":' +
        '{"type":"Sequence","normalizers":['.repeat(3000),
    ),
    ids: text('{"model":{"type":"WordLevel","vocab":{"a":4194303,"b":4194303}}}'),
    same: text('{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":["a b","a"]}}'),
  },
  tokenizer_bin: {
    small: llama2c_tokenizer(8, 0),
    longest: llama2c_tokenizer(2 ** 31 - 1, 0),
    negative: llama2c_tokenizer(-1, 0),
    nan: llama2c_tokenizer(8, NaN),
    cut: llama2c_tokenizer(8, 1).subarray(0, 3000),
  },
};

/** Writes the seeds of every target as files under `folder`. */
export function write_seeds(folder) {
  for (const [target, inputs] of Object.entries(SEEDS)) {
    mkdirSync(join(folder, target), { recursive: true });
    for (const [name, bytes] of Object.entries(inputs))
      writeFileSync(join(folder, target, name), bytes);
  }
}
