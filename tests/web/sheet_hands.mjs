// Hands for the sheet: where a part of it is on the page (playground.debug.rect), and the real
// mouse, keyboard and fingers on it. Each waits until the picture stands still.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, browser, close_page, open_page, serve, settled, tensor } from './harness.mjs';
import { compare } from './oracle.mjs';

/** The variant under test; the other one is compared with it in api.test.mjs. */
const VARIANT = process.env.AP_VARIANT ? `variant=${process.env.AP_VARIANT}` : '';

// A page on a desk, where positions or the looks of it matter; other tests have a smaller one, whose frames
// take two thirds of the time.
export const DESK = { width: 1280, height: 800 };
const SMALL = { width: 1000, height: 640 };

/** The stored view that opens without the first hints; `more` as in ui/shell/view_store.cpp. */
export const stored_view =
  (more = '') =>
  (page) =>
    page.addInitScript(
      (text) => {
        if (!localStorage.getItem('attention-playground:view'))
          localStorage.setItem('attention-playground:view', text);
      },
      `welcomed=1${more && '&'}${more}`,
    );

/** `size`: of its pages, if a test says none. */
export function start_suite({ before, after, size = SMALL }) {
  const shared = {};
  before(async () => {
    [shared.chrome, shared.site] = await Promise.all([browser(), serve()]);
  });
  after(async () => {
    await shared.chrome?.close();
    await shared.site?.close();
  });
  /** `preset`: what is open; '': as the page opens by itself. */
  shared.open = ({ preset = 'cat', ...options } = {}) => {
    const hash = [preset && `preset=${preset}`, VARIANT].filter(Boolean).join('&');
    return open_page(shared.chrome, `${shared.site.address}${hash && '#'}${hash}`, {
      before: stored_view(options.view),
      pooled: true,
      ...size,
      ...options,
    });
  };
  /** One page a test; no console error may be left. */
  shared.page_test = (name, options, body) =>
    test(name, async (t) => {
      const page = await shared.open(options);
      try {
        await body(page, t);
        assert.deepEqual(page.problems, []);
      } finally {
        await close_page(page);
      }
    });
  return shared;
}

export const view = (page) => page.evaluate(() => window.api.debug.view());
export const history = (page) => api(page, 'history');

/** The middle of a part of the sheet in page coordinates. */
export async function at(page, stage, where = {}) {
  const found = await page.evaluate(
    ({ stage, where }) => {
      const rect = window.api.debug.rect(stage, where);
      const canvas = document.getElementById('canvas').getBoundingClientRect();
      return rect && { ...rect, x: rect.x + canvas.x, y: rect.y + canvas.y };
    },
    { stage, where },
  );
  assert.ok(found, `${stage} ${JSON.stringify(where)} is not on the sheet`);
  return { ...found, cx: found.x + found.w / 2, cy: found.y + found.h / 2 };
}

export async function hover(page, stage, where) {
  const { cx, cy } = await at(page, stage, where);
  await page.mouse.move(cx, cy);
  await settled(page);
}
export async function click(page, stage, where = {}, options = {}) {
  const { cx, cy } = await at(page, stage, where);
  await page.mouse.click(cx, cy, options);
  await settled(page);
}
export async function drag(page, from, by, { steps = 6, keys = [] } = {}) {
  await page.mouse.move(from.cx, from.cy);
  await page.mouse.down();
  for (const key of keys) await page.keyboard.down(key);
  await page.mouse.move(from.cx + by.x, from.cy + by.y, { steps });
  await page.mouse.up();
  for (const key of keys) await page.keyboard.up(key);
  await settled(page);
}
export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  await settled(page);
}
export async function type(page, text) {
  await page.keyboard.type(text);
  await settled(page);
}

export async function cell(page, stage, row, col, where) {
  const { data, shape } = await tensor(page, stage, where);
  return data[row * shape[1] + col];
}

/** Every stage through the API against the double-precision oracle. */
export async function agrees(page, what, tolerance = 1e-5) {
  const report = await compare(await api(page, 'state'), (stage, where) =>
    tensor(page, stage, where),
  );
  assert.ok(report.compared > 8);
  assert.ok(report.worst <= tolerance, `${what}: ${report.worst} in ${report.where}`);
  return report;
}
export const close = (a, b, tolerance = 1e-6) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a}, not ${b}`);
