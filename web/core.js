// The headless core: attention computed in a page, a worker or Node, without canvas or DOM. One small
// wasm; every run is a state and everything computed from it, every array that comes out a copy.
// State JSON is read here, strictly: an unknown key is an error with its path. Words, presets and
// links are the playground's: its state() gives embeddings as numbers.

export class CoreError extends Error {
  constructor({ code, message, where = '' }) {
    super(where ? `${where}: ${message}` : message);
    this.name = 'CoreError';
    this.code = code;
    this.where = where;
  }
}
const refuse = (code, message, where) => {
  throw new CoreError({ code, message, where });
};

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

/** Numbers in nested lists, or {data, shape}, as Float32Array and shape. */
function array_of(value, where) {
  if (value?.data !== undefined && value?.shape !== undefined) {
    const data = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
    const size = value.shape.reduce((a, b) => a * b, 1);
    if (size !== data.length)
      refuse('shape', `has ${data.length} numbers, its shape ${size}`, where);
    return { data, shape: [...value.shape] };
  }
  const shape = [];
  for (let v = value; Array.isArray(v) || ArrayBuffer.isView(v); v = v[0]) shape.push(v.length);
  if (shape.length === 0) refuse('parse', 'give nested lists, or {data, shape}', where);
  const data = [];
  const walk = (v, depth) => {
    if (depth === shape.length)
      return typeof v === 'number' || typeof v === 'boolean'
        ? data.push(Number(v))
        : refuse('parse', `${JSON.stringify(v)} is not a number`, where);
    if (v?.length !== shape[depth]) refuse('shape', 'its rows have different lengths', where);
    for (const item of v) walk(item, depth + 1);
    return 0;
  };
  walk(value, 0);
  return { data: Float32Array.from(data), shape };
}

/** Booleans mean "may attend": what is added is 0 or -infinity. */
function mask_of(value) {
  const is_boolean = (v) => (Array.isArray(v) ? is_boolean(v[0]) : typeof v === 'boolean');
  const mask = array_of(value, 'mask');
  if (!is_boolean(value?.data ?? value)) return mask;
  return { shape: mask.shape, data: mask.data.map((x) => (x ? 0 : -Infinity)) };
}

const STEPS = ['scaled', 'capped', 'masked', 'weights'];
const WEIGHTS = ['w_q', 'w_k', 'w_v', 'w_o', 'w_gate', 'w_up', 'w_down'];
const ROWS = [
  'b_q',
  'b_k',
  'b_v',
  'b_o',
  'b_gate',
  'b_up',
  'b_down',
  'norm1_gain',
  'norm1_bias',
  'norm2_gain',
  'norm2_bias',
  'temperature',
];
const NUMBERS = [
  'width',
  'heads',
  'kv_heads',
  'key_width',
  'value_width',
  'mlp_width',
  'free_scale',
  'softcap',
  'norm_epsilon',
];
const CHOICES = ['scale', 'norm', 'norm_place', 'mlp'];
// What a state may have besides, that changes no number here.
const ASIDE = {
  '': ['version', 'title', 'preset', 'token_mode', 'seeds', 'locked', 'locked_cells', 'learning'],
  query: ['origins'],
  source: ['origins'],
};

/** Every key of an object is one of these. */
function check_keys(object, keys, where) {
  if (object === null || typeof object !== 'object' || Array.isArray(object))
    refuse('parse', 'is no object', where);
  for (const key of Object.keys(object)) {
    if (!keys.includes(key))
      refuse('unknown_key', 'there is no such key', where ? `${where}.${key}` : key);
  }
}

/** A list of rows; "-inf" hides, in masks. */
function matrix_of(rows, where, infinite = false) {
  if (!Array.isArray(rows)) refuse('parse', 'is no list of rows', where);
  const cols = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    if (row?.length !== cols)
      refuse('shape', `has ${row?.length} numbers, the first row ${cols}`, `${where}[${i}]`);
    for (let j = 0; j < cols; j++) {
      const number = infinite && row[j] === '-inf' ? -Infinity : row[j];
      if (typeof number !== 'number' || Number.isNaN(number))
        refuse('parse', 'is not a number', `${where}[${i}][${j}]`);
      data[i * cols + j] = number;
    }
  });
  return { data, rows: rows.length, cols };
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

