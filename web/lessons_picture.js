// A picture as tokens: cut into patches, each described by 16 numbers. Also used by
// tools/lessons/park.mjs, so that a picture dropped in gets the numbers that the shipped one has.

/** RGBA of a picture that is written as letters of a palette. */
export function pixels_of({ palette, letters, rows }) {
  const out = new Uint8ClampedArray(4 * rows.length * rows[0].length);
  [...rows.join('')].forEach((letter, i) => {
    const hex = parseInt(palette[letters.indexOf(letter)].slice(1), 16);
    out.set([hex >> 16, (hex >> 8) & 255, hex & 255, 255], 4 * i);
  });
  return out;
}

/** "a1" ... "f4": columns are letters, as on a map. */
export const letters_of = (across, down) =>
  Array.from(
    { length: across * down },
    (_, i) => String.fromCharCode(97 + (i % across)) + (1 + Math.floor(i / across)),
  );

/** A row of 16 numbers a patch: red, green, blue of its quarters, contrast, edges across and down,
 *  colourfulness; each less its mean over the picture, and of a size around 1. */
export function patch_rows(rgba, width, height, across, down) {
  const [w, h] = [width / across, height / down];
  const at = (x, y, c) => rgba[4 * (y * width + x) + c] / 255;
  const light = (x, y) => (at(x, y, 0) + at(x, y, 1) + at(x, y, 2)) / 3;
  const rows = [];
  for (let p = 0; p < across * down; p++) {
    const x0 = (p % across) * w;
    const y0 = Math.floor(p / across) * h;
    const sums = new Array(12).fill(0);
    let [sum, squares, over, under, colour] = [0, 0, 0, 0, 0];
    for (let y = y0; y < y0 + h; y++) {
      for (let x = x0; x < x0 + w; x++) {
        const quarter = (y - y0 < h / 2 ? 0 : 2) + (x - x0 < w / 2 ? 0 : 1);
        const c = [at(x, y, 0), at(x, y, 1), at(x, y, 2)];
        c.forEach((value, i) => {
          sums[3 * quarter + i] += value;
        });
        const l = light(x, y);
        sum += l;
        squares += l * l;
        if (x > x0) over += Math.abs(l - light(x - 1, y));
        if (y > y0) under += Math.abs(l - light(x, y - 1));
        colour += Math.max(...c) - Math.min(...c);
      }
    }
    const n = w * h;
    const mean = sum / n;
    rows.push([
      ...sums.map((s) => (4 * s) / n),
      2 * Math.sqrt(Math.max(0, squares / n - mean * mean)),
      (8 * over) / n,
      (8 * under) / n,
      (2 * colour) / n,
    ]);
  }
  const means = rows[0].map((_, j) => rows.reduce((s, r) => s + r[j], 0) / rows.length);
  return rows.map((r) => r.map((value, j) => Math.round(2000 * (value - means[j])) / 1000));
}
