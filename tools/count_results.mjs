// count_results.mjs FOLDER STATUS: prints "passed failed skipped" of the result files in FOLDER:
// Catch2's XML (test cases), CTest's JUnit file (programs that are not Catch2's, or that died
// before Catch2 could count) and node's TAP. STATUS is the runner's own: a failure that no file
// shows counts as one.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const number = (text, pattern) => Number(text.match(pattern)?.[1] ?? 0);

function of_catch(text) {
  const line = text.match(/<OverallResultsCases [^>]*>/)?.[0];
  if (!line) return null; // the program died
  return {
    passed: number(line, /successes="(\d+)"/) + number(line, /expectedFailures="(\d+)"/),
    failed: number(line, /failures="(\d+)"/),
    skipped: number(line, /skips="(\d+)"/),
  };
}

function of_tap(text) {
  const last = (word) =>
    Number([...text.matchAll(RegExp(`^# ${word} (\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
  return {
    passed: last('pass'),
    failed: last('fail') + last('cancelled'),
    skipped: last('skipped') + last('todo'),
  };
}

/** Programs by name: did CTest see them pass? */
function of_junit(text) {
  const programs = new Map();
  for (const [, name, status] of text.matchAll(/<testcase name="([^"]+)"[^>]*status="([^"]+)"/g)) {
    programs.set(name, status === 'run');
  }
  return programs;
}

export function count(folder, status) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (part) => Object.keys(total).forEach((key) => (total[key] += part[key]));
  const counted = new Map();
  let programs = new Map();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (file === 'ctest-junit.xml') programs = of_junit(text);
    else if (file.endsWith('.tap')) add(of_tap(text));
    else if (file.endsWith('.xml')) counted.set(file.slice(0, -4), of_catch(text));
  }
  for (const [name, ok] of programs) {
    const cases = counted.get(name);
    if (cases) add(cases);
    if (!cases && ok) add({ passed: 1, failed: 0, skipped: 0 });
    // A sanitizer or a crash after the last case fails the program though every case passed.
    if (!ok && !cases?.failed) add({ passed: 0, failed: 1, skipped: 0 });
  }
  if (status !== 0 && total.failed === 0) total.failed = 1;
  return total;
}

const { passed, failed, skipped } = count(process.argv[2], Number(process.argv[3]));
console.log(`${passed} ${failed} ${skipped}`);
