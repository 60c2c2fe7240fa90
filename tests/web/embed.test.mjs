// The article with six embeds: nothing loads before it is near, all work, scrolling past is never
// trapped, removal gives everything back; keys, focus and title stay the article's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, open_page, ready, serve } from './harness.mjs';

let chrome;
let site;
before(async () => {
  // A sandboxed frame has no origin: its modules come from a server that allows that.
  [chrome, site] = await Promise.all([
    browser(),
    serve(undefined, () => ({ 'Access-Control-Allow-Origin': '*' })),
  ]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

const blog = (options = {}) =>
  open_page(chrome, `${site.address}examples/blog.html`, {
    width: 900,
    height: 700,
    wait: false,
    ...options,
  });
const frames_of = (page) => page.locator('attention-playground iframe').count();
/** The element, in view, answering; and the document inside. */
async function shown(page, index) {
  const element = page.locator('attention-playground').nth(index);
  await element.evaluate((e) => e.scrollIntoView({ block: 'center' }));
  await element.evaluate((e) => e.ready);
  const inside = await (await element.locator('iframe').elementHandle()).contentFrame();
  await ready(inside);
  return { element, inside };
}
/** Where the page stands when it glides no more: a wheel's way and a finger's throw take their time. */
const rest = (page) =>
  page.evaluate(async () => {
    for (let still = 0, was = NaN; still < 10; was = scrollY) {
      await new Promise(requestAnimationFrame);
      still = scrollY === was ? still + 1 : 0;
    }
    return scrollY;
  });
const scrolled_to = (page, y) =>
  page.waitForFunction((to) => Math.abs(scrollY - to) < 1, y, { timeout: 3000 });
async function closed(page) {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}

test('six embeds: posters first, none loads before near, each works when it comes', async () => {
  const page = await blog();
  const fetched = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  assert.equal(await page.locator('attention-playground').count(), 6);
  await page.waitForTimeout(800);
  const at_first = await frames_of(page);
  assert.ok(at_first >= 1 && at_first <= 2, `${at_first} frames at the top of the article`);
  assert.ok((await page.locator('attention-playground img').count()) >= 4, 'no posters');
  const titles = [];
  for (let i = 0; i < 6; i++) {
    const { element } = await shown(page, i);
    const { shape, data } = await element.evaluate((e) => e.tensor('weights'));
    const sum = Object.values(data)
      .slice(0, shape[1])
      .reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-4, `${sum} in ${i}`);
    titles.push(await element.evaluate((e) => e.state().then(({ preset }) => preset)));
    assert.equal(await element.locator('img').count(), 0, 'the poster stayed');
  }
  assert.deepEqual(titles, ['cat', 'street', 'bank', 'causal', 'translation', 'similarity']);
  assert.equal(await page.title(), 'What does “it” look at?');
  await page.click('#ask');
  await page.waitForFunction(() => /\d+ %/.test(document.querySelector('#answer').value));
  await page.uncheck('#mask');
  await page.waitForFunction(() =>
    document
      .querySelector('#causal')
      .state()
      .then(({ model }) => !model.causal),
  );
  await closed(page);
});

test('the one in the column loads when the column is scrolled near it', async () => {
  const page = await blog();
  await page.locator('.column').scrollIntoViewIfNeeded();
  await page.locator('.column').evaluate((e) => e.scrollIntoView({ block: 'start' }));
  await page.locator('.column').evaluate((e) => {
    e.scrollTop = e.scrollHeight;
  });
  const inside = page.locator('.column attention-playground');
  await inside.evaluate((e) => e.ready);
  assert.equal((await inside.evaluate((e) => e.state())).cross, true);
  await closed(page);
});

test('wheel and finger pass over every one of them', async () => {
  const page = await blog({ hasTouch: true });
  for (const index of [0, 1, 2, 3, 5]) {
    const { element } = await shown(page, index);
    await rest(page); // what stands above may have found its height late, and moved this one from the middle
    await element.evaluate((e) => e.scrollIntoView({ block: 'center' }));
    const start = await rest(page);
    const box = await element.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, 150);
    const end = await page.evaluate(
      (y) => Math.min(y + 150, document.documentElement.scrollHeight - innerHeight),
      start,
    );
    await scrolled_to(page, end);
    await rest(page);
    await page.mouse.wheel(0, start - end); // the article may end before 150
    await scrolled_to(page, start);
    const cdp = await page.context().newCDPSession(page);
    const finger = (type, dy) =>
      cdp.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          dy === null ? [] : [{ x: box.x + box.width / 2, y: box.y + box.height / 2 - dy }],
      });
    await finger('touchStart', 0);
    for (let dy = 12; dy <= 120; dy += 12) await finger('touchMove', dy);
    await finger('touchEnd', null);
    await page.waitForFunction((y) => scrollY > y + 60, start, { timeout: 3000 });
  }
  await closed(page);
});

