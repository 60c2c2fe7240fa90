// The rest of what hands can do on the sheet: clipboard, wheel, fingers, panels, steps, theme,
// heads, switches, cards, any script. Results through the API, pictures by their pixels.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { api, frames, settled, tensor } from './harness.mjs';
import {
  DESK,
  agrees,
  at,
  cell,
  click,
  drag,
  hover,
  press,
  start_suite,
  stored_view,
  type,
  view,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

const picture = async (page, clip) => PNG.sync.read(await page.screenshot({ clip }));
function changed(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return pixelmatch(a.data, b.data, null, a.width, a.height, { threshold: 0.1 });
}
/** Colours other than the commonest in a picture. */
function ink(png) {
  const counts = new Map();
  for (let i = 0; i < png.data.length; i += 4) {
    const colour = png.data.readUInt32LE(i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return png.width * png.height - Math.max(...counts.values());
}

/** A real copy or paste event with its own data, as the browser sends after Ctrl+C and Ctrl+V. */
const clipboard = (page, kind, text = '') =>
  page.evaluate(
    ({ kind, text }) => {
      const clipboardData = new DataTransfer();
      if (text) clipboardData.setData('text/plain', text);
      const event = new ClipboardEvent(kind, { clipboardData, bubbles: true, cancelable: true });
      (document.activeElement ?? document.body).dispatchEvent(event);
      return { text: clipboardData.getData('text/plain'), taken: event.defaultPrevented };
    },
    { kind, text },
  );

page_test(
  'copy gives tab-separated numbers, paste takes a NumPy list, cut leaves zeros',
  {},
  async (page) => {
    await click(page, 'w_q', { row: 1, col: 1 });
    await page.keyboard.down('Shift');
    await click(page, 'w_q', { row: 2, col: 3 });
    await page.keyboard.up('Shift');
    const { text, taken } = await clipboard(page, 'copy');
    assert.ok(taken);
    const { data, shape } = await tensor(page, 'w_q');
    const rows = text
      .trim()
      .split('\n')
      .map((line) => line.split('\t').map(Number));
    assert.deepEqual(
      rows.map((r) => r.length),
      [3, 3],
    );
    rows.forEach((row, i) =>
      row.forEach((x, j) => assert.equal(Math.fround(x), data[(i + 1) * shape[1] + j + 1])),
    );

    await click(page, 'w_k', { row: 0, col: 0 });
    await clipboard(page, 'paste', 'array([[ 1. , -2.5],\n       [ 0.25,  3e-2]])');
    await settled(page);
    assert.equal(await cell(page, 'w_k', 0, 1), -2.5);
    assert.equal(await cell(page, 'w_k', 1, 1), Math.fround(0.03));
    await agrees(page, 'after pasting');
    assert.deepEqual(
      await view(page).then((v) => [v.rows, v.cols]),
      [2, 2],
      'what was pasted is selected',
    );
    const kept = await api(page, 'state');
    await clipboard(page, 'paste', 'no numbers at all');
    await settled(page);
    assert.deepEqual(await api(page, 'state'), kept);
    await clipboard(page, 'cut');
    await settled(page);
    assert.equal(await cell(page, 'w_k', 0, 1), 0);
    await press(page, 'Control+z');
    assert.deepEqual(await api(page, 'state'), kept);
  },
);

page_test('copy and paste by the keys themselves', { pooled: false }, async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const value = await cell(page, 'w_q', 2, 1);
  await click(page, 'w_q', { row: 2, col: 1 });
  await press(page, 'Control+c');
  await click(page, 'w_v', { row: 0, col: 2 });
  await press(page, 'Control+v');
  await settled(page);
  assert.equal(await cell(page, 'w_v', 0, 2), value);
});

page_test(
  'hover lights the card, click keeps it, two can be compared, Escape puts them away',
  {},
  async (page) => {
    const before_hover = await picture(page);
    await hover(page, 'scores', { row: 1, col: 1 });
    assert.ok(changed(before_hover, await picture(page)) > 5000, 'no card');
    await click(page, 'scores', { row: 1, col: 1 });
    assert.equal((await view(page)).pinned, 1);
    await page.keyboard.down('Control');
    await click(page, 'output', { row: 4, col: 2 });
    await page.keyboard.up('Control');
    assert.equal((await view(page)).pinned, 2);
    await press(page, 'Escape');
    assert.equal((await view(page)).pinned, 0);
  },
);

page_test('wheel pans, Ctrl+wheel zooms at the pointer, F fits', {}, async (page) => {
  await click(page, 'scores', { part: 'title' }); // in use: the wheel is its own
  const start = await view(page);
  const before_wheel = await at(page, 'scores', { row: 3, col: 3 });
  await page.mouse.move(before_wheel.cx, before_wheel.cy);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await settled(page);
  const zoomed = await view(page);
  assert.ok(zoomed.zoom > start.zoom * 1.1, `${start.zoom} to ${zoomed.zoom}`);
  const after_wheel = await at(page, 'scores', { row: 3, col: 3 });
  assert.ok(
    Math.hypot(after_wheel.cx - before_wheel.cx, after_wheel.cy - before_wheel.cy) < 4,
    'not at the pointer',
  );
  await page.mouse.wheel(0, 60);
  await settled(page);
  const panned = await at(page, 'scores', { row: 3, col: 3 });
  assert.ok(panned.cy < after_wheel.cy - 10 && Math.abs(panned.cx - after_wheel.cx) < 1);
  await press(page, 'f');
  assert.ok(Math.abs((await view(page)).zoom - start.zoom) < 1e-3);
  await press(page, 'Escape', '+');
  assert.ok((await view(page)).zoom > start.zoom);
});

/** The middles of the rail's items at 1280 x 800. */
const RAIL = [
  'Lessons',
  'Explain',
  'Model',
  'Graph',
  'Arcs',
  'Heads',
  'Rows',
  'Words',
  'Train',
  'Files',
];
const PANEL_KINDS = { Train: 10, Files: 8 }; // others as in the rail

page_test('each panel opens from the rail, draws, and closes', DESK, async (page) => {
  const closed = await picture(page);
  const clip = { x: 1220 - 340, y: 130, width: 320, height: 300 };
  const seen = [];
  for (const [i, name] of RAIL.entries()) {
    if (name === 'Lessons') continue; // a column of its own: lessons.test.mjs
    await page.mouse.click(1246, 64 + 28 + 56 * i);
    await page.mouse.move(600, 790);
    await settled(page);
    assert.equal((await view(page)).panel, PANEL_KINDS[name] ?? i, name);
    const shown = await picture(page, clip);
    assert.ok(ink(shown) > 800, `${name}: the panel is empty`);
    for (const [other, before_it] of seen.entries()) {
      assert.ok(changed(before_it, shown) > 200, `${name} looks like ${RAIL[other + 1]}`);
    }
    seen.push(shown);
  }
  await page.mouse.click(1246, 64 + 28 + 56 * 9);
  await page.mouse.move(600, 790);
  await settled(page);
  assert.equal((await view(page)).panel, 0);
  assert.ok(changed(closed, await picture(page)) < 300);
});

page_test('each step moves the camera and says its sentence; Play walks', {}, async (page) => {
  await page.focus('#canvas');
  let last = await picture(page);
  for (let i = 1; i <= 8; i++) {
    await press(page, `Alt+${i}`);
    assert.equal((await view(page)).step, i - 1);
    const now = await picture(page, undefined);
    assert.ok(changed(last, now) > 3000, `step ${i} shows nothing new`);
    last = now;
  }
  await press(page, 'Alt+0');
  assert.equal((await view(page)).step, -1);
  await page.mouse.click(75, 85);
  await settled(page);
  assert.equal((await view(page)).step, 0);
  await page.mouse.click(28, 85);
  await page.waitForFunction(() => window.api.debug.view().step === 1, null, { timeout: 6000 });
  await page.mouse.click(28, 85);
});

/** Two significant digits, as the step's sentence has them: the exact number lies within half of the last. */
function shown_as(text, exact) {
  const shown = Number(text.replace('\u2212', '-'));
  const decimals = (text.split('.')[1] ?? '').length;
  assert.ok(Math.abs(shown - exact) <= 0.5001 * 10 ** -decimals, `${text} is said, it is ${exact}`);
}

page_test(
  'the walk says the numbers of the trace',
  {
    preset: '',
    before: async (page) => {
      await stored_view()(page);
      await page.addInitScript(() => {
        // eight times as fast
        const now = performance.now.bind(performance),
          wait = window.setTimeout.bind(window);
        performance.now = () => 8 * now();
        window.setTimeout = (call, ms, ...rest) => wait(call, ms > 500 ? ms / 8 : ms, ...rest);
      });
    },
  },
  async (page) => {
    await page.evaluate(() => {
      window.said = [];
      new MutationObserver(() =>
        said.push([window.api.debug.view().step, document.getElementById('ap-live').textContent]),
      ).observe(document.getElementById('ap-live'), { childList: true });
    });
    await page.mouse.click(28, 85);
    await page.waitForFunction(
      () => said.length >= 8 && window.api.debug.view().step === -1,
      null,
      { timeout: 20_000 },
    );
    const said = (await page.evaluate(() => said)).map(([, text]) => text);
    assert.equal(said.length, 8);
    const {
      query: { tokens },
      model,
    } = await api(page, 'state');
    const [x, scores, scaled, weights] = await Promise.all(
      ['embeddings', 'scores', 'scaled', 'weights'].map((s) => tensor(page, s)),
    );
    const word = said[0].match(/: \u201c(.*)\u201d is one row/)[1];
    const i = tokens.indexOf(word);
    const row = (t) => t.data.slice(i * t.shape[1], (i + 1) * t.shape[1]);
    const most = (values) => values.indexOf(Math.max(...values));
    assert.match(
      said[0],
      new RegExp(`^Each of the ${tokens.length} words becomes a row of ${x.shape[1]} numbers`),
    );
    const [, best, score] = said[2].match(/fits \u201c(.*)\u201d best, (.*)\.$/);
    assert.equal(best, tokens[most(row(scores))]);
    shown_as(score, Math.max(...row(scores)));
    const [, root, from, to] = said[3].match(/divided by \u221a(\d+), .*: (\S+) becomes (.*)\.$/);
    assert.equal(Number(root), model.width / model.heads);
    shown_as(from, Math.max(...row(scores)));
    shown_as(to, row(scaled)[most(row(scores))]);
    for (const text of [said[5], said[6]]) {
      assert.ok(text.includes(`\u201c${tokens[most(row(weights))]}\u201d`), text);
      assert.equal(Number(text.match(/(\d+) %/)[1]), Math.round(100 * Math.max(...row(weights))));
    }
    assert.match(said[7], new RegExp(`^The ${model.heads} heads`));
  },
);

page_test('the theme button: system, light, dark; the page around follows', DESK, async (page) => {
  const light = await picture(page, { x: 600, y: 60, width: 40, height: 20 });
  await page.mouse.click(1252, 30);
  await settled(page);
  await page.mouse.click(1252, 30);
  await page.mouse.move(600, 790);
  await settled(page);
  assert.equal((await view(page)).theme, 2);
  const dark = await picture(page, { x: 600, y: 60, width: 40, height: 20 });
  assert.ok(light.data[0] > 200 && dark.data[0] < 60);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.ok(Number(ground.match(/\d+/)[0]) < 60, ground);
});

page_test('thumbnails choose the head, double-click isolates it, keys too', {}, async (page) => {
  await click(page, 'weights', { part: 'thumbnail', head: 1 });
  assert.equal((await view(page)).head, 1);
  await at(page, 'weights', { row: 0, col: 0, head: 1 });
  await press(page, 'h');
  assert.equal((await view(page)).head, 0);
});

page_test('the ghosts switch on what they name', {}, async (page) => {
  const on = {
    positions: (m) => m.positions.kind !== 'none',
    masked: (m) => m.causal,
    capped: (m) => m.softcap > 0,
    added: (m) => m.residual,
    norm1: (m) => m.norm !== 'none',
    hidden: (m) => m.mlp !== 'none',
  };
  for (const [stage, is_on] of Object.entries(on)) {
    const names = [
      stage,
      ...({ masked: ['mask'], norm1: ['norm2'], hidden: ['mlp_out', 'up'] }[stage] ?? []),
    ];
    const found = await page.evaluate(
      (list) => list.find((s) => window.api.debug.rect(s, { part: 'ghost' })),
      names,
    );
    assert.ok(found, `no ghost for ${stage}`);
    assert.equal(is_on((await api(page, 'state')).model), false, stage);
    await click(page, found, { part: 'ghost' });
    assert.ok(is_on((await api(page, 'state')).model), stage);
    // Float: positions and W of 5 make terms of 40 that cancel.
    await agrees(page, `with ${stage}`, 5e-5);
  }
});

page_test('sensitivity colours every embedding and weight by its influence', {}, async (page) => {
  const target = await at(page, 'weights', { row: 7, col: 1 });
  await page.mouse.click(target.cx, target.cy, { button: 'right' });
  await settled(page);
  const w = await at(page, 'w_q');
  const clip = { x: w.x, y: w.y, width: w.w * 4, height: w.h * 8 };
  const usual = await picture(page, clip);
  await press(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter'); // Colour by influence on this
  assert.equal((await view(page)).sensitivity, 1);
  assert.ok(changed(usual, await picture(page, clip)) > 500);
});

page_test('a pinned baseline: the matrices show differences and back', DESK, async (page) => {
  await click(page, 'weights', { row: 7, col: 1 });
  await page.mouse.click(1246, 148); // Explain
  await settled(page);
  await page.mouse.click(950, 642); // Keep as baseline
  await settled(page);
  await page.focus('#canvas');
  await press(page, 'd');
  assert.equal((await view(page)).difference, 1, 'no baseline was kept');
  await press(page, 'd');
  const same = await picture(page);
  await drag(page, await at(page, 'w_v', { row: 1, col: 0 }), { x: 50, y: 0 });
  await page.focus('#canvas');
  await press(page, 'd');
  assert.equal((await view(page)).difference, 1);
  assert.ok(changed(same, await picture(page)) > 5000);
  await press(page, 'd');
  assert.equal((await view(page)).difference, 0);
});

/** The colour at the corner of a cell, where no number stands. */
async function cell_colour(page, stage, row, col) {
  const { x, y } = await at(page, stage, { row, col });
  return [
    ...(
      await picture(page, { x: Math.ceil(x) + 2, y: Math.ceil(y) + 2, width: 1, height: 1 })
    ).data.subarray(0, 3),
  ];
}
const distance = (a, b) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));

page_test(
  'B keeps a baseline and flips to it, D shows the differences: numbers and colours',
  {},
  async (page) => {
    await page.focus('#canvas');
    await press(page, 'b'); // keep
    const block = async () => {
      const { x, y, w, h } = await at(page, 'w_v');
      return picture(page, { x: x - 4, y: y - 4, width: w * 4 + 8, height: h * 8 + 8 });
    };
    await page.mouse.move(600, 790);
    await settled(page);
    const start = await block();
    const strong = await cell_colour(page, 'w_k', 2, 2);
    await drag(page, await at(page, 'w_v', { row: 1, col: 0 }), { x: 60, y: 0 });
    await press(page, 'Escape');
    await page.mouse.move(600, 790);
    await settled(page);
    const now = await block();
    assert.ok(changed(start, now) > 40);
    await press(page, 'b');
    assert.ok(changed(start, await block()) < 10, 'flipped, it is not the baseline that shows');
    await press(page, 'b');
    assert.ok(changed(now, await block()) < 10, 'flipped back, it is not the present that shows');
    await press(page, 'd');
    const zero = await cell_colour(page, 'w_k', 2, 2); // unchanged: no difference, no colour
    assert.ok(
      distance(strong, zero) > 80 && distance(zero, await cell_colour(page, 'w_k', 5, 1)) < 4,
    );
    await press(page, 'd');
    assert.ok(distance(strong, await cell_colour(page, 'w_k', 2, 2)) < 4);
  },
);

/** Its clock runs at a quarter, so that pictures of what moves can be taken. */
const slowly = async (page) => {
  await stored_view()(page);
  await page.addInitScript(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() / 4;
  });
};
page_test(
  'numbers run along the lines after a step and an edit; then nothing is drawn',
  { preset: '', reducedMotion: 'no-preference', before: slowly },
  async (page) => {
    const during = async (act) => {
      const before = await frames(page);
      await act();
      const shots = [];
      for (let i = 0; i < 4; i++) shots.push(await picture(page));
      await settled(page);
      const still = await picture(page);
      const drawn = await frames(page);
      await page.waitForTimeout(700);
      assert.equal(await frames(page), drawn, 'drawn on though nothing moves');
      return {
        most: Math.max(...shots.map((shot) => changed(shot, still))),
        drawn: drawn - before,
      };
    };
    const edit = await during(() =>
      api(page, 'dispatch', { type: 'set_cell', stage: 'w_k', row: 0, col: 0, value: 0.31 }),
    );
    assert.ok(edit.most > 15 && edit.drawn > 4, `an edit: ${JSON.stringify(edit)}`);
    await page.focus('#canvas');
    const step = await during(() => page.keyboard.press('Alt+3'));
    assert.ok(step.most > 15 && step.drawn > 4, `a step: ${JSON.stringify(step)}`);
  },
);

