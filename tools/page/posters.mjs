// node tools/page/posters.mjs SITE PRESET...
// Draws SITE/posters/PRESET.svg and PRESET-dark.svg with the page's own module for files: what an
// article shows until its playground is near. 720 is the width of a column of text.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [site, ...presets] = process.argv.slice(2);
const { default: create } = await import(pathToFileURL(resolve(site, 'attention-files.js')));
const module = await create();

/** Calls with texts as C strings (and sizes where they are wanted); throws what the module refuses. */
function call(name, text, sized) {
  const bytes = new TextEncoder().encode(text);
  const lent = module._malloc(bytes.length + 1);
  module.HEAPU8.set(bytes, lent);
  module.HEAPU8[lent + bytes.length] = 0;
  const pointer = sized ? module[name](lent, bytes.length) : module[name](lent);
  module._free(lent);
  if (!pointer) return null;
  const answer = JSON.parse(module.UTF8ToString(pointer));
  module._free(pointer);
  if (answer.error) throw new Error(`posters: ${text}: ${answer.error.message}`);
  return answer;
}

mkdirSync(join(site, 'posters'), { recursive: true });
for (const preset of presets) {
  call('_files_preset', preset, false);
  for (const dark of [false, true]) {
    const { data, size } = call(
      '_files_export',
      JSON.stringify({ to: 'svg', width: 720, dark }),
      true,
    );
    const name = `${preset}${dark ? '-dark' : ''}.svg`;
    writeFileSync(join(site, 'posters', name), module.HEAPU8.slice(data, data + size));
  }
}
