// The house: no #include goes up, between floors or rooms (tools/rooms.txt).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { read_rooms, wrong_arrows } from '../../tools/rooms.mjs';

function planted(files, table) {
  const root = mkdtempSync(join(tmpdir(), 'rooms-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, 'src', name)), { recursive: true });
      writeFileSync(join(root, 'src', name), text);
    }
    return wrong_arrows(root, table);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const TABLE =
  'base:\nattention/model: base\nattention/forward: attention/model\nui: base attention\n';

test('every #include of src goes where tools/rooms.txt lets it', () => {
  assert.deepEqual(wrong_arrows('.'), []);
});

test('a planted #include that goes up is found, between floors and between rooms', () => {
  const good = {
    'base/error.hpp': '',
    'attention/model/model.hpp': '#include "base/error.hpp"\n',
    'attention/forward/trace.hpp': '#include <vector>\n#include "attention/model/model.hpp"\n',
    'ui/app.cpp': '#include "attention/forward/trace.hpp"\n',
  };
  assert.deepEqual(planted(good, TABLE), []);
  const floor = planted(
    { ...good, 'base/up.cpp': '#include "ui/app.hpp"\n', 'ui/app.hpp': '' },
    TABLE,
  );
  assert.deepEqual(floor, ['src/base/up.cpp includes ui/app.hpp: base may not see ui']);
  const room = planted(
    { ...good, 'attention/model/up.cpp': '  #  include "attention/forward/trace.hpp"\n' },
    TABLE,
  );
  assert.match(room[0], /attention\/model may not see attention\/forward/);
});

test('a file outside the rooms, a header that is not there and a table that looks up are found', () => {
  assert.match(planted({ 'attention/loose.cpp': '' }, TABLE)[0], /stands in no room/);
  assert.match(planted({ 'base/a.cpp': '#include "base/none.hpp"\n' }, TABLE)[0], /is not there/);
  assert.throws(() => read_rooms('base: ui\nui:\n'), /does not stand above/);
});
