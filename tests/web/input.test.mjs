// What comes from outside and is wrong: state files and actions get an error with code and place,
// nothing changes, and the page lives on.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, frames, settled } from './harness.mjs';
import { agrees, start_suite } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

/** Copies of the page's own state, each broken in one place. */
const BROKEN = {
  'a width that its matrices have not': (s) => {
    s.model.width += 1;
  },
  'W_Q without its last row': (s) => {
    s.model.layers[0].w_q.pop();
  },
  'a row of X that is too long': (s) => {
    s.query.embeddings[0].push(0);
  },
  'a word for a number': (s) => {
    s.query.embeddings[0][0] = 'many';
  },
  'NaN in W_Q': (s) => {
    s.model.layers[0].w_q[0][0] = 'nan';
  },
  'null in W_Q': (s) => {
    s.model.layers[0].w_q[0][0] = null;
  },
  'an unknown key': (s) => {
    s.model.colour = 'red';
  },
  'a mask of another shape': (s) => {
    s.mask = [[0]];
  },
  '0 heads': (s) => {
    s.model.heads = 0;
  },
  '10 million heads': (s) => {
    s.model.heads = 1e7;
  },
  'half a head': (s) => {
    s.model.heads = 1.5;
  },
  'no model': (s) => {
    delete s.model;
  },
  'more tokens than vectors': (s) => {
    s.query.tokens.push('one');
  },
  'a softcap below 0': (s) => {
    s.model.softcap = -1;
  },
};

page_test('broken state files are refused with code and place', {}, async (page) => {
  const state = await api(page, 'state');
  for (const [what, break_it] of Object.entries(BROKEN)) {
    const document = structuredClone(state);
    break_it(document);
    const answer = await api(page, 'dispatch', { type: 'load_document', document });
    assert.equal(answer.ok, false, `${what} was taken`);
    assert.ok(answer.error.code && answer.error.message, what);
    assert.ok(answer.error.where, `${what}: no place (${answer.error.message})`);
  }
  assert.deepEqual(await api(page, 'state'), state);
});

page_test('numbers that are none, places that are not, a million tokens', {}, async (page) => {
  const state = await api(page, 'state');
  const tokens = 'word '.repeat(1_000_000);
  const actions = [
    { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 'NaN' },
    { type: 'set_cell', stage: 'w_q', row: -1, col: 0, value: 1 },
    { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 1e300 },
    { type: 'set_cell', stage: 'w_q', layer: 9, row: 0, col: 0, value: 1 },
    { type: 'set_block', stage: 'w_q', row: 0, col: 0, values: [[1, 2], [3]] },
    { type: 'set_block', stage: 'w_q', row: 0, col: 0, values: [1, 2] },
    {
      type: 'set_block',
      stage: 'w_q',
      row: 7,
      col: 3,
      values: [
        [1, 2],
        [3, 4],
      ],
    },
    { type: 'set_width', width: 1e9 },
    { type: 'set_heads', heads: -1 },
    { type: 'set_layers', layers: 1e6 },
    { type: 'set_text', text: tokens },
    { type: 'set_token', index: 99, text: 'x' },
    { type: 'load_preset', id: '../../etc' },
    {},
    [],
    3,
    null,
    '[[[[[['.repeat(20000),
  ];
  for (const action of actions) {
    const { ok, error } = await api(page, 'dispatch', action);
    const what = JSON.stringify(action)?.slice(0, 70);
    assert.equal(ok, false, `${what} was taken`);
    assert.ok(error.code && error.message, what);
  }
  assert.deepEqual(await api(page, 'state'), state);
  await agrees(page, 'after all that');
  const drawn = await frames(page);
  await page.mouse.move(500, 300);
  await settled(page);
  assert.ok((await frames(page)) > drawn, 'nothing is drawn any more');
});

page_test(
  'pasted text of 10 MB into the sentence ends with a message, not with the page',
  {},
  async (page) => {
    await page.mouse.click(300, 30);
    await settled(page);
    const state = await api(page, 'state');
    await page.evaluate(() => {
      const field = document.querySelector('[data-attention-field]');
      field.value = 'word '.repeat(2_000_000);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    await settled(page);
    await page.keyboard.press('Escape');
    await settled(page);
    assert.deepEqual((await api(page, 'state')).query.text, state.query.text);
  },
);