page_test('who wants no motion gets none', { preset: '' }, async (page) => {
  const before = await frames(page);
  assert.equal(
    (await api(page, 'dispatch', { type: 'set_cell', stage: 'w_k', row: 0, col: 0, value: 0.31 }))
      .ok,
    true,
  );
  await settled(page);
  assert.ok((await frames(page)) - before <= 3);
});

page_test('a step that is switched off dims nothing and says so', { preset: '' }, async (page) => {
  await page.focus('#canvas');
  const all = await cell_colour(page, 'scores', 0, 1);
  const { zoom } = await view(page);
  await press(page, 'Alt+5');
  assert.equal((await view(page)).step, 4);
  assert.ok(Math.abs((await view(page)).zoom - zoom) < 1e-3);
  assert.ok(distance(all, await cell_colour(page, 'scores', 0, 1)) < 4, 'the sheet is dimmed');
});

page_test(
  'the default example at first sight: a number in every cell, at 100 %',
  { ...DESK, preset: '' },
  async (page) => {
    assert.ok((await view(page)).zoom > 0.9);
    for (const [stage, rows, cols] of [
      ['embeddings', 8, 6],
      ['w_q', 6, 3],
      ['weights', 8, 8],
      ['output', 8, 6],
    ]) {
      for (let row = 0; row < rows; row++) {
        const { x, y, w, h } = await at(page, stage, { row, col: row % cols });
        assert.ok(w >= 24 && h >= 17, `${stage}: cells of ${w} x ${h}`);
        const shot = await picture(page, {
          x: Math.ceil(x) + 2,
          y: Math.ceil(y) + 2,
          width: Math.floor(w) - 4,
          height: Math.floor(h) - 4,
        });
        assert.ok(ink(shot) > 8, `${stage} ${row}: no number`);
      }
    }
  },
);

