// What hides a key, as people write it: finfo.min and -1e9, whole numbers, tables of 0 and 1; lengths
// and windows; values that nobody sees; softcap before the mask. Through the command line, with files
// made here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { array } from './oracle.mjs';
import { readNpy, writeNpy } from './npy.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = join(process.env.AP_BUILD ?? join(root, 'build'), 'native/attention');
const work = mkdtempSync(join(tmpdir(), 'attention-masks-'));
after(() => rmSync(work, { recursive: true, force: true }));

const LOWEST = -3.4028234663852886e38;
const path = (name) => join(work, name);
function run(...words) {
  const result = spawnSync(program, words, { cwd: work, encoding: 'utf8' });
  return { code: result.status, out: result.stdout, err: result.stderr };
}
function file(name, shape, numbers, dtype = 'float32') {
  writeNpy(path(`${name}.npy`), { dtype, ...array(shape, (i) => numbers[i]) });
  return `${name}.npy`;
}
const near = (got, want, atol = 1e-5) => {
  assert.equal(got.length, want.length);
  got.forEach((x, i) => assert.ok(Math.abs(x - want[i]) <= atol, `${got} should be ${want}`));
};
/** Runs attend; gives y and, if asked for, a stage. */
function attend(words, stage) {
  const kept = stage ? ['--stage', stage, '--stage-output', 'stage.npy'] : [];
  const { code, err } = run('attend', ...words, '--output', 'y.npy', ...kept);
  assert.equal(code, 0, err);
  const numbers = (name) => [...readNpy(path(name)).data];
  return { y: numbers('y.npy'), stage: stage && numbers('stage.npy') };
}
const qkv = (q, k, v) => ['--query', q, '--key', k, '--value', v];

const state = {
  version: 1,
  query: { text: 'a b c', tokens: ['a', 'b', 'c'], embeddings: 'one_hot' },
  model: {
    width: 3,
    layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
  },
};
writeFileSync(path('state.json'), JSON.stringify(state));
const plain = ({ data }) => data.map((x) => (x === '-inf' ? -Infinity : x));
const numbers_of = (name, stage) => {
  const { code, out, err } = run('run', name, '--print', stage, '--json');
  assert.equal(code, 0, err);
  return { said: err, rows: plain(JSON.parse(out)) };
};
/** Imports a file into the mask; gives the weights, the mask that was kept and what was said. */
function imported(name, ...words) {
  const done = run(
    'import',
    'state.json',
    name,
    '--into',
    'mask',
    ...words,
    '--output',
    'out.json',
  );
  if (done.code !== 0) return { refused: done.err };
  const flat = (rows) => rows;
  return {
    said: done.err,
    weights: flat(numbers_of('out.json', 'weights').rows),
    mask: flat(numbers_of('out.json', 'mask').rows),
  };
}

test('softcap comes before the mask', () => {
  const words = [
    ...qkv(file('q', [1, 1], [1]), file('k', [2, 1], [2, -1]), file('v', [2, 1], [0, 1])),
    '--mask',
    file('mask', [1, 2], [0, -0.5]),
    '--scale',
    '1',
    '--softcap',
    '2',
  ];
  const capped = [2 * Math.tanh(1), 2 * Math.tanh(-0.5)];
  const masked = [capped[0], capped[1] - 0.5];
  const e = masked.map(Math.exp);
  const { y, stage } = attend(words, 'weights');
  near(
    stage,
    e.map((x) => x / (e[0] + e[1])),
  );
  near(y, [e[1] / (e[0] + e[1])]);
  near(attend(words, 'capped').stage, capped);
  near(attend(words, 'masked').stage, masked);
  for (const hidden of [LOWEST, -1e9, -10000, -Infinity]) {
    const far = [
      ...qkv(file('q', [1, 1], [0]), 'k.npy', file('v', [2, 1], [0, 1000])),
      '--mask',
      file('mask', [1, 2], [0, hidden]),
      '--softcap',
      '5',
    ];
    near(attend(far).y, [0], 1e-4);
  }
});

test('finfo.min, -1e9 and -65504 hide, and are kept as they are', () => {
  const third = [1, 0, 0, 0.3595425, 0.6404575, 0, 0.2644585, 0.2644585, 0.4710831];
  const masks = [
    [LOWEST, 'float32'],
    [-1e9, 'float32'],
    [-65504, 'float16'],
    [-10000, 'float32'],
    [-Infinity, 'float32'],
  ];
  for (const [hidden, dtype] of masks) {
    const name = file('hides', [3, 3], [0, hidden, hidden, 0, 0, hidden, 0, 0, 0], dtype);
    const { weights, mask, refused } = imported(name);
    assert.equal(refused, undefined);
    near(weights, third);
    assert.equal(Math.fround(mask[1]), Math.fround(hidden));
    // Once more, out of the state that was written.
    near(numbers_of('out.json', 'weights').rows, third);
  }
  // A row of one finite number alone shares evenly; a row of -inf sees nothing.
  const words = qkv(
    file('q', [1, 2, 1], [1, 1]),
    file('k', [1, 2, 1], [0, 0]),
    file('v', [1, 2, 1], [1, 3]),
  );
  near(
    attend([...words, '--mask', file('m', [2, 2], [LOWEST, LOWEST, -Infinity, -Infinity])]).y,
    [2, 0],
  );
});

