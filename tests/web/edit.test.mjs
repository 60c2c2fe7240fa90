// The main job by real mouse and keyboard: a new sentence, a scrubbed weight, a typed number, a
// painted mask, and back again; after each step every stage equals the JavaScript oracle.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, settled, tensor } from './harness.mjs';
import {
  DESK,
  agrees,
  at,
  cell,
  click,
  close,
  drag,
  history,
  press,
  start_suite,
  type,
  view,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });
/** What is left to undo: opening the example that the address names. */
const OPENED = /^(Open|Load|$)/;

async function edit_sentence(page, text) {
  await page.mouse.click(300, 30);
  await settled(page);
  assert.equal(await page.locator('[data-attention-field]:focus').count(), 1);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await settled(page);
  await press(page, 'Enter');
}

page_test('sentence, W_Q, embedding, mask, and all undone and redone', {}, async (page) => {
  const start = await api(page, 'state');
  const states = [start];
  const did = async (what) => {
    const report = await agrees(page, what);
    console.log(
      `  ${what}: ${report.compared} tensors, largest error ${report.worst.toExponential(1)}`,
    );
    states.push(await api(page, 'state'));
  };

  await edit_sentence(page, 'The old dog slept because it was warm');
  assert.deepEqual((await api(page, 'state')).query.tokens, [
    'The',
    'old',
    'dog',
    'slept',
    'because',
    'it',
    'was',
    'warm',
  ]);
  await did('a new sentence');

  const was = await cell(page, 'w_q', 2, 1);
  await drag(page, await at(page, 'w_q', { row: 2, col: 1 }), { x: 60, y: 3 });
  const now = await cell(page, 'w_q', 2, 1);
  assert.ok(now > was + 1e-3, `the drag changed W_Q[2,1] from ${was} to ${now}`);
  assert.equal((await history(page)).undo, 'Set W_Q[2,1]');
  await did('a dragged W_Q cell');

  await click(page, 'embeddings', { row: 1, col: 3 });
  await type(page, '-1.25');
  await press(page, 'Enter');
  assert.equal(await cell(page, 'embeddings', 1, 3), -1.25);
  await did('a typed embedding');

  await press(page, 'm');
  const from = await at(page, 'scores', { row: 1, col: 5 });
  const to = await at(page, 'scores', { row: 1, col: 7 });
  await drag(page, from, { x: to.cx - from.cx, y: 0 });
  await press(page, 'm');
  const { mask } = await api(page, 'state');
  assert.deepEqual(
    mask[1].map((x) => x === '-inf'),
    [false, false, false, false, false, true, true, true],
  );
  await did('a painted mask');

  for (let i = states.length - 2; i >= 0; i--) {
    await press(page, 'Control+z');
    assert.deepEqual(await api(page, 'state'), states[i], `undo to step ${i}`);
    await agrees(page, `undo to step ${i}`);
  }
  assert.match((await history(page)).undo, OPENED);
  for (let i = 1; i < states.length; i++) {
    await press(page, i % 2 ? 'Control+Shift+Z' : 'Control+y');
    assert.deepEqual(await api(page, 'state'), states[i], `redo to step ${i}`);
  }
  await agrees(page, 'all done again');
});

page_test(
  'a drag: Shift fine, Alt coarse, one undo step, Escape of a typed number',
  {},
  async (page) => {
    const change = async (keys) => {
      const was = await cell(page, 'w_k', 1, 1);
      await drag(
        page,
        await at(page, 'w_k', { row: 1, col: 1 }),
        { x: 40, y: 0 },
        { keys, steps: 10 },
      );
      return (await cell(page, 'w_k', 1, 1)) - was;
    };
    const plain = await change([]);
    const fine = await change(['Shift']);
    const coarse = await change(['Alt']);
    assert.ok(plain > 0);
    assert.ok(fine > 0 && fine < plain / 4, `fine ${fine} of ${plain}`);
    assert.ok(coarse > plain * 4, `coarse ${coarse} of ${plain}`);
    for (let i = 0; i < 3; i++) await press(page, 'Control+z');
    assert.match((await history(page)).undo, OPENED);

    await click(page, 'w_q', { row: 0, col: 0 });
    const was = await cell(page, 'w_q', 0, 0);
    await type(page, '7');
    assert.equal((await view(page)).editing, 1);
    await press(page, 'Escape');
    assert.equal(await cell(page, 'w_q', 0, 0), was);
    assert.equal((await view(page)).editing, 0);
  },
);

page_test('what is no number is refused at the cell, and the value stays', {}, async (page) => {
  await click(page, 'w_q', { row: 0, col: 0 });
  const was = await cell(page, 'w_q', 0, 0);
  await press(page, 'Enter');
  await page.keyboard.press('Control+A');
  await type(page, 'many');
  await press(page, 'Enter');
  assert.equal(await cell(page, 'w_q', 0, 0), was);
  assert.equal((await view(page)).editing, 1, 'the field stays open to be mended');
  assert.match(await page.textContent('#ap-live'), /number/);
  await page.keyboard.press('Control+A');
  await type(page, '1e400');
  await press(page, 'Enter');
  assert.equal(await cell(page, 'w_q', 0, 0), was);
  await page.keyboard.press('Control+A');
  await type(page, '0.5');
  await press(page, 'Enter');
  assert.equal(await cell(page, 'w_q', 0, 0), 0.5);
});

