// Where an array of a file goes: the place, the ways to fit it there, which slice of it. The ways and what
// each says are the program's (src/exchange); here is only what is asked.
import { make } from './elements.js';
import { button, labelled, select } from './files_controls.js';

const PLACES = [
  ['embeddings', 'Embeddings'],
  ['source_embeddings', 'Source embeddings'],
  ['w_q', 'W_Q'],
  ['w_k', 'W_K'],
  ['w_v', 'W_V'],
  ['w_o', 'W_O'],
  ['b_q', 'b_Q'],
  ['b_k', 'b_K'],
  ['b_v', 'b_V'],
  ['b_o', 'b_O'],
  ['mask', 'Mask'],
  ['positions', 'Positions'],
  ['w_up', 'W_up'],
  ['w_down', 'W_down'],
];
const HEADED = new Set(['w_q', 'w_k', 'w_v', 'b_q', 'b_k', 'b_v']);
const by = (shape) => (shape.length ? shape.join(' × ') : 'one number');

const options_of = (count) =>
  Array.from({ length: count }, (_, i) => make('option', { value: i, textContent: String(i) }));
const whole = ({ value }) => Math.max(0, Math.trunc(Number(value)) || 0);
const row_of = (...children) => make('div', { className: 'row' }, ...children);

export class ArrayForm {
  /** `core`: files_module.js's, which has the file open; `entries`: its arrays. */
  constructor(dialog, core, name, entries) {
    this.dialog = dialog;
    this.core = core;
    this.entries = entries;
    this.chosen = entries.find(({ problem }) => !problem);
    this.offers = [];
    this.offer = 0;
    this.make_places();
    this.fit = make('div', { className: 'chips' });
    this.load = button(
      'Import',
      () => dialog.attempt(async () => dialog.done(await core.import(this.choice()))),
      'strong',
    );
    this.make_corner();
    this.index = row_of();
    const one = `${by(this.chosen.shape)} ${this.chosen.dtype}`;
    const legend = `${name}: ${entries.length === 1 ? one : `${entries.length} arrays`}`;
    this.element = make(
      'fieldset',
      {},
      make('legend', { textContent: legend }),
      this.list(),
      row_of(labelled('Into', this.place), this.layer_label, this.head_label),
      this.index,
      this.fit,
      this.corner,
      make('div', { className: 'row load' }, this.load),
    );
    dialog.attempt(() => this.retarget());
  }

  make_places() {
    const { api, view } = this.dialog;
    const state = api.state();
    this.place = select(PLACES.filter(([stage]) => stage !== 'source_embeddings' || state.cross));
    const guess = this.chosen.name.split('.').at(-1);
    if (PLACES.some(([stage]) => stage === guess)) this.place.value = guess;
    this.head = select([]);
    this.head_label = labelled('Head', this.head);
    const layers = state.model.layers.length;
    this.layer = select(Array.from({ length: layers }, (_, i) => [i, String(i)]));
    this.layer.value = Math.min(view.layer ?? 0, layers - 1);
    this.layer_label = labelled('Layer', this.layer);
    this.layer_label.hidden = layers === 1;
    this.place.onchange = () => this.dialog.attempt(() => this.retarget());
    this.head.onchange = () => this.dialog.attempt(() => this.reindex());
    this.layer.onchange = () => this.dialog.attempt(() => this.refit());
  }

  /** Where a slice begins. */
  make_corner() {
    const from = () => make('input', { type: 'number', min: 0, value: 0 });
    this.row = from();
    this.col = from();
    this.corner = row_of(labelled('First row', this.row), labelled('First column', this.col));
  }

  list() {
    const one = (entry) =>
      make(
        'label',
        {},
        make('input', {
          type: 'radio',
          name: 'ap-files-array',
          checked: entry === this.chosen,
          disabled: Boolean(entry.problem),
          onchange: () => {
            this.chosen = entry;
            this.dialog.attempt(() => this.reindex());
          },
        }),
        make('span', { textContent: entry.name || '(no name)' }),
        make('span', { textContent: entry.problem || `${by(entry.shape)} ${entry.dtype}` }),
      );
    const hidden = this.entries.length === 1;
    return make('div', { className: 'list', hidden }, ...this.entries.slice(0, 2000).map(one));
  }

  wanted() {
    return {
      array: this.chosen.name,
      stage: this.place.value,
      layer: Number(this.layer.value),
      head: Number(this.head.value),
      index: [...this.index.querySelectorAll('input')].map(whole),
    };
  }

  choice() {
    const offer = this.offers[this.offer];
    return {
      ...this.wanted(),
      ...(offer && { fit: offer.fit, transpose: offer.transpose }),
      ...(offer?.fit === 'slice' && { row: whole(this.row), col: whole(this.col) }),
    };
  }

  take_offer(i) {
    this.offer = i;
    this.corner.hidden = this.offers[i]?.fit !== 'slice';
    this.load.scrollIntoView?.({ block: 'nearest' });
  }

  /** The ways to fit the array that is chosen into the place that is chosen. */
  refit() {
    this.dialog.say('');
    const { offers, target } = this.core.offers(this.wanted());
    this.offers = offers;
    const one = ({ says }, i) =>
      make(
        'label',
        {},
        make('input', {
          type: 'radio',
          name: 'ap-files-fit',
          checked: i === 0,
          onchange: () => this.take_offer(i),
        }),
        make('span', { textContent: says }),
      );
    this.fit.replaceChildren(...offers.map(one));
    this.load.disabled = offers.length === 0;
    this.take_offer(0);
    if (offers.length) return;
    const what = target ? `, which is ${by(target)}` : '';
    this.dialog.say(`${by(this.chosen.shape)} cannot go there${what}.`, true);
  }

  /** Another place may have other heads. */
  retarget() {
    const headed = HEADED.has(this.place.value);
    const { heads = 1, kv_heads } = this.dialog.api.state().model;
    const own = this.place.value.endsWith('q') ? heads : (kv_heads ?? heads);
    const count = headed ? own : 1;
    this.head.replaceChildren(
      make('option', { value: -1, textContent: 'All, side by side' }),
      ...options_of(headed ? count : 0),
    );
    this.head_label.hidden = !headed || count === 1;
    this.reindex();
  }

  /** All heads at once are taken from a stack of them; else one matrix of the stack is chosen. */
  reindex() {
    const before = this.chosen.shape.slice(0, -2);
    const all_heads = HEADED.has(this.place.value) && Number(this.head.value) < 0;
    this.index.hidden = before.length === 0 || (before.length === 1 && all_heads);
    const one = (size, d) =>
      labelled(
        `Index ${d + 1} of ${before.length}`,
        make('input', {
          type: 'number',
          min: 0,
          max: size - 1,
          value: 0,
          onchange: () => this.dialog.attempt(() => this.refit()),
        }),
      );
    this.index.replaceChildren(...(this.index.hidden ? [] : before.map(one)));
    this.refit();
  }
}
