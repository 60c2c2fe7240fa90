// Links: everything goes into one and comes out bit for bit, bad ones open the default and say why,
// back and forward walk through the edits, the Share button copies.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { api, browser, close_page, open_page, ready, serve, settled } from './harness.mjs';
import { stored_view } from './sheet_hands.mjs';

let chrome;
let site;
before(async () => {
  [chrome, site] = await Promise.all([browser(), serve()]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

const words_here = (page) =>
  page
    .waitForFunction(() =>
      performance
        .getEntriesByType('resource')
        .some(({ name, responseEnd }) => name.endsWith('words.bin') && responseEnd > 0),
    )
    .then(() => settled(page));
async function open(hash = '', options = {}) {
  const page = await open_page(chrome, `${site.address}${hash && '#'}${hash}`, {
    before: stored_view(),
    pooled: true,
    ...options,
  });
  await words_here(page);
  return page;
}
const hash_of = (page) => page.evaluate(() => location.hash.slice(1));
const notice = (page) => page.textContent('#ap-live');
async function closed(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.problems, []);
    await close_page(page);
  }
}

test('the link of every preset, edited and not, opens the same document bit for bit', async () => {
  const page = await open();
  const other = await open();
  for (const { id } of await api(page, 'presets')) {
    await api(page, 'dispatch', { type: 'load_preset', id });
    assert.equal(await api(page, 'link'), `preset=${id}`);
    for (let i = 0; i < 10; i++) {
      const answer = await api(page, 'dispatch', {
        type: 'set_cell',
        stage: 'w_q',
        row: i % 3,
        col: i % 2,
        value: 0.1 + i / 7,
      });
      assert.ok(answer.ok);
    }
    const link = await api(page, 'link');
    console.log(`  ${id}: ${link.length} characters`);
    assert.ok(link.startsWith('s=AQ') || link.startsWith('s=gQ') || link.startsWith('s='));
    assert.deepEqual(await api(other, 'open', `${site.address}#${link}`), { ok: true });
    assert.deepEqual(await api(other, 'state'), await api(page, 'state'));
    assert.equal(await api(other, 'link'), link);
  }
  await closed(page, other);
});

test('a typed sentence, a mask, options and the view: a new page shows all of it', async () => {
  const page = await open();
  for (const action of [
    { type: 'set_text', text: 'Every naïve kitten <script>alert(1)</script> sleeps 🙂' },
    { type: 'set_causal', on: true },
    { type: 'paint_mask', row: 1, col: 0, rows: 2, cols: 1, hide: true },
    { type: 'set_positions', kind: 'rope' },
    { type: 'set_weights', init: 'random', seed: 77 },
    { type: 'set_layers', layers: 2 },
  ])
    assert.deepEqual(await api(page, 'dispatch', action), { ok: true });
  await api(page, 'show', { view: 'graph', theme: 'dark', hide: 'undo' });
  await settled(page);
  const link = await api(page, 'link');
  console.log(`  ${link.length} characters`);
  const other = await open(link);
  assert.deepEqual(await api(other, 'state'), await api(page, 'state'));
  const view = (p) => p.evaluate(() => window.api.debug.view());
  assert.equal((await view(other)).panel, (await view(page)).panel);
  assert.equal((await view(other)).theme, 2);
  assert.equal(await api(other, 'link'), link);
  assert.equal(await other.evaluate(() => document.querySelectorAll('#ap-table script').length), 0);
  await closed(page, other);
});

test('a link is deflate in base64url: others can read it', async () => {
  const page = await open('preset=cat');
  for (let i = 0; i < 40; i++)
    await api(page, 'dispatch', {
      type: 'set_cell',
      stage: 'w_k',
      row: i % 8,
      col: i % 4,
      value: 1,
    });
  const bytes = Buffer.from((await api(page, 'link')).slice(2), 'base64url');
  assert.equal(bytes[0] & 0x7f, 1, 'version 1');
  const said = bytes[0] & 0x80 ? bytes.subarray(1) : inflateRawSync(bytes.subarray(1));
  assert.equal(said.subarray(1, 4).toString(), 'cat');
  assert.ok(said.includes('w_k'));
  await closed(page);
});

test('damaged, hostile and newer links open the default, say why, and run nothing', async () => {
  const page = await open('preset=causal');
  await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 3 });
  const good = await api(page, 'link');
  const first = (await api(page, 'presets'))[0].id;
  const bad = [
    `${good.slice(0, 30)}`,
    `s=${'A'.repeat(200_000)}`,
    's=<img src=x onerror=alert(1)>',
    's=AwAA',
    'preset=<script>alert(1)</script>',
    's=%00%ff',
    `state=${encodeURIComponent('{"version":1,"query":{"text":"'.repeat(50))}`,
  ];
  for (const hash of bad) {
    const started = Date.now();
    const other = await open_page(chrome, `${site.address}#${hash}`, {
      before: async (p) => {
        await stored_view()(p);
        await p.addInitScript(() => {
          window.alert = () => {
            window.alerted = true;
          };
        });
      },
    });
    assert.ok(Date.now() - started < 15_000);
    assert.equal((await api(other, 'state')).preset, first, hash.slice(0, 40));
    assert.match(await notice(other), /The link was not opened: ./);
    const problem = await api(other, 'problem');
    console.log(
      `  ${hash.slice(0, 30).padEnd(30)} ${problem.code}: ${problem.message.slice(0, 90)}`,
    );
    assert.ok(problem.message.length > 10);
    assert.equal(await other.evaluate(() => window.alerted), undefined);
    await closed(other);
  }
  await closed(page);
});