test('a click makes wheel and keys its own; Tab goes in and out again', async () => {
  const page = await blog();
  const { element, inside } = await shown(page, 0);
  const box = await element.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 60);
  const start = await page.evaluate(() => scrollY);
  await page.mouse.wheel(0, 120);
  await page.waitForTimeout(400);
  assert.equal(await page.evaluate(() => scrollY), start, 'the page scrolled after a click');
  await page.focus('#ask');
  const keys = await page.evaluate(
    () =>
      new Promise((done) => {
        const seen = [];
        addEventListener('keydown', (e) => {
          seen.push([e.key, e.defaultPrevented]);
          if (seen.length === 2) done(seen);
        });
        dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', cancelable: true }));
        dispatchEvent(new KeyboardEvent('keydown', { key: ' ', cancelable: true }));
      }),
  );
  assert.deepEqual(keys, [
    ['ArrowDown', false],
    [' ', false],
  ]);
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'IFRAME');
  for (
    let i = 0;
    i < 12 && (await page.evaluate(() => document.activeElement.tagName === 'IFRAME'));
    i++
  ) {
    await page.keyboard.press('Tab');
  }
  assert.equal(
    await page.evaluate(() => document.activeElement.id),
    'ask',
    'Tab does not come out',
  );
  assert.ok(await inside.evaluate(() => document.title.length > 0));
  await closed(page);
});

test('events, attributes and methods of the element', async () => {
  const page = await blog();
  const { element, inside } = await shown(page, 0);
  const heard = await element.evaluate(async (e) => {
    const log = [];
    for (const type of ['change', 'select', 'error'])
      e.addEventListener(type, ({ detail }) => log.push([type, detail]));
    const wait = (type) =>
      new Promise((done) => e.addEventListener(type, ({ detail }) => done(detail), { once: true }));
    let next = wait('change');
    const done = await e.dispatch({ type: 'set_causal', on: true });
    await next;
    next = wait('error');
    e.setAttribute('preset', 'nothing-of-this-name');
    const { error } = await next;
    next = wait('change');
    e.setAttribute('preset', 'bank');
    await next;
    const refused = await e.tensor('nothing').catch(({ code }) => code);
    return {
      done,
      code: error.code,
      refused,
      preset: (await e.state()).preset,
      types: log.map(([type]) => type),
    };
  });
  assert.deepEqual(heard.done, { ok: true });
  assert.equal(heard.code, 'not_found');
  assert.equal(heard.refused, 'unknown_key');
  assert.equal(heard.preset, 'bank');
  const link = await element.evaluate(async (e) => {
    await e.dispatch({ type: 'set_text', text: 'money in the bank' });
    return e.link();
  });
  assert.ok(link.startsWith('s='));
  const refused = await element.evaluate((e) => e.open({ version: 1 }));
  assert.equal(refused.ok, false);
  assert.ok(refused.error.message.length > 0);
  await element.evaluate((e) => e.setAttribute('view', 'graph'));
  await inside.waitForFunction(() => window.api.debug.view().panel > 0);
  await element.evaluate((e) => e.setAttribute('hide', 'top steps panel status'));
  await page.waitForTimeout(300);
  const rect = await inside.evaluate(() => window.api.debug.rect('embeddings', { part: 'title' }));
  assert.ok(rect.y < 110, `the sheet begins at ${rect.y} with all bars hidden`);
  assert.equal(
    await inside.evaluate(() => window.history.length),
    await page.evaluate(() => window.history.length),
  );
  await closed(page);
});

