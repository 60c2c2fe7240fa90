// The page as a good citizen: what it takes, what it leaves alone, how it survives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { api, browser, frames, open_page, picture_share, serve, settled } from './harness.mjs';

let chrome;
let site;
before(async () => {
  [chrome, site] = await Promise.all([browser(), serve()]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

/** One page a test, closed with its context; no console error may be left. */
function page_test(name, options, body) {
  test(name, async () => {
    const page = await open_page(chrome, site.address + (options.path ?? ''), options);
    try {
      await body(page);
      assert.deepEqual(page.problems, []);
    } finally {
      await page.context().close();
    }
  });
}

const focused = (page) =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

/** Clicks into the top of the sheet until the DOM field over the sentence has the focus. */
async function open_sentence(page) {
  const { width } = page.viewportSize();
  for (const y of [20, 36, 52, 68, 84]) {
    for (const x of [0.2, 0.35, 0.5, 0.65]) {
      await page.mouse.click(width * x, y);
      await settled(page);
      if (await page.locator('[data-attention-field]:focus').count()) return;
      await page.keyboard.press('Escape');
    }
  }
  assert.fail('no text field opens in the top of the page');
}

page_test('a picture is drawn, the title stays, and idle it draws no frame', {}, async (page) => {
  assert.equal(await page.title(), 'Attention Playground');
  assert.ok((await picture_share(page)) > 0.01, 'the canvas is blank');
  await page.waitForTimeout(500);
  await settled(page);
  const before_idle = await frames(page);
  await page.waitForTimeout(5000);
  assert.equal(await frames(page), before_idle);
});

page_test(
  'the first view transfers at most 450 kB; words come after the first frame',
  {},
  async (page) => {
    await page.waitForFunction(() =>
      performance
        .getEntriesByType('resource')
        .some(({ name, responseEnd }) => name.endsWith('words.bin') && responseEnd > 0),
    );
    const { first, files } = await page.evaluate(() => ({
      first: performance.getEntriesByName('attention-first-frame')[0].startTime,
      files: [
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ].map(({ name, startTime, encodedBodySize }) => ({
        name,
        startTime,
        bytes: encodedBodySize,
      })),
    }));
    const words = files.find(({ name }) => name.endsWith('words.bin'));
    assert.ok(words.startTime > first, 'the word list was fetched before the first frame');
    const own = files.filter(({ startTime }) => startTime <= first);
    assert.ok(own.some(({ name }) => name.endsWith('.wasm')));
    const total = own.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of own)
      console.log(`  ${(bytes / 1000).toFixed(1).padStart(7)} kB  ${new URL(name).pathname}`);
    console.log(
      `  first view: ${(total / 1000).toFixed(1)} kB gzip; first frame after ${Math.round(first)} ms`,
    );
    assert.ok(total <= 450_000, `${total} bytes`);
  },
);

/** Keeps what the canvas shows after its first frame and after its last. */
const watch_canvas = (page) =>
  page.addInitScript(() => {
    const context = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function readable(kind, options) {
      // when nothing was drawn, too
      return context.call(this, kind, { ...options, preserveDrawingBuffer: true });
    };
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) =>
      request((time) => {
        callback(time);
        if (!performance.getEntriesByName('attention-first-frame').length) return;
        const frame = window.api?.debug.frames();
        if (window.firstPicture && frame === window.lastFrame) return; // none was drawn: nothing to read
        window.lastFrame = frame;
        window.lastPicture = document.getElementById('canvas').toDataURL();
        window.firstPicture ??= window.lastPicture;
      });
  });

page_test(
  'the first frame has all its letters: what is baked later changes nothing',
  { before: watch_canvas },
  async (page) => {
    await page.evaluate(() => window.api.debug.wake());
    await settled(page);
    const [first, last] = (
      await page.evaluate(() => [window.firstPicture, window.lastPicture])
    ).map((url) => PNG.sync.read(Buffer.from(url.split(',')[1], 'base64')));
    assert.deepEqual([first.width, first.height], [last.width, last.height]);
    const different = pixelmatch(first.data, last.data, null, first.width, first.height, {
      threshold: 0.15,
    });
    assert.ok(different < 60, `${different} pixels`);
  },
);

/** With this stored view: whether the second part was fetched before the first frame. */
async function late_is_early(stored) {
  const page = await open_page(chrome, site.address, {
    before: (p) =>
      p.addInitScript((text) => localStorage.setItem('attention-playground:view', text), stored),
  });
  const early = await page.evaluate(() => {
    const first = performance.getEntriesByName('attention-first-frame')[0].startTime;
    const late = performance
      .getEntriesByType('resource')
      .find(({ name }) => name.endsWith('-late.wasm'));
    return late.startTime < first;
  });
  assert.deepEqual(page.problems, []);
  assert.ok((await picture_share(page)) > 0.01);
  await page.context().close();
  return early;
}

test('who comes back waits for the second part only if the first picture needs it', async () => {
  const settings =
    'theme=2&panel=0&numbers=0&fixed=1&layer=0&head=1&lift=40&threshold=10&welcomed=1&fold=10';
  assert.equal(await late_is_early(settings), false);
  assert.equal(await late_is_early('theme=1&panel=3&welcomed=1'), true);
});

test('works under script-src self and wasm-unsafe-eval alone', async () => {
  const strict = await serve(undefined, () => ({
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'",
  }));
  const page = await open_page(chrome, strict.address, {
    before: (p) =>
      p.addInitScript(() => {
        window.violations = [];
        document.addEventListener('securitypolicyviolation', (e) =>
          window.violations.push(`${e.violatedDirective} ${e.blockedURI}`),
        );
      }),
  });
  assert.ok((await picture_share(page)) > 0.01);
  await open_sentence(page);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await strict.close();
});

page_test('a lost context comes back with the same picture', {}, async (page) => {
  const picture = await picture_share(page);
  const state = await api(page, 'state');
  await page.evaluate(() => {
    window.lose = document
      .getElementById('canvas')
      .getContext('webgl2')
      .getExtension('WEBGL_lose_context');
    window.lose.loseContext();
  });
  await page.waitForTimeout(200);
  await api(page, 'dispatch', { type: 'set_title', title: 'while the context was away' });
  await page.evaluate(() => window.lose.restoreContext());
  await page.waitForTimeout(200);
  await settled(page);
  assert.ok(Math.abs((await picture_share(page)) - picture) < 0.005);
  assert.equal((await api(page, 'state')).query.text, state.query.text);
});

page_test('the canvas follows density and size to the pixel', {}, async (page) => {
  const size = () =>
    page.evaluate(() => {
      const canvas = document.getElementById('canvas');
      const box = canvas.getBoundingClientRect();
      return [
        canvas.width,
        canvas.height,
        box.width * devicePixelRatio,
        box.height * devicePixelRatio,
      ];
    });
  const cdp = await page.context().newCDPSession(page);
  // Emulation tells the page of a new density only with a new size; zooming a browser changes both.
  for (const [width, height, scale] of [
    [1270, 790, 2],
    [400, 700, 3],
    [600, 500, 1.5],
  ]) {
    await cdp.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: scale,
      mobile: false,
    });
    await page.waitForTimeout(150);
    await settled(page);
    const [w, h, expected_w, expected_h] = await size();
    assert.ok(
      Math.abs(w - expected_w) < 1 && Math.abs(h - expected_h) < 1,
      `${w} x ${h} for ${expected_w} x ${expected_h}`,
    );
    assert.ok((await picture_share(page)) > 0.005);
  }
});

