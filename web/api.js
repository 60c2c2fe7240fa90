// The calls that `start` gives (playground.d.ts), each a few numbers or a text handed to wasm and what comes
// back. Fetched when the first picture stands: it needs none of them.
import { PlaygroundError, version } from './playground.js';

const MAX_JSON = 64 << 20; // characters; checked before anything is copied or allocated

/** More than `budget` characters in all strings and numbers of a value: seen without copying it. */
function is_oversize(value) {
  let budget = MAX_JSON;
  const walk = (v) => {
    if (typeof v === 'string') budget -= v.length + 2;
    else if (ArrayBuffer.isView(v) || Array.isArray(v)) {
      budget -= 2 * v.length;
      if (Array.isArray(v)) for (let i = 0; i < v.length && budget >= 0; ++i) walk(v[i]);
    } else if (v && typeof v === 'object') {
      for (const key in v) {
        budget -= key.length + 3;
        if (budget < 0) return;
        walk(v[key]);
      }
    }
  };
  walk(value);
  return budget < 0;
}

const INFINITIES = new Set(['Infinity', '-Infinity', 'NaN']);
const revive = (key, value) =>
  (key === 'value' || key === 'factor') && INFINITIES.has(value) ? Number(value) : value;
const plain = (_key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
const failure = (code, message, where = '') => ({ ok: false, error: { code, message, where } });
const NO_MEMORY = { code: 'too_large', message: 'there is not enough memory for this' };

// The order of src/app/page/debug.cpp.
const PARTS = ['cell', 'title', 'row', 'col', 'ghost', 'thumbnail', 'caption', 'legend'];
const VIEW = [
  'layer',
  'head',
  'panel',
  'pinned',
  'step',
  'zoom',
  'rows',
  'cols',
  'hover',
  'help',
  'difference',
  'sensitivity',
  'x',
  'y',
  'editing',
  'theme',
];

/** What `start` gives: playground.d.ts. */
export class Playground {
  #wasm;
  #listeners = new Map(
    ['change', 'select', 'error', 'theme', 'lessons', 'import', 'export'].map((name) => [
      name,
      new Set(),
    ]),
  );
  #queued = new Set();

  constructor(wasm, variant) {
    this.#wasm = wasm;
    this.version = version;
    /** Not part of the contract: for tests and the bench. */
    this.debug = Object.freeze({
      variant,
      hasPicture: () => Boolean(wasm._ap_web_has_window()),
      frames: () => wasm._ap_web_frames(),
      isAwaited: () => wasm.isAwaited?.() ?? false,
      frameMs: () => wasm._ap_web_frame_ms(0),
      worstFrameMs: () => wasm._ap_web_frame_ms(1),
      totalFrameMs: () => wasm._ap_web_frame_ms(2),
      resetTimes: () => wasm._ap_web_reset_times(),
      wake: () => wasm._ap_web_wake(),
      memoryBytes: () => wasm.HEAPU8.byteLength,
      module: wasm,
      /** {x, y, w, h} on the canvas of a part of the sheet; null if it is not there. */
      rect: (stage, { part = 'cell', row = 0, col = 0, layer = 0, head = 0 } = {}) =>
        this.#lent(stage, (at) => {
          const from = wasm._ap_debug_rect(PARTS.indexOf(part), at, row, col, layer, head) >> 2;
          const [x, y, w, h] = wasm.HEAPF32.slice(from, from + 4);
          return w > 0 ? { x, y, w, h } : null;
        })?.result ?? null,
      view: () => {
        const from = wasm._ap_debug_view() >> 2;
        const numbers = wasm.HEAPF32.slice(from, from + VIEW.length);
        return Object.fromEntries(VIEW.map((name, i) => [name, numbers[i]]));
      },
    });
  }

  /** The string that wasm gave us, parsed and freed. */
  #taken(pointer) {
    if (!pointer) throw new PlaygroundError(NO_MEMORY);
    const text = this.#wasm.UTF8ToString(pointer);
    this.#wasm._free(pointer);
    return JSON.parse(text, revive);
  }

  /** Calls back with the address and size of the text in wasm memory; null when memory is short. */
  #lent(text, use) {
    const bytes = new TextEncoder().encode(text);
    const pointer = this.#wasm._malloc(bytes.length + 1);
    if (!pointer) return null;
    this.#wasm.HEAPU8.set(bytes, pointer);
    this.#wasm.HEAPU8[pointer + bytes.length] = 0;
    const result = use(pointer, bytes.length);
    this.#wasm._free(pointer);
    return { result };
  }

  #stage(stage, use) {
    if (typeof stage !== 'string' || stage.length > 64) {
      throw new PlaygroundError({ code: 'unknown_key', message: 'there is no stage of this name' });
    }
    const lent = this.#lent(stage, use);
    if (!lent) throw new PlaygroundError(NO_MEMORY);
    const answer = this.#taken(lent.result);
    if (answer.ok === false) throw new PlaygroundError(answer.error);
    return answer;
  }

  state() {
    return this.#taken(this.#wasm._ap_api_state());
  }

  dispatch(action, { gesture = 0 } = {}) {
    let text = action;
    if (is_oversize(action)) return failure('too_large', 'the action is over 64 MB');
    if (typeof action !== 'string') {
      try {
        text = JSON.stringify(action, plain);
      } catch (error) {
        return failure('parse', `not JSON: ${error.message}`);
      }
    }
    if (typeof text !== 'string') return failure('parse', 'an action is an object');
    const lent = this.#lent(text, (at, size) => this.#wasm._ap_api_dispatch(at, size, gesture));
    if (!lent) return failure(NO_MEMORY.code, NO_MEMORY.message);
    return lent.result ? this.#taken(lent.result) : { ok: true };
  }

  newGesture() {
    return this.#wasm._ap_api_new_gesture();
  }

  endGesture() {
    this.#wasm._ap_api_end_gesture();
  }

  undo() {
    return Boolean(this.#wasm._ap_api_undo());
  }

  redo() {
    return Boolean(this.#wasm._ap_api_redo());
  }

  history() {
    return this.#taken(this.#wasm._ap_api_history());
  }

  training() {
    return this.#taken(this.#wasm._ap_api_training());
  }

  tensor(stage, { layer = 0, head = 0 } = {}) {
    const answer = this.#stage(stage, (at) => this.#wasm._ap_api_tensor(at, layer, head));
    const [rows, cols] = answer.shape;
    const data = this.#wasm.HEAPF32.slice(answer.data >> 2, (answer.data >> 2) + rows * cols);
    this.#wasm._free(answer.data);
    return { ...answer, data };
  }

  explain(stage, row, col, { layer = 0, head = 0 } = {}) {
    return this.#stage(stage, (at) => this.#wasm._ap_api_explain(at, row, col, layer, head));
  }

  stages({ layer = 0 } = {}) {
    return this.#taken(this.#wasm._ap_api_stages(layer));
  }

  presets() {
    return this.#taken(this.#wasm._ap_api_presets());
  }

  /** Everything as it is now: the part of an address after '#'. */
  link() {
    const answer = this.#taken(this.#wasm._ap_api_link());
    if (answer.ok === false) throw new PlaygroundError(answer.error);
    return answer.link;
  }

  open(link_or_state) {
    if (is_oversize(link_or_state)) return failure('too_large', 'this is over 64 MB');
    const text =
      typeof link_or_state === 'string' ? link_or_state : JSON.stringify(link_or_state, plain);
    const lent = this.#lent(text ?? '', (at, size) => this.#wasm._ap_api_open(at, size));
    if (!lent) return failure(NO_MEMORY.code, NO_MEMORY.message);
    return lent.result ? this.#taken(lent.result) : { ok: true };
  }

  show(settings) {
    if ('theme' in settings) this.#wasm.theme = null; // the address's, from before the first frame
    this.#lent(new URLSearchParams(settings).toString().replaceAll('+', '%20'), (at, size) =>
      this.#wasm._ap_api_show(at, size),
    );
    this._emit('theme');
  }

  setTheme(theme) {
    this.show({ theme: theme === 'dark' || theme === 'light' ? theme : 'auto' });
  }

  selection() {
    return this.#taken(this.#wasm._ap_api_selection());
  }

  problem() {
    const { error } = this.#taken(this.#wasm._ap_api_problem());
    return error.message ? error : null;
  }

  height() {
    return this.#wasm._ap_api_height();
  }

  on(event, callback) {
    const set = this.#listeners.get(event);
    if (!set) {
      throw new PlaygroundError({
        code: 'unknown_key',
        message: `there is no event '${event}'; there are ${[...this.#listeners.keys()].join(', ')}`,
      });
    }
    const entry = { callback };
    set.add(entry);
    return () => set.delete(entry);
  }

  /** From wasm: heard on the next tick, once for any number of changes, never inside a call. */
  _emit(event) {
    if (this.#queued.has(event)) return;
    this.#queued.add(event);
    setTimeout(() => {
      this.#queued.delete(event);
      const detail = { type: event, revision: this.#wasm._ap_api_revision() };
      for (const { callback } of [...(this.#listeners.get(event) ?? [])]) {
        try {
          callback(detail);
        } catch (error) {
          reportError(error); // one bad listener does not silence the others
        }
      }
    });
  }
}
