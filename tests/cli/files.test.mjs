// link, inspect, import and export as a person uses them: what they give, and what they say when
// something is wrong: one line with the place, exit code 1 (2 for the command line itself).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npy, safetensors } from '../fuzz/seed_bytes.mjs';
import { random_state } from './random_states.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(process.env.AP_BUILD ?? join(root, 'build'), 'native/attention');
const work = mkdtempSync(join(tmpdir(), 'attention-files-'));
after(() => rmSync(work, { recursive: true, force: true }));
const file = (name, content) => {
  if (content !== undefined) writeFileSync(join(work, name), content);
  return join(work, name);
};

function run(words, input) {
  const { status, stdout, stderr } = spawnSync(cli, words, {
    input,
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}
function attention(words, input) {
  const { code, out, err } = run(words, input);
  assert.equal(code, 0, `attention ${words.join(' ')}: ${err}`);
  return out;
}
const state_of = (words, input) =>
  JSON.parse(attention(['export', ...words, '--to', 'state'], input));
const floats = (...numbers) => Buffer.from(Float32Array.from(numbers).buffer);
const SMALL = JSON.stringify({
  version: 1,
  query: { text: 'a b', embeddings: 'one_hot' },
  model: {
    width: 2,
    layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
  },
});

test('link: of a preset its name, with a page in front an address', () => {
  assert.equal(attention(['link', 'preset:causal']), 'preset=causal\n');
  assert.equal(
    attention(['link', 'preset:causal', '--page', 'https://example.org/ap/']),
    'https://example.org/ap/#preset=causal\n',
  );
});

test('link: 60 random documents come back bit for bit, from the link and from its address', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const input = JSON.stringify(random_state(seed));
    const link = attention(['link', '-'], input).trim();
    assert.match(link, /^s=[\w-]+$/);
    assert.deepEqual(
      state_of([seed % 2 ? link : `https://example.org/x#${link}`]),
      state_of(['-'], input),
      `random ${seed}`,
    );
    assert.equal(attention(['link', link]).trim(), link, 'a link of a link is the link');
  }
});

