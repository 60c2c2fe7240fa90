// What should be learned, given on the sheet itself: targets painted over weights with the mouse, a
// word for a row of the output, single cells locked. Each a step of undo, each in the picture.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { PNG } from 'pngjs';
import { api, golden, settled, tensor } from './harness.mjs';
import {
  DESK,
  at,
  cell,
  click,
  close,
  drag,
  history,
  press,
  start_suite,
  type,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });
const targets = async (page) => (await api(page, 'state')).learning?.targets ?? [];
const sum = (row) => row.reduce((a, b) => a + b, 0);

/** Share of pixels that differ in a rectangle of two screenshots. */
function changed(one, other, { x, y, w, h }) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  let different = 0;
  for (let j = Math.round(y); j < y + h; j++) {
    for (let i = Math.round(x); i < x + w; i++) {
      const p = 4 * (j * a.width + i);
      if ([0, 1, 2].some((c) => Math.abs(a.data[p + c] - b.data[p + c]) > 24)) different++;
    }
  }
  return different / (w * h);
}

/** No pointer on the sheet, no message below it. */
async function at_rest(page) {
  await page.mouse.move(5, 5);
  await new Promise((done) => setTimeout(done, 4500));
  await settled(page);
}

async function fresh(page) {
  await api(page, 'dispatch', { type: 'clear_targets' });
  await settled(page);
}
/** From the middle of one cell of the weights to another's. */
async function stroke(page, from, to, keys = []) {
  const [a, b] = [await at(page, 'weights', from), await at(page, 'weights', to)];
  await drag(page, a, { x: b.cx - a.cx, y: b.cy - a.cy }, { keys });
}

page_test(
  'a drag over weights paints a row that sums to 1, in one step of undo',
  DESK,
  async (page) => {
    await fresh(page);
    await click(page, 'weights', { row: 0, col: 0 });
    await press(page, 't');
    const before_picture = await page.screenshot();
    await stroke(page, { row: 1, col: 1 }, { row: 1, col: 3 });
    let [target, ...others] = await targets(page);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [target.stage ?? 'weights', target.layer ?? 0, target.head ?? 0, target.row],
      ['weights', 0, 0, 1],
    );
    close(sum(target.values), 1);
    [1, 2, 3].forEach((j) => close(target.values[j], 1 / 3));
    const picture = await page.screenshot();
    const row = await at(page, 'weights', { row: 1, col: 2 });
    assert.ok(changed(before_picture, picture, row) > 0.1, 'the target is not in the picture');
    assert.equal((await history(page)).undo, 'Set target');

    // A second stroke over one cell adds a fifth; a third with Ctrl takes a cell away.
    await click(page, 'weights', { row: 1, col: 1 });
    [target] = await targets(page);
    close(target.values[1], (1 / 3 + 0.2) / 1.2);
    close(sum(target.values), 1);
    await page.keyboard.down('Control');
    await click(page, 'weights', { row: 1, col: 3 });
    await page.keyboard.up('Control');
    [target] = await targets(page);
    assert.equal(target.values[3], 0);
    close(sum(target.values), 1);
    await press(page, 'Escape');
    const title = await at(page, 'weights', { part: 'title' });
    await page.mouse.dblclick(title.cx, title.cy); // zooms to it: both numbers have room
    await at_rest(page);
    await golden(page, 'targets');

    for (let i = 0; i < 3; i++) await api(page, 'undo');
    assert.deepEqual(await targets(page), []);
  },
);

page_test('one drag goes over several rows and is one step', {}, async (page) => {
  await fresh(page);
  await click(page, 'weights', { row: 0, col: 0 });
  await press(page, 't');
  await stroke(page, { row: 0, col: 2 }, { row: 3, col: 2 });
  const painted = await targets(page);
  assert.deepEqual(painted.map((t) => t.row).sort(), [0, 1, 2, 3]);
  painted.forEach((t) => assert.equal(t.values[2], 1));
  await api(page, 'undo');
  assert.deepEqual(await targets(page), []);
});

page_test('a share is typed; the others share the rest', {}, async (page) => {
  await fresh(page);
  await click(page, 'weights', { row: 1, col: 1 });
  await press(page, 't');
  await page.waitForTimeout(500); // no double click
  await click(page, 'weights', { row: 1, col: 1 });
  await stroke(page, { row: 1, col: 2 }, { row: 1, col: 2 });
  await click(page, 'weights', { row: 1, col: 2 });
  await type(page, '0.25');
  await press(page, 'Enter');
  const [target] = await targets(page);
  close(target.values[2], 0.25);
  close(target.values[1], 0.75);
  await click(page, 'weights', { row: 1, col: 2 });
  await type(page, '3');
  await press(page, 'Enter');
  close(
    (await targets(page))[0].values.reduce((a, b) => a + b),
    1,
  ); // refused
  await press(page, 'Escape');
});

