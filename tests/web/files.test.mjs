// Import and export in the page: the dialog, every format, files dropped and pasted, model weights
// read in parts, the offline page opened from a disk.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { api, browser, close_page, open_page, ready, serve, settled, tensor } from './harness.mjs';
import { npy, safetensors, zip } from '../fuzz/seed_bytes.mjs';
import { check_numbers, read_svg } from '../support/svg_text.mjs';

const work = mkdtempSync(join(tmpdir(), 'attention-files-'));
let chrome;
let site;
let open_site; // allows frames without an origin to fetch its modules
before(async () => {
  [chrome, site, open_site] = await Promise.all([
    browser(),
    serve(),
    serve(undefined, () => ({ 'Access-Control-Allow-Origin': '*' })),
  ]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
  await open_site?.close();
  rmSync(work, { recursive: true, force: true });
});

async function with_page(body, options = {}) {
  const page = await open_page(chrome, `${site.address}#preset=cat`, {
    pooled: true,
    acceptDownloads: true,
    ...options,
  });
  try {
    await page.evaluate(async () => {
      const { files, open_files } = await import('./files.js');
      window.core = () => files(window.api);
      window.open_files = (view) => open_files(window.api, view);
      window.exported = async (request) => {
        // as one text: playwright sends an array element by element
        const reader = new FileReader();
        reader.readAsDataURL(new Blob([(await (await window.core()).export(request)).bytes]));
        await new Promise((done) => {
          reader.onload = done;
        });
        return reader.result.slice(reader.result.indexOf(',') + 1);
      };
    });
    await body(page);
    assert.deepEqual(page.problems, []);
  } finally {
    await close_page(page);
  }
}
const exported = async (page, request) =>
  Buffer.from(await page.evaluate((r) => window.exported(r), request), 'base64');
const dialog = (page) => page.locator('#ap-files');
const floats = (values) => Buffer.from(Float32Array.from(values).buffer);
const give = (page, name, bytes) =>
  page
    .locator('#ap-files input[type=file]')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: bytes });

test('nothing of it is fetched before it is asked for', async () => {
  const page = await open_page(chrome, site.address, { pooled: true });
  const names = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  );
  assert.ok(!names.some((name) => /files/.test(name)), names.join(' '));
  await close_page(page);
});

test('the dialog opens with the keyboard on the tab that it shows', () =>
  with_page(async (page) => {
    for (const tab of ['export', 'import']) {
      await page.evaluate((name) => window.open_files({ tab: name }), tab);
      assert.equal(await page.evaluate(() => document.activeElement.id), `ap-files-${tab}`);
      assert.equal(
        await page.evaluate(() => document.activeElement.getAttribute('aria-selected')),
        'true',
      );
      await page.keyboard.press('Escape');
    }
  }));

test('every format is saved as a file', () =>
  with_page(async (page) => {
    const expected = {
      npz: /^PK/,
      npy: /NUMPY/,
      csv: /^layer,stage/,
      json: /"tensors"/,
      markdown: /\|---\|/,
      numpy: /import numpy/,
      torch: /import torch/,
      latex: /begin\{document\}/,
      svg: /^<svg/,
      png: /PNG/,
      state: /"version":1/,
      html: /^<!doctype html>/i,
      embed: /<attention-playground/,
    };
    await page.evaluate(() => window.open_files({ tab: 'export' }));
    for (const [to, start] of Object.entries(expected)) {
      await page.locator(`#ap-files input[value=${to}]`).check({ force: true });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog(page).getByRole('button', { name: 'Save' }).click(),
      ]);
      const path = join(work, download.suggestedFilename());
      await download.saveAs(path);
      assert.match(readFileSync(path).subarray(0, 400000).toString('latin1'), start, to);
    }
  }));

