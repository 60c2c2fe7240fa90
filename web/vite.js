// A Vite plugin: serves and ships the files that <attention-playground>'s iframe loads, under
// /attention-playground/ of the site, and tells the element so. Without it: copy the package's folder
// into public/ and give the element base="/that/folder/".
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.bin': 'application/octet-stream',
};
const IS_SITE = (path) =>
  extname(path) in TYPES &&
  !path.startsWith('examples/') &&
  !['package.json', 'vite.js', 'oembed.js'].includes(path);

async function site_files() {
  const names = await readdir(here, { recursive: true });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => IS_SITE(name) && !name.includes('node_modules'));
}

/** folder: where in the site the files stand. */
export default function attentionPlayground({ folder = 'attention-playground' } = {}) {
  let base = '/';
  return {
    name: 'attention-playground',
    config: ({ base: wanted }) => ({
      define: { __ATTENTION_PLAYGROUND_BASE__: JSON.stringify(`${wanted ?? '/'}${folder}/`) },
      optimizeDeps: { exclude: ['attention-playground'] },
    }),
    configResolved(config) {
      base = config.base;
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
        const start = `${base}${folder}/`;
        const name = path.startsWith(start) ? path.slice(start.length) || 'index.html' : '';
        if (!name || !(await site_files()).includes(name)) return next();
        response.setHeader('Content-Type', TYPES[extname(name)]);
        return response.end(await readFile(join(here, name)));
      });
    },
    async generateBundle() {
      for (const name of await site_files()) {
        this.emitFile({
          type: 'asset',
          fileName: `${folder}/${name}`,
          source: await readFile(join(here, name)),
        });
      }
    },
  };
}
