// Random texts for tokenizers: any Unicode, long runs, special tokens inside, bytes that are no UTF-8.
import { CORPUS } from './tokenizer_kinds.mjs';

/** Numbers in [0, 1), the same for a seed. */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SPACE_LIKE = [' ', '  ', '\n', '\r\n', '\t', '\u00a0', '\u3000', '\u2028', '   ', '\u0085'];
const WORDS = CORPUS.split(/(?<=\s)/);
const BLOCKS = [
  0x20, 0xa0, 0x300, 0x370, 0x400, 0x590, 0x900, 0xe00, 0x1100, 0x1e00, 0x1f00, 0x2000, 0x2100,
  0x2460, 0x3040, 0x4e00, 0xac00, 0xf900, 0xfb00, 0xff00, 0x1d400, 0x1f300, 0x1d160,
];

/** Bytes without a zero among them: mostly text, sometimes not. */
export function random_text(next, special) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const point = () => {
    const code =
      next() < 0.6 ? pick(BLOCKS) + Math.floor(next() * 128) : 1 + Math.floor(next() * 0x10ffff);
    return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
  };
  const parts = [];
  const count = Math.floor(next() ** 2 * 24);
  for (let i = 0; i < count; ++i) {
    const kind = next();
    if (kind < 0.35) parts.push(pick(WORDS));
    else if (kind < 0.5) parts.push(pick(SPACE_LIKE));
    else if (kind < 0.7)
      parts.push(Array.from({ length: 1 + Math.floor(next() * 6) }, point).join(''));
    else if (kind < 0.78) parts.push(String(Math.floor(next() * 1e7)));
    else if (kind < 0.84)
      parts.push(
        pick([
          "'S",
          "'ll",
          "'RE",
          "'d",
          "n't",
          "'",
          '!?!',
          '...',
          '##',
          '<0x41>',
          '▁',
          'Ġ',
          '\u0301',
          '\u0323\u0307',
        ]),
      );
    else if (kind < 0.86)
      parts.push(
        pick([' ', 'a', '\n', 'é', '漢', '\u0301', '7', '!', '😀', 'ab']).repeat(
          Math.floor(next() * 400),
        ),
      );
    else if (kind < 0.94 && special.length) parts.push(pick(special));
    else if (kind < 0.97)
      parts.push(
        Buffer.from(
          Array.from({ length: 1 + Math.floor(next() * 4) }, () => 1 + Math.floor(next() * 255)),
        ),
      );
    else parts.push(pick([' ', '']));
  }
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