test('0 and 1 say who may attend, as whole numbers and as a table, and that is said', () => {
  const attended = [0.6404575, 0.3595425, 0, 0.3595425, 0.6404575, 0, 0.5, 0.5, 0];
  const seen = [1, 1, 0, 1, 1, 0, 1, 1, 0];
  for (const dtype of ['int64', 'int32', 'bool', 'float32']) {
    const { weights, said } = imported(file('mask', [3, 3], seen, dtype));
    near(weights, attended);
    if (dtype !== 'bool') assert.match(said, /1 is seen, 0 is hidden/);
  }
  writeFileSync(path('mask.csv'), '1,1,0\n1,1,0\n1,1,0\n');
  const table = imported('mask.csv');
  near(table.weights, attended);
  assert.match(table.said, /--mask-as added/);
  near(imported('mask.csv', '--mask-as', 'added').mask, seen);
  // attend takes them alike, and both refuse other whole numbers in the same words.
  const other = file('other', [3, 3], [0, -10000, 0, 0, 0, 0, 0, 0, 0], 'int64');
  const words = qkv(file('q', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]), 'q.npy', 'q.npy');
  near(
    attend([...words, '--mask', file('mask', [3, 3], seen, 'int64')], 'weights').stage,
    attended,
  );
  const why = /int64; needs bool \(true = attend\), 0 and 1, or floats \(added\)/;
  assert.match(imported(other).refused, why);
  assert.match(run('attend', ...words, '--mask', other, '--output', 'y.npy').err, why);
});

test('what is hidden never reaches the result, number or not', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const words = qkv(
      file('q', [1, 2, 1], [1, 1]),
      file('k', [1, 3, 1], [0, 0, NaN]),
      file('v', [1, 3, 1], [1, 3, bad]),
    );
    near(attend([...words, '--kv-lengths', file('n', [1], [2n], 'int64')]).y, [2, 2]);
    for (const [dtype, seen, hidden] of [
      ['bool', 1, 0],
      ['float32', 0, -Infinity],
      ['float32', 0, LOWEST],
    ]) {
      const mask = file('m', [1, 3], [seen, seen, hidden], dtype);
      near(attend([...words, '--mask', mask]).y, [2, 2]);
    }
  }
});

test('with lengths and no past the causal order ends at each length', () => {
  const words = (t, n) => [
    ...qkv(
      file('q', [1, t, 1], Array(t).fill(1)),
      file('k', [1, 4, 1], [0, 0, 0, 0]),
      file('v', [1, 4, 1], [1, 10, 100, 1000]),
    ),
    '--kv-lengths',
    file('n', [1], [BigInt(n)], 'int64'),
    '--causal',
  ];
  near(attend(words(1, 3)).y, [37], 1e-4);
  near(attend(words(2, 3)).y, [5.5, 37], 1e-4);
  near(attend(words(2, 1)).y, [0, 1], 1e-4);
});

test('a window is around the place of a query', () => {
  const words = qkv(
    file('q', [4, 1], [1, 1, 1, 1]),
    file('k', [4, 1], [0, 0, 0, 0]),
    file('v', [4, 1], [1, 2, 3, 4]),
  );
  near(attend([...words, '--left-window', '1', '--right-window', '0']).y, [1, 1.5, 2.5, 3.5]);
  near(attend([...words, '--right-window', '1']).y, [1.5, 2, 2.5, 2.5]);
  near(attend([...words, '--softmax-precision', 'double']).y, [2.5, 2.5, 2.5, 2.5]);
  assert.equal(run('attend', ...words, '--left-window', '-2', '--output', 'y.npy').code, 2);
});

test('a state with windows hides what is outside them; one of the old order says so', () => {
  writeFileSync(
    path('window.json'),
    JSON.stringify({
      ...state,
      version: 2,
      model: { ...state.model, window: { left: 0, right: 1 } },
    }),
  );
  const rows = numbers_of('window.json', 'weights').rows;
  rows.forEach((x, i) => assert.equal(Number(x) > 0, [0, 1].includes((i % 3) - Math.floor(i / 3))));
  const old = {
    ...state,
    model: { ...state.model, softcap: 2 },
    mask: [
      [0, -3, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  };
  writeFileSync(path('old.json'), JSON.stringify(old));
  assert.match(numbers_of('old.json', 'weights').said, /mask was added before the softcap/);
  writeFileSync(path('new.json'), JSON.stringify({ ...old, version: 2 }));
  assert.equal(numbers_of('new.json', 'weights').said, '');
});
