// Attention Playground's module (playground.d.ts): createPlayground puts one into a page, createCore
// computes without a picture, start is what index.html does: it loads the wasm variant that this
// browser runs best and draws on the page's <canvas id="canvas">; without WebGL 2 the API works all
// the same, only the picture is missing.

export const version = '0.1.0';

// Written out, so that bundlers see what belongs to the package.
const VARIANTS = {
  'attention-playground-relaxed': [
    () => import('./attention-playground-relaxed.js'),
    () => new URL('attention-playground-relaxed.wasm', import.meta.url),
    () => new URL('attention-playground-relaxed-late.wasm', import.meta.url),
  ],
  'attention-playground': [
    () => import('./attention-playground.js'),
    () => new URL('attention-playground.wasm', import.meta.url),
    () => new URL('attention-playground-late.wasm', import.meta.url),
  ],
};

// Two tiny modules, one instruction each, after npm's wasm-feature-detect (Apache-2.0, GoogleChromeLabs).
const HEADER = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
const valid = (...code) => WebAssembly.validate(new Uint8Array([...HEADER, ...code]));
const has_simd = () => valid(10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
const has_relaxed_simd = () => valid(15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11);

/** A problem with a code that a page can act on: 'no_simd', 'load', 'too_large', 'not_found', ... */
export class PlaygroundError extends Error {
  constructor({ code, message, where = '' }) {
    super(where ? `${where}: ${message}` : message);
    this.name = 'PlaygroundError';
    this.code = code;
    this.where = where;
  }
}

async function instantiate(response, imports) {
  const answer = await response;
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  if (WebAssembly.instantiateStreaming) {
    try {
      return await WebAssembly.instantiateStreaming(answer.clone(), imports);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // a wrong MIME type: from bytes then
    }
  }
  return WebAssembly.instantiate(await answer.arrayBuffer(), imports);
}

/** A module may be cut in two (tools/page/split.mjs): calls into the second part go through these. */
const is_cut = (module) =>
  WebAssembly.Module.imports(module).some((it) => it.module === 'placeholder');
const NOT_YET = new Proxy(
  {},
  {
    get: () => () => {
      throw new Error('still loading');
    },
  },
);

/**
 * Whether the first picture may need any part: an address asks for something, or an earlier visit left
 * a document (src/app/window/session.cpp) or an open panel (src/ui/shell/view_store.cpp).
 */
function wants_all() {
  if (location.hash.length > 1 || location.search.length > 1) return true;
  try {
    return (
      localStorage.getItem('attention-playground:state') !== null ||
      /(^|&)panel=[1-9]/.test(localStorage.getItem('attention-playground:view'))
    );
  } catch {
    return false; // a sandboxed frame
  }
}

/** The canvas's size in pixels of the device, as near as CSS pixels tell. */
function pixels_of(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  return { width: Math.round(width * ratio), height: Math.round(height * ratio) };
}

/** `complete` loads the second part; until then only the first picture may be drawn. */
async function load_variant(name, options) {
  const [script, binary, late] = VARIANTS[name];
  const response = fetch(binary());
  response.catch(() => {}); // reported where it is awaited
  const loading = script();
  // While they come the GPU process sets up what src/platform/web.cpp will be given for the same canvas,
  // at the size that it will have: another one later would be a second set of buffers to wait for.
  if (options.canvas) {
    const { width, height } = pixels_of(options.canvas);
    options.canvas.width = Math.max(1, width);
    options.canvas.height = Math.max(1, height);
    options.canvas.getContext('webgl2', {
      alpha: false,
      depth: false,
      stencil: false,
      antialias: false,
    });
  }
  const { default: create } = await loading;
  return new Promise((resolve, reject) => {
    const module = {
      ...options,
      instantiateWasm(imports, done) {
        instantiate(response, { ...imports, placeholder: NOT_YET })
          .then(async (made) => {
            const primary = made.instance.exports;
            module.complete = async () => {
              if (module.is_complete) return;
              await instantiate(fetch(late()), { primary });
              module.is_complete = true;
            };
            module.is_complete = !is_cut(made.module);
            if (wants_all()) await module.complete();
            done(made.instance, made.module);
          })
          .catch((error) => {
            module.broken = error; // by the first picture, when `create` has already answered
            reject(error);
          });
        return {};
      },
    };
    create(module).then(resolve, reject);
  });
}

/** Until the picture stands; a hidden page draws none and is not waited for. */
async function first_picture(wasm) {
  if (wasm.is_complete) return;
  if (wasm.broken) throw wasm.broken;
  const latest = performance.now() + 1000;
  while (wasm._ap_web_has_window() && !wasm._ap_web_frames() && performance.now() < latest) {
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
}

/** The rest of the module. */
async function complete(wasm) {
  if (wasm.is_complete) return;
  await wasm.complete();
  wasm._ap_web_wake();
}

async function load(options, wanted) {
  if (typeof WebAssembly !== 'object' || !has_simd()) {
    throw new PlaygroundError({
      code: 'no_simd',
      message: 'this browser has no WebAssembly SIMD; any browser from 2023 on has it',
    });
  }
  const names =
    wanted in VARIANTS ? [wanted] : Object.keys(VARIANTS).slice(has_relaxed_simd() ? 0 : 1);
  let last;
  for (const name of names) {
    try {
      return { wasm: await load_variant(name, options), variant: name };
    } catch (error) {
      last = error;
    }
  }
  throw new PlaygroundError({ code: 'load', message: `could not be loaded (${last?.message})` });
}

/** A playground in `container`: an <attention-playground> that is loaded at once. */
export async function createPlayground(container, options) {
  return (await import('./element.js')).create(container, options);
}

/** The numbers without a picture: in a page, a worker or Node. */
export async function createCore(options) {
  return (await import('./core.js')).createCore(options);
}

/** Loads and starts the playground in this page. Options: canvas, theme, offer, variant (for tests). */
export async function start({ canvas, theme = null, offer, variant } = {}) {
  let api = null;
  const { wasm, variant: name } = await load(
    {
      canvas,
      pixelsOf: pixels_of,
      theme,
      offer,
      assetUrl: (path) => new URL(path, import.meta.url).href,
      emit: (event) => api?._emit(event),
      print: (text) => console.log(text),
      printErr: (text) => console.warn(text),
    },
    variant,
  );
  try {
    await first_picture(wasm);
    const [{ Playground }] = await Promise.all([import('./api.js'), complete(wasm)]);
    api = new Playground(wasm, name);
  } catch (error) {
    throw new PlaygroundError({
      code: 'load',
      message: `a part could not be loaded (${error.message})`,
    });
  }
  wasm._ap_api_listen();
  return api;
}