test('a cell that is selected inside is told outside', async () => {
  const page = await blog();
  const { element, inside } = await shown(page, 0);
  const selected = element.evaluate(
    (e) =>
      new Promise((done) =>
        e.addEventListener('select', ({ detail }) => done(detail.selection), { once: true }),
      ),
  );
  const rect = await inside.evaluate(() => window.api.debug.rect('embeddings', { row: 1, col: 2 }));
  const box = await element.boundingBox();
  await page.mouse.click(box.x + rect.x + rect.w / 2 + 1, box.y + rect.y + rect.h / 2 + 1);
  const { stage, row, col } = await selected;
  assert.deepEqual([stage, row, col], ['embeddings', 1, 2]);
  await closed(page);
});

test("links and states as attributes; src from the article's own folder; height auto", async () => {
  const page = await blog();
  const made = await page.evaluate(async () => {
    const { create } = await import('../element.js');
    const place = document.querySelector('main');
    const first = await create(place, { preset: 'causal', height: 300 });
    await first.dispatch({ type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.123 });
    const [link, state] = [await first.link(), await first.state()];
    const by_link = await create(place, { state: link });
    const by_address = await create(place, { state: `https://example.org/x#${link}` });
    const by_state = await create(place, { state });
    const source = URL.createObjectURL(new Blob([JSON.stringify(state)]));
    const by_source = await create(place, { src: source, height: 'auto' });
    await new Promise((done) => setTimeout(done, 600));
    const same = [];
    for (const e of [by_link, by_address, by_state, by_source])
      same.push(JSON.stringify(await e.state()) === JSON.stringify(state));
    return {
      same,
      height: by_source.getBoundingClientRect().height,
      wanted: await by_source.height(),
    };
  });
  assert.deepEqual(made.same, [true, true, true, true]);
  // At a column's width the sheet is stacked and long: as high as is still pleasant to scroll past.
  assert.ok(
    made.wanted > 200 && Math.abs(made.height - made.wanted) < 3,
    `${made.height}, wanted ${made.wanted}`,
  );
  await closed(page);
});

test('memory comes back: 20 rounds of two playgrounds made and removed', async () => {
  const page = await blog();
  await page.evaluate(() =>
    document.querySelectorAll('attention-playground').forEach((e) => e.remove()),
  );
  const cdp = await page.context().newCDPSession(page);
  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      await cdp.send('HeapProfiler.collectGarbage');
      await page.waitForTimeout(150);
    }
    const { documents, jsEventListeners, nodes } = await cdp.send('Memory.getDOMCounters');
    return { documents, jsEventListeners, nodes, frames: page.frames().length };
  };
  const round = () =>
    page.evaluate(async () => {
      const { create } = await import('../element.js');
      const place = document.querySelector('main');
      const two = await Promise.all(
        ['cat', 'causal'].map((preset) => create(place, { preset, height: 300 })),
      );
      await Promise.all(two.map((e) => e.tensor('output')));
      const waiting = two[0].tensor('weights').catch(({ code }) => code);
      two.forEach((e) => e.remove());
      return waiting;
    });
  await round();
  const start = await settle();
  for (let i = 0; i < 20; i++)
    assert.ok(['not_found'].includes(await round()), 'a call to a removed one hangs');
  const end = await settle();
  console.log(`  before ${JSON.stringify(start)}, after 20 rounds ${JSON.stringify(end)}`);
  assert.equal(end.frames, 1);
  assert.ok(end.documents <= start.documents + 2, `${end.documents} documents left`);
  assert.ok(end.jsEventListeners <= start.jsEventListeners + 20);
  assert.ok(end.nodes <= start.nodes + 200);
  await closed(page);
});

test('a theme, a view and a step by attribute', async () => {
  const page = await blog();
  const { inside } = await shown(page, 2);
  const view = await inside.evaluate(() => window.api.debug.view());
  assert.equal(view.theme, 2);
  assert.equal(view.step, 5);
  assert.equal(await inside.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await closed(page);
});
