// Pictures of the page for tests: how much of two differs, how much stands in one, the colour of a cell.
import assert from 'node:assert/strict';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { at } from './sheet_hands.mjs';

export const picture = async (page, clip) => PNG.sync.read(await page.screenshot({ clip }));
export function changed(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return pixelmatch(a.data, b.data, null, a.width, a.height, { threshold: 0.1 });
}
/** Colours other than the commonest in a picture. */
export function ink(png) {
  const counts = new Map();
  for (let i = 0; i < png.data.length; i += 4) {
    const colour = png.data.readUInt32LE(i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return png.width * png.height - Math.max(...counts.values());
}

/** The colour at the corner of a cell, where no number stands. */
export async function cell_colour(page, stage, row, col) {
  const { x, y } = await at(page, stage, { row, col });
  return [
    ...(
      await picture(page, { x: Math.ceil(x) + 2, y: Math.ceil(y) + 2, width: 1, height: 1 })
    ).data.subarray(0, 3),
  ];
}
export const distance = (a, b) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));
