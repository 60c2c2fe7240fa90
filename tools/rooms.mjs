// The rooms of src/ and the arrows between them: tools/rooms.txt held against every #include.
// `node tools/rooms.mjs [ROOT]` prints what goes where it may not, one line each, and fails if any does.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The table: room -> rooms that it may include, in the order of the file. Throws where it contradicts itself. */
export function read_rooms(text) {
  const rooms = new Map();
  const lines = text.split('\n').filter((line) => line.trim() && !line.startsWith('#'));
  for (const line of lines) {
    const [room, list] = line.split(':').map((part) => part.trim());
    const allowed = new Set();
    for (const name of (list ?? '').split(/\s+/).filter(Boolean)) {
      const found = [...rooms.keys()].filter((r) => r === name || r.startsWith(`${name}/`));
      if (!found.length)
        throw new Error(`rooms.txt: ${room} names ${name}, which does not stand above it`);
      for (const one of found) allowed.add(one);
    }
    rooms.set(room, allowed);
  }
  return rooms;
}

function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(cpp|hpp)$/.test(name))
    .sort();
}

/** Every arrow of `root`/src that the table lacks: "file includes header: room may not see room". */
export function wrong_arrows(root, table = readFileSync(join(root, 'tools/rooms.txt'), 'utf8')) {
  const rooms = read_rooms(table);
  const wrong = [];
  for (const file of sources(join(root, 'src'))) {
    const room = dirname(file);
    const allowed = rooms.get(room);
    if (!allowed) {
      wrong.push(`src/${file} stands in no room of tools/rooms.txt`);
      continue;
    }
    const text = readFileSync(join(root, 'src', file), 'utf8');
    for (const [, header] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      const target = dirname(header);
      if (!existsSync(join(root, 'src', header))) {
        wrong.push(`src/${file} includes ${header}, which is not there`);
      } else if (target !== room && !allowed.has(target)) {
        wrong.push(`src/${file} includes ${header}: ${room} may not see ${target}`);
      }
    }
  }
  return wrong;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wrong = wrong_arrows(process.argv[2] ?? '.');
  for (const line of wrong) console.log(line);
  process.exitCode = wrong.length ? 1 : 0;
}
