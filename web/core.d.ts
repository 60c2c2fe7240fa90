/** The headless core: attention computed in a page, a worker or Node. */
import type { Explanation, Failure, Stage, StageInfo, Where } from './playground.js';

/** Nested lists of numbers, or numbers in a row with their shape. */
export type ArrayLike =
  | number[]
  | number[][]
  | number[][][]
  | number[][][][]
  | { data: Float32Array | number[]; shape: number[] };
export interface NumberArray {
  data: Float32Array;
  shape: number[];
}
export interface CoreTensor extends NumberArray {
  rows: string[];
  cols: string[];
}

/** ONNX Attention (opset 23 and 24): T queries, S keys, H heads of width K. */
export interface AttendOptions {
  query: ArrayLike; // (T, H·K), (B, T, H·K) or (B, H, T, K)
  key: ArrayLike;
  value: ArrayLike;
  /** Booleans (true: may attend) or numbers to add, broadcast to (B, H, T, S). */
  mask?: ArrayLike | boolean[][];
  pastKey?: ArrayLike;
  pastValue?: ArrayLike;
  kvLengths?: number[];
  heads?: number; // in arrays with heads side by side; 1
  kvHeads?: number; // as many as heads
  scale?: number; // 1 / sqrt(K)
  softcap?: number;
  causal?: boolean;
  /** How many keys before and after its own place a query sees; -1: all. */
  leftWindow?: number;
  rightWindow?: number;
  /** Of the softmax alone, rounded to float. */
  softmaxPrecision?: 'float' | 'double';
  /** A step to give as well. */
  step?: 'scaled' | 'capped' | 'masked' | 'weights';
  /** Give past and new keys and values together. */
  present?: boolean;
}
export interface Attended {
  output: NumberArray;
  step?: NumberArray;
  presentKey?: NumberArray;
  presentValue?: NumberArray;
}

/** A state with everything that was computed from it. */
export interface Run {
  tensor(stage: Stage, where?: Where): CoreTensor;
  explain(stage: Stage, row: number, col: number, where?: Where): Explanation;
  stages(where?: { layer?: number }): StageInfo[];
  free(): void;
}

export interface Core {
  /** A state as the playground's state() gives it, as object or JSON. Throws CoreError. */
  forward(state: Record<string, unknown> | string): Run;
  attend(options: AttendOptions): Attended;
}

export class CoreError extends Error {
  readonly code: Failure['code'];
  readonly where: string;
}

/** `wasm`: the bytes of attention-core.wasm, where they cannot be fetched from beside the module. */
export function createCore(options?: { wasm?: BufferSource }): Promise<Core>;
