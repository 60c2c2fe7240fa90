// Fits the weights of the prepared documents that have learned something, and writes them to
// assets/presets/. Plain gradient descent on W_Q and W_K of each head toward attention rows that
// are written down below; the words' vectors are those of assets/words.bin. Same input, same
// bytes. Run: node fit.mjs [id ...]
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const STEPS = 4000,
  RATE = 0.05,
  DECAY = 0.002,
  DIGITS = 2;

function load_words(path) {
  const bytes = readFileSync(new URL(path, root));
  const [, count, width] = [4, 8, 12].map((at) => bytes.readUInt32LE(at));
  const scales = 24,
    codes = scales + 4 * count,
    lengths = codes + count * width;
  let at = lengths + count;
  const rows = new Map();
  for (let i = 0; i < count; ++i) {
    const size = bytes[lengths + i];
    rows.set(bytes.toString('utf8', at, at + size), {
      i,
      scale: bytes.readFloatLE(scales + 4 * i),
    });
    at += size;
  }
  return (word, dims) => {
    const found = rows.get(word.toLowerCase());
    if (!found) throw new Error(`not in the list: ${word}`);
    return Array.from(
      { length: dims },
      (_, j) => bytes.readInt8(codes + found.i * width + j) * found.scale,
    );
  };
}

const multiply = (a, b) =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const transpose = (a) => a[0].map((_, j) => a.map((row) => row[j]));

/// Weights of the queries' rows X over the source's rows Y (the same, in self-attention).
function attention(X, Y, Wq, Wk, causal) {
  const Q = multiply(X, Wq),
    K = multiply(Y, Wk),
    scale = 1 / Math.sqrt(Wq[0].length);
  const weights = multiply(Q, transpose(K)).map((row, i) => {
    const seen = row.map((s, j) => (causal && j > i ? -Infinity : s * scale));
    const top = Math.max(...seen),
      e = seen.map((s) => Math.exp(s - top));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / sum);
  });
  return { Q, K, weights, scale };
}

/// Cross-entropy of the target rows; a small pull toward the start keeps numbers readable.
function fit_head(X, Y, target, start, causal, emphasis = {}, centre = 0) {
  const Wq = start.map((row) => [...row]);
  const Wk = start.map((row) => [...row]);
  const moments = [Wq, Wk].map((W) => W.map((row) => row.map(() => [0, 0])));
  for (let step = 1; step <= STEPS; ++step) {
    const { Q, K, weights, scale } = attention(X, Y, Wq, Wk, causal);
    const scores = centre > 0 ? multiply(Q, transpose(K)) : null;
    const dS = weights.map((row, i) => {
      // Softmax does not see a number added to a whole row: `centre` keeps it small.
      const pull = scores ? (centre * scores[i].reduce((a, b) => a + b, 0)) / row.length : 0;
      return row.map((w, j) => (w - target[i][j]) * scale * (emphasis[i] ?? 1) + pull);
    });
    const grads = [
      multiply(transpose(X), multiply(dS, K)),
      multiply(transpose(Y), multiply(transpose(dS), Q)),
    ];
    [Wq, Wk].forEach((W, which) =>
      W.forEach((row, i) =>
        row.forEach((w, j) => {
          const g = grads[which][i][j] + DECAY * (w - start[i][j]);
          const m = moments[which][i][j];
          m[0] = 0.9 * m[0] + 0.1 * g;
          m[1] = 0.999 * m[1] + 0.001 * g * g;
          const rate = RATE * Math.min(1, 2 * (1 - step / STEPS));
          row[j] -=
            (rate * (m[0] / (1 - 0.9 ** step))) / (Math.sqrt(m[1] / (1 - 0.999 ** step)) + 1e-8);
        }),
      ),
    );
  }
  const round = (W) => W.map((row) => row.map((w) => Number(w.toFixed(DIGITS)) + 0));
  return { Wq: round(Wq), Wk: round(Wk) };
}

/// What a head starts from: columns [first, first + width) of the identity.
const slice = (rows, first, width) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: width }, (_, j) => (i === first + j ? 1 : 0)),
  );

const normal = (row) => {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((x) => x / sum);
};

