// A headless Chromium whose WebGL is drawn in software, for tests and benchmarks: by Mesa where it is
// there, which takes half the processor time of Chromium's own SwiftShader, else by that.
const ALWAYS = [
  '--no-sandbox',
  '--ignore-gpu-blocklist',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const DRIVERS = [
  { flags: ['--use-gl=angle', '--use-angle=gl-egl'], env: { EGL_PLATFORM: 'surfaceless' } },
  { flags: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'], env: {} },
];
let working = null;

async function has_webgl(browser) {
  const page = await browser.newPage();
  const there = await page.evaluate(
    () => document.createElement('canvas').getContext('webgl2') !== null,
  );
  await page.close();
  return there;
}

/** Of playwright's `chromium`: `executablePath` and more `flags`. AP_GL=swiftshader keeps Mesa out. */
export async function launch_chromium(chromium, { executablePath, flags = [] }) {
  const start = ({ flags: driver, env }) =>
    chromium.launch({
      executablePath,
      args: [...ALWAYS, ...driver, ...flags],
      env: { ...process.env, ...env },
    });
  const last = DRIVERS.at(-1);
  if (process.env.AP_GL === 'swiftshader') working = last;
  if (working) return start(working);
  for (const driver of DRIVERS) {
    const browser = await start(driver);
    working = driver;
    if (driver === last || (await has_webgl(browser))) return browser;
    await browser.close();
  }
  throw new Error('unreachable');
}
