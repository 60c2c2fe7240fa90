// The lesson column of the desktop window: it opens from a link, its prose has the sheet's numbers, a
// click on a link of the prose changes the sheet, and the progress is kept.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { golden } from '../web/harness.mjs';
import {
  at_rest,
  environment,
  home_of_a_regular,
  no_hands,
  program,
  skip,
  window_of,
  xdo,
} from './hands.mjs';

// The words 'Make the one the other' of the first step of Order, beside a window of 1280 x 800.
const LINK = { x: 150, y: 152 };

test('a lesson stands beside the sheet', { skip }, async () => {
  const home = await home_of_a_regular();
  const file = join(home, 'lesson.png');
  // The pointer of a new screen is in its middle, as is the window: over a cell, but nobody has moved it.
  const { status, stderr } = spawnSync(
    program,
    [
      '--width',
      '1280',
      '--height',
      '800',
      '--scale',
      '1',
      '--link',
      'lesson=order&step=1',
      '--screenshot',
      file,
    ],
    { env: environment(home), encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal(status, 0, stderr);
  await golden(await readFile(file), 'desktop-lesson');
  await rm(home, { recursive: true });
});

test('a link in the prose changes the sheet, which is kept with how far one came', {
  skip: no_hands,
}, async () => {
  const home = await home_of_a_regular();
  const child = spawn(
    program,
    ['--width', '1280', '--height', '800', '--scale', '1', '--link', 'lesson=order&step=1'],
    { env: environment(home), stdio: 'ignore' },
  );
  const closed = new Promise((done) => child.on('close', done));
  const state = async () =>
    JSON.parse(await readFile(join(home, 'attention-playground', 'state'), 'utf8')).query.tokens;
  try {
    const window = await window_of(child);
    xdo('mousemove', '--window', window, LINK.x, LINK.y);
    await at_rest(child);
    xdo('click', 1);
    await at_rest(child);
    child.kill('SIGTERM');
    await closed;
    assert.deepEqual(await state(), ['the', 'man', 'bit', 'the', 'dog']);
    assert.match(await readFile(join(home, 'attention-playground', 'lessons'), 'utf8'), /order 1 /);
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});
