// The page's examples find beside them all that they name, though only the page was built: scripts,
// styles, pictures, and a poster of every preset in both themes. Read as files, without a browser.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const site = resolve('build/web');
const presets = JSON.parse(readFileSync('assets/presets/index.json', 'utf8')).presets;

test('what an example names is there', () => {
  const examples = readdirSync(join(site, 'examples')).filter((name) => name.endsWith('.html'));
  assert.ok(examples.length > 0);
  let named = 0;
  for (const example of examples) {
    const text = readFileSync(join(site, 'examples', example), 'utf8');
    for (const [, , place] of text.matchAll(/\b(src|href|poster)="([^"#?]+)/g)) {
      if (/^[a-z]+:/.test(place)) continue;
      const file = resolve(site, 'examples', place);
      assert.ok(existsSync(file), `${example} names ${place}`);
      named++;
    }
    for (const [, preset] of text.matchAll(/\bpreset="([^"]+)"/g)) {
      assert.ok(existsSync(join(site, 'posters', `${preset}.svg`)), `${example}: ${preset}`);
    }
  }
  assert.ok(named > 0);
});

test('a poster of each preset, light and dark, with its words', () => {
  for (const { id } of presets) {
    const document = JSON.parse(readFileSync(`assets/presets/${id}.json`, 'utf8'));
    const words = document.query.text.split(/\s+/).filter((word) => /^\w{2,}$/.test(word));
    const pictures = ['', '-dark'].map((dark) =>
      readFileSync(join(site, 'posters', `${id}${dark}.svg`), 'utf8'),
    );
    for (const picture of pictures) {
      assert.match(picture, /^<(\?xml|svg)/, id);
      assert.match(picture, /<\/svg>\s*$/, id);
      // Where rows are low every second one has its label.
      const shown = words.filter((word) => picture.includes(word));
      assert.ok(shown.includes(words[0]), `${id}: no ${words[0]}`);
      assert.ok(shown.length * 2 >= words.length, `${id}: ${shown} of ${words}`);
    }
    assert.notEqual(...pictures);
  }
});