test('link: one that is too long for some places is given all the same, with a warning', () => {
  const wide = { ...JSON.parse(SMALL) };
  const rows = Array.from({ length: 96 }, (_, i) =>
    Array.from({ length: 96 }, (_x, j) => Math.fround(Math.sin(i * 97 + j))),
  );
  wide.model = {
    width: 96,
    layers: [{ w_q: rows, w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
  };
  const { code, out, err } = run(['link', '-'], JSON.stringify(wide));
  assert.equal(code, 0, err);
  assert.ok(
    out.length > 16000 &&
      new RegExp(`^attention: the link has ${out.trim().length} characters; `).test(err),
    err,
  );
});

test('inspect: the arrays of a file, and the layers of a model', () => {
  const t = (shape, from, to) => ({ dtype: 'F32', shape, data_offsets: [from, to] });
  const model = file(
    'm.safetensors',
    safetensors(
      {
        'h.0.attn.c_attn.weight': t([4, 12], 0, 192),
        'h.0.attn.c_proj.weight': t([4, 4], 192, 256),
      },
      Buffer.alloc(256),
    ),
  );
  assert.equal(
    attention(['inspect', model]),
    'safetensors\nGPT-2: 1 layers, width 4, 4 heads and 4 kv heads if they are 1 wide\n' +
      'h.0.attn.c_attn.weight\tF32\t(4, 12)\nh.0.attn.c_proj.weight\tF32\t(4, 4)\n',
  );
  assert.equal(attention(['inspect', '-'], '[[1, 2, 3]]'), 'text\n(no name)\ttext\t(1, 3)\n');
});

test('import: what is imported is in the state, and the file is not touched when it fails', () => {
  const small = file('small.json', SMALL),
    w = file('w.npy', npy("'<f4'", '(2, 2)', floats(1, 2, 3, 4)));
  const out = file('out.json');
  attention(['import', small, w, '--into', 'w_q', '--transpose', '--output', out]);
  assert.deepEqual(JSON.parse(readFileSync(out, 'utf8')).model.layers[0].w_q, [
    [1, 3],
    [2, 4],
  ]);
  const before = readFileSync(out, 'utf8');
  const { code, err } = run(['import', small, w, '--into', 'b_q', '--output', out]);
  assert.equal(code, 1);
  assert.equal(
    err,
    'attention: array: the array is 2 × 2, b_Q is 1 × 2: resize the document, transpose, or take a slice' +
      ' (--fit slice: Take 1 × 2 of it; --transpose --fit slice: Transpose, then take 1 × 2 of it)\n',
  );
  assert.equal(readFileSync(out, 'utf8'), before);
});

test('what is wrong is said in one line, with its place and exit code 1', () => {
  const none = join(work, 'none.npy'),
    small = file('small.json', SMALL);
  const bad = file('bad.npy', Buffer.from('\x93NUMPY\x01\0\xff\xff{', 'latin1')),
    object = file('object.npy', npy("'|O'", '(1,)', floats(1, 2)));
  const two = file('two.json', '{"a": [[1, 2], [3, 4]], "b": [[1]]}'),
    w = file('w.npy', npy("'<f4'", '(2, 2)', floats(1, 2, 3, 4)));
  const nan = file('nan.txt', '[[nan, 0], [0, 1]]'),
    state = file('state.json', '{"version": 1, "model": {}}');
  const cases = [
    [['import', 'preset:cat', none, '--into', 'w_q'], `${none}: cannot be opened`],
    [['import', 'preset:cat', work, '--into', 'w_q'], `${work}: is a folder`],
    [['import', none, w, '--into', 'w_q'], `${none}: cannot be opened`],
    [['import', small, bad, '--into', 'w_q'], /^bad\.npy: /],
    [['import', small, object, '--into', 'w_q'], /^object\.npy: .*\|O/],
    [
      ['import', small, w, '--into', 'w_z'],
      '--into: names no matrix: embeddings, w_q, w_k, w_v, w_o, mask, positions, ...',
    ],
    [
      ['import', small, w, '--into', 'weights'],
      'stage: weights is computed; choose embeddings, a weight, the mask or positions',
    ],
    [
      ['import', small, two, '--into', 'w_q'],
      'two.json: has 2 arrays: choose one with --array; attention inspect lists them',
    ],
    [
      ['import', small, two, '--into', 'w_q', '--array', 'c'],
      "two.json: there is no array 'c' in it",
    ],
    [['import', small, w, '--into', 'w_q', '--layer', '3'], 'layer: no layer 3: the model has 1'],
    [['import', small, nan, '--into', 'w_q'], /^actions\[0\]\.values\[0\]\[0\]|nan|finite/i],
    [
      ['import', small, w, '--model-layer', '0'],
      'w.npy: no layers of BERT, GPT-2 or Llama are known in it by their names',
    ],
    [['import', small, state, '--into', 'w_q'], 'state.json: model.width: is missing'],
    [['inspect', none], `${none}: cannot be opened`],
    [['inspect', work], `${work}: is a folder`],
    [['run', w], `${w}: holds arrays, not a state: attention import puts them into one`],
    [['inspect', file('x.npy', 'abc')], 'x.npy: is no .npy file, whatever its name says'],
    [
      ['inspect', file('x.png', Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'))],
      'x.png: is neither text nor a .npy, .npz or .safetensors file',
    ],
    [['inspect', file('x.safetensors', 'abc')], /x\.safetensors: is not a \.safetensors file$/],
    [
      ['export', 'preset:cat', '--to', 'npy'],
      '--to npy: needs --stage: an .npy file holds one array',
    ],
    [
      ['export', 'preset:cat', '--to', 'npy', '--stage', 'w_z'],
      "--stage: there is no stage 'w_z'; attention run lists them",
    ],
    [
      ['export', 'preset:cat', '--to', 'csv', '--stage', 'weights', '--head', '7'],
      'head: there is no head 7; there are 2, counted from 0',
    ],
    [
      ['export', 'preset:cat', '--to', 'html'],
      '--to html: needs --site: the folder of the built page, such as build/web',
    ],
    [
      ['export', 'preset:cat', '--to', 'html', '--site', work],
      `${join(work, 'index.html')}: cannot be opened`,
    ],
    [
      ['export', 'preset:cat', '--to', 'state', '--output', join(work, 'no/x.json')],
      `${join(work, 'no/x.json')}: cannot be written`,
    ],
    [['link', 'preset:none'], /^preset:none: id: there is no preset 'none'; there are: /],
    [['link', 's=!!!'], 'link: the link is damaged or cut off (it has letters that no link has)'],
  ];
  for (const [words, message] of cases) {
    const { code, out, err } = run(words);
    const line = err.replace(/^attention: /, '').replace(/\n$/, '');
    assert.equal(code, 1, `${words.join(' ')}: ${err}`);
    assert.ok(err.startsWith('attention: ') && !line.includes('\n'), err);
    if (typeof message === 'string') assert.equal(line, message);
    else assert.match(line, message);
    assert.equal(out, '', words.join(' '));
  }
  assert.ok(!existsSync(join(work, 'no')));
  for (const words of [
    ['import', 'preset:cat'],
    ['export', 'preset:cat'],
    ['export', 'preset:cat', '--to', 'gif'],
    ['link'],
    ['import', small, w, '--into', 'w_q', '--fit', 'stretch'],
    ['import', small, w, '--array', 'a'],
  ]) {
    const { code, err } = run(words);
    assert.equal(code, 2, `${words.join(' ')}: ${err}`);
  }
});
