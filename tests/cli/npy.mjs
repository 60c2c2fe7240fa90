// .npy files for the tests: float32, float16, float64, bool, int32, int64, little-endian, C order.
// Written apart from src/io, so that the two check each other.
import { readFileSync, writeFileSync } from 'node:fs';

export function halfToNumber(h) {
  const sign = h & 0x8000 ? -1 : 1,
    e = (h >> 10) & 31,
    m = h & 1023;
  if (e === 0) return sign * m * 2 ** -24;
  if (e === 31) return m ? NaN : sign * Infinity;
  return sign * (1 + m / 1024) * 2 ** (e - 15);
}

/// Nearest, ties to even, found by search over the 65536 halves' magnitudes: slow and plain.
const halves = Float64Array.from({ length: 0x7c00 }, (_, h) => halfToNumber(h));
export function numberToHalf(x) {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0,
    a = Math.abs(x);
  if (a >= 65520) return sign | 0x7c00;
  let lo = 0,
    hi = halves.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (halves[mid] <= a) lo = mid;
    else hi = mid - 1;
  }
  if (lo === halves.length - 1) return sign | lo;
  const down = a - halves[lo],
    up = halves[lo + 1] - a;
  return sign | (up < down || (up === down && lo & 1) ? lo + 1 : lo);
}

const types = {
  '<f4': {
    size: 4,
    get: (v, i) => v.getFloat32(i, true),
    set: (v, i, x) => v.setFloat32(i, x, true),
    name: 'float32',
  },
  '<f2': {
    size: 2,
    get: (v, i) => halfToNumber(v.getUint16(i, true)),
    set: (v, i, x) => v.setUint16(i, numberToHalf(x), true),
    name: 'float16',
  },
  '<f8': {
    size: 8,
    get: (v, i) => v.getFloat64(i, true),
    set: (v, i, x) => v.setFloat64(i, x, true),
    name: 'float64',
  },
  '|b1': {
    size: 1,
    get: (v, i) => v.getUint8(i),
    set: (v, i, x) => v.setUint8(i, x ? 1 : 0),
    name: 'bool',
  },
  '<i4': {
    size: 4,
    get: (v, i) => v.getInt32(i, true),
    set: (v, i, x) => v.setInt32(i, x, true),
    name: 'int32',
  },
  '<i8': {
    size: 8,
    get: (v, i) => Number(v.getBigInt64(i, true)),
    set: (v, i, x) => v.setBigInt64(i, BigInt(x), true),
    name: 'int64',
  },
};

/// {dtype, shape, data: number[]}
export function readNpy(path) {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.subarray(1, 6).toString('latin1') !== 'NUMPY')
    throw new Error(`${path}: not an .npy file`);
  const start = bytes[6] === 1 ? 10 : 12;
  const length = bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = bytes.subarray(start, start + length).toString('latin1');
  const type = types[/'descr': '([^']*)'/.exec(header)[1]];
  if (!type || !/'fortran_order': False/.test(header)) throw new Error(`${path}: ${header}`);
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)[1]
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean)
    .map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: count }, (_, i) =>
    type.get(view, start + length + i * type.size),
  );
  return { dtype: type.name, shape, data };
}

export function writeNpy(path, { dtype, shape, data }) {
  const [descr, type] = Object.entries(types).find(([, t]) => t.name === dtype);
  const dims = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${dims}, }`;
  header += `${' '.repeat(63 - ((10 + header.length) % 64))}\n`;
  const bytes = Buffer.alloc(10 + header.length + data.length * type.size);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  data.forEach((x, i) => type.set(view, 10 + header.length + i * type.size, x));
  writeFileSync(path, bytes);
}
