// attention predict and generate on whole language models: every family in its real tensor names against
// an oracle in double, every container, and what is said of files that are broken or lie.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npy } from '../fuzz/seed_bytes.mjs';
import { gguf, gguf_bytes, llama2c } from './models_gguf.mjs';
import { MODELS } from './models_make.mjs';
import { folder, random, safetensors } from './models_tensors.mjs';
import { readNpy } from './npy.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.AP_BUILD ?? join(root, 'build');
const native = join(build, 'native/attention');
const wasm = join(build, 'cmake/web/src/attention.js');
const work = mkdtempSync(join(tmpdir(), 'attention-models-'));
after(() => rmSync(work, { recursive: true, force: true }));
let count = 0;
const fresh = (name = '') => join(work, `${++count}${name}`);

function run(words, program = native) {
  const js = program.endsWith('.js');
  const result = spawnSync(js ? process.execPath : program, js ? [program, ...words] : words, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}
function attention(words, program) {
  const { code, out, err } = run(words, program);
  assert.equal(code, 0, `attention ${words.join(' ')}: ${err}`);
  return out;
}
/// What it says of a model that cannot be: one line, exit code 1.
function refused(words) {
  const { code, err } = run(['predict', ...words]);
  assert.equal(code, 1, `${words.join(' ')}: ${err}`);
  const lines = err.trim().split('\n');
  return lines.at(-1);
}

const IDS = [5, 17, 5, 40, 0, 52, 33, 8, 8, 21, 2];
function logits(path, ids, more = [], program = native) {
  const file = fresh('.npy');
  attention(['predict', path, '--ids', ids.join(','), '--logits', file, ...more], program);
  return readNpy(file);
}
function near(got, expected, tolerance, what) {
  assert.deepEqual([...got.shape], [expected.length, expected[0].length], what);
  let worst = 0;
  expected.forEach((row, i) =>
    row.forEach((v, j) => {
      const g = Number(got.data[i * row.length + j]);
      assert.ok(Number.isFinite(g), `${what}: [${i}, ${j}] is ${g}`);
      worst = Math.max(worst, Math.abs(g - v) / (1 + Math.abs(v)));
    }),
  );
  assert.ok(worst <= tolerance, `${what}: off by ${worst}`);
}
const expect_near = (path, model, what, more, program) => {
  const ids = model.ids ?? IDS;
  near(logits(path, ids, more, program), model.forward(model, ids), 3e-5, what);
};

for (const [name, make] of Object.entries(MODELS))
  test(`${name}: logits of every row as in double`, () => {
    const model = make();
    expect_near(folder(fresh(), model), model, name);
  });

test('stored halves are computed with exactly', () => {
  for (const [name, type] of [
    ['GPT-2', 'F16'],
    ['Llama', 'BF16'],
    ['BERT', 'F16'],
  ]) {
    const model = MODELS[name]();
    const path = folder(fresh(), model, type);
    expect_near(path, model, `${name} ${type}`);
  }
});

const GGUF = ['Llama', 'GPT-2', 'Qwen 3', 'Gemma', 'Gemma 2', 'GPT-NeoX'];
for (const name of GGUF)
  test(`${name} as a GGUF of llama.cpp`, () => {
    // A GGUF has no key for Qwen 3's windows, nor for a scale that is not by the head's width.
    const make = () => {
      const model = MODELS[name]();
      const { layer_types, ...config } = model.config;
      if (name === 'Gemma 2') config.query_pre_attn_scalar = config.head_dim;
      return { ...model, config };
    };
    const model = make();
    expect_near(gguf(fresh('.gguf'), model), model, name);
    const half = make();
    expect_near(gguf(fresh('.gguf'), half, 'F16'), half, `${name}, F16`);
  });

test('8-bit and 4-bit blocks are decoded exactly', () => {
  for (const type of ['Q8_0', 'Q4_0']) {
    const model = wide_llama();
    expect_near(gguf(fresh('.gguf'), model, type), model, type);
  }
});
/// Rows of 32: of whole blocks.
function wide_llama() {
  const model = MODELS.Llama();
  const next = random(99);
  const grow = { 24: 32, 40: 64, 12: 16 };
  for (const x of model.tensors.values()) {
    x.shape = x.shape.map((n) => grow[n] ?? n);
    const n = x.shape.reduce((a, b) => a * b, 1);
    x.data = Float32Array.from({ length: n }, () =>
      x.shape.length > 1 ? 0.5 * (next() - 0.5) : 0.5 + next(),
    );
  }
  model.config = { ...model.config, hidden_size: 32, intermediate_size: 64 };
  return model;
}

test('llama2.c, tied and untied', () => {
  for (const tied of [false, true]) {
    const model = MODELS.Llama();
    model.config = { ...model.config, model_type: 'llama2.c', tie_word_embeddings: tied };
    expect_near(llama2c(fresh('.bin'), model), model, `tied ${tied}`);
  }
});

test('shards, npz, a file alone with its config beside it, minGPT as JSON', () => {
  const model = MODELS.Llama();
  const path = fresh();
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), JSON.stringify(model.config));
  const all = [...model.tensors];
  const weight_map = {};
  for (let i = 0; i < 3; i++) {
    const some = all.filter((_, n) => n % 3 === i);
    const file = `model-0000${i + 1}-of-00003.safetensors`;
    writeFileSync(join(path, file), safetensors(new Map(some)));
    for (const [name] of some) weight_map[name] = file;
  }
  writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map }));
  expect_near(path, model, 'shards');
  // Two of them exchanged.
  const [a, b] = ['model-00001-of-00003.safetensors', 'model-00002-of-00003.safetensors'].map((f) =>
    join(path, f),
  );
  const [x, y] = [readFileSync(a), readFileSync(b)];
  writeFileSync(a, y);
  writeFileSync(b, x);
  assert.match(refused([path, '--ids', '1']), /exchanged/);

  const single = folder(fresh(), model);
  expect_near(join(single, 'model.safetensors'), model, 'a file alone');

  const json = { config: MODELS.minGPT().config };
  const mini = MODELS.minGPT();
  for (const [name, t] of mini.tensors)
    json[name] = {
      shape: t.shape,
      dtype: 'torch.float32',
      data: Buffer.from(t.data.buffer).toString('base64'),
    };
  const file = fresh('-model.json');
  writeFileSync(file, JSON.stringify(json));
  expect_near(file, mini, 'JSON');
});

