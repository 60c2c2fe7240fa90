// The page's pictures: the default sheet at every width and in both themes, each step, each side
// panel. Recorded with AP_UPDATE_GOLDEN=1, and looked at by a person before they are kept.
import { after, before } from 'node:test';
import { golden, settled } from './harness.mjs';
import { hover, press, start_suite } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

const SIZES = [
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 1280, height: 800, colorScheme: 'dark' }],
  ['phone', { width: 400, height: 800 }],
  ['blog', { width: 600, height: 800 }],
  ['large', { width: 2560, height: 1440 }],
];
for (const [name, options] of SIZES) {
  page_test(`the default sheet, ${name}`, options, (page) => golden(page, `sheet-${name}`));
}

page_test('the first hints', { view: 'welcomed=0' }, (page) => golden(page, 'hints'));

page_test('a card beside its cell', {}, async (page) => {
  await hover(page, 'weights', { row: 7, col: 1 });
  await golden(page, 'card');
});

page_test('each step', {}, async (page) => {
  await page.focus('#canvas');
  for (let i = 1; i <= 8; i++) {
    await press(page, `Alt+${i}`);
    await golden(page, `step-${i}`);
  }
});

const PANELS = ['explain', 'model', 'graph', 'arcs', 'heads', 'rows', 'words', 'files'];
page_test('each side panel', { width: 1000, height: 700 }, async (page) => {
  await hover(page, 'weights', { row: 7, col: 1 });
  await page.mouse.down();
  await page.mouse.up();
  for (const [i, name] of PANELS.entries()) {
    await page.mouse.click(972, 64 + 28 + 56 * i);
    await page.mouse.move(300, 690);
    await settled(page);
    await golden(page, `panel-${name}`, { clip: { x: 560, y: 56, width: 440, height: 644 } });
  }
});

page_test('a panel on the phone is a sheet from below', { width: 400, height: 800, hasTouch: true, isMobile: true,
  view: 'panel=5' }, (page) => golden(page, 'phone-heads'));
