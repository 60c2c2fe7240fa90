// What the browser tests share: a server of build/web on a free port, one Chromium, pages that
// collect console errors, and screenshots compared with golden images.
// AP_BUILD: folder above web/ (default build); AP_CHROMIUM: the browser; AP_UPDATE_GOLDEN=1 records.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { launch_chromium } from '../../tools/chromium.mjs';
import { make_server } from '../../tools/serve.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
export const build_folder = resolve(process.env.AP_BUILD ?? join(root, 'build'));
export const site_folder = join(build_folder, 'web');

const BROWSER = [process.env.AP_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
// WebGL takes most of a test's time: the rest of the page is drawn the cheap way.
const FLAGS = ['--disable-gpu-compositing', '--font-render-hinting=none'];

/** {address, close()}: `folder` on a free port of the loopback; `headers(path)` adds to answers. */
export async function serve(folder = site_folder, headers = null) {
  const server = make_server(folder);
  if (headers) {
    server.prependListener('request', (request, response) => {
      for (const [name, value] of Object.entries(headers(request.url)))
        response.setHeader(name, value);
    });
  }
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(done);
      }),
  };
}

export async function browser() {
  return launch_chromium(chromium, { executablePath: BROWSER, flags: FLAGS });
}

const pools = new WeakMap(); // browser -> contexts, by their options

/** A context with one page that stays open: what it has compiled, others of the same process need not. */
async function pooled_context(chrome, options, address) {
  if (!pools.has(chrome)) pools.set(chrome, new Map());
  const pool = pools.get(chrome),
    key = JSON.stringify(options);
  if (!pool.has(key)) {
    pool.set(
      key,
      chrome.newContext(options).then(async (context) => {
        const page = await context.newPage();
        await page.addInitScript(() => {
          Storage.prototype.setItem = () => {};
        }); // its view is not the others'
        await page.goto(address);
        await ready(page);
        return context;
      }),
    );
  }
  return pool.get(key);
}

/** A page that finds nothing stored by the pages before it. */
async function pooled_page(chrome, options, viewport, address) {
  const page = await (await pooled_context(chrome, options, address)).newPage();
  await page.setViewportSize(viewport);
  await page.addInitScript(() => {
    if (location.protocol === 'about:' || sessionStorage.getItem('begun')) return;
    sessionStorage.setItem('begun', 'yes'); // of this tab: a reload finds what the page has stored
    localStorage.clear();
  });
  return page;
}

/**
 * A page of its own context; `pooled`: of one that pages of the same options share, closed by
 * close_page. `page.problems` are console errors and uncaught exceptions.
 */
export async function open_page(chrome, address, options = {}) {
  const {
    width = 1280,
    height = 800,
    scale = 1,
    wait = true,
    pooled = false,
    before,
    ...rest
  } = options;
  const viewport = { width, height };
  const of_context = {
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
    colorScheme: 'light',
    ...rest,
  };
  const page = pooled
    ? await pooled_page(chrome, of_context, viewport, address)
    : await chrome.newContext({ ...of_context, viewport }).then((context) => context.newPage());
  page.pooled = pooled;
  page.problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.push(message.text());
  });
  page.on('pageerror', (error) => page.problems.push(error.stack ?? error.message));
  if (before) await before(page);
  await page.goto(address);
  if (wait) await ready(page);
  return page;
}

export const close_page = (page) => (page.pooled ? page.close() : page.context().close());

/** The playground answers and, unless there is no picture, stands still after its first frames. */
export async function ready(page) {
  await page.evaluate(async () => {
    window.api = await window.playgroundReady;
  });
  await settled(page);
}

