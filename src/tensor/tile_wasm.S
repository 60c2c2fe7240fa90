// The tiles of gemm_tile_impl.hpp for a packed A and whole tiles of C, in orders of instructions that
// compilers do not keep: one k after the other, eight in a pass. LLVM and Binaryen join the unrolled
// steps of a sum into one expression whose operands do not fit into the registers, at half the speed;
// not unrolled the products take 6 % longer. A link must skip Binaryen's pass ssa-nomerge, which
// would undo the order (AP_KERNEL_LINK_OPTIONS).
//
//   void ap_tiles_RxW(const float* strip, const float* panel, int depth, float* c, int stride,
//                     int first, int count, int strip_step, int panel_step, int c_step)
//
// strip: depth x R, panel: depth x W, both packed; c: R rows, `stride` bytes apart. first: c = sum,
// else c = c + sum. `count` such tiles: after each c moves by c_step bytes, and strip and panel, which
// stand behind their last k then, by strip_step and panel_step. Additions are in the order of
// Tile::run and so are their operands: the same bits.

#define STRIP 0
#define PANEL 1
#define DEPTH 2
#define C 3
#define STRIDE 4
#define FIRST 5
#define COUNT 6
#define STRIP_STEP 7
#define PANEL_STEP 8
#define C_STEP 9
#define LEFT 10
#define ROW 11
#define V0 12
#define V1 13
#define V2 14
#define V3 15
#define V4 16
#define V5 17
#define V6 18
#define V7 19
#define V8 20
#define V9 21
#define V10 22
#define V11 23
#define V12 24
#define V13 25
#define V14 26

#define MOVE(pointer, bytes) local.get pointer; i32.const bytes; i32.add; local.set pointer
#define MOVE_BY(pointer, step) local.get pointer; local.get step; i32.add; local.set pointer

#define TAKE_A(at) local.get STRIP; v128.load32_splat at:p2align=2
#define TAKE_B(at) local.get PANEL; v128.load at:p2align=2
#define ADD_TO(sum) local.get sum; f32x4.add; local.set sum
#define CLEAR(sum) v128.const 0, 0; local.set sum
#define CLEAR_8 \
  CLEAR(V0); CLEAR(V1); CLEAR(V2); CLEAR(V3); CLEAR(V4); CLEAR(V5); CLEAR(V6); CLEAR(V7)

#define PUT(sum, at) local.get ROW; local.get sum; v128.store at:p2align=2
#define ADD(sum, at) \
  local.get ROW; local.get ROW; v128.load at:p2align=2; local.get sum; f32x4.add; \
  v128.store at:p2align=2

// Its address is taken, so that Binaryen does not move it into its only caller, where V8 would have
// too few registers for it.
#define BEGIN(name) \
  .section .rodata.name##_address, "", @; \
  .globl name##_address; \
  .type name##_address, @object; \
  .no_dead_strip name##_address; \
  .p2align 2; \
name##_address: \
  .int32 name; \
  .size name##_address, 4; \
  .section .text.name, "", @; \
  .globl name; \
  .type name, @function; \