/** The words that the browser itself has letters for: a machine without such fonts cannot show them. */
const drawable = (page, words) =>
  page.evaluate((list) => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const drawn = (text) => {
      context.clearRect(0, 0, 300, 150);
      context.font = "40px 'Attention Text', sans-serif";
      context.fillText(text, 5, 80);
      return context.getImageData(0, 0, 300, 150).data.join();
    };
    const box = drawn('\u{10ffff}');
    return list.filter((word) => drawn([...word][0]) !== box);
  }, words);

page_test("words in any script are drawn, by the browser's faces", {}, async (page, t) => {
  const all = ['قطة', 'привіт', '猫', 'मौसम', '🙂'];
  const words = await drawable(page, all);
  if (words.length < all.length) {
    t.diagnostic(
      `this machine has no font for ${all.filter((w) => !words.includes(w)).join(' ')}: not tested`,
    );
  }
  assert.ok(words.length > 0);
  assert.equal(
    (await api(page, 'dispatch', { type: 'set_text', text: ['Z', ...words].join(' ') })).ok,
    true,
  );
  await settled(page);
  assert.deepEqual((await api(page, 'state')).query.tokens, ['Z', ...words]);
  const shots = [];
  for (let row = 1; row <= words.length; row++) {
    const r = await at(page, 'embeddings', { part: 'row', row });
    const shot = await picture(page, { x: r.x, y: r.y, width: r.w, height: r.h });
    assert.ok(ink(shot) > 20, `${words[row - 1]} is not drawn`);
    for (const other of shots) {
      assert.ok(changed(other, shot) > 8, `${words[row - 1]} looks like another word`);
    }
    shots.push(shot);
  }
  // The sentence's own field too: Arabic joined by the browser, not a row of replacement marks.
  const field = { x: 20, y: 14, width: 600, height: 34 };
  const shown = await picture(page, field);
  assert.equal(
    (
      await api(page, 'dispatch', {
        type: 'set_text',
        text: ['Z', ...words.map((w) => w.replace(/./gsu, '\u{10fffd}'))].join(' '),
      })
    ).ok,
    true,
  );
  await settled(page);
  assert.ok(
    changed(shown, await picture(page, field)) > 60,
    'the sentence is shown as replacement marks',
  );
});

