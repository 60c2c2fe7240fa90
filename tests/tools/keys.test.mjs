// The page's glue repeats the numbers of platform/keys.hpp: the two must say the same.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const header = readFileSync('src/platform/keys.hpp', 'utf8');
const glue = readdirSync('src/platform')
  .filter((name) => name.endsWith('.js'))
  .map((name) => readFileSync(`src/platform/${name}`, 'utf8'))
  .join('');

/** The values of `enum class NAME`, numbered as C++ does. */
function values(name) {
  const body = header.match(new RegExp(`enum class ${name} [^{]*{([^}]*)}`))[1];
  const result = {};
  let next = 0;
  for (const line of body.replaceAll(/\/\/.*/g, '').split(',')) {
    const [, key, after, plus, number] =
      line.match(/k(\w+)(?: = (?:k(\w+) \+ (\d+)|(\d+)))?/) ?? [];
    if (!key) continue;
    next = number ? Number(number) : after ? result[after] + Number(plus) : next;
    result[key] = next++;
  }
  return result;
}

test('keys', () => {
  const ours = values('Key');
  const theirs = glue.match(/KEYS: {([^}]*)}/)[1];
  const known = new Map(
    [...theirs.matchAll(/(?:'(.)'|(\w+)): (\d+)/g)].map(([, sign, word, n]) => [
      sign ?? word,
      Number(n),
    ]),
  );
  const names = {
    ' ': 'Space',
    ContextMenu: 'Menu',
    Control: 'LeftCtrl',
    Shift: 'LeftShift',
    Alt: 'LeftAlt',
    Meta: 'LeftSuper',
  };
  assert.ok(known.size >= 23, `${known.size} keys in the glue`);
  for (const [name, number] of known) {
    const function_key = name.match(/^F(\d+)$/);
    const expected = function_key
      ? ours.F1 + Number(function_key[1]) - 1
      : ours[names[name] ?? name.replace(/^Arrow/, '')];
    assert.equal(number, expected, name);
  }
});

test('shapes of the pointer', () => {
  const ours = Object.keys(values('Cursor'));
  const [, list] = glue.match(/style\.cursor = \[([^\]]*)\]/);
  const css = [...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => name);
  const names = {
    Arrow: 'default',
    Text: 'text',
    Hand: 'pointer',
    Move: 'move',
    SizeWestEast: 'ew-resize',
    SizeNorthSouth: 'ns-resize',
    SizeNorthEast: 'nesw-resize',
    SizeNorthWest: 'nwse-resize',
    Forbidden: 'not-allowed',
  };
  assert.deepEqual(
    css,
    ours.map((name) => names[name]),
  );
  assert.equal(Number(header.match(/kCursors = (\d+)/)[1]), ours.length);
});
