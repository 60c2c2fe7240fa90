// index.html's own script: starts the playground, says what is wrong if it does not, keeps the DOM
// companion in step, and answers the page that embeds this one.
import { start, PlaygroundError } from './playground.js';

const byId = (id) => document.getElementById(id);
const setting = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
const wanted_theme = setting('theme');
const theme = wanted_theme === 'dark' || wanted_theme === 'light' ? wanted_theme : null;
if (theme) document.documentElement.dataset.theme = theme;

window.playgroundReady = start({ canvas: byId('canvas'), theme, variant: setting('variant') ?? undefined });

function say(text) {
  byId('ap-message').textContent = text;
  byId('ap-message').classList.toggle('problem', text !== '');
}

/** The table is fetched when the picture stands, as the word list is; at the latest after two seconds. */
async function first_frame() {
  const late = performance.now() + 2000;
  while (performance.now() < late && !performance.getEntriesByName('attention-first-frame').length) {
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
}

async function with_companion(api) {
  if (api.debug.hasPicture()) await first_frame();
  const { show_companion } = await import('./companion.js');
  return show_companion(api, byId('ap-table'), byId('ap-table-button'));
}

// ---- the embedding page: {source: 'attention-playground', id, call, args} -> {..., id, result | error}
const CALLS = new Set(['state', 'dispatch', 'tensor', 'explain', 'stages', 'presets', 'undo', 'redo',
  'history', 'setTheme']);
const NAME = 'attention-playground';

function answer_embedder(api) {
  if (window.parent === window) return;
  const send = (message, origin) => window.parent.postMessage({ source: NAME, ...message }, origin);
  window.addEventListener('message', (event) => {
    const { data } = event;
    if (event.source !== window.parent || data?.source !== NAME || !CALLS.has(data.call)) return;
    const origin = event.origin === 'null' ? '*' : event.origin;
    try {
      const args = Array.isArray(data.args) ? data.args : [];
      send({ id: data.id, result: api[data.call](...args) }, origin);
    } catch (error) {
      const { code = 'error', message, where = '' } = error;
      send({ id: data.id, error: { code, message, where } }, origin);
    }
  });
  // To whoever embeds: that something happened, not what.
  api.on('change', ({ revision }) => send({ event: 'change', revision }, '*'));
  send({ event: 'ready', version: api.version }, '*');
}

try {
  const api = await window.playgroundReady;
  if (api.debug.hasPicture()) {
    say('');
  } else {
    byId('canvas').hidden = true;
    say('The picture needs WebGL 2, which this browser does not give. The table below works without it.');
  }
  answer_embedder(api);
  const companion = await with_companion(api);
  if (!api.debug.hasPicture()) companion.open();
} catch (error) {
  say(error instanceof PlaygroundError && error.code === 'no_simd'
    ? `Attention Playground cannot run here: ${error.message}.`
    : `Attention Playground did not start: ${error.message}.`);
  byId('ap-table-button').hidden = true;
  throw error;
}