test('what the tensors cannot say must be given', () => {
  const model = MODELS.nanoGPT();
  const path = folder(fresh(), { ...model, config: null });
  assert.match(
    refused([path, '--ids', '1']),
    /there is no config\.json, and the tensors do not say n_head, activation_function: give --config n_head=\.\.\./,
  );
  expect_near(path, model, 'nanoGPT', [
    '--config',
    'n_head=4',
    '--config',
    'activation_function=gelu',
  ]);
  const llama = MODELS.Llama();
  const bare = folder(fresh(), { ...llama, config: null });
  assert.match(refused([bare, '--ids', '1']), /num_attention_heads, rms_norm_eps, rope_theta/);
  expect_near(
    bare,
    llama,
    'Llama',
    ['num_attention_heads=4', 'rms_norm_eps=1e-5', 'rope_theta=10000', 'hidden_act=silu'].flatMap(
      (v) => ['--config', v],
    ),
  );
});

test('a model that is broken or lies is refused in a sentence', () => {
  const broken = (name, change) => {
    const model = MODELS[name]();
    const { config = model.config } = change(model) ?? {};
    return refused([folder(fresh(), { ...model, config }), '--ids', '1,2']);
  };
  const set = (more) => (m) => ({ config: { ...m.config, ...more } });
  assert.match(
    broken('Llama', (m) => void m.tensors.delete('model.layers.1.mlp.up_proj.weight')),
    /there is no tensor 'model\.layers\.1\.mlp\.up_proj\.weight'/,
  );
  assert.match(
    broken('GPT-2', (m) => void m.tensors.delete('transformer.h.2.attn.c_attn.bias')),
    /no tensor 'transformer\.h\.2\.attn\.c_attn\.bias'/,
  );
  assert.match(
    broken('GPT-2', (m) => void (m.tensors.get('transformer.h.1.mlp.c_fc.weight').data[7] = NaN)),
    /c_fc\.weight' holds numbers that are none/,
  );
  assert.match(
    broken(
      'GPT-2',
      (m) => void (m.tensors.get('transformer.h.1.mlp.c_fc.weight').shape = [96, 24]),
    ),
    /is \(96, 24\).*needs \(24, 96\)/,
  );
  assert.match(
    broken('Qwen 2', (m) => void m.tensors.delete('model.layers.2.self_attn.k_proj.bias')),
    /no tensor/,
  );
  assert.match(broken('Llama', set({ hidden_size: 32 })), /needs \(53, 32\)/);
  assert.match(
    broken('Llama', set({ num_attention_heads: 5 })),
    /5 heads do not divide a width of 24/,
  );
  assert.match(
    broken('Llama', set({ num_key_value_heads: 3 })),
    /3 key heads do not divide 4 heads/,
  );
  assert.match(broken('Llama', set({ num_hidden_layers: 4 })), /no tensor 'model\.layers\.3\./);
  assert.match(
    broken('Llama', set({ num_hidden_layers: 2 })),
    /says 2 layers, and the file has 'model\.layers\.2/,
  );
  assert.match(broken('Llama', set({ num_hidden_layers: 1e9 })), /is the number of layers/);
  assert.match(broken('Llama', set({ vocab_size: 54 })), /embed_tokens\.weight' is \(53, 24\)/);
  assert.match(
    broken('Llama', set({ hidden_size: 'wide' })),
    /config\.json, hidden_size: needs a whole number, not "wide"/,
  );
  assert.match(
    broken('Llama', set({ model_type: 'mamba' })),
    /'mamba' is no family that can be computed; these are: .*gpt2/,
  );
  assert.match(
    broken('Llama', set({ hidden_act: 'xielu' })),
    /'xielu' as a gate cannot be computed/,
  );
  assert.match(
    broken('Llama', set({ rope_scaling: { rope_type: 'yarn', factor: 4 } })),
    /'yarn' cannot be computed/,
  );
  assert.match(
    broken('GPT-2', set({ scale_attn_by_inverse_layer_idx: true })),
    /scale_attn_by_inverse_layer_idx/,
  );
  assert.match(
    broken('BERT', (m) => void m.tensors.delete('cls.predictions.bias')),
    /which the predictions need/,
  );
  assert.match(
    broken('Llama', (m) => void m.tensors.put('model.layers.0.mlp.experts.0.w1', 2, 2)),
    /a mixture of experts/,
  );
  const two = (m) => {
    const both = ([name, t]) => ['one', 'two'].map((n) => [name.replace('model', n), t]);
    m.tensors = new Map([...m.tensors].flatMap(both));
  };
  assert.match(broken('Llama', two), /holds two models, 'one\.' and 'two\.'/);
  assert.match(broken('Llama', set({ rope_theta: -1 })), /base/);
});

test('a tensor that is not used is listed; buffers are not', () => {
  const model = MODELS.Llama();
  model.tensors.put('model.layers.0.extra.weight', 3).put('score.weight', 2, 24);
  model.tensors.put('model.layers.0.self_attn.rotary_emb.inv_freq', 3);
  const { code, err } = run(['predict', folder(fresh(), model), '--ids', '1']);
  assert.equal(code, 0, err);
  assert.match(err, /2 tensors are not used: model\.layers\.0\.extra\.weight, score\.weight\n/);
});

test('files that are none: cut off, empty, of another kind', () => {
  const path = folder(fresh(), MODELS.Llama());
  const file = join(path, 'model.safetensors');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 100));
  assert.match(refused([path, '--ids', '1']), /cut off/);
  writeFileSync(file, '');
  assert.match(refused([path, '--ids', '1']), /model\.safetensors: is not a \.safetensors file/);
  writeFileSync(join(path, 'config.json'), '{"model_type": ');
  writeFileSync(file, bytes);
  assert.match(refused([path, '--ids', '1']), /config\.json: the JSON text ends too soon/);
  const empty = fresh();
  mkdirSync(empty);
  assert.match(refused([empty, '--ids', '1']), /has no model/);
  writeFileSync(join(empty, 'pytorch_model.bin'), 'x');
  assert.match(
    refused([empty, '--ids', '1']),
    /a program for Python as well: save it as \.safetensors/,
  );
  assert.match(refused([fresh('nowhere'), '--ids', '1']), /is not there/);
  const two = fresh();
  mkdirSync(two);
  for (const name of ['a.gguf', 'b.gguf'])
    writeFileSync(join(two, name), gguf_bytes({}, new Map(), 'F32'));
  assert.match(refused([two, '--ids', '1']), /2 files that end in \.gguf .*name one of them/);
  assert.match(refused([join(two, 'a.gguf'), '--ids', '1']), /a vocabulary and no tensors/);
  const array = fresh('.npz');
  writeFileSync(array, npy('<f4', [1], Buffer.alloc(4)));
  assert.match(refused([array, '--ids', '1']), /npz/);
});

