// Bytes of files, honest or not, as the seeds and other tests need them: .npy, .zip, .safetensors.
export const u16 = (n) => Buffer.from([n & 255, n >> 8]);
export const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n >>> 0);
  return b;
};
export const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt.asUintN(64, BigInt(n)));
  return b;
};
export const text = (s) => Buffer.from(s, 'latin1');

export function npy(descr, shape, data, { fortran = 'False', version = 1, length } = {}) {
  const header = text(`{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`);
  const size = length ?? header.length;
  return Buffer.concat([
    text('\x93NUMPY'),
    Buffer.from([version, 0]),
    version === 1 ? u16(size) : u32(size),
    header,
    data,
  ]);
}
export const floats = (n) => Buffer.from(Float32Array.from({ length: n }, (_, i) => i / 3).buffer);

const crc_table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
export const crc = (bytes) =>
  ~bytes.reduce((c, b) => crc_table[(c ^ b) & 255] ^ (c >>> 8), ~0) >>> 0;
/** members: [name, bytes, {method, size, offset}] */
export function zip(members) {
  const parts = [],
    directory = [];
  let at = 0;
  for (const [name, bytes, { method = 0, size = bytes.length, offset } = {}] of members) {
    const common = [
      u16(20),
      u16(0),
      u16(method),
      u16(0),
      u16(33),
      u32(crc(bytes)),
      u32(bytes.length),
      u32(size),
      u16(name.length),
      u16(0),
    ];
    const local = Buffer.concat([u32(0x04034b50), ...common, text(name), bytes]);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(20),
        ...common,
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        u32(offset ?? at),
        text(name),
      ]),
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([
    ...parts,
    central,
    u32(0x06054b50),
    u32(0),
    u16(members.length),
    u16(members.length),
    u32(central.length),
    u32(at),
    u16(0),
  ]);
}

export function safetensors(header, data = Buffer.alloc(0), length) {
  const json = text(typeof header === 'string' ? header : JSON.stringify(header));
  return Buffer.concat([u64(length ?? json.length), json, data]);
}
export const tensor = (dtype, shape, from, to) => ({ dtype, shape, data_offsets: [from, to] });
export const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
