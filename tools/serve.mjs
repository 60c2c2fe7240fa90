// A static server for build/web on the loopback address: right MIME types, gzip, nothing else.
// node tools/serve.mjs FOLDER [PORT]
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
};
const ALREADY_SMALL = new Set(['.png', '.woff2', '.ico']);
const compress = promisify(gzip);

/** The file that a request path names inside folder, or null if it points outside. */
function file_of(folder, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(folder + sep) ? file : null;
}

/** A server, not yet listening. Compressed bodies are kept until their file changes. */
export function make_server(root) {
  const folder = resolve(root);
  const zipped = new Map();

  async function body_of(file, wants_gzip) {
    const info = await stat(file);
    if (!info.isFile()) throw new Error('not a file');
    const tag = `"${info.mtimeMs.toString(36)}-${info.size.toString(36)}"`;
    if (!wants_gzip || ALREADY_SMALL.has(extname(file)) || info.size < 500) {
      return { bytes: await readFile(file), tag, encoding: undefined };
    }
    let entry = zipped.get(file);
    if (entry?.tag !== tag) {
      entry = { tag, bytes: await compress(await readFile(file), { level: 9 }) };
      zipped.set(file, entry);
    }
    return { bytes: entry.bytes, tag, encoding: 'gzip' };
  }

  return createServer(async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const file = file_of(folder, request.url);
    try {
      if (!file) throw new Error('outside');
      const accepted = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      const { bytes, tag, encoding } = await body_of(file, accepted);
      const headers = {
        'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        'Cache-Control': 'no-cache',
        'Access-Control-Allow-Origin': '*', // frames with sandbox="allow-scripts" have no origin
        'X-Content-Type-Options': 'nosniff',
        ETag: tag,
        Vary: 'Accept-Encoding',
      };
      if (request.headers['if-none-match'] === tag) {
        response.writeHead(304, headers).end();
        return;
      }
      if (encoding) headers['Content-Encoding'] = encoding;
      headers['Content-Length'] = bytes.length;
      response.writeHead(200, headers);
      response.end(request.method === 'HEAD' ? undefined : bytes);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('not found\n');
    }
  });
}

function open_browser(address) {
  const has_display =
    process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!process.stdout.isTTY || process.env.CI || !has_display) return;
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(command, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // no such program: the address is on the screen
  child.unref();
}

function main(folder, port) {
  if (!folder || !Number.isInteger(port) || port < 0 || port > 65535) {
    console.error('serve: give a folder and a port from 0 (any free one) to 65535');
    process.exit(2);
  }
  const server = make_server(folder);
  server.on('error', (error) => {
    const why =
      error.code === 'EADDRINUSE'
        ? `port ${port} is in use; give another one: ./build.sh serve ${port + 1}`
        : `cannot listen on port ${port}: ${error.message}`;
    console.error(`serve: ${why}`);
    process.exit(1);
  });
  server.listen(port, '127.0.0.1', () => {
    const address = `http://127.0.0.1:${server.address().port}/`;
    console.log(`Attention Playground: ${address}   (Ctrl+C ends it)`);
    open_browser(address);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      server.closeAllConnections();
      server.close(() => process.exit(0));
    });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv[2], Number(process.argv[3] ?? 8080));
}
