// What the tests of the desktop window share: the program, a home folder of its own, hands by xdotool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const program = join(
  resolve(process.env.AP_BUILD ?? join(root, 'build')),
  'native/attention-playground',
);
export const skip = process.env.DISPLAY ? false : 'DISPLAY names no screen';
export const no_hands =
  skip || (spawnSync('xdotool', ['version']).status === 0 ? false : 'there is no xdotool');

export const environment = (home) => ({
  ...process.env,
  XDG_DATA_HOME: home,
  LIBGL_ALWAYS_SOFTWARE: '1',
  ATTENTION_REDUCED_MOTION: '1',
});

/** A home in which the first hints were put away. */
export async function home_of_a_regular() {
  const home = await mkdtemp(join(tmpdir(), 'attention-'));
  await mkdir(join(home, 'attention-playground'));
  await writeFile(join(home, 'attention-playground', 'view'), 'theme=1&welcomed=1');
  return home;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The window has drawn what it was asked for: at rest it takes no processor time. */
export async function at_rest(child) {
  const latest = performance.now() + 20_000;
  for (let last = -1, quiet = 0; quiet < 4 && performance.now() < latest; ) {
    await pause(50);
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    const spent = Number(fields[11]) + Number(fields[12]);
    quiet = spent === last ? quiet + 1 : 0;
    last = spent;
  }
}

export const xdo = (...args) => {
  const { status, stdout, stderr } = spawnSync('xdotool', args.map(String), {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(status, 0, `xdotool ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
};

/** The window of the program that was started, once it stands still; it has the keyboard. */
export async function window_of(child) {
  // Windows that are just being closed end a search with an error.
  for (let tries = 0; tries < 100; tries++) {
    const { status, stdout } = spawnSync(
      'xdotool',
      [
        'search',
        '--all',
        '--onlyvisible',
        '--pid',
        String(child.pid),
        '--name',
        'Attention Playground',
      ],
      { encoding: 'utf8' },
    );
    const [window] = status === 0 ? stdout.trim().split('\n') : [''];
    if (window) {
      await at_rest(child);
      xdo('windowfocus', window);
      return window;
    }
    await pause(100);
  }
  throw new Error('no window came');
}