page_test('keyboard alone: arrows, Tab, Enter, numbers, Shift, Delete', {}, async (page) => {
  await page.focus('#canvas');
  await press(page, 'ArrowDown'); // the first cell of X
  await press(page, 'ArrowDown', 'ArrowRight', 'ArrowRight');
  await type(page, '2.5');
  await press(page, 'Tab'); // keeps, and goes right
  await type(page, '-3');
  await press(page, 'Enter'); // keeps, and goes down
  assert.equal(await cell(page, 'embeddings', 1, 2), 2.5);
  assert.equal(await cell(page, 'embeddings', 1, 3), -3);
  await type(page, '4');
  await press(page, 'Enter');
  assert.equal(await cell(page, 'embeddings', 2, 3), 4);
  await press(page, 'Tab'); // the next matrix
  await press(page, 'Shift+ArrowLeft', 'Shift+ArrowDown');
  assert.deepEqual(await view(page).then(({ rows, cols }) => [rows, cols]), [2, 2]);
  await press(page, 'Delete');
  const { undo } = await history(page);
  assert.match(undo, /W_Q/);
  await press(page, 'Control+z');
  await press(page, 'Escape');
  assert.equal((await view(page)).rows, 0);
  await agrees(page, 'after the keys', 5e-5); // float: scores of 100 cancel to small ones
});

page_test('fast fingers: what follows Enter at once is in the field', {}, async (page) => {
  await page.focus('#canvas');
  await press(page, 'ArrowDown');
  for (const value of ['1.25', '-0.5']) {
    await page.keyboard.press('Enter');
    await page.keyboard.type(value);
    await settled(page);
    await press(page, 'Enter');
  }
  assert.deepEqual(
    [await cell(page, 'embeddings', 0, 0), await cell(page, 'embeddings', 1, 0)],
    [1.25, -0.5],
  );
});

page_test('tokens: changed in place, dragged, deleted and inserted by menu', {}, async (page) => {
  const tokens = () => api(page, 'state').then((s) => s.query.tokens);
  const first = await tokens();
  await click(page, 'embeddings', { part: 'row', row: 1 });
  await page.keyboard.press('Control+A');
  await type(page, 'dog');
  await press(page, 'Enter');
  assert.equal((await tokens())[1], 'dog');
  await agrees(page, 'a changed token');
  const from = await at(page, 'embeddings', { part: 'row', row: 0 });
  const to = await at(page, 'embeddings', { part: 'row', row: 2 });
  await drag(page, from, { x: 2, y: to.cy - from.cy + to.h * 0.6 });
  assert.deepEqual((await tokens()).slice(0, 3), ['dog', first[2], first[0]]);
  await agrees(page, 'a dragged token');
  await press(page, 'Control+z', 'Control+z');
  assert.deepEqual(await tokens(), first);
});

page_test(
  'the mask is painted on the masked scores, shown again, and undone at once',
  {},
  async (page) => {
    await click(page, 'masked', { part: 'ghost' });
    const causal = await api(page, 'state');
    assert.equal(causal.model.causal, true);
    const from = await at(page, 'masked', { row: 5, col: 0 });
    const to = await at(page, 'masked', { row: 5, col: 2 });
    await drag(page, from, { x: to.cx - from.cx, y: 0 });
    assert.equal(await cell(page, 'weights', 5, 1), 0);
    await press(page, 'Control+z');
    assert.deepEqual(await api(page, 'state'), causal);
    await agrees(page, 'after the painting');
  },
);

page_test(
  "the similarity preset, chosen from the menu, has the lesson's numbers",
  DESK,
  async (page) => {
    const presets = await api(page, 'presets');
    const index = presets.findIndex(({ id }) => id === 'similarity');
    await page.mouse.click(850, 30);
    await settled(page);
    await press(page, ...Array(index).fill('ArrowDown'), 'Enter');
    if ((await api(page, 'state')).preset !== 'similarity') {
      await press(page, 'Escape');
      assert.fail('the menu did not choose the preset');
    }
    const expect = async (stage, rows, tolerance) => {
      const { data, shape } = await tensor(page, stage);
      assert.deepEqual(shape, [rows.length, rows[0].length]);
      rows.flat().forEach((x, i) => close(data[i], x, tolerance));
    };
    assert.deepEqual((await api(page, 'state')).query.tokens, ['I', 'love', 'deep', 'learning']);
    await expect(
      'scores',
      [
        [2, 1, 1, 1],
        [1, 2, 1, 0],
        [1, 1, 2, 1],
        [1, 0, 1, 1],
      ],
      0,
    );
    await expect(
      'weights',
      [
        [0.475367, 0.174878, 0.174878, 0.174878],
        [0.196612, 0.534447, 0.196612, 0.072329],
        [0.174878, 0.174878, 0.475367, 0.174878],
        [0.296923, 0.109232, 0.296923, 0.296923],
      ],
      1e-6,
    );
    await expect(
      'output',
      [
        [0.650245, 0.349755, 0.825122],
        [0.731059, 0.731059, 0.465553],
        [0.349755, 0.650245, 0.825122],
        [0.406155, 0.406155, 0.890768],
      ],
      1e-6,
    );
  },
);