/// A row from {column: share}; what is left is spread over the columns it may see.
function row_of(count, shares, seen = count) {
  const given = Object.values(shares).reduce((a, b) => a + b, 0);
  const open = seen - Object.keys(shares).length;
  return normal(
    Array.from({ length: count }, (_, j) =>
      j >= seen ? 0 : (shares[j] ?? (1 - given) / Math.max(open, 1)),
    ),
  );
}

function text_rows(matrix, indent) {
  return `[\n${matrix.map((row) => `${indent}  [${row.join(', ')}]`).join(',\n')}\n${indent}]`;
}

function write(preset, heads, width) {
  const beside = (key) => heads[0][key].map((_, i) => heads.flatMap((h) => h[key][i]));
  const json = `{
  "version": 1,
  "query": {"text": ${JSON.stringify(preset.text)}, "embeddings": "words"},
${
  preset.source
    ? `  "cross": true,
  "source": {"text": ${JSON.stringify(preset.source)}, "embeddings": "words"},
`
    : ''
}  "model": {
    "width": ${width},
    "heads": ${heads.length},
${preset.causal ? '    "causal": true,\n' : ''}    "layers": [{
      "w_q": ${text_rows(beside('Wq'), '      ')},
      "w_k": ${text_rows(beside('Wk'), '      ')},
      "w_v": "identity",
      "w_o": "identity"
    }]
  }
}
`;
  writeFileSync(new URL(`assets/presets/${preset.id}.json`, root), json);
}

