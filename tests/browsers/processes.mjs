// What the drivers share: programs found on the machine, and started with a home and a screen of their own
// (two windows on one screen would take the keyboard from each other).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The first of these names that is a program on the path. */
export const program = (...names) =>
  names
    .flatMap((name) =>
      (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
    )
    .find((path) => existsSync(path));

export const no_screen = () =>
  program('Xvfb') || process.env.DISPLAY ? '' : 'there is no Xvfb, and DISPLAY names no screen';

export const new_home = () => mkdtemp(join(tmpdir(), 'attention-browser-'));

/** A program in a group of its own: {ended, end()}; `end` ends what it has started, too. */
function start(path, args, options) {
  const child = spawn(path, args, { detached: true, ...options });
  const ended = new Promise((done) => {
    child.once('close', () => done(null));
    child.once('error', () => done(null));
  });
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // it is gone already
    }
  };
  const end = async () => {
    signal('SIGTERM');
    const late = setTimeout(signal, 5000, 'SIGKILL');
    await ended;
    clearTimeout(late);
    signal('SIGKILL'); // what it left behind
  };
  return { child, ended, end };
}

/** {display, end()}; the screen that DISPLAY names where there is no Xvfb. */
async function new_screen() {
  const path = program('Xvfb');
  if (!path) return { display: process.env.DISPLAY, end: async () => {} };
  const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp', '-noreset'];
  const screen = start(path, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await Promise.race([
    new Promise((done) =>
      screen.child.stdio[3].once('data', (bytes) => done(String(bytes).trim())),
    ),
    screen.ended,
  ]);
  if (!number) throw new Error('Xvfb did not start');
  return { display: `:${number}`, end: screen.end };
}

/** `said(text)` is called with what the program writes; `end` also takes its screen and its home away. */
export async function start_with_screen(path, args, { home, env, said }) {
  const screen = await new_screen();
  const running = start(path, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DISPLAY: screen.display,
      LIBGL_ALWAYS_SOFTWARE: '1',
      GDK_BACKEND: 'x11',
      HOME: home,
      ...env,
    },
  });
  for (const stream of [running.child.stdout, running.child.stderr])
    stream.on('data', (bytes) => said(String(bytes)));
  return {
    display: screen.display,
    ended: running.ended,
    async end() {
      await running.end();
      await screen.end();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
