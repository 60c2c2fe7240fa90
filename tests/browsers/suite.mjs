// What a reader does, in a browser that is not Chromium: once written, for every driver (page.mjs says what
// that is). Hands, oracle and golden images are those of tests/web, where the details are tested.
// One window for all tests of a browser; each begins with nothing stored.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { npy } from '../fuzz/seed_bytes.mjs';
import {
  api,
  difference,
  golden,
  ready,
  serve,
  settled,
  share_of_picture,
  tensor,
} from '../web/harness.mjs';
import { agrees, at, cell, DESK, drag, history, press, type, view } from '../web/sheet_hands.mjs';
import { click_on, first_figure, inside, saved_file } from './hands.mjs';
import { Page } from './page.mjs';

// (module (func (result v128) (f32x4.relaxed_madd (v128.const 0) (v128.const 0) (v128.const 0)))): not
// what the page itself asks for.
const zero = [0xfd, 12, ...Array(16).fill(0)];
const code = [0, ...zero, ...zero, ...zero, 0xfd, 0x85, 2, 0x0b];
const kRelaxed = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 0x0a];
kRelaxed.push(code.length + 2, 1, code.length, ...code);

export function run_suite(driver) {
  const reason = driver.missing();
  if (reason) {
    test(`the page in ${driver.name}`, { skip: reason }, () => {});
    return;
  }
  const shared = { work: mkdtempSync(join(tmpdir(), 'attention-files-')) };
  before(async () => {
    shared.site = await serve();
    shared.connection = await driver.start(DESK, shared.work);
    shared.page = new Page(shared.connection);
  });
  after(async () => {
    await shared.connection?.close();
    await shared.site?.close();
    rmSync(shared.work, { recursive: true, force: true });
  });
  for (const [name, body] of Object.entries(TESTS)) {
    test(`${driver.name}: ${name}`, async () => {
      const { page, site } = shared;
      await page.goto(`${site.address}icon.svg`);
      await page.evaluate(() => {
        localStorage.clear();
        localStorage.setItem('attention-playground:view', 'welcomed=1');
      });
      await body({ ...shared, open: (path = '') => opened(page, site.address + path) });
      assert.deepEqual(await page.problems(), []);
    });
  }
}

async function opened(page, address) {
  await page.goto(address);
  await ready(page);
  return page;
}

