// The headless core: attention computed in a page, a worker or Node, without canvas or DOM. One small
// wasm; every run is a state and everything computed from it, every array that comes out a copy.
// State JSON is read here, strictly: an unknown key is an error with its path. Words, presets and
// links are the playground's: its state() gives embeddings as numbers.
import { array_of, mask_of, refuse } from './core_arrays.js';
import { Run } from './core_run.js';

export { CoreError } from './core_arrays.js';

const STEPS = ['scaled', 'capped', 'masked', 'weights'];
/** The wasm's bytes, wherever this runs: Node's fetch knows no files. */
async function binary() {
  const url = new URL('attention-core.wasm', import.meta.url);
  if (url.protocol === 'file:') {
    const { readFile } = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ 'node:fs/promises'
    );
    return readFile(url);
  }
  const answer = await fetch(url);
  if (!answer.ok) refuse('load', `${url}: ${answer.status}`);
  return answer.arrayBuffer();
}

class Core {
  #wasm;

  constructor(wasm) {
    this.#wasm = wasm;
  }

  /** Calls with the addresses of texts (NUL-terminated) and numbers in wasm memory, which are freed after. */
  _lent(values, use) {
    const wasm = this.#wasm;
    const held = [];
    try {
      for (const value of values) {
        const bytes =
          typeof value === 'string'
            ? new TextEncoder().encode(`${value}\0`)
            : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        const pointer = wasm._malloc(bytes.length + 1);
        if (!pointer) refuse('too_large', 'there is not enough memory for this');
        held.push(pointer);
        wasm.HEAPU8.set(bytes, pointer);
      }
      return use(...held);
    } finally {
      for (const pointer of held) wasm._free(pointer);
    }
  }

  /** Throws what C says: "code, place and message", a line each. */
  _check(pointer) {
    if (!pointer) return;
    const [code, where, ...message] = this.#wasm.UTF8ToString(pointer).split('\n');
    refuse(code, message.join('\n'), where);
  }

  _index(kind, word, where) {
    const index =
      typeof word !== 'string'
        ? -1
        : this._lent([kind, word], (k, w) => this.#wasm._ap_core_index(k, w));
    if (index < 0)
      refuse('unknown_key', `there is no ${kind} '${String(word).slice(0, 60)}'`, where);
    return index;
  }

  _name(kind, index) {
    return this.#wasm.UTF8ToString(this.#wasm._ap_core_name(kind, index));
  }

  _copied(pointer, count) {
    return this.#wasm.HEAPF32.slice(pointer >> 2, (pointer >> 2) + count);
  }

  /** A state as the playground's state() gives it, object or JSON. */
  forward(state) {
    let given = state;
    if (typeof state === 'string') {
      try {
        given = JSON.parse(state);
      } catch (error) {
        refuse('parse', `not JSON: ${error.message}`);
      }
    }
    return new Run(this, this.#wasm, given);
  }

  /** The ONNX operator Attention on plain arrays. */
  attend({
    query,
    key,
    value,
    mask,
    pastKey,
    pastValue,
    kvLengths,
    heads = 0,
    kvHeads = 0,
    scale = NaN,
    softcap = 0,
    causal = false,
    leftWindow = -1,
    rightWindow = -1,
    softmaxPrecision = 'float',
    step,
    present = false,
  } = {}) {
    const wasm = this.#wasm;
    const given = [
      array_of(query, 'query'),
      array_of(key, 'key'),
      array_of(value, 'value'),
      mask == null ? null : mask_of(mask),
      pastKey == null ? null : array_of(pastKey, 'pastKey'),
      pastValue == null ? null : array_of(pastValue, 'pastValue'),
    ];
    for (const [name, number] of Object.entries({ heads, kvHeads, softcap })) {
      if (!Number.isFinite(number)) refuse('not_finite', 'must be a number', name);
    }
    for (const [name, bound] of Object.entries({ leftWindow, rightWindow })) {
      if (!Number.isInteger(bound) || bound < -1 || bound > 0x7fffffff)
        refuse('range', 'must be -1 (no bound) or a number of keys', name);
    }
    if (softmaxPrecision !== 'float' && softmaxPrecision !== 'double')
      refuse('unknown_key', 'must be float or double', 'softmaxPrecision');
    if (step != null && !STEPS.includes(step))
      refuse('unknown_key', `steps are ${STEPS.join(', ')}`, 'step');
    const stage = step == null ? -1 : this._index('stage', step);
    for (const array of given)
      if (array && array.shape.length > 4) refuse('shape', 'has more than four dimensions');
    const lengths = Int32Array.from(kvLengths ?? []);
    return this._lent(
      [...given.map((array) => array?.data ?? new Float32Array(0)), lengths],
      (...at) => {
        const table = new Int32Array(36);
        given.forEach(
          (array, i) =>
            array &&
            table.set(
              [
                array.shape.length,
                ...array.shape,
                ...[0, 0, 0].slice(array.shape.length - 1),
                at[i],
              ],
              6 * i,
            ),
        );
        return this._lent([table], (tables) => {
          this._check(
            wasm._ap_core_attend(
              tables,
              at[6],
              kvLengths == null ? -1 : lengths.length,
              heads,
              kvHeads,
              causal ? 1 : 0,
              leftWindow,
              rightWindow,
              softmaxPrecision === 'double' ? 1 : 0,
              stage,
              present ? 1 : 0,
              scale ?? NaN,
              softcap,
            ),
          );
          const result = {};
          ['output', 'step', 'presentKey', 'presentValue'].forEach((name, which) => {
            const from = wasm._ap_core_attended(which) >> 2;
            const [rank, a, b, c, d, data] = new Int32Array(wasm.HEAPU8.buffer).slice(
              from,
              from + 6,
            );
            const shape = [a, b, c, d].slice(0, rank);
            if (rank > 0)
              result[name] = {
                shape,
                data: this._copied(
                  data,
                  shape.reduce((x, y) => x * y, 1),
                ),
              };
          });
          return result;
        });
      },
    );
  }
}

/** `wasm`: the bytes of attention-core.wasm, where they cannot be fetched from beside this file. */
export async function createCore({ wasm } = {}) {
  const [{ default: create }, bytes] = await Promise.all([
    import('./attention-core.js'),
    wasm ?? binary(),
  ]);
  return new Core(
    await new Promise((resolve, reject) => {
      create({
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(bytes, imports).then(
            ({ instance, module }) => done(instance, module),
            reject,
          );
          return {};
        },
      }).then(resolve, reject);
    }),
  );
}
