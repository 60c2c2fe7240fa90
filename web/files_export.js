// The dialog's side of exports: what there is to make, the options that each has, and where it goes: a file,
// the clipboard, or a text to copy where a frame may save nothing.
import { make } from './elements.js';
import { button, check, chips, labelled, select } from './files_controls.js';
import { files } from './files_module.js';

/** A frame without an origin may save nothing: there the text is shown to be copied. */
const may_save = () => window.origin !== 'null';

export function save({ name, media, bytes }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: media }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 30000);
}

const is_text = (media) => /^text\/|json|svg|x-tex/.test(media);
function as_text({ media, bytes }) {
  if (is_text(media)) return new TextDecoder().decode(bytes);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 32768)
    binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return `data:${media};base64,${btoa(binary)}`;
}

async function copy_text(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand('copy');
  }
}

const FORMATS = [
  [
    'Numbers',
    [
      ['npz', '.npz'],
      ['npy', '.npy'],
      ['csv', 'CSV'],
      ['json', 'JSON'],
      ['markdown', 'Markdown'],
    ],
  ],
  [
    'Code',
    [
      ['numpy', 'NumPy'],
      ['torch', 'PyTorch'],
      ['latex', 'LaTeX'],
    ],
  ],
  [
    'Picture',
    [
      ['svg', 'SVG'],
      ['png', 'PNG'],
    ],
  ],
  [
    'Document',
    [
      ['state', 'State'],
      ['html', 'Offline page'],
      ['embed', 'Embed code'],
    ],
  ],
];
const ABOUT = {
  npz: 'Every stage as a float32 array by its name: numpy.load reads it.',
  npy: 'One stage as one float32 array, all heads stacked.',
  csv: 'Exact numbers with their labels, one a line; one stage as a table.',
  json: 'Exact numbers with shapes and labels.',
  markdown: 'Tables with four digits, for a README or an issue.',
  numpy: 'A script that computes every number again, in float64, and checks itself.',
  torch: 'The same in PyTorch, written out or with nn.MultiheadAttention.',
  latex: 'Formulas and matrices with three decimals.',
  svg: 'Stays sharp at any size; the text is text.',
  png: 'Pixels, one to four for each of the screen.',
  state: 'Everything that you made, to the last bit. Opens here again.',
  html: 'One file with the whole playground in it: opens from a disk, without a network.',
  embed: 'Three lines for an article.',
};
export class ExportForm {
  constructor(dialog) {
    this.dialog = dialog;
  }

  show() {
    const stages = this.dialog.api.stages({ layer: this.dialog.view.layer ?? 0 });
    this.format = chips(
      'to',
      FORMATS.flatMap(([, list]) => list),
      this.dialog.view.to ?? 'npz',
      () => this.fit(),
    );
    const groups = FORMATS.map(([title, list]) =>
      make(
        'fieldset',
        {},
        make('legend', { textContent: title }),
        make(
          'div',
          { className: 'chips' },
          ...list.map(([value, text]) =>
            make('label', {}, this.format.inputs.get(value), make('span', { textContent: text })),
          ),
        ),
      ),
    );
    this.stage = select([
      ['', 'Every stage'],
      ...stages.map(({ stage }) => [stage, stage.replaceAll('_', ' ')]),
    ]);
    this.stage.value =
      this.dialog.view.stage &&
      stages.some(({ stage }) => stage === this.dialog.view.stage) &&
      this.dialog.view.to
        ? this.dialog.view.stage
        : '';
    this.panel = select([
      ['sheet', 'The sheet'],
      ['graph', 'Graph'],
      ['arcs', 'Arcs'],
      ['heads', 'Heads'],
      ['rows', 'One row'],
    ]);
    if (this.dialog.view.panel) this.panel.value = this.dialog.view.panel;
    this.scale = select([1, 2, 3, 4].map((n) => [n, `${n} ×`]));
    this.scale.value = 2;
    this.dark = check('Dark', { checked: Boolean(this.dialog.view.dark) });
    this.torch = select([
      ['plain', 'Written out'],
      ['multihead', 'nn.MultiheadAttention'],
    ]);
    this.options = {
      stage: labelled('What', this.stage),
      panel: labelled('Picture of', this.panel),
      scale: labelled('Size', this.scale),
      dark: this.dark.label,
      torch: labelled('As', this.torch),
    };
    this.about = make('p');
    this.copy = button('Copy', () => this.dialog.attempt(() => this.copy_made()));
    this.text = make('textarea', {
      readOnly: true,
      hidden: true,
      'aria-label': 'The file as text',
    });
    this.dialog.body.replaceChildren(
      ...groups,
      this.about,
      make('div', { className: 'row' }, ...Object.values(this.options)),
      make(
        'div',
        { className: 'row' },
        button(
          may_save() ? 'Save' : 'Show',
          () => this.dialog.attempt(() => this.save_made()),
          'strong',
        ),
        this.copy,
      ),
      this.dialog.note,
      this.text,
    );
    this.fit();
  }

