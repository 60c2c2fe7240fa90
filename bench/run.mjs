// Runs the benchmarks: the page in one Chromium process, then the native program. Prints tables, and
// what the numbers must show (bars.mjs); writes build/bench/web.json and native.json. Called by ./build.sh bench, which builds ap_bench first.
//   node bench/run.mjs [--samples N] [--shapes 16,128,512,1024] [--web | --native]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { barTable, nativeBars, webBars } from './bars.mjs';
import { runPage } from './chromium.mjs';
import { inputReport } from './page/input.mjs';
import { nativeReport, webReport } from './report.mjs';
import { runTraining, trainingReport } from './train.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(process.env.AP_BUILD ?? path.join(here, '../build'), 'bench');

const kHelp = 'usage: bench [--samples N] [--shapes 16,128,512,1024] [--web | --native]';

function options(args) {
  const o = { samples: 15, shapes: [16, 128, 512, 1024], web: true, native: true };
  for (let i = 0; i < args.length; ++i) {
    const value = () => args[++i] ?? stop(`${args[i - 1]} needs a value`);
    if (args[i] === '--samples') o.samples = Number(value());
    else if (args[i] === '--shapes') o.shapes = value().split(',').map(Number);
    else if (args[i] === '--web') o.native = false;
    else if (args[i] === '--native') o.web = false;
    else stop(args[i] === '--help' ? '' : `unknown option ${args[i]}`);
  }
  if (!Number.isInteger(o.samples) || o.samples < 1) stop('--samples takes a whole number from 1');
  return o;
}

function stop(problem) {
  console.error(problem ? `${problem}\n${kHelp}` : kHelp);
  process.exit(problem ? 2 : 0);
}

function needs(...files) {
  const missing = files.filter((f) => !fs.existsSync(path.join(out, f)));
  if (missing.length) stop(`${missing.join(', ')} not in ${out}: run ./build.sh bench`);
}

function save(name, result) {
  const file = path.join(out, name);
  fs.writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`-> ${path.relative(process.cwd(), file)}\n`);
}

const o = options(process.argv.slice(2));
if (o.web) {
  needs(
    'ours-simd128.mjs',
    'ours-relaxed.mjs',
    'eigen.mjs',
    'train-simd128.mjs',
    'train-relaxed.mjs',
  );
  const result = await runPage(
    { page: path.join(here, 'page'), npm: path.join(here, 'node_modules'), build: out },
    o,
  );
  console.log(webReport(result));
  result.bars = webBars(result);
  console.log(`\n${barTable(result.bars)}`);
  Object.assign(result, await runTraining(o.samples));
  console.log(`\n${trainingReport(result)}`);
  result.input = await inputReport(path.join(out, '../web'));
  save('web.json', result);
}
if (o.native) {
  needs('bench-native');
  const text = execFileSync(path.join(out, 'bench-native'), [String(Math.max(o.samples, 15))]);
  const result = JSON.parse(text);
  console.log(nativeReport(result));
  result.bars = nativeBars(result);
  console.log(`\n${barTable(result.bars)}`);
  save('native.json', result);
}