page_test(
  'a row of the output is given a word, and is learned with what was painted',
  { preset: 'bank' },
  async (page) => {
    await fresh(page);
    await click(page, 'output', { row: 0, col: 0 });
    await press(page, 't');
    await click(page, 'output', { row: 4, col: 2 });
    await type(page, 'river');
    await press(page, 'Enter');
    const [target] = await targets(page);
    assert.deepEqual([target.stage, target.row, target.word], ['output', 4, 'river']);
    await click(page, 'weights', { row: 4, col: 7 });
    assert.equal((await targets(page)).length, 2);
    const off = () => api(page, 'training').then(({ history: h }) => h);
    await api(page, 'dispatch', { type: 'train', command: 'play', steps: 60 });
    await page.waitForFunction(() => window.api.training().status !== 'running');
    const losses = await off();
    assert.ok(losses.at(-1) < losses[0] / 2, `${losses[0]} to ${losses.at(-1)}`);
    // An empty word lets it be.
    await click(page, 'output', { row: 4, col: 2 });
    await press(page, 'Control+a', 'Delete', 'Enter');
    assert.deepEqual(
      (await targets(page)).map((t) => t.stage ?? 'weights'),
      ['weights'],
    );
  },
);

page_test('what is masked cannot be painted', { preset: 'causal' }, async (page) => {
  await fresh(page);
  await click(page, 'weights', { row: 1, col: 0 });
  await press(page, 't');
  await click(page, 'weights', { row: 0, col: 2 });
  assert.deepEqual(await targets(page), []);
  await click(page, 'weights', { row: 2, col: 0 });
  assert.equal((await targets(page)).length, 1);
});

page_test(
  'selected cells are locked, marked, kept by training, and unlocked again',
  {},
  async (page) => {
    await fresh(page);
    await api(page, 'dispatch', {
      type: 'set_target',
      row: 1,
      values: (await api(page, 'state')).query.tokens.map((_, j) => (j === 2 ? 1 : 0)),
    });
    await click(page, 'w_q', { row: 0, col: 0 });
    await press(page, 'Shift+ArrowRight', 'Shift+ArrowDown');
    const before_picture = await page.screenshot();
    await press(page, 'k');
    const place = await at(page, 'w_q', { row: 1, col: 1 });
    const after_picture = await page.screenshot();
    assert.ok(changed(before_picture, after_picture, place) > 0.02, 'no lock in the picture');
    assert.deepEqual(
      (await api(page, 'state')).locked_cells.map(({ row, col, cols }) => [row, col, cols]),
      [
        [0, 0, 2],
        [1, 0, 2],
      ],
    );
    const kept = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const [was, free] = [
      await Promise.all(kept.map(([i, j]) => cell(page, 'w_q', i, j))),
      await cell(page, 'w_q', 2, 2),
    ];
    await api(page, 'dispatch', { type: 'train', command: 'play', steps: 30 });
    await page.waitForFunction(() => window.api.training().status !== 'running');
    assert.deepEqual(await Promise.all(kept.map(([i, j]) => cell(page, 'w_q', i, j))), was);
    assert.notEqual(await cell(page, 'w_q', 2, 2), free);
    await press(page, 'k');
    assert.equal((await api(page, 'state')).locked_cells, undefined);
  },
);

page_test(
  'every matrix can be coloured by the slope of the loss',
  { ...DESK, view: 'panel=10' },
  async (page) => {
    await fresh(page);
    await click(page, 'weights', { row: 1, col: 2 });
    await press(page, 'g'); // no loss yet
    const usual = await page.screenshot();
    await press(page, 't');
    await click(page, 'weights', { row: 1, col: 2 });
    await press(page, 't', 'g', 'Escape');
    await at_rest(page);
    const coloured = await page.screenshot();
    // Given and computed: what leads to the row's weights.
    for (const stage of ['embeddings', 'w_q', 'w_k', 'q', 'k', 'scores', 'scaled', 'weights']) {
      const { shape } = await tensor(page, stage);
      const [first, last] = [
        await at(page, stage, { row: 0, col: 0 }),
        await at(page, stage, { row: shape[0] - 1, col: shape[1] - 1 }),
      ];
      const whole = {
        x: first.x,
        y: first.y,
        w: last.x + last.w - first.x,
        h: last.y + last.h - first.y,
      };
      assert.ok(changed(usual, coloured, whole) > 0.1, `${stage} keeps its colours`);
    }
    await golden(page, 'slopes');
  },
);
