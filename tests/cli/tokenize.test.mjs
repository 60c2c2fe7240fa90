// attention tokenize: ids equal to those of Hugging Face's JavaScript library and of gpt-tokenizer on
// random texts for every kind of tokenizer, and to the shared cases where they are.
//   AP_TOKEN_TEXTS=20000 node --test tests/cli/tokenize.test.mjs   for as many texts a kind
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { encode as encode_r50k } from 'gpt-tokenizer/encoding/r50k_base';
import { KINDS } from './tokenizer_kinds.mjs';
import { random, random_text } from './tokenizer_texts.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.AP_BUILD ?? join(root, 'build');
const native = join(build, 'native/attention');
const wasm = join(build, 'cmake/web/src/attention.js');
const shared = resolve(root, '../shared');
const work = mkdtempSync(join(tmpdir(), 'attention-tokens-'));
after(() => rmSync(work, { recursive: true, force: true }));
// Those of a GGUF need its reader.
const gguf = existsSync(join(root, 'src/io/containers/gguf.hpp'));
const COUNT = Number(process.env.AP_TOKEN_TEXTS ?? 1500);

function run(program, words) {
  const js = program.endsWith('.js');
  const result = spawnSync(js ? process.execPath : program, js ? [program, ...words] : words, {
    maxBuffer: 1 << 30,
  });
  return { code: result.status, out: String(result.stdout), err: String(result.stderr) };
}
function tokenize(program, model, texts) {
  const file = join(work, 'texts');
  writeFileSync(file, Buffer.concat(texts.flatMap((t) => [Buffer.from([0]), t]).slice(1)));
  const result = run(program, ['tokenize', model, '--texts', file]);
  assert.equal(result.code, 0, result.err.slice(0, 400));
  return result.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
function write_kind(name) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(KINDS[name].json));
  return folder;
}
function texts_for(name, count, seed) {
  const next = random(seed);
  const { special, avoid } = KINDS[name];
  return Array.from({ length: count }, () => {
    const bytes = random_text(next, special);
    if (!avoid) return bytes;
    const text = bytes.toString('utf8');
    return avoid.test(text) ? Buffer.from(text.replaceAll(avoid, '')) : bytes;
  });
}

function compare(program, name, count) {
  const texts = texts_for(name, count, 7 + name.length);
  const got = tokenize(program, write_kind(name), texts);
  const oracle = new Tokenizer(KINDS[name].json, { clean_up_tokenization_spaces: false });
  assert.equal(got.length, texts.length);
  texts.forEach((bytes, i) => {
    const text = bytes.toString('utf8');
    assert.deepEqual(got[i].ids, oracle.encode(text).ids, `${name}: ${JSON.stringify(text)}`);
  });
}

for (const name of Object.keys(KINDS)) {
  test(`native: ${name}, ${COUNT} random texts as @huggingface/tokenizers cuts them`, () => {
    compare(native, name, COUNT);
  });
}
test('wasm: a few texts of every kind', () => {
  assert.ok(existsSync(wasm), `${wasm} is not built`);
  for (const name of Object.keys(KINDS)) compare(wasm, name, 40);
});

test('ids say their text again, where the kind promises it', () => {
  for (const name of Object.keys(KINDS).filter((n) => KINDS[n].exact)) {
    const folder = write_kind(name);
    const before = KINDS[name].json.post_processor.single ? 1 : 0;
    const texts = texts_for(name, 40, 3).filter((t) => t.length > 0 && t.length < 2000);
    tokenize(native, folder, texts).forEach(({ ids }, i) => {
      const text = texts[i].toString('utf8');
      const said = JSON.parse(
        run(native, ['tokenize', folder, '--json', '--ids', ids.slice(before).join(',')]).out,
      );
      const specials = new RegExp(
        KINDS[name].special.map((s) => s.replace(/[|[\]]/g, '\\$&')).join('|'),
      );
      if (!specials.test(text) && !text.includes('▁') && !text.includes('<0x'))
        assert.equal(said.text, text, `${name}: ${JSON.stringify(text)}`);
    });
  }
});

/** GPT-2's own pair of files against gpt-tokenizer. */
test('GPT-2 as OpenAI wrote it: encoder.json and vocab.bpe', (t) => {
  const folder = join(shared, 'models/gpt2-bpe');
  if (!existsSync(folder)) return t.skip('no ../shared/models/gpt2-bpe');
  const next = random(5);
  const texts = Array.from({ length: COUNT }, () =>
    Buffer.from(
      random_text(next, [])
        .toString('utf8')
        .replaceAll(/[\u0085\ufeff]/gu, ''),
    ),
  );
  const got = tokenize(native, folder, texts);
  texts.forEach((bytes, i) =>
    assert.deepEqual(got[i].ids, encode_r50k(bytes.toString('utf8')), bytes.toString('utf8')),
  );
});