class Run {
  #core;
  #wasm;
  #handle;
  #tokens;
  #stages = new Map(); // name -> number

  constructor(core, wasm, state) {
    this.#core = core;
    this.#wasm = wasm;
    this.#handle = wasm._ap_core_new();
    try {
      this.#read(state);
      core._check(wasm._ap_core_run(this.#handle));
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #set(key, value, where) {
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number))
      refuse('parse', 'is not a number', where);
    this.#core._lent([key], (at) => this.#wasm._ap_core_set(this.#handle, at, number)) ||
      refuse('range', `${number} is out of range`, where);
  }

  #put(stage, layer, { data, rows, cols }, where) {
    const at = this.#wasm._ap_core_matrix(this.#handle, this.#stage(stage), layer, rows, cols);
    if (!at) refuse('too_large', 'there is no place for it', where);
    this.#wasm.HEAPF32.set(data, at >> 2);
  }

  #stage(name) {
    if (!this.#stages.has(name)) this.#stages.set(name, this.#core._index('stage', name, name));
    return this.#stages.get(name);
  }

  #sentence(sentence, name, width) {
    const where = name === 'source_embeddings' ? 'source' : 'query';
    check_keys(sentence, ['text', 'tokens', 'embeddings', ...ASIDE[where]], where);
    const { embeddings } = sentence;
    if (typeof embeddings === 'string') {
      refuse(
        'unsupported',
        'the word list is not at hand here: give the numbers',
        `${where}.embeddings`,
      );
    }
    const matrix = matrix_of(embeddings, `${where}.embeddings`);
    if (matrix.rows === 0) matrix.cols = width;
    this.#put(name, 0, matrix, `${where}.embeddings`);
    const tokens = sentence.tokens ?? Array.from({ length: matrix.rows }, (_, i) => String(i));
    if (tokens.length !== matrix.rows) {
      refuse('shape', `has ${matrix.rows} rows for ${tokens.length} tokens`, `${where}.embeddings`);
    }
    return tokens.map(String);
  }

  #read(state) {
    check_keys(
      state,
      [...ASIDE[''], 'query', 'cross', 'source', 'model', 'mask', 'kv_length', 'cached'],
      '',
    );
    if (state.version !== 1) refuse('unsupported', 'this program reads version 1', 'version');
    const { model = {} } = state;
    check_keys(
      model,
      [...NUMBERS, ...CHOICES, 'causal', 'residual', 'positions', 'layers'],
      'model',
    );
    const heads = model.heads ?? 1;
    const per_head = Math.max(1, Math.trunc(model.width / heads));
    const {
      kv_heads = heads,
      key_width = per_head,
      value_width = model.value_width ?? key_width,
    } = model;
    const sizes = { ...model, heads, kv_heads, key_width, value_width };
    for (const key of [...NUMBERS, 'causal', 'residual'])
      if (sizes[key] !== undefined) this.#set(key, sizes[key], `model.${key}`);
    for (const key of CHOICES) {
      if (model[key] !== undefined)
        this.#set(key, this.#core._index(key, model[key], `model.${key}`), `model.${key}`);
    }
    if (model.positions !== undefined) this.#positions(model.positions);
    if (!Array.isArray(model.layers)) refuse('parse', 'is no list', 'model.layers');
    this.#set('layers', model.layers.length, 'model.layers');
    model.layers.forEach((layer, index) => this.#layer(layer, index));
    const query = this.#sentence(state.query ?? {}, 'embeddings', model.width);
    const source = state.cross
      ? this.#sentence(state.source ?? {}, 'source_embeddings', model.width)
      : query;
    if (state.mask !== undefined) this.#put('mask', 0, matrix_of(state.mask, 'mask', true), 'mask');
    for (const key of ['kv_length', 'cached'])
      if (state[key] !== undefined) this.#set(key, state[key], key);
    this.#tokens = { queries: query.slice(state.cached ?? 0), keys: source };
  }

  #positions(positions) {
    const where = 'model.positions';
    check_keys(positions, ['kind', 'base', 'rotary_width', 'interleaved', 'learned'], where);
    this.#set('kind', this.#core._index('kind', positions.kind, `${where}.kind`), where);
    for (const key of ['base', 'rotary_width', 'interleaved']) {
      if (positions[key] !== undefined) this.#set(key, positions[key], `${where}.${key}`);
    }
    if (positions.learned !== undefined)
      this.#put('positions', 0, matrix_of(positions.learned, `${where}.learned`), where);
  }

  #layer(layer, index) {
    const where = `model.layers[${index}]`;
    check_keys(layer, [...WEIGHTS, ...ROWS], where);
    for (const [key, value] of Object.entries(layer)) {
      if (ROWS.includes(key)) {
        this.#put(key, index, matrix_of([value], `${where}.${key}`), where);
      } else if (Array.isArray(value)) {
        this.#put(key, index, matrix_of(value, `${where}.${key}`), where);
      } else {
        const kind =
          value === 'identity'
            ? 0
            : value === 'zeros'
              ? 1
              : Number.isSafeInteger(value?.random)
                ? 2
                : -1;
        if (kind < 0)
          refuse(
            'unknown_key',
            'is no way to make weights: identity, zeros, {"random": 1}',
            `${where}.${key}`,
          );
        this.#core._check(
          this.#wasm._ap_core_make(this.#handle, this.#stage(key), index, kind, value.random ?? 0),
        );
      }
    }
  }

  #live() {
    return this.#handle >= 0 ? this.#handle : refuse('not_found', 'this run was freed');
  }

  #labels(axis, count) {
    const words = [this.#tokens.queries, this.#tokens.keys][axis];
    return words?.length === count
      ? [...words]
      : Array.from({ length: count }, (_, i) => String(i));
  }

  tensor(stage, { layer = 0, head = 0 } = {}) {
    const at = this.#wasm._ap_core_tensor(this.#live(), this.#stage(stage), layer, head) >> 2;
    if (!at) refuse('not_found', 'the model has no such tensor', stage);
    const [rows, cols, stride, from, row_axis, col_axis] = new Int32Array(
      this.#wasm.HEAPU8.buffer,
    ).slice(at, at + 6);
    const data = new Float32Array(rows * cols);
    for (let i = 0; i < rows; i++)
      data.set(this.#core._copied(from + 4 * i * stride, cols), i * cols);
    return {
      shape: [rows, cols],
      data,
      rows: this.#labels(row_axis, rows),
      cols: this.#labels(col_axis, cols),
    };
  }

  /** The stages that are on in a layer, in the order of the computation. */
  stages({ layer = 0 } = {}) {
    const at = this.#wasm._ap_core_stages(this.#live(), layer) >> 2;
    const all = new Int32Array(this.#wasm.HEAPU8.buffer);
    return Array.from({ length: all[at] }, (_, i) => {
      const from = at + 1 + 6 * i;
      const [stage, heads, per_head, editable, rows, cols] = all.subarray(from, from + 6);
      return {
        stage: this.#core._name(0, stage),
        heads,
        per_head: per_head === 1,
        editable: editable === 1,
        shape: [rows, cols],
      };
    });
  }

  /** Where a number comes from, as the page's explain gives it. */
  explain(stage, row, col, { layer = 0, head = 0 } = {}) {
    const start =
      this.#wasm._ap_core_explain(this.#live(), this.#stage(stage), row, col, layer, head) >> 3;
    if (!start) refuse('not_found', 'there is no such cell', stage);
    const numbers = new Float64Array(this.#wasm.HEAPU8.buffer);
    let at = start;
    const next = () => numbers[at++];
    const name = (kind) => this.#core._name(kind, next());
    const list = (read) => Array.from({ length: next() }, read);
    const address = () => ({
      stage: name(0),
      layer: next(),
      head: next(),
      row: next(),
      col: next(),
    });
    const cell = () => ({ ...address(), value: next() });
    const region = () => ({ ...address(), rows: next(), cols: next() });
    const found = { cell: cell(), operation: name(1), reason: name(2), own: next(), value: next() };
    found.terms = list(() => {
      const a = cell();
      const has_b = next() === 1;
      const b = cell();
      return { a, ...(has_b && { b }), factor: next(), value: next() };
    });
    found.constants = Object.fromEntries(list(() => [this.#wasm.UTF8ToString(next()), next()]));
    return { ...found, sources: list(region), consumers: list(region) };
  }

  /** The run's memory is given back; it cannot be used any more. */
  free() {
    if (this.#handle >= 0) this.#wasm._ap_core_free(this.#handle);
    this.#handle = -1;
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
