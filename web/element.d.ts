import type {
  Action,
  Explanation,
  Failure,
  Outcome,
  Selection,
  Settings,
  Stage,
  StageInfo,
  Tensor,
  Where,
} from './playground.js';

/** Attributes of <attention-playground>; see docs/embedding.md. */
export interface ElementOptions extends Settings {
  preset?: string;
  /** A state or a link in a file of its own. */
  src?: string;
  /** A state (object or JSON), or a share link. */
  state?: Record<string, unknown> | string;
  lesson?: string;
  /** Pixels, or 'auto': as high as the sheet needs. */
  height?: number | 'auto';
  loading?: 'lazy' | 'eager';
  /** A picture until it is there; 'none' for none. */
  poster?: string;
  title?: string;
  /** Where the playground's files are, if not beside the script. */
  base?: string;
  /** Of the iframe: 'allow-scripts' is enough. */
  sandbox?: string;
}

export interface ElementEvents {
  ready: CustomEvent<{ api: string }>;
  change: CustomEvent<{ revision: number }>;
  select: CustomEvent<{ selection: Selection | null }>;
  error: CustomEvent<{ error: Failure }>;
}

export class AttentionPlaygroundElement extends HTMLElement {
  readonly ready: Promise<this>;
  /** Makes the playground now, wherever it is on the page. */
  load(): Promise<this>;
  state(): Promise<Record<string, unknown>>;
  dispatch(action: Action | string): Promise<Outcome>;
  tensor(stage: Stage, where?: Where): Promise<Tensor>;
  explain(stage: Stage, row: number, col: number, where?: Where): Promise<Explanation>;
  stages(where?: { layer?: number }): Promise<StageInfo[]>;
  presets(): Promise<{ id: string; title: string; about: string }[]>;
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
  history(): Promise<{ undo: string; redo: string }>;
  link(): Promise<string>;
  open(link_or_state: string | Record<string, unknown>): Promise<Outcome>;
  show(settings: Settings): Promise<void>;
  selection(): Promise<Selection | null>;
  height(): Promise<number>;
}

/** A playground in `container`, loaded at once. */
export function create(
  container: Element,
  options?: ElementOptions,
): Promise<AttentionPlaygroundElement>;

// ---- what goes between the element (or your own script) and the iframe: version 1

export interface HostMessage {
  source: 'attention-playground';
  version: 1;
  id: number;
  call:
    | 'hello'
    | 'state'
    | 'dispatch'
    | 'tensor'
    | 'explain'
    | 'stages'
    | 'presets'
    | 'undo'
    | 'redo'
    | 'history'
    | 'setTheme'
    | 'link'
    | 'open'
    | 'show'
    | 'selection'
    | 'height';
  args?: unknown[];
}
export type FrameMessage = { source: 'attention-playground'; version: 1 } & (
  | { id: number; result: unknown }
  | { id: number; error: Failure }
  | { event: 'ready'; api: string }
  | { event: 'change'; revision: number }
  | { event: 'select'; selection: Selection | null }
  | { event: 'error'; error: Failure }
  | { event: 'height'; height: number }
);

declare global {
  interface HTMLElementTagNameMap {
    'attention-playground': AttentionPlaygroundElement;
  }
}
