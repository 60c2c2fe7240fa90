// Widgets of lessons: the table of model sizes with a run at that size, and a picture whose patches
// are tokens. The desktop's are in src/ui/lessons/widgets_native.cpp.
import { make } from './elements.js';
import { letters_of, patch_rows, pixels_of } from './lessons_picture.js';

const here = (path) => new URL(path, import.meta.url).href;
const json = async (path) => (await fetch(here(path))).json();

/** "2.4 million": three digits and a word. */
export function large(x) {
  for (const [size, word] of [
    [1e12, ' trillion'],
    [1e9, ' billion'],
    [1e6, ' million'],
  ]) {
    if (x >= size) return Number((x / size).toPrecision(3)) + word;
  }
  return Math.round(x).toLocaleString('en').replaceAll(',', '\u202f');
}

async function sizes(_api, wasm, place) {
  const { models } = await json('assets/models.json');
  const known = models.filter(({ width }) => width);
  const select = make(
    'select',
    {},
    ...known.map(({ name }, i) => make('option', { value: i, textContent: name })),
  );
  const tokens = make('input', { type: 'number', min: 1, max: 512, value: 32 });
  const facts = make('dl', { className: 'lesson-facts' });
  const progress = make('progress', {
    max: 1,
    value: 0,
    'aria-label': 'How much of the layer has run',
  });
  const result = make('p', { role: 'status' });
  const run = make('button', {
    type: 'button',
    className: 'strong',
    textContent: 'Run one layer here',
  });
  let running = 0;

  const chosen = () => {
    const m = known[Number(select.value)];
    const t = Math.min(512, Math.max(1, Math.round(Number(tokens.value)) || 32));
    const inner = m.heads * m.key_width;
    const weights = 4 * m.width * inner;
    return { m, t, weights, work: t * weights + 2 * t * t * inner };
  };
  const show = () => {
    running = 0;
    progress.value = 0;
    result.textContent = '';
    run.textContent = 'Run one layer here';
    const { m, t, weights, work } = chosen();
    const rows = [
      ['Width D', m.width],
      ['Heads', `${m.heads} of ${m.key_width}`],
      ['Layers', m.layers ?? 'not said'],
      ['Whole model', m.parameters ?? 'not said'],
      ['Q, K, V', `${t} × ${m.heads * m.key_width} each`],
      ['Scores', `${m.heads} × ${t} × ${t}`],
      ['Attention weights of a layer', large(weights)],
      ['Multiply-adds of a layer', large(work)],
      ['Bytes of its weights, 16 bit', large(2 * weights)],
      ...(m.source ? [['Source', m.source]] : []),
    ];
    facts.replaceChildren(
      ...rows.flatMap(([name, value]) => [
        make('dt', { textContent: name }),
        make('dd', { textContent: value }),
      ]),
    );
  };
  const start = async () => {
    if (running) {
      show();
      result.textContent = 'Cancelled.';
      wasm._ap_layer_run_end();
      return;
    }
    const { m, t } = chosen();
    if (!wasm._ap_layer_run_start(m.width, m.heads, m.key_width, t)) return;
    const me = (running = performance.now());
    run.textContent = 'Cancel';
    for (let done = 0; done < 1; ) {
      await new Promise((next) => setTimeout(next));
      if (running !== me) return;
      const at = wasm._ap_layer_run_advance(0.012) >> 3;
      const [share, seconds, work] = new Float64Array(wasm.HEAPU8.buffer).slice(at, at + 3);
      done = progress.value = share;
      if (share < 1) continue;
      const layers = m.layers ? ` The model has ${m.layers} such layers.` : '';
      result.textContent =
        `${(1000 * seconds).toPrecision(3)} ms of multiplying in this browser, on one core: ` +
        `${large(work / seconds)} multiply-adds a second.${layers}`;
    }
    wasm._ap_layer_run_end();
    running = 0;
    run.textContent = 'Run it again';
  };
  select.addEventListener('change', show);
  tokens.addEventListener('change', show);
  run.addEventListener('click', start);
  const table = make(
    'table',
    {},
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        ...['Model', 'D', 'Heads', 'Head width', 'Parameters'].map((textContent) =>
          make('th', { scope: 'col', textContent }),
        ),
      ),
    ),
    make(
      'tbody',
      {},
      ...models.map((m) =>
        make(
          'tr',
          {},
          ...[
            m.name,
            m.width ?? 'not disclosed',
            m.heads ?? '',
            m.key_width ?? '',
            m.parameters ?? '',
          ].map((textContent) => make('td', { textContent })),
        ),
      ),
    ),
  );
  place.append(
    make('label', {}, 'Model', select),
    make('label', {}, 'Tokens', tokens),
    facts,
    run,
    progress,
    result,
    make(
      'details',
      {},
      make('summary', { textContent: 'The whole table' }),
      make('div', { className: 'lesson-table' }, table),
    ),
  );
  show();
  return {};
}

