// Row kernels for one vector type V: exp, tanh, softmax, sums. Tails run in whole vectors, so that
// an element's bits do not depend on where in the row it is.
//
// exp: n = round(x / ln 2), r = x - n ln 2 in two parts (Cody & Waite), a degree-6 minimax
// polynomial 1 + r + r^2 q(r) on |r| <= ln 2 / 2 (relative error 3.1e-9), times 2^n. tanh: Cephes'
// tanhf.
#pragma once

#include <algorithm>
#include <limits>

#include "tensor/simd.hpp"

namespace ap::simd {

template <class V>
struct Rows {
  using Reg = typename V::Reg;
  static constexpr float kInf = std::numeric_limits<float>::infinity();
  // n times kLn2Hi is exact: it has 17 bits. Adding kRound rounds to an integer and leaves that
  // integer + 127 in the low bits. e^x is a normal float from kExpMin and finite up to kExpMax.
  static constexpr float kExpMin = -0x1.5D589Ep6F;
  static constexpr float kExpMax = 0x1.62E42Ep6F;
  enum Name { kLog2e, kRound, kMinusLn2Hi, kMinusLn2Lo, kC6, kC5, kC4, kC3, kC2, kOne, kLowest };
  alignas(64) static constexpr float kTable[] = {
      0x1.715476p+0F,  0x1.8000FEp23F, -0x1.62E400p-1F, -0x1.7F7D1Cp-20F,
      0x1.6A2252p-10F, 0x1.123B04p-7F, 0x1.5558F8p-5F,  0x1.555490p-3F,
      0x1.FFFFFCp-2F,  1.0F,           kExpMin};

  /// Constants of exp, from memory: V8 makes a vector constant anew at each use, three
  /// instructions.
  class Constants {
   public:
    AP_INLINE Constants() { V::pin(table_); }
    AP_INLINE Reg operator[](Name name) const { return V::load_splat(table_ + name); }

   private:
    const float* table_ = kTable;
  };

  // ---- one vector ----------------------------------------------------------------------------

  /// 1 + r + r^2 (c2 + c3 r + r^2 (c4 + c5 r + c6 r^2)), the halves side by side (Estrin): what
  /// limits exp is the length of its chain of operations, not their number.
  static AP_INLINE Reg exp_poly(Reg r, const Constants& c) {
    const Reg square = V::mul(r, r);
    const Reg low = V::madd(c[kC3], r, c[kC2]);
    const Reg high = V::madd(c[kC6], square, V::madd(c[kC5], r, c[kC4]));
    return V::add(V::madd(V::madd(high, square, low), square, r), c[kOne]);
  }
  static AP_INLINE Reg exp_reduce(Reg x, Reg n, const Constants& c) {
    return V::add(V::madd(n, c[kMinusLn2Hi], x), V::mul(n, c[kMinusLn2Lo]));
  }

  /// e^x for every x. 2^n in two factors, because 2^128 is no float and e^88.7 is.
  static AP_INLINE Reg exp_any(Reg x, const Constants& c) {
    const Reg round = c[kRound];
    const Reg held = V::max(c[kLowest], V::min(V::splat(kExpMax), x));
    const Reg n = V::sub(V::madd(held, c[kLog2e], round), round);
    const Reg half = V::madd(n, V::splat(0.5F), round);
    const Reg rest = V::add(V::sub(n, V::sub(half, round)), round);
    Reg e = V::mul(exp_poly(exp_reduce(held, n, c), c), V::to_exponent(half));
    e = V::mul(e, V::to_exponent(rest));
    e = V::clear_where(V::less(x, c[kLowest]), e);
    e = V::select(V::less(V::splat(kExpMax), x), V::splat(kInf), e);
    return V::select(V::equal(x, x), e, x);  // NaN is not equal to itself
  }

  static AP_INLINE Reg abs(Reg x) { return V::max(x, V::sub(V::splat(0.0F), x)); }

