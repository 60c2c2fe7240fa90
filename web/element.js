// <attention-playground preset="similarity" theme="light" height="480">: a playground in an article.
// An iframe around index.html, one a playground (SDL knows one canvas a page), loaded when it comes
// near the screen. Its methods are the API's, as promises; its events are 'ready' and 'change'.

const NAME = 'attention-playground';
const CALLS = ['state', 'dispatch', 'tensor', 'explain', 'stages', 'presets', 'undo', 'redo', 'history'];
const PAGE = new URL('index.html', import.meta.url);

export class AttentionPlaygroundElement extends HTMLElement {
  static observedAttributes = ['preset', 'state', 'theme', 'height'];

  #frame = null;
  #calls = new Map();
  #last_call = 0;
  #ready = Promise.withResolvers?.() ?? (() => {
    const made = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return made;
  })();
  #is_ready = false;
  #receive = (event) => this.#received(event);

  /** Resolves when the playground inside answers: not before it was scrolled near the screen. */
  get ready() {
    return this.#ready.promise;
  }

  connectedCallback() {
    window.addEventListener('message', this.#receive);
    if (!this.#frame) this.#build();
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#receive);
  }

  attributeChangedCallback(name, before, value) {
    if (!this.#frame || before === value) return;
    if (name === 'height') this.#size();
    else if (!this.#is_ready) this.#frame.src = this.#address();
    else if (name === 'preset' && value) this.dispatch({ type: 'load_preset', id: value });
    else if (name === 'state' && value) {
      this.dispatch(`{"type":"load_document","document":${value}}`);
    } else if (name === 'theme') this.#call('setTheme', [value]);
  }

  #address() {
    const settings = new URLSearchParams();
    for (const name of ['preset', 'state', 'theme']) {
      if (this.hasAttribute(name)) settings.set(name, this.getAttribute(name));
    }
    // '+' for a space is a form's custom, not an address's.
    return `${PAGE.href}#${settings.toString().replaceAll('+', '%20')}`;
  }

  #size() {
    const height = Number(this.getAttribute('height'));
    this.#frame.style.height = `${height > 0 ? height : 480}px`;
  }

  #build() {
    const frame = document.createElement('iframe');
    frame.loading = 'lazy';
    frame.title = this.getAttribute('title') ?? 'Attention Playground';
    frame.allow = 'clipboard-write; fullscreen';
    Object.assign(frame.style, { display: 'block', width: '100%', border: '0' });
    this.#frame = frame;
    this.#size();
    frame.src = this.#address();
    if (!this.style.display) this.style.display = 'block';
    this.append(frame);
  }

  #received(event) {
    const { data } = event;
    if (event.source !== this.#frame?.contentWindow || data?.source !== NAME) return;
    if (data.event) {
      if (data.event === 'ready') {
        this.#is_ready = true;
        this.#ready.resolve(this);
      }
      this.dispatchEvent(new CustomEvent(data.event, { detail: data }));
      return;
    }
    const call = this.#calls.get(data.id);
    this.#calls.delete(data.id);
    if (!call) return;
    if (data.error) call.reject(Object.assign(new Error(data.error.message), data.error));
    else call.resolve(data.result);
  }

  async #call(name, args) {
    await this.ready;
    const id = ++this.#last_call;
    const result = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.#frame.contentWindow.postMessage({ source: NAME, id, call: name, args }, PAGE.origin);
    return result;
  }

  static {
    for (const name of CALLS) {
      this.prototype[name] = function call(...args) {
        return this.#call(name, args);
      };
    }
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, AttentionPlaygroundElement);
