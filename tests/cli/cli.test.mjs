// The command line as a person uses it: natively, and the same program as wasm in Node.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.AP_BUILD ?? join(root, 'build');
const native = join(build, 'native/attention');
const wasm = join(build, 'cmake/web/src/attention.js');
const work = mkdtempSync(join(tmpdir(), 'attention-cli-'));
after(() => rmSync(work, { recursive: true, force: true }));

const programs = [
  ['native', native],
  ['wasm', wasm],
];
function run(program, words, input) {
  const js = program.endsWith('.js');
  const result = spawnSync(js ? process.execPath : program, js ? [program, ...words] : words, {
    input,
    maxBuffer: 1 << 28,
  });
  return { code: result.status, out: String(result.stdout), err: String(result.stderr) };
}
const script = (name, words) =>
  spawnSync(process.execPath, [join(root, 'tests/cli', name), ...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });

for (const [name, program] of programs) {
  test(`${name}: every ONNX case, the shared and our own, and random ones`, () => {
    assert.ok(existsSync(program), `${program} is not built`);
    const random = name === 'native' ? '120' : '12';
    const result = script('onnx.mjs', ['--cli', program, '--random', random, '--quiet']);
    process.stdout.write(result.stdout.split('\n').slice(-4).join('\n'));
    assert.equal(result.status, 0, result.stdout + result.stderr);
  });

  test(`${name}: the similarity preset gives the lesson's numbers`, () => {
    const expect = {
      scores: [
        [2, 1, 1, 1],
        [1, 2, 1, 0],
        [1, 1, 2, 1],
        [1, 0, 1, 1],
      ],
      weights: [
        [0.475367, 0.174878, 0.174878, 0.174878],
        [0.196612, 0.534447, 0.196612, 0.072329],
        [0.174878, 0.174878, 0.475367, 0.174878],
        [0.296923, 0.109232, 0.296923, 0.296923],
      ],
      output: [
        [0.650245, 0.349755, 0.825122],
        [0.731059, 0.731059, 0.465553],
        [0.349755, 0.650245, 0.825122],
        [0.406155, 0.406155, 0.890768],
      ],
    };
    for (const [stage, rows] of Object.entries(expect)) {
      const { code, out, err } = run(program, [
        'run',
        'preset:similarity',
        '--print',
        stage,
        '--json',
      ]);
      assert.equal(code, 0, err);
      const found = find_stage(JSON.parse(out), stage);
      rows
        .flat()
        .forEach((value, i) =>
          assert.ok(
            Math.abs(found[i] - value) < 1e-6,
            `${stage}[${i}] is ${found[i]}, should be ${value}`,
          ),
        );
    }
  });

  test(`${name}: mistakes give one clear line and exit code 1 or 2`, () => {
    writeFileSync(join(work, 'bad.json'), '{"version": 1}');
    const cases = [
      [['run', join(work, 'nothing.json')], 1, /nothing\.json/],
      [['run', join(work, 'bad.json')], 1, /bad\.json: model: is missing/],
      [['run', 'preset:none'], 1, /none/],
      [['run', 'preset:cat', '--print', 'w_z'], 1, /w_z/],
      [['fly'], 2, /subcommand/],
      [['attend', '--query', 'x.npy'], 2, /key/],
    ];
    for (const [words, code, message] of cases) {
      const result = run(program, words);
      const text = result.err + result.out;
      assert.equal(result.code, code, `${words.join(' ')}: ${text}`);
      assert.match(text, message);
    }
  });
}

/** The numbers of a stage in `run --json`, wherever its layout puts them. */
function find_stage(json, stage) {
  const flat = (v) => (Array.isArray(v) ? v.flatMap(flat) : [v]);
  const walk = (v, key) => {
    if (key === stage && Array.isArray(v)) return flat(v);
    if (!v || typeof v !== 'object') return null;
    if (v.stage === stage || v.name === stage) return flat(v.data ?? v.values ?? v.rows);
    for (const [k, inner] of Object.entries(v)) {
      const found = walk(inner, k);
      if (found) return found;
    }
    return null;
  };
  return walk(json, '');
}

test('exported scripts rebuild the model and assert its output', () => {
  const result = script('export.mjs', ['--cli', native]);
  process.stdout.write(result.stdout.split('\n').slice(-6).join('\n'));
  assert.equal(result.status, 0, result.stdout + result.stderr);
});

test('render writes a picture of the sheet as PNG and SVG', () => {
  for (const [file, magic] of [
    ['sheet.png', '\u0089PNG'],
    ['sheet.svg', '<svg'],
  ]) {
    const path = join(work, file);
    const { code, err } = run(native, ['render', 'preset:cat', '--output', path]);
    assert.equal(code, 0, err);
    const bytes = readFileSync(path);
    assert.ok(bytes.length > 20_000, `${file} has ${bytes.length} bytes`);
    assert.ok(bytes.toString('latin1').includes(magic));
  }
});

test('the command line links no window, graphics or interface', () => {
  const { stdout } = spawnSync('ldd', [native], { encoding: 'utf8' });
  assert.doesNotMatch(stdout, /SDL|libGL|EGL|X11/);
  const symbols = spawnSync('nm', ['-C', native], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  assert.ok(symbols.length > 1000);
  assert.doesNotMatch(symbols, /ImGui::|SDL_Init/);
});
