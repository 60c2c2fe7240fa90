// <attention-playground preset="similarity" theme="light" view="graph" height="480">: a playground in
// an article. An iframe around index.html, made when it comes near the screen and gone with the
// element; until then a poster stands there. Methods are the API's as promises; events are 'ready',
// 'change', 'select' and 'error'. The messages between the two are described in docs/embedding.md.

const NAME = 'attention-playground';
const PROTOCOL = 1;
// As in embed.js, less the theme, which is an attribute here: an article loads this file alone.
const CALLS = [
  'state',
  'dispatch',
  'tensor',
  'explain',
  'stages',
  'presets',
  'undo',
  'redo',
  'history',
  'link',
  'open',
  'show',
  'selection',
  'height',
];
const EVENTS = ['ready', 'change', 'select', 'error', 'height'];
const SETTINGS = ['preset', 'state', 'theme', 'view', 'step', 'hide', 'lesson']; // as in the frame's address
const NEAR = '400px';
const HEIGHT = 480;
// Not `new URL('index.html', import.meta.url)`: bundlers would take the page for a picture. vite.js says
// where it puts the page's files.
const here =
  typeof __ATTENTION_PLAYGROUND_BASE__ === 'string'
    ? new URL(__ATTENTION_PLAYGROUND_BASE__, document.baseURI)
    : import.meta.url;
