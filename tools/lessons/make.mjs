// Learns the weights of the lessons' prepared sheets, by this program's own trainer, and writes them
// to assets/lessons/states (those of "it" and "bank" are tools/recipes's):
//   node tools/lessons/make.mjs [path to `attention`]        (after ./build.sh)
// A row of a target is {word: share}; what is left is spread over the other words. Same input, same bytes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { patches } from './park.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const attention = path.resolve(process.argv[2] ?? path.join(root, 'build/native/attention'));
const WIDTH = 16,
  DIGITS = 3;

const words = (text) => ({ text, embeddings: 'words' });
/** "the:2" is the second. */
function index_of(tokens, word) {
  const [name, nth = 1] = word.split(':');
  const at = tokens.flatMap((token, i) => (token === name ? [i] : []))[nth - 1];
  if (at === undefined) throw new Error(`${word} is not in: ${tokens.join(' ')}`);
  return at;
}
function row(keys, shares, seen = keys.length) {
  const at = new Map(Object.entries(shares).map(([word, share]) => [index_of(keys, word), share]));
  const left = 1 - [...at.values()].reduce((a, b) => a + b, 0);
  const others = Math.max(1, seen - at.size);
  return keys.map((_, j) => (j >= seen ? 0 : (at.get(j) ?? Number((left / others).toFixed(5)))));
}

const SHEETS = [
  {
    name: 'english',
    title: 'I love tennis: the sentence looks at itself',
    query: 'I love tennis',
    wanted: {
      I: { I: 0.7, love: 0.2 },
      love: { love: 0.8, I: 0.1 },
      tennis: { tennis: 0.75, love: 0.15 },
    },
  },
  {
    name: 'translation',
    title: "J'aime le tennis looks at I love tennis",
    query: "J'aime le tennis",
    source: 'I love tennis',
    wanted: {
      "J'aime": { I: 0.45, love: 0.5 },
      le: { tennis: 0.75, love: 0.15 },
      tennis: { tennis: 0.9, love: 0.07 },
    },
  },
  {
    name: 'question',
    title: 'A question looks for its answer',
    query: 'When was the Eiffel Tower completed ?',
    source: 'The Eiffel Tower is located in Paris . It was completed in 1889 .',
    wanted: {
      When: { 1889: 0.72, in: 0.02, 'in:2': 0.12 },
      was: { was: 0.5, is: 0.2 },
      the: { The: 0.5 },
      Eiffel: { Eiffel: 0.5, It: 0.25 },
      Tower: { Tower: 0.5, It: 0.25 },
      completed: { completed: 0.6, 1889: 0.2 },
    },
  },
  {
    name: 'sentiment',
    title: 'Fantastic, but disappointing',
    query: 'The movie was fantastic , but the ending was disappointing',
    wanted: {
      movie: { fantastic: 0.6, movie: 0.2 },
      ending: { disappointing: 0.65, ending: 0.15 },
      fantastic: { movie: 0.5, fantastic: 0.2 },
      disappointing: { ending: 0.5, disappointing: 0.2 },
      but: { fantastic: 0.4, disappointing: 0.45 },
    },
  },
  {
    name: 'generation',
    title: 'What comes next?',
    query: 'I am planning to visit Paris next month .',
    causal: true,
    wanted: {
      am: { I: 0.7 },
      planning: { I: 0.5, planning: 0.3 },
      to: { planning: 0.7 },
      visit: { planning: 0.5, to: 0.2 },
      Paris: { visit: 0.6, planning: 0.2 },
      next: { planning: 0.4, visit: 0.25 },
      month: { next: 0.55, planning: 0.2 },
    },
  },
  {
    name: 'summary',
    title: 'A summary looks at the report',
    query: 'storm closes all schools',
    source:
      'A heavy storm hit the coast on Monday and every school in the region was closed for two days',
    wanted: {
      storm: { storm: 0.65, heavy: 0.15 },
      closes: { closed: 0.7, was: 0.1 },
      all: { every: 0.7 },
      schools: { school: 0.65, region: 0.12 },
    },
  },
  {
    name: 'caption',
    title: 'The words of a caption look at a picture',
    query: 'a dog playing with a ball in the park',
    source: patches,
    wanted: {
      dog: { b3: 0.35, c3: 0.35 },
      playing: { c3: 0.3, d4: 0.25, b4: 0.15 },
      ball: { d4: 0.5, e4: 0.25 },
      park: { a2: 0.2, d2: 0.2, f3: 0.15, a4: 0.15 },
    },
  },
];

function state_of(sheet) {
  const query = words(sheet.query);
  const tokens = sheet.query.split(' ');
  const keys = sheet.source ? (sheet.source.tokens ?? sheet.source.split(' ')) : tokens;
  const source = sheet.source && (sheet.source.tokens ? sheet.source : words(sheet.source));
  const identity = { w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' };
  const targets = Object.entries(sheet.wanted).map(([word, shares]) => {
    const at = index_of(tokens, word);
    return { row: at, values: row(keys, shares, sheet.causal ? at + 1 : keys.length) };
  });
  return {
    version: 1,
    title: sheet.title,
    query,
    ...(source && { cross: true, source }),
    model: {
      width: WIDTH,
      heads: 1,
      ...(sheet.causal && { causal: true }),
      positions: { kind: 'sinusoidal' },
      layers: [identity],
    },
    learning: { rate: 0.03, targets },
  };
}

const lines = (value) =>
  `${JSON.stringify(value, null, 1).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, list) => `[${list.replace(/\s+/g, ' ')}]`,
  )}\n`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lessons-'));
for (const sheet of SHEETS) {
  const start = state_of(sheet);
  const [before, after] = ['start.json', 'learned.json'].map((name) => path.join(folder, name));
  fs.writeFileSync(before, lines(start));
  execFileSync(
    attention,
    ['train', before, '--steps', '1500', '--goal', '0.01', '--output', after, '--quiet'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const { model } = JSON.parse(fs.readFileSync(after, 'utf8'));
  const rounded = (cells) => cells.map((line) => line.map((x) => Number(x.toFixed(DIGITS))));
  const layers = model.layers.map(({ w_q, w_k }) => ({
    w_q: rounded(w_q),
    w_k: rounded(w_k),
    w_v: 'identity',
    w_o: 'identity',
  }));
  const learned = { ...start, model: { ...start.model, layers } };
  fs.writeFileSync(path.join(root, `assets/lessons/states/${sheet.name}.json`), lines(learned));
  console.log(`assets/lessons/states/${sheet.name}.json`);
}
fs.rmSync(folder, { recursive: true });
