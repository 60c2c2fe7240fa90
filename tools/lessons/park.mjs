// Draws the picture of the lesson on images, 72 x 48 points, and writes assets/lessons/park.json and
// the two states whose tokens are its patches (make.mjs trains one of them). Same bytes every time.
//   node tools/lessons/park.mjs
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { letters_of, patch_rows, pixels_of } from '../../web/lessons_picture.js';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const WIDTH = 72,
  HEIGHT = 48,
  ACROSS = 6,
  DOWN = 4;

// Each material from dark to light.
const SHADES = {
  sky: ['#8fc3e6', '#a3cfec', '#b7dbf1', '#cde7f6', '#e0f1fa'],
  cloud: ['#e9eef2', '#ffffff'],
  sun: ['#ffd75a', '#ffe896'],
  hill: ['#6f9e6b', '#7fae78', '#90bc86'],
  leaf: ['#2f6b3a', '#3b7d44', '#4a9050', '#5ca45c'],
  trunk: ['#5b3d28', '#6f4c32'],
  grass: ['#5f9a3c', '#6ba945', '#78b64f', '#86c25b'],
  path: ['#cbb48a', '#d8c49d'],
  dog: ['#7a4a22', '#8f5a2c', '#a56c39', '#ba8049'],
  dark: ['#2a1c14'],
  ball: ['#b3202a', '#d63340', '#f06a6f'],
};
const palette = Object.values(SHADES).flat();
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.slice(0, palette.length);

let seed = 12345;
const noise = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const shade = (material, light) => {
  const list = SHADES[material];
  const at = light * list.length + (noise() - 0.5) * 0.9;
  return list[Math.min(list.length - 1, Math.max(0, Math.floor(at)))];
};
const grid = Array.from({ length: HEIGHT }, () => Array(WIDTH));
/** Paints where inside(x, y) gives a lightness of 0..1. */
function paint(material, inside) {
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const light = inside(x + 0.5, y + 0.5);
      if (light !== null) grid[y][x] = shade(material, light);
    }
  }
}
const ellipse = (cx, cy, rx, ry) => (x, y) => {
  const [u, v] = [(x - cx) / rx, (y - cy) / ry];
  return u * u + v * v > 1 ? null : 0.55 - 0.3 * u - 0.4 * v;
};
const box = (x0, y0, x1, y1) => (x, y) => (x >= x0 && x < x1 && y >= y0 && y < y1 ? 0.5 : null);

paint('sky', (_x, y) => (y < 26 ? y / 26 : null));
paint('sun', ellipse(63, 6, 4.2, 4.2));
for (const [x, y, rx, ry] of [
  [14, 7, 6, 2.4],
  [19, 6, 5, 3],
  [24, 7.4, 5, 2],
  [45, 10, 6, 2],
  [50, 9, 4, 2.4],
]) {
  paint('cloud', ellipse(x, y, rx, ry));
}
paint('hill', (x, y) => (y > 21 + 2.5 * Math.sin(x / 9) && y < 30 ? 0.5 : null));
paint('grass', (x, y) =>
  y >= 25 + 0.8 * Math.sin(x / 5) ? 0.35 + 0.012 * (y - 25) + 0.15 * Math.sin(x * 1.7 + y) : null,
);
paint('path', (x, y) =>
  Math.abs(x - 62 - 8 * Math.sin(y / 9)) < 1.2 + (y - 27) * 0.13 && y > 27 ? 0.5 : null,
);
paint('trunk', box(6, 20, 9, 31));
for (const [x, y, r] of [
  [7.5, 15, 6.5],
  [3, 19, 4],
  [12, 18.5, 4.4],
  [7, 9.5, 4.4],
])
  paint('leaf', ellipse(x, y, r, r * 0.9));
paint('trunk', box(40, 20, 42, 27));
for (const [x, y, r] of [
  [41, 17, 4.6],
  [38, 20, 3],
  [44, 19.6, 3],
])
  paint('leaf', ellipse(x, y, r, r));
// The dog, from tail to nose, and the ball before it.
paint('dog', (x, y) =>
  Math.abs(y - (31 - 0.5 * (17 - x))) < 1.1 && x > 11 && x < 18 ? 0.5 : null,
);
paint('dog', ellipse(24, 33, 8.5, 4.6));
for (const x of [17, 20, 27, 30]) paint('dog', box(x, 35, x + 2.2, 42));
paint('dog', ellipse(33, 27.5, 4.2, 3.8));
paint('dog', ellipse(37, 29, 3, 1.9));
paint('dark', ellipse(30.4, 27, 1.5, 3));
paint('dark', ellipse(39.4, 28.4, 0.9, 0.8));
paint('dark', ellipse(34.3, 26.6, 0.7, 0.7));
paint('ball', ellipse(47.5, 38.5, 3.9, 3.9));

const rows = grid.map((row) => row.map((colour) => letters[palette.indexOf(colour)]).join(''));
const park = {
  about:
    'A brown dog runs after a red ball on the grass of a park, a tree on either side, blue sky above.',
  across: ACROSS,
  down: DOWN,
  letters,
  palette,
  rows,
};
fs.writeFileSync(path.join(root, 'assets/lessons/park.json'), `${JSON.stringify(park, null, 1)}\n`);

const tokens = letters_of(ACROSS, DOWN);
const embeddings = patch_rows(pixels_of(park), WIDTH, HEIGHT, ACROSS, DOWN);
export const patches = { text: tokens.join(' '), tokens, embeddings };
const lines = (value) =>
  JSON.stringify(value, null, 1).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, list) => `[${list.replace(/\s+/g, ' ')}]`,
  );
const state = {
  version: 1,
  title: 'A picture of 24 tokens',
  query: patches,
  model: {
    width: 16,
    heads: 1,
    scale: 'off',
    layers: [{ w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' }],
  },
};
fs.mkdirSync(path.join(root, 'assets/lessons/states'), { recursive: true });
fs.writeFileSync(path.join(root, 'assets/lessons/states/patches.json'), `${lines(state)}\n`);
