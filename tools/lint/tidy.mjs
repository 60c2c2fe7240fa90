// tidy.mjs [--all] PROGRAM TREE: clang-tidy over the C++ that TREE/compile_commands.json knows. Without
// --all only what changed since the last commit that was clean (kept in build/lint/clean; in a new checkout
// the commit before this one), a header by way of one file that reads it, and no file is begun after
// SECONDS. A file that was found clean is not looked at again while it and all it reads stay as they are.
// Status 77: clean, but not all of it was looked at.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SECONDS = 60;
const SKIPPED = 77;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const memory = join(root, 'build/lint');
const stamp = join(memory, 'clean');
const known = join(memory, 'tidy.json');

const all = process.argv.includes('--all');
const [program, tree] = process.argv.slice(2).filter((word) => word !== '--all');

const git = (...words) =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const lines = (text) => text.split('\n').filter(Boolean);
const text_of = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Path in the checkout -> its command, of every source that is not made by the build. */
function read_units() {
  const entries = JSON.parse(readFileSync(join(tree, 'compile_commands.json'), 'utf8'));
  const units = new Map();
  for (const { file, command } of entries) {
    const path = relative(root, file);
    if (/^(src|tests|bench)\//.test(path) && existsSync(file)) units.set(path, command);
  }
  return units;
}

const included = new Map();
/** The project's own files that `path` includes. */
function includes(path) {
  if (!included.has(path)) {
    const found = [...text_of(join(root, path)).matchAll(/^\s*#include "([^"]+)"/gm)];
    const places = (name) => [`src/${name}`, `tests/${name}`, join(dirname(path), name)];
    included.set(
      path,
      found.flatMap(([, name]) =>
        places(name)
          .filter((p) => existsSync(join(root, p)))
          .slice(0, 1),
      ),
    );
  }
  return included.get(path);
}

function reads(path, seen = new Set()) {
  if (!seen.has(path)) {
    seen.add(path);
    for (const next of includes(path)) reads(next, seen);
  }
  return seen;
}

const rules = text_of(join(root, '.clang-tidy'));
const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
function content_of(path, command) {
  const hash = createHash('sha256').update(version).update(rules).update(command);
  for (const file of [...reads(path)].sort()) hash.update(file).update(text_of(join(root, file)));
  return hash.digest('hex').slice(0, 32);
}

/** The commit that was clean, or the one before this; none in a checkout without history. */
function base() {
  for (const candidate of [text_of(stamp).trim(), 'HEAD~1']) {
    try {
      if (candidate) return git('rev-parse', '--verify', '-q', `${candidate}^{commit}`).trim();
    } catch {
      // gone with a branch, or cut off in a shallow clone
    }
  }
  return null;
}

/** What to look at: uncommitted changes first. */
function changed(units) {
  const since = base();
  if (!since) return [];
  const fresh = lines(git('ls-files', '--others', '--exclude-standard'));
  const paths = new Set([...fresh, ...lines(git('diff', '--name-only', 'HEAD'))]);
  for (const path of lines(git('diff', '--name-only', since))) paths.add(path);
  const wanted = new Set();
  for (const path of paths) {
    if (units.has(path)) wanted.add(path);
    if (!path.endsWith('.hpp')) continue;
    const own = path.replace(/\.hpp$/, '.cpp');
    const reader = units.has(own) ? own : [...units.keys()].find((p) => includes(p).includes(path));
    if (reader) wanted.add(reader);
  }
  return [...wanted];
}

if (!existsSync(join(root, '.git'))) {
  console.log(
    'not a git checkout: what changed is not known, so no C++ is looked at by clang-tidy',
  );
  process.exit(SKIPPED);
}
const units = read_units();
const clean = new Set(existsSync(known) ? JSON.parse(text_of(known)) : []);
const queue = (all ? [...units.keys()] : changed(units))
  .map((path) => ({ path, content: content_of(path, units.get(path)) }))
  .filter(({ content }) => !clean.has(content));
const total = queue.length;
const started = performance.now();
let failed = 0;
let done = 0;

const tidy = (path) =>
  new Promise((finish) => {
    const words = ['-p', tree, '--quiet', '--extra-arg=-Wno-unknown-warning-option', path];
    execFile(program, words, { cwd: root, maxBuffer: 1 << 26 }, (error, out, words_of_error) =>
      finish({ ok: !error, said: out || (error ? words_of_error : '') }),
    );
  });

async function work() {
  while (queue.length && (all || performance.now() - started < 1000 * SECONDS)) {
    const { path, content } = queue.shift();
    const { ok, said } = await tidy(path);
    done += 1;
    if (all && done % 20 === 0) console.log(`  ${done} of ${total} files`);
    if (ok) clean.add(content);
    else {
      failed += 1;
      console.log(said.trim());
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
mkdirSync(memory, { recursive: true });
const still = new Set([...units].map(([path, command]) => content_of(path, command)));
writeFileSync(known, JSON.stringify([...clean].filter((content) => still.has(content))));
if (failed) {
  console.log(`${failed} of ${done} files are not as .clang-tidy says`);
  process.exit(1);
}
if (queue.length) {
  console.log(
    `${queue.length} of ${total} changed files were not reached in ${SECONDS} s: --all does`,
  );
  process.exit(SKIPPED);
}
writeFileSync(stamp, git('rev-parse', 'HEAD'));
console.log(`${done} of ${units.size} files looked at, the others as they were when last clean`);
