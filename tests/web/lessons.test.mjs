// Lessons in the page: every step of every lesson opens from its address, its numbers are those of
// the sheet, links do what they say, tasks refuse and accept, keys and axe-core pass.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { api, browser, close_page, open_page, serve, settled } from './harness.mjs';

let chrome, site;
before(async () => {
  [chrome, site] = [await browser(), await serve()];
  // One of the page's two builds, where only that one is there.
  if (process.env.AP_VARIANT) site.address += `?variant=${process.env.AP_VARIANT}`;
});
after(async () => {
  await chrome.close();
  await site.close();
});

const assets = new URL('../../assets/', import.meta.url);
const { chapters } = JSON.parse(await readFile(new URL('lessons/index.json', assets), 'utf8'));
const ids = chapters.flatMap(({ lessons }) => lessons.map(({ id }) => id));

/** Steps of a lesson's source: commands of its links and tasks, told apart from the parser under test. */
async function source_of(id) {
  const text = await readFile(new URL(`lessons/${id}.md`, assets), 'utf8');
  return text
    .split('\n## ')
    .slice(1)
    .map((part) => {
      const lines = part.split('\n');
      const links = new Map();
      for (const [, name, command] of part.matchAll(/^\[([a-z0-9-]+)\]: (.*)$/gm)) {
        links.set(name, [...(links.get(name) ?? []), command]);
      }
      const used = [...part.matchAll(/\[([^\][]+)\]\[([a-z0-9-]+)\]/g)].map(([, label, name]) => ({
        label,
        commands: links.get(name),
      }));
      return {
        title: lines[0].trim(),
        used,
        tasks: lines.filter((l) => l.startsWith('task: ')).length,
      };
    });
}
async function shown(page, step) {
  await page.waitForFunction(
    (n) =>
      new RegExp(`, ${n} of `).test(document.querySelector('.lesson-count')?.textContent ?? ''),
    step,
  );
  await settled(page);
}
const view = (page) => page.evaluate(() => window.playgroundReady.then((p) => p.debug.view()));
const blocks = (page) =>
  page.evaluate(() => {
    const at = window.api.debug.module._ap_lesson_json();
    const text = window.api.debug.module.UTF8ToString(at);
    window.api.debug.module._free(at);
    return JSON.parse(text);
  });

async function start_page(options = {}) {
  const page = await open_page(chrome, `${site.address}#lesson=vectors&step=1`, {
    pooled: true,
    ...options,
  });
  await shown(page, 1);
  // The whole word list: what the numbers of the steps stand on.
  await page.waitForFunction(() =>
    performance
      .getEntriesByType('resource')
      .some((r) => r.name.endsWith('words.bin') && r.responseEnd),
  );
  await settled(page);
  return page;
}

for (const id of ids) {
  test(`lesson ${id}: steps, links, tasks`, async () => {
    const page = await start_page({ width: 1000, height: 640 });
    const steps = await source_of(id);
    for (let n = 1; n <= steps.length; n++) {
      await page.evaluate(
        ({ id, n }) => {
          location.hash = `lesson=${id}&step=${n}`;
        },
        { id, n },
      );
      const source = steps[n - 1];
      // Step 1 of the lesson before is there until this one is fetched.
      await page.waitForFunction(
        (title) => document.querySelector('#ap-lesson h2')?.textContent === title,
        source.title,
      );
      await shown(page, n);
      assert.equal(await page.locator('#ap-lesson .problem').count(), 0, `${id} ${n}`);
      const state = await blocks(page);
      assert.ok(
        !JSON.stringify(state.blocks).includes('"v","–"'),
        `${id} ${n}: a number is missing`,
      );
      // Every number is in the text as it was filled.
      const filled = await page.$$eval('#ap-lesson .value', (all) => all.map((v) => v.textContent));
      assert.ok(
        filled.every((text) => text.length > 0),
        `${id} ${n}`,
      );
      await walk_links(page, id, n, source);
      await walk_tasks(page, id, n, source);
    }
    assert.deepEqual(page.problems, []);
    await close_page(page);
  });
}

