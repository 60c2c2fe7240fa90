// Exits 0 if this Node can run standard relaxed SIMD, by its flag where it needs one. Older ones
// have the feature with opcodes from before the standard, so the flag alone says nothing.
import { spawnSync } from 'node:child_process';

// (module (func (result v128) (i32x4.relaxed_trunc_f32x4_s (v128.const i32x4 0 0 0 0)))), 0xFD 0x101
const module = [
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 0x0a, 0x19, 1, 0x17, 0,
  0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0x81, 2, 0x0b,
];
const script = `process.exit(WebAssembly.validate(new Uint8Array(${JSON.stringify(module)})) ? 0 : 1)`;
const flags = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' }).stdout;
const flag = '--experimental-wasm-relaxed-simd';
const options = flags.includes(flag) ? [flag] : [];
process.exit(spawnSync(process.execPath, [...options, '-e', script]).status ?? 1);
