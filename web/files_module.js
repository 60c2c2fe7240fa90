// Files without a dialog: the second wasm module (attention-files), fetched when somebody asks for files.
// What is imported goes through `dispatch` like everything else; of a .safetensors file only the bytes that
// are needed are read.

const MAX_WHOLE = 256 << 20;
export const problem = ({ code, message, where = '' }) =>
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
