// The cell under the pointer is the one that is hit: at the zooms of a browser, and in a figure that its
// article scales, as slides and cards are. Corners of cells as well as their middles.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, browser, close_page, open_page, ready, serve, settled } from './harness.mjs';
import { stored_view } from './sheet_hands.mjs';

const SCREEN = { width: 1280, height: 800 };
const CELLS = [
  ['embeddings', 0, 0],
  ['embeddings', 4, 3],
  ['w_q', 2, 1],
  ['scores', 3, 2],
  ['weights', 5, 5],
];
const CORNERS = [
  [0.5, 0.5],
  [0.12, 0.12],
  [0.88, 0.88],
];

let chrome;
let site;
before(async () => {
  [chrome, site] = await Promise.all([browser(), serve()]);
});
after(async () => {
  await chrome?.close();
  await site?.close();
});

/** `to_page`: from a point of the playground's page to one of the window's. */
async function every_cell_is_hit(page, inside, to_page, what) {
  let tried = 0;
  for (const [stage, row, col] of CELLS) {
    for (const [across, down] of CORNERS) {
      // Null: not on the sheet, or not in view.
      const place = await inside.evaluate(
        ({ stage, where, across, down }) => {
          const rect = window.api.debug.rect(stage, where);
          const at = rect && { x: rect.x + across * rect.w, y: rect.y + down * rect.h };
          return at && at.x < innerWidth - 60 && at.y < innerHeight - 60 && at.y > 60 ? at : null;
        },
        { stage, where: { row, col }, across, down },
      );
      if (!place) continue;
      const { x, y } = to_page(place);
      await page.mouse.click(x, y);
      await settled(inside);
      const hit = await api(inside, 'selection');
      assert.deepEqual(
        [hit?.stage, hit?.row, hit?.col],
        [stage, row, col],
        `${what}: at ${across}, ${down} of ${stage}[${row},${col}]`,
      );
      await page.keyboard.press('Escape');
      tried++;
    }
  }
  assert.ok(tried >= 6, `${what}: only ${tried} places are on the screen`);
}

for (const zoom of [0.67, 1.1, 1.25, 2]) {
  test(`at a zoom of ${Math.round(100 * zoom)} %`, async () => {
    const page = await open_page(chrome, `${site.address}#preset=cat`, {
      width: Math.round(SCREEN.width / zoom),
      height: Math.round(SCREEN.height / zoom),
      scale: zoom,
      before: stored_view(),
    });
    const { density, size } = await page.evaluate(() => ({
      density: devicePixelRatio,
      size: [document.getElementById('canvas').width, innerWidth * devicePixelRatio],
    }));
    assert.ok(Math.abs(density - zoom) < 0.01);
    assert.ok(Math.abs(size[0] - size[1]) <= 1, String(size));
    await every_cell_is_hit(page, page, (at) => at, `${zoom}`);
    assert.deepEqual(page.problems, []);
    await close_page(page);
  });
}

const FIGURES = [
  ['transform: scale(.8)', 0.8, 1],
  ['transform: scale(.8)', 0.8, 1.25],
  ['transform: scale(1.3)', 1.3, 1],
  ['zoom: .8', 0.8, 1],
];
for (const [style, scale, density] of FIGURES) {
  test(`in a figure with ${style}, density ${density}`, async () => {
    const page = await open_page(chrome, `${site.address}slide.html`, {
      ...SCREEN,
      scale: density,
      wait: false,
      before: (it) =>
        it.route('**/slide.html', (route) =>
          route.fulfill({
            contentType: 'text/html',
            body: `<!doctype html><title>Slide</title><link rel="icon" href="data:,">
                <body style="margin: 13px 7px"><div style="${style}; transform-origin: 0 0; width: 900px">
                <attention-playground preset="cat" poster="none" height="560" hide="hints"></attention-playground></div>
                <script type="module" src="element.js"></script>`,
          }),
        ),
    });
    const element = page.locator('attention-playground');
    await element.evaluate((e) => e.ready);
    const frame = element.locator('iframe');
    const inside = await (await frame.elementHandle()).contentFrame();
    await ready(inside);
    const box = await frame.boundingBox();
    const to_page = ({ x, y }) => ({ x: box.x + scale * x, y: box.y + scale * y });
    await every_cell_is_hit(page, inside, to_page, style);
    assert.deepEqual(page.problems, []);
    await close_page(page);
  });
}
