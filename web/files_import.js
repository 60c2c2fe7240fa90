// The dialog's side of imports: a file or pasted text, and what can be done with what is in it: open a document,
// load a head of a model, or put an array somewhere (files_array.js).
import { make } from './elements.js';
import { ArrayForm } from './files_array.js';
import { button, labelled, select } from './files_controls.js';
import { files } from './files_module.js';

export class ImportForm {
  constructor(dialog) {
    this.dialog = dialog;
  }

  show() {
    const picker = make('input', {
      type: 'file',
      hidden: true,
      accept: '.npy,.npz,.csv,.tsv,.txt,.json,.safetensors',
      onchange: () => picker.files[0] && this.dialog.take(picker.files[0]),
    });
    const drop = make(
      'div',
      { className: 'drop' },
      button('Choose a file …', () => picker.click(), 'strong'),
      make('p', { textContent: 'or drop one here: .npy .npz .csv .tsv .json .safetensors' }),
      picker,
    );
    for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
      drop.addEventListener(type, () =>
        drop.classList.toggle('over', type === 'dragenter' || type === 'dragover'),
      );
    }
    const text = make('textarea', {
      placeholder: '[[1.0, 0.5], [0.0, 1.0]]',
      'aria-label': 'Numbers',
      spellcheck: false,
    });
    this.found = make('div');
    this.found.style.display = 'contents';
    this.dialog.body.replaceChildren(
      drop,
      make(
        'fieldset',
        {},
        make('legend', { textContent: 'Or paste numbers' }),
        text,
        make('p', {
          textContent: 'As NumPy, PyTorch or Python print them, or a table from a spreadsheet.',
        }),
        make(
          'div',
          { className: 'row' },
          button('Read', () => this.dialog.take(text.value)),
        ),
      ),
      this.dialog.note,
      this.found,
    );
  }

  /** A File or pasted text. */
  take(file) {
    this.found.replaceChildren();
    this.dialog.attempt(async () => {
      this.dialog.say('Reading …');
      this.core = await files(this.dialog.api);
      const opened = await this.core.open(file);
      this.dialog.say('');
      this.show_found(opened);
    });
  }

  show_found(opened) {
    const name = opened.name || 'Pasted numbers';
    if (opened.kind === 'state') {
      this.found.replaceChildren(
        make(
          'fieldset',
          {},
          make('legend', { textContent: name }),
          make('p', {
            textContent:
              'A whole document. It takes the place of the present one; undo brings that back.',
          }),
          make(
            'div',
            { className: 'row' },
            button(
              'Open it',
              () => this.dialog.attempt(() => this.dialog.done(this.core.openDocument())),
              'strong',
            ),
          ),
        ),
      );
      return;
    }
    if (opened.entries.length === 0) return this.dialog.say('There are no arrays in it.', true);
    const parts = [];
    if (opened.models.length) parts.push(this.model_form(opened.models));
    parts.push(
      ...opened.entries.filter(({ words }) => words.length).map((it) => this.words_form(it)),
    );
    if (opened.entries.some(({ problem }) => !problem))
      parts.push(new ArrayForm(this.dialog, this.core, name, opened.entries).element);
    if (parts.length === 0) {
      const { name: array, problem } = opened.entries[0];
      return this.dialog.say(`${array || name} cannot be read: ${problem}`, true);
    }
    this.found.replaceChildren(...parts);
    this.found.querySelector('input, select')?.focus();
    parts.at(-1).scrollIntoView?.({ block: 'nearest' });
  }

  /** A list of words in the file: it can be the sentence. */
  words_form({ name, words }) {
    const load = button(
      'Make it the sentence',
      () =>
        this.dialog.attempt(async () => this.dialog.done(await this.core.import({ words: name }))),
      'strong',
    );
    const some = words.slice(0, 12).join(' ');
    return make(
      'fieldset',
      {},
      make('legend', { textContent: name || 'Words' }),
      make('p', { textContent: words.length > 12 ? `${some} … (${words.length})` : some }),
      make('div', { className: 'row' }, load),
    );
  }

  /** A layer and a head in two clicks. */
  model_form(models) {
    const model = models[0];
    const layer = select(model.layers.map((n) => [n, String(n)]));
    const width = make('input', {
      type: 'number',
      min: 1,
      max: model.queryColumns,
      value: model.headKnown ? model.headWidth : '',
      placeholder: `${model.headWidth}?`,
    });
    const head = select([]);
    const first = make('input', { type: 'number', min: 1, max: model.width, value: model.width });
    const heads = () => {
      const count = model.queryColumns % width.value === 0 ? model.queryColumns / width.value : 0;
      head.replaceChildren(
        make('option', { value: -1, textContent: count > 0 ? `All ${count}` : 'All' }),
        ...Array.from({ length: count }, (_, i) =>
          make('option', { value: i, textContent: String(i) }),
        ),
      );
      head.value = count > 0 ? 0 : -1;
    };
    width.oninput = heads;
    heads();
    const load = button(
      'Load',
      () =>
        this.dialog.attempt(async () =>
          this.dialog.done(
            await this.core.import({
              model: 0,
              modelLayer: Number(layer.value),
              modelHead: Number(head.value),
              headWidth: Number(width.value),
              width: Number(first.value) === model.width ? 0 : Number(first.value),
            }),
          ),
        ),
      'strong',
    );
    return make(
      'fieldset',
      {},
      make('legend', {
        textContent: `${model.family}, ${model.layers.length} layers, width ${model.width}`,
      }),
      make(
        'div',
        { className: 'row' },
        labelled('Layer', layer),
        labelled('Head', head),
        labelled('Head width', width),
        labelled('Dimensions', first),
        load,
      ),
      make('p', {
        textContent:
          'Loads W_Q, W_K, W_V and W_O; the document takes their sizes.' +
          (model.headKnown ? '' : ' How wide a head is stands in no tensor: config.json says it.'),
      }),
    );
  }
}
