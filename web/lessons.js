// Lessons beside the canvas: real text, selectable and read by screen readers. The wasm parses a
// lesson, fills its numbers and does what its links say (src/app/page/lesson.cpp); this lays it out.
// Fetched when Lessons is first opened, or when the address names one (#lesson=bank&step=3).
import { make } from './elements.js';

const here = (path) => new URL(path, import.meta.url).href;
const TAGS = { t: null, b: 'strong', e: 'em', c: 'code', v: 'span' };

const button = (text, on_click, properties = {}) => {
  const made = make('button', { type: 'button', textContent: text, ...properties });
  made.addEventListener('click', on_click);
  return made;
};

function with_styles() {
  if (document.getElementById('ap-lesson-style')) return Promise.resolve();
  return new Promise((done) => {
    const link = make('link', {
      id: 'ap-lesson-style',
      rel: 'stylesheet',
      href: here('lessons.css'),
    });
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

class Lessons {
  constructor(api) {
    this.api = api;
    this.wasm = api.debug.module;
    this.key = '';
    this.aside = make('aside', { id: 'ap-lesson', 'aria-label': 'Lessons', hidden: true });
    document.body.prepend(this.aside);
    this.aside.addEventListener('keydown', (event) => this.keys(event));
    api.on('change', () => this.refresh());
    window.addEventListener('hashchange', () => this.follow_address());
    this.lent = '';
  }

  // ---- the wasm's side
  text_call(name, text, ...rest) {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const at = this.wasm._malloc(bytes.length);
    this.wasm.HEAPU8.set(bytes, at);
    this.wasm[name](at, ...rest);
    this.wasm._free(at);
  }
  state() {
    const at = this.wasm._ap_lesson_json();
    const text = this.wasm.UTF8ToString(at);
    this.wasm._free(at);
    return JSON.parse(text);
  }

  // ---- opening
  async open(id = '', step = -1) {
    await with_styles();
    this.aside.hidden = false;
    document.body.classList.add('with-lesson');
    this.wasm._ap_lesson_show(1);
    this.wants_focus = true;
    this.opening = id; // until it has come: not the contents
    if (id) this.text_call('_ap_lesson_open', id, step);
    else {
      this.text_call('_ap_lesson_open', '', 0);
      this.refresh();
    }
  }
  close() {
    this.aside.hidden = true;
    document.body.classList.remove('with-lesson');
    this.wasm._ap_lesson_show(0);
    this.address('');
    document.getElementById('canvas')?.focus();
  }
  toggle() {
    if (this.aside.hidden) this.open(this.shown?.id ?? '', this.shown?.step ?? -1);
    else this.close();
  }
  /** The address names what is open, unless it says something else already. */
  address(text) {
    const now = location.hash.slice(1);
    if (now === text || (now && !now.startsWith('lesson='))) return;
    try {
      history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
    } catch {
      // In a sandbox without an origin the address stays.
    }
  }
  follow_address() {
    const settings = new URLSearchParams(location.hash.slice(1));
    const id = settings.get('lesson');
    if (id) this.open(id, Math.max(1, Number(settings.get('step')) || 1) - 1);
  }

  keys(event) {
    if (
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)
    )
      return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && this.shown?.id) {
      event.preventDefault();
      this.go(this.shown.step + step);
    } else if (event.key === 'Escape') this.close();
  }
  go(step) {
    if (step < 0 || step >= this.shown.steps.length) return;
    this.wants_focus = true;
    this.wasm._ap_lesson_go(step);
  }

  // ---- drawing
  refresh() {
    if (this.aside.hidden) return;
    const state = this.state();
    if (!state.id) {
      if (this.opening && !state.problem) return;
      this.shown = state;
      this.contents(state);
      return;
    }
    const blank = (_name, value) => (Array.isArray(value) && value[0] === 'v' ? 'v' : value);
    const key = JSON.stringify(state, blank);
    this.shown = state;
    if (key !== this.key) {
      this.key = key;
      this.build(state);
    }
    this.fill(state);
    this.widget?.refresh?.();
    this.address(`lesson=${state.id}&step=${state.step + 1}`);
  }

  focus_title() {
    if (!this.wants_focus) return;
    this.wants_focus = false;
    this.aside.scrollTop = 0;
    if (window.parent === window) this.aside.querySelector('h2')?.focus({ preventScroll: true });
  }

  async contents(state) {
    const key = `contents ${state.progress} ${state.problem}`;
    if (this.key === key) return;
    this.key = key;
    this.address('');
    this.widget = null;
    this.index ??= await (await fetch(here('assets/lessons/index.json'))).json();
    if (this.key !== key) return; // a lesson was opened meanwhile
    const progress = new Map(
      [...state.progress.matchAll(/(\S+) (-?\d+)/g)].map(([, id, n]) => [id, Number(n)]),
    );
    const entry = ({ id, title, about }) => {
      const at = progress.get(id) ?? 0;
      const said = at < 0 ? 'Done' : at > 0 ? `Step ${at}` : '';
      const open = make(
        'a',
        { href: `#lesson=${id}&step=${Math.abs(at) || 1}`, className: 'lesson-card' },
        ...['', '-dark'].map((mode) =>
          make('img', {
            src: here(`assets/lessons/covers/${id}${mode}.png`),
            alt: '',
            className: mode ? 'of-dark' : 'of-light',
            width: 112,
            height: 70,
            loading: 'lazy',
          }),
        ),
        make(
          'span',
          { className: 'lesson-card-text' },
          make('strong', { textContent: title }),
          make('span', { textContent: about }),
          ...(said ? [make('span', { className: 'lesson-mark', textContent: said })] : []),
        ),
      );
      open.addEventListener('click', (event) => {
        event.preventDefault();
        this.open(id, -1);
      });
      return make('li', {}, open);
    };
    this.aside.replaceChildren(
      make(
        'div',
        { className: 'lesson-bar' },
        make('span'),
        button('Close', () => this.close(), { className: 'quiet' }),
      ),
      make('h2', { textContent: 'Lessons', tabIndex: -1 }),
      ...(state.problem
        ? [make('p', { className: 'problem', role: 'alert', textContent: state.problem })]
        : []),
      ...this.index.chapters.flatMap(({ title, lessons }) => [
        make('h3', { textContent: title }),
        make('ol', { className: 'lesson-list' }, ...lessons.map(entry)),
      ]),
    );
    this.focus_title();
  }

  /** Spans as nodes; values are noted to be filled again. */
  spans(list) {
    return list.map(([kind, text, link]) => {
      if (kind === 'l')
        return button(text, () => this.wasm._ap_lesson_follow(link), { className: 'link' });
      if (kind === 'v') {
        const value = make('span', { className: 'value' });
        this.values.push(value);
        return value;
      }
      return TAGS[kind] ? make(TAGS[kind], { textContent: text }) : document.createTextNode(text);
    });
  }
  fill(state) {
    const texts = [];
    const walk = (value) => {
      if (!Array.isArray(value) && typeof value === 'object' && value)
        Object.values(value).forEach(walk);
      else if (Array.isArray(value)) {
        if (value[0] === 'v')
          texts.push(value[1].replace(/(\d) %/g, '$1\u00a0%')); // in one line
        else value.forEach(walk);
      }
    };
    // The order in which build() makes them.
    for (const block of state.blocks) {
      walk(block.spans);
      walk(block.answer);
      walk(block.hints);
    }
    this.values.forEach((span, i) => {
      if (span.textContent !== texts[i]) span.textContent = texts[i];
    });
  }

  build(state) {
    this.values = [];
    this.widget = null;
    const open_details = new Set(
      [...this.aside.querySelectorAll('details[open]')].map((d) => d.dataset.key),
    );
    const same_step = this.built === `${state.id} ${state.step}`;
    const focused =
      same_step && this.aside.contains(document.activeElement)
        ? [...this.aside.querySelectorAll('button, a, summary')].indexOf(document.activeElement)
        : -1;
    this.built = `${state.id} ${state.step}`;
    const body = make('div', { className: 'lesson-body' });
    let list = null;
    let table = null;
    state.blocks.forEach((block, index) => {
      if (block.kind !== 'li') list = null;
      if (block.kind !== 'row') table = null;
      if (block.kind === 'li') {
        if (!list) body.append((list = make('ul')));
        list.append(make('li', {}, ...this.spans(block.spans)));
      } else if (block.kind === 'row') {
        if (!table)
          body.append(make('div', { className: 'lesson-table' }, (table = make('table'))));
        table.append(this.row(block, table.rows.length === 0));
      } else body.append(this.block(block, index, state));
    });
    const last = state.steps.length - 1;
    const { step } = state;
    this.aside.replaceChildren(
      make(
        'div',
        { className: 'lesson-bar' },
        button('All lessons', () => this.open(), { className: 'quiet' }),
        make(
          'span',
          { className: 'lesson-count' },
          make('span', { textContent: state.title }),
          `, ${step + 1} of ${last + 1}`,
        ),
        button('Close', () => this.close(), { className: 'quiet' }),
      ),
      make('h2', { textContent: state.steps[step], tabIndex: -1 }),
      ...(state.problem
        ? [make('p', { className: 'problem', role: 'alert', textContent: state.problem })]
        : []),
      body,
      make(
        'div',
        { className: 'lesson-steps' },
        button('Previous', () => this.go(step - 1), { disabled: step === 0 }),
        button('Start over', () => this.wasm._ap_lesson_go(step), { className: 'quiet' }),
        step < last
          ? button('Next', () => this.go(step + 1), { className: 'strong' })
          : button('All lessons', () => this.open(), { className: 'strong' }),
      ),
    );
    if (same_step) {
      for (const details of this.aside.querySelectorAll('details')) {
        if (open_details.has(details.dataset.key)) details.open = true;
      }
      if (focused >= 0)
        this.aside.querySelectorAll('button, a, summary')[focused]?.focus({ preventScroll: true });
    } else this.focus_title();
  }

  row(block, first) {
    const cells = [[]];
    for (const span of block.spans) {
      if (span[0] === '|') cells.push([]);
      else cells.at(-1).push(span);
    }
    return make(
      'tr',
      {},
      ...cells.map((cell) =>
        make(first ? 'th' : 'td', first ? { scope: 'col' } : {}, ...this.spans(cell)),
      ),
    );
  }

  block(block, index) {
    if (block.kind === 'task') return this.task(block, index);
    if (block.kind === 'question') {
      const p = make('p', {}, ...this.spans(block.spans));
      return make(
        'div',
        { className: 'lesson-question' },
        p,
        this.details(`answer${index}`, 'Answer', this.spans(block.answer ?? [])),
      );
    }
    if (block.kind === 'widget') {
      const place = make('div', { className: 'lesson-widget' });
      import('./lessons_widgets.js').then(async ({ widgets }) => {
        this.widget = await widgets[block.name]?.(this.api, this.wasm, place);
      });
      return place;
    }
    if (block.kind === 'quote')
      return make('blockquote', {}, make('p', {}, ...this.spans(block.spans)));
    return make('p', {}, ...this.spans(block.spans));
  }

  details(key, title, nodes) {
    const details = make(
      'details',
      {},
      make('summary', { textContent: title }),
      make('p', {}, ...nodes),
    );
    details.dataset.key = key;
    return details;
  }

  task(block, index) {
    const box = make('section', {
      className: block.done ? 'lesson-task done' : 'lesson-task',
      'aria-label': block.done ? 'Task, done' : 'Task',
    });
    const title = make('p', {
      className: 'lesson-task-title',
      textContent: block.done ? '✓ Done' : 'Try it',
    });
    const text = make('p', {}, ...this.spans(block.spans));
    const said = make('p', { className: 'lesson-right', role: 'status' });
    const answer = this.spans(block.answer ?? []);
    const hints = block.hints.map(({ spans }, i) =>
      this.details(`hint${index}.${i}`, i ? 'Another hint' : 'A hint', this.spans(spans)),
    );
    if (block.done) said.append(...answer);
    box.append(title, text, said);
    if (!block.done) {
      box.append(...hints);
      if (block.solvable) {
        box.append(
          button('Show me', () => this.wasm._ap_lesson_solve(index), { className: 'quiet' }),
        );
      }
    }
    return box;
  }
}

let shown = null;

/** Opens a lesson (or the contents); made once a page. */
export function lessons(api) {
  shown ??= new Lessons(api);
  return shown;
}