page_test('undo right after painting: the picture and the numbers go back', {}, async (page) => {
  const start = await api(page, 'state');
  await press(page, 'Escape');
  await page.focus('#canvas');
  await press(page, 'm');
  await click(page, 'weights', { row: 2, col: 2 });
  assert.equal(await cell(page, 'weights', 2, 2), 0);
  await page.keyboard.press('Control+z');
  await settled(page);
  assert.deepEqual(await api(page, 'state'), start);
});

page_test(
  'the drawing fills the page; its table button shows the table, Tab finds the other one',
  DESK,
  async (page) => {
    const heights = () =>
      page.evaluate(() => [document.getElementById('canvas').clientHeight, innerHeight]);
    const [canvas, all] = await heights();
    assert.equal(canvas, all);
    const grid = page.locator('#ap-grid');
    await page.mouse.click(1191, 785);
    await grid.waitFor();
    await settled(page);
    assert.ok((await heights())[0] < all - 100);
    await page.click('#ap-table-button');
    await settled(page);
    assert.equal((await heights())[0], all);
    await page.focus('#canvas');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'ap-lessons-button');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'ap-table-button');
  },
);

/** Its script takes its time. */
const slow_table = (page) =>
  page.route('**/companion.js', async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
page_test(
  'who asks for the table before it is loaded gets it when it is',
  { ...DESK, pooled: false, before: slow_table },
  async (page) => {
    await page.mouse.click(1191, 785);
    assert.equal(await page.locator('#ap-grid').count(), 0);
    await page.locator('#ap-grid').waitFor();
  },
);

page_test('the table follows the cell that is selected on the drawing', DESK, async (page) => {
  await click(page, 'q', { row: 3, col: 2 });
  await page.mouse.click(1191, 785);
  await page.locator('#ap-grid').waitFor();
  await settled(page);
  await page.focus('#canvas');
  const shown = () =>
    page.evaluate(() => ({
      stage: document.getElementById('ap-stage-choice').value,
      text: document.querySelector('#ap-grid [aria-current]')?.textContent ?? '',
    }));
  await press(page, 'ArrowRight');
  assert.equal((await shown()).stage, 'q');
  assert.ok(
    Math.abs(Number((await shown()).text) - (await cell(page, 'q', 3, 3))) < 1e-4,
    (await shown()).text,
  );
  await page.focus('#ap-stage-choice');
  await page.selectOption('#ap-stage-choice', 'weights');
  assert.equal((await shown()).stage, 'weights');
});

page_test('the menus: fill, lock and unlock, insert and delete a word', {}, async (page) => {
  const menu = async (stage, where, ...keys) => {
    const { cx, cy } = await at(page, stage, where);
    await page.mouse.click(cx, cy, { button: 'right' });
    await settled(page);
    await press(page, ...keys);
  };
  const start = await api(page, 'state');
  await menu('w_v', { part: 'title' }, 'ArrowRight', 'ArrowRight', 'Enter'); // Fill: zeros
  const { data } = await tensor(page, 'w_v');
  assert.ok(
    data.every((x) => x === 0),
    'not filled',
  );
  await press(page, 'Control+z');
  assert.deepEqual(await api(page, 'state'), start);
  await menu('w_v', { part: 'title' }, 'ArrowDown', 'ArrowDown', 'Enter'); // Lock this matrix
  assert.ok((await api(page, 'state')).locked?.length > 0, 'not locked');
  const locked = (await tensor(page, 'w_v')).data;
  await drag(page, await at(page, 'w_v', { row: 1, col: 1 }), { x: 50, y: 0 });
  assert.deepEqual((await tensor(page, 'w_v')).data, locked);
  assert.match((await api(page, 'history')).undo, /^Lock/);
  await press(page, 'Escape', 'Control+z');
  await menu('embeddings', { part: 'row', row: 1 }, 'ArrowDown', 'Enter'); // Insert a word before
  await type(page, 'big');
  await press(page, 'Enter');
  assert.deepEqual((await api(page, 'state')).query.tokens.slice(0, 3), ['The', 'big', 'cat']);
  await menu('embeddings', { part: 'row', row: 1 }, 'ArrowDown', 'ArrowDown', 'Enter'); // Delete
  assert.deepEqual((await api(page, 'state')).query.tokens, start.query.tokens);
});

page_test('keys that look: feeds, fed, card, whole matrix, menu, map, layers', {}, async (page) => {
  await page.focus('#canvas');
  await click(page, 'scores', { row: 2, col: 3 });
  await press(page, 'Escape', '['); // the row of Q that feeds it
  assert.deepEqual(await view(page).then((v) => [v.rows, v.cols, v.pinned]), [1, 4, 1]);
  await press(page, '['); // and the row of K
  assert.deepEqual(await view(page).then((v) => [v.rows, v.cols]), [1, 4]);
  await press(page, 'Escape', 'Escape');
  await click(page, 'w_q', { row: 1, col: 1 });
  await press(page, ']'); // the column of Q that it feeds
  assert.deepEqual(await view(page).then((v) => [v.rows, v.cols]), [10, 1]);
  await press(page, 'Control+a');
  assert.deepEqual(await view(page).then((v) => [v.rows, v.cols]), [10, 4]);
  await press(page, 'Escape', 'ArrowRight', 'Space');
  assert.equal((await view(page)).pinned, 1);
  await press(page, 'Space');
  assert.equal((await view(page)).pinned, 0);
  await press(page, 'F1');
  assert.equal((await view(page)).help, 1);
  await press(page, 'Escape');
  assert.equal((await view(page)).help, 0);
  const state = await api(page, 'state');
  const closed = await picture(page);
  await press(page, 'Shift+F10');
  assert.ok(changed(closed, await picture(page)) > 3000, 'no menu');
  await press(page, 'Escape');
  assert.deepEqual(await api(page, 'state'), state);
  assert.equal((await api(page, 'dispatch', { type: 'set_layers', layers: 2 })).ok, true);
  await settled(page);
  await press(page, 'l');
  assert.equal((await view(page)).layer, 1);
  await at(page, 'weights', { row: 0, col: 0, layer: 1 });
  await agrees(page, 'two layers', 5e-5);
});

page_test(
  'titles, captions and folding: select, zoom, look at a step, fold away and back',
  {},
  async (page) => {
    await click(page, 'k', { part: 'title' });
    assert.deepEqual(await view(page).then((v) => [v.rows, v.cols]), [10, 4]);
    const { zoom } = await view(page);
    await click(page, 'k', { part: 'title' }, { clickCount: 2 });
    assert.ok((await view(page)).zoom > zoom * 1.3);
    assert.equal(
      (await view(page)).editing,
      0,
      'a third click opened what the second brought there',
    );
    await press(page, 'f');
    await click(page, 'weights', { part: 'caption', row: 5 });
    assert.equal((await view(page)).step, 5);
    await press(page, 'Escape', 'f');
    const { cx, cy } = await at(page, 'scaled', { part: 'title' });
    await page.mouse.click(cx, cy, { button: 'right' });
    await settled(page);
    const before_fold = await api(page, 'state');
    await press(page, 'ArrowUp', 'ArrowUp', 'Enter'); // from the end: Zoom to it, Fold it away
    const folded = await page.evaluate(() => window.api.debug.rect('scaled') === null);
    assert.ok(folded, 'not folded');
    assert.deepEqual(await api(page, 'state'), before_fold);
    await click(page, 'scaled', { part: 'ghost' });
    await at(page, 'scaled');
  },
);

page_test('two clicks with a rest between them are no double click', {}, async (page) => {
  await click(page, 'w_q', { row: 1, col: 1 });
  await page.waitForTimeout(700);
  await click(page, 'w_q', { row: 1, col: 1 });
  assert.equal(await page.locator('[data-attention-field]:visible').count(), 0);
  const { cx, cy } = await at(page, 'w_q', { row: 1, col: 1 });
  await page.waitForTimeout(700);
  await page.mouse.dblclick(cx, cy);
  await settled(page);
  assert.equal(await page.locator('[data-attention-field]:focus').count(), 1);
});

page_test('a hand that rests with the button down draws nothing', {}, async (page) => {
  const { cx, cy } = await at(page, 'w_q', { row: 1, col: 1 });
  await page.mouse.move(cx, cy);
  await page.mouse.down();
  await page.mouse.move(cx + 8, cy);
  await settled(page);
  const before = await frames(page);
  await page.waitForTimeout(1500);
  const drawn = (await frames(page)) - before;
  assert.ok(drawn <= 1, `${drawn} frames`); // one, when the view is stored
  await page.mouse.up();
  await page.waitForFunction(() => location.hash.length > 20); // the address follows once the hand has left
});
