// The DOM companion: the sentence, the choosers and the chosen matrix as a real table with real
// inputs, in step with the canvas both ways. Always there for screen readers; the Table button shows
// it to everyone. Large matrices are shown a window at a time.
import { make } from './elements.js';

const WINDOW = 24; // rows and columns at once
const REST_MS = 250;
const STAGE_NAMES = {
  embeddings: 'Embeddings X',
  positions: 'Positions P',
  input: 'Input X + P',
  w_q: 'W_Q',
  w_k: 'W_K',
  w_v: 'W_V',
  w_o: 'W_O',
  q: 'Queries Q',
  k: 'Keys K',
  v: 'Values V',
  scores: 'Scores QKᵀ',
  scaled: 'Scaled scores',
  capped: 'Capped scores',
  mask: 'Mask',
  masked: 'Masked scores',
  weights: 'Weights (softmax)',
  head_out: 'Head output',
  concat: 'Heads side by side',
  output: 'Output',
  source_embeddings: 'Source embeddings',
  source_input: 'Source input',
};
const stage_title = (stage) => STAGE_NAMES[stage] ?? stage.replaceAll('_', ' ');

/** Six significant digits, as a person would write them. */
function shown(value) {
  if (value === -Infinity) return '−∞';
  if (value === Infinity) return '∞';
  return String(Number(value.toPrecision(6)));
}
function read(text) {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  return plain === '' ? NaN : Number(plain);
}

const labelled = (text, control, wide = false) =>
  make('label', { className: wide ? 'wide' : '' }, text, control);

function fill_options(select, entries) {
  const key = JSON.stringify(entries);
  if (select.dataset.entries === key) return;
  select.dataset.entries = key;
  const chosen = select.value;
  select.replaceChildren(
    ...entries.map(([value, text]) => make('option', { value, textContent: text })),
  );
  if (entries.some(([value]) => String(value) === chosen)) select.value = chosen;
}

class Companion {
  constructor(api, section, button) {
    this.api = api;
    this.section = section;
    this.button = button;
    this.shape_key = '';
    this.build();
    button.addEventListener('click', () => (this.is_open() ? this.close() : this.open()));
    // Someone who tabs into it sees where they are.
    section.addEventListener('focusin', () => this.open());
    api.on('change', () => this.changed());
    api.on('select', () => this.follow(api.selection()));
    this.refresh();
  }

  build() {
    this.sentence = make('input', {
      type: 'text',
      id: 'ap-sentence',
      autocomplete: 'off',
      spellcheck: false,
    });
    this.preset = make('select', { id: 'ap-preset' });
    this.stage = make('select', { id: 'ap-stage-choice' });
    this.layer = make('select', { id: 'ap-layer' });
    this.head = make('select', { id: 'ap-head' });
    this.row0 = make('input', { type: 'number', min: 1, value: 1, id: 'ap-row' });
    this.col0 = make('input', { type: 'number', min: 1, value: 1, id: 'ap-col' });
    this.undo = make('button', { type: 'button', textContent: 'Undo' });
    this.redo = make('button', { type: 'button', textContent: 'Redo' });
    this.note = make('p', { id: 'ap-note', role: 'status' });
    this.note.setAttribute('role', 'status');
    this.grid = make('div', { id: 'ap-grid', tabIndex: 0 });
    this.grid.setAttribute('role', 'region');
    this.grid.setAttribute('aria-label', 'Matrix');
    this.window_row = labelled('First row', this.row0);
    this.window_col = labelled('First column', this.col0);
    const form = make(
      'form',
      {},
      labelled('Sentence', this.sentence, true),
      labelled('Preset', this.preset),
      labelled('Stage', this.stage),
      labelled('Layer', this.layer),
      labelled('Head', this.head),
      this.window_row,
      this.window_col,
      this.undo,
      this.redo,
    );
    form.addEventListener('submit', (event) => event.preventDefault());
    this.section.replaceChildren(
      make('h2', { id: 'ap-table-title', textContent: 'The same as a table' }),
      form,
      this.note,
      this.grid,
    );
    this.listen();
  }

