// The Files panel of the desktop window, by mouse and keyboard: what it saves is what the command line
// writes, and what is opened with it goes into the document. The file dialog is the desktop's own
// program (zenity); one that answers at once stands in for it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { npy } from '../fuzz/seed_bytes.mjs';
import {
  at_rest,
  environment,
  home_of_a_regular,
  no_hands,
  program,
  window_of,
  xdo,
} from './hands.mjs';

// Places in the panel of a window of 1280 x 800, before and after an array was opened.
const OPEN = [944, 183];
const SAVE = [937, 295];
const FORMAT = [1052, 258];
const NPZ = [970, 309]; // the second line of the formats
const IMPORT = [937, 328];
const IMPORT_SLICE = [937, 408];

const DIALOG = `#!/bin/sh
cat "$(dirname "$0")/answer"
echo "$@" >> "$(dirname "$0")/asked"
`;

/** A window with the panel open and a dialog that answers; `use` gets its hands. */
async function with_panel(use) {
  const home = await home_of_a_regular(),
    tools = join(home, 'bin');
  await mkdir(tools);
  await writeFile(join(tools, 'zenity'), DIALOG);
  await chmod(join(tools, 'zenity'), 0o755);
  const env = environment(home);
  const child = spawn(
    program,
    ['--width', '1280', '--height', '800', '--scale', '1', '--link', 'preset=cat&view=files'],
    { env: { ...env, PATH: `${tools}:${env.PATH}` }, stdio: 'ignore' },
  );
  const closed = new Promise((done) => child.on('close', done));
  try {
    const window = await window_of(child);
    const click = async ([x, y]) => {
      xdo('mousemove', '--window', window, x, y);
      await at_rest(child);
      xdo('click', 1);
      await at_rest(child);
    };
    const keys = async (...names) => {
      xdo('key', ...names);
      await at_rest(child);
    };
    const asked = async () =>
      existsSync(join(tools, 'asked'))
        ? (await readFile(join(tools, 'asked'), 'utf8')).trim().split('\n')
        : [];
    await use({
      file: (name) => join(home, name),
      click,
      keys,
      /** A click on a button that asks for a file, answered with `path`. */
      async choose(button, path) {
        await writeFile(join(tools, 'answer'), path);
        const before = (await asked()).length;
        await click(button);
        for (let i = 0; i < 400 && (await asked()).length === before; i++) await at_rest(child);
        await at_rest(child);
      },
      asked: async () => (await asked()).at(-1),
      async end() {
        child.kill('SIGTERM');
        await closed;
        return JSON.parse(await readFile(join(home, 'attention-playground', 'state'), 'utf8'));
      },
    });
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
}

const exported = (kind) => {
  const { status, stdout, stderr } = spawnSync(
    join(dirname(program), 'attention'),
    ['export', 'preset:cat', '--to', kind],
    { maxBuffer: 1 << 26 },
  );
  assert.equal(status, 0, String(stderr));
  return stdout;
};
const array = (rows, cols) => {
  const numbers = Float32Array.from({ length: rows * cols }, (_, i) => i / 8 - 4);
  return {
    bytes: npy("'<f4'", `(${rows}, ${cols})`, Buffer.from(numbers.buffer)),
    rows: Array.from({ length: rows }, (_, i) => [...numbers.slice(i * cols, (i + 1) * cols)]),
  };
};

test('what the panel saves is what the command line exports', { skip: no_hands }, () =>
  with_panel(async ({ file, click, choose, asked }) => {
    await choose(SAVE, file('state.json'));
    assert.match(await asked(), /--save .*--filename=attention\.json/);
    assert.deepEqual(
      JSON.parse(await readFile(file('state.json'), 'utf8')),
      JSON.parse(exported('state')),
    );
    await click(FORMAT);
    await click(NPZ);
    await choose(SAVE, file('stages.npz'));
    assert.match(await asked(), /--filename=attention\.npz/);
    assert.deepEqual(await readFile(file('stages.npz')), exported('npz'));
  }),
);

test('a dialog that is closed writes nothing', { skip: no_hands }, () =>
  with_panel(async ({ choose, asked, end }) => {
    await choose(SAVE, '');
    assert.match(await asked(), /--save/);
    await choose(OPEN, '');
    const { model } = await end();
    assert.deepEqual(model, JSON.parse(exported('state')).model);
  }),
);

test('an array goes into the document, undone by Ctrl+Z and done again', { skip: no_hands }, () =>
  with_panel(async ({ file, click, keys, choose, end }) => {
    const w = array(8, 8);
    await writeFile(file('w.npy'), w.bytes);
    await choose(OPEN, file('w.npy'));
    await click(IMPORT);
    await keys('ctrl+z');
    await keys('ctrl+y');
    const { model } = await end();
    assert.deepEqual(model.layers[0].w_q, w.rows);
    assert.deepEqual(model.layers[0].w_k, JSON.parse(exported('state')).model.layers[0].w_k);
  }),
);

test('of an array that is too large the part that fits is offered', { skip: no_hands }, () =>
  with_panel(async ({ file, click, choose, end }) => {
    const w = array(9, 11);
    await writeFile(file('w.npy'), w.bytes);
    await choose(OPEN, file('w.npy'));
    await click(IMPORT_SLICE);
    const { model } = await end();
    assert.deepEqual(
      model.layers[0].w_q,
      w.rows.slice(0, 8).map((row) => row.slice(0, 8)),
    );
  }),
);

test('a file that is none leaves all as it was', { skip: no_hands }, () =>
  with_panel(async ({ file, choose, asked, end }) => {
    await writeFile(file('w.npy'), 'no array');
    await choose(OPEN, file('w.npy'));
    assert.match(await asked(), /--file-filter=.*\.npy/);
    const { model } = await end();
    assert.deepEqual(model, JSON.parse(exported('state')).model);
  }),
);