test("the saved SVG is well formed, its text is text, its numbers are the page's; PNG has its size", () =>
  with_page(async (page) => {
    await api(page, 'dispatch', { type: 'load_preset', id: 'similarity' });
    const svg = (await exported(page, { to: 'svg' })).toString('utf8');
    const found = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      const outlines = [...parsed.querySelectorAll('path')].filter(
        (path) => (path.getAttribute('d').match(/[A-Z]/g) ?? []).length > 6,
      );
      return {
        broken: parsed.querySelectorAll('parsererror').length,
        outlines: outlines.length,
        texts: [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent),
      };
    }, svg);
    assert.deepEqual([found.broken, found.outlines], [0, 0]);
    assert.deepEqual(
      found.texts,
      read_svg(svg).texts.map(({ text }) => text),
    );
    for (const text of ['I', 'love', 'deep', 'learning', 'scores', 'softmax of rows'])
      assert.ok(found.texts.includes(text), text);
    const names = { X: 'embeddings', head: 'head_out' };
    const values = {};
    for (const { name } of read_svg(svg).blocks)
      values[name] = (await tensor(page, names[name] ?? name.toLowerCase())).data;
    assert.ok(check_numbers(svg, (name) => values[name]) > 100);
    const sizes = [];
    for (const scale of [1, 3]) {
      const png = await exported(page, { to: 'png', scale });
      sizes.push([png.readUInt32BE(16), png.readUInt32BE(20)]);
    }
    sizes[1].forEach((size, i) => assert.ok(Math.abs(size - 3 * sizes[0][i]) < 3, String(sizes)));
  }));

test('a slice begins where it is asked to, and one matrix of a stack is chosen', () =>
  with_page(async (page) => {
    await page.evaluate(() => window.open_files({ tab: 'import' }));
    const values = Array.from({ length: 2 * 12 * 12 }, (_, i) => i / 8);
    await give(page, 'stack.npy', npy("'<f4'", '(2, 12, 12)', floats(values)));
    await dialog(page).getByLabel('Into').selectOption('w_o');
    await dialog(page).getByLabel('Index 1 of 1').fill('1');
    assert.equal(await dialog(page).getByLabel('First row').isVisible(), false);
    await dialog(page).getByLabel('Take 8 × 8 of it', { exact: true }).check({ force: true });
    await dialog(page).getByLabel('First row').fill('3');
    await dialog(page).getByLabel('First column').fill('2');
    await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
    await dialog(page).waitFor({ state: 'hidden' });
    await settled(page);
    assert.deepEqual(
      (await tensor(page, 'w_o')).data,
      Array.from(
        { length: 64 },
        (_, i) => values[144 + (3 + Math.floor(i / 8)) * 12 + 2 + (i % 8)],
      ),
    );
  }));

test('an .npy, a .npz, pasted text and a state go in as one step of undo each', () =>
  with_page(async (page) => {
    await page.evaluate(() => window.open_files({ tab: 'import' }));
    const {
      shape: [rows, cols],
    } = await tensor(page, 'w_o');
    const values = Array.from({ length: rows * cols }, (_, i) => i / 8);
    await give(page, 'w.npy', npy("'<f4'", `(${rows}, ${cols})`, floats(values)));
    await dialog(page).getByLabel('Into').selectOption('w_o');
    await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
    await dialog(page).waitFor({ state: 'hidden' });
    await settled(page);
    assert.deepEqual((await tensor(page, 'w_o')).data, values);
    assert.match((await api(page, 'history')).undo, /Import/);
    await api(page, 'undo');
    assert.notDeepEqual((await tensor(page, 'w_o')).data, values);

    await page.evaluate(() => window.open_files({ tab: 'import' }));
    await give(
      page,
      'all.npz',
      zip([
        ['x.npy', npy("'<f4'", '(3, 5)', floats(values.slice(0, 15)))],
        ['embeddings.npy', npy("'<f4'", '(3, 4)', floats(values.slice(0, 12)))],
      ]),
    );
    await dialog(page).locator('.list input').nth(1).check();
    await dialog(page).getByLabel('Into').selectOption('embeddings');
    await dialog(page)
      .getByText(/^Resize/)
      .click({ force: true });
    await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
    await dialog(page).waitFor({ state: 'hidden' });
    await settled(page);
    const embeddings = await tensor(page, 'embeddings');
    assert.deepEqual([embeddings.shape, embeddings.data], [[3, 4], values.slice(0, 12)]);
    await api(page, 'undo');
    assert.equal(
      (await tensor(page, 'embeddings')).shape[0],
      (await api(page, 'state')).query.tokens.length,
    );
  }));

