// Real fingers: tap, drag, pinch, long press, on a phone and on a tablet-wide page.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, settled } from './harness.mjs';
import { agrees, at, cell, history, start_suite, view } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });
const PHONE = { width: 400, height: 800, hasTouch: true, isMobile: true };

async function fingers(page) {
  const cdp = await page.context().newCDPSession(page);
  const send = (type, points) =>
    cdp.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  const glide = async (from, to, steps = 8) => {
    for (let i = 1; i <= steps; i++) {
      await send(
        'touchMove',
        from.map(([x, y], k) => [
          x + ((to[k][0] - x) * i) / steps,
          y + ((to[k][1] - y) * i) / steps,
        ]),
      );
      await page.waitForTimeout(16);
    }
  };
  const drag = async (from, to) => {
    await send('touchStart', from);
    await glide(from, to);
    await send('touchEnd', []);
    await settled(page);
  };
  const tap = async (x, y, ms = 30) => {
    await send('touchStart', [[x, y]]);
    await page.waitForTimeout(ms);
    await send('touchEnd', []);
    await page.waitForTimeout(80);
    await settled(page);
  };
  /** Presses long at `from`, then glides by `stations` and lets go at the last. */
  const carry = async (from, ...stations) => {
    await send('touchStart', [from]);
    await page.waitForTimeout(800);
    let at = from;
    for (const to of stations) {
      await glide([at], [to]);
      at = to;
    }
    await send('touchEnd', []);
    await settled(page);
  };
  return { drag, tap, carry };
}

page_test(
  'tap selects, tap again edits, a sideways drag scrubs, another pans',
  PHONE,
  async (page) => {
    const { drag, tap } = await fingers(page);
    const target = await at(page, 'embeddings', { row: 2, col: 3 });
    await tap(target.cx, target.cy);
    assert.equal((await view(page)).rows, 1);
    const was = await cell(page, 'embeddings', 2, 3);
    await drag([[target.cx, target.cy]], [[target.cx + 60, target.cy + 2]]);
    const now = await cell(page, 'embeddings', 2, 3);
    assert.ok(now > was, `${was} to ${now}`);
    await agrees(page, 'after the scrub');
    const y = (await view(page)).y;
    await drag([[200, 640]], [[200, 340]]);
    assert.ok((await view(page)).y > y + 100, 'the sheet did not pan');
    await drag([[200, 340]], [[200, 640]]);
    const again = await at(page, 'embeddings', { row: 4, col: 2 });
    await page.waitForTimeout(500);
    await tap(again.cx, again.cy);
    await page.waitForTimeout(500);
    await tap(again.cx, again.cy);
    assert.equal(await page.locator('[data-attention-field]:focus').count(), 1, 'no field opens');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('0.75');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.equal(await cell(page, 'embeddings', 4, 2), 0.75);
  },
);

page_test('two fingers zoom where they are, and scrub nothing', PHONE, async (page) => {
  const { drag, tap } = await fingers(page);
  const target = await at(page, 'embeddings', { row: 4, col: 4 });
  await tap(target.cx, target.cy);
  const state = await api(page, 'state');
  const { zoom } = await view(page);
  await drag(
    [
      [target.cx - 30, target.cy],
      [target.cx + 30, target.cy],
    ],
    [
      [target.cx - 75, target.cy],
      [target.cx + 75, target.cy],
    ],
  );
  const larger = (await view(page)).zoom;
  assert.ok(larger > zoom * 1.8, `${zoom} to ${larger}`);
  const now = await at(page, 'embeddings', { row: 4, col: 4 });
  assert.ok(Math.hypot(now.cx - target.cx, now.cy - target.cy) < 25);
  assert.deepEqual(await api(page, 'state'), state);
  await drag(
    [
      [target.cx - 75, target.cy],
      [target.cx + 75, target.cy],
    ],
    [
      [target.cx - 30, target.cy],
      [target.cx + 30, target.cy],
    ],
  );
  assert.ok((await view(page)).zoom < larger * 0.7);
});

page_test('a long press shows the card; the rail opens a panel from below', PHONE, async (page) => {
  const { tap } = await fingers(page);
  const target = await at(page, 'embeddings', { row: 1, col: 1 });
  await tap(target.cx, target.cy);
  await tap(target.cx, target.cy, 900);
  assert.equal((await view(page)).pinned, 1);
  await tap(325, 775);
  assert.ok((await view(page)).panel > 0, 'no panel opens');
});

page_test('a word that is pressed long comes along with the finger', PHONE, async (page) => {
  const { drag, tap, carry } = await fingers(page);
  const words = async () => (await api(page, 'state')).query.tokens;
  const cell_0 = await at(page, 'embeddings', { row: 0, col: 0 });
  await tap(cell_0.cx, cell_0.cy);
  const was = await words();
  const label = await at(page, 'embeddings', { part: 'row', row: 1 });
  const row_4 = await at(page, 'embeddings', { part: 'row', row: 4 });
  // Without the long press a finger on the words moves the sheet.
  await drag([[label.cx, label.cy]], [[label.cx, label.cy - 60]]);
  assert.deepEqual(await words(), was);
  await drag([[label.cx, label.cy - 60]], [[label.cx, label.cy]]);
  const from = await at(page, 'embeddings', { part: 'row', row: 1 });
  const below_4 = [from.cx, from.cy + (row_4.cy - label.cy) + row_4.h / 2 - 1];
  await carry([from.cx, from.cy], below_4);
  const [first, second, ...rest] = was;
  assert.deepEqual(await words(), [first, ...rest.slice(0, 3), second, ...rest.slice(3)]);
  await agrees(page, 'after the word moved');
  assert.match((await history(page)).undo, /^Move/);
  // Off the sheet nothing is dropped; a finger that stays opens the word's menu.
  const now = await words();
  const again = await at(page, 'embeddings', { part: 'row', row: 1 });
  await carry([again.cx, again.cy], below_4, [200, -20]);
  assert.deepEqual(await words(), now);
  const sheet = await page.locator('#canvas').screenshot();
  await carry([again.cx, again.cy]);
  assert.notDeepEqual(await page.locator('#canvas').screenshot(), sheet, 'no menu opens');
  assert.deepEqual(await words(), now);
});