  /// tanh for |z| < 0.625 by polynomial, above as 1 - 2 / (e^2z + 1).
  static AP_INLINE Reg tanh(Reg z, const Constants& c) {
    const Reg size = abs(z);
    const Reg square = V::mul(z, z);
    Reg p = V::splat(-5.70498872745E-3F);
    p = V::madd(p, square, V::splat(2.06390887954E-2F));
    p = V::madd(p, square, V::splat(-5.37397155531E-2F));
    p = V::madd(p, square, V::splat(1.33314422036E-1F));
    p = V::madd(p, square, V::splat(-3.33332819422E-1F));
    const Reg small = V::madd(V::mul(p, square), z, z);
    const Reg e = exp_any(V::add(size, size), c);
    const Reg t = V::sub(V::splat(1.0F), V::div(V::splat(2.0F), V::add(e, V::splat(1.0F))));
    const Reg large = V::select(V::less(z, V::splat(0.0F)), V::sub(V::splat(0.0F), t), t);
    return V::select(V::less(size, V::splat(0.625F)), small, large);
  }

  // ---- rows ----------------------------------------------------------------------------------

  // GCC does not give a lambda the instruction set of its file, so the steps are structs.
  struct Add {
    AP_INLINE Reg operator()(Reg a, Reg b) const { return V::add(a, b); }
  };
  struct Scale {
    Reg factor;
    AP_INLINE Reg operator()(Reg a) const { return V::mul(a, factor); }
  };
  struct Exp {
    Constants constants;
    AP_INLINE Reg operator()(Reg a) const { return exp_any(a, constants); }
  };
  /// Where tanh z is z to half an ULP, x itself is the answer: x / c may be too small to be exact.
  struct Softcap {
    Reg cap;
    Constants constants;
    AP_INLINE Reg operator()(Reg a) const {
      const Reg z = V::div(a, cap);
      return V::select(V::less(abs(z), V::splat(2e-4F)), a, V::mul(cap, tanh(z, constants)));
    }
  };
  struct Temper {
    Reg top, factor;
    AP_INLINE Reg operator()(Reg a) const { return V::mul(V::sub(a, top), factor); }
  };
  /// The two halves of e^d for d <= 0; their constants stay in registers.
  struct Reduce {
    Reg top, log2e, round, hi, lo, lowest;
    AP_INLINE explicit Reduce(float largest) : top(V::splat(largest)) {
      const Constants c;
      log2e = c[kLog2e];
      round = c[kRound];
      hi = c[kMinusLn2Hi];
      lo = c[kMinusLn2Lo];
      lowest = c[kLowest];
    }
    AP_INLINE void operator()(Reg x, float* rest, float* power) const {
      const Reg d = V::sub(x, top);
      const Reg shifted = V::madd(d, log2e, round);
      const Reg whole = V::sub(shifted, round);
      const Reg r = V::madd(whole, lo, V::madd(whole, hi, d));
      const Reg none = V::less(d, lowest);
      V::store(rest, V::clear_where(none, r));
      V::store(power, V::clear_where(none, V::to_exponent(shifted)));
    }
  };
  struct Finish {
    Reg c6, c5, c4, c3, c2;
    AP_INLINE Finish() {
      const Constants c;
      c6 = c[kC6];
      c5 = c[kC5];
      c4 = c[kC4];
      c3 = c[kC3];
      c2 = c[kC2];
    }
    AP_INLINE Reg operator()(Reg r, Reg power) const {
      const Reg square = V::mul(r, r);
      const Reg low = V::madd(c3, r, c2);
      const Reg high = V::madd(c6, square, V::madd(c5, r, c4));
      const Reg p = V::madd(V::madd(high, square, low), square, r);
      return V::madd(p, power, power);
    }
  };

  static void add_row(const float* x, float* y, int n) noexcept { map2(y, x, y, n, Add{}); }
  static void sum_row(const float* a, const float* b, float* y, int n) noexcept {
    map2(a, b, y, n, Add{});
  }
  static void scale_row(const float* x, float* y, int n, float s) noexcept {
    map(x, y, n, Scale{V::splat(s)});
  }
  static void exp_row(const float* x, float* y, int n) noexcept { map(x, y, n, Exp{}); }
  static void softcap_row(const float* x, float* y, int n, float c) noexcept {
    map(x, y, n, Softcap{V::splat(c), {}});
  }