  listen() {
    this.sentence.addEventListener('change', () =>
      this.run({ type: 'set_text', text: this.sentence.value }),
    );
    this.preset.addEventListener('change', () => {
      if (this.preset.value) this.run({ type: 'load_preset', id: this.preset.value });
    });
    for (const control of [this.stage, this.layer, this.head, this.row0, this.col0]) {
      control.addEventListener('change', () => this.refresh());
    }
    this.undo.addEventListener('click', () => this.api.undo() || this.say('Nothing to undo'));
    this.redo.addEventListener('click', () => this.api.redo() || this.say('Nothing to redo'));
    this.grid.addEventListener('change', (event) => this.edit(event.target));
  }

  is_open() {
    return !this.section.classList.contains('closed');
  }
  open() {
    if (this.is_open()) return;
    this.refresh();
    this.section.classList.remove('closed');
    this.button.setAttribute('aria-expanded', 'true');
    this.button.textContent = 'Close the table';
  }
  close() {
    this.section.classList.add('closed');
    this.button.setAttribute('aria-expanded', 'false');
    this.button.textContent = 'Open the table';
  }

  /** An open table follows at once. A closed one need not cost each step of a drag a copy of everything. */
  changed() {
    if (this.is_open()) this.refresh();
    else this.waiting ??= setTimeout(() => this.refresh(), REST_MS);
  }

  say(text, problem = false) {
    this.note.textContent = text;
    this.note.classList.toggle('problem', problem);
  }

  /** True if it was done; else the reason is on the page. */
  run(action) {
    const { ok, error } = this.api.dispatch(action);
    this.say(ok ? '' : error.message, !ok);
    return ok;
  }

  edit(input) {
    const { row, col } = input.dataset;
    if (row === undefined) return;
    const value = read(input.value);
    const good = Number.isFinite(value);
    const done =
      good &&
      this.run({
        type: 'set_cell',
        stage: this.stage.value,
        layer: Number(this.layer.value),
        head: Number(this.head.value),
        row: Number(row),
        col: Number(col),
        value,
      });
    if (!good) this.say(`“${input.value}” is not a number; the cell keeps its value`, true);
    input.setAttribute('aria-invalid', String(!done));
  }

  /** The choosers follow the document; a stage that is gone gives way to the weights. */
  refresh_choosers() {
    const state = this.api.state();
    if (document.activeElement !== this.sentence) this.sentence.value = state.query.text;
    fill_options(this.preset, [
      ['', '—'],
      ...this.api.presets().map(({ id, title }) => [id, title]),
    ]);
    this.preset.value = state.preset ?? '';
    fill_options(
      this.layer,
      state.model.layers.map((_, i) => [i, `${i + 1}`]),
    );
    const stages = this.api.stages({ layer: Number(this.layer.value) || 0 });
    fill_options(
      this.stage,
      stages.map(({ stage }) => [stage, stage_title(stage)]),
    );
    if (!this.chosen_once) {
      this.chosen_once = true;
      this.stage.value = 'weights';
    }
    const chosen = stages.find(({ stage }) => stage === this.stage.value) ?? stages[0];
    const heads = chosen?.per_head ? chosen.heads : 1;
    fill_options(
      this.head,
      Array.from({ length: heads }, (_, i) => [i, `${i + 1}`]),
    );
    this.head.disabled = heads < 2;
    this.layer.disabled = state.model.layers.length < 2;
    const { undo, redo } = this.api.history();
    this.undo.disabled = !undo;
    this.redo.disabled = !redo;
    this.undo.title = undo;
    this.redo.title = redo;
  }

  refresh() {
    clearTimeout(this.waiting);
    this.waiting = null;
    try {
      this.refresh_choosers();
      const where = { layer: Number(this.layer.value) || 0, head: Number(this.head.value) || 0 };
      this.refresh_table(this.api.tensor(this.stage.value, where));
    } catch (error) {
      this.say(error.message, true);
    }
  }

