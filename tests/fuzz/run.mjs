// Fuzzes every reader:
//   node tests/fuzz/run.mjs [--seconds 20 | --runs 10000000] [--once] [--only npy,csv] [--build build/cmake/asan] [--jobs 2] [--tap FILE]
// First each known failure of the corpus alone, then so many seconds (or executions) of libFuzzer on
// what the corpus grows into. --once: a program that has had its seconds already, to the byte, runs
// the seeds and the corpus that it grew, no more. No input may crash, take more than a second of its own or 512 MB. The
// last line counts targets that passed and failed; findings are under the build folder, crashes/.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SEEDS, write_seeds } from './seeds.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    runs: { type: 'string' },
    once: { type: 'boolean', default: false },
    only: { type: 'string' },
    build: {
      type: 'string',
      default: join(process.env.AP_BUILD ?? join(root, 'build'), 'cmake/asan'),
    },
    jobs: { type: 'string', default: '2' },
    tap: { type: 'string' },
  },
});
const build = resolve(args.build);

/** The sanitizers' tree, as ./build.sh test makes it; here for who runs this alone. */
function build_targets() {
  const find = (...names) => names.find((name) => spawnSync(name, ['--version']).status === 0);
  const [c, cxx] = [find('clang-19', 'clang'), find('clang++-19', 'clang++')];
  if (!cxx)
    throw new Error(
      'needs clang with its sanitizers and libFuzzer (Debian: clang-19 libclang-rt-19-dev)',
    );
  if (!existsSync(join(build, 'build.ninja'))) {
    const made = spawnSync(
      'cmake',
      [
        '-S',
        root,
        '-B',
        build,
        '-G',
        'Ninja',
        '-DCMAKE_BUILD_TYPE=Debug',
        '-DAP_SANITIZE=ON',
        `-DCMAKE_C_COMPILER=${c}`,
        `-DCMAKE_CXX_COMPILER=${cxx}`,
      ],
      { encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(made.stderr);
  }
  const built = spawnSync('cmake', ['--build', build, '--target', 'ap_fuzz'], { encoding: 'utf8' });
  if (built.status !== 0)
    throw new Error(
      built.stdout
        .split('\n')
        .filter((line) => /error|FAILED/.test(line))
        .slice(0, 10)
        .join('\n') || built.stderr,
    );
}

const program_of = (target) => join(build, 'tests/fuzz', `fuzz_${target}`);

function fuzz(target, words) {
  const crashes = `${join(build, 'crashes')}/`;
  mkdirSync(crashes, { recursive: true });
  const program = program_of(target);
  // -timeout counts whole seconds, and the sanitizers cost a factor of about ten.
  const child = spawn(
    program,
    [
      '-timeout=10',
      '-rss_limit_mb=2048',
      '-malloc_limit_mb=512',
      '-max_len=65536',
      '-print_final_stats=1',
      `-artifact_prefix=${crashes}${target}-`,
      ...words,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ASAN_OPTIONS: 'allocator_may_return_null=1:quarantine_size_mb=32' },
    },
  );
  let log = '';
  child.stderr.on('data', (part) => {
    log = (log + part).slice(-20000);
  });
  return new Promise((done) => child.on('close', (code) => done({ code, log })));
}

const stat = (log, name) => Number(new RegExp(`stat::${name}:\\s+(\\d+)`).exec(log)?.[1] ?? 0);

const fuzzed_file = join(build, 'fuzzed.json');
const fuzzed = existsSync(fuzzed_file) ? JSON.parse(readFileSync(fuzzed_file, 'utf8')) : {};
const fingerprint = (target) =>
  `${createHash('sha256')
    .update(readFileSync(program_of(target)))
    .digest('hex')} ${args.seconds} s`;

async function run(target) {
  const corpus = join(build, 'corpus', target),
    seeds = join(build, 'seeds', target);
  mkdirSync(corpus, { recursive: true });
  const started = Date.now();
  const known = await fuzz(target, [
    ...Object.keys(SEEDS[target]).map((name) => join(seeds, name)),
  ]);
  if (known.code !== 0) return report(target, known, started);
  const again = args.once && fuzzed[target] === fingerprint(target);
  const amount = again
    ? ['-runs=0']
    : args.runs
      ? [`-runs=${args.runs}`]
      : [`-max_total_time=${args.seconds}`];
  const good = report(
    target,
    await fuzz(target, [...amount, '-use_value_profile=0', corpus, seeds]),
    started,
    again,
  );
  if (good && !args.runs) fuzzed[target] = fingerprint(target);
  return good;
}

function report(target, { code, log }, started, again = false) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const runs = stat(log, 'number_of_executed_units');
  const kind = again ? 'the corpus alone, this program was fuzzed before: ' : '';
  console.log(
    `${code === 0 ? 'ok' : 'FAILED'} ${target}: ${kind}${runs} executions, slowest ${stat(log, 'slowest_unit_time_sec')} s, ` +
      `peak ${stat(log, 'peak_rss_mb')} MB, ${seconds} s`,
  );
  if (code !== 0)
    console.log(
      log
        .split('\n')
        .filter((line) => /ERROR|SUMMARY|Test unit|#\d+ .* in ap::/.test(line))
        .slice(0, 14)
        .join('\n'),
    );
  return code === 0;
}

build_targets();
rmSync(join(build, 'seeds'), { recursive: true, force: true });
write_seeds(join(build, 'seeds'));
const waiting = args.only ? args.only.split(',') : Object.keys(SEEDS);
const results = [];
await Promise.all(
  Array.from({ length: Number(args.jobs) }, async () => {
    for (let target = waiting.shift(); target; target = waiting.shift())
      results.push(await run(target));
  }),
);
writeFileSync(fuzzed_file, JSON.stringify(fuzzed));
const failed = results.filter((good) => !good).length;
if (args.tap) writeFileSync(args.tap, `# pass ${results.length - failed}\n# fail ${failed}\n`);
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