test('back and forward walk through the edits, undo and the address agree', async () => {
  const page = await open();
  assert.equal(await hash_of(page), '', 'the address changed before anything was done');
  const cell = async () => (await api(page, 'tensor', 'w_q')).data[0];
  const first = await api(page, 'state');
  const changed = async (act) => {
    const before = await page.evaluate(() => location.hash);
    await act();
    await page.waitForFunction((hash) => location.hash !== hash, before);
  };
  const edit = (value) =>
    changed(() => api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value }));
  await edit(11);
  await edit(12);
  // Two in one go are one step of the browser.
  await changed(() =>
    page.evaluate(() => {
      window.api.dispatch({ type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 13 });
      window.api.dispatch({ type: 'set_cell', stage: 'w_q', row: 0, col: 1, value: 14 });
    }),
  );
  const length = await page.evaluate(() => window.history.length);
  const values = [];
  for (let i = 0; i < 3; i++) {
    await page.goBack();
    await settled(page);
    await page.waitForTimeout(50);
    values.push(await cell());
  }
  assert.deepEqual(values.slice(0, 2), [12, 11]);
  assert.deepEqual(await api(page, 'state'), first);
  assert.equal((await api(page, 'history')).undo, '', 'back is not undo');
  for (const value of [11, 12, 13]) {
    await page.goForward();
    await settled(page);
    assert.equal(await cell(), value);
  }
  assert.equal((await api(page, 'history')).redo, '');
  await page.waitForTimeout(800);
  assert.equal(await page.evaluate(() => window.history.length), length, 'walking made new steps');
  await page.reload();
  await ready(page);
  assert.equal(await cell(), 13, 'a reload loses what the address says');
  await closed(page);
});

test('a drag is one step of the browser', async () => {
  const page = await open('preset=similarity');
  const length = await page.evaluate(() => window.history.length);
  const rect = await page.evaluate(() => window.api.debug.rect('w_q', { row: 0, col: 0 }));
  const box = await page.locator('#canvas').boundingBox();
  await page.mouse.move(box.x + rect.x + rect.w / 2, box.y + rect.y + rect.h / 2);
  await page.mouse.down();
  for (let i = 1; i <= 8; i++) {
    await page.mouse.move(box.x + rect.x + rect.w / 2 + 6 * i, box.y + rect.y + rect.h / 2);
    await page.waitForTimeout(80);
  }
  await page.waitForTimeout(600);
  assert.equal(
    await page.evaluate(() => window.history.length),
    length,
    'a step before the button was released',
  );
  await page.mouse.up();
  await page.waitForFunction(() => location.hash.startsWith('#s='));
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => window.history.length), length + 1);
  await closed(page);
});

test('the Share button copies an address that opens the same', async () => {
  const page = await open('preset=causal', { permissions: ['clipboard-read', 'clipboard-write'] });
  await api(page, 'dispatch', { type: 'set_text', text: 'Shared by a button' });
  await api(page, 'show', { view: 'arcs' });
  await settled(page);
  const { width } = page.viewportSize();
  // Undo, redo, share, theme: 32 pixels each, from the right.
  await page.mouse.click(width - 12 - 32 - 16, 30);
  await page.waitForFunction(() =>
    /Link copied/.test(document.getElementById('ap-live').textContent),
  );
  const address = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(address.startsWith(`${site.address}#s=`), address);
  const other = await open_page(chrome, address, { before: stored_view() });
  await words_here(other);
  assert.deepEqual(await api(other, 'state'), await api(page, 'state'));
  assert.equal(await api(other, 'link'), await api(page, 'link'));
  await closed(page, other);
});

test('settings stand in the query as well as in the fragment', async () => {
  const page = await open_page(
    chrome,
    `${site.address}?preset=similarity&theme=dark&view=heads&hide=top#preset=causal`,
    { before: stored_view() },
  );
  assert.equal((await api(page, 'state')).preset, 'causal', 'the fragment goes first');
  const view = await page.evaluate(() => window.api.debug.view());
  assert.equal(view.theme, 2);
  assert.ok(view.panel > 0);
  await closed(page);
});
