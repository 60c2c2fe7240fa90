// A run of the headless core: a state, read key by key, and everything computed from it.
import { check_keys, matrix_of, refuse } from './core_arrays.js';

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

export class Run {
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
    if (state.version !== 1 && state.version !== 2)
      refuse('unsupported', 'this program reads versions 1 and 2', 'version');
    const { model = {} } = state;
    check_keys(
      model,
      [...NUMBERS, ...CHOICES, 'causal', 'residual', 'positions', 'window', 'layers'],
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
    model.layers.forEach((layer, index) => {
      this.#layer(layer, index);
      const own = layer?.window !== undefined;
      if (own) this.#window(layer.window, index, `model.layers[${index}].window`);
      else if (model.window !== undefined) this.#window(model.window, index, 'model.window');
    });
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

  #window(window, index, where) {
    check_keys(window, ['left', 'right'], where);
    const { left = -1, right = -1 } = window;
    const whole = Number.isInteger(left) && Number.isInteger(right);
    if (!whole || !this.#wasm._ap_core_window(this.#handle, index, left, right))
      refuse('range', 'must be -1 (no bound) or a number of keys', where);
  }

  #layer(layer, index) {
    const where = `model.layers[${index}]`;
    check_keys(layer, [...WEIGHTS, ...ROWS, 'window'], where);
    for (const [key, value] of Object.entries(layer)) {
      if (key === 'window') continue; // no matrix
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
