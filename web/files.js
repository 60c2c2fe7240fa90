// Files: import, export and pictures, fetched when somebody asks for them: the second wasm module
// (attention-files) and the dialog over the page. What is imported goes through `dispatch` like
// everything else; of a .safetensors file only the bytes that are needed are read.

const MAX_WHOLE = 256 << 20;
const problem = ({ code, message, where = '' }) =>
  Object.assign(new Error(where ? `${where}: ${message}` : message), { code });

/** Import and export without a dialog. `api`: what `start` gave. */
export class Files {
  #wasm;
  #api;
  #revision = -1;
  #source = null; // the File whose ranges are read

  constructor(wasm, api) {
    this.#wasm = wasm;
    this.#api = api;
    Object.assign(this, this.#taken(wasm._files_formats()));
  }

  static async load(api) {
    const { default: create } = await import('./attention-files.js');
    return new Files(await create(), api);
  }

  #taken(pointer) {
    if (!pointer) return null;
    const answer = JSON.parse(this.#wasm.UTF8ToString(pointer));
    this.#wasm._free(pointer);
    if (answer.error) throw problem(answer.error);
    return answer;
  }

  #copy(bytes) {
    const pointer = this.#wasm._malloc(bytes.length + 1);
    if (!pointer)
      throw problem({ code: 'too_large', message: 'there is not enough memory for this' });
    this.#wasm.HEAPU8.set(bytes, pointer);
    this.#wasm.HEAPU8[pointer + bytes.length] = 0;
    return pointer;
  }

  /** Calls with each argument that is text or bytes as address and size. */
  #call(name, ...args) {
    const lent = [];
    const flat = args.flatMap((arg) => {
      if (typeof arg === 'number') return [arg];
      const named = typeof arg === 'object' && arg && 'text' in arg; // a C string alone
      const bytes =
        typeof arg === 'string' || named ? new TextEncoder().encode(named ? arg.text : arg) : arg;
      lent.push(this.#copy(bytes));
      return named ? [lent.at(-1)] : [lent.at(-1), bytes.length];
    });
    try {
      return this.#taken(this.#wasm[`_files_${name}`](...flat));
    } finally {
      for (const pointer of lent) this.#wasm._free(pointer);
    }
  }

  #output({ data, size }) {
    return this.#wasm.HEAPU8.slice(data, data + size);
  }

  /** The module's copy of the document, renewed when the page's has changed. */
  #refresh() {
    const revision = this.#api.debug.module._ap_api_revision();
    if (revision === this.#revision) return;
    this.#call('document', JSON.stringify(this.#api.state()));
    this.#revision = revision;
  }

  /** {name, media, bytes}. request: {to, stage?, layer?, head?, torch?, panel?, dark?, scale?, ...} */
  async export(request) {
    this.#refresh();
    if (request.to === 'html') await this.#bring_site();
    const { name, media, ...place } = this.#call('export', JSON.stringify(request));
    return { name, media, bytes: this.#output(place) };
  }

  async #bring_site() {
    const bring = async (name, needed) => {
      const answer = await fetch(new URL(name, import.meta.url)).catch(() => ({ ok: false }));
      if (answer.ok) this.#call('site', { text: name }, new Uint8Array(await answer.arrayBuffer()));
      else if (needed) throw problem({ code: 'io', message: 'could not be fetched', where: name });
    };
    for (const name of this.standalone) await bring(name, true);
    for (const name of this.extras) await bring(name, false);
  }

  /** {kind, name, entries: [{name, dtype, shape}], models}: what is in a File, or in pasted text. */
  async open(file) {
    this.#source = null;
    if (typeof file === 'string') return this.#call('open', { text: '' }, file);
    if (file.name.toLowerCase().endsWith('.safetensors')) {
      const part = async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());
      const { bytes } = this.#call('header', { text: file.name }, await part(0, 8), file.size);
      const found = this.#call(
        'open_safetensors',
        { text: file.name },
        await part(8, 8 + bytes),
        file.size,
      );
      this.#source = file;
      return found;
    }
    if (file.size > MAX_WHOLE)
      throw problem({ code: 'too_large', message: 'is larger than 256 MB', where: file.name });
    return this.#call('open', { text: file.name }, new Uint8Array(await file.arrayBuffer()));
  }

  /** {target: [rows, cols], offers: [{fit, transpose, says}]}: how an array can go to a place. */
  offers(choice) {
    this.#refresh();
    return this.#call('offers', JSON.stringify(choice));
  }

  /** One step of undo. Gives {ok, note} or {ok: false, error}. */
  async import(choice) {
    this.#refresh();
    const { ranges, note } = this.#call('plan', JSON.stringify(choice));
    for (const [offset, size] of ranges) {
      this.#call(
        'piece',
        new Uint8Array(await this.#source.slice(offset, offset + size).arrayBuffer()),
      );
    }
    return { ...this.#dispatch(this.#call('import')), note };
  }

  /** The document of a state file that was opened. */
  openDocument() {
    return this.#dispatch(this.#call('open_document'));
  }

  #dispatch(place) {
    return this.#api.dispatch(new TextDecoder().decode(this.#output(place)));
  }
}