  /** The cell that is selected on the drawing is the one in the table, unless someone works there. */
  follow(selection) {
    if (!selection || this.section.contains(document.activeElement)) return;
    const { stage, layer, head, row, col } = selection;
    this.layer.value = layer;
    this.refresh_choosers();
    this.stage.value = stage;
    this.refresh_choosers();
    this.head.value = head;
    this.row0.value = row < WINDOW ? 1 : row - WINDOW / 2;
    this.col0.value = col < WINDOW ? 1 : col - WINDOW / 2;
    this.refresh();
    for (const old of this.grid.querySelectorAll('[aria-current]'))
      old.removeAttribute('aria-current');
    const line = this.table?.tBodies[0].rows[row - (Number(this.row0.value) - 1)];
    line?.cells[col - (Number(this.col0.value) - 1) + 1]?.setAttribute('aria-current', 'true');
  }

  first(control, length) {
    const last = Math.max(1, length - WINDOW + 1);
    const value = Math.min(last, Math.max(1, Math.round(Number(control.value)) || 1));
    control.max = last;
    control.value = value;
    return value - 1;
  }

  refresh_table(tensor) {
    const [rows, cols] = tensor.shape;
    this.window_row.hidden = rows <= WINDOW;
    this.window_col.hidden = cols <= WINDOW;
    const row0 = this.first(this.row0, rows);
    const col0 = this.first(this.col0, cols);
    const view = {
      row0,
      col0,
      rows: Math.min(rows - row0, WINDOW),
      cols: Math.min(cols - col0, WINDOW),
    };
    const key = JSON.stringify([
      this.stage.value,
      this.layer.value,
      this.head.value,
      tensor.shape,
      view,
      tensor.rows.slice(row0, row0 + view.rows),
      tensor.cols.slice(col0, col0 + view.cols),
      tensor.editable,
    ]);
    if (key !== this.shape_key) {
      this.shape_key = key;
      this.build_table(tensor, view);
    }
    this.fill_table(tensor, view);
  }

  build_table(tensor, view) {
    const [rows, cols] = tensor.shape;
    const columns = tensor.cols.slice(view.col0, view.col0 + view.cols);
    const head = make(
      'tr',
      {},
      make('td', {}),
      ...columns.map((name) => make('th', { scope: 'col', textContent: name })),
    );
    const body = [];
    for (let i = 0; i < view.rows; i++) {
      const name = tensor.rows[view.row0 + i];
      const cells = columns.map((column, j) => {
        if (!tensor.editable) return make('td', {}, make('span'));
        const input = make('input', {
          type: 'text',
          inputMode: 'decimal',
          autocomplete: 'off',
          'aria-label': `${name}, ${column}`,
        });
        input.dataset.row = view.row0 + i;
        input.dataset.col = view.col0 + j;
        return make('td', {}, input);
      });
      body.push(make('tr', {}, make('th', { scope: 'row', textContent: name }), ...cells));
    }
    const part =
      view.rows < rows || view.cols < cols
        ? `, from row ${view.row0 + 1} and column ${view.col0 + 1}`
        : '';
    const caption =
      `${stage_title(this.stage.value)}, ${rows} × ${cols}${part}` +
      (tensor.editable ? ', can be edited' : '');
    this.table = make(
      'table',
      {},
      make('caption', { textContent: caption }),
      make('thead', {}, head),
      make('tbody', {}, ...body),
    );
    this.grid.replaceChildren(this.table);
    this.grid.setAttribute('aria-label', caption);
  }

  fill_table(tensor, view) {
    const cols = tensor.shape[1];
    const body = this.table.tBodies[0];
    for (let i = 0; i < view.rows; i++) {
      const cells = body.rows[i].cells;
      for (let j = 0; j < view.cols; j++) {
        const text = shown(tensor.data[(view.row0 + i) * cols + view.col0 + j]);
        const control = cells[j + 1].firstElementChild;
        if (!tensor.editable) {
          if (control.textContent !== text) control.textContent = text;
        } else if (
          control !== document.activeElement ||
          control.getAttribute('aria-invalid') !== 'true'
        ) {
          if (
            control.value !== text &&
            !(control === document.activeElement && read(control.value) === read(text))
          ) {
            control.value = text;
          }
          control.removeAttribute('aria-invalid');
        }
      }
    }
  }
}

/** Fills the section; the result opens and closes it. */
export function show_companion(api, section, button) {
  return new Companion(api, section, button);
}