const again = async (page) => {
  await page.getByRole('button', { name: 'Start over' }).click();
  await settled(page);
};

async function walk_links(page, id, n, source) {
  const count = await page.locator('#ap-lesson .lesson-body button.link').count();
  assert.ok(count <= source.used.length, `${id} ${n}`);
  for (let i = 0; i < count; i++) {
    const link = page.locator('#ap-lesson .lesson-body button.link').nth(i);
    const label = await link.textContent();
    const { commands } = source.used.find((l) => l.label === label);
    if (commands.some((c) => c.startsWith('lesson ')) || !(await link.isVisible())) continue;
    const [state, seen] = [
      JSON.stringify(await api(page, 'state')),
      JSON.stringify(await view(page)),
    ];
    await link.click();
    await settled(page);
    assert.equal(await page.locator('#ap-lesson .problem').count(), 0, `${id} ${n}: ${label}`);
    const actions = commands.filter((c) => c.startsWith('{')).map((c) => JSON.parse(c));
    const trains = actions.some(({ type }) => type === 'train');
    if (trains) {
      await page.waitForFunction(() => window.api.training().status !== 'running', null, {
        timeout: 20000,
      });
      assert.ok((await api(page, 'training')).steps > 0, `${id} ${n}: ${label}`);
    } else if (actions.length > 0) {
      const same = JSON.stringify(await api(page, 'state')) === state;
      // A link back to how the step begins changes nothing: then the same action must be accepted again.
      if (same)
        for (const action of actions) assert.equal((await api(page, 'dispatch', action)).ok, true);
    } else
      assert.ok(
        JSON.stringify(await view(page)) !== seen ||
          commands.every((c) => /^(select|show|pin|panel|step|fit|head|layer)/.test(c)),
      );
    await again(page);
  }
}

async function walk_tasks(page, id, n, source) {
  assert.equal(await page.locator('#ap-lesson .lesson-task').count(), source.tasks);
  if (source.tasks === 0) return;
  assert.equal(
    await page.locator('#ap-lesson .lesson-task.done').count(),
    0,
    `${id} ${n}: done at the start`,
  );
  // A change that has nothing to do with the task is no answer.
  await api(page, 'dispatch', { type: 'set_title', title: 'something else' });
  await settled(page);
  assert.equal(
    await page.locator('#ap-lesson .lesson-task.done').count(),
    0,
    `${id} ${n}: a title did it`,
  );
  await page.locator('#ap-lesson .lesson-task').getByRole('button', { name: 'Show me' }).click();
  await page.waitForSelector('#ap-lesson .lesson-task.done', { timeout: 20000 });
}

test('numbers in prose follow the sheet', async () => {
  const page = await start_page();
  await page.evaluate(() => {
    location.hash = 'lesson=similarity&step=3';
  });
  await shown(page, 3);
  const said = () => page.textContent('#ap-lesson blockquote');
  assert.match(await said(), /0\.20, 0\.53, 0\.20, 0\.07/);
  await api(page, 'dispatch', { type: 'set_cell', stage: 'embeddings', row: 1, col: 0, value: 2 });
  await settled(page);
  const { data } = await page.evaluate(() => {
    const t = window.api.tensor('weights');
    return { data: [...t.data.slice(4, 8)] };
  });
  assert.ok((await said()).includes(data.map((x) => x.toFixed(2)).join(', ')), await said());
  await close_page(page);
});

test('undo takes a step of a lesson back in one', async () => {
  const page = await open_page(chrome, site.address, { pooled: true });
  const first = JSON.stringify(await api(page, 'state'));
  await page.evaluate(() => {
    location.hash = 'lesson=graph&step=1';
  });
  await page.evaluate(() => document.getElementById('ap-lessons-button').click());
  await page.waitForSelector('#ap-lesson h2');
  await page.locator('.lesson-card').nth(2).click();
  await shown(page, 1);
  assert.notEqual(JSON.stringify(await api(page, 'state')), first);
  assert.equal(await api(page, 'undo'), true);
  assert.equal(JSON.stringify(await api(page, 'state')), first);
  await close_page(page);
});