const PRESETS = [
  {
    id: 'it',
    text: 'The cat ate fish because it was hungry',
    tokens: 'The cat ate fish because it was hungry'.split(' '),
    causal: false,
    width: 6, // few enough that every number is read at first sight
    emphasis: [{ 5: 12 }],
    centre: 0.02,
    // As in `cat`.
    targets(n) {
      const first = [
        row_of(n, { 1: 0.5, 3: 0.25 }),
        row_of(n, { 1: 0.4, 2: 0.3 }),
        row_of(n, { 1: 0.35, 3: 0.4 }),
        row_of(n, { 2: 0.45, 1: 0.25 }),
        row_of(n, { 2: 0.3, 7: 0.4 }),
        row_of(n, { 1: 0.72, 3: 0.1 }),
        row_of(n, { 5: 0.3, 7: 0.3 }),
        row_of(n, { 1: 0.5, 3: 0.2 }),
      ];
      const second = Array.from({ length: n }, (_, i) => {
        const near = {};
        if (i > 0) near[i - 1] = 0.55;
        if (i + 1 < n) near[i + 1] = i > 0 ? 0.25 : 0.7;
        return row_of(n, near);
      });
      return [first, second];
    },
  },
  {
    id: 'cat',
    text: 'The cat sat on the mat because it was tired',
    tokens: 'The cat sat on the mat because it was tired'.split(' '),
    causal: false,
    // Head 0: who or what it is about. The same word gives the same row, so both "the" agree.
    // Head 1: each word looks at its neighbours.
    targets(n) {
      const first = [
        row_of(n, { 1: 0.4, 5: 0.3 }),
        row_of(n, { 0: 0.1, 1: 0.4, 2: 0.3, 3: 0.05, 4: 0.05, 5: 0.1 }),
        row_of(n, { 1: 0.5, 2: 0.2, 3: 0.1, 5: 0.1 }),
        row_of(n, { 2: 0.3, 3: 0.1, 5: 0.45 }),
        row_of(n, { 1: 0.4, 5: 0.3 }),
        row_of(n, { 2: 0.2, 3: 0.25, 5: 0.35 }),
        row_of(n, { 2: 0.2, 6: 0.2, 9: 0.4 }),
        row_of(n, { 1: 0.66, 5: 0.1, 7: 0.1 }),
        row_of(n, { 1: 0.15, 7: 0.35, 9: 0.3 }),
        row_of(n, { 1: 0.45, 7: 0.15, 8: 0.1, 9: 0.2 }),
      ];
      const second = Array.from({ length: n }, (_, i) => {
        const near = {};
        if (i > 0) near[i - 1] = 0.55;
        if (i + 1 < n) near[i + 1] = i > 0 ? 0.25 : 0.7;
        return row_of(n, near);
      });
      return [first, second];
    },
  },
  {
    id: 'causal',
    text: 'I am planning to visit Paris next month.',
    tokens: ['I', 'am', 'planning', 'to', 'visit', 'Paris', 'next', 'month', '.'],
    causal: true,
    // Head 0: the word before. Head 1: what the sentence is about: planning, visit, Paris.
    targets(n) {
      const before = Array.from({ length: n }, (_, i) =>
        row_of(n, i > 0 ? { [i - 1]: 0.75 } : { 0: 1 }, i + 1),
      );
      const about = [
        row_of(n, { 0: 1 }, 1),
        row_of(n, { 0: 0.7 }, 2),
        row_of(n, { 0: 0.5, 2: 0.35 }, 3),
        row_of(n, { 2: 0.7 }, 4),
        row_of(n, { 0: 0.2, 2: 0.5, 4: 0.2 }, 5),
        row_of(n, { 2: 0.2, 4: 0.5, 5: 0.2 }, 6),
        row_of(n, { 2: 0.4, 4: 0.3 }, 7),
        row_of(n, { 2: 0.2, 4: 0.3, 6: 0.3 }, 8),
        row_of(n, { 2: 0.2, 4: 0.3, 5: 0.3 }, 9),
      ];
      return [before, about];
    },
  },
  {
    id: 'street',
    text: "The animal didn't cross the street because it was tired",
    tokens: "The animal didn't cross the street because it was tired".split(' '),
    causal: false,
    // Head 0: what a word is about. Head 1: the words on both sides.
    targets(n) {
      const first = [
        row_of(n, { 1: 0.4, 5: 0.35 }),
        row_of(n, { 1: 0.4, 3: 0.25 }),
        row_of(n, { 3: 0.55, 1: 0.25 }),
        row_of(n, { 5: 0.45, 1: 0.3 }),
        row_of(n, { 1: 0.4, 5: 0.35 }),
        row_of(n, { 3: 0.35, 5: 0.4 }),
        row_of(n, { 9: 0.45, 3: 0.2 }),
        row_of(n, { 1: 0.68, 5: 0.1 }),
        row_of(n, { 7: 0.35, 9: 0.35 }),
        row_of(n, { 1: 0.5, 7: 0.2, 9: 0.15 }),
      ];
      const second = Array.from({ length: n }, (_, i) =>
        row_of(
          n,
          i === 0 ? { 1: 0.7 } : i === n - 1 ? { [i - 1]: 0.7 } : { [i - 1]: 0.4, [i + 1]: 0.4 },
        ),
      );
      return [first, second];
    },
  },
  {
    id: 'translation',
    text: "J'aime le tennis",
    tokens: ["J'aime", 'le', 'tennis'],
    source: 'I love tennis',
    source_tokens: ['I', 'love', 'tennis'],
    causal: false,
    targets() {
      return [
        [
          [0.45, 0.5, 0.05],
          [0.1, 0.15, 0.75],
          [0.03, 0.07, 0.9],
        ],
      ];
    },
  },
];

const vector = load_words('assets/words.bin');
const only = process.argv.slice(2); // their ids; none: all
for (const preset of PRESETS) {
  if (only.length > 0 && !only.includes(preset.id)) continue;
  const WIDTH = preset.width ?? 8;
  const X = preset.tokens.map((word) => vector(word, WIDTH));
  const sources = preset.source_tokens ?? preset.tokens;
  const Y = sources.map((word) => vector(word, WIDTH));
  const targets = preset.targets(X.length),
    width = WIDTH / targets.length;
  const heads = targets.map((target, h) =>
    fit_head(
      X,
      Y,
      target,
      slice(WIDTH, h * width, width),
      preset.causal,
      preset.emphasis?.[h],
      preset.centre,
    ),
  );
  write(preset, heads, WIDTH);
  heads.forEach(({ Wq, Wk }, h) => {
    console.log(`${preset.id}, head ${h}: rows are queries`);
    console.log(`${''.padStart(10)}${sources.map((t) => t.slice(0, 7).padStart(8)).join('')}`);
    attention(X, Y, Wq, Wk, preset.causal).weights.forEach((row, i) =>
      console.log(
        preset.tokens[i].padStart(10) + row.map((w) => w.toFixed(2).padStart(8)).join(''),
      ),
    );
  });
}
