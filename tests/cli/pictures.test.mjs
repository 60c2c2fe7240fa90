// Pictures of `attention render` and `export --to svg|png`: in SVG text is text and numbers are the
// trace's; PNG has its size, and something in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { check_numbers, read_svg } from '../support/svg_text.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(process.env.AP_BUILD ?? join(root, 'build'), 'native/attention');
const work = mkdtempSync(join(tmpdir(), 'attention-pictures-'));
after(() => rmSync(work, { recursive: true, force: true }));

function attention(...words) {
  const result = spawnSync(cli, words, { maxBuffer: 1 << 28, encoding: 'utf8' });
  assert.equal(result.status, 0, `attention ${words.join(' ')}: ${result.stderr}`);
  return result.stdout;
}
const ids = attention('presets')
  .trim()
  .split('\n')
  .map((line) => line.split('\t')[0]);

// Symbols of the sheet that are not the stage's own name.
const NAMES = { X: 'embeddings', X_source: 'source_embeddings', head: 'head_out' };

test("SVG of every preset: words and captions are text, numbers in cells are the trace's", () => {
  let compared = 0;
  for (const id of ids) {
    const svg = attention('export', `preset:${id}`, '--to', 'svg', '--width', '2600');
    assert.doesNotMatch(
      svg.replace(/<style>.*?<\/style>/s, ''),
      /<script|<foreignObject|NaN|undefined/,
      id,
    );
    const { texts, blocks } = read_svg(svg);
    const { tensors, tokens } = JSON.parse(attention('export', `preset:${id}`, '--to', 'json'));
    const said = new Set(texts.map((t) => t.text));
    for (const token of tokens) assert.ok(said.has(token), `${id}: '${token}' is no text`);
    for (const { name } of blocks) {
      const shown = texts.some((t) => name === t.text || name.startsWith(`${t.text}_`));
      assert.ok(shown, `${id}: the title ${name} is no text`);
    }
    // A <path> joins blocks or is an arrowhead: no glyph's outline is that short.
    for (const [path] of svg.matchAll(/<path[^>]*>/g))
      assert.ok((path.match(/[A-Z]/g) ?? []).length <= 6, `${id}: ${path}`);
    compared += check_numbers(svg, (symbol) => {
      const stage = NAMES[symbol] ?? symbol.toLowerCase();
      const tensor = tensors[`layers.0.${stage}`] ?? tensors[stage];
      if (!tensor) return null;
      const size = tensor.shape.slice(-2).reduce((a, b) => a * b, 1);
      return tensor.data.slice(0, size).map((x) => (x === '-inf' ? -Infinity : Number(x))); // the first head
    });
  }
  assert.ok(compared > 1000, `${compared} numbers compared`);
  console.log(`  ${compared} numbers compared`);
});

test('pictures of panels say what their colours are, and count heads and layers from 1 as the window does', () => {
  const of = (panel, ...words) =>
    read_svg(attention('export', ...words, '--to', 'svg', '--panel', panel)).texts.map(
      (t) => t.text,
    );
  const has = (texts, ...wanted) =>
    wanted.forEach((text) =>
      assert.ok(texts.includes(text), `'${text}' is not in ${texts.join(' | ')}`),
    );
  has(
    of('arcs', 'preset:cat'),
    'Who looks at whom, all heads',
    'Head 1',
    'Head 2',
    'Weights below 2 % are left out',
  );
  has(
    of('graph', 'preset:cat', '--head', '1'),
    'Who looks at whom, head 2',
    'Weights below 2 % are left out',
  );
  has(of('heads', 'preset:cat'), 'Head 1', 'Head 2', '0', '1');
  const two = join(work, 'two-layers.json');
  const state = JSON.parse(attention('presets', 'cat'));
  state.model.layers.push(state.model.layers[0]);
  writeFileSync(two, JSON.stringify(state));
  has(of('graph', two, '--layer', '1'), 'Who looks at whom, head 1, layer 2');
  has(of('heads', two), 'Layer 1, head 1', 'Layer 2, head 2');
});

