// Hands of the suite for what has no name of its own in the page: a figure in an article, a button by its
// words, a file that the browser saves.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The playground in the page's first figure, as a page to evaluate in. */
export const inside = (page) => ({
  evaluate: (body, argument) =>
    page.evaluate(
      (code) => document.querySelector('attention-playground iframe').contentWindow.eval(code),
      `(${body})(${JSON.stringify(argument) ?? ''})`,
    ),
});
export const first_figure = (page) =>
  page.evaluate(() => {
    const { x, y, width, height } = document
      .querySelector('attention-playground')
      .getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2, bottom: y + height };
  });

/** A real click on the middle of what a selector and its text name. */
export async function click_on(page, selector, text = '') {
  const { x, y } = await page.evaluate(
    ({ selector, text }) => {
      const found = [...document.querySelectorAll(selector)].find(
        (element) => element.textContent.trim() === text || !text,
      );
      found.scrollIntoView({ block: 'nearest' });
      const box = found.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    },
    { selector, text },
  );
  await page.mouse.click(x, y);
}

/** The bytes of the file that comes into the folder, once they are all there. */
export async function saved_file(folder, ending) {
  const end = Date.now() + 60_000;
  for (let last = -1; Date.now() < end; ) {
    await new Promise((done) => setTimeout(done, 50));
    const names = readdirSync(folder);
    const name = names.find((it) => it.endsWith(ending));
    if (!name || names.some((it) => it.startsWith(name) && it !== name)) continue; // with a part of it
    const bytes = readFileSync(join(folder, name));
    if (bytes.length > 0 && bytes.length === last) return bytes;
    last = bytes.length;
  }
  throw new Error(`no ${ending} came into ${readdirSync(folder)}`);
}
