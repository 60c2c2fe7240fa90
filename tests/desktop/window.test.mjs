// The desktop window: it opens, draws the sheet, and ends when it is told to. Runs where DISPLAY
// names a screen (the test script starts Xvfb); without one it is skipped, loudly.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PNG } from 'pngjs';
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

/** {code, errors} of the program, stopped after a minute. */
function run(args, home) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      env: environment(home),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
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
  const { png, colours, share } = await picture([
    '--width',
    '1200',
    '--height',
    '800',
    '--scale',
    '1',
  ]);
  assert.deepEqual([png.width, png.height], [1200, 800]);
  assert.ok(share > 0.02, 'the window is blank');
  assert.ok(colours.size > 200, 'no heatmaps, no text');
});

test('at twice the scale the same window has larger text and fewer points', { skip }, async () => {
  const { share } = await picture(['--width', '1200', '--height', '900', '--scale', '2']);
  assert.ok(share > 0.02);
});

test('a narrow window and a preset by link', { skip }, async () => {
  const { png, share } = await picture([
    '--width',
    '420',
    '--height',
    '800',
    '--scale',
    '1',
    '--link',
    'preset=causal',
  ]);
  assert.equal(png.width, 420);
  assert.ok(share > 0.02);
});

test('a command line that makes no sense says how it goes', { skip }, async () => {
  const { code, errors } = await run(['--width', 'wide'], tmpdir());
  assert.equal(code, 2);
  assert.match(errors, /--screenshot/);
});

test('the window looks as it should, in both themes', { skip }, async () => {
  const home = await home_of_a_regular();
  for (const [name, theme] of [
    ['window', 1],
    ['window-dark', 2],
  ]) {
    await writeFile(join(home, 'attention-playground', 'view'), `theme=${theme}&welcomed=1`);
    const file = join(home, `${name}.png`);
    const { code, errors } = await run(
      ['--width', '1280', '--height', '800', '--scale', '1', '--screenshot', file],
      home,
    );
    assert.equal(code, 0, errors);
    await golden(await readFile(file), name);
  }
  await rm(home, { recursive: true });
});

/** The window with a sentence of two words, whatever they are: all else in the picture is the same. */
async function with_word(word, home) {
  const state = {
    version: 1,
    query: {
      text: `Z ${word}`,
      embeddings: [
        [1, 0],
        [0, 1],
      ],
    },
    model: {
      width: 2,
      heads: 1,
      layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
    },
  };
  await writeFile(join(home, 'attention-playground', 'state'), JSON.stringify(state));
  const file = join(home, 'word.png');
  const { code, errors } = await run(
    ['--width', '1000', '--height', '600', '--scale', '2', '--screenshot', file],
    home,
  );
  assert.equal(code, 0, errors);
  return PNG.sync.read(await readFile(file));
}

const has_font = (language) =>
  spawnSync('fc-list', [`:lang=${language}`], { encoding: 'utf8' }).stdout?.trim() !== '';
const PAIRS = [
  ['zh', '\u732b', '\u72ac'],
  ['ar', '\u0642\u0637\u0629', '\u0643\u0644\u0628'],
  ['hi', '\u092e\u094c\u0938\u092e', '\u092c\u093e\u0930\u093f\u0936'],
  ['und-zsye', '\u{1f642}', '\u{1f697}'],
];

const pairs_with_fonts = (t) =>
  PAIRS.filter(([language]) => {
    const has = has_font(language);
    if (!has) t.diagnostic(`this machine has no font for ${language}: not tested`);
    return has;
  });

test("words in scripts that the faces lack are drawn with the system's fonts", {
  skip,
}, async (t) => {
  const home = await home_of_a_regular();
  for (const [language, one, other] of pairs_with_fonts(t)) {
    const a = await with_word(one, home);
    const b = await with_word(other, home);
    let different = 0,
      coloured = 0;
    for (let i = 0; i < a.data.length; i += 4) {
      const change = Math.max(...[0, 1, 2].map((c) => Math.abs(a.data[i + c] - b.data[i + c])));
      if (change < 48) continue;
      different++;
      if (
        Math.max(a.data[i], a.data[i + 1], a.data[i + 2]) -
          Math.min(a.data[i], a.data[i + 1], a.data[i + 2]) >
        90
      )
        coloured++;
    }
    // Row labels of X, K, scores, weights and output, columns, the sentence: replacement marks would be equal.
    assert.ok(different > 120, `${language}: ${one} and ${other} look alike (${different} pixels)`);
    if (language === 'und-zsye')
      assert.ok(coloured > 200, `emoji without their colours (${coloured} pixels)`);
  }
  await rm(home, { recursive: true });
});

