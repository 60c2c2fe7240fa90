// Events as other systems and browsers send them: the Enter that ends a composition in Safari, AltGr as Windows
// tells it, files and links dropped beside the drawing.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { npy } from '../fuzz/seed_bytes.mjs';
import { api, settled, tensor } from './harness.mjs';
import { click, history, press, start_suite } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

page_test(
  "Safari's Enter after a composition closes nothing, the next one does",
  {},
  async (page) => {
    await page.mouse.click(300, 30);
    await settled(page);
    const sent = (keyCode) =>
      page.evaluate((code) => {
        const field = document.querySelector('[data-attention-field]:focus');
        if (code === 229) {
          field.value = 'ねこ';
          field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
          field.value = '猫';
          field.dispatchEvent(
            new CompositionEvent('compositionend', { data: '猫', bubbles: true }),
          );
        }
        const enter = new KeyboardEvent('keydown', {
          key: 'Enter',
          keyCode: code,
          which: code,
          isComposing: false,
          bubbles: true,
          cancelable: true,
        });
        field.dispatchEvent(enter);
        return [enter.defaultPrevented, field.style.display];
      }, keyCode);
    assert.deepEqual(await sent(229), [false, 'block']);
    await settled(page);
    assert.equal((await api(page, 'state')).query.text, '猫');
    assert.equal(await page.locator('[data-attention-field]:focus').count(), 1);
    assert.equal((await sent(13))[0], true);
    await settled(page);
    assert.equal(await page.locator('[data-attention-field]:focus').count(), 0);
  },
);

/** As a browser on Windows (`ctrlKey`), on Linux (neither) and on a Mac (Option) tells the character. */
const LAYOUTS = {
  'AltGr on Windows': { ctrlKey: true, altKey: true, modifierAltGraph: true },
  'AltGr on Linux': { modifierAltGraph: true },
  'Option on a Mac': { altKey: true },
};
const pressed = (page, key, options) =>
  page.evaluate(
    ({ key, options }) => {
      const canvas = document.getElementById('canvas');
      const event = (type, more) =>
        new KeyboardEvent(type, { key, ...more, bubbles: true, cancelable: true });
      const down = event('keydown', options);
      canvas.dispatchEvent(down);
      // AltGr comes up first: then the key has another name.
      canvas.dispatchEvent(event('keyup', { code: options.code, key: '8' }));
      return down.defaultPrevented;
    },
    { key, options },
  );

for (const [layout, modifiers] of Object.entries(LAYOUTS)) {
  page_test(`[ and ] by ${layout} go to what feeds a cell and what it feeds`, {}, async (page) => {
    await click(page, 'scores', { row: 3, col: 2 });
    const { stage } = await api(page, 'selection');
    assert.equal(stage, 'scores');
    const stages = [];
    for (const [key, code] of [
      ['[', 'Digit8'],
      ['[', 'Digit8'],
      [']', 'Digit9'],
    ]) {
      assert.equal(await pressed(page, key, { code, ...modifiers }), true, `${key} was left alone`);
      await settled(page);
      stages.push((await api(page, 'selection')).stage);
    }
    assert.notEqual(stages[0], 'scores');
    assert.notEqual(stages[1], stages[0], 'the second [ did nothing: the first is still down');
    assert.notEqual(stages[2], stages[1]);
  });
}

page_test(
  'Ctrl + Alt without AltGr stays a command of the browser or the system',
  {},
  async (page) => {
    await page.focus('#canvas');
    const options = { code: 'KeyQ', ctrlKey: true, altKey: true };
    assert.equal(await pressed(page, 'q', options), false);
    await press(page, 'Escape');
  },
);

const PLACES = ['#canvas', '#ap-foot', '#ap-table', 'body', '#ap-stage'];
/** What the browser would do itself, and the file that is said to be dropped. */
const dropped = (page, place, { name, bytes, text } = {}) =>
  page.evaluate(
    ({ place, name, bytes, text }) => {
      const dataTransfer = new DataTransfer();
      if (name) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      if (text) dataTransfer.setData('text/uri-list', text);
      const element = document.querySelector(place);
      return ['dragover', 'drop'].map((type) => {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
        element.dispatchEvent(event);
        return event.defaultPrevented;
      });
    },
    { place, name, bytes, text },
  );

page_test('a file dropped beside the drawing opens; nothing leads away', {}, async (page) => {
  const { shape } = await tensor(page, 'w_o');
  const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => i / 8);
  const bytes = [...npy("'<f4'", `(${shape.join(', ')})`, Buffer.from(values.buffer))];
  const dialog = page.locator('#ap-files');
  for (const place of PLACES) {
    assert.deepEqual(await dropped(page, place), [true, true], place);
    assert.deepEqual(await dropped(page, place, { text: 'https://example.org/' }), [true, true]);
    assert.deepEqual(await dropped(page, place, { name: 'weights.npy', bytes }), [true, true]);
    await dialog.getByLabel('Into').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }
  await dropped(page, 'body', { name: 'weights.npy', bytes });
  await dialog.getByLabel('Into').selectOption('w_o');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await settled(page);
  assert.deepEqual((await tensor(page, 'w_o')).data, [...values]);
  assert.match((await history(page)).undo, /Import/);
});

page_test(
  'a file that is none of ours is refused in words, wherever it is dropped',
  {},
  async (page) => {
    for (const place of PLACES) {
      assert.deepEqual(await dropped(page, place, { name: 'photo.heic', bytes: [0, 1, 2] }), [
        true,
        true,
      ]);
      await page.waitForFunction(() =>
        document.querySelector('#ap-files [role=status]')?.classList.contains('problem'),
      );
      assert.match(await page.locator('#ap-files [role=status]').textContent(), /\w{3}/);
      await page.keyboard.press('Escape');
      await page.locator('#ap-files').waitFor({ state: 'hidden' });
    }
  },
);

page_test('text is still dropped into a field', {}, async (page) => {
  await page.mouse.click(300, 30);
  await settled(page);
  const field = '[data-attention-field]:focus';
  assert.deepEqual(await dropped(page, field, { text: 'https://example.org/' }), [false, false]);
});
