// The table beside the drawing, menus, keys that look, titles and folding, clicks that are and are not double.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, frames, settled, tensor } from './harness.mjs';
import { changed, picture } from './pictures.mjs';
import {
  DESK,
  agrees,
  at,
  cell,
  click,
  drag,
  press,
  start_suite,
  type,
  view,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

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
