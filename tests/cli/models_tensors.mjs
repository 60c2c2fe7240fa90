// Tensors of small random models, and the bytes of the files that hold them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { halfToNumber, numberToHalf } from './npy.mjs';

export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// Tensors by name: weights of a size that keeps numbers lively, gains about 1.
export class Tensors extends Map {
  constructor(seed) {
    super();
    this.next = random(seed);
  }
  put(name, ...shape) {
    const gain = /(norm|Norm|ln_\w|ln\w*)\.(weight|gamma|w)$/.test(name);
    const size = shape.length > 1 ? 1.4 / Math.sqrt(Math.min(...shape)) : 0.4;
    const data = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => (gain ? 1 : 0) + size * (2 * this.next() - 1),
    );
    return this.set(name, { shape, data });
  }
  linear(name, out, input, bias = true) {
    this.put(`${name}.weight`, out, input);
    return bias ? this.put(`${name}.bias`, out) : this;
  }
  norm(name, n, bias = true) {
    this.put(`${name}.weight`, n);
    return bias ? this.put(`${name}.bias`, n) : this;
  }
}

/// The bytes of a .safetensors file; `type` F32, F16 or BF16 (numbers are rounded in place).
export function safetensors(tensors, type = 'F32') {
  const header = {};
  const parts = [];
  let at = 0;
  for (const [name, x] of tensors) {
    const bytes = stored(x, type);
    header[name] = { dtype: type, shape: x.shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

/// A tensor's bytes in a type; its numbers become what they are then.
export function stored(x, type) {
  const n = x.data.length;
  if (type === 'F32') return Buffer.from(Float32Array.from(x.data).buffer);
  if (type === 'F16' || type === 'BF16') {
    const out = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      const bits = new Uint32Array(Float32Array.of(x.data[i]).buffer)[0];
      out[i] = type === 'F16' ? numberToHalf(x.data[i]) : bits >>> 16;
      x.data[i] =
        type === 'F16'
          ? halfToNumber(out[i])
          : new Float32Array(Uint32Array.of((bits >>> 16) << 16).buffer)[0];
    }
    return Buffer.from(out.buffer);
  }
  const size = type === 'Q8_0' ? 34 : 18;
  const out = Buffer.alloc((n / 32) * size);
  for (let b = 0; b < n / 32; b++) {
    const block = x.data.subarray(b * 32, b * 32 + 32);
    const most = Math.max(...block.map(Math.abs));
    const half = numberToHalf(most / (type === 'Q8_0' ? 127 : 7));
    const d = halfToNumber(half);
    out.writeUInt16LE(half, b * size);
    const q = Array.from(block, (v) => Math.round(v / (d || 1)));
    for (let i = 0; i < 32; i++) {
      if (type === 'Q8_0') {
        q[i] = Math.max(-128, Math.min(127, q[i]));
        out.writeInt8(q[i], b * size + 2 + i);
      } else {
        q[i] = Math.max(-8, Math.min(7, q[i]));
        out[b * size + 2 + (i % 16)] |= (q[i] + 8) << (i < 16 ? 0 : 4);
      }
      block[i] = Math.fround(d * q[i]);
    }
  }
  return out;
}

export function folder(path, { config, tensors }, type) {
  mkdirSync(path, { recursive: true });
  if (config) writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  writeFileSync(join(path, 'model.safetensors'), safetensors(tensors, type));
  return path;
}
