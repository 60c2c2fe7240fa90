// The page's hottest loop is written in an order that keeps everything in registers
// (src/tensor/tile_wasm.S). A tool that joins its steps, or moves it into its caller, would change no
// number and halve the speed: so what was linked is read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const build = process.env.AP_BUILD ?? path.join(import.meta.dirname, '../../build');
const kProducts = 9 * (8 + 1);  // a tile's, in the pass of eight steps and in the single step

/** Where Binaryen's wasm-dis is, or undefined. */
function disassembler() {
  const emscripten = process.env.AP_EMSCRIPTEN_ROOT;
  try {
    const root = execFileSync(emscripten ? path.join(emscripten, 'em-config') : 'em-config', ['BINARYEN_ROOT'],
      { encoding: 'utf8' }).trim();
    const tool = path.join(root, 'bin/wasm-dis');
    return fs.existsSync(tool) ? tool : undefined;
  } catch {
    return undefined;
  }
}

test('the tile of products is a function of its own, and its steps are one after the other', (t) => {
  const tool = disassembler();
  if (!tool) return t.skip('no wasm-dis here');
  const text = execFileSync(tool, [path.join(build, 'web/attention-playground.wasm')],
    { encoding: 'utf8', maxBuffer: 1 << 30 });
  const tiles = text.split(/^ \(func /m).filter((f) => f.includes('v128.load offset=368'));
  assert.equal(tiles.length, 1, 'it is there once');
  const count = (pattern) => tiles[0].match(pattern)?.length ?? 0;
  assert.equal(count(/\(f32x4\.mul/g), kProducts, 'nothing else is in the function');
  assert.equal(count(/\(local\.set \$\w+\s+\(f32x4\.add\s+\(f32x4\.mul/g), kProducts, 'each sum is kept at once');
});
