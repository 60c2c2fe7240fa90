// How the page answers the hand: main-thread work of the frames that follow a scrubbed cell, a pan
// and a zoom; frames while nothing happens; bytes and time up to the first frame, against an empty
// WebGL page in the same run. Real mouse events in a headless Chromium; the GPU is its software one,
// whose own threads are not counted.
//   node bench/page/input.mjs [build/web]    prints the table by itself
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { launch_chromium } from '../../tools/chromium.mjs';
import { barTable } from '../bars.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};
const STARTS = 21;

// An empty WebGL page; with ?names, one that first downloads these files and does nothing with them.
const EMPTY = `<!doctype html><meta charset="utf-8"><title>Empty</title><canvas id="c" width="1280" height="800"></canvas>
<script type="module">
const names = location.search.slice(1).split(',').filter(Boolean);
const loading = Promise.all(names.map((name) => fetch(name).then((answer) => answer.arrayBuffer())));
const gl = document.getElementById('c').getContext('webgl2');
if (names.length) await loading;
requestAnimationFrame(() => { gl.clearColor(1, 1, 1, 1); gl.clear(gl.COLOR_BUFFER_BIT); });
</script>`;

/** In the page, before its own scripts: times of frames and of input listeners. */
function watch() {
  const seen = (window.__work = { frames: [], events: 0, first: 0 });
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      const start = performance.now();
      callback(time);
      const end = performance.now();
      seen.first ||= end;
      seen.frames.push(end - start + seen.events);
      seen.events = 0;
    });
  const add = EventTarget.prototype.addEventListener;
  const wrapped = new WeakMap();
  EventTarget.prototype.addEventListener = function listen(type, listener, options) {
    if (typeof listener !== 'function' || !/^(pointer|mouse|wheel|key)/.test(type))
      return add.call(this, type, listener, options);
    const timed =
      wrapped.get(listener) ??
      function timed_listener(event) {
        const start = performance.now();
        const result = listener.call(this, event);
        seen.events += performance.now() - start;
        return result;
      };
    wrapped.set(listener, timed);
    return add.call(this, type, timed, options);
  };
  const remove = EventTarget.prototype.removeEventListener;
  EventTarget.prototype.removeEventListener = function unlisten(type, listener, options) {
    return remove.call(this, type, wrapped.get(listener) ?? listener, options);
  };
}

function serve(folder) {
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = path.join(folder, name === '/' ? 'index.html' : name);
    const isolated = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    if (name === '/empty.html')
      return response.writeHead(200, { 'Content-Type': 'text/html', ...isolated }).end(EMPTY);
    if (!file.startsWith(folder + path.sep) || !fs.existsSync(file) || !fs.statSync(file).isFile())
      return response.writeHead(404).end();
    return response
      .writeHead(200, {
        'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
        ...isolated,
      })
      .end(fs.readFileSync(file));
  });
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready(server));
  });
}

/** `visited`: without the first visit's hints; an earlier visit also has the page load all at once. */
async function open(browser, address, visited = true) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (visited)
    await page.addInitScript(() => localStorage.setItem('attention-playground:view', 'welcomed=1'));
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Milliseconds of processor time of the main thread so far. */
  page.cpu = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  await page.goto(address);
  return page;
}

const quantile = (list, q) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};

/** The page answers and stands still. */
async function settled(page) {
  await page.evaluate(async () => {
    const { debug } = await window.playgroundReady;
    let last = -1;
    for (let quiet = 0; quiet < 5; ) {
      await new Promise((done) => {
        setTimeout(done, 60);
      });
      quiet = debug.frames() === last && last > 0 ? quiet + 1 : 0;
      last = debug.frames();
    }
  });
}
const next_frame = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        requestAnimationFrame(() => setTimeout(done, 0));
      }),
  );
const take = (page) => page.evaluate(() => window.__work.frames.splice(0));
const dispatch = async (page, ...actions) => {
  for (const action of actions) {
    const { ok, error } = await page.evaluate(
      (a) => window.playgroundReady.then((p) => p.dispatch(a)),
      action,
    );
    if (!ok) throw new Error(`${JSON.stringify(action)}: ${error.message}`);
  }
};
const words = (count) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

