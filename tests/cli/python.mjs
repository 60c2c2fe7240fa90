// What the tests of exported scripts share: a Python that has numpy, a folder for their files, and the
// check that a script makes every stage again. AP_PYTHON: which Python.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(process.env.AP_BUILD ?? join(root, 'build'), 'native/attention');
export const work = mkdtempSync(join(tmpdir(), 'attention-python-'));
after(() => rmSync(work, { recursive: true, force: true }));
export const file = (name) => join(work, name);

export const run = (program, words, { input, env } = {}) =>
  spawnSync(program, words, {
    input,
    maxBuffer: 1 << 28,
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
export const python = [process.env.AP_PYTHON, '/usr/bin/python3', 'python3'].find(
  (p) => p && run(p, ['-c', 'import numpy']).status === 0,
);
export const skip = python
  ? false
  : 'no Python with numpy here (Debian: python3-numpy): exported scripts are written but not run';
if (skip) console.log(`SKIPPED: ${skip}`);

export const attention_of = (words, input) => run(cli, words, { input });
export function attention(words, input) {
  const result = attention_of(words, input);
  assert.equal(result.status, 0, `attention ${words.join(' ')}: ${result.stderr}`);
  return result.stdout;
}
export function py(words, options) {
  const result = run(python, words, options);
  assert.equal(result.status, 0, result.stderr.split('\n').slice(-14).join('\n') + result.stdout);
  return result.stdout;
}
export const presets = () =>
  attention(['presets'])
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]);

/** What each script printed, all run by one Python: [{ name, words: [script, ...] }]. */
export function run_scripts(scripts, env) {
  const input = scripts.map(({ words }) => `${JSON.stringify(words)}\n`).join('');
  const lines = py([join(root, 'tests/cli/run_scripts.py')], { input, env })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, scripts.length);
  return lines.map(({ said, error }, i) => {
    assert.equal(error, '', `${scripts[i].name}: ${error.split('\n').slice(-14).join('\n')}`);
    return said;
  });
}

/** How many stages the scripts exported to `kind` make, all as in the exported .npz: [{ name, state, input }]. */
export function reproduce(kind, documents, env) {
  const scripts = documents.map(({ name, state, input }, i) => {
    const words = [file(`${kind}-${i}.py`), file(`${kind}-${i}.npz`)];
    attention(['export', state, '--to', kind, '--output', words[0]], input);
    attention(['export', state, '--to', 'npz', '--output', words[1]], input);
    return { name, words };
  });
  return run_scripts(scripts, env).reduce((sum, said, i) => {
    const [, count] = /^the output is as expected.*\n(\d+) stages are as in/.exec(said) ?? [];
    assert.ok(Number(count) >= 11, `${documents[i].name}: ${said}`);
    return sum + Number(count);
  }, 0);
}
export const of_presets = () => presets().map((id) => ({ name: id, state: `preset:${id}` }));
export const of_random = (from, to, make) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    name: `random ${from + i}`,
    state: '-',
    input: JSON.stringify(make(from + i)),
  }));