async function picture(api, _wasm, place) {
  const park = await json('assets/lessons/park.json');
  const { across, down } = park;
  const width = park.rows[0].length;
  const height = park.rows.length;
  const canvas = make('canvas', { width, height });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', park.about);
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  brush.putImageData(new ImageData(pixels_of(park), width, height), 0, 0);
  const patches = make('div', { className: 'lesson-patches' });
  patches.style.gridTemplateColumns = `repeat(${across}, 1fr)`;
  const choices = make('div', {
    className: 'lesson-choices',
    role: 'group',
    'aria-label': 'Whose row',
  });
  // The row that is chosen on the sheet.
  const chosen_row = () => {
    const selection = api.selection?.();
    return selection?.stage === 'weights' ? selection.row : null;
  };
  let row = chosen_row() ?? 0;

  const names = letters_of(across, down);
  const buttons = names.map((_, j) => {
    const made = make('button', { type: 'button' });
    made.addEventListener('click', () => {
      row = j;
      refresh();
      api.show?.({ select: { stage: 'weights', row: j, col: 0 } });
    });
    return made;
  });
  patches.append(...buttons);

  function refresh() {
    const weights = api.tensor('weights', { layer: 0, head: 0 });
    const [rows, cols] = weights.shape;
    if (cols !== across * down) return;
    const own = rows === cols; // patches look at patches; else words do
    row = Math.min(row, rows - 1);
    const shares = weights.data.slice(row * cols, (row + 1) * cols);
    const most = Math.max(...shares);
    buttons.forEach((b, j) => {
      const veil = 0.88 * (1 - shares[j] / most);
      b.style.setProperty('--veil', `rgb(20 18 16 / ${veil.toFixed(3)})`);
      b.setAttribute('aria-label', `Patch ${names[j]}: ${Math.round(100 * shares[j])} %`);
      b.disabled = !own;
      b.setAttribute('aria-pressed', String(own && j === row));
    });
    if (own) return choices.replaceChildren();
    const key = weights.rows.join(' ');
    if (choices.dataset.key !== key) {
      choices.dataset.key = key;
      choices.replaceChildren(
        ...weights.rows.map((word, i) => {
          const made = make('button', { type: 'button', textContent: word });
          made.addEventListener('click', () => {
            row = i;
            refresh();
          });
          return made;
        }),
      );
    }
    [...choices.children].forEach((b, i) => b.setAttribute('aria-pressed', String(i === row)));
  }

  /** Someone's own picture, cut to the same shape: its patches become the embeddings. */
  async function take(file) {
    if (!file?.type.startsWith('image/')) return;
    const image = await createImageBitmap(file);
    const scale = Math.max(width / image.width, height / image.height);
    const [w, h] = [image.width * scale, image.height * scale];
    brush.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
    const { data } = brush.getImageData(0, 0, width, height);
    canvas.setAttribute('aria-label', 'Your own picture');
    const stage = api.state().cross ? 'source_embeddings' : 'embeddings';
    const { ok, error } = api.dispatch({
      type: 'set_block',
      stage,
      values: patch_rows(data, width, height, across, down),
    });
    note.textContent = ok ? 'Your picture: it has not left this computer.' : error.message;
  }
  const note = make('p', { role: 'status' });
  const file = make('input', { type: 'file', accept: 'image/*' });
  file.addEventListener('change', () => take(file.files[0]));
  const frame = make('div', { className: 'lesson-picture' }, canvas, patches);
  frame.addEventListener('dragover', (event) => event.preventDefault());
  frame.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files[0]);
  });
  place.append(frame, choices, make('label', { className: 'own' }, 'Your own picture', file), note);
  const stop = api.on('select', () => {
    if (!place.isConnected) return stop();
    row = chosen_row() ?? row;
    refresh();
  });
  refresh();
  return { refresh };
}

export const widgets = { sizes, picture };
