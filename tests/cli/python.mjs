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

export const run = (program, words, { input, env } = {}) => spawnSync(program, words,
  { input, maxBuffer: 1 << 28, encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env } });
export const python = [process.env.AP_PYTHON, '/usr/bin/python3', 'python3']
  .find((p) => p && run(p, ['-c', 'import numpy']).status === 0);
export const skip = python ? false : 'no Python with numpy here (Debian: python3-numpy): exported scripts are written but not run';
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
export const presets = () => attention(['presets']).trim().split('\n').map((line) => line.split('\t')[0]);

/** How many stages the script exported to `kind` makes, run; each is as in the exported .npz. */
export function reproduces(kind, state, input, name, env) {
  attention(['export', state, '--to', kind, '--output', file('script.py')], input);
  attention(['export', state, '--to', 'npz', '--output', file('stages.npz')], input);
  const out = py([file('script.py'), file('stages.npz')], { env });
  const [, count] = /(\d+) stages are as in/.exec(out) ?? [];
  assert.ok(Number(count) >= 11, `${name}: ${out}`);
  return Number(count);
}
