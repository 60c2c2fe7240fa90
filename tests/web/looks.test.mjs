// What the sheet can show besides numbers: switches, influence, differences from a baseline, numbers that run,
// words of any script. Pictures by their pixels.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, frames, settled } from './harness.mjs';
import { cell_colour, changed, distance, ink, picture } from './pictures.mjs';
import {
  DESK,
  agrees,
  at,
  click,
  drag,
  press,
  start_suite,
  stored_view,
  view,
} from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

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
