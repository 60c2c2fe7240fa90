// docs/images/sheet.png: the page as it opens, one cell pointed at. ./build.sh render calls it, and
// then records the golden images anew.
import { mkdir, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DESK, hover, start_suite } from './sheet_hands.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const images = resolve(here, '../../docs/images');
const hooks = {};
const { open } = start_suite({
  before: (f) => {
    hooks.begin = f;
  },
  after: (f) => {
    hooks.end = f;
  },
  size: DESK,
});
await hooks.begin();
const page = await open({ preset: '', width: 1280, height: 800 });
await hover(page, 'scores', { row: 5, col: 1 });
await mkdir(images, { recursive: true });
await writeFile(join(images, 'sheet.png'), await page.screenshot());
await hooks.end();
console.log('docs/images/sheet.png');

const recorded = spawnSync(process.execPath, ['--test', join(here, 'golden.test.mjs')], {
  env: { ...process.env, AP_UPDATE_GOLDEN: '1' },
  stdio: 'inherit',
});
process.exitCode = recorded.status ?? 1;
