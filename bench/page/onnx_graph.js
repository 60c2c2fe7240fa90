// The measured attention as an ONNX model, its protobuf written by hand. Fields: onnx.proto3.

const kFloat = 1,
  kInt64 = 7;

/** Bytes of a protobuf message, appended field by field. */
class Message {
  parts = [];
  varint(value) {
    const bytes = [];
    do {
      const more = value > 127;
      bytes.push((value % 128) + (more ? 128 : 0));
      value = Math.floor(value / 128);
    } while (value > 0);
    this.parts.push(Uint8Array.from(bytes));
    return this;
  }
  int(field, value) {
    return this.varint(field * 8).varint(value);
  }
  bytes(field, data) {
    this.varint(field * 8 + 2).varint(data.length);
    this.parts.push(data);
    return this;
  }
  string(field, text) {
    return this.bytes(field, new TextEncoder().encode(text));
  }
  message(field, inner) {
    return this.bytes(field, inner.done());
  }
  done() {
    const all = new Uint8Array(this.parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of this.parts) {
      all.set(p, at);
      at += p.length;
    }
    return all;
  }
}

function tensor(name, type, dims, array) {
  const m = new Message();
  for (const d of dims) m.int(1, d);
  return m
    .int(2, type)
    .string(8, name)
    .bytes(9, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

function valueInfo(name, dims) {
  const shape = new Message();
  for (const d of dims) shape.message(1, new Message().int(1, d));
  const type = new Message().message(1, new Message().int(1, kFloat).message(2, shape));
  return new Message().string(1, name).message(2, type);
}

function node(op, inputs, output, ints = {}) {
  const m = new Message();
  for (const i of inputs) m.string(1, i);
  m.string(2, output).string(3, output).string(4, op);
  for (const [name, value] of Object.entries(ints)) {
    const a = new Message().string(1, name);
    if (Array.isArray(value)) {
      for (const v of value) a.int(8, v);
      a.int(20, 7);
    } else a.int(3, value).int(20, 2);
    m.message(5, a);
  }
  return m;
}

/**
 * Bytes of a model: input x (T x D); weights inside; `stages`: every stage is an output, or only the last.
 * @param {{t: number, d: number, h: number}} shape
 * @param {Float32Array[]} data x, w_q, w_k, w_v, w_o
 */
export function attentionModel({ t, d, h }, data, stages = true) {
  const k = d / h;
  const graph = new Message();
  const split = (name) => [
    node('Reshape', [name, 'split_shape'], `${name}_split`),
    node('Transpose', [`${name}_split`], `${name}_heads`, {
      perm: name === 'k' ? [1, 2, 0] : [1, 0, 2],
    }),
  ];
  const nodes = [
    node('MatMul', ['x', 'w_q'], 'q'),
    node('MatMul', ['x', 'w_k'], 'k'),
    node('MatMul', ['x', 'w_v'], 'v'),
    ...split('q'),
    ...split('k'),
    ...split('v'),
    node('MatMul', ['q_heads', 'k_heads'], 'scores'),
    node('Mul', ['scores', 'scale'], 'scaled'),
    node('Softmax', ['scaled'], 'weights', { axis: 2 }),
    node('MatMul', ['weights', 'v_heads'], 'head_out'),
    node('Transpose', ['head_out'], 'joined', { perm: [1, 0, 2] }),
    node('Reshape', ['joined', 'join_shape'], 'concat'),
    node('MatMul', ['concat', 'w_o'], 'output'),
  ];
  for (const n of nodes) graph.message(1, n);
  graph.string(2, 'attention');
  ['w_q', 'w_k', 'w_v', 'w_o'].forEach((name, i) =>
    graph.message(5, tensor(name, kFloat, [d, d], data[i + 1])),
  );
  graph.message(5, tensor('scale', kFloat, [], Float32Array.of(1 / Math.sqrt(k))));
  graph.message(
    5,
    tensor('split_shape', kInt64, [3], BigInt64Array.of(BigInt(t), BigInt(h), BigInt(k))),
  );
  graph.message(5, tensor('join_shape', kInt64, [2], BigInt64Array.of(BigInt(t), BigInt(d))));
  graph.message(11, valueInfo('x', [t, d]));
  if (stages) {
    for (const name of ['q', 'k', 'v', 'concat']) graph.message(12, valueInfo(name, [t, d]));
    for (const name of ['scores', 'scaled', 'weights'])
      graph.message(12, valueInfo(name, [h, t, t]));
  }
  graph.message(12, valueInfo('output', [t, d]));
  return new Message()
    .int(1, 8)
    .message(7, graph)
    .message(8, new Message().string(1, '').int(2, 17))
    .done();
}

/** C = A B alone; B inside the model. */
export function gemmModel({ m, k, n }, b) {
  const graph = new Message()
    .message(1, node('MatMul', ['a', 'b'], 'c'))
    .string(2, 'gemm')
    .message(5, tensor('b', kFloat, [k, n], b))
    .message(11, valueInfo('a', [m, k]))
    .message(12, valueInfo('c', [m, n]));
  return new Message()
    .int(1, 8)
    .message(7, graph)
    .message(8, new Message().string(1, '').int(2, 17))
    .done();
}