const is_link = (text) => /^([^{]*#)?(s|preset)=/.test(text.trim());

const problem = (code, message, where = '') => Object.assign(new Error(message), { code, where });

export class AttentionPlaygroundElement extends HTMLElement {
  static observedAttributes = [
    'preset',
    'src',
    'state',
    'theme',
    'view',
    'step',
    'hide',
    'height',
    'poster',
  ];

  #frame = null;
  #poster = null;
  #observer = null;
  #calls = new Map();
  #last_call = 0;
  #ready;
  #is_ready = false;
  #wanted_height = HEIGHT;
  #receive = (event) => this.#received(event);

  constructor() {
    super();
    this.#wait();
  }

  /** Resolves when the playground inside answers: not before it came near the screen. */
  get ready() {
    return this.#ready.promise;
  }

  /** Makes the playground now, wherever it is. */
  load() {
    if (this.isConnected) this.#build();
    return this.ready;
  }

  connectedCallback() {
    window.addEventListener('message', this.#receive);
    if (!this.style.display) this.style.display = 'block';
    this.style.position ||= 'relative';
    this.#show_poster();
    if (this.getAttribute('loading') === 'eager') return this.#build();
    const options = { rootMargin: NEAR, scrollMargin: NEAR };
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.#build();
    }, options);
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#receive);
    this.#observer?.disconnect();
    this.#frame?.remove();
    this.#poster?.remove();
    this.#observer = this.#frame = this.#poster = null;
    for (const { reject } of this.#calls.values())
      reject(problem('not_found', 'the playground was removed'));
    this.#calls.clear();
    this.#wait();
  }

  attributeChangedCallback(name, before, value) {
    if (!this.isConnected || before === value) return;
    if (name === 'height') this.#size();
    else if (!this.#frame) this.#show_poster();
    else if (!this.#is_ready) this.#go();
    else if (name === 'preset' && value)
      this.#try(() => this.dispatch({ type: 'load_preset', id: value }));
    else if (name === 'state' && value) this.#try(() => this.open(value));
    else if (name === 'src' && value) this.#try(async () => this.open(await this.#fetched()));
    else if (['theme', 'view', 'step', 'hide'].includes(name)) {
      const unset = { theme: 'auto', view: 'sheet', step: 'all', hide: 'none' };
      this.show({ [name]: value || unset[name] });
    }
  }

  #wait() {
    this.#is_ready = false;
    const made = {};
    made.promise = new Promise((resolve) => {
      made.resolve = resolve;
    });
    this.#ready = made;
  }

  get #page() {
    const base = this.getAttribute('base');
    return new URL('index.html', base ? new URL(base, document.baseURI) : here);
  }

  /** What the frame's messages must come from; a sandboxed frame has no origin. */
  get #origin() {
    const sandbox = this.getAttribute('sandbox');
    return sandbox !== null && !sandbox.includes('allow-same-origin') ? 'null' : this.#page.origin;
  }

  /** A failed answer or call as an 'error' event: attributes have nobody to tell otherwise. */
  async #try(call) {
    try {
      const answer = await call();
      if (answer?.ok === false) this.#tell('error', { error: answer.error });
    } catch ({ code = 'io', message, where = '' }) {
      this.#tell('error', { error: { code, message, where } });
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #fetched() {
    const answer = await fetch(new URL(this.getAttribute('src'), document.baseURI));
    if (!answer.ok) throw problem('io', `${answer.url}: ${answer.status}`, 'src');
    return answer.text();
  }

  #address() {
    const page = this.#page;
    const settings = new URLSearchParams();
    for (const name of SETTINGS) {
      const value = this.getAttribute(name);
      if (value === null) continue;
      const link = name === 'state' && is_link(value) ? value.trim().replace(/^[^#]*#/, '') : null;
      for (const [key, part] of link ? new URLSearchParams(link) : [[name, value]])
        settings.set(key, part);
    }
    settings.set('origin', location.origin);
    // '+' for a space is a form's custom, not an address's.
    page.hash = settings.toString().replaceAll('+', '%20');
    return page.href;
  }

  #size() {
    const height = this.getAttribute('height');
    const pixels =
      height === 'auto' ? this.#wanted_height : Number(height) > 0 ? Number(height) : HEIGHT;
    this.style.height = `${pixels}px`;
  }

  #show_poster() {
    this.#size();
    const preset = this.getAttribute('preset') ?? 'cat';
    const made = this.hasAttribute('src') || this.hasAttribute('state') || !/^[\w-]+$/.test(preset);
    const theme = this.getAttribute('theme');
    const dark =
      theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
        ? '-dark'
        : '';
    const source =
      this.getAttribute('poster') ??
      (made ? '' : new URL(`posters/${preset}${dark}.svg`, this.#page).href);
    if (!source || source === 'none') {
      this.#poster?.remove();
      this.#poster = null;
      return;
    }
    if (!this.#poster) {
      this.#poster = Object.assign(document.createElement('img'), {
        alt: '',
        decoding: 'async',
        loading: 'lazy',
      });
      this.#poster.addEventListener('error', ({ target }) => {
        target.hidden = true;
      });
      Object.assign(this.#poster.style, {
        position: 'absolute',
        inset: '0',
        width: '100%',
        height: '100%',
        objectFit: 'contain',
        pointerEvents: 'none',
      });
      this.append(this.#poster);
    }
    this.#poster.hidden = false;
    this.#poster.style.background = dark ? '#191817' : '#faf8f4'; // the sheet's, beside a picture of another shape
    this.#poster.src = source;
  }

  #build() {
    if (this.#frame) return;
    this.#observer?.disconnect();
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('title') ?? 'Attention Playground';
    frame.allow = 'clipboard-write; fullscreen';
    const sandbox = this.getAttribute('sandbox');
    if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
    Object.assign(frame.style, { display: 'block', width: '100%', height: '100%', border: '0' });
    this.#frame = frame;
    this.#go();
    this.append(frame);
  }

  #go() {
    this.#frame.src = this.#address();
  }

  async #start() {
    if (this.hasAttribute('src'))
      await this.#try(async () => this.#call('open', [await this.#fetched()]));
    this.#is_ready = true;
    this.#poster?.remove();
    this.#poster = null;
    this.#ready.resolve(this);
  }

  #received({ source, origin, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
    if (data?.source !== NAME || data.version !== PROTOCOL) return;
    if (EVENTS.includes(data.event)) {
      if (data.event === 'height') {
        this.#wanted_height = Math.min(4000, Math.max(160, Number(data.height) || HEIGHT));
        this.#size();
      } else if (data.event === 'ready') {
        this.#start().then(() => this.#tell('ready', data));
      } else {
        this.#tell(data.event, data);
      }
      return;
    }
    const call = this.#calls.get(data.id);
    this.#calls.delete(data.id);
    if (!call) return;
    if (data.error) call.reject(Object.assign(new Error(data.error.message), data.error));
    else call.resolve(data.result);
  }

  async #call(name, args) {
    if (!this.#frame) throw problem('not_found', 'the playground was removed');
    const id = ++this.#last_call;
    const result = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    const target = this.#origin === 'null' ? '*' : this.#origin;
    this.#frame.contentWindow.postMessage(
      { source: NAME, version: PROTOCOL, id, call: name, args },
      target,
    );
    return result;
  }

  static {
    for (const name of CALLS) {
      AttentionPlaygroundElement.prototype[name] = async function call(...args) {
        await this.ready;
        return this.#call(name, args);
      };
    }
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, AttentionPlaygroundElement);

/** A playground in `container`, loaded at once; resolves when it answers. Options are the attributes. */
export async function create(container, options = {}) {
  const element = document.createElement(NAME);
  for (const [name, value] of Object.entries({ loading: 'eager', ...options })) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(
      name,
      Array.isArray(value)
        ? value.join(' ')
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value),
    );
  }
  container.append(element);
  return element.load();
}
