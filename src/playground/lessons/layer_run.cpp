#include "playground/lessons/layer_run.hpp"

#include <algorithm>
#include <cmath>

#include "attention/model/model.hpp"

namespace ap {
namespace {

/// Uniform with the variance 1 / rows: four to a call of the generator, since these are many.
void fill_random(Matrix& m, Rng& rng) {
  const float spread = std::sqrt(12.0F / static_cast<float>(m.rows())) / 65536.0F;
  float* out = m.data();
  for (Eigen::Index left = m.size(); left > 0;) {
    std::uint64_t bits = rng.next();
    for (int i = 0; i < 4 && left > 0; ++i, --left, bits >>= 16U) {
      *out++ = spread * (static_cast<float>(bits & 0xFFFFU) - 32767.5F);
    }
  }
}

}  // namespace

double LayerShape::parameters() const noexcept { return 4.0 * width * heads * key_width; }

double LayerShape::multiply_adds() const noexcept {
  return tokens * parameters() + 2.0 * tokens * tokens * heads * key_width;
}

Result<LayerRun> LayerRun::make(const LayerShape& s) {
  constexpr int kMostTokens = 1024;
  if (s.width < 1 || s.width > kMaxWidth || s.heads < 1 || s.heads > kMaxHeads || s.key_width < 1 ||
      s.key_width > 1024 || s.tokens < 1 || s.tokens > kMostTokens) {
    return fail(ErrorCode::kRange,
                "a layer runs here with up to 16384 numbers a token, 128 heads "
                "and 1024 tokens");
  }
  return LayerRun(s);
}

LayerRun::LayerRun(const LayerShape& shape) : shape_(shape) {
  const int inner = shape.heads * shape.key_width;
  input_.resize(shape.tokens, shape.width);
  fill_random(input_, rng_);
  for (Matrix& part : parts_) part.resize(shape.tokens, &part == &parts_[4] ? shape.width : inner);
}

double LayerRun::progress() const noexcept {
  return std::min(1.0, multiply_adds_ / shape_.multiply_adds());
}

void LayerRun::advance(double seconds, double (*now)()) {
  const double end = now() + seconds;
  do {
    step(now);
  } while (!done() && now() < end);
}

void LayerRun::step(double (*now)()) {
  if (done()) return;
  if (part_ == 3) return attend(now);
  project(part_ == 4 ? parts_[3] : input_, parts_[part_], now);
}

/// Some columns of to = from · W.
void LayerRun::project(const Matrix& from, Matrix& to, double (*now)()) {
  const int all = static_cast<int>(to.cols());
  const int columns = std::min(kColumns, all - at_);
  weight_.resize(from.cols(), columns);
  fill_random(weight_, rng_);
  const double start = now();
  gemm(view(from), view(weight_), view(to).block(0, at_, shape_.tokens, columns), scratch_);
  seconds_ += now() - start;
  multiply_adds_ += static_cast<double>(from.size()) * columns;
  at_ += columns;
  if (at_ < all) return;
  at_ = 0;
  ++part_;
}

/// One head: softmax(Q Kᵀ / sqrt(K)) V.
void LayerRun::attend(double (*now)()) {
  const int t = shape_.tokens;
  const int k = shape_.key_width;
  for (Matrix& m : scores_) m.resize(t, t);
  HeadInput in;
  in.q = view(parts_[0]).block(0, at_ * k, t, k);
  in.k = view(parts_[1]).block(0, at_ * k, t, k);
  in.v = view(parts_[2]).block(0, at_ * k, t, k);
  in.scale = 1.0F / std::sqrt(static_cast<float>(k));
  HeadStages out;
  out.scores = view(scores_[0]);
  out.weights = view(scores_[1]);
  out.out = view(parts_[3]).block(0, at_ * k, t, k);
  const double start = now();
  attention_head(in, out, scratch_);
  seconds_ += now() - start;
  multiply_adds_ += 2.0 * t * t * k;
  if (++at_ < shape_.heads) return;
  at_ = 0;
  ++part_;
}

}  // namespace ap
