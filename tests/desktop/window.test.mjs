// The desktop window: it opens, draws the sheet, and ends when it is told to. Runs where DISPLAY
// names a screen (the test script starts Xvfb); without one it is skipped, loudly.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = join(resolve(process.env.AP_BUILD ?? join(root, 'build')), 'native/attention-playground');
const skip = process.env.DISPLAY ? false : 'DISPLAY names no screen';

/** {code, errors} of the program, stopped after a minute. */
function run(args, home) {
  return new Promise((done) => {
    const child = spawn(program, args, { env: { ...process.env, XDG_DATA_HOME: home,
      LIBGL_ALWAYS_SOFTWARE: '1', ATTENTION_REDUCED_MOTION: '1' }, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text) => { errors += text; });
    const timer = setTimeout(() => child.kill(), 60_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, errors });
    });
  });
}

async function picture(args) {
  const folder = await mkdtemp(join(tmpdir(), 'attention-'));
  const file = join(folder, 'window.png');
  const { code, errors } = await run([...args, '--screenshot', file], folder);
  assert.equal(code, 0, errors);
  const png = PNG.sync.read(await readFile(file));
  await rm(folder, { recursive: true });
  const colours = new Map();
  for (let i = 0; i < png.data.length; i += 4) {
    const colour = png.data.readUInt32LE(i);
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  return { png, colours, share: 1 - Math.max(...colours.values()) / (png.data.length / 4) };
}

test('the window draws the sheet', { skip }, async () => {
  const { png, colours, share } = await picture(['--width', '1200', '--height', '800', '--scale', '1']);
  assert.deepEqual([png.width, png.height], [1200, 800]);
  assert.ok(share > 0.02, 'the window is blank');
  assert.ok(colours.size > 200, 'no heatmaps, no text');
});

test('at twice the scale the same window has larger text and fewer points', { skip }, async () => {
  const { share } = await picture(['--width', '1200', '--height', '900', '--scale', '2']);
  assert.ok(share > 0.02);
});

test('a narrow window and a preset by link', { skip }, async () => {
  const { png, share } = await picture(['--width', '420', '--height', '800', '--scale', '1', '--link', 'preset=causal']);
  assert.equal(png.width, 420);
  assert.ok(share > 0.02);
});

test('a command line that makes no sense says how it goes', { skip }, async () => {
  const { code, errors } = await run(['--width', 'wide'], tmpdir());
  assert.equal(code, 2);
  assert.match(errors, /--screenshot/);
});
