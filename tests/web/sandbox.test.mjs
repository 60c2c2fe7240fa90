// Where little is allowed: a frame with allow-scripts alone (no origin, storage, clipboard, downloads),
// a strict content security policy, and the messages between host and frame.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { make_server } from '../../tools/serve.mjs';
import { api, browser, open_page, ready, serve, settled, site_folder } from './harness.mjs';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; frame-src 'self'";
let chrome;
let site; // allows frames without an origin to fetch its modules
let strict;
before(async () => {
  [chrome, site, strict] = await Promise.all([
    browser(),
    serve(undefined, () => ({ 'Access-Control-Allow-Origin': '*' })),
    serve(undefined, () => ({ 'Content-Security-Policy': POLICY })),
  ]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
  await strict?.close();
});

/** A page of the site with nothing in it but `frame`; what the frame says is in window.heard. */
async function host(address, frame_html) {
  const before = (page) =>
    page.route(`${address}host.html`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><link rel="icon" href="data:,">',
      }),
    );
  const page = await open_page(chrome, `${address}host.html`, { wait: false, before });
  await page.evaluate(() => {
    window.heard = [];
    addEventListener('message', ({ data, origin }) => window.heard.push({ ...data, origin }));
  });
  await page.evaluate((html) => {
    document.body.innerHTML = html;
  }, frame_html);
  return page;
}
async function inside(page) {
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForURL(/index|\/(\?|#|$)/);
  await ready(frame);
  return frame;
}
const post = (page, message) =>
  page.evaluate((m) => document.querySelector('iframe').contentWindow.postMessage(m, '*'), message);
const heard = (page, test_text) =>
  page
    .waitForFunction(
      (text) => window.heard.find((m) => JSON.stringify(m).includes(text)),
      test_text,
    )
    .then((handle) => handle.jsonValue());
const NAME = 'attention-playground';

test('allow-scripts alone: it starts, edits, answers, and offers links and files as text', async () => {
  const page = await host(
    site.address,
    `<iframe sandbox="allow-scripts" src="${site.address}index.html?preset=causal"
    width="900" height="600"></iframe>`,
  );
  const frame = await inside(page);
  assert.equal((await frame.evaluate(() => window.api.state())).preset, 'causal');
  assert.equal(await frame.evaluate(() => window.origin), 'null');
  assert.deepEqual(
    await frame.evaluate(() =>
      window.api.dispatch({ type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 2 }),
    ),
    { ok: true },
  );
  const before = await page.evaluate(() => window.history.length);
  await page.waitForTimeout(700);
  assert.equal(
    await page.evaluate(() => window.history.length),
    before,
    "the frame writes the host's history",
  );
  // A file, as the Files panel saves it: not possible here, so it is handed over as text.
  await frame.evaluate(async () => {
    const { offer } = await import('./offer.js');
    offer('attention.json', '<b>{"version":1}</b>');
  });
  const dialog = frame.locator('dialog');
  assert.equal(await dialog.locator('textarea').inputValue(), '<b>{"version":1}</b>');
  assert.equal(await dialog.locator('b').count(), 0);
  await frame.locator('dialog button').click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a server that does not allow frames without an origin: the frame says so, and tells its host', async () => {
  const server = make_server(site_folder);
  server.prependListener('request', (_request, response) => {
    const { writeHead } = response;
    response.writeHead = (status, { 'Access-Control-Allow-Origin': _, ...headers } = {}) =>
      writeHead.call(response, status, headers);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const page = await host(
    `http://127.0.0.1:${server.address().port}/`,
    '<iframe sandbox="allow-scripts" src="index.html"></iframe>',
  );
  const { error } = await heard(page, '"event":"error"');
  assert.equal(error.code, 'load');
  assert.match(error.message, /Access-Control-Allow-Origin: \*/);
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  assert.match(
    await frame.locator('#ap-message').textContent(),
    /^Attention Playground did not start: this frame has no origin .*Access-Control-Allow-Origin/,
  );
  await page.context().close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

test('our own server allows frames without an origin', async () => {
  const plain = await serve();
  assert.equal(
    (await fetch(`${plain.address}page.js`)).headers.get('access-control-allow-origin'),
    '*',
  );
  await plain.close();
});

test('under a strict policy the article, its six embeds and an edit break no rule', async () => {
  const page = await open_page(chrome, `${strict.address}examples/blog.html`, {
    wait: false,
    width: 900,
    before: (p) =>
      p.addInitScript(() => {
        window.violations = [];
        document.addEventListener('securitypolicyviolation', (e) =>
          window.violations.push(`${e.violatedDirective} ${e.blockedURI}`),
        );
      }),
  });
  for (const index of [0, 1]) {
    const element = page.locator('attention-playground').nth(index);
    await element.scrollIntoViewIfNeeded();
    await element.evaluate((e) => e.ready);
    const frame = await (await element.locator('iframe').elementHandle()).contentFrame();
    await ready(frame);
    assert.deepEqual(
      await frame.evaluate(() => window.api.dispatch({ type: 'set_text', text: 'It still works' })),
      { ok: true },
    );
    await frame.evaluate(async () => (await import('./offer.js')).offer('Copy this', 'text'));
    await settled(frame);
    assert.deepEqual(await frame.evaluate(() => window.violations), []);
  }
  // Styles that a script sets go through the CSSOM, which no policy forbids.
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('messages: hello binds the host, calls are answered, everything else is passed over', async () => {
  const page = await host(
    site.address,
    `<iframe src="${site.address}index.html#preset=similarity" width="800" height="500"></iframe>`,
  );
  const frame = await inside(page);
  const ready_message = await heard(page, '"event":"ready"').catch(() => null);
  if (ready_message) assert.equal(ready_message.version, 1);
  // Nothing of the document before the host is known.
  await frame.evaluate(() => window.api.dispatch({ type: 'set_title', title: 'not told' }));
  await page.waitForTimeout(200);
  assert.ok(!(await page.evaluate(() => window.heard.some(({ event }) => event === 'change'))));
  for (const bad of [
    'text',
    null,
    42,
    { source: NAME },
    { source: NAME, version: 2, id: 1, call: 'state' },
    { source: NAME, version: 1, id: 'x', call: 'state' },
    { source: NAME, version: 1, id: 1, call: 'constructor' },
    { source: NAME, version: 1, id: 1, call: '__proto__' },
    { source: 'other', version: 1, id: 1, call: 'state' },
  ])
    await post(page, bad);
  await post(page, { source: NAME, version: 1, id: 7, call: 'hello' });
  assert.equal((await heard(page, '"id":7')).result.protocol, 1);
  assert.equal(await page.evaluate(() => window.heard.filter(({ id }) => id === 1).length), 0);
  await post(page, {
    source: NAME,
    version: 1,
    id: 8,
    call: 'dispatch',
    args: [{ type: 'set_causal', on: true }],
  });
  assert.deepEqual((await heard(page, '"id":8')).result, { ok: true });
  await heard(page, '"event":"change"');
  await post(page, { source: NAME, version: 1, id: 9, call: 'tensor', args: ['nothing'] });
  assert.equal((await heard(page, '"id":9')).error.code, 'unknown_key');
  await post(page, { source: NAME, version: 1, id: 10, call: 'dispatch', args: 'not a list' });
  assert.equal((await heard(page, '"id":10')).error.code, 'parse');
  await post(page, { source: NAME, version: 1, id: 11, call: 'open', args: ['s=damaged'] });
  assert.equal((await heard(page, '"id":11')).result.ok, false);
  assert.ok(Number((await heard(page, '"event":"height"')).height) > 100);
  await page.context().close();
});

test('a host of another origin than the one in the address is not heard', async () => {
  const page = await host(
    site.address,
    `<iframe src="${site.address}index.html#origin=https%3A%2F%2Fexample.org" width="800" height="500"></iframe>`,
  );
  const frame = await inside(page);
  await post(page, {
    source: NAME,
    version: 1,
    id: 3,
    call: 'dispatch',
    args: [{ type: 'set_causal', on: true }],
  });
  await page.waitForTimeout(500);
  assert.deepEqual(
    await page.evaluate(() =>
      window.heard.filter(({ source }) => source === 'attention-playground'),
    ),
    [],
  );
  assert.equal((await frame.evaluate(() => window.api.state())).model.causal, false);
  await page.context().close();
});

test('a frame that posts as if it were the playground is not believed', async () => {
  const page = await open_page(chrome, `${site.address}examples/blog.html`, { wait: false });
  const element = page.locator('attention-playground').first();
  await element.evaluate((e) => e.ready);
  const fooled = await element.evaluate(async (e) => {
    let heard = 0;
    e.addEventListener('change', () => {
      heard++;
    });
    window.postMessage({ source: 'attention-playground', version: 1, event: 'change' }, '*');
    const other = document.createElement('iframe');
    document.body.append(other);
    other.contentWindow.eval(
      "parent.postMessage({source: 'attention-playground', version: 1, event: 'change'}, '*')",
    );
    await new Promise((done) => setTimeout(done, 200));
    return heard;
  });
  assert.equal(fooled, 0);
  await page.context().close();
});

test('a state in a file of its own, for a plain iframe', async () => {
  const state = await open_page(chrome, `${site.address}#preset=bank`).then(async (p) => {
    const link = await api(p, 'link');
    await p.context().close();
    return link;
  });
  const page = await host(site.address, '<p></p>');
  await page.route('**/made.txt', (route) =>
    route.fulfill({ body: state, headers: { 'Access-Control-Allow-Origin': '*' } }),
  );
  await page.evaluate((html) => {
    document.body.innerHTML = html;
  }, `<iframe src="${site.address}index.html?src=made.txt" width="700" height="400"></iframe>`);
  const frame = await inside(page);
  await frame.waitForFunction(() => window.api.state().preset === 'bank');
  await page.context().close();
});