const TESTS = {
  async 'the page comes up with its picture, and the variant that runs best'({ open }) {
    const page = await open();
    assert.equal(await page.evaluate(() => document.title), 'Attention Playground');
    const picture = await page.screenshot();
    assert.ok(share_of_picture(picture) > 0.01, 'the picture is blank');
    // Chromium's own image and bound: all letters and numbers are the sheet's, and measured is 0 in both.
    await golden(picture, 'sheet-light');
    const relaxed = await page.evaluate(
      (bytes) => WebAssembly.validate(new Uint8Array(bytes)),
      kRelaxed,
    );
    const { variant, fetched } = await page.evaluate(() => ({
      variant: window.api.debug.variant,
      fetched: performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.endsWith('.wasm')),
    }));
    const right = relaxed ? 'attention-playground-relaxed' : 'attention-playground';
    console.log(`  ${variant}`);
    assert.equal(variant, right);
    assert.deepEqual(fetched, [`/${right}.wasm`, `/${right}-late.wasm`]);
    await agrees(page, 'as it opens');
    await open('?variant=attention-playground');
    assert.equal(await page.evaluate(() => window.api.debug.variant), 'attention-playground');
    await agrees(page, 'with SIMD128');
  },

  async 'a typed sentence, a dragged cell, a typed number, and all undone'({ open }) {
    const page = await open('#preset=cat');
    const states = [await api(page, 'state')];
    const did = async (what) => {
      await agrees(page, what);
      states.push(await api(page, 'state'));
    };
    await page.mouse.click(300, 30);
    await settled(page);
    assert.ok(
      await page.evaluate(() => document.activeElement.matches('[data-attention-field]')),
      'no field opened',
    );
    await page.keyboard.press('Control+a');
    await type(page, 'The old dog slept because it was warm');
    await press(page, 'Enter');
    assert.equal(
      (await api(page, 'state')).query.tokens.join(' '),
      'The old dog slept because it was warm',
    );
    await did('a typed sentence');
    const was = await cell(page, 'w_q', 2, 1);
    await drag(page, await at(page, 'w_q', { row: 2, col: 1 }), { x: 60, y: 3 });
    assert.ok((await cell(page, 'w_q', 2, 1)) > was + 1e-3, 'the drag changed nothing');
    assert.equal((await history(page)).undo, 'Set W_Q[2,1]');
    await did('a dragged cell');
    const { cx, cy } = await at(page, 'embeddings', { row: 1, col: 3 });
    await page.mouse.click(cx, cy);
    await settled(page);
    await type(page, '-1.25');
    await press(page, 'Enter');
    assert.equal(await cell(page, 'embeddings', 1, 3), -1.25);
    await did('a typed number');
    for (let i = states.length - 2; i >= 0; i--) {
      await press(page, 'Control+z');
      assert.deepEqual(await api(page, 'state'), states[i], `undo to step ${i}`);
    }
    await press(page, 'Control+y');
    assert.deepEqual(await api(page, 'state'), states[1], 'done again');
    await agrees(page, 'after undo and redo');
  },

  async 'a figure in an article: the wheel passes, keys stay where they belong'({
    open,
    page,
    site,
  }) {
    await page.goto(`${site.address}examples/blog.html`);
    await page.evaluate(async () => {
      const figure = document.querySelector('attention-playground');
      await figure.ready;
      figure.scrollIntoView({ block: 'center' });
      window.keys = [];
      addEventListener('keydown', (e) => window.keys.push([e.key, e.defaultPrevented]));
    });
    const figure = inside(page);
    await ready(figure);
    await figure.evaluate(() => {
      window.heard = [];
      for (const kind of ['keydown', 'wheel'])
        addEventListener(kind, (e) => window.heard.push([kind, e.defaultPrevented]));
    });
    assert.ok(share_of_picture(await page.screenshot()) > 0.05);

    // How far a notch goes is each browser's own.
    const start = await page.evaluate(() => scrollY);
    const { x, y } = await first_figure(page);
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, 150);
    await page.until((from) => scrollY > from + 100, start, 'the article scrolls on');
    await page.mouse.wheel(0, -150);
    await page.until((from) => scrollY < from + 2, start, 'and back');
    await page.keyboard.press('m');
    assert.deepEqual(await page.evaluate(() => window.keys), [['m', false]]);

    await page.evaluate(() =>
      document.querySelector('attention-playground').scrollIntoView({ block: 'center' }),
    );
    const stands = await page.evaluate(() => scrollY);
    const { bottom } = await first_figure(page);
    await page.mouse.click(x, bottom - 60);
    await figure.evaluate(() => {
      window.heard.length = 0;
    });
    await page.mouse.wheel(0, 120);
    await page.keyboard.press('m');
    await page.until(
      () => document.querySelector('attention-playground iframe').contentWindow.heard.length === 2,
      null,
      'wheel and key come into the figure',
    );
    assert.deepEqual(await figure.evaluate(() => window.heard), [
      ['wheel', true],
      ['keydown', true],
    ]);
    assert.equal(await page.evaluate(() => scrollY), stands, 'the page scrolled after a click');
    assert.equal((await page.evaluate(() => window.keys)).length, 1, 'the article heard it too');
    await page.focus('#ask');
    await page.keyboard.press('m');
    assert.deepEqual((await page.evaluate(() => window.keys)).at(-1), ['m', false]);
    assert.equal((await figure.evaluate(() => window.heard)).length, 2);
    assert.equal(await page.evaluate(() => document.title), 'What does “it” look at?');
    assert.deepEqual(await page.problems(), []);
    await open();
  },

  async 'a figure far from the screen rests, and draws again when it is near'({
    open,
    page,
    site,
  }) {
    await page.goto(`${site.address}examples/blog.html`);
    const near = () =>
      page.evaluate(async () => {
        const figure = document.querySelector('attention-playground');
        await figure.ready;
        figure.scrollIntoView({ block: 'center' });
      });
    await near();
    const figure = inside(page);
    await ready(figure);
    const cell = { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.625 };
    assert.deepEqual(await api(figure, 'dispatch', cell), { ok: true });
    await settled(figure);
    const picture = await page.screenshot();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.until(() => {
      const { contentDocument } = document.querySelector('attention-playground iframe');
      const context = contentDocument.getElementById('canvas').getContext('webgl2');
      return context.isContextLost() && contentDocument.querySelector('.ap-picture');
    });
    assert.equal((await tensor(figure, 'w_q')).data[0], 0.625);
    await near();
    await page.until(
      () =>
        !document
          .querySelector('attention-playground iframe')
          .contentDocument.querySelector('.ap-picture'),
    );
    await settled(figure);
    assert.ok(difference(picture, await page.screenshot()) < 0.02);
    await agrees(figure, 'after a rest');
    assert.deepEqual(await page.problems(), []);
    await open();
  },

  async 'a lost context comes back with the same picture'({ open }) {
    const page = await open();
    const picture = await page.screenshot();
    const told = (kind, act) =>
      page.evaluate(
        async ({ kind, act }) => {
          const canvas = document.getElementById('canvas');
          window.lose ??= canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
          const heard = new Promise((done) => canvas.addEventListener(kind, done, { once: true }));
          window.lose[act]();
          await heard;
        },
        { kind, act },
      );
    await told('webglcontextlost', 'loseContext');
    const value = 0.5;
    await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value });
    await api(page, 'undo');
    await told('webglcontextrestored', 'restoreContext');
    await settled(page);
    await page.evaluate(() => window.api.debug.wake());
    await settled(page);
    assert.ok(difference(picture, await page.screenshot()) < 0.005);
    await agrees(page, 'after a lost context');
  },

  async 'a share link opens all of it, and back walks through the edits'({ open, page }) {
    await open('#preset=causal');
    const first = await api(page, 'state');
    for (const action of [
      { type: 'set_text', text: 'Every naïve kitten sleeps 🙂' },
      { type: 'set_positions', kind: 'rope' },
      { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.123 },
    ])
      assert.deepEqual(await api(page, 'dispatch', action), { ok: true });
    await api(page, 'show', { view: 'graph', theme: 'dark' });
    await settled(page);
    const link = await api(page, 'link');
    const state = await api(page, 'state');
    await page.until(() => location.hash.startsWith('#s='), null, 'the address follows');
    await page.evaluate(() => window.history.back());
    await page.until(() => !location.hash.includes('s='), null, 'back goes back');
    await settled(page);
    assert.deepEqual(await api(page, 'state'), first);
    await page.goto('about:blank');
    await open(`#${link}`);
    assert.deepEqual(await api(page, 'state'), state);
    const { theme, panel } = await view(page);
    assert.deepEqual([theme, panel > 0], [2, true]);
    assert.equal(await api(page, 'link'), link);
    await agrees(page, 'from a link');
  },

  async 'an array is imported from a file, a picture is saved as one'({ open, work }) {
    const page = await open('#preset=cat');
    const { shape } = await tensor(page, 'w_o');
    const values = Array.from({ length: shape[0] * shape[1] }, (_, i) => i / 8);
    const path = join(work, 'weights.npy');
    writeFileSync(
      path,
      npy("'<f4'", `(${shape.join(', ')})`, Buffer.from(Float32Array.from(values).buffer)),
    );
    const open_files = (tab) =>
      page.evaluate(
        async (tab) => (await import('./files.js')).open_files(window.api, { tab }),
        tab,
      );
    await open_files('import');
    await page.give('#ap-files input[type=file]', path);
    const field = () =>
      [...document.querySelectorAll('#ap-files label')]
        .find((label) => label.textContent.startsWith('Into'))
        ?.querySelector('select');
    await page.until(field, null, 'the file is read');
    await page.evaluate(`() => {
      const select = (${field})();
      select.value = 'w_o';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }`);
    await click_on(page, '#ap-files button:not([role=tab])', 'Import');
    await page.until(() => !document.querySelector('#ap-files').open, null, 'the dialog closes');
    await settled(page);
    assert.deepEqual((await tensor(page, 'w_o')).data, values);
    assert.match((await history(page)).undo, /Import/);
    await agrees(page, 'with imported weights', 5e-5); // float: large scores cancel to small ones

    await open_files('export');
    await page.evaluate(() => document.querySelector('#ap-files input[value=png]').click());
    await click_on(page, '#ap-files button:not([role=tab])', 'Save');
    assert.ok(share_of_picture(await saved_file(work, '.png')) > 0.01, 'the picture is blank');
  },
};
