// The 3 x 12 tile of gemm_tile_impl.hpp for a packed A and a whole tile of C, in an order of
// instructions that compilers do not keep: one k after the other, eight in a pass. LLVM and Binaryen
// join the unrolled steps of a sum into one expression whose operands do not fit into the registers,
// at half the speed; not unrolled the products take 6 % longer. A link must skip Binaryen's pass
// ssa-nomerge, which would undo the order (AP_KERNEL_LINK_OPTIONS).
//
//   void ap_tile_3x12(const float* strip, const float* panel, int depth, float* c, int stride,
//                     int first)
//
// strip: depth x 3, panel: depth x 12, both packed; c: 3 rows `stride` bytes apart. first: c = sum,
// else c = c + sum. Additions are in the order of Tile::run and so are their operands: the same bits.

#define STRIP 0
#define PANEL 1
#define DEPTH 2
#define C 3
#define STRIDE 4
#define FIRST 5
#define S00 6
#define S01 7
#define S02 8
#define S10 9
#define S11 10
#define S12 11
#define S20 12
#define S21 13
#define S22 14
#define A 15
#define B0 16
#define B1 17
#define B2 18

#define MOVE(pointer, bytes) local.get pointer; i32.const bytes; i32.add; local.set pointer

// ---- one k: nine products ----------------------------------------------------------------------

#define LOAD_B(b, at) local.get PANEL; v128.load at:p2align=2; local.set b
#define MADD(b, sum) \
  local.get A; local.get b; f32x4.mul; local.get sum; f32x4.add; local.set sum
#define ROW(at, s0, s1, s2) \
  local.get STRIP; v128.load32_splat at:p2align=2; local.set A; \
  MADD(B0, s0); MADD(B1, s1); MADD(B2, s2)
// V8 needs an instruction of its own for the offset of a splat, unless it is the same in each step:
// so the strip's pointer moves with each step, the panel's with each pass.
#define STEP(b0, b1, b2) \
  LOAD_B(B0, b0); LOAD_B(B1, b1); LOAD_B(B2, b2); \
  ROW(0, S00, S01, S02); ROW(4, S10, S11, S12); ROW(8, S20, S21, S22); MOVE(STRIP, 12)

// ---- the sums, to C ----------------------------------------------------------------------------

#define PUT(sum, at) local.get C; local.get sum; v128.store at:p2align=2
#define ADD(sum, at) \
  local.get C; local.get C; v128.load at:p2align=2; local.get sum; f32x4.add; \
  v128.store at:p2align=2
#define NEXT_ROW local.get C; local.get STRIDE; i32.add; local.set C
#define TO_C(what) \
  what(S00, 0); what(S01, 16); what(S02, 32); NEXT_ROW; \
  what(S10, 0); what(S11, 16); what(S12, 32); NEXT_ROW; \
  what(S20, 0); what(S21, 16); what(S22, 32)

  // Its address is taken, so that Binaryen does not move it into its only caller, where V8 would
  // have too few registers for it.
  .section .rodata.ap_tile_3x12_address, "", @
  .globl ap_tile_3x12_address
  .type ap_tile_3x12_address, @object
  .no_dead_strip ap_tile_3x12_address
  .p2align 2
ap_tile_3x12_address:
  .int32 ap_tile_3x12
  .size ap_tile_3x12_address, 4

  .section .text.ap_tile_3x12, "", @
  .globl ap_tile_3x12
  .type ap_tile_3x12, @function
ap_tile_3x12:
  .functype ap_tile_3x12 (i32, i32, i32, i32, i32, i32) -> ()
  .local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
  block
  loop  // until eight divides what is left
  local.get DEPTH; i32.const 7; i32.and; i32.eqz; br_if 1
  STEP(0, 16, 32)
  MOVE(PANEL, 48)
  MOVE(DEPTH, -1)
  br 0
  end_loop
  end_block
  block
  local.get DEPTH; i32.eqz; br_if 0
  loop
  STEP(0, 16, 32)
  STEP(48, 64, 80)
  STEP(96, 112, 128)
  STEP(144, 160, 176)
  STEP(192, 208, 224)
  STEP(240, 256, 272)
  STEP(288, 304, 320)
  STEP(336, 352, 368)
  MOVE(PANEL, 384)
  MOVE(DEPTH, -8)
  local.get DEPTH; br_if 0
  end_loop
  end_block
  local.get FIRST
  if
  TO_C(PUT)
  else
  TO_C(ADD)
  end_if
  end_function