page_test('nothing is wider than a 400 pixel phone', { width: 400, height: 720 }, async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 400));
  assert.ok((await picture_share(page)) > 0.01);
});

page_test(
  "Tab and Shift+Tab leave the canvas; browser shortcuts stay the browser's",
  {},
  async (page) => {
    await page.focus('#canvas');
    await page.keyboard.press('Tab');
    assert.notEqual(await focused(page), 'canvas');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(page), 'canvas');
    const prevented = await page.evaluate(() =>
      ['r', 't', 'l', 'f', 'z'].map((key) => {
        const event = new KeyboardEvent('keydown', {
          key,
          ctrlKey: true,
          bubbles: true,
          cancelable: true,
        });
        document.getElementById('canvas').dispatchEvent(event);
        return event.defaultPrevented;
      }),
    );
    assert.deepEqual(prevented, [false, false, false, false, true]);
    const outside = await page.evaluate(() => {
      const event = new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
      return event.defaultPrevented;
    });
    assert.equal(outside, false, 'keys outside the canvas are taken');
  },
);

page_test(
  'the sentence is edited in a real input: keys, paste, input method, undo',
  {},
  async (page) => {
    await open_sentence(page);
    const field = page.locator('[data-attention-field]:focus');
    assert.equal(await field.getAttribute('autocorrect'), 'off');
    assert.equal(await field.evaluate((element) => element.spellcheck), false);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('A dog sleeps');
    await settled(page);
    assert.equal((await api(page, 'state')).query.text, 'A dog sleeps');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Input.imeSetComposition', { text: 'ね', selectionStart: 1, selectionEnd: 1 });
    await settled(page);
    assert.equal(
      (await api(page, 'state')).query.text,
      'A dog sleeps',
      'an unfinished composition was taken',
    );
    await cdp.send('Input.insertText', { text: '猫' });
    await settled(page);
    assert.equal((await api(page, 'state')).query.text, 'A dog sleeps猫');
    await field.evaluate((element) => element.setSelectionRange(0, 1));
    await page.evaluate(() => document.execCommand('insertText', false, 'The old'));
    await settled(page);
    assert.equal((await api(page, 'state')).query.text, 'The old dog sleeps猫');
    await page.keyboard.press('Control+Z');
    await settled(page);
    assert.notEqual((await api(page, 'state')).query.text, 'The old dog sleeps猫');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.equal(await focused(page), 'canvas');
  },
);

page_test('a click elsewhere ends the editing and keeps what was typed', {}, async (page) => {
  await open_sentence(page);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Two words');
  await page.mouse.click(640, 700);
  await settled(page);
  assert.equal(await page.locator('[data-attention-field]:visible').count(), 0);
  assert.equal(await focused(page), 'canvas');
  assert.equal((await api(page, 'state')).query.text, 'Two words');
});
