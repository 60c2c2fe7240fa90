// The npm package as others get it: packed, installed from the tarball, its README's example run by
// Node, its core compared with the oracle in Node, a worker and a page, and a Vite page built with it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { api, browser, open_page, ready, serve, site_folder, tensor } from './harness.mjs';
import { compare } from './oracle.mjs';

const run = promisify(execFile);
let folder;
let installed; // node_modules/attention-playground of a page of somebody's
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: site_folder,
    maxBuffer: 1 << 26,
  });
  const [{ filename, files, size }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  console.log(`  ${filename}: ${files.length} files, ${(size / 1e6).toFixed(2)} MB`);
  installed = join(folder, 'page', 'node_modules', 'attention-playground');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
});
after(() => rm(folder, { recursive: true, force: true }));

const from_package = (name) => import(pathToFileURL(join(installed, name)).href);
const bytes = (name) => readFile(join(installed, name));

test('the tarball has what its exports name, and nothing of the build', async () => {
  const { exports, types, main } = JSON.parse(await bytes('package.json'));
  const named = [
    types,
    main,
    ...Object.values(exports).flatMap((e) => (typeof e === 'string' ? [e] : Object.values(e))),
  ];
  for (const name of named.filter((path) => !path.includes('*')))
    assert.ok((await stat(join(installed, name))).isFile(), name);
  const all = await readdir(installed, { recursive: true });
  for (const name of [
    'index.html',
    'element.js',
    'embed.js',
    'offer.js',
    'core.js',
    'attention-core.wasm',
    'attention-playground.wasm',
    'attention-playground-relaxed.wasm',
    'assets/words.bin',
    'examples/blog.html',
    'README.md',
  ]) {
    assert.ok(all.includes(name), `${name} is not in the package`);
  }
  assert.ok(!all.some((name) => /\.(map|cpp|log)$/.test(name)));
});

test('the element is under 6 kB, the core under 82 kB, gzip', async () => {
  const size = async (name) => gzipSync(await bytes(name), { level: 9 }).length;
  const [element, core, glue, script] = await Promise.all(
    ['element.js', 'attention-core.wasm', 'attention-core.js', 'core.js'].map(size),
  );
  console.log(
    `  element.js ${element}, attention-core.wasm ${core}, its glue ${glue}, core.js ${script} bytes`,
  );
  assert.ok(element < 6000);
  // 58 kB before it knew the stages of whole language models: table, head, norms, gates, interventions.
  assert.ok(core < 82_000);
  assert.doesNotMatch(
    (await bytes('element.js')).toString(),
    /^\s*import\s/m,
    'the element has a dependency',
  );
});

test("the README's example runs in Node and prints what the README says", async () => {
  const readme = (await bytes('README.md')).toString();
  const section = readme.slice(readme.indexOf('## In Node'));
  const [code, printed] = [...section.matchAll(/```(?:js)?\n([\s\S]*?)```/g)].map(
    ([, text]) => text,
  );
  await writeFile(join(folder, 'page', 'example.mjs'), code);
  const { stdout } = await run('node', [join(folder, 'page', 'example.mjs')]);
  assert.equal(stdout, printed);
});