/** Of the sentence's field in with_word's window, {different}: pixels that change with the word. */
function field_difference(a, b) {
  let different = 0;
  for (let y = 20; y < 120; y++) {
    for (let x = 100; x < 900; x++) {
      const i = 4 * (y * a.width + x);
      if (Math.max(...[0, 1, 2].map((c) => Math.abs(a.data[i + c] - b.data[i + c]))) >= 48)
        different++;
    }
  }
  return different;
}

test("the sentence's field shows them too", { skip }, async (t) => {
  const home = await home_of_a_regular();
  for (const [language, one, other] of pairs_with_fonts(t)) {
    const different = field_difference(await with_word(one, home), await with_word(other, home));
    assert.ok(
      different > 40,
      `${language}: ${one} and ${other} look alike in the field (${different} pixels)`,
    );
  }
  await rm(home, { recursive: true });
});

test('a number typed into a cell is kept, and there the next time', {
  skip: no_hands,
}, async () => {
  const home = await home_of_a_regular();
  const child = spawn(
    program,
    ['--width', '1280', '--height', '800', '--scale', '1', '--link', 'preset=similarity'],
    { env: { ...process.env, XDG_DATA_HOME: home, LIBGL_ALWAYS_SOFTWARE: '1' }, stdio: 'ignore' },
  );
  const closed = new Promise((done) => child.on('close', done));
  try {
    const window = await window_of(child);
    xdo('key', 'Down'); // the first cell of X
    xdo('key', 'Right');
    await at_rest(child);
    xdo('type', '--delay', '60', '4.5');
    xdo('key', 'Return');
    await at_rest(child);
    xdo('mousemove', '--window', window, 300, 30, 'click', 1); // the sentence
    await at_rest(child);
    xdo('key', 'End');
    xdo('type', '--delay', '60', ' models');
    xdo('key', 'Return');
    await at_rest(child);
    child.kill('SIGTERM');
    await closed;
    const state = JSON.parse(await readFile(join(home, 'attention-playground', 'state'), 'utf8'));
    assert.equal(state.query.embeddings[0][1], 4.5);
    assert.deepEqual(state.query.tokens, ['I', 'love', 'deep', 'learning', 'models']);
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});

test('a caret goes where a person sees it between words of another script', {
  skip: no_hands,
}, async (t) => {
  if (!has_font('zh')) {
    t.diagnostic('this machine has no font for zh: not tested');
    return;
  }
  const home = await home_of_a_regular();
  const state = {
    version: 1,
    query: {
      text: '\u732b\u732b\u732b\u732b \u72ac',
      embeddings: [
        [1, 0],
        [0, 1],
        [1, 1],
        [0, 2],
        [2, 0],
      ],
    },
    model: {
      width: 2,
      heads: 1,
      layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
    },
  };
  await writeFile(join(home, 'attention-playground', 'state'), JSON.stringify(state));
  const child = spawn(program, ['--width', '1280', '--height', '800', '--scale', '1'], {
    env: { ...process.env, XDG_DATA_HOME: home, LIBGL_ALWAYS_SOFTWARE: '1' },
    stdio: 'ignore',
  });
  const closed = new Promise((done) => child.on('close', done));
  try {
    const window = await window_of(child);
    // The letters are 18 points wide and begin at 28: the click is just right of the fourth.
    xdo('mousemove', '--window', window, 28 + 4 * 18 + 2, 30, 'click', 1);
    await at_rest(child);
    xdo('type', '--delay', '60', 'x');
    xdo('key', 'Return');
    await at_rest(child);
    child.kill('SIGTERM');
    await closed;
    const kept = JSON.parse(await readFile(join(home, 'attention-playground', 'state'), 'utf8'));
    assert.equal(kept.query.text, '\u732b\u732b\u732b\u732bx \u72ac');
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});