test('ids and rows out of range, a text too long, no tokenizer', () => {
  const path = folder(fresh(), MODELS['GPT-2']());
  assert.match(refused([path, '--ids', '1,53']), /there is no token 53: ids go from 0 to 52/);
  assert.match(refused([path, '--ids', '-1']), /there is no token -1/);
  assert.match(refused([path, '--ids', '1,x']), /needs whole numbers/);
  assert.match(refused([path, '--ids', '']), /no token to predict from/);
  assert.match(
    refused([path, '--ids', Array(17).fill(3).join(',')]),
    /17 tokens, and the model reads 16 at most/,
  );
  assert.match(refused([path, '--ids', '1,2', '--row', '2']), /there is no row 2; there are 2/);
  assert.match(refused([path, '--text', 'a']), /no tokenizer.*--ids/);
  assert.match(refused([path]), /--text TEXT or --ids/);
  assert.match(
    refused([path, '--ids', '1', '--attention', fresh(), '--layer', '3']),
    /no layer 3; there are 3/,
  );
});

test('predict --json: the likeliest of the last row, of a row, of masks; generate goes on with them', () => {
  const model = MODELS['GPT-2']();
  const path = folder(fresh(), model);
  const softmax = (row) => {
    const e = Array.from(row, (v) => Math.exp(v - Math.max(...row)));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((v, id) => ({ id, p: v / sum })).sort((a, b) => b.p - a.p || a.id - b.id);
  };
  const rows = model.forward(model, IDS);
  for (const [more, row] of [
    [[], IDS.length - 1],
    [['--row', '3'], 3],
    [['--row', '-2'], IDS.length - 2],
  ]) {
    const got = JSON.parse(
      attention(['predict', path, '--ids', IDS.join(','), '--json', '--top', '7', ...more]),
    );
    assert.deepEqual(got.ids, IDS);
    assert.equal(got.top.length, 7);
    softmax(rows[row])
      .slice(0, 7)
      .forEach(({ id, p }, n) => {
        assert.equal(got.top[n].id, id);
        assert.ok(Math.abs(got.top[n].probability - p) < 1e-5);
        assert.ok(Math.abs(got.top[n].logit - rows[row][id]) < 1e-3);
      });
  }
  const ids = IDS.slice(0, 6);
  const want = [];
  for (let i = 0; i < 6; i++)
    want.push(softmax(model.forward(model, [...ids, ...want]).at(-1))[0].id);
  const words = ['generate', path, '--ids', ids.join(','), '--json'];
  const greedy = JSON.parse(attention([...words, '--tokens', '6', '--temperature', '0']));
  assert.deepEqual(greedy.new_ids, want);
  assert.deepEqual(greedy.ids, [...ids, ...want]);
  const drawn = (seed) =>
    attention([...words, '--tokens', '8', '--temperature', '1.5', '--seed', String(seed)]);
  assert.equal(drawn(3), drawn(3));
  assert.notEqual(drawn(3), drawn(4));
  const { err, out } = run([...words, '--tokens', '50']);
  assert.match(err, /stopped after 10 tokens: the model reads 16 at most/);
  assert.equal(JSON.parse(out).ids.length, 16);
});

test('the same as wasm in Node', { skip: !existsSync(wasm) && `${wasm} is not built` }, () => {
  for (const name of ['GPT-2', 'Gemma 2', 'Qwen 3', 'RoBERTa']) {
    const model = MODELS[name]();
    expect_near(folder(fresh(), model), model, name, [], wasm);
  }
});