test('in Node every stage of every kind of model equals the double-precision oracle', async () => {
  const { createCore } = await from_package('core.js');
  const core = await createCore();
  const chrome = await browser();
  const site = await serve();
  const page = await open_page(chrome, site.address);
  const kinds = [
    ...(await api(page, 'presets')).map(({ id }) => [{ type: 'load_preset', id }]),
    [
      { type: 'set_width', width: 16 },
      { type: 'set_heads', heads: 4, kv_heads: 2 },
      { type: 'set_weights', init: 'random', seed: 3 },
    ],
    [
      { type: 'set_cross', on: false },
      { type: 'set_causal', on: true },
      { type: 'set_softcap', cap: 2 },
    ],
    [
      { type: 'set_positions', kind: 'rope' },
      { type: 'set_biases', on: true },
    ],
    [{ type: 'set_positions', kind: 'alibi' }],
    [
      { type: 'set_positions', kind: 'learned' },
      { type: 'set_residual', on: true },
      { type: 'set_norm', kind: 'layer_norm', place: 'pre' },
    ],
    [
      { type: 'set_mlp', kind: 'swiglu' },
      { type: 'set_layers', layers: 2 },
      { type: 'set_norm', kind: 'rms_norm', place: 'post' },
    ],
    [
      { type: 'paint_mask', row: 0, col: 0, rows: 2, cols: 1, hide: true },
      { type: 'set_temperature', layer: 0, head: 1, value: 0.5 },
    ],
    [{ type: 'set_cached', tokens: 1 }],
  ];
  let worst = 0;
  for (const actions of kinds) {
    for (const action of actions)
      assert.deepEqual(await api(page, 'dispatch', action), { ok: true }, JSON.stringify(action));
    const state = await api(page, 'state');
    const made = core.forward(state);
    if (!state.cached) {
      const report = await compare(state, async (stage, where) => {
        const t = made.tensor(stage, where);
        return { ...t, data: Array.from(t.data) };
      });
      assert.ok(report.compared > 8);
      worst = Math.max(worst, report.worst);
    }
    for (const { stage, heads, shape } of made.stages()) {
      const [ours, theirs] = [
        made.tensor(stage, { head: heads - 1 }),
        await tensor(page, stage, { head: heads - 1 }),
      ];
      assert.deepEqual(ours.shape, shape);
      assert.deepEqual([ours.rows, ours.cols], [theirs.rows, theirs.cols], stage);
      ours.data.forEach((x, i) =>
        assert.ok(
          Object.is(x, theirs.data[i]) ||
            Math.abs(x - theirs.data[i]) <= 1e-5 * Math.max(1, Math.abs(x)),
          stage,
        ),
      );
    }
    assert.deepEqual(
      made.stages().map(({ stage }) => stage),
      (await api(page, 'stages')).map(({ stage }) => stage),
    );
    const [ours, theirs] = [
      made.explain('weights', 1, 0),
      await api(page, 'explain', 'weights', 1, 0),
    ];
    assert.deepEqual(
      [
        ours.operation,
        ours.reason,
        ours.own,
        ours.terms.length,
        ours.sources,
        ours.consumers,
        Object.keys(ours.constants).sort(),
      ],
      [
        theirs.operation,
        theirs.reason,
        theirs.own,
        theirs.terms.length,
        theirs.sources,
        theirs.consumers,
        Object.keys(theirs.constants).sort(),
      ],
    );
    made.free();
  }
  console.log(`  largest error ${worst.toExponential(1)}`);
  assert.ok(worst <= 1e-5);
  await chrome.close();
  await site.close();
});

test('the core refuses what it should, with code and place', async () => {
  const { createCore } = await from_package('core.js');
  const core = await createCore();
  const good = {
    version: 1,
    query: {
      text: 'a b',
      embeddings: [
        [1, 2],
        [3, 4],
      ],
    },
    model: {
      width: 2,
      layers: [
        {
          w_q: 'identity',
          w_k: 'zeros',
          w_v: { random: 3 },
          w_o: [
            [1, 0],
            [0, 1],
          ],
        },
      ],
    },
  };
  core.forward(good).free();
  const refused = (call) => {
    try {
      call();
    } catch ({ code, where }) {
      return `${code} ${where}`;
    }
    return 'nothing';
  };
  const cases = [
    ['parse ', '{"version":'],
    ['unsupported version', { ...good, version: 3 }],
    ['unknown_key model.wide', { ...good, model: { ...good.model, wide: 1 } }],
    ['unknown_key model.scale', { ...good, model: { ...good.model, scale: 'big' } }],
    [
      'parse query.embeddings[1][1]',
      {
        ...good,
        query: {
          text: '',
          embeddings: [
            [1, 2],
            [3, 'x'],
          ],
        },
      },
    ],
    ['shape query.embeddings[1]', { ...good, query: { text: '', embeddings: [[1, 2], [3]] } }],
    ['unsupported query.embeddings', { ...good, query: { text: 'a', embeddings: 'words' } }],
  ];
  for (const [expected, state] of cases)
    assert.equal(
      refused(() => core.forward(state)),
      expected,
    );
  assert.match(
    refused(() => core.forward({ ...good, model: { ...good.model, width: 3 } })),
    /^shape/,
  );
  assert.match(
    refused(() => core.forward({ ...good, model: { ...good.model, width: 1e9 } })),
    /^(too_large|range)/,
  );
  assert.match(
    refused(() => core.attend({ query: [[1, 2]], key: [[1, 2, 3]], value: [[1]] })),
    /^shape key/,
  );
  assert.equal(
    refused(() => core.attend({ query: [[1, 2], [3]], key: [[1, 2]], value: [[1]] })),
    'shape query',
  );
  assert.deepEqual(
    Array.from(
      core.attend({
        query: [[1, 0]],
        key: [
          [1, 0],
          [0, 1],
        ],
        value: [[1], [3]],
        mask: [[true, false]],
      }).output.data,
    ),
    [1],
  );
  const many = [];
  for (let i = 0; i < 200; i++) many.push(core.forward(good));
  many.forEach((made) => made.free());
  assert.equal(
    refused(() => many[0].tensor('q')),
    'not_found ',
  );
});

