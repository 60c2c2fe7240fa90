// The page's hottest loops are written in an order that keeps everything in registers and the
// processor's pipes busy (src/tensor/tile_wasm.S). A tool that joins their steps, moves a product, or moves
// a tile into its caller would change no number and take up to half of the speed: so what was linked is read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const build = process.env.AP_BUILD ?? path.join(import.meta.dirname, '../../build');
const kSteps = 8 + 1; // a pass of eight and the single step
/** last: the offset of a pass's last load. A step's products; those that wait for their neighbour's. */
const kTiles = [
  {
    name: '3 x 12',
    page: 'attention-playground',
    last: 368,
    product: 'f32x4.mul',
    products: 9,
    held: 3,
  },
  {
    name: '4 x 8',
    page: 'attention-playground',
    last: 240,
    product: 'f32x4.mul',
    products: 8,
    held: 4,
  },
  {
    name: '6 x 8',
    page: 'attention-playground-relaxed',
    last: 240,
    product: 'f32x4.relaxed_madd',
    products: 12,
    held: 0,
  },
];

/** Where Binaryen's wasm-dis is, or undefined. */
function disassembler() {
  const emscripten = process.env.AP_EMSCRIPTEN_ROOT;
  try {
    const root = execFileSync(
      emscripten ? path.join(emscripten, 'em-config') : 'em-config',
      ['BINARYEN_ROOT'],
      { encoding: 'utf8' },
    ).trim();
    const tool = path.join(root, 'bin/wasm-dis');
    return fs.existsSync(tool) ? tool : undefined;
  } catch {
    return undefined;
  }
}

/** The page's functions, as text. */
const functions = new Map();
function functionsOf(page, tool) {
  if (!functions.has(page)) {
    const text = execFileSync(
      tool,
      ['--enable-simd', '--enable-relaxed-simd', path.join(build, `web/${page}.wasm`)],
      { encoding: 'utf8', maxBuffer: 1 << 30 },
    );
    functions.set(page, text.split(/^ \(func /m));
  }
  return functions.get(page);
}

for (const { name, page, last, product, products, held } of kTiles) {
  test(`the tile of ${name} is a function of its own, its steps are one after the other, its pairs together`, (t) => {
    const tool = disassembler();
    if (!tool) return t.skip('no wasm-dis here');
    const lastLoad = (f) =>
      Math.max(...[...f.matchAll(/\(v128\.load offset=(\d+)/g)].map((m) => Number(m[1])));
    const tiles = functionsOf(page, tool).filter(
      (f) => f.includes('v128.load32_splat') && lastLoad(f) === last,
    );
    assert.equal(tiles.length, 1, 'it is there once');
    const count = (pattern) => [...tiles[0].matchAll(pattern)].length;
    const instruction = product.replace('.', '\\.');
    assert.equal(
      count(new RegExp(`\\(${instruction}`, 'g')),
      products * kSteps,
      'nothing else is in the function',
    );
    const sum = held ? '\\(f32x4\\.add\\s+\\(' : '\\(';
    const kept = new RegExp(`\\(local\\.set \\$\\w+\\s+${sum}${instruction}`, 'g');
    assert.equal(count(kept), (products - held) * kSteps, 'each sum is kept at once');
    // set h (a * b); set s1 (a * b' + s1); set s0 (h + s0)
    const pairs = [...tiles[0].matchAll(/\(local\.set (\$\w+)\s+\(f32x4\.mul/g)].filter((m) => {
      const next = tiles[0].indexOf('(f32x4.add', m.index),
        after = tiles[0].indexOf('(f32x4.add', next + 1);
      return (
        /^\(f32x4\.add\s+\(f32x4\.mul/.test(tiles[0].slice(next)) &&
        new RegExp(`^\\(f32x4\\.add\\s+\\(local\\.get \\${m[1]}\\)`).test(tiles[0].slice(after))
      );
    });
    assert.equal(pairs.length, held * kSteps, "a product waits for its neighbour's");
  });
}
