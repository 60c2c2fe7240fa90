// Training in the page: what the lessons ask of it is reached in time while frames go on, the same
// weights come out as on the command line, and a run is one step of undo.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { api, browser, build_folder, open_page, serve } from './harness.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const attention = join(build_folder, 'native/attention');
let chrome, server, folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'train-'));
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The state of a recipe after `steps` of the command line's training, every number spelled out. */
function trained(name, steps, ...options) {
  const out = join(folder, `${name}-${steps}.json`);
  execFileSync(
    attention,
    [
      'train',
      join(root, `assets/recipes/${name}.start.json`),
      '--steps',
      String(steps),
      '--output',
      out,
      '--quiet',
      ...options,
    ],
    { stdio: 'pipe' },
  );
  return JSON.parse(readFileSync(out, 'utf8'));
}

function farthest(a, b) {
  let most = 0;
  a.model.layers.forEach((layer, l) => {
    for (const key of ['w_q', 'w_k', 'w_v', 'w_o']) {
      layer[key].forEach((row, i) =>
        row.forEach((x, j) => {
          most = Math.max(most, Math.abs(x - b.model.layers[l][key][i][j]));
        }),
      );
    }
  });
  return most;
}

/** Plays until it stops by itself: {seconds, frames, ...training()}. */
function play(page, command) {
  return page.evaluate(async (action) => {
    const p = await window.playgroundReady;
    let frames = 0,
      going = true;
    const count = () => {
      frames += 1;
      if (going) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    const start = performance.now();
    const sent = p.dispatch({ type: 'train', command: 'play', ...action });
    if (!sent.ok) throw new Error(sent.error.message);
    while (p.training().status === 'running') {
      if (performance.now() - start > 60000)
        throw new Error(`still running: ${JSON.stringify(p.training())}`);
      await new Promise((done) => setTimeout(done, 5));
    }
    going = false;
    return { seconds: (performance.now() - start) / 1000, frames, ...p.training() };
  }, command);
}

const cases = [
  {
    name: 'cat',
    action: { goal: 0.01 },
    command: ['--goal', '0.01'],
    seconds: 3,
    status: 'reached',
  },
  { name: 'it', action: { steps: 120 }, command: [], seconds: 10, status: 'finished' },
];
// Both wasm variants add in different ways; AP_VARIANTS: a comma-separated choice of them.
const variants = (
  process.env.AP_VARIANTS ?? 'attention-playground,attention-playground-relaxed'
).split(',');
const both = cases.flatMap((one) => variants.map((variant) => ({ ...one, variant })));
for (const { name, action, command, seconds, status, variant } of both) {
  test(`${name} is learned in under ${seconds} s, as on the command line: ${variant}`, async () => {
    const start = trained(name, 0);
    const expected = trained(name, action.steps ?? 1000, ...command);
    const page = await open_page(chrome, `${server.address}?variant=${variant}`);
    assert.deepEqual(await api(page, 'dispatch', { type: 'load_document', document: start }), {
      ok: true,
    });
    const before_run = await api(page, 'state');
    const run = await play(page, action);
    const state = await api(page, 'state');
    const difference = farthest(state, expected);
    console.log(
      `  ${name}: ${run.steps} steps in ${run.seconds.toFixed(2)} s, ${run.frames} frames, ` +
        `largest difference to the command line's weights ${difference.toExponential(1)}`,
    );
    assert.equal(run.status, status, run.message);
    assert.ok(run.seconds < seconds, `${run.seconds} s`);
    assert.ok(difference < 1e-4, `${difference}`);
    if (name === 'cat') assert.ok(run.error <= 0.01);
    // Frames go on. A slice takes 7 ms of each; how long the picture takes is the machine's affair.
    assert.ok(run.frames > run.seconds * 5 - 1, `${run.frames} frames`);
    assert.equal((await api(page, 'history')).undo, 'Learn');
    assert.equal(await api(page, 'undo'), true);
    assert.deepEqual((await api(page, 'state')).model, before_run.model);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('errors come back from dispatch; pause and rewind act', async () => {
  const page = await open_page(chrome, `${server.address}?variant=${variants[0]}`);
  const send = (action) => api(page, 'dispatch', action);
  await send({ type: 'clear_targets' });
  const nothing = await send({ type: 'train', command: 'play' });
  assert.equal(nothing.ok, false);
  assert.equal(nothing.error.code, 'not_found');
  assert.match(nothing.error.message, /paint a target/);
  assert.equal((await send({ type: 'train', command: 'fly' })).error.code, 'unknown_key');
  assert.equal((await send({ type: 'set_target', row: 0, values: [1] })).error.code, 'shape');
  const start = trained('cat', 0);
  await send({ type: 'load_document', document: start });
  await send({ type: 'train', command: 'play' });
  await page.waitForFunction(() => window.api.training().steps > 20);
  await send({ type: 'train', command: 'pause' });
  const paused = await api(page, 'training');
  assert.equal(paused.status, 'paused');
  assert.ok(paused.history.length > 20 && paused.history[0] > paused.history.at(-1));
  await send({ type: 'train', command: 'rewind' });
  assert.equal((await api(page, 'training')).steps, 0);
  assert.deepEqual((await api(page, 'state')).model.layers[0].w_q, start.model.layers[0].w_q);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('while training runs, the work of a frame fits into it', async () => {
  // Every callback of a frame, timed: the trainer's slice and the drawing of the sheet both happen there. What
  // it waits in calls of WebGL is counted apart: here a processor plays the graphics card.
  const timed = (page) =>
    page.addInitScript(() => {
      let graphics = 0;
      window.work = [];
      const next = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (callback) =>
        next((time) => {
          graphics = 0;
          const start = performance.now();
          callback(time);
          const all = performance.now() - start;
          window.work.push({ own: all - graphics, all });
        });
      const gl = WebGL2RenderingContext.prototype;
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(gl))) {
        if (typeof value !== 'function') continue;
        gl[name] = function timed_call(...given) {
          const start = performance.now();
          const result = value.apply(this, given);
          graphics += performance.now() - start;
          return result;
        };
      }
    });
  const page = await open_page(chrome, `${server.address}?variant=${variants[0]}`, {
    before: timed,
  });
  await api(page, 'dispatch', { type: 'load_document', document: trained('it', 0) });
  const work = await page.evaluate(async () => {
    const p = await window.playgroundReady;
    p.dispatch({ type: 'train', command: 'play' });
    await new Promise((done) => setTimeout(done, 300));
    window.work.length = 0;
    const steps = p.training().steps;
    await new Promise((done) => setTimeout(done, 3000));
    const result = { times: [...window.work], steps: p.training().steps - steps };
    p.dispatch({ type: 'train', command: 'pause' });
    return result;
  });
  const at = (share, which) => {
    const times = work.times.map((t) => t[which]).sort((one, other) => one - other);
    return times[Math.floor(share * (times.length - 1))];
  };
  console.log(
    `  a frame's own work, of ${work.times.length} in 3 s: median ${at(0.5, 'own').toFixed(1)} ms, 90 % under ` +
      `${at(0.9, 'own').toFixed(1)} ms; with waiting for WebGL in software: median ${at(0.5, 'all').toFixed(1)} ms; ${work.steps} steps`,
  );
  assert.ok(
    work.times.length > 10 && work.steps > 20,
    `${work.times.length} frames, ${work.steps} steps`,
  );
  // A frame at 60 Hz lasts 16.7 ms, and a slice takes 7: there is room for a busy machine.
  assert.ok(at(0.5, 'own') < 16.7, `median ${at(0.5, 'own')} ms`);
  await page.context().close();
});