/**
 * What one movement of the hand costs: the main thread's own processor time, all tasks of it (events,
 * script, the browser's share), less what the measuring itself costs, over the frames that were drawn.
 * The clock's time of the frame alone is told beside it: it grows with whatever else the machine does.
 */
async function gesture(page, moves, move) {
  for (let i = 0; i < 5; ++i) {
    await move(i);
    await next_frame(page);
  }
  await take(page);
  const times = [];
  const drawn = () => page.evaluate(() => window.playgroundReady.then((p) => p.debug.frames()));
  const from = await drawn(),
    start = await page.cpu();
  for (let i = 5; i < moves; ++i) {
    await move(i);
    await next_frame(page);
    // next_frame's own callback takes no time: the longest of the few is the playground's.
    times.push(Math.max(...(await take(page))));
  }
  const all = (await page.cpu()) - start,
    frames = (await drawn()) - from;
  const still = await page.cpu();
  for (let i = 5; i < moves; ++i) {
    await next_frame(page);
    await take(page);
  }
  const cpu = all - ((await page.cpu()) - still);
  return {
    cpu_ms: cpu / Math.max(1, frames),
    frames,
    clock_ms: quantile(times, 0.5),
    clock_p90_ms: quantile(times, 0.9),
  };
}

async function scrub(page) {
  await dispatch(
    page,
    { type: 'set_text', text: words(12) },
    { type: 'set_width', width: 64 },
    { type: 'set_heads', heads: 4 },
  );
  await settled(page);
  const cell = await page.evaluate(() =>
    window.playgroundReady.then((p) => {
      const at = p.debug.rect('w_q', { row: 1, col: 1 }),
        canvas = document.getElementById('canvas').getBoundingClientRect();
      return { x: at.x + at.w / 2 + canvas.x, y: at.y + at.h / 2 + canvas.y };
    }),
  );
  const value = () =>
    page.evaluate(() =>
      window.playgroundReady.then((p) => {
        const t = p.tensor('w_q');
        return t.data[t.shape[1] + 1];
      }),
    );
  await page.mouse.move(cell.x, cell.y);
  await page.mouse.down();
  await page.mouse.move(cell.x + 8, cell.y);
  await settled(page);
  let late = 0,
    last = await value();
  const times = await gesture(page, 65, async (i) => {
    await page.mouse.move(cell.x + 10 + 2 * i, cell.y);
  });
  for (let i = 0; i < 10; ++i) {
    // one frame later the number is another
    await page.mouse.move(cell.x + 142 + 3 * i, cell.y);
    await next_frame(page);
    const now = await value();
    late += now === last ? 1 : 0;
    last = now;
  }
  await page.mouse.up();
  return { ...times, late };
}

async function look(page) {
  await dispatch(page, { type: 'set_text', text: words(512) });
  await settled(page);
  const ground = { x: 606, y: 400 };
  await page.mouse.click(640, 128); // in use: the wheel is its own
  await page.mouse.move(ground.x, ground.y);
  await page.keyboard.down('Control');
  const zoom = await gesture(page, 45, (i) => page.mouse.wheel(0, i < 30 ? -40 : 30));
  await page.keyboard.up('Control');
  await page.mouse.down({ button: 'middle' });
  const pan = await gesture(page, 65, (i) =>
    page.mouse.move(ground.x + 4 * i, ground.y + 2 * (i % 7)),
  );
  await page.mouse.up({ button: 'middle' });
  await settled(page);
  const before = await page.evaluate(() => window.playgroundReady.then((p) => p.debug.frames()));
  await page.waitForTimeout(1500);
  const idle =
    (await page.evaluate(() => window.playgroundReady.then((p) => p.debug.frames()))) - before;
  return { pan, zoom, idle };
}

/** Milliseconds up to the end of the first frame's work, and what was asked for before it was drawn. */
async function start_of(browser, address) {
  const page = await open(browser, 'about:blank', false);
  await page.goto(address);
  await page.waitForFunction(() => window.__work.first > 0);
  // As tests/web/shell.test.mjs counts it; on the screen it is a little later, when the rest is on its way.
  const start = await page.evaluate(() => {
    const drawn =
      performance.getEntriesByName('attention-first-frame')[0]?.startTime ?? window.__work.first;
    return {
      first: window.__work.first,
      files: performance
        .getEntriesByType('resource')
        .filter((r) => r.startTime <= drawn)
        .map((r) => r.name),
    };
  });
  await page.context().close();
  return start;
}

