/** Attention Playground's API: createPlayground, createCore, or in its own page `await window.playgroundReady`. */
import type { AttentionPlaygroundElement, ElementOptions } from './element.js';
import type { Core } from './core.js';

export const version: string;

/** A playground in `container`: an <attention-playground> that is loaded at once. */
export function createPlayground(
  container: Element,
  options?: ElementOptions,
): Promise<AttentionPlaygroundElement>;
/** The numbers without a picture: in a page, a worker or Node. */
export function createCore(options?: { wasm?: BufferSource }): Promise<Core>;

export type Stage =
  | 'embeddings'
  | 'positions'
  | 'input'
  | 'source_embeddings'
  | 'source_positions'
  | 'source_input'
  | 'norm1'
  | 'w_q'
  | 'w_k'
  | 'w_v'
  | 'b_q'
  | 'b_k'
  | 'b_v'
  | 'q'
  | 'k'
  | 'v'
  | 'q_rotated'
  | 'k_rotated'
  | 'scores'
  | 'scaled'
  | 'capped'
  | 'mask'
  | 'masked'
  | 'weights'
  | 'head_out'
  | 'concat'
  | 'w_o'
  | 'b_o'
  | 'projected'
  | 'added'
  | 'norm2'
  | 'w_gate'
  | 'b_gate'
  | 'w_up'
  | 'b_up'
  | 'gate'
  | 'up'
  | 'hidden'
  | 'w_down'
  | 'b_down'
  | 'mlp_out'
  | 'mlp_added'
  | 'output'
  | 'norm1_gain'
  | 'norm1_bias'
  | 'norm2_gain'
  | 'norm2_bias'
  | 'temperature';

export interface Where {
  layer?: number;
  head?: number;
}

/** Row-major; `data` is a copy that stays yours. */
export interface Tensor {
  shape: [rows: number, cols: number];
  data: Float32Array;
  rows: string[];
  cols: string[];
  editable: boolean;
}

export interface Failure {
  code:
    | 'parse'
    | 'unknown_key'
    | 'shape'
    | 'range'
    | 'not_finite'
    | 'too_large'
    | 'not_editable'
    | 'not_found'
    | 'unsupported'
    | 'io'
    | 'no_simd'
    | 'load';
  message: string;
  /** A path such as "layers[0].w_q[2][3]"; may be empty. */
  where: string;
}
export type Outcome = { ok: true } | { ok: false; error: Failure };

/** {type: 'set_cell', stage: 'w_q', row: 0, col: 1, value: 0.5}, ...: see docs/formats.md. */
export type Action = { type: string; [field: string]: unknown };

export interface CellValue {
  stage: Stage;
  layer: number;
  head: number;
  row: number;
  col: number;
  value: number;
}
export interface Region {
  stage: Stage;
  layer: number;
  head: number;
  row: number;
  col: number;
  rows: number;
  cols: number;
}
export interface Explanation {
  cell: CellValue;
  operation: string;
  terms: { a: CellValue; b?: CellValue; factor: number; value: number }[];
  own: number;
  constants: Record<string, number | string>;
  reason: string;
  /** The formula, evaluated from this record. */
  value: number;
  sources: Region[];
  consumers: Region[];
}

export interface StageInfo {
  stage: Stage;
  heads: number;
  per_head: boolean;
  editable: boolean;
  shape: [number, number];
}

export interface PlaygroundEvents {
  change: { type: 'change'; revision: number };
  select: { type: 'select'; revision: number };
  error: { type: 'error'; revision: number };
  theme: { type: 'theme'; revision: number };
}

export interface Selection {
  stage: Stage;
  layer: number;
  head: number;
  row: number;
  col: number;
  rows: number;
  cols: number;
}

/** How the document is looked at; what is left out stays. */
export interface Settings {
  theme?: 'light' | 'dark' | 'auto';
  /** 'sheet', a panel (explain, model, graph, arcs, heads, rows, words, files), or a stage. */
  view?: string;
  /** 1 to 8, a step's name ('softmax'), or 'all'. */
  step?: number | string;
  /** 'sentence presets undo share theme top steps panel status hints', separated by spaces; 'none'. */
  hide?: string;
}

export interface Playground {
  readonly version: string;
  /** The document as JSON: what share links and files hold. */
  state(): Record<string, unknown>;
  /** On failure nothing has changed. Actions with one `gesture` number are one undo step. */
  dispatch(action: Action | string, options?: { gesture?: number }): Outcome;
  newGesture(): number;
  endGesture(): void;
  undo(): boolean;
  redo(): boolean;
  /** Names of the steps that undo and redo would take; '' for none. */
  history(): { undo: string; redo: string };
  /** The training run; control it by dispatch({type: 'train', command: 'play' | 'pause' | 'step' | 'rewind'}). */
  training(): {
    status: 'idle' | 'running' | 'paused' | 'reached' | 'finished' | 'diverged';
    message: string;
    steps: number;
    loss: number;
    error: number;
    stride: number;
    history: number[];
  };
  /** Throws PlaygroundError for a stage that is not there. */
  tensor(stage: Stage, where?: Where): Tensor;
  explain(stage: Stage, row: number, col: number, where?: Where): Explanation;
  stages(where?: { layer?: number }): StageInfo[];
  presets(): { id: string; title: string; about: string }[];
  /** Everything as it is now: the part of an address after '#'. */
  link(): string;
  /** A share link, an address with one, or a state. */
  open(link_or_state: string | Record<string, unknown>): Outcome;
  show(settings: Settings): void;
  selection(): Selection | null;
  /** Why the last link did not open, or null. */
  problem(): Failure | null;
  /** CSS pixels that the whole sheet would need at this width, at most 1.4 times the width. */
  height(): number;
  setTheme(theme: 'light' | 'dark' | 'auto'): void;
  /** Called on the next tick, never inside a call. Returns what unsubscribes. */
  on<Name extends keyof PlaygroundEvents>(
    event: Name,
    callback: (detail: PlaygroundEvents[Name]) => void,
  ): () => void;
}

export class PlaygroundError extends Error {
  readonly code: Failure['code'];
  readonly where: string;
}

export function start(options: {
  /** Must be the page's element with id "canvas". */
  canvas: HTMLCanvasElement;
  theme?: 'light' | 'dark' | null;
}): Promise<Playground>;

declare global {
  interface Window {
    playgroundReady: Promise<Playground>;
  }
}
