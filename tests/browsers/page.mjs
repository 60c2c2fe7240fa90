// One page of a browser that speaks WebDriver, in the shape that tests/web's hands know: evaluate, mouse,
// keyboard, screenshot, goto. A driver (firefox.mjs, webkit.mjs) gives:
//   missing()                  why this browser cannot be had here, or ''
//   start(size, downloads)     a connection to a window whose page has that size in CSS pixels, and which
//                              saves files in that folder:
//     navigate(url)            until it is loaded
//     run(expression)          the string that the expression's promise gives
//     perform(sources)         input, as WebDriver's "actions" have it
//     screenshot()             the page as PNG
//     give(selector, path)     a file into an <input type=file>
//     problems()               console errors and uncaught exceptions of the page that is shown
//     close()

const KEYS = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Escape: '\uE00C',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Delete: '\uE017',
};
const BUTTONS = { left: 0, middle: 1, right: 2 };

export class Page {
  #driver;
  #at = { x: 0, y: 0 };
  mouse;
  keyboard;

  constructor(driver) {
    this.#driver = driver;
    const pointer = (...actions) => this.#input('pointer', 'mouse', actions);
    const key = (...actions) => this.#input('key', 'keyboard', actions);
    const move = (x, y) => {
      this.#at = { x: Math.round(x), y: Math.round(y) };
      return { type: 'pointerMove', ...this.#at, duration: 0, origin: 'viewport' };
    };
    this.mouse = {
      move: (x, y, { steps = 1 } = {}) => {
        const from = this.#at;
        const way = Array.from({ length: steps }, (_, i) => (i + 1) / steps);
        return pointer(
          ...way.map((part) => move(from.x + (x - from.x) * part, from.y + (y - from.y) * part)),
        );
      },
      down: ({ button = 'left' } = {}) => pointer({ type: 'pointerDown', button: BUTTONS[button] }),
      up: ({ button = 'left' } = {}) => pointer({ type: 'pointerUp', button: BUTTONS[button] }),
      click: (x, y, { button = 'left' } = {}) =>
        pointer(
          move(x, y),
          { type: 'pointerDown', button: BUTTONS[button] },
          { type: 'pointerUp', button: BUTTONS[button] },
        ),
      wheel: (x, y) =>
        this.#input('wheel', 'wheel', [
          { type: 'scroll', ...this.#at, deltaX: x, deltaY: y, duration: 0, origin: 'viewport' },
        ]),
    };
    const down = (name) => ({ type: 'keyDown', value: KEYS[name] ?? name });
    const up = (name) => ({ type: 'keyUp', value: KEYS[name] ?? name });
    this.keyboard = {
      down: (name) => key(down(name)),
      up: (name) => key(up(name)),
      press: (chord) => {
        const names = chord.split('+');
        return key(...names.map(down), ...names.toReversed().map(up));
      },
      type: (text) => key(...[...text].flatMap((letter) => [down(letter), up(letter)])),
    };
  }

  #input(type, id, actions) {
    const parameters = type === 'pointer' ? { parameters: { pointerType: 'mouse' } } : {};
    return this.#driver.perform([{ type, id, ...parameters, actions }]);
  }

  problems() {
    return this.#driver.problems();
  }

  /** What `body` gives in the page, as JSON. */
  async evaluate(body, argument) {
    const call = `(${body})(${JSON.stringify(argument) ?? ''})`;
    const text = await this.#driver.run(`(async () => JSON.stringify({ value: await ${call} }))()`);
    return JSON.parse(text).value;
  }

  /** Until `body` gives something true in the page; it is asked before every frame of the page. */
  async until(body, argument, what = String(body)) {
    const came = await this.evaluate(
      `async (argument) => {
        const end = performance.now() + 60000;
        while (!(await (${body})(argument))) {
          if (performance.now() > end) return false;
          await new Promise(requestAnimationFrame);
        }
        return true;
      }`,
      argument,
    );
    if (!came) throw new Error(`did not happen in a minute: ${what}`);
  }

  focus(selector) {
    return this.evaluate((s) => document.querySelector(s).focus(), selector);
  }

  goto(address) {
    return this.#driver.navigate(address);
  }
  screenshot() {
    return this.#driver.screenshot();
  }
  give(selector, path) {
    return this.#driver.give(selector, path);
  }
}
