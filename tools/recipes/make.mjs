// Learns the weights that the lessons show, by this program's own trainer:
//   node tools/recipes/make.mjs [path to `attention`]        (after ./build.sh)
// Each recipe is a few sentences (cat.json, it.json, bank.json here) and the options below. For each,
// assets/recipes gets <name>.start.json, the untrained state with its targets, which the page can
// train by itself; and <name>.json, the same after training, with its numbers rounded. Same input,
// same bytes. tests/unit/playground/lessons/test_recipes.cpp holds the results to what the lessons claim.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const attention = process.argv[2] ?? path.join(root, 'build/native/attention');
const read = (name) => JSON.parse(fs.readFileSync(path.join(here, name), 'utf8'));

const words = (text) => ({ text, embeddings: 'words' });
const random = (scale) => (seed) => ({ random: seed, scale });
const tokens = (text) => text.toLowerCase().split(' ');

/** One layer's matrices, each from a seed of its own. */
const layer = (init, index) => ({
  w_q: init(4 * index + 1),
  w_k: init(4 * index + 2),
  w_v: init(4 * index + 3),
  w_o: init(4 * index + 4),
});

/** examples: [{text, targets}]; the first is the sentence on the sheet. */
function state(title, model, learning, examples) {
  const [shown, ...others] = examples;
  return {
    version: 1,
    title,
    query: words(shown.text),
    model,
    learning: {
      ...learning,
      targets: shown.targets,
      examples: others.map(({ text, targets }) => ({ query: words(text), targets })),
    },
  };
}

function catState() {
  const { sentence, row, shares } = read('cat.json');
  const plain = random(0.5);
  const model = {
    width: 8,
    heads: 1,
    positions: { kind: 'sinusoidal' },
    layers: [{ w_q: plain(1), w_k: plain(2), w_v: 'identity', w_o: 'identity' }],
  };
  return state('A row to learn', model, { rate: 0.05 }, [
    { text: sentence, targets: [{ row, values: shares }] },
  ]);
}

/** The row of `it`: most of it on one word, the rest spread over the others. */
function row(count, at, share) {
  const values = Array(count).fill(Number(((1 - share) / (count - 1)).toFixed(4)));
  values[at] = share;
  return values;
}

export function itSentences(groups) {
  const make = (a, v, t, z) =>
    tokens(`the ${a} ${v} on the ${t} because it was ${z}`).join(' ').replace(/^the/, 'The');
  return groups.flatMap(([a, v, t, tired, warm]) => [
    { text: make(a, v, t, tired), noun: 1 },
    { text: make(a, v, t, warm), noun: 5 },
  ]);
}

function itState(layers) {
  const model = {
    width: 24,
    heads: 1,
    residual: true,
    layers: Array.from({ length: layers }, (_, i) => layer(random(0.5), i)),
  };
  const examples = itSentences(read('it.json').train).map(({ text, noun }) => ({
    text,
    targets: [{ layer: layers - 1, row: 7, values: row(10, noun, 0.82) }],
  }));
  return state(
    layers === 2 ? 'Two layers learn "it"' : 'One layer cannot learn "it"',
    model,
    { rate: 0.01 },
    examples,
  );
}

function bankState() {
  const { train } = read('bank.json');
  const model = { width: 32, heads: 1, layers: [layer(random(0.1), 0)] };
  const examples = [];
  for (let i = 0; i < train.river.length; ++i) {
    for (const word of ['river', 'money']) {
      const text = train[word][i];
      examples.push({
        text,
        targets: [{ stage: 'output', row: tokens(text).indexOf('bank'), word }],
      });
    }
  }
  return state('What "bank" means', model, { rate: 0.01 }, examples);
}

const recipes = [
  { name: 'cat', make: catState, steps: 1000, goal: 0.004, digits: 3 },
  { name: 'it', make: () => itState(2), steps: 120, digits: 3 },
  { name: 'it-one-layer', make: () => itState(1), steps: 120, digits: 3 },
  { name: 'bank', make: bankState, steps: 100, digits: 3 },
];

/** Matrices as lists of rows, one row a line, so that differences can be read. */
function text(value) {
  return `${JSON.stringify(value, null, 1).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, list) => `[${list.replace(/\s+/g, ' ')}]`,
  )}\n`;
}

function learn({ name, make, steps, goal, digits }, folder) {
  const start = make();
  const before = path.join(root, `assets/recipes/${name}.start.json`);
  const learned = path.join(folder, `${name}.json`);
  fs.writeFileSync(before, text(start));
  execFileSync(
    attention,
    [
      'train',
      before,
      '--steps',
      String(steps),
      '--output',
      learned,
      '--quiet',
      ...(goal ? ['--goal', String(goal)] : []),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const { model } = JSON.parse(fs.readFileSync(learned, 'utf8'));
  const round = (x) => Number(x.toFixed(digits));
  const layers = model.layers.map((l, i) =>
    Object.fromEntries(
      Object.keys(start.model.layers[i]).map((key) => [
        key,
        typeof start.model.layers[i][key] === 'string'
          ? start.model.layers[i][key]
          : l[key].map((cells) => cells.map(round)),
      ]),
    ),
  );
  const { learning, ...rest } = start;
  const result = {
    ...rest,
    model: { ...start.model, layers },
    learning: { ...learning, examples: [] },
  };
  fs.writeFileSync(path.join(root, `assets/recipes/${name}.json`), text(result));
  console.log(`assets/recipes/${name}.json`);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recipes-'));
for (const recipe of recipes) learn(recipe, folder);
fs.rmSync(folder, { recursive: true });
