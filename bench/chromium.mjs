// Serves the bench page to one headless Chromium and returns what it measured.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { launch_chromium } from '../tools/chromium.mjs';

const kTypes = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** roots: {page, npm, build} folders; npm and build appear as /npm/ and /build/. */
function serve(roots) {
  const server = http.createServer((request, response) => {
    const url = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const [, first, ...rest] = url.split('/');
    const file =
      first === 'npm' || first === 'build'
        ? path.join(roots[first], ...rest)
        : path.join(roots.page, url === '/' ? 'index.html' : url);
    const inside = Object.values(roots).some((root) => file.startsWith(root + path.sep));
    if (!inside || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': kTypes[path.extname(file)] ?? 'application/octet-stream',
      // Isolation gives timers of 5 microseconds; nothing here uses threads.
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(fs.readFileSync(file));
  });
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready(server));
  });
}

export async function runPage(roots, { samples, shapes }) {
  const server = await serve(
    Object.fromEntries(Object.entries(roots).map(([k, v]) => [k, path.resolve(v)])),
  );
  const browser = await launch_chromium(chromium, {
    executablePath: process.env.AP_CHROMIUM ?? '/usr/bin/chromium',
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    page.on('console', (m) => {
      if (m.type() === 'log') console.error(`  ${m.text()} ...`);
      else if (m.type() === 'error' && !m.location().url.endsWith('favicon.ico'))
        console.error(m.text());
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => window.runBench !== undefined);
    // (module (func (result v128) two splats, f32x4.relaxed_min)) does not load without relaxed SIMD.
    const relaxed = await page.evaluate(() =>
      WebAssembly.validate(
        new Uint8Array([
          0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1,
          253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
        ]),
      ),
    );
    const result = await page.evaluate((o) => window.runBench(o), { samples, shapes, relaxed });
    return { ...result, browser: await browser.version() };
  } finally {
    await browser.close();
    server.close();
  }
}
