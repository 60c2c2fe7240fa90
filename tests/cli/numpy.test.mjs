// Both ways between NumPy and us, by a real Python: scripts that we export reproduce every stage;
// .npy and .npz files of either are read by the other. AP_PYTHON: a Python that has numpy.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  attention,
  file,
  of_presets,
  of_random,
  py,
  python,
  reproduce,
  run,
  skip,
  work,
} from './python.mjs';
import { random_state } from './random_states.mjs';

/** A document of four tokens and width 3, to import into. */
function write_state() {
  const layer = { w_q: 'identity', w_k: 'identity', w_v: 'identity', w_o: 'identity' };
  const query = { text: 'a b c d', embeddings: 'one_hot' };
  const state = { version: 1, query, model: { width: 3, layers: [layer] } };
  writeFileSync(file('state.json'), JSON.stringify(state));
}

test('the NumPy export reproduces every stage of every preset to 1e-6', { skip }, () => {
  const documents = of_presets();
  assert.ok(documents.length >= 6);
  reproduce('numpy', documents);
});

test('the NumPy export reproduces every stage of 50 random documents to 1e-6', { skip }, () => {
  console.log(`  ${reproduce('numpy', of_random(1, 50, random_state))} stages compared`);
});

test('the script notices a wrong stage', { skip }, () => {
  attention(['export', 'preset:cat', '--to', 'numpy', '--output', file('script.py')]);
  attention(['export', 'preset:cat', '--to', 'npz', '--output', file('stages.npz')]);
  py([
    '-c',
    `import numpy as np; s = dict(np.load(${JSON.stringify(file('stages.npz'))}));` +
      ` s["layers.0.scores"][0, 0, 1] += 1e-4; np.savez(${JSON.stringify(file('wrong.npz'))}, **s)`,
  ]);
  assert.notEqual(run(python, [file('script.py'), file('wrong.npz')]).status, 0);
});

test("every dtype of NumPy's .npy and .npz is read, C and Fortran order, either endianness", {
  skip,
}, () => {
  const made = JSON.parse(
    py([
      '-c',
      `
import json, numpy as np
rng = np.random.default_rng(1)
made, arrays = [], {}
for code in "f2 f4 f8 i4 i8 b1".split():
    for order in "CF":
        for end in "<>":
            x = rng.normal(size=(4, 3)) * 3
            a = np.asarray(x > 0 if code == "b1" else x, dtype=np.dtype(end + code), order=order)
            name = f"{code}{order}{'le' if end == '<' else 'be'}"
            np.save(${JSON.stringify(`${work}/`)} + name + ".npy", a)
            arrays[name] = a
            made.append({"name": name, "values": a.astype(np.float64).tolist()})
np.savez(${JSON.stringify(file('stored.npz'))}, **arrays)
np.savez_compressed(${JSON.stringify(file('packed.npz'))}, **arrays)
print(json.dumps(made))`,
    ]),
  );
  assert.equal(made.length, 24);
  write_state();
  const embedded = (words) =>
    JSON.parse(attention(['import', file('state.json'), ...words, '--into', 'embeddings'])).query
      .embeddings;
  const close = (name, found, values) =>
    found
      .flat()
      .forEach((x, i) =>
        assert.equal(Math.fround(x), Math.fround(values.flat()[i]), `${name}[${i}]`),
      );
  for (const { name, values } of made) {
    close(name, embedded([file(`${name}.npy`)]), values);
    close(`${name} in .npz`, embedded([file('stored.npz'), '--array', name]), values);
    close(`${name} compressed`, embedded([file('packed.npz'), '--array', name]), values);
  }
});

test('what we write, numpy reads: every stage, and one alone', { skip }, () => {
  const input = JSON.stringify(random_state(7));
  attention(['export', '-', '--to', 'npz', '--output', file('all.npz')], input);
  attention(
    ['export', '-', '--to', 'npy', '--stage', 'weights', '--output', file('weights.npy')],
    input,
  );
  const { tensors } = JSON.parse(attention(['export', '-', '--to', 'json'], input));
  const read = JSON.parse(
    py([
      '-c',
      `
import json, numpy as np
all = np.load(${JSON.stringify(file('all.npz'))})
text = lambda a: [str(x) for x in a.astype(np.float64).ravel()]
print(json.dumps({"all": {k: [list(all[k].shape), str(all[k].dtype), text(all[k])] for k in all.files},
                  "one": [list(np.load(${JSON.stringify(file('weights.npy'))}).shape)]}))`,
    ]),
  );
  assert.deepEqual(Object.keys(read.all), Object.keys(tensors));
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    assert.deepEqual(read.all[name].slice(0, 2), [shape, 'float32'], name);
    read.all[name][2].forEach((x, i) =>
      assert.ok(
        Number(x) === Math.fround(data[i]) || String(data[i]) === x,
        `${name}[${i}]: ${x}, ${data[i]}`,
      ),
    );
  }
  assert.deepEqual(read.one[0], tensors['layers.0.weights'].shape);
});

test('what NumPy prints is read back as it was printed', { skip }, () => {
  const printed = JSON.parse(
    py([
      '-c',
      `
import json, numpy as np
rng = np.random.default_rng(2)
a = rng.normal(size=(4, 3)).astype(np.float32)
np.set_printoptions(precision=9)
print(json.dumps({"values": a.tolist(), "texts": [repr(a), str(a), str(a.tolist()), repr(a.tolist()),
  "w = np.array(" + str(a.tolist()) + ", dtype=np.float32)", "\\n".join("\\t".join(map(str, r)) for r in a.tolist()),
  "\\n".join(",".join(map(str, r)) for r in a.tolist()), "tensor(" + str(a.tolist()) + ", device='cuda:0', grad_fn=<AddBackward0>)"]}))`,
    ]),
  );
  write_state();
  for (const text of printed.texts) {
    const state = JSON.parse(
      attention(['import', file('state.json'), '-', '--into', 'embeddings'], text),
    );
    assert.deepEqual(
      state.query.embeddings.flat().map(Math.fround),
      printed.values.flat().map(Math.fround),
      text,
    );
  }
  assert.ok(existsSync(file('state.json')) && readFileSync(file('state.json')).length > 0);
});
