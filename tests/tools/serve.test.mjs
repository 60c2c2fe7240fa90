// tools/serve.mjs: types, compression, nothing outside its folder, one line for a busy port.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { make_server } from '../../tools/serve.mjs';

let outer, folder, server, port;

before(async () => {
  outer = mkdtempSync(join(tmpdir(), 'serve-test-'));
  folder = join(outer, 'site');
  mkdirSync(folder);
  writeFileSync(join(outer, 'secret.txt'), 'outside');
  writeFileSync(join(folder, 'index.html'), '<p>page');
  writeFileSync(join(folder, 'a.wasm'), Buffer.alloc(10000, 7));
  writeFileSync(join(folder, 'b.mjs'), 'export {};');
  server = make_server(folder);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = server.address().port;
});
after(() => {
  server.close();
  rmSync(outer, { recursive: true });
});

/** A raw request, so that the path is sent as it is written. */
function get(path, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, headers, method, agent: false },
      (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    call.on('error', reject).end();
  });
}

test('a folder answers with its index.html, modules and wasm with their types', async () => {
  const page = await get('/');
  assert.equal(page.status, 200);
  assert.equal(page.body.toString(), '<p>page');
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.match((await get('/b.mjs')).headers['content-type'], /^text\/javascript/);
  assert.equal((await get('/a.wasm')).headers['content-type'], 'application/wasm');
});

test('large files are compressed for those who can read it, and revalidate by tag', async () => {
  const zipped = await get('/a.wasm', { 'accept-encoding': 'gzip' });
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.ok(zipped.body.length < 200);
  assert.deepEqual(gunzipSync(zipped.body), Buffer.alloc(10000, 7));
  const plain = await get('/a.wasm');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.body.length, 10000);
  const again = await get('/a.wasm', { 'if-none-match': plain.headers.etag });
  assert.equal(again.status, 304);
  const head = await get('/a.wasm', {}, 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
});

test('nothing outside the folder is served', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%00',
    '/%',
    '/no',
  ]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get('/', {}, 'POST')).status, 405);
});

test('a busy port is one line with what to do; Ctrl+C ends cleanly', async () => {
  const busy = spawnSync(process.execPath, ['tools/serve.mjs', folder, String(port)], {
    encoding: 'utf8',
  });
  assert.equal(busy.status, 1);
  assert.match(busy.stderr, /^serve: port \d+ is in use; give another one: .*\n$/);
  const child = spawn(process.execPath, ['tools/serve.mjs', folder, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  assert.match(String(line), /http:\/\/127\.0\.0\.1:\d+\//);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});