name: \
  .functype name (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> (); \
  .local i32, i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, \
    v128, v128

#define TILES(clear, step, row_bytes, steps, pass_bytes, to_c) \
  loop; \
  clear; \
  local.get DEPTH; local.set LEFT; \
  block; \
  loop; /* until eight divides what is left */ \
  local.get LEFT; i32.const 7; i32.and; i32.eqz; br_if 1; \
  step; \
  MOVE(PANEL, row_bytes); MOVE(LEFT, -1); \
  br 0; \
  end_loop; \
  end_block; \
  block; \
  local.get LEFT; i32.eqz; br_if 0; \
  loop; \
  steps; \
  MOVE(PANEL, pass_bytes); MOVE(LEFT, -8); \
  local.get LEFT; br_if 0; \
  end_loop; \
  end_block; \
  local.get C; local.set ROW; \
  local.get FIRST; \
  if; to_c(PUT); else; to_c(ADD); end_if; \
  MOVE_BY(STRIP, STRIP_STEP); MOVE_BY(PANEL, PANEL_STEP); MOVE_BY(C, C_STEP); \
  MOVE(COUNT, -1); \
  local.get COUNT; br_if 0; \
  end_loop; \
  end_function

// In every step: V8 needs an instruction of its own for the offset of a splat, unless it is the same
// in each: so the strip's pointer moves with each step, the panel's with each pass.
//
// Multiplications that each have their addition behind them get 92 % of what the processor's pipes
// can do; two of the ones and then two of the others get 98 %. So one product is HELD until its
// neighbour's is there. It stays where it is because it sets a factor that the neighbour reads.

// ---- tiles of 8 columns: sums of row i in V(2i), V(2i + 1) -------------------------------------

#define NEW_B(at, b) TAKE_B(at); local.tee b
#define OLD_B(at, b) local.get b
#define STEPS_8(step) \
  step(0, 16); step(32, 48); step(64, 80); step(96, 112); \
  step(128, 144); step(160, 176); step(192, 208); step(224, 240)
#define C_4X8(what) \
  what(V0, 0); what(V1, 16); MOVE_BY(ROW, STRIDE); what(V2, 0); what(V3, 16); \
  MOVE_BY(ROW, STRIDE); what(V4, 0); what(V5, 16); MOVE_BY(ROW, STRIDE); \
  what(V6, 0); what(V7, 16)
#define C_6X8(what) \
  C_4X8(what); MOVE_BY(ROW, STRIDE); what(V8, 0); what(V9, 16); \
  MOVE_BY(ROW, STRIDE); what(V10, 0); what(V11, 16)

#if !defined(__wasm_relaxed_simd__)

// ---- 3 x 12: sums of column j in V(3j) .. V(3j + 2) --------------------------------------------

#define A0 V9
#define A1 V10
#define A2 V11
#define B V12
#define HELD V13

#define NEW_A(at, a) TAKE_A(at); local.tee a
#define OLD_A(at, a) local.get a
#define COLUMN(a, at, s0, s1, s2) \
  a(0, A0); TAKE_B(at); local.tee B; f32x4.mul; local.set HELD; \
  a(4, A1); local.get B; f32x4.mul; ADD_TO(s1); \
  local.get HELD; ADD_TO(s0); \
  a(8, A2); local.get B; f32x4.mul; ADD_TO(s2)
#define STEP_3X12(b0, b1, b2) \
  COLUMN(NEW_A, b0, V0, V1, V2); COLUMN(OLD_A, b1, V3, V4, V5); COLUMN(OLD_A, b2, V6, V7, V8); \
  MOVE(STRIP, 12)
#define STEPS_3X12 \
  STEP_3X12(0, 16, 32); STEP_3X12(48, 64, 80); STEP_3X12(96, 112, 128); \
  STEP_3X12(144, 160, 176); STEP_3X12(192, 208, 224); STEP_3X12(240, 256, 272); \
  STEP_3X12(288, 304, 320); STEP_3X12(336, 352, 368)
#define C_3X12(what) \
  what(V0, 0); what(V3, 16); what(V6, 32); MOVE_BY(ROW, STRIDE); \
  what(V1, 0); what(V4, 16); what(V7, 32); MOVE_BY(ROW, STRIDE); \
  what(V2, 0); what(V5, 16); what(V8, 32)

  BEGIN(ap_tiles_3x12)
  TILES(CLEAR_8; CLEAR(V8), STEP_3X12(0, 16, 32), 48, STEPS_3X12, 384, C_3X12)

#undef B
#undef HELD

// ---- 4 x 8 -------------------------------------------------------------------------------------

#define A V8
#define B0 V9
#define B1 V10
#define HELD V11

#define PAIR(a, b, b0, b1, s0, s1) \
  TAKE_A(a); local.tee A; b(b0, B0); f32x4.mul; local.set HELD; \
  local.get A; b(b1, B1); f32x4.mul; ADD_TO(s1); \
  local.get HELD; ADD_TO(s0)
#define STEP_4X8(b0, b1) \
  PAIR(0, NEW_B, b0, b1, V0, V1); PAIR(4, OLD_B, b0, b1, V2, V3); \
  PAIR(8, OLD_B, b0, b1, V4, V5); PAIR(12, OLD_B, b0, b1, V6, V7); MOVE(STRIP, 16)

  BEGIN(ap_tiles_4x8)
  TILES(CLEAR_8, STEP_4X8(0, 16), 32, STEPS_8(STEP_4X8), 256, C_4X8)

#else

// ---- 6 x 8, fused ------------------------------------------------------------------------------

#define A V12
#define B0 V13
#define B1 V14

#define FUSE_TO(sum) local.get sum; f32x4.relaxed_madd; local.set sum
#define PAIR(a, b, b0, b1, s0, s1) \
  TAKE_A(a); local.tee A; b(b0, B0); FUSE_TO(s0); local.get A; b(b1, B1); FUSE_TO(s1)
#define STEP_6X8(b0, b1) \
  PAIR(0, NEW_B, b0, b1, V0, V1); PAIR(4, OLD_B, b0, b1, V2, V3); \
  PAIR(8, OLD_B, b0, b1, V4, V5); PAIR(12, OLD_B, b0, b1, V6, V7); \
  PAIR(16, OLD_B, b0, b1, V8, V9); PAIR(20, OLD_B, b0, b1, V10, V11); MOVE(STRIP, 24)

  BEGIN(ap_tiles_6x8)
  TILES(CLEAR_8; CLEAR(V8); CLEAR(V9); CLEAR(V10); CLEAR(V11), STEP_6X8(0, 16), 32, \
        STEPS_8(STEP_6X8), 256, C_6X8)

#endif