/** By turns: an empty WebGL page, the playground, and an empty page that downloads what the playground did. */
async function first_view(browser, address, site) {
  const ours = [],
    empty = [],
    fetched = [];
  let files = [];
  for (let i = 0; i < STARTS; ++i) {
    empty.push((await start_of(browser, `${address}empty.html`)).first);
    const start = await start_of(browser, address);
    ours.push(start.first);
    files = start.files
      .map((url) => new URL(url).pathname.slice(1))
      .filter((name) => fs.existsSync(path.join(site, name)));
    fetched.push((await start_of(browser, `${address}empty.html?${files}`)).first);
  }
  const bytes = ['index.html', ...files].reduce(
    (sum, name) => sum + gzipSync(fs.readFileSync(path.join(site, name)), { level: 9 }).length,
    0,
  );
  const [ours_ms, empty_ms, fetched_ms] = [ours, empty, fetched].map((list) => quantile(list, 0.5));
  return { ours_ms, empty_ms, download_ms: Math.max(0, fetched_ms - empty_ms), bytes };
}

/** Everything, from the site in this folder. */
export async function measure_input(site) {
  const server = await serve(path.resolve(site));
  const browser = await launch_chromium(chromium, {
    executablePath: process.env.AP_CHROMIUM ?? '/usr/bin/chromium',
  });
  try {
    const address = `http://127.0.0.1:${server.address().port}/`;
    const page = await open(browser, address);
    await settled(page);
    const edit = await scrub(page);
    await page.mouse.move(1100, 770);
    const { pan, zoom, idle } = await look(page);
    await page.context().close();
    return {
      scrub: edit,
      pan,
      zoom,
      idle,
      start: await first_view(browser, address, path.resolve(site)),
    };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Rows of bars.mjs's table. */
export function input_bars(r) {
  const frame = (what, s, most, more = '') => ({
    what,
    value: s.cpu_ms,
    bar: most,
    reached: s.cpu_ms < most,
    shown: `${s.cpu_ms.toFixed(2)} ms`,
    shown_bar: `< ${most} ms`,
    note: `processor time, mean of ${s.frames} frames${more}; clock of the frame alone ${s.clock_ms.toFixed(2)} ms, 90 % ${s.clock_p90_ms.toFixed(2)}`,
  });
  const { ours_ms, empty_ms, download_ms } = r.start;
  const ratio = (ours_ms - download_ms) / empty_ms;
  return [
    frame(
      'scrub a cell, T 12, D 64, H 4: main thread a frame',
      r.scrub,
      4,
      `; later than the next frame: ${r.scrub.late} of 10`,
    ),
    frame('pan at T 512: main thread a frame', r.pan, 6),
    frame('zoom at T 512: main thread a frame', r.zoom, 6),
    {
      what: 'frames in 1.5 s of nothing',
      value: r.idle,
      bar: 0,
      reached: r.idle === 0,
      shown: `${r.idle}`,
      shown_bar: '0',
      note: '',
    },
    {
      what: 'first view, gzip',
      value: r.start.bytes,
      bar: 480e3,
      reached: r.start.bytes <= 480e3,
      shown: `${(r.start.bytes / 1000).toFixed(1)} kB`,
      shown_bar: '<= 480 kB',
      note: '',
    },
    {
      what: "first frame less download, of an empty WebGL page's time",
      value: ratio,
      bar: 2,
      reached: ratio <= 2,
      shown: `${ratio.toFixed(2)} x`,
      shown_bar: '<= 2 x',
      note: `${ours_ms.toFixed(0)} ms, of it download ${download_ms.toFixed(0)}, to ${empty_ms.toFixed(0)} ms; medians of ${STARTS}`,
    },
  ];
}

/** Measures, prints the table, and returns {measured, bars}; null where the page was not built. */
export async function inputReport(site) {
  if (!fs.existsSync(path.join(site, 'index.html'))) {
    console.log(
      `\nno page in ${site}: its answers to the hand were not measured (./build.sh builds it)`,
    );
    return null;
  }
  const measured = await measure_input(site);
  const bars = input_bars(measured);
  console.log(`\nthe page under the hand, 1280 x 800, software GPU\n${barTable(bars)}`);
  return { ...measured, bars };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await inputReport(
    process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/web'),
  );
}