test('GPT-2 in a GGUF: the 46 texts of llama.cpp', (t) => {
  const file = join(shared, 'models/vocab-gpt2/ggml-vocab-gpt-2.gguf');
  if (!existsSync(file)) return t.skip('no ../shared/models/vocab-gpt2');
  if (!gguf) return t.skip('no reader of GGUF in this tree');
  const texts = readFileSync(`${file}.inp`, 'utf8').split('\n__ggml_vocab_test__\n').slice(0, -1);
  const ids = readFileSync(`${file}.out`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(' ').filter(Boolean).map(Number));
  const got = tokenize(
    native,
    file,
    texts.map((text) => Buffer.from(text)),
  );
  assert.equal(texts.length, 46);
  texts.forEach((text, i) => assert.deepEqual(got[i].ids, ids[i], JSON.stringify(text)));
});

test('every text of the shared cases', (t) => {
  const cases = join(shared, 'lm-cases');
  if (!existsSync(cases)) return t.skip('no ../shared/lm-cases');
  let count = 0;
  for (const kind of ['cases', 'real'])
    for (const name of readdirSync(join(cases, kind))) {
      const folder = join(cases, kind, name);
      if (!gguf && name.includes('gguf')) continue;
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
      const inputs = expected.inputs.filter((x) => x.text !== null);
      const got = tokenize(
        native,
        join(folder, 'model'),
        inputs.map((x) => Buffer.from(x.text)),
      );
      inputs.forEach((x, i) => {
        assert.deepEqual(got[i].ids, x.ids, `${name}/${x.name}`);
        assert.deepEqual(got[i].tokens, x.token_texts, `${name}/${x.name}`);
        ++count;
      });
    }
  assert.ok(count > 60, `${count} texts`);
});

test('what is wrong with a tokenizer or a text is said, and where', () => {
  const good = () => structuredClone(KINDS.gpt2.json);
  const refused = (change, pattern) => {
    const json = good();
    const file = join(work, 'bad.json');
    const text = change(json);
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(json));
    const result = run(native, ['tokenize', file, '--text', 'a']);
    assert.equal(result.code, 1, result.out.slice(0, 100));
    assert.match(result.err, pattern);
    assert.equal(result.err.trim().split('\n').length, 1);
  };
  refused((j) => JSON.stringify(j).slice(0, 5000), /not JSON: the file is damaged or cut off/);
  refused((j) => {
    j.model.vocab.zz = 5;
  }, /share the id 5/);
  refused((j) => {
    j.model.vocab.zz = -1;
  }, /"zz" is not a whole number in 0\.\./);
  refused((j) => {
    j.model.vocab.zz = 2 ** 40;
  }, /"zz" is not a whole number/);
  refused((j) => {
    j.model.merges.push(['q', 'zz']);
  }, /names "zz", which is not in the vocabulary/);
  refused((j) => {
    j.model.merges.push('q');
  }, /model\.merges: entry \d+ is not two pieces/);
  refused((j) => {
    j.model.dropout = 0.1;
  }, /dropout/);
  refused((j) => {
    j.model.type = 'Unigram';
  }, /the model Unigram is not something/);
  refused((j) => {
    j.normalizer = { type: 'Precompiled' };
  }, /normalizer: the normalizer Precompiled/);
  refused((j) => {
    j.pre_tokenizer = { type: 'UnicodeScripts' };
  }, /pre_tokenizer: the pre-tokenizer UnicodeScripts/);
  refused((j) => {
    j.pre_tokenizer = { type: 'Split', pattern: { Regex: '(a' } };
  }, /\( without its \)/);
  refused((j) => {
    j.pre_tokenizer = { type: 'Split', pattern: { Regex: '\\p{Han}+' } };
  }, /\\p\{Han\}/);
  refused((j) => {
    j.decoder = { type: 'CTC' };
  }, /the decoder CTC/);
  refused((j) => {
    j.added_tokens[0].id = 3;
  }, /added token .* has the id 3/);
  refused((j) => {
    j.post_processor = { type: 'BertProcessing', sep: ['x', 99999], cls: ['y', 0] };
  }, /token 99999/);
  assert.match(
    run(native, ['tokenize', join(work, 'none'), '--text', 'a']).err,
    /no such file or folder/,
  );
  const folder = write_kind('gpt2');
  assert.match(
    run(native, ['tokenize', folder, '--ids', '100000']).err,
    /there is no token 100000; ids are below/,
  );
  assert.equal(run(native, ['tokenize', folder]).code, 2);
});