  /// y = x * s (+ mask), and the largest y. `mask` may be null.
  static float scale_mask_max(const float* x, const float* mask, float* scaled, float* masked,
                              int n, float s) noexcept {
    const Reg factor = V::splat(s);
    Reg top[2] = {V::splat(-kInf), V::splat(-kInf)};
    int i = 0;
    if (mask == nullptr) {
      for (; i + 2 * V::kLanes <= n; i += 2 * V::kLanes) {
        AP_UNROLL
        for (int u = 0; u < 2; ++u) {
          const Reg y = V::mul(V::load(x + i + u * V::kLanes), factor);
          V::store(scaled + i + u * V::kLanes, y);
          top[u] = V::max(y, top[u]);
        }
      }
    } else {
      for (; i + 2 * V::kLanes <= n; i += 2 * V::kLanes) {
        AP_UNROLL
        for (int u = 0; u < 2; ++u) {
          const int at = i + u * V::kLanes;
          const Reg y = V::mul(V::load(x + at), factor);
          V::store(scaled + at, y);
          const Reg z = V::add(y, V::load(mask + at));
          V::store(masked + at, z);
          top[u] = V::max(z, top[u]);
        }
      }
    }
    for (; i < n; i += V::kLanes) {
      const int part = std::min(V::kLanes, n - i);
      Reg y = V::mul(load_part<V>(x + i, part, 0.0F), factor);
      store_part<V>(scaled + i, part, y);
      if (mask != nullptr) {
        y = V::add(y, load_part<V>(mask + i, part, 0.0F));
        store_part<V>(masked + i, part, y);
      }
      float lanes[V::kLanes];
      V::store(lanes, y);
      for (int l = part; l < V::kLanes; ++l) lanes[l] = -kInf;
      top[0] = V::max(V::load(lanes), top[0]);
    }
    return reduce_max(V::max(top[0], top[1]));
  }

  /// The same with a cap between: scaled = x * s, capped = c tanh(scaled / c), masked = capped
  /// (+ mask). The places may be one.
  static float scale_cap_mask_max(const float* x, const float* mask, float* scaled, float* capped,
                                  float* masked, int n, float s, float c) noexcept {
    const Reg factor = V::splat(s);
    const Softcap cap{V::splat(c), {}};
    Reg top = V::splat(-kInf);
    int i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) {
      Reg y = V::mul(V::load(x + i), factor);
      V::store(scaled + i, y);
      y = cap(y);
      V::store(capped + i, y);
      if (mask != nullptr) {
        y = V::add(y, V::load(mask + i));
        V::store(masked + i, y);
      }
      top = V::max(y, top);
    }
    if (i == n) return reduce_max(top);
    const int part = n - i;
    Reg y = V::mul(load_part<V>(x + i, part, 0.0F), factor);
    store_part<V>(scaled + i, part, y);
    y = cap(y);
    store_part<V>(capped + i, part, y);
    if (mask != nullptr) {
      y = V::add(y, load_part<V>(mask + i, part, 0.0F));
      store_part<V>(masked + i, part, y);
    }
    float lanes[V::kLanes];
    V::store(lanes, y);
    for (int l = part; l < V::kLanes; ++l) lanes[l] = -kInf;
    return reduce_max(V::max(V::load(lanes), top));
  }

  static float max(const float* x, int n) noexcept {
    Reg top[2] = {V::splat(-kInf), V::splat(-kInf)};
    int i = 0;
    for (; i + 2 * V::kLanes <= n; i += 2 * V::kLanes) {
      top[0] = V::max(V::load(x + i), top[0]);
      top[1] = V::max(V::load(x + i + V::kLanes), top[1]);
    }
    for (; i < n; i += V::kLanes) {
      top[0] = V::max(load_part<V>(x + i, std::min(V::kLanes, n - i), -kInf), top[0]);
    }
    return reduce_max(V::max(top[0], top[1]));
  }

  static void softmax_row(const float* x, float* y, int n, float inv_temperature) noexcept {
    softmax_below(x, y, n, inv_temperature, max(x, n));
  }

  /// Softmax when the largest x is known.
  static void softmax_below(const float* x, float* y, int n, float inv_temperature,
                            float top) noexcept {
    if (top == -kInf) {
      std::fill_n(y, n, 0.0F);
      return;
    }
    if (top == kInf) return share_infinities(x, y, n);
    if (inv_temperature != 1.0F) {  // x - 0 below changes no bit
      map(x, y, n, Temper{V::splat(top), V::splat(inv_temperature)});
      x = y;
      top = 0.0F;
    }
    const float total = exp_and_sum(x, y, n, top);
    scale_row(y, y, n, 1.0F / total);
  }