test('PNG at 1x to 4x has its size and is not blank, light and dark', () => {
  let one;
  for (const [id, scale, dark] of [
    ['cat', 1],
    ['cat', 2],
    ['cat', 3],
    ['cat', 4],
    ['cat', 1, true],
    ['similarity', 2, true],
    ['causal', 2],
  ]) {
    const file = join(work, 'sheet.png');
    attention(
      'render',
      `preset:${id}`,
      '--output',
      file,
      '--scale',
      String(scale),
      ...(dark ? ['--dark'] : []),
    );
    const { width, height, data } = PNG.sync.read(readFileSync(file));
    one ??= { width, height };
    const near = (size, whole) => Math.abs(size - whole * scale) < scale;
    if (id === 'cat')
      assert.ok(
        near(width, one.width) && near(height, one.height),
        `at ${scale}: ${width} x ${height}`,
      );
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4)
      colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    assert.ok(colours.size > 50, `${id} at ${scale}: ${colours.size} colours`);
    assert.ok(
      dark ? data[0] < 60 : data[0] > 200,
      `${id}: the ground is ${dark ? 'dark' : 'light'}`,
    );
  }
});

/** A sentence of one-hot words, as a PNG: its pixels, and what the command said. */
function drawn(words, ...options) {
  const state = join(work, 'words.json'),
    png = join(work, 'words.png');
  const weight = 'identity';
  writeFileSync(
    state,
    JSON.stringify({
      version: 1,
      query: { text: words.join(' '), tokens: words, embeddings: 'one_hot' },
      model: {
        width: 4,
        layers: [{ w_q: weight, w_k: weight, w_v: weight, w_o: weight }],
      },
    }),
  );
  const { status, stderr } = spawnSync(cli, ['render', state, '--output', png, ...options], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return { data: PNG.sync.read(readFileSync(png)).data, stderr };
}

test('PNG: words in other scripts are drawn with the fonts of the machine, or named as lacking', () => {
  const pairs = [
    ['日', '月'],
    ['あ', 'ん'],
    ['한', '글'],
    ['ب', 'ش'],
    ['क', 'म'],
    ['ก', 'ม'],
    ['🙂', '🚗'],
  ];
  let legible = 0;
  for (const [one, other] of pairs) {
    const a = drawn([one, 'x'], '--scale', '1'),
      b = drawn([other, 'x'], '--scale', '1');
    // Boxes are all the same; letters are not.
    const differ = !a.data.equals(b.data);
    if (a.stderr === '' && b.stderr === '') {
      assert.ok(differ, `${one} and ${other} look the same, and nothing was said`);
      legible++;
    } else {
      assert.match(a.stderr + b.stderr, /no font here has .*: the picture shows boxes; a \.svg/);
      assert.ok(a.stderr.includes(one) || b.stderr.includes(other));
    }
  }
  console.log(`  ${legible} of ${pairs.length} scripts are drawn here`);
  assert.equal(drawn(['the', 'naïve', 'Ω']).stderr, '');
});

test('SVG: the faces named, in the picture, or as outlines', () => {
  const svg = (faces) => attention('export', 'preset:cat', '--to', 'svg', '--faces', faces);
  assert.doesNotMatch(svg('named'), /@font-face/);
  const embedded = svg('embedded');
  for (const weight of [400, 600]) {
    const face = new RegExp(
      `@font-face\\{font-family:'Inter';font-weight:${weight}[^}]*base64,([A-Za-z0-9+/=]+)\\)`,
    );
    const file = Buffer.from(face.exec(embedded)[1], 'base64');
    assert.equal(file.readUInt32BE(0), 0x00010000, `${weight} is a TrueType file`);
  }
  const outlines = svg('outlines');
  assert.doesNotMatch(outlines, /<text/);
  assert.match(outlines, /<path aria-label="cat" d="M/);
});
