// An SVG picture of the sheet as its reader sees it: which texts it has, and which numbers stand in
// the cells of which matrix. Only for SVG that the program itself wrote (an element a line).
import assert from 'node:assert/strict';

const plain = (text) =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

/** Blocks by their titles: {name: 'W_Q', rows, cols, texts: [{text, anchor}]}, and all texts. */
export function read_svg(svg) {
  const blocks = [],
    open = [],
    texts = [];
  for (const [line, tag] of svg.matchAll(/<(\/?[a-z]+)[^>]*>(?:[^<]*)/gi)) {
    if (tag === 'g') open.push(null);
    if (tag === '/g') open.pop();
    if (tag === 'title' && open.length > 0) {
      const [, name, rows, cols] =
        /^(.*?) (\d+) × (\d+)$/.exec(plain(line.slice(line.indexOf('>') + 1))) ?? [];
      if (name)
        blocks.push(
          (open[open.length - 1] = { name, rows: Number(rows), cols: Number(cols), texts: [] }),
        );
    }
    if (tag !== 'text') continue;
    const text = {
      text: plain(line.slice(line.indexOf('>') + 1)),
      anchor: /text-anchor="(\w+)"/.exec(line)?.[1] ?? 'start',
      size: Number(/font-size="([\d.]+)"/.exec(line)[1]),
      x: Number(/ x="([-\d.]+)"/.exec(line)[1]),
      y: Number(/ y="([-\d.]+)"/.exec(line)[1]),
    };
    texts.push(text);
    open.filter(Boolean).at(-1)?.texts.push(text);
  }
  assert.equal(open.length, 0, 'groups are closed');
  return { blocks, texts };
}

const number = (text) =>
  Number(
    text
      .replace('∞', 'Infinity')
      .replace(/[−–]/, '-')
      .replace(/^(-?)\./, '$10.'),
  );

/** The numbers in a block's cells, row by row, as texts; null where it is drawn without. */
export function cell_texts({ rows, cols, texts }) {
  const centred = texts.filter((t) => t.anchor === 'middle' && !Number.isNaN(number(t.text)));
  // Column numbers (0, 1, ...) stand above, smaller: cells are the last rows x cols.
  if (centred.length < rows * cols) return null;
  const cells = centred.slice(-rows * cols);
  const lines = new Set(cells.map((t) => t.y.toFixed(1)));
  return lines.size === rows ? cells.map((t) => t.text) : null;
}

/** Every number in a cell is the trace's, to the digits that are shown. How many were compared. */
export function check_numbers(svg, value_of) {
  let compared = 0;
  for (const block of read_svg(svg).blocks) {
    const shown = cell_texts(block);
    if (!shown) continue;
    const values = value_of(block.name);
    assert.equal(
      values?.length,
      shown.length,
      `${block.name} has ${values?.length} numbers, the picture ${shown.length}`,
    );
    shown.forEach((text, i) => {
      const seen = number(text),
        decimals = /\.(\d+)/.exec(text)?.[1].length ?? 0;
      const exponent = Number(/e(-?\d+)$/.exec(text.replace(/[−–]/g, '-'))?.[1] ?? 0);
      const room = 0.5000001 * 10 ** (exponent - decimals) + 1e-12;
      assert.ok(
        Object.is(seen, values[i]) || Math.abs(seen - values[i]) <= room,
        `${block.name}[${i}] is ${values[i]}, the picture says ${text}`,
      );
      compared += 1;
    });
  }
  return compared;
}
