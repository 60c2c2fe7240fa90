// Loaded only inside another page: answers its messages and tells it of events. Version 1:
//   host -> frame  {source: 'attention-playground', version: 1, id, call, args}
//   frame -> host  {source, version, id, result} or {source, version, id, error: {code, message, where}}
//                  {source, version, event: 'ready' | 'change' | 'select' | 'error' | 'height', ...}
// Only the parent window is heard. The element says its origin in the address (origin=); a plain
// iframe's host is bound by its first message ('hello' is one that does nothing else). Until then
// only 'ready', 'error' and 'height' go out, which say nothing of the document.

const NAME = 'attention-playground';
const PROTOCOL = 1;
const CALLS = new Set([
  'state',
  'dispatch',
  'tensor',
  'explain',
  'stages',
  'presets',
  'undo',
  'redo',
  'history',
  'setTheme',
  'link',
  'open',
  'show',
  'selection',
  'height',
]);
const PUBLIC = new Set(['ready', 'error', 'height']);
const MAX_ARGS = 4;

export class Embedder {
  #origin; // of the host; null until it is known

  constructor(settings) {
    this.#origin = settings.get('origin');
  }

  tell(event, detail = {}) {
    if (this.#origin === null && !PUBLIC.has(event)) return;
    this.#send({ event, ...detail });
  }

  #send(message) {
    const target = this.#origin === null || this.#origin === 'null' ? '*' : this.#origin;
    try {
      window.parent.postMessage({ source: NAME, version: PROTOCOL, ...message }, target);
    } catch {
      // an origin= that is none: nobody can be told
    }
  }

  answer(api) {
    window.addEventListener('message', ({ source, origin, data }) => {
      if (source !== window.parent || data?.source !== NAME || data.version !== PROTOCOL) return;
      if (!Number.isSafeInteger(data.id) || (data.call !== 'hello' && !CALLS.has(data.call)))
        return;
      if (this.#origin !== null && origin !== this.#origin) return;
      this.#origin = origin;
      this.#send({ id: data.id, ...this.#outcome(api, data) });
    });
    api.on('change', ({ revision }) => {
      this.tell('change', { revision });
      this.#tell_height(api);
    });
    api.on('select', () => this.tell('select', { selection: api.selection() }));
    api.on('error', () => this.tell('error', { error: api.problem() }));
    let width = 0;
    new ResizeObserver(() => {
      if (width !== window.innerWidth) setTimeout(() => this.#tell_height(api), 100);
      width = window.innerWidth;
    }).observe(document.documentElement);
    this.#tell_height(api);
    this.tell('ready', { api: api.version });
    if (api.problem()) this.tell('error', { error: api.problem() });
  }

  #outcome(api, { call, args = [] }) {
    if (call === 'hello') return { result: { api: api.version, protocol: PROTOCOL } };
    try {
      if (!Array.isArray(args) || args.length > MAX_ARGS)
        throw new Error('args is a list of at most four');
      return { result: api[call](...args) };
    } catch ({ code = 'parse', message, where = '' }) {
      return { error: { code, message, where } };
    }
  }

  #told_height = 0;
  #tell_height(api) {
    const height = Math.ceil(api.height());
    if (height > 0 && height !== this.#told_height) this.tell('height', { height });
    this.#told_height = height;
  }
}

/** src=: a state or a link in a file of its own. */
export async function open_source(api, address) {
  const answer = await fetch(new URL(address, document.baseURI));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const done = api.open(await answer.text());
  if (!done.ok) throw new Error(done.error.message);
}