test('keys: next, previous, close; where one was is kept', async () => {
  const page = await start_page();
  await page.focus('#ap-lesson h2');
  await page.keyboard.press('ArrowRight');
  await shown(page, 2);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H2');
  await page.keyboard.press('ArrowLeft');
  await shown(page, 1);
  await page.keyboard.press('ArrowRight');
  await shown(page, 2);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#ap-lesson').isHidden(), true);
  await page.goto('about:blank');
  await page.goto(site.address);
  await page.evaluate(() =>
    window.playgroundReady.then((p) => {
      window.api = p;
    }),
  );
  await page.evaluate(() => document.getElementById('ap-lessons-button').click());
  await page.waitForSelector('.lesson-card');
  assert.equal(await page.locator('.lesson-mark').first().textContent(), 'Step 2');
  await page.locator('.lesson-card').first().click();
  await shown(page, 2);
  await close_page(page);
});

for (const [width, height] of [
  [1280, 800],
  [400, 800],
]) {
  test(`axe finds nothing at ${width}`, async () => {
    const page = await start_page({ width, height });
    await page.addScriptTag({
      path: createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
    });
    for (const [id, step] of [
      ['similarity', 3],
      ['sizes', 2],
      ['patches', 2],
    ]) {
      await page.evaluate(
        ({ id, step }) => {
          location.hash = `lesson=${id}&step=${step}`;
        },
        { id, step },
      );
      await shown(page, step);
      await page.waitForTimeout(200);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(
        violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)]),
        [],
      );
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await close_page(page);
  });
}

test('sizes: a layer runs, reports, and can be cancelled', async () => {
  const page = await start_page();
  await page.evaluate(() => {
    location.hash = 'lesson=sizes&step=2';
  });
  await shown(page, 2);
  const run = page.locator('.lesson-widget button.strong');
  await run.click();
  await page.waitForFunction(
    () =>
      /ms of multiplying/.test(document.querySelector('.lesson-widget [role=status]').textContent),
    null,
    { timeout: 30000 },
  );
  assert.match(await page.textContent('.lesson-widget dl'), /2.36 million/); // 4 · 768²
  await page.locator('.lesson-widget select').selectOption({ label: 'GPT-3' });
  await run.click();
  await page.waitForTimeout(150);
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.match(await page.textContent('.lesson-widget [role=status]'), /Cancelled/);
  await close_page(page);
});

test("patches: a click shows where a patch looks; a picture of one's own becomes the embeddings", async () => {
  const page = await start_page();
  await page.evaluate(() => {
    location.hash = 'lesson=patches&step=2';
  });
  await shown(page, 2);
  await page.waitForSelector('.lesson-patches button');
  await page.locator('.lesson-patches button').nth(13).click(); // b3
  const weights = await page.evaluate(() => [
    ...window.api.tensor('weights').data.slice(13 * 24, 14 * 24),
  ]);
  assert.equal(
    await page.locator('.lesson-patches button').nth(14).getAttribute('aria-label'),
    `Patch c3: ${Math.round(100 * weights[14])} %`,
  );
  const before = JSON.stringify(await api(page, 'state'));
  const png = await page.locator('#canvas').screenshot();
  await page.setInputFiles('.lesson-widget input[type=file]', {
    name: 'mine.png',
    mimeType: 'image/png',
    buffer: png,
  });
  await page.waitForFunction(() =>
    /has not left/.test(document.querySelector('.lesson-widget p[role=status]').textContent),
  );
  assert.notEqual(JSON.stringify(await api(page, 'state')), before);
  await close_page(page);
});
