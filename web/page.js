// index.html's own script: starts the playground, says what is wrong if it does not, keeps the DOM
// companion in step; inside another page it lets embed.js answer that one.
import { PlaygroundError, start } from './playground.js';

const byId = (id) => document.getElementById(id);
// Settings stand in the fragment or in the query; the fragment's go first.
const settings = new URLSearchParams(`${location.hash.slice(1)}&${location.search.slice(1)}`);
const wanted_theme = settings.get('theme');
const theme = wanted_theme === 'dark' || wanted_theme === 'light' ? wanted_theme : null;
if (theme) document.documentElement.dataset.theme = theme;

window.playgroundReady = start({
  canvas: byId('canvas'),
  theme,
  offer: hand_over,
  variant: settings.get('variant') ?? undefined,
});

/** What is not the drawing waits for the first picture (or for blocked.js, if that takes long). */
function show_all() {
  document.body.classList.remove('starting');
}

function say(text) {
  if (text) show_all();
  byId('ap-message').textContent = text;
  byId('ap-message').classList.toggle('problem', text !== '');
}

// Who asks for the table before it is there gets it when it is.
let asked = 0;
const ask = () => {
  asked++;
};
byId('ap-table-button').addEventListener('click', ask);

/** The table is fetched when the picture stands, as the word list is; at the latest after two seconds. */
async function first_frame() {
  const late = performance.now() + 2000;
  while (
    performance.now() < late &&
    !performance.getEntriesByName('attention-first-frame').length
  ) {
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
}

async function with_companion(api) {
  if (api.debug.hasPicture()) await first_frame();
  const { show_companion } = await import('./companion.js');
  const companion = show_companion(api, byId('ap-table'), byId('ap-table-button'));
  byId('ap-table-button').removeEventListener('click', ask);
  if (asked % 2) companion.open();
  return companion;
}

const is_embedded = window.parent !== window;
const embedder = is_embedded
  ? import('./embed.js').then(({ Embedder }) => new Embedder(settings))
  : null;

/** Lessons are fetched when someone wants one: from the rail, the button, or by name in the address. */
async function learn(api, ...where) {
  const shown = (await import('./lessons.js')).lessons(api);
  if (where.length) shown.open(...where);
  else shown.toggle();
}

/** Files: likewise. How the document is looked at goes along, for the pictures. */
async function exchange(api, what) {
  const { layer, head } = api.debug.hasPicture() ? api.debug.view() : {};
  const { stage, row } = api.selection() ?? {};
  (await import('./files.js')).open_files(api, {
    ...what,
    layer,
    head,
    stage,
    row,
    dark: document.documentElement.dataset.theme === 'dark',
  });
}

const TAKES_TEXT = 'input, textarea, select, [contenteditable]';

/** A file dropped anywhere opens or is refused in words; nothing that is dropped leads away from the page. */
function take_drops() {
  const dragged = (event) => {
    if (event.defaultPrevented) return; // a place of its own, as a dialog has
    const has_files = event.dataTransfer?.types.includes('Files');
    if (!has_files && event.target.closest?.(TAKES_TEXT)) return;
    event.preventDefault();
    if (event.type === 'drop') {
      const [file] = event.dataTransfer?.files ?? [];
      if (file) open_dropped(file);
    } else if (event.dataTransfer) {
      event.dataTransfer.dropEffect = has_files ? 'copy' : 'none';
    }
  };
  document.addEventListener('dragover', dragged);
  document.addEventListener('drop', dragged);
}

async function open_dropped(file) {
  try {
    await exchange(await window.playgroundReady, { tab: 'import', file });
  } catch ({ message }) {
    say(`${file.name} was not opened: ${message}.`);
  }
}

/** What the page cannot hand over itself (no clipboard, no downloads in a sandbox), to be copied by hand. */
async function hand_over(title, text) {
  const { offer } = await import('./offer.js');
  offer(title, text);
}

take_drops();
try {
  const api = await window.playgroundReady;
  show_all();
  if (api.debug.hasPicture()) {
    say('');
  } else {
    byId('canvas').hidden = true;
    say(
      'The picture needs WebGL 2, which this browser does not give. The table below works without it.',
    );
  }
  api.on('lessons', () => learn(api));
  for (const name of ['import', 'export']) api.on(name, () => exchange(api, { tab: name }));
  byId('ap-lessons-button').addEventListener('click', () => learn(api));
  if (settings.has('lesson'))
    learn(api, settings.get('lesson'), Math.max(1, settings.get('step')) - 1);
  if (settings.has('src')) {
    const { open_source } = await import('./embed.js');
    await open_source(api, settings.get('src')).catch(({ message }) =>
      say(`The file could not be opened: ${message}.`),
    );
  }
  if (api.debug.hasPicture() && is_embedded) {
    await first_frame();
    const { Resting } = await import('./resting.js');
    new Resting(api, byId('canvas'));
  }
  (await embedder)?.answer(api);
  const companion = await with_companion(api);
  if (!api.debug.hasPicture()) companion.open();
} catch (error) {
  say(
    error instanceof PlaygroundError && error.code === 'no_simd'
      ? `Attention Playground cannot run here: ${error.message}.`
      : `Attention Playground did not start: ${error.message}.`,
  );
  byId('ap-table-button').hidden = true;
  const { code = 'load', message, where = '' } = error;
  (await embedder)?.tell('error', { error: { code, message, where } });
  throw error;
}
