// Runs the operators through the command line and compares with what they must give:
//   node tests/cli/onnx.mjs --cli build/native/attention [--cases DIR]... [--random N] [--seed N] [--quiet]
// The command line may be the wasm one (a .js file, run in Node). Cases are folders with case.json and
// .npy files: our own in tests/golden/onnx, the ONNX project's in ../shared/onnx-attention (or under
// $ATTENTION_SHARED) where they are there; --random N adds N of each operator from oracle.mjs.
// Tolerance: float32 1e-5, float16 2e-3, absolute plus relative.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readNpy, writeNpy } from './npy.mjs';
import { generator, randomAttention, randomRotary } from './random_cases.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: args } = parseArgs({
  options: {
    cli: { type: 'string', default: join(root, 'build/native/attention') },
    cases: { type: 'string', multiple: true },
    random: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    quiet: { type: 'boolean', default: false },
  },
});
const tolerance = { float32: 1e-5, float16: 2e-3 };
const stages = ['scaled', 'capped', 'masked', 'weights'];
const work = mkdtempSync(join(tmpdir(), 'attention-onnx-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function runCli(words) {
  const wasm = /\.m?js$/.test(args.cli);
  const flags =
    wasm && +process.versions.node.split('.')[0] < 22 ? ['--experimental-wasm-relaxed-simd'] : [];
  const result = wasm
    ? spawnSync(process.execPath, [...flags, args.cli, ...words])
    : spawnSync(args.cli, words);
  if (result.error) throw result.error;
  return { code: result.status, text: String(result.stderr) + String(result.stdout) };
}

/// The command for a case whose inputs are files: path by name; outputs go to `work`.
function command({ op, attributes }, path, outputs) {
  const words = [];
  const input = (option, name) => path[name] && words.push(option, path[name]);
  const output = (option, name) =>
    outputs.includes(name) && words.push(option, join(work, `out_${name}.npy`));
  if (op === 'RotaryEmbedding') {
    words.push('rope');
    input('--input', 'input');
    input('--cos', 'cos_cache');
    input('--sin', 'sin_cache');
    input('--positions', 'position_ids');
    if (attributes.num_heads) words.push('--heads', attributes.num_heads);
    if (attributes.rotary_embedding_dim) words.push('--dim', attributes.rotary_embedding_dim);
    if (attributes.interleaved) words.push('--interleaved');
    output('--output', 'output');
    return words.map(String);
  }
  words.push('attend');
  input('--query', 'Q');
  input('--key', 'K');
  input('--value', 'V');
  input('--mask', 'attn_mask');
  input('--past-key', 'past_key');
  input('--past-value', 'past_value');
  input('--kv-lengths', 'nonpad_kv_seqlen');
  if (attributes.q_num_heads) words.push('--heads', attributes.q_num_heads);
  if (attributes.kv_num_heads) words.push('--kv-heads', attributes.kv_num_heads);
  if (attributes.is_causal) words.push('--causal');
  if (attributes.scale !== undefined) words.push('--scale', attributes.scale);
  if (attributes.softcap) words.push('--softcap', attributes.softcap);
  for (const side of ['left', 'right']) {
    const bound = attributes[`${side}_window_size`];
    if (bound !== undefined) words.push(`--${side}-window`, bound);
  }
  if (attributes.softmax_precision === 11) words.push('--softmax-precision', 'double');
  output('--output', 'Y');
  output('--present-key', 'present_key');
  output('--present-value', 'present_value');
  if (outputs.includes('qk_matmul_output')) {
    words.push(
      '--stage',
      stages[attributes.qk_matmul_output_mode ?? 0],
      '--stage-output',
      join(work, 'out_qk_matmul_output.npy'),
    );
  }
  return words.map(String);
}

/// The largest |got - want| / (1 + |want|); Infinity where shape, dtype or an infinity differs.
function distance(got, want, dtype) {
  if (got.dtype !== dtype || String(got.shape) !== String(want.shape)) return Infinity;
  let worst = 0;
  want.data.forEach((w, i) => {
    const g = got.data[i];
    worst = Math.max(
      worst,
      g === w
        ? 0
        : Number.isFinite(g) && Number.isFinite(w)
          ? Math.abs(g - w) / (1 + Math.abs(w))
          : Infinity,
    );
  });
  return worst;
}

let count = 0,
  failed = 0,
  worst = { float32: 0, float16: 0 };
function check(name, test, path, wanted, dtype) {
  const outputs = Object.keys(wanted);
  const words = command(test, path, outputs);
  const { code, text } = runCli(words);
  let error = 0;
  if (code === 0)
    for (const o of outputs)
      error = Math.max(error, distance(readNpy(join(work, `out_${o}.npy`)), wanted[o], dtype));
  const good = code === 0 && error <= tolerance[dtype];
  count += 1;
  failed += good ? 0 : 1;
  worst[dtype] = Math.max(worst[dtype], error);
  if (!good || !args.quiet)
    console.log(
      `${good ? 'ok  ' : 'FAIL'} ${name}  ${outputs.join(' ')}  max error ${error.toExponential(1)}`,
    );
  if (!good)
    console.log(
      `     ${args.cli} ${words.join(' ')}\n     exit ${code} ${text.trim()} ${JSON.stringify(test.attributes)}`,
    );
}

function runFolder(folder) {
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name, 'case.json');
    if (!existsSync(file)) continue;
    const test = JSON.parse(readFileSync(file, 'utf8'));
    const npy = (n) => join(folder, name, `${n}.npy`);
    const path = Object.fromEntries(test.inputs.filter(Boolean).map((n) => [n, npy(n)]));
    const wanted = Object.fromEntries(
      test.outputs.filter(Boolean).map((n) => [n, readNpy(npy(n))]),
    );
    check(name, test, path, wanted, Object.values(wanted)[0].dtype);
  }
}

const shared = join(process.env.ATTENTION_SHARED ?? join(root, '../shared'), 'onnx-attention');
const folders = args.cases ?? [join(root, 'tests/golden/onnx')];
if (!args.cases) {
  if (existsSync(shared)) folders.push(shared);
  else console.log(`SKIPPED: the ONNX project's cases are not at ${shared} (set ATTENTION_SHARED)`);
}
folders.forEach(runFolder);
const r = generator(Number(args.seed));
for (let i = 0; i < Number(args.random); i++) {
  for (const make of [randomAttention, randomRotary]) {
    const test = make(r),
      path = {};
    for (const [n, a] of Object.entries(test.inputs))
      writeNpy((path[n] = join(work, `${n}.npy`)), a);
    check(`random ${test.op} ${i}`, test, path, test.outputs, test.dtype);
  }
}
if (count === 0) {
  console.log('no case was run');
  process.exit(1);
}
console.log(
  `${count} cases, ${failed} failed; max error float32 ${worst.float32.toExponential(1)}, float16 ${worst.float16.toExponential(1)} (${args.cli})`,
);
process.exit(failed ? 1 : 0);
