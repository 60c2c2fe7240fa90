// window.playgroundReady: shapes, errors, events; the DOM companion; a browser without WebGL 2.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { api, browser, open_page, serve, settled, tensor } from './harness.mjs';
import { compare } from './oracle.mjs';

let chrome;
let site;
let page;
before(async () => {
  [chrome, site] = await Promise.all([browser(), serve()]);
  page = await open_page(chrome, site.address);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

/** The button is unseen until Tab reaches it. */
const open_table = (p) => p.focus('#ap-table-button').then(() => p.keyboard.press('Enter'));

test('tensor: shape, labels and a copy', async () => {
  const state = await api(page, 'state');
  const weights = await tensor(page, 'weights');
  const count = state.query.tokens.length;
  assert.deepEqual(weights.shape, [count, count]);
  assert.equal(weights.data.length, count * count);
  assert.deepEqual(weights.rows, state.query.tokens);
  for (let i = 0; i < count; i++) {
    const sum = weights.data.slice(i * count, (i + 1) * count).reduce((s, x) => s + x, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  const same = await page.evaluate(() => {
    const first = window.api.tensor('embeddings');
    const before = first.data[0];
    first.data[0] = 12345;
    return window.api.tensor('embeddings').data[0] === before;
  });
  assert.ok(same, 'a tensor that was handed out writes into the playground');
});

test('dispatch and undo: the state comes back bit for bit', async () => {
  const start = await api(page, 'state');
  assert.deepEqual(
    await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: 0.625 }),
    { ok: true },
  );
  assert.equal((await tensor(page, 'w_q')).data[0], 0.625);
  assert.deepEqual(await api(page, 'dispatch', { type: 'set_text', text: 'A very old dog' }), {
    ok: true,
  });
  assert.equal((await tensor(page, 'q')).shape[0], 4);
  assert.equal(await api(page, 'undo'), true);
  assert.equal(await api(page, 'undo'), true);
  assert.deepEqual(await api(page, 'state'), start);
  assert.equal(await api(page, 'redo'), true);
  assert.equal((await tensor(page, 'w_q')).data[0], 0.625);
  assert.equal(await api(page, 'undo'), true);
});

test('bad actions are refused with code and place, and nothing changes', async () => {
  const start = await api(page, 'state');
  const refused = async (action) => {
    const answer = await api(page, 'dispatch', action);
    assert.equal(answer.ok, false, JSON.stringify(action).slice(0, 80));
    assert.ok(answer.error.message.length > 0);
    return answer.error.code;
  };
  assert.equal(await refused({ type: 'explode' }), 'unknown_key');
  assert.equal(await refused({ type: 'set_text', text: 'a', colour: 'red' }), 'unknown_key');
  assert.ok(await refused({ type: 'set_cell', stage: 'w_q', row: 10000, col: 0, value: 1 }));
  assert.equal(
    await refused({ type: 'set_cell', stage: 'weights', row: 0, col: 0, value: 1 }),
    'not_editable',
  );
  assert.ok(await refused({ type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: null }));
  assert.ok(await refused('{"type":'));
  assert.ok(await refused({ type: 'set_text', text: 'word '.repeat(1_000_000) }));
  assert.deepEqual(await api(page, 'state'), start);
});

test('100 MB strings are refused before they are copied', async () => {
  const { codes, grown } = await page.evaluate(() => {
    const before = window.api.debug.memoryBytes();
    const long = 'x'.repeat(100_000_000);
    const codes = [
      window.api.dispatch({ type: 'set_text', text: long }),
      window.api.dispatch(long),
    ].map((r) => r.error.code);
    return { codes, grown: window.api.debug.memoryBytes() - before };
  });
  assert.deepEqual(codes, ['too_large', 'too_large']);
  assert.equal(grown, 0);
});

test('tensor and explain name what is not there', async () => {
  const code = (call) =>
    page.evaluate((text) => {
      const calls = {
        stage: () => window.api.tensor('nonsense'),
        head: () => window.api.tensor('weights', { head: 99 }),
        type: () => window.api.tensor(42),
        cell: () => window.api.explain('weights', 999, 0),
      };
      try {
        calls[text]();
      } catch (error) {
        return error.code;
      }
      return 'nothing';
    }, call);
  assert.equal(await code('stage'), 'unknown_key');
  assert.equal(await code('head'), 'not_found');
  assert.equal(await code('type'), 'unknown_key');
  assert.equal(await code('cell'), 'not_found');
});

test('explain gives terms that make the cell', async () => {
  for (const stage of ['q', 'scores', 'scaled', 'weights', 'output']) {
    const { data, shape } = await tensor(page, stage);
    const row = shape[0] - 1;
    const e = await api(page, 'explain', stage, row, 0);
    assert.ok(
      Math.abs(e.value - data[row * shape[1]]) <= 1e-5 * Math.max(1, Math.abs(e.value)),
      stage,
    );
    assert.ok(e.terms.length > 0 && e.sources.length > 0);
  }
});

test('listeners hear on the next tick, once for many changes, until they unsubscribe', async () => {
  const heard = await page.evaluate(async () => {
    const log = [];
    const stop = window.api.on('change', ({ type }) => log.push(type));
    window.api.dispatch({ type: 'set_title', title: 'one' });
    window.api.dispatch({ type: 'set_title', title: 'two' });
    log.push('after');
    await new Promise((done) => setTimeout(done, 30));
    stop();
    window.api.undo();
    window.api.undo();
    await new Promise((done) => setTimeout(done, 30));
    return log;
  });
  assert.deepEqual(heard, ['after', 'change']);
});

test('every stage of every preset equals the double-precision oracle', async () => {
  for (const { id } of await api(page, 'presets')) {
    assert.deepEqual(await api(page, 'dispatch', { type: 'load_preset', id }), { ok: true });
    const report = await compare(await api(page, 'state'), (stage, where) =>
      tensor(page, stage, where),
    );
    console.log(
      `  ${id}: ${report.compared} tensors, largest error ${report.worst.toExponential(1)} ${report.where}`,
    );
    assert.ok(report.compared > 8);
    assert.ok(report.worst <= 1e-5, `${id}: ${report.worst} in ${report.where}`);
    await api(page, 'undo');
  }
});

test('every variant of the model equals the oracle', async () => {
  const variants = [
    [
      { type: 'set_heads', heads: 4, kv_heads: 2 },
      { type: 'set_weights', init: 'random', seed: 3 },
    ],
    [
      { type: 'set_causal', on: true },
      { type: 'set_softcap', cap: 2 },
    ],
    [{ type: 'set_positions', kind: 'rope' }],
    [{ type: 'set_positions', kind: 'rope', interleaved: true }],
    [{ type: 'set_positions', kind: 'alibi' }],
    [{ type: 'set_positions', kind: 'sinusoidal' }],
    [
      { type: 'set_residual', on: true },
      { type: 'set_norm', kind: 'layer_norm', place: 'pre' },
    ],
    [{ type: 'set_norm', kind: 'rms_norm', place: 'post' }],
    [{ type: 'set_mlp', kind: 'gelu' }],
    [
      { type: 'set_mlp', kind: 'swiglu' },
      { type: 'set_layers', layers: 2 },
    ],
    [
      { type: 'set_cross', on: true, text: 'Der Hund schläft' },
      { type: 'set_causal', on: false },
    ],
  ];
  let steps = 0;
  const run = async (action) => {
    const answer = await api(page, 'dispatch', action);
    assert.ok(answer.ok, `${JSON.stringify(action)}: ${answer.error?.message}`);
    steps++;
  };
  await run({ type: 'set_width', width: 16 });
  for (const actions of variants) {
    for (const action of actions) await run(action);
    const report = await compare(await api(page, 'state'), (stage, where) =>
      tensor(page, stage, where),
    );
    assert.ok(
      report.worst <= 1e-5,
      `${JSON.stringify(actions)}: ${report.worst} in ${report.where}`,
    );
  }
  for (; steps > 0; steps--) await api(page, 'undo');
});

test('the table is in step with the playground, both ways', async () => {
  await open_table(page);
  await page.selectOption('#ap-stage-choice', 'w_q');
  const cell = page.locator('#ap-grid input').first();
  await cell.fill('0.375');
  await cell.press('Enter');
  assert.equal((await tensor(page, 'w_q')).data[0], 0.375);
  await api(page, 'dispatch', { type: 'set_cell', stage: 'w_q', row: 0, col: 0, value: -2.5 });
  await page.waitForFunction(() => document.querySelector('#ap-grid input').value === '-2.5');
  await cell.fill('many');
  await cell.press('Enter');
  assert.equal((await tensor(page, 'w_q')).data[0], -2.5);
  assert.match(await page.textContent('#ap-note'), /not a number/);
  await page.fill('#ap-sentence', 'Birds sing');
  await page.press('#ap-sentence', 'Enter');
  assert.deepEqual((await tensor(page, 'weights')).shape, [2, 2]);
  for (let i = 0; i < 3; i++) await api(page, 'undo');
});

test('axe finds nothing, with the table closed and open, light and dark', async () => {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  for (const colorScheme of ['light', 'dark']) {
    const other = await open_page(chrome, site.address, { colorScheme });
    await other.addScriptTag({ path: axe });
    for (const open of [false, true]) {
      if (open) await open_table(other);
      await settled(other);
      const { violations } = await other.evaluate(() => window.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`),
        [],
      );
    }
    await other.context().close();
  }
});

test('without WebGL 2 the page says so and the table works', async () => {
  const other = await open_page(chrome, site.address, {
    before: (p) =>
      p.addInitScript(() => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function getContext(kind, ...rest) {
          return kind.startsWith('webgl') ? null : original.call(this, kind, ...rest);
        };
      }),
  });
  assert.match(await other.textContent('#ap-message'), /WebGL 2/);
  await other.fill('#ap-sentence', 'It still computes');
  await other.press('#ap-sentence', 'Enter');
  assert.deepEqual((await tensor(other, 'weights')).shape, [3, 3]);
  assert.equal(await other.locator('#ap-grid td').first().isVisible(), true);
  await other.context().close();
});

test('without SIMD the page says what is missing', async () => {
  const other = await open_page(chrome, site.address, {
    wait: false,
    before: (p) =>
      p.addInitScript(() => {
        WebAssembly.validate = () => false;
      }),
  });
  await other.waitForFunction(() => /SIMD/.test(document.getElementById('ap-message').textContent));
  await other.context().close();
});

test('both variants load and agree', async () => {
  const results = [];
  for (const variant of ['attention-playground', 'attention-playground-relaxed']) {
    const other = await open_page(chrome, `${site.address}#variant=${variant}`);
    assert.equal(await other.evaluate(() => window.api.debug.variant), variant);
    results.push(await tensor(other, 'output'));
    await other.context().close();
  }
  results[0].data.forEach((x, i) => assert.ok(Math.abs(x - results[1].data[i]) < 1e-5));
});

test('what was made is there after a reload', async () => {
  const other = await open_page(chrome, site.address);
  await api(other, 'dispatch', { type: 'set_text', text: 'Remember me please' });
  await other.reload();
  await other.evaluate(() => window.playgroundReady.then(() => {}));
  assert.equal((await api(other, 'state')).query.text, 'Remember me please');
  await other.context().close();
});

test('no console errors', () => assert.deepEqual(page.problems, []));
