// Thumbnails of the lessons' contents, drawn by the program itself: assets/lessons/covers/<id>.png, and
// <id>-dark.png for the dark theme.
//   node tools/lessons/covers.mjs [path to `attention`]        (after ./build.sh)
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const attention = path.resolve(process.argv[2] ?? path.join(root, 'build/native/attention'));
const STEP = { bank: 4, it: 3, patches: 3, uses: 3, order: 2, row: 4 }; // else 1

const { chapters } = JSON.parse(
  fs.readFileSync(path.join(root, 'assets/lessons/index.json'), 'utf8'),
);
fs.mkdirSync(path.join(root, 'assets/lessons/covers'), { recursive: true });
for (const { id } of chapters.flatMap(({ lessons }) => lessons)) {
  for (const [name, ...more] of [[id], [`${id}-dark`, '--dark']]) {
    execFileSync(attention, [
      'lesson',
      path.join(root, `assets/lessons/${id}.md`),
      '--step',
      String(STEP[id] ?? 1),
      '--cover',
      path.join(root, `assets/lessons/covers/${name}.png`),
      ...more,
    ]);
  }
}
