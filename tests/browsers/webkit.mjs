// WebKitGTK's MiniBrowser by plain WebDriver (w3.org/TR/webdriver2), which WebKitWebDriver speaks over HTTP.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { new_home, no_screen, program, start_with_screen } from './processes.mjs';

export const name = 'WebKit';

const kPatience = 120_000; // milliseconds for one call, on a machine that is busy with other things

/** Debian has it in a folder for each architecture and version of the library. */
function mini_browser() {
  const folders = ['/usr/lib', '/usr/libexec'].filter((folder) => existsSync(folder));
  const inner = folders.flatMap((folder) => [
    folder,
    ...readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name)),
  ]);
  return inner
    .flatMap((folder) =>
      ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((library) =>
        join(folder, library, 'MiniBrowser'),
      ),
    )
    .find((path) => existsSync(path));
}

export function missing() {
  if (!program('WebKitWebDriver') || !mini_browser())
    return 'there is no WebKitWebDriver with its MiniBrowser (Debian: webkit2gtk-driver)';
  return no_screen();
}

const free_port = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

class Connection {
  #address;
  #running;
  #session = '';
  #said;

  constructor(address, running, said) {
    this.#address = address;
    this.#running = running;
    this.#said = said;
  }

  async #call(method, path, body) {
    const answer = await fetch(`${this.#address}/session${this.#session}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
  #post = (path, body = {}) => this.#call('POST', path, body);

  /** The driver listens a moment after it was started. */
  async #listening() {
    for (let tries = 0; tries < 200; tries++) {
      if (
        await fetch(`${this.#address}/status`).then(
          () => true,
          () => false,
        )
      )
        return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`WebKitWebDriver does not answer: ${this.#said()}`);
  }

  async open({ width, height }) {
    await this.#listening();
    const { sessionId } = await this.#post('', {
      capabilities: {
        alwaysMatch: {
          timeouts: { script: kPatience },
          'webkitgtk:browserOptions': { binary: mini_browser(), args: ['--automation'] },
        },
      },
    });
    this.#session = `/${sessionId}`;
    // The window's own bars are known when it has a size.
    for (let tries = 0; tries < 5; tries++) {
      const rect = await this.#call('GET', '/window/rect');
      const [w, h] = JSON.parse(
        await this.run('Promise.resolve(JSON.stringify([innerWidth, innerHeight]))'),
      );
      if (w === width && h === height) return;
      await this.#post('/window/rect', {
        x: 0,
        y: 0,
        width: rect.width + width - w,
        height: rect.height + height - h,
      });
    }
    throw new Error(`the window does not take a page of ${width} x ${height}`);
  }

  /** Plain WebDriver does not tell what the console says: a page is listened to once it is there. */
  async navigate(url) {
    await this.#post('/url', { url });
    await this.run(`(async () => {
      window.problems = [];
      addEventListener('error', (e) => problems.push(e.message));
      addEventListener('unhandledrejection', (e) => problems.push(String(e.reason)));
      const error = console.error;
      console.error = (...words) => { problems.push(words.join(' ')); error.apply(console, words); };
    })()`);
  }

  async problems() {
    return JSON.parse(await this.run('Promise.resolve(JSON.stringify(window.problems))'));
  }

  async run(expression) {
    const { text, problem } = await this.#post('/execute/async', {
      script: `const done = arguments[0];
        (${expression}).then(
          (text) => done({ text }),
          (error) => done({ problem: String(error) + (error.stack ?? '') }));`,
      args: [],
    });
    if (problem !== undefined) throw new Error(problem);
    return text;
  }

  perform(actions) {
    return this.#post('/actions', { actions });
  }

  async screenshot() {
    return Buffer.from(await this.#call('GET', '/screenshot'), 'base64');
  }

  async give(selector, path) {
    const element = await this.#post('/element', { using: 'css selector', value: selector });
    await this.#post(`/element/${Object.values(element)[0]}/value`, { text: path });
  }

  async close() {
    await this.#call('DELETE', '').catch(() => {});
    await this.#running.end();
  }
}

export async function start(screen, downloads) {
  const home = await new_home();
  const settings = join(home, 'config');
  await mkdir(join(settings, 'gtk-3.0'), { recursive: true });
  await writeFile(
    join(settings, 'gtk-3.0', 'settings.ini'),
    '[Settings]\ngtk-enable-animations=0\ngtk-application-prefer-dark-theme=0\n',
  );
  await writeFile(join(settings, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const port = await free_port();
  let text = '';
  const running = await start_with_screen(program('WebKitWebDriver'), [`--port=${port}`], {
    home,
    env: {
      XDG_CONFIG_HOME: settings,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      NO_AT_BRIDGE: '1',
      // Root in a container may not make the sandbox; only pages of this machine are opened.
      ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
    },
    said(more) {
      text += more;
    },
  });
  const connection = new Connection(`http://127.0.0.1:${port}`, running, () => text);
  try {
    await connection.open(screen);
  } catch (error) {
    await connection.close();
    throw new Error(`${error.message}\n${text}`);
  }
  return connection;
}
