#!/usr/bin/env node
// oEmbed for static hosting: node oembed.js https://example.org/playground/ [WIDTH] [HEIGHT]
// writes oembed.json (and oembed/PRESET.json for each poster) beside index.html and names the first
// in index.html's head, so that editors which know oEmbed turn the page's address into an embed.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** The answer for one address: version 1.0, type rich, as oembed.com has it. */
export function oembed(
  address,
  { preset = null, width = 720, height = 480, title = 'Attention Playground' } = {},
) {
  const page = new URL('index.html', address);
  if (preset) page.hash = `preset=${encodeURIComponent(preset)}`;
  return {
    version: '1.0',
    type: 'rich',
    provider_name: 'Attention Playground',
    provider_url: new URL('.', page).href,
    title,
    width,
    height,
    ...(preset && {
      thumbnail_url: new URL(`posters/${preset}.svg`, page).href,
      thumbnail_width: width,
      thumbnail_height: height,
    }),
    html:
      `<iframe src="${escaped(page.href)}" title="${escaped(title)}" width="${width}" height="${height}" ` +
      'style="border:0;max-width:100%" sandbox="allow-scripts allow-same-origin allow-popups allow-downloads" ' +
      'allow="clipboard-write; fullscreen" loading="lazy"></iframe>',
  };
}

async function main([address, width = '720', height = '480']) {
  if (!address || !URL.canParse(address)) {
    console.error(
      'oembed: give the address that the folder has, such as https://example.org/playground/',
    );
    process.exit(2);
  }
  const size = { width: Number(width) || 720, height: Number(height) || 480 };
  const write = (name, options) =>
    writeFile(here(name), `${JSON.stringify(oembed(address, { ...size, ...options }), null, 2)}\n`);
  await write('oembed.json', {});
  const posters = await readdir(here('posters')).catch(() => []);
  await mkdir(here('oembed'), { recursive: true });
  for (const name of posters.filter((poster) => !poster.endsWith('-dark.svg'))) {
    const preset = name.replace(/\.svg$/, '');
    await write(`oembed/${preset}.json`, { preset });
  }
  const page = await readFile(here('index.html'), 'utf8');
  const tag =
    '<link rel="alternate" type="application/json+oembed" href="oembed.json" title="Attention Playground">';
  if (!page.includes('json+oembed'))
    await writeFile(here('index.html'), page.replace('</head>', `  ${tag}\n</head>`));
  console.log(`oembed.json and ${posters.length / 2} for presets; index.html names the first`);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1])
  await main(process.argv.slice(2));