test('a layer of a model is read in parts', () =>
  with_page(async (page) => {
    const width = 8;
    const matrix = (seed) =>
      Array.from({ length: width * width }, (_, i) => Math.fround(Math.sin(seed * 100 + i)));
    const names = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
    const big = 4 << 20; // a tensor that nobody needs
    const header = { pad: { dtype: 'U8', shape: [big], data_offsets: [0, big] } };
    names.forEach((name, i) => {
      header[`model.layers.0.self_attn.${name}.weight`] = {
        dtype: 'F32',
        shape: [width, width],
        data_offsets: [big + 256 * i, big + 256 * (i + 1)],
      };
    });
    const path = join(work, 'model.safetensors');
    writeFileSync(
      path,
      safetensors(
        header,
        Buffer.concat([Buffer.alloc(big), ...names.map((_, i) => floats(matrix(i)))]),
      ),
    );
    await page.evaluate(() => {
      window.read = 0;
      const slice = Blob.prototype.slice;
      Blob.prototype.slice = function counted(from, to) {
        window.read += to - from;
        return slice.call(this, from, to);
      };
      window.open_files({ tab: 'import' });
    });
    await page.locator('#ap-files input[type=file]').setInputFiles(path);
    // Shapes alone do not say how wide a head is: asked, never guessed.
    await dialog(page).getByLabel('Head width').fill('2');
    await dialog(page)
      .locator('label', { hasText: /^HeadAll/ })
      .locator('select')
      .first()
      .selectOption('1');
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    await dialog(page).waitFor({ state: 'hidden' });
    await settled(page);
    const state = await api(page, 'state');
    assert.deepEqual(
      [state.model.width, state.model.positions.kind, state.model.causal],
      [width, 'rope', true],
    );
    const head = state.model.key_width ?? 2;
    const w_q = await tensor(page, 'w_q');
    assert.deepEqual(w_q.shape, [width, head]);
    for (let i = 0; i < width; i++)
      for (let j = 0; j < head; j++)
        assert.equal(w_q.data[i * head + j], matrix(0)[(head + j) * width + i]);
    assert.ok((await page.evaluate(() => window.read)) < 70000, 'more was read than needed');
  }));

test('what cannot be read is said, and nothing changes', () =>
  with_page(async (page) => {
    const state = await api(page, 'state');
    await page.evaluate(() => window.open_files({ tab: 'import' }));
    for (const [name, bytes, says] of [
      ['x.npy', Buffer.from('\x93NUMPY\x01\x00\xff\xff', 'latin1'), /header/],
      ['x.json', Buffer.from('['.repeat(100000)), /nested/],
      ['x.safetensors', safetensors({}, Buffer.alloc(0), 1n << 40n), /header/],
      [
        '<img src=x onerror=alert(1)>.csv',
        Buffer.from('a,b\n1'),
        /line 2 has 1 field, the first has 2/,
      ],
    ]) {
      await give(page, name, bytes);
      await page.waitForFunction(() =>
        document.querySelector('#ap-files [role=status]').classList.contains('problem'),
      );
      assert.match(await dialog(page).locator('[role=status]').textContent(), says);
      assert.equal(await dialog(page).locator('img').count(), 0);
    }
    assert.deepEqual(await api(page, 'state'), state);
  }));

test('in a sandboxed frame the text is shown instead of a download', async () => {
  const page = await open_page(chrome, `${open_site.address}index.html#host`, { wait: false });
  await page.evaluate(() => window.playgroundReady.then(() => {}));
  await page.setContent('<link rel="icon" href="data:,">');
  await page.evaluate(() => {
    document.body.innerHTML =
      '<iframe sandbox="allow-scripts" src="index.html?preset=cat" width="700" height="600"></iframe>';
  });
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForURL(/preset=cat/);
  await ready(frame);
  await frame.evaluate(async () =>
    (await import('./files.js')).open_files(window.api, { tab: 'export', to: 'numpy' }),
  );
  await frame.locator('#ap-files').getByRole('button', { name: 'Show' }).click();
  await frame.waitForFunction(() =>
    document.querySelector('#ap-files textarea').value.includes('import numpy'),
  );
  await close_page(page);
});

test('the offline page opens from a disk and works', async () => {
  const path = join(work, 'offline.html');
  await with_page(async (page) => {
    await api(page, 'dispatch', { type: 'set_title', title: 'Offline </script><b>' });
    await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.625 });
    writeFileSync(path, await exported(page, { to: 'html' }));
  });
  const context = await chrome.newContext({
    offline: true,
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (m) => m.type() === 'error' && page.problems.push(m.text()));
  page.on('pageerror', (error) => page.problems.push(error.message));
  await page.goto(pathToFileURL(path).href);
  await ready(page);
  await page.waitForFunction(() => window.api.tensor('w_q').data[0] === 0.625);
  assert.equal((await api(page, 'state')).title, 'Offline </script><b>');
  assert.deepEqual(
    await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 2 }),
    { ok: true },
  );
  assert.deepEqual(page.problems, []);
  await context.close();
});