  static float sum(const float* x, int n) noexcept {
    Reg total[4] = {V::splat(0.0F), V::splat(0.0F), V::splat(0.0F), V::splat(0.0F)};
    int i = 0;
    for (; i + 4 * V::kLanes <= n; i += 4 * V::kLanes) {
      AP_UNROLL
      for (int u = 0; u < 4; ++u) total[u] = V::add(total[u], V::load(x + i + u * V::kLanes));
    }
    for (; i < n; i += V::kLanes) {
      total[0] = V::add(total[0], load_part<V>(x + i, std::min(V::kLanes, n - i), 0.0F));
    }
    return add_lanes(V::add(V::add(total[0], total[1]), V::add(total[2], total[3])));
  }

 private:
  template <class F>
  static AP_INLINE void map(const float* x, float* y, int n, F f) {
    int i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) V::store(y + i, f(V::load(x + i)));
    if (i < n) store_part<V>(y + i, n - i, f(load_part<V>(x + i, n - i, 0.0F)));
  }
  template <class F>
  static AP_INLINE void map2(const float* a, const float* b, float* y, int n, F f) {
    int i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) V::store(y + i, f(V::load(a + i), V::load(b + i)));
    if (i == n) return;
    const Reg p = load_part<V>(a + i, n - i, 0.0F);
    store_part<V>(y + i, n - i, f(p, load_part<V>(b + i, n - i, 0.0F)));
  }

  /// y = e^(x - top) for x <= top; the sum of y. Two passes over a chunk at a time, r and 2^n
  /// of exp between them in memory: the chain of one element is long, and a processor holds only so
  /// many waiting operations; halves of it overlap better (a third off a softmax).
  static float exp_and_sum(const float* x, float* y, int n, float top) noexcept {
    constexpr int kChunk = 512;
    alignas(64) float rest[kChunk];
    alignas(64) float power[kChunk];
    Reg total[2] = {V::splat(0.0F), V::splat(0.0F)};
    for (int i = 0; i < n; i += kChunk) {
      const int part = std::min(kChunk, n - i);
      exp_reduce_below(x + i, rest, power, part, top);
      exp_finish(rest, power, y + i, part, total);
    }
    return add_lanes(V::add(total[0], total[1]));
  }

  /// x - top = n ln 2 + r: r and 2^n; both 0 where the power is below the normal floats,
  /// and past the end.
  static void exp_reduce_below(const float* x, float* rest, float* power, int n,
                               float top) noexcept {
    const Reduce reduce(top);
    int i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) reduce(V::load(x + i), rest + i, power + i);
    if (i < n) reduce(load_part<V>(x + i, n - i, -kInf), rest + i, power + i);
  }

  /// y = 2^n e^r, added to the totals, which take turns: at the end too, so that zeros behind the
  /// last key that a row sees change no bit of its sum (a token is added to a causal text).
  static void exp_finish(const float* rest, const float* power, float* y, int n,
                         Reg (&total)[2]) noexcept {
    const Finish finish;
    int i = 0;
    for (; i + 2 * V::kLanes <= n; i += 2 * V::kLanes) {
      AP_UNROLL
      for (int u = 0; u < 2; ++u) {
        const int at = i + u * V::kLanes;
        const Reg e = finish(V::load(rest + at), V::load(power + at));
        V::store(y + at, e);
        total[u] = V::add(total[u], e);
      }
    }
    for (int u = 0; i < n; i += V::kLanes, ++u) {
      const Reg e = finish(V::load(rest + i), V::load(power + i));
      store_part<V>(y + i, std::min(V::kLanes, n - i), e);
      total[u] = V::add(total[u], e);
    }
  }

  static float reduce_max(Reg a) noexcept {
    // V8 chooses between two floats by a jump, which numbers at random mislead.
    if constexpr (requires { V::max_lane(a); }) return V::max_lane(a);
    float lanes[V::kLanes];
    V::store(lanes, a);
    return *std::max_element(lanes, lanes + V::kLanes);
  }
  /// Lanes from the first to the last.
  static float add_lanes(Reg a) noexcept {
    float lanes[V::kLanes];
    V::store(lanes, a);
    float s = 0.0F;
    for (const float lane : lanes) s += lane;
    return s;
  }

  /// The limit of softmax as some entries grow alike: they share 1, the others get nothing.
  static void share_infinities(const float* x, float* y, int n) noexcept {
    const auto count = std::count(x, x + n, kInf);
    const float part = 1.0F / static_cast<float>(count);
    for (int i = 0; i < n; ++i) y[i] = x[i] == kInf ? part : 0.0F;
  }
};

}  // namespace ap::simd