let loaded = null;
/** Files over this page's playground, loaded once. */
export function files(api) {
  loaded ??= Files.load(api);
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

// ---- saving

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

// ---- the dialog

const STYLE = `
#ap-files { width: min(44rem, calc(100vw - 24px)); max-height: calc(100dvh - 24px); padding: 0; color: var(--ink);
  background: var(--panel); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; }
#ap-files::backdrop { background: rgb(0 0 0 / .35); }
#ap-files .frame { display: flex; flex-direction: column; max-height: calc(100dvh - 26px); }
#ap-files header { display: flex; align-items: center; gap: 4px; padding: 12px 12px 0 20px; border-bottom: 1px solid var(--rule); }
#ap-files h2 { font-size: 18px; font-weight: 620; margin: 0 16px 10px 0; }
#ap-files [role=tab] { border: 0; background: none; border-radius: 0; padding: 6px 12px 12px; color: var(--soft); }
#ap-files [role=tab]:focus-visible { outline-offset: -4px; }
#ap-files [role=tab][aria-selected=true] { color: var(--ink); font-weight: 620; box-shadow: inset 0 -2px var(--accent); }
#ap-files .close { margin: 0 0 8px auto; border: 0; background: none; font-size: 20px; width: 40px; height: 40px; }
#ap-files .body { padding: 18px 20px 20px; overflow: auto; display: grid; gap: 16px; }
#ap-files fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 8px; }
#ap-files legend { font-weight: 620; padding: 0; margin-bottom: 8px; }
#ap-files .row { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: end; }
#ap-files .row[hidden] { display: none; }
#ap-files .row.load { margin-top: 6px; }
#ap-files .row > label { display: grid; gap: 3px; font-size: 13px; color: var(--soft); }
#ap-files .row > label > * { color: var(--ink); font-size: 15px; min-height: 36px; }
#ap-files .row > label.check { display: flex; gap: 8px; align-items: center; min-height: 36px; color: var(--ink); font-size: 15px; }
#ap-files .row > label.check > input { min-height: 0; width: 18px; height: 18px; accent-color: var(--accent); }
#ap-files input[type=number] { width: 6.5em; }
#ap-files .chips { display: flex; flex-wrap: wrap; gap: 8px; }
#ap-files .chips label { position: relative; }
#ap-files .chips input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; cursor: pointer; }
#ap-files .chips span { display: inline-flex; align-items: center; box-sizing: border-box; min-height: 36px; padding: 6px 13px; border: 1px solid var(--line); border-radius: 18px; }
#ap-files .chips input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
#ap-files .chips input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
#ap-files .chips input:disabled + span { color: var(--soft); border-style: dashed; }
#ap-files p { margin: 0; color: var(--soft); }
#ap-files p.problem { color: var(--warn); }
#ap-files button { min-height: 36px; padding: 0 14px; }
#ap-files button.strong { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
#ap-files .drop { display: grid; gap: 10px; justify-items: center; text-align: center; padding: 22px 16px;
  border: 1.5px dashed var(--line); border-radius: 10px; }
#ap-files .drop.over { border-color: var(--accent); background: var(--ground); }
#ap-files textarea { width: 100%; min-height: 84px; font: 13px/1.4 'Attention Mono', ui-monospace, monospace; color: var(--ink);
  background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: 8px; resize: vertical; }
#ap-files .list { max-height: 200px; overflow: auto; border: 1px solid var(--rule); border-radius: 8px; }
#ap-files .list label { display: flex; gap: 10px; padding: 6px 10px; font: 13px/1.5 'Attention Mono', ui-monospace, monospace; cursor: pointer; }
#ap-files .list label:has(:checked) { background: var(--ground); }
#ap-files .list span:nth-of-type(1) { flex: 1; overflow-wrap: anywhere; }
#ap-files .list span:nth-of-type(2) { color: var(--soft); white-space: nowrap; }
@media (max-width: 520px) { #ap-files { width: 100vw; max-width: 100vw; margin: auto 0 0; border-radius: 14px 14px 0 0; }
  #ap-files h2 { font-size: 16px; margin-right: 4px; } #ap-files header { padding-left: 14px; } #ap-files .body { padding: 14px; } }
`;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
const labelled = (text, control) => make('label', {}, text, control);
const select = (entries, properties = {}) =>
  make(
    'select',
    properties,
    ...entries.map(([value, text]) => make('option', { value, textContent: text })),
  );
const check = (text, properties) => {
  const box = make('input', { type: 'checkbox', ...properties });
  return { box, label: make('label', { className: 'check' }, box, text) };
};
const button = (text, onclick, className = '') =>
  make('button', { type: 'button', textContent: text, onclick, className });
/** One choice of a few, as a row of radio buttons. */
function chips(name, entries, chosen, onchange) {
  const inputs = new Map(
    entries.map(([value]) => [
      value,
      make('input', {
        type: 'radio',
        name: `ap-files-${name}`,
        value,
        checked: value === chosen,
        onchange,
      }),
    ]),
  );
  return {
    inputs,
    value: () => [...inputs.values()].find((input) => input.checked).value,
    element: make(
      'div',
      { className: 'chips' },
      ...entries.map(([value, text]) =>
        make('label', {}, inputs.get(value), make('span', { textContent: text })),
      ),
    ),
  };
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

class Dialog {
  constructor(api) {
    this.api = api;
    this.view = {};
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    this.tabs = ['Import', 'Export'].map((name) =>
      make('button', {
        type: 'button',
        textContent: name,
        role: 'tab',
        id: `ap-files-${name.toLowerCase()}`,
        'aria-controls': 'ap-files-body',
        onclick: () => this.show(name),
      }),
    );
    this.body = make('div', { className: 'body', id: 'ap-files-body', role: 'tabpanel' });
    this.element = make(
      'dialog',
      { id: 'ap-files', 'aria-labelledby': 'ap-files-title' },
      make(
        'div',
        { className: 'frame' },
        make(
          'header',
          {},
          make('h2', { id: 'ap-files-title', textContent: 'Files' }),
          make('div', { role: 'tablist' }, ...this.tabs),
          make('button', {
            type: 'button',
            className: 'close',
            textContent: '×',
            'aria-label': 'Close',
            onclick: () => this.element.close(),
          }),
        ),
        this.body,
      ),
    );
    this.note = make('p', { role: 'status' });
    this.element.addEventListener('dragover', (e) => e.preventDefault());
    this.element.addEventListener('drop', (e) => {
      e.preventDefault();
      this.take(e.dataTransfer.files[0]);
    });
    this.element.addEventListener('close', () =>
      document.getElementById('canvas')?.focus({ preventScroll: true }),
    );
    document.body.append(this.element);
  }

  say(text, is_problem = false) {
    this.note.textContent = text;
    this.note.classList.toggle('problem', is_problem);
  }
  /** What goes wrong is said in the dialog. */
  async attempt(work) {
    this.say('');
    try {
      await work();
    } catch (error) {
      this.say(`${error.message}.`.replace(/\.\.$/, '.'), true);
      if (!error.code) throw error;
    }
  }

  open(view) {
    this.view = view;
    this.show(view.tab === 'export' ? 'Export' : 'Import');
    if (!this.element.open) this.element.showModal();
    this.tabs.find((tab) => tab.getAttribute('aria-selected') === 'true').focus();
    if (view.file) this.take(view.file);
  }

  show(name) {
    this.say('');
    for (const tab of this.tabs)
      tab.setAttribute('aria-selected', String(tab.textContent === name));
    this.body.setAttribute('aria-labelledby', `ap-files-${name.toLowerCase()}`);
    if (name === 'Import') this.show_import();
    else this.show_export();
  }

  // ---- export
  show_export() {
    const stages = this.api.stages({ layer: this.view.layer ?? 0 });
    this.format = chips(
      'to',
      FORMATS.flatMap(([, list]) => list),
      this.view.to ?? 'npz',
      () => this.fit_export(),
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
      this.view.stage && stages.some(({ stage }) => stage === this.view.stage) && this.view.to
        ? this.view.stage
        : '';
    this.panel = select([
      ['sheet', 'The sheet'],
      ['graph', 'Graph'],
      ['arcs', 'Arcs'],
      ['heads', 'Heads'],
      ['rows', 'One row'],
    ]);
    if (this.view.panel) this.panel.value = this.view.panel;
    this.scale = select([1, 2, 3, 4].map((n) => [n, `${n} ×`]));
    this.scale.value = 2;
    this.dark = check('Dark', { checked: Boolean(this.view.dark) });
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
    this.copy = button('Copy', () => this.attempt(() => this.copy_export()));
    this.text = make('textarea', {
      readOnly: true,
      hidden: true,
      'aria-label': 'The file as text',
    });
    this.body.replaceChildren(
      ...groups,
      this.about,
      make('div', { className: 'row' }, ...Object.values(this.options)),
      make(
        'div',
        { className: 'row' },
        button(
          may_save() ? 'Save' : 'Show',
          () => this.attempt(() => this.save_export()),
          'strong',
        ),
        this.copy,
      ),
      this.note,
      this.text,
    );
    this.fit_export();
  }

  /** The options that the format has. */
  fit_export() {
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
      this.stage.value = this.view.stage ?? 'weights';
      this.stood_in = true; // nobody chose it
    } else if (to !== 'npy' && this.stood_in) {
      this.stage.value = '';
      this.stood_in = false;
    }
    this.about.textContent = ABOUT[to];
    this.copy.hidden = ['npz', 'npy', 'png', 'html'].includes(to);
    this.text.hidden = true;
    this.say('');
  }

  request() {
    const to = this.format.value();
    const { layer = 0, head = 0, row = 0, threshold, folded } = this.view;
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
      this.api.stages({ layer: this.view.layer ?? 0 }).find((s) => s.stage === stage)?.heads ?? 1
    );
  }

  async made() {
    this.say('Making it …');
    const file = await (await files(this.api)).export(this.request());
    this.say('');
    return file;
  }
  async save_export() {
    const file = await this.made();
    if (!may_save()) {
      this.show_text(as_text(file));
      this.say(
        is_text(file.media)
          ? 'This frame may not save files: here is its text, to copy.'
          : 'This frame may not save files: paste this address into a new tab to get the file.',
      );
      return;
    }
    save(file);
    this.say(`Saved ${file.name}, ${(file.bytes.length / 1000).toFixed(1)} kB.`);
  }
  async copy_export() {
    const text = as_text(await this.made());
    this.show_text(text);
    this.say((await copy_text(text, this.text)) ? 'Copied.' : 'Select the text and copy it.');
  }
  show_text(text) {
    this.text.value = text;
    this.text.hidden = false;
  }

  // ---- import
  show_import() {
    const picker = make('input', {
      type: 'file',
      hidden: true,
      accept: '.npy,.npz,.csv,.tsv,.txt,.json,.safetensors',
      onchange: () => picker.files[0] && this.take(picker.files[0]),
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
    this.body.replaceChildren(
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
          button('Read', () => this.take(text.value)),
        ),
      ),
      this.note,
      this.found,
    );
  }

  /** A File or pasted text. */
  take(file) {
    if (!file) return;
    if (this.tabs[0].getAttribute('aria-selected') !== 'true') this.show('Import');
    this.found.replaceChildren();
    this.attempt(async () => {
      this.say('Reading …');
      this.core = await files(this.api);
      const opened = await this.core.open(file);
      this.say('');
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
              () => this.attempt(() => this.done(this.core.openDocument())),
              'strong',
            ),
          ),
        ),
      );
      return;
    }
    if (opened.entries.length === 0) return this.say('There are no arrays in it.', true);
    const parts = [];
    if (opened.models.length) parts.push(this.model_form(opened.models));
    parts.push(this.array_form(name, opened));
    this.found.replaceChildren(...parts);
    this.found.querySelector('input, select')?.focus();
    parts.at(-1).scrollIntoView?.({ block: 'nearest' });
  }

  /** A layer and a head in two clicks. */
  model_form(models) {
    const model = models[0];
    const layer = select(model.layers.map((n) => [n, String(n)]));
    const width = make('input', {
      type: 'number',
      min: 1,
      max: model.queryColumns,
      value: model.headWidth,
    });
    const head = select([]);
    const first = make('input', { type: 'number', min: 1, max: model.width, value: model.width });
    const heads = () => {
      const count = model.queryColumns % width.value === 0 ? model.queryColumns / width.value : 0;
      head.replaceChildren(
        make('option', { value: -1, textContent: `All ${count}` }),
        ...Array.from({ length: count }, (_, i) =>
          make('option', { value: i, textContent: String(i) }),
        ),
      );
      head.value = count > 0 ? 0 : -1;
    };
    width.onchange = heads;
    heads();
    const load = button(
      'Load',
      () =>
        this.attempt(async () =>
          this.done(
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
          'Loads W_Q, W_K, W_V and W_O; the document takes their sizes. The head width stands in no tensor: set it if the guess is wrong.',
      }),
    );
  }

  array_form(name, opened) {
    const entries = opened.entries;
    let chosen = entries[0];
    const place = select(
      PLACES.filter(([stage]) => stage !== 'source_embeddings' || this.api.state().cross),
    );
    const guess = entries[0].name.split('.').at(-1);
    if (PLACES.some(([stage]) => stage === guess)) place.value = guess;
    const head = select([]);
    const head_label = labelled('Head', head);
    const layers = this.api.state().model.layers.length;
    const layer = select(Array.from({ length: layers }, (_, i) => [i, String(i)]));
    layer.value = Math.min(this.view.layer ?? 0, layers - 1);
    const fit = make('div', { className: 'chips' });
    const load = button(
      'Import',
      () => this.attempt(async () => this.done(await this.core.import(choice()))),
      'strong',
    );
    let offers = [];
    let offer = 0;
    // Where a slice begins, and which matrix of an array of more dimensions.
    const [row, col] = ['row', 'column'].map(() =>
      make('input', { type: 'number', min: 0, value: 0 }),
    );
    const corner = make(
      'div',
      { className: 'row' },
      labelled('First row', row),
      labelled('First column', col),
    );
    const index = make('div', { className: 'row' });
    const numbers = (inputs) =>
      inputs.map(({ value }) => Math.max(0, Math.trunc(Number(value)) || 0));
    const wanted = () => ({
      array: chosen.name,
      stage: place.value,
      layer: Number(layer.value),
      head: Number(head.value),
      index: numbers([...index.querySelectorAll('input')]),
    });
    const choice = () => {
      const [first, left] = numbers([row, col]);
      return {
        ...wanted(),
        ...(offers[offer] && { fit: offers[offer].fit, transpose: offers[offer].transpose }),
        ...(offers[offer]?.fit === 'slice' && { row: first, col: left }),
      };
    };
    const take_offer = (i) => {
      offer = i;
      corner.hidden = offers[i]?.fit !== 'slice';
      load.scrollIntoView?.({ block: 'nearest' });
    };
    const refit = () => {
      this.say('');
      const answer = this.core.offers(wanted());
      offers = answer.offers;
      fit.replaceChildren(
        ...offers.map(({ says }, i) =>
          make(
            'label',
            {},
            make('input', {
              type: 'radio',
              name: 'ap-files-fit',
              checked: i === 0,
              onchange: () => take_offer(i),
            }),
            make('span', { textContent: says }),
          ),
        ),
      );
      load.disabled = offers.length === 0;
      take_offer(0);
      if (!offers.length)
        this.say(
          `${by(chosen.shape)} cannot go there${answer.target ? `, which is ${by(answer.target)}` : ''}.`,
          true,
        );
    };
    const retarget = () => {
      const headed = HEADED.has(place.value);
      const state = this.api.state().model;
      const count = headed
        ? ((place.value.endsWith('q') ? state.heads : state.kv_heads) ?? state.heads ?? 1)
        : 1;
      head.replaceChildren(
        make('option', { value: -1, textContent: 'All, side by side' }),
        ...Array.from({ length: headed ? count : 0 }, (_, i) =>
          make('option', { value: i, textContent: String(i) }),
        ),
      );
      head_label.hidden = !headed || count === 1;
      reindex();
    };
    // All heads at once are taken from a stack of them; else one matrix of the stack is chosen.
    const reindex = () => {
      const before = chosen.shape.slice(0, -2);
      const stacked = before.length === 1 && HEADED.has(place.value) && Number(head.value) < 0;
      index.hidden = stacked || before.length === 0;
      index.replaceChildren(
        ...(index.hidden
          ? []
          : before.map((size, d) =>
              labelled(
                `Index ${d + 1} of ${before.length}`,
                make('input', {
                  type: 'number',
                  min: 0,
                  max: size - 1,
                  value: 0,
                  onchange: () => this.attempt(refit),
                }),
              ),
            )),
      );
      refit();
    };
    place.onchange = () => this.attempt(retarget);
    head.onchange = () => this.attempt(reindex);
    layer.onchange = () => this.attempt(refit);
    const list = make(
      'div',
      { className: 'list', hidden: entries.length === 1 },
      ...entries.slice(0, 2000).map((entry, i) =>
        make(
          'label',
          {},
          make('input', {
            type: 'radio',
            name: 'ap-files-array',
            checked: i === 0,
            onchange: () => {
              chosen = entry;
              this.attempt(reindex);
            },
          }),
          make('span', { textContent: entry.name || '(no name)' }),
          make('span', { textContent: `${by(entry.shape)} ${entry.dtype}` }),
        ),
      ),
    );
    const layer_label = labelled('Layer', layer);
    layer_label.hidden = layers === 1;
    const legend =
      entries.length === 1
        ? `${name}: ${by(chosen.shape)} ${chosen.dtype}`
        : `${name}: ${entries.length} arrays`;
    const form = make(
      'fieldset',
      {},
      make('legend', { textContent: legend }),
      list,
      make('div', { className: 'row' }, labelled('Into', place), layer_label, head_label),
      index,
      fit,
      corner,
      make('div', { className: 'row load' }, load),
    );
    this.attempt(retarget);
    return form;
  }

  done(result) {
    if (!result.ok) throw problem(result.error);
    this.element.close();
    const live = document.getElementById('ap-live');
    if (live) live.textContent = `Imported. ${result.note ?? ''}`;
  }
}

let dialog = null;
/** view: {tab: 'import' | 'export', to?, file?, layer, head, panel, dark, stage, row, threshold, folded} */
export function open_files(api, view = {}) {
  dialog ??= new Dialog(api);
  dialog.open(view);
}
