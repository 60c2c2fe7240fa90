// A painted row sums to 1 by one rule; what the mask hides can't be wanted; marks say what is
// painted.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <numeric>

#include "playground/json/presets.hpp"
#include "playground/session/session.hpp"
#include "ui/sheet/target_brush.hpp"

using namespace ap;
using namespace ap::ui;
using Catch::Approx;

namespace {

struct Bench {
  Session session;
  TargetStroke stroke;

  explicit Bench(bool causal = false) {
    REQUIRE(session.dispatch(action::LoadPreset{"similarity"}));
    if (causal) REQUIRE(session.dispatch(action::SetCausal{true}));
    REQUIRE(session.dispatch(action::ClearTargets{}));
  }
  [[nodiscard]] CellId cell(int row, int col) const { return {{0, Stage::kWeights, 0}, row, col}; }
  bool touch(int row, int col) {
    const auto action = stroke.touch(session.document(), session.trace(), cell(row, col));
    return action && session.dispatch(*action).has_value();
  }
  /// The row's shares as numbers; checks that they sum to 1.
  [[nodiscard]] std::vector<float> row(int i) const {
    const Matrix m = painted_shares(session.document(), cell(i, 0));
    if (m.size() > 0) CHECK(m.sum() == Approx(1));
    return {m.data(), m.data() + m.size()};
  }
};

void check_row(const std::vector<float>& got, std::initializer_list<double> wanted) {
  REQUIRE(got.size() == wanted.size());
  int j = 0;
  for (const double x : wanted)
    CHECK(static_cast<double>(got[static_cast<std::size_t>(j++)]) == Approx(x).margin(1e-6));
}

}  // namespace

TEST_CASE("one stroke shares a fresh row equally; the next adds a fifth and keeps the sum") {
  Bench b;
  b.stroke.begin(false);
  CHECK(b.touch(1, 0));
  check_row(b.row(1), {1, 0, 0, 0});
  CHECK(b.touch(1, 1));
  CHECK_FALSE(b.touch(1, 1));  // still the same stroke
  check_row(b.row(1), {0.5, 0.5, 0, 0});
  CHECK(b.touch(2, 1));  // it may go over several rows
  check_row(b.row(2), {0, 1, 0, 0});
  b.stroke.begin(false);
  CHECK(b.touch(1, 3));
  check_row(b.row(1), {0.5 / 1.2, 0.5 / 1.2, 0, 0.2 / 1.2});
}

TEST_CASE("an erasing stroke takes shares away, and the last of them frees the row") {
  Bench b;
  b.stroke.begin(false);
  CHECK((b.touch(0, 0) && b.touch(0, 1)));
  b.stroke.begin(true);
  CHECK(b.touch(0, 0));
  check_row(b.row(0), {0, 1, 0, 0});
  CHECK(b.touch(0, 1));
  CHECK(b.session.document().learning.targets.empty());
  CHECK_FALSE(b.touch(0, 2));
}

TEST_CASE("a typed share stays, the others share the rest as before") {
  Bench b;
  const auto type = [&](int row, int col, float x) {
    auto action = typed_share(b.session.document(), b.session.trace(), b.cell(row, col), x);
    return action && b.session.dispatch(*action).has_value();
  };
  CHECK(type(1, 0, 0.25F));  // a free row begins as the weights are
  const ConstView w = b.session.trace().tensor({0, Stage::kWeights, 0});
  const double rest = 1 - static_cast<double>(w(1, 0));
  check_row(b.row(1), {0.25, 0.75 * w(1, 1) / rest, 0.75 * w(1, 2) / rest, 0.75 * w(1, 3) / rest});
  CHECK(type(1, 1, 1));
  check_row(b.row(1), {0, 1, 0, 0});
  CHECK(type(1, 1, 0.4F));  // nobody to share with: all others equally
  check_row(b.row(1), {0.2, 0.4, 0.2, 0.2});
  CHECK_FALSE(type(1, 1, 1.5F));
  CHECK_FALSE(type(1, 1, -0.1F));
}

TEST_CASE("what the mask hides can't be painted or typed") {
  Bench b(true);
  b.stroke.begin(false);
  CHECK_FALSE(b.touch(0, 2));
  CHECK(b.touch(2, 0));
  CHECK_FALSE(typed_share(b.session.document(), b.session.trace(), b.cell(0, 2), 0.5F));
  CHECK(typed_share(b.session.document(), b.session.trace(), b.cell(0, 0), 1));
  CHECK_FALSE(
      typed_share(b.session.document(), b.session.trace(), b.cell(0, 0), 0.5F));  // the only word
}

TEST_CASE("with cached tokens a row of the sheet is a later token's") {
  Bench b(true);
  REQUIRE(b.session.dispatch(action::SetCached{2}));
  b.stroke.begin(false);
  CHECK(b.touch(0, 1));
  REQUIRE(b.session.document().learning.targets.size() == 1);
  CHECK(b.session.document().learning.targets[0].row == 2);
  std::vector<Matrix> shares;
  const auto marks = target_marks(b.session.document(), 0, 0, shares);
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].row == 0);
  CHECK(marks[0].shares(0, 1) == 1);
  CHECK(target_marks(b.session.document(), 0, 1, shares).empty());  // another head
}
