// The page's pictures: the default sheet at every width and in both themes, each step, each side
// panel. Recorded with AP_UPDATE_GOLDEN=1, and looked at by a person before they are kept.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { api, golden, settled } from './harness.mjs';
import { DESK, hover, press, start_suite } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after, size: DESK });

const SIZES = [
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 1280, height: 800, colorScheme: 'dark' }],
  ['phone', { width: 400, height: 800 }],
  ['blog', { width: 600, height: 800 }],
  ['large', { width: 2560, height: 1440 }],
];
for (const [name, options] of SIZES) {
  page_test(`the default sheet, ${name}`, { preset: '', ...options }, (page) =>
    golden(page, `sheet-${name}`),
  );
}

page_test('the first hints', { preset: '', view: 'welcomed=0' }, (page) => golden(page, 'hints'));

page_test('a card beside its cell', { preset: '' }, async (page) => {
  await hover(page, 'weights', { row: 5, col: 1 });
  await golden(page, 'card');
});

page_test('a longer sentence, another example', {}, (page) => golden(page, 'sheet-cat'));
page_test('a mask and every switch', { preset: 'causal' }, async (page) => {
  for (const action of [
    { type: 'set_positions', kind: 'sinusoidal' },
    { type: 'set_softcap', cap: 3 },
    { type: 'set_residual', on: true },
  ]) {
    assert.deepEqual(await api(page, 'dispatch', action), { ok: true });
  }
  await settled(page);
  await golden(page, 'sheet-switches');
});
page_test('the second layer begins with what the first gave', { preset: '' }, async (page) => {
  assert.deepEqual(await api(page, 'dispatch', { type: 'set_layers', layers: 2 }), { ok: true });
  await page.focus('#canvas');
  await press(page, 'l');
  await golden(page, 'sheet-layer-2');
});

page_test('each step', { preset: '' }, async (page) => {
  await page.focus('#canvas');
  for (let i = 1; i <= 8; i++) {
    await press(page, `Alt+${i}`);
    await golden(page, `step-${i}`);
  }
});

/** As the rail has them; the lessons are not a panel. */
const PANELS = [
  '',
  'explain',
  'model',
  'graph',
  'arcs',
  'heads',
  'rows',
  'words',
  'train',
  'files',
];
for (const [theme, options] of [
  ['', {}],
  ['-dark', { colorScheme: 'dark' }],
]) {
  page_test(
    `each side panel${theme}`,
    { width: 1000, height: 700, preset: '', ...options },
    async (page) => {
      await hover(page, 'weights', { row: 5, col: 1 });
      await page.mouse.down();
      await page.mouse.up();
      for (const [i, name] of PANELS.entries()) {
        if (!name) continue;
        await page.mouse.click(972, 64 + 28 + 56 * i);
        await page.mouse.move(300, 690);
        await settled(page);
        await golden(page, `panel-${name}${theme}`, {
          clip: { x: 560, y: 56, width: 440, height: 644 },
        });
      }
    },
  );
}

page_test(
  'a panel on the phone is a sheet from below',
  { width: 400, height: 800, hasTouch: true, isMobile: true, preset: '', view: 'panel=5' },
  (page) => golden(page, 'phone-heads'),
);

page_test(
  'a panel over the sheet covers the steps and the status too',
  { width: 720, height: 420, preset: '', view: 'panel=3' },
  (page) => golden(page, 'panel-over'),
);
