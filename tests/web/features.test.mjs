// More of what hands can do on the sheet: clipboard, wheel, panels, steps, theme, heads. Results through the
// API, pictures by their pixels.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, settled, tensor } from './harness.mjs';
import { changed, ink, picture } from './pictures.mjs';
import {
  DESK,
  agrees,
  at,
  cell,
  click,
  hover,
  press,
  start_suite,
  stored_view,
  view,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

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
