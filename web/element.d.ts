import type { Action, Explanation, Outcome, Stage, StageInfo, Tensor, Where } from './playground.js';

/** <attention-playground preset theme height state>. Events: 'ready', 'change'. */
export class AttentionPlaygroundElement extends HTMLElement {
  readonly ready: Promise<this>;
  state(): Promise<Record<string, unknown>>;
  dispatch(action: Action | string): Promise<Outcome>;
  tensor(stage: Stage, where?: Where): Promise<Tensor>;
  explain(stage: Stage, row: number, col: number, where?: Where): Promise<Explanation>;
  stages(where?: { layer?: number }): Promise<StageInfo[]>;
  presets(): Promise<{ id: string; title: string; about: string }[]>;
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
  history(): Promise<{ undo: string; redo: string }>;
}

declare global {
  interface HTMLElementTagNameMap { 'attention-playground': AttentionPlaygroundElement }
}
