// tools/count_results.mjs: no failure is lost between a runner and the closing line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

function counted(files, status) {
  const folder = mkdtempSync(join(tmpdir(), 'count-test-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const run = spawnSync(process.execPath, ['tools/count_results.mjs', folder, String(status)], {
      encoding: 'utf8',
    });
    return run.stdout.trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const catch_xml = (passed, failed, skipped = 0) =>
  `<Catch2TestRun><OverallResultsCases successes="${passed}" failures="${failed}" ` +
  `expectedFailures="0" skips="${skipped}"/></Catch2TestRun>`;
const junit = (...programs) =>
  programs
    .map(([name, ok]) => `<testcase name="${name}" time="1" status="${ok ? 'run' : 'fail'}">`)
    .join();

test('test cases of Catch2 programs and programs of other kinds are summed', () => {
  const files = {
    'ctest-junit.xml': junit(['unit_a', true], ['unit_b', true], ['links', true]),
    'unit_a.xml': catch_xml(3, 0),
    'unit_b.xml': catch_xml(4, 0, 2),
  };
  assert.equal(counted(files, 0), '8 0 2');
});

test('a program that died, or failed after its last case, is a failure', () => {
  assert.equal(
    counted({ 'ctest-junit.xml': junit(['a', false]), 'a.xml': '<Catch2TestRun>' }, 8),
    '0 1 0',
  );
  assert.equal(
    counted({ 'ctest-junit.xml': junit(['a', false]), 'a.xml': catch_xml(5, 0) }, 8),
    '5 1 0',
  );
  assert.equal(
    counted({ 'ctest-junit.xml': junit(['a', false]), 'a.xml': catch_xml(5, 2) }, 8),
    '5 2 0',
  );
});

test("node's TAP is read at its end; a runner that fails without a count is one failure", () => {
  const tap = 'ok 1\n# tests 5\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n';
  assert.equal(counted({ 'web.tap': tap }, 1), '3 2 0');
  assert.equal(counted({}, 1), '0 1 0');
  assert.equal(counted({}, 0), '0 0 0');
});
