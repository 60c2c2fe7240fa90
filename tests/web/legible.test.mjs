// Every text that the sheet can show is legible in both themes: scripts that the embedded faces have and have
// not, emoji, and mixtures of all. Counted in pixels that stand out from their ground by 4.5 : 1.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { PNG } from 'pngjs';
import { api, settled } from './harness.mjs';
import { at, start_suite } from './sheet_hands.mjs';

const { page_test } = start_suite({ before, after });

const WORDS = {
  Latin: 'naïve',
  Greek: 'σοφία',
  Cyrillic: 'кошка',
  Vietnamese: 'đường',
  Han: '猫在睡',
  Kana: 'ねこ',
  Devanagari: 'बिल्ली',
};
const EMOJI = ['🙂', '👍🏽'];

function luminance(data, i) {
  const linear = [0, 1, 2].map((c) => {
    const v = data[i + c] / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** How many pixels of a picture stand out from its most common colour. */
function legible_pixels(bytes) {
  const { data } = PNG.sync.read(bytes);
  const counts = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const colour = data.readUInt32LE(i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const [ground] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const paper = Buffer.alloc(4);
  paper.writeUInt32LE(ground);
  const of_paper = luminance(paper, 0);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [light, dark] = [luminance(data, i), of_paper].sort((a, b) => b - a);
    if ((light + 0.05) / (dark + 0.05) >= 4.5) count++;
  }
  return count;
}

const FIELD = { x: 20, y: 14, width: 580, height: 32 };

for (const theme of ['light', 'dark']) {
  page_test(`sentences and tokens, ${theme}`, {}, async (page) => {
    await api(page, 'show', { theme });
    const shown = async (text) => {
      assert.deepEqual(await api(page, 'dispatch', { type: 'set_text', text }), { ok: true });
      await settled(page);
    };
    const in_field = async (text) => {
      await shown(text);
      return legible_pixels(await page.screenshot({ clip: FIELD }));
    };
    const token = async (row) => {
      const { x, y, w, h } = await at(page, 'embeddings', { part: 'row', row });
      return legible_pixels(await page.screenshot({ clip: { x, y, width: w, height: h } }));
    };
    const rest = await in_field(' ');
    for (const [script, word] of Object.entries(WORDS)) {
      const alone = (await in_field(word)) - rest;
      assert.ok(alone > 25, `${script}: ${alone} pixels of ${word}`);
      const in_sheet = await token(0);
      assert.ok(in_sheet > 25, `${script}: ${in_sheet} pixels of the token ${word}`);
      for (const emoji of EMOJI) {
        for (const text of [`${emoji} ${word}`, `${word}${emoji}${word}`]) {
          const mixed = (await in_field(text)) - rest;
          assert.ok(mixed >= 0.85 * alone, `${script}: ${mixed} of ${alone} pixels in ${text}`);
        }
        await shown(`${word}${emoji}`);
        const beside = await token(0);
        assert.ok(
          beside >= 0.7 * in_sheet,
          `${script}: ${beside} of ${in_sheet} in ${word}${emoji}`,
        );
      }
    }
  });
}
