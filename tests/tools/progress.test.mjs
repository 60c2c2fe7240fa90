// tools/progress.sh: a long command without a terminal says how far it is, a short one nothing more,
// and nothing speaks on when the shell has ended or failed.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const work = mkdtempSync(join(tmpdir(), 'progress-test-'));
after(() => rmSync(work, { recursive: true }));
const begin = 'set -eEuo pipefail; trap "echo unexpected" ERR; . tools/progress.sh;';
const shell = (text) =>
  spawnSync('bash', ['-c', `${begin} ${text}`, 'test', join(work, 'log')], { encoding: 'utf8' });

test('the part, the steps and the seconds, though the output is no terminal', () => {
  writeFileSync(join(work, 'log'), '[1/80] Building a\nwarning: [9/9]\n[12/80] Building b\n');
  const { stdout, status } = shell(
    'heartbeat steps_done "building web" "$1"; sleep 13; hush; sleep 11',
  );
  assert.equal(status, 0);
  assert.match(stdout, /^building web: 12 of 80 steps \.\.\. 1[0-4] s\n$/);
});

test('a log without steps, and no log', () => {
  writeFileSync(join(work, 'log'), 'nothing yet');
  assert.equal(shell('steps_done a "$1"').stdout, 'a');
  assert.equal(shell('steps_done a "$1.none"').stdout, 'a');
});

test('a watched command gives its output and its status', () => {
  const { stdout, status } = shell('watched x sh -c "echo said; exit 3" || echo "status $?"');
  assert.equal(stdout, 'said\nstatus 3\n');
  assert.equal(status, 0);
});

test('a shell that ends without hush leaves nobody speaking', async () => {
  const child = spawn('bash', ['-c', `${begin} heartbeat echo still; exit 1`]);
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const started = performance.now();
  await new Promise((resolve) => child.on('close', resolve));
  assert.equal(said, '');
  assert.ok(performance.now() - started < 20000);
});
