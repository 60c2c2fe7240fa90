// Files: import, export and pictures, fetched when somebody asks for them: the dialog over the page. What it
// asks is in files_import.js and files_export.js, what works in files_module.js.
import { make } from './elements.js';
import { STYLE } from './files_controls.js';
import { ExportForm } from './files_export.js';
import { ImportForm } from './files_import.js';
import { problem } from './files_module.js';

export { save } from './files_export.js';
export { files } from './files_module.js';

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
    this.import_form = new ImportForm(this);
    this.export_form = new ExportForm(this);
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
    (name === 'Import' ? this.import_form : this.export_form).show();
  }

  /** A File or pasted text. */
  take(file) {
    if (!file) return;
    if (this.tabs[0].getAttribute('aria-selected') !== 'true') this.show('Import');
    this.import_form.take(file);
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
