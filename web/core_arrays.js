// What the core is given: nested lists, typed arrays and objects, read strictly; an error names its place.

export class CoreError extends Error {
  constructor({ code, message, where = '' }) {
    super(where ? `${where}: ${message}` : message);
    this.name = 'CoreError';
    this.code = code;
    this.where = where;
  }
}
export const refuse = (code, message, where) => {
  throw new CoreError({ code, message, where });
};

/** Numbers in nested lists, or {data, shape}, as Float32Array and shape. */
export function array_of(value, where) {
  if (value?.data !== undefined && value?.shape !== undefined) {
    const data = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
    const size = value.shape.reduce((a, b) => a * b, 1);
    if (size !== data.length)
      refuse('shape', `has ${data.length} numbers, its shape ${size}`, where);
    return { data, shape: [...value.shape] };
  }
  const shape = [];
  for (let v = value; Array.isArray(v) || ArrayBuffer.isView(v); v = v[0]) shape.push(v.length);
  if (shape.length === 0) refuse('parse', 'give nested lists, or {data, shape}', where);
  const data = [];
  const walk = (v, depth) => {
    if (depth === shape.length)
      return typeof v === 'number' || typeof v === 'boolean'
        ? data.push(Number(v))
        : refuse('parse', `${JSON.stringify(v)} is not a number`, where);
    if (v?.length !== shape[depth]) refuse('shape', 'its rows have different lengths', where);
    for (const item of v) walk(item, depth + 1);
    return 0;
  };
  walk(value, 0);
  return { data: Float32Array.from(data), shape };
}

/** Booleans mean "may attend": what is added is 0 or -infinity. */
export function mask_of(value) {
  const is_boolean = (v) => (Array.isArray(v) ? is_boolean(v[0]) : typeof v === 'boolean');
  const mask = array_of(value, 'mask');
  if (!is_boolean(value?.data ?? value)) return mask;
  return { shape: mask.shape, data: mask.data.map((x) => (x ? 0 : -Infinity)) };
}

/** Every key of an object is one of these. */
export function check_keys(object, keys, where) {
  if (object === null || typeof object !== 'object' || Array.isArray(object))
    refuse('parse', 'is no object', where);
  for (const key of Object.keys(object)) {
    if (!keys.includes(key))
      refuse('unknown_key', 'there is no such key', where ? `${where}.${key}` : key);
  }
}

/** A list of rows; "-inf" hides, in masks. */
export function matrix_of(rows, where, infinite = false) {
  if (!Array.isArray(rows)) refuse('parse', 'is no list of rows', where);
  const cols = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    if (row?.length !== cols)
      refuse('shape', `has ${row?.length} numbers, the first row ${cols}`, `${where}[${i}]`);
    for (let j = 0; j < cols; j++) {
      const number = infinite && row[j] === '-inf' ? -Infinity : row[j];
      if (typeof number !== 'number' || Number.isNaN(number))
        refuse('parse', 'is not a number', `${where}[${i}][${j}]`);
      data[i * cols + j] = number;
    }
  });
  return { data, rows: rows.length, cols };
}