  /** The options that the format has. */
  fit() {
    const to = this.format.value();
    const picture = to === 'svg' || to === 'png';
    const shown = {
      stage: ['npz', 'npy', 'csv', 'json', 'markdown', 'latex'].includes(to),
      panel: picture,
      scale: to === 'png',
      dark: picture,
      torch: to === 'torch',
    };
    for (const [name, element] of Object.entries(this.options)) element.hidden = !shown[name];
    if (to === 'npy' && !this.stage.value) {
      this.stage.value = this.dialog.view.stage ?? 'weights';
      this.stood_in = true; // nobody chose it
    } else if (to !== 'npy' && this.stood_in) {
      this.stage.value = '';
      this.stood_in = false;
    }
    this.about.textContent = ABOUT[to];
    this.copy.hidden = ['npz', 'npy', 'png', 'html'].includes(to);
    this.text.hidden = true;
    this.dialog.say('');
  }

  request() {
    const to = this.format.value();
    const { layer = 0, head = 0, row = 0, threshold, folded } = this.dialog.view;
    const request = { to, layer };
    if (to === 'torch') request.torch = this.torch.value;
    if (to === 'embed') request.site = new URL('.', import.meta.url).href;
    if (to === 'svg' || to === 'png') {
      Object.assign(request, {
        panel: this.panel.value,
        dark: this.dark.box.checked,
        scale: Number(this.scale.value),
        head,
        row,
      });
      if (threshold !== undefined) request.threshold = threshold;
      if (folded && this.panel.value === 'sheet') request.folded = folded;
    } else if (!this.options.stage.hidden && this.stage.value) {
      request.stage = this.stage.value;
      if (['csv', 'json', 'markdown', 'latex'].includes(to))
        request.head = this.heads_of(request.stage) > head ? head : 0;
    }
    return request;
  }
  heads_of(stage) {
    return (
      this.dialog.api.stages({ layer: this.dialog.view.layer ?? 0 }).find((s) => s.stage === stage)
        ?.heads ?? 1
    );
  }

  async made() {
    this.dialog.say('Making it …');
    const file = await (await files(this.dialog.api)).export(this.request());
    this.dialog.say('');
    return file;
  }
  async save_made() {
    const file = await this.made();
    if (!may_save()) {
      this.show_text(as_text(file));
      this.dialog.say(
        is_text(file.media)
          ? 'This frame may not save files: here is its text, to copy.'
          : 'This frame may not save files: paste this address into a new tab to get the file.',
      );
      return;
    }
    save(file);
    this.dialog.say(`Saved ${file.name}, ${(file.bytes.length / 1000).toFixed(1)} kB.`);
  }
  async copy_made() {
    const text = as_text(await this.made());
    this.show_text(text);
    this.dialog.say(
      (await copy_text(text, this.text)) ? 'Copied.' : 'Select the text and copy it.',
    );
  }
  show_text(text) {
    this.text.value = text;
    this.text.hidden = false;
  }
}