const PAGE = `
import { createCore, createPlayground } from 'attention-playground';
const core = await createCore();
window.attended = Array.from(core.attend({ query: [[1, 0]], key: [[1, 0]], value: [[5]] }).output.data);
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => { window.from_worker = data; };
window.playground = await createPlayground(document.querySelector('#figure'), { preset: 'causal', height: 420, hide: ['share', 'theme'] });
await window.playground.dispatch({ type: 'set_text', text: 'Built by Vite' });
window.weights = await window.playground.tensor('weights');
`;
const WORKER = `
import { createCore } from 'attention-playground/core';
const core = await createCore();
postMessage(Array.from(core.attend({ query: [[1, 0]], key: [[1, 0]], value: [[7]] }).output.data));
`;

const [major, minor] = process.versions.node.split('.').map(Number);
const no_vite =
  major > 20 || (major === 20 && minor >= 19)
    ? false
    : `Vite 8 wants Node 20.19 or newer, this is ${process.version}`;
test('a Vite page from the tarball: playground, core and worker', { skip: no_vite }, async () => {
  const page_folder = join(folder, 'page');
  await writeFile(
    join(page_folder, 'package.json'),
    '{"name":"page","private":true,"type":"module"}',
  );
  await writeFile(
    join(page_folder, 'index.html'),
    '<!doctype html><title>Mine</title><link rel="icon" href="data:,"><div id="figure"></div><script type="module" src="/main.js"></script>',
  );
  await writeFile(join(page_folder, 'main.js'), PAGE);
  await writeFile(join(page_folder, 'worker.js'), WORKER);
  const vite = await import(pathToFileURL(createRequire(import.meta.url).resolve('vite')).href);
  const { default: plugin } = await from_package('vite.js');
  const options = {
    root: page_folder,
    configFile: false,
    logLevel: 'error',
    plugins: [plugin()],
    worker: { format: 'es' },
    build: { target: 'esnext' },
  };
  await vite.build(options);
  const chrome = await browser();
  const check = async (address) => {
    const page = await open_page(chrome, address, { wait: false });
    await page.waitForFunction(() => window.weights && window.from_worker);
    assert.deepEqual(
      await page.evaluate(() => [window.attended, window.from_worker, window.weights.shape]),
      [[5], [7], [3, 3]],
    );
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await ready(frame);
    assert.equal(await page.title(), 'Mine');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  };
  const built = await serve(join(page_folder, 'dist'));
  await check(built.address);
  await built.close();
  // And while it is being written, from the development server.
  const server = await vite.createServer({
    ...options,
    server: { port: 0, host: '127.0.0.1', hmr: false, fs: { strict: false } },
    cacheDir: join(folder, 'cache'),
  });
  await server.listen();
  await check(`http://127.0.0.1:${server.httpServer.address().port}/`);
  await server.close();
  await chrome.close();
});

test('oEmbed answers for a static address', async () => {
  const copy = join(folder, 'site');
  await mkdir(copy, { recursive: true });
  await run('cp', ['-r', `${installed}/.`, copy]);
  const { stdout } = await run('node', [
    join(copy, 'oembed.js'),
    'https://example.org/play/',
    '640',
    '400',
  ]);
  assert.match(stdout, /oembed\.json/);
  const answer = JSON.parse(await readFile(join(copy, 'oembed.json')));
  assert.deepEqual(
    [answer.version, answer.type, answer.width, answer.height],
    ['1.0', 'rich', 640, 400],
  );
  assert.match(answer.html, /^<iframe src="https:\/\/example\.org\/play\/index\.html"/);
  assert.match(await readFile(join(copy, 'index.html'), 'utf8'), /application\/json\+oembed/);
  await assert.rejects(run('node', [join(copy, 'oembed.js')]));
});
