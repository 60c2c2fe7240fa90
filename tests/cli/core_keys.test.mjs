// The headless core reads states by itself (web/core.js), the program by src/playground: what one
// knows as a key of a state, the other knows too. Needs the core's module: build/web.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { random_state } from './random_states.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.AP_BUILD ?? join(root, 'build');
const cli = join(build, 'native/attention'),
  core_js = join(build, 'web/core.js');
const skip = existsSync(core_js) ? false : `${core_js} is not built`;
const run = (words, input) =>
  spawnSync(cli, words, { input, maxBuffer: 1 << 28, encoding: 'utf8' });

const minimal = () => ({
  version: 1,
  query: {
    text: 'a b',
    embeddings: [
      [1, 2],
      [3, 4],
    ],
  },
  cross: true,
  source: { text: 'c', embeddings: [[1, 0]] },
  model: {
    width: 2,
    positions: { kind: 'none' },
    layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
  },
});
// Where a state has objects, and the object there.
const PLACES = {
  '': (s) => s,
  query: (s) => s.query,
  source: (s) => s.source,
  model: (s) => s.model,
  'model.positions': (s) => s.model.positions,
  'model.layers[0]': (s) => s.model.layers[0],
};

/** Whether the program knows the key there: anything but "unknown key" is yes. */
function program_knows(place, key) {
  const state = minimal();
  PLACES[place](state)[key] ??= { neither: 'a number nor a list' };
  const { stderr } = run(['export', '-', '--to', 'state'], JSON.stringify(state));
  return stderr !== `attention: standard input: ${place ? `${place}.${key}` : key}: unknown key\n`;
}

test('every word of either reader is a key for both, or for none, at every place of a state', {
  skip,
}, async () => {
  const { createCore } = await import(pathToFileURL(core_js));
  const core = await createCore();
  const core_knows = (place, key) => {
    const state = minimal();
    PLACES[place](state)[key] ??= { neither: 'a number nor a list' };
    try {
      core.forward(state).free();
    } catch ({ message }) {
      return message !== `${place ? `${place}.${key}` : key}: there is no such key`;
    }
    return true;
  };
  // Every word in quotes in the two readers may be a key.
  const words = new Set();
  for (const file of [
    'web/core.js',
    'web/core_arrays.js',
    'web/core_run.js',
    'src/playground/json/state_read.cpp',
    'src/playground/json/sentence_read.cpp',
    'src/playground/json/model_read.cpp',
    'src/playground/json/state_layers.hpp',
    'src/playground/json/learn_json.cpp',
  ]) {
    for (const [, word] of readFileSync(join(root, file), 'utf8').matchAll(
      /["']([a-z][a-z_0-9]{2,30})["']/g,
    ))
      words.add(word);
  }
  assert.ok(words.size > 60, `${words.size} words`);
  let keys = 0;
  for (const place of Object.keys(PLACES)) {
    for (const key of words) {
      const known = program_knows(place, key);
      assert.equal(
        core_knows(place, key),
        known,
        `${place}.${key}: the program ${known ? 'knows' : 'does not know'} this key`,
      );
      keys += known ? 1 : 0;
    }
  }
  assert.ok(keys > 45, `${keys} keys`);
  console.log(`  ${words.size} words at ${Object.keys(PLACES).length} places, ${keys} keys`);
});

test('what the program writes of 100 random documents, the core computes', { skip }, async () => {
  const { createCore } = await import(pathToFileURL(core_js));
  const core = await createCore();
  for (let seed = 1; seed <= 100; seed++) {
    const written = run(['export', '-', '--to', 'state'], JSON.stringify(random_state(seed)));
    assert.equal(written.status, 0, written.stderr);
    const made = core.forward(JSON.parse(written.stdout));
    const { data } = JSON.parse(
      run(['export', '-', '--to', 'json', '--stage', 'output'], written.stdout).stdout,
    );
    made
      .tensor('output')
      .data.forEach((x, i) =>
        assert.ok(
          Math.abs(x - data[i]) <= 1e-4 * Math.max(1, Math.abs(x)),
          `random ${seed}: output[${i}] is ${x}, the program says ${data[i]}`,
        ),
      );
    made.free();
  }
});
