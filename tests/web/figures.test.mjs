// An article with 24 figures, more than a browser keeps WebGL contexts for (Chromium: 16): scrolled to its
// end and back, every figure shows its matrices, has its document and answers; far ones hold no context.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, difference, open_page, ready, serve, share_of_picture } from './harness.mjs';

const kFigures = 24;
const kMost = 12; // contexts at once, of the 16
const figure =
  '<p>Text</p><attention-playground preset="cat" height="320" hide="top" poster="none"></attention-playground>';
const article = `<!doctype html><meta charset="utf-8"><title>Figures</title><link rel="icon" href="data:,">
  <script type="module" src="element.js"></script>${figure.repeat(kFigures)}`;

let chrome;
let site;
before(async () => {
  [chrome, site] = await Promise.all([browser(), serve()]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

async function open_article(size) {
  const page = await open_page(chrome, `${site.address}figures.html`, {
    ...size,
    wait: false,
    before: async (it) => {
      it.warnings = [];
      it.on('console', (m) => m.type() === 'warning' && it.warnings.push(m.text()));
      await it.route('**/figures.html', (route) =>
        route.fulfill({ contentType: 'text/html', body: article }),
      );
    },
  });
  return page;
}

/** Scrolled to the middle of the screen; answers and, with a context, has drawn all. */
async function seen(page, index) {
  const element = page.locator('attention-playground').nth(index);
  await element.evaluate(async (e) => {
    e.scrollIntoView({ block: 'center' });
    await e.ready;
  });
  const inside = await (await element.locator('iframe').elementHandle()).contentFrame();
  await inside.waitForFunction(() => !document.querySelector('.ap-picture'));
  await ready(inside);
  return { element, inside };
}

const of_all = (page, body) =>
  page.evaluate(
    ({ body }) =>
      [...document.querySelectorAll('attention-playground iframe')].map(({ contentWindow }) =>
        contentWindow.eval(`(${body})()`),
      ),
    { body: String(body) },
  );
const contexts = async (page) => {
  const lost = await of_all(page, () =>
    document.getElementById('canvas').getContext('webgl2').isContextLost(),
  );
  return lost.filter((it) => !it).length;
};
const at_most = (page, most) =>
  page.waitForFunction(
    (n) =>
      [...document.querySelectorAll('attention-playground iframe')].filter(
        ({ contentDocument }) =>
          !contentDocument.getElementById('canvas').getContext('webgl2').isContextLost(),
      ).length <= n,
    most,
  );

test('24 figures: scrolled to the end and back, each shows its matrices and has its state', async () => {
  const page = await open_article({ width: 900, height: 700 });
  const first = await seen(page, 0);
  const picture = await first.element.screenshot();
  assert.ok(share_of_picture(picture) > 0.05);
  const cell = { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.625 };
  assert.deepEqual(await first.element.evaluate((e, action) => e.dispatch(action), cell), {
    ok: true,
  });
  const edited = await first.element.screenshot();
  for (let i = 1; i < kFigures; i++) {
    await seen(page, i);
    await at_most(page, kMost);
  }
  const memory = await of_all(page, () => window.api.debug.memoryBytes());
  const megabytes = memory.reduce((sum, bytes) => sum + bytes, 0) / 1e6;
  console.log(
    `  ${await contexts(page)} contexts; ${megabytes.toFixed(0)} MB of 24 modules' memory`,
  );

  // What is far away has a picture in its place, answers, and can be changed.
  assert.equal(await first.inside.locator('.ap-picture').count(), 1);
  const { data } = await first.element.evaluate((e) => e.tensor('w_q'));
  assert.equal(data[0], 0.625);
  const far = { ...cell, value: 0.75 };
  assert.deepEqual(await first.element.evaluate((e, action) => e.dispatch(action), far), {
    ok: true,
  });

  for (let i = kFigures - 1; i >= 0; i--) {
    const { element } = await seen(page, i);
    const now = await element.screenshot();
    assert.ok(share_of_picture(now) > 0.05, `figure ${i + 1} is blank`);
    if (i > 0) assert.ok(difference(now, picture) < 0.002, `figure ${i + 1} is another picture`);
  }
  const changed = await first.element.screenshot();
  assert.ok(difference(changed, edited) < 0.05);
  assert.equal((await first.element.evaluate((e) => e.tensor('w_q'))).data[0], 0.75);
  assert.equal(await first.element.evaluate((e) => e.undo()), true);
  assert.equal((await first.element.evaluate((e) => e.tensor('w_q'))).data[0], 0.625);
  await at_most(page, kMost);
  assert.deepEqual(
    page.warnings.filter((text) => /context/i.test(text)),
    [],
  );
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('while it waits a figure shows what it showed; a training goes on far away', async () => {
  const page = await open_article({ width: 900, height: 700 });
  const { element, inside } = await seen(page, 0);
  const picture = await element.screenshot();
  await seen(page, 8);
  await inside.waitForFunction(() =>
    document.getElementById('canvas').getContext('webgl2').isContextLost(),
  );
  // As it will be for a moment when it is scrolled back: the picture alone, no context.
  const still = await inside.evaluate(() => document.querySelector('.ap-picture').toDataURL());
  assert.ok(difference(Buffer.from(still.split(',')[1], 'base64'), picture) < 0.001);

  const tokens = (await element.evaluate((e) => e.state())).query.tokens.length;
  for (const action of [
    { type: 'set_target', row: 1, values: Array.from({ length: tokens }, (_, j) => +(j === 0)) },
    { type: 'train', command: 'play', steps: 40 },
  ])
    assert.deepEqual(await element.evaluate((e, it) => e.dispatch(it), action), { ok: true });
  await inside.waitForFunction(() => window.api.training().steps >= 40, null, { polling: 50 });
  await at_most(page, kMost);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
