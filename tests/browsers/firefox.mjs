// Firefox by WebDriver BiDi (w3.org/TR/webdriver-bidi), which it speaks itself over a WebSocket. With a
// screen: headless it has no WebGL 2. Nothing of it goes to the network: every name is unknown to it.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import WebSocket from 'ws';
import { new_home, no_screen, program, start_with_screen } from './processes.mjs';

const find = () => process.env.AP_FIREFOX || program('firefox-esr', 'firefox');

/** Ubuntu's: it may not read a profile of ours. */
const is_snap = (path) =>
  realpathSync(path).endsWith('/snap') ||
  (statSync(path).size < 10_000 && readFileSync(path, 'latin1').includes('/snap/'));

export const name = 'Firefox';

export function missing() {
  if (!find()) return 'there is no Firefox (Debian: firefox-esr)';
  if (is_snap(find())) return 'Firefox is a snap here, which takes no profile of its own';
  if (!program('xdotool')) return 'there is no xdotool';
  return no_screen();
}

const preferences = (downloads) => ({
  'webgl.force-enabled': true,
  'ui.prefersReducedMotion': 1,
  'layout.css.prefers-color-scheme.content-override': 1, // light
  'network.dns.disabled': true,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#',
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.healthreport.uploadEnabled': false,
  'toolkit.telemetry.enabled': false,
  'extensions.update.enabled': false,
  'browser.download.folderList': 2,
  'browser.download.dir': downloads,
  'browser.download.always_ask_before_handling_new_types': false,
  'browser.download.alwaysOpenPanel': false,
  'remote.active-protocols': 1,
});

/** {running, address}: of the socket, which the program says when it is ready. */
async function started(path, home) {
  let text = '';
  let tell;
  const listening = new Promise((resolve) => {
    tell = resolve;
  });
  const args = ['--no-remote', '--profile', home, '--remote-debugging-port=0', 'about:blank'];
  const running = await start_with_screen(path, args, {
    home,
    env: { MOZ_CRASHREPORTER_DISABLE: '1' },
    said(more) {
      text += more;
      const found = text.match(/BiDi listening on (ws:\/\/\S+)/);
      if (found) tell(found[1]);
    },
  });
  const address = await Promise.race([listening, running.ended]);
  if (address) return { running, address };
  await running.end();
  throw new Error(`Firefox ended: ${text.slice(-2000)}`);
}

class Connection {
  #socket;
  #running;
  #context;
  #last = 0;
  #waiting = new Map();
  #problems = [];

  constructor(socket, running) {
    this.#socket = socket;
    this.#running = running;
    socket.on('message', (text) => this.#received(JSON.parse(text)));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Firefox is gone'));
    });
  }

  #received(message) {
    if (message.type === 'event') {
      if (message.method === 'log.entryAdded' && message.params.level === 'error')
        this.#problems.push(message.params.text);
      return;
    }
    const call = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'success') call?.resolve(message.result);
    else call?.reject(new Error(`${message.error}: ${message.message}`));
  }

  #call(method, params) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  async open({ width, height }) {
    await this.#call('session.new', { capabilities: {} });
    await this.#call('session.subscribe', { events: ['log.entryAdded'] });
    const { contexts } = await this.#call('browsingContext.getTree', {});
    this.#context = contexts[0].context;
    await this.#call('browsingContext.setViewport', {
      context: this.#context,
      viewport: { width, height },
      devicePixelRatio: 1,
    });
    await this.#take_focus();
  }

  /** On a screen without a window manager a window has the keyboard once a person's hand was in it. */
  async #take_focus() {
    for (let tries = 0; tries < 50; tries++) {
      spawnSync('xdotool', ['mousemove', '300', '300', 'click', '1'], {
        env: { ...process.env, DISPLAY: this.#running.display },
      });
      await new Promise((done) => setTimeout(done, 100));
      if ((await this.run('Promise.resolve(String(document.hasFocus()))')) === 'true') return;
    }
    throw new Error('the window of Firefox does not take the keyboard');
  }

  /** Of the page that is shown. */
  async problems() {
    await this.run('Promise.resolve("")'); // what was said before is told before
    return this.#problems;
  }

  navigate(url) {
    this.#problems = [];
    return this.#call('browsingContext.navigate', {
      context: this.#context,
      url,
      wait: 'complete',
    });
  }

  async #evaluate(expression) {
    const answer = await this.#call('script.evaluate', {
      expression,
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (answer.type === 'success') return answer.result;
    throw new Error(answer.exceptionDetails.text);
  }

  async run(expression) {
    return (await this.#evaluate(expression)).value;
  }

  perform(actions) {
    return this.#call('input.performActions', { context: this.#context, actions });
  }

  async screenshot() {
    const { data } = await this.#call('browsingContext.captureScreenshot', {
      context: this.#context,
    });
    return Buffer.from(data, 'base64');
  }

  async give(selector, path) {
    const { sharedId } = await this.#evaluate(
      `document.querySelector(${JSON.stringify(selector)})`,
    );
    await this.#call('input.setFiles', {
      context: this.#context,
      element: { sharedId },
      files: [path],
    });
  }

  async close() {
    this.#socket.close();
    await this.#running.end();
  }
}

export async function start(screen, downloads) {
  const home = await new_home();
  const lines = Object.entries(preferences(downloads)).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(home, 'user.js'), lines.join(''));
  const { running, address } = await started(find(), home);
  const socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const connection = new Connection(socket, running);
  await connection.open(screen);
  return connection;
}
