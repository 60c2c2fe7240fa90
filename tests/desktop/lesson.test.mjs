// The lesson column of the desktop window: it opens from a link, its prose has the sheet's numbers, a
// click on a link of the prose changes the sheet, and the progress is kept.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { golden } from '../web/harness.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = join(resolve(process.env.AP_BUILD ?? join(root, 'build')), 'native/attention-playground');
const skip = process.env.DISPLAY ? false : 'DISPLAY names no screen';
const no_hands = skip || (spawnSync('xdotool', ['version']).status === 0 ? false : 'there is no xdotool');

// The words 'Make the one the other' of the first step of Order, beside a window of 1280 x 800.
const LINK = { x: 150, y: 152 };

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const xdo = (...args) => {
  const { status, stdout, stderr } = spawnSync('xdotool', args.map(String), { encoding: 'utf8', timeout: 20_000 });
  assert.equal(status, 0, `xdotool ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
};

async function home_of_a_regular() {
  const home = await mkdtemp(join(tmpdir(), 'attention-'));
  await mkdir(join(home, 'attention-playground'));
  await writeFile(join(home, 'attention-playground', 'view'), 'theme=1&welcomed=1');
  return home;
}
const environment = (home) => ({ ...process.env, XDG_DATA_HOME: home, LIBGL_ALWAYS_SOFTWARE: '1', ATTENTION_REDUCED_MOTION: '1' });

test('a lesson stands beside the sheet', { skip }, async () => {
  const home = await home_of_a_regular();
  const file = join(home, 'lesson.png');
  // The pointer of a new screen is in its middle, as is the window: over a cell, whose card is shown.
  const { status, stderr } = spawnSync(program, ['--width', '1280', '--height', '800', '--scale', '1', '--link', 'lesson=order&step=1',
    '--screenshot', file], { env: environment(home), encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  await golden(await readFile(file), 'desktop-lesson', { most_different: 0.02 });
  await rm(home, { recursive: true });
});

test('a link in the prose changes the sheet, which is kept with how far one came', { skip: no_hands }, async () => {
  const home = await home_of_a_regular();
  const child = spawn(program, ['--width', '1280', '--height', '800', '--scale', '1', '--link', 'lesson=order&step=1'],
    { env: environment(home), stdio: 'ignore' });
  const closed = new Promise((done) => child.on('close', done));
  const state = async () => JSON.parse(await readFile(join(home, 'attention-playground', 'state'), 'utf8')).query.tokens;
  try {
    const window = xdo('search', '--sync', '--onlyvisible', '--name', 'Attention Playground').split('\n')[0];
    await pause(2500);
    xdo('windowfocus', window);
    xdo('mousemove', '--window', window, LINK.x, LINK.y);
    await pause(200);
    xdo('click', 1);
    await pause(1500);
    child.kill('SIGTERM');
    await closed;
    assert.deepEqual(await state(), ['the', 'man', 'bit', 'the', 'dog']);
    assert.match(await readFile(join(home, 'attention-playground', 'lessons'), 'utf8'), /order 1 /);
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});