/** No frame is drawn, and none is to come, for three of the browser's: what was asked for is on the screen. */
export async function settled(page) {
  await page.evaluate(async () => {
    const { debug } = await window.playgroundReady;
    if (!debug.hasPicture()) return;
    const next_frame = () => new Promise((done) => requestAnimationFrame(done));
    const end = performance.now() + 10000;
    let last = -1;
    for (let quiet = 0; quiet < 3 && performance.now() < end; ) {
      await next_frame();
      const now = debug.frames();
      quiet = now === last && now > 0 && !debug.isAwaited() ? quiet + 1 : 0;
      last = now;
    }
  });
}

/** A call, its answer brought over as one text: playwright sends values piece by piece. */
export async function api(page, name, ...args) {
  const text = await page.evaluate(
    async ({ name, args }) => {
      const answer = await (await window.playgroundReady)[name](...args);
      return JSON.stringify(answer, (_key, v) => {
        if (typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)))
          return { number: Object.is(v, -0) ? '-0' : String(v) };
        return ArrayBuffer.isView(v) ? { typed: v.constructor.name, values: Array.from(v) } : v;
      });
    },
    { name, args },
  );
  return text === undefined
    ? undefined
    : JSON.parse(text, (_key, v) => {
        if (typeof v?.number === 'string' && Object.keys(v).length === 1) return Number(v.number);
        return typeof v?.typed === 'string' ? new globalThis[v.typed](v.values) : v;
      });
}

/** {shape, data: number[], rows, cols} */
export async function tensor(page, stage, where = {}) {
  const t = await api(page, 'tensor', stage, where);
  return { ...t, data: Array.from(t.data) };
}

export const frames = (page) =>
  page.evaluate(() => window.playgroundReady.then((p) => p.debug.frames()));

/** Compares with tests/web/golden/<name>.png; throws with both saved when more pixels differ. */
export async function golden(page_or_png, name, { most_different = 0.0015, clip } = {}) {
  const png = Buffer.isBuffer(page_or_png) ? page_or_png : await page_or_png.screenshot({ clip });
  const file = join(here, 'golden', `${name}.png`);
  if (process.env.AP_UPDATE_GOLDEN || !existsSync(file)) {
    if (!process.env.AP_UPDATE_GOLDEN)
      throw new Error(`no golden image ${file}; record with AP_UPDATE_GOLDEN=1`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, png);
    return;
  }
  const kept = await readFile(file);
  if (kept.equals(png)) return;
  const expected = PNG.sync.read(kept);
  const actual = PNG.sync.read(png);
  const results = join(build_folder, 'results', 'images');
  await mkdir(results, { recursive: true });
  if (expected.width !== actual.width || expected.height !== actual.height) {
    await writeFile(join(results, `${name}.png`), png);
    throw new Error(
      `${name}: ${actual.width} x ${actual.height}, golden ${expected.width} x ${expected.height}`,
    );
  }
  const diff = new PNG({ width: actual.width, height: actual.height });
  const different = pixelmatch(expected.data, actual.data, diff.data, actual.width, actual.height, {
    threshold: 0.15,
  });
  const share = different / (actual.width * actual.height);
  if (share <= most_different) return;
  await writeFile(join(results, `${name}.png`), png);
  await writeFile(join(results, `${name}.diff.png`), PNG.sync.write(diff));
  throw new Error(`${name}: ${(100 * share).toFixed(2)} % of the pixels differ; see ${results}`);
}

/** Share of pixels of two pictures that a person could tell apart; 1 where their sizes differ. */
export function difference(one, other) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  const { width, height } = a;
  if (width !== b.width || height !== b.height) return 1;
  return pixelmatch(a.data, b.data, null, width, height, { threshold: 0.15 }) / (width * height);
}

/** Share of the canvas's pixels that are not of its most common colour: 0 for a blank picture. */
export const picture_share = async (page) =>
  share_of_picture(await page.locator('#canvas').screenshot());
export function share_of_picture(bytes) {
  const png = PNG.sync.read(bytes);
  const counts = new Map();
  for (let i = 0; i < png.data.length; i += 4) {
    const colour = png.data.readUInt32LE(i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return 1 - Math.max(...counts.values()) / (png.data.length / 4);
}
