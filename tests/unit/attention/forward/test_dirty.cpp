#include <catch2/catch_test_macros.hpp>

#include "attention/forward/dirty.hpp"
#include "support/random_model.hpp"

using namespace ap;

namespace {

bool covers(const Dirty& dirty, int row, int col) {
  for (const Rect& r : dirty.rects()) {
    if (r.contains({row, col, 1, 1})) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what was added stays covered, however much is added") {
  test::RandomModel random(1);
  for (int round = 0; round < 200; ++round) {
    Dirty dirty;
    std::vector<Rect> added;
    for (int i = 0; i < 20; ++i) {
      const Rect r{random.between(0, 20), random.between(0, 20), random.between(0, 5),
                   random.between(0, 5)};
      dirty.add(r);
      added.push_back(r);
    }
    for (const Rect& r : added) {
      for (int i = r.row; i < r.row + r.rows; ++i) {
        for (int j = r.col; j < r.col + r.cols; ++j) REQUIRE(covers(dirty, i, j));
      }
    }
  }
}

TEST_CASE("the difference of two matrices is the box around the changed cells") {
  const SharedMatrix a = share(Matrix::Zero(5, 6));
  CHECK(difference(a, a).none());
  CHECK(difference(a, share(Matrix::Zero(5, 6))).none());
  Matrix b = *a;
  b(1, 4) = 1.0F;
  b(3, 2) = -1.0F;
  const Dirty dirty = difference(a, share(std::move(b)));
  REQUIRE(dirty.rects().size() == 1);
  CHECK(dirty.rects()[0].contains({1, 2, 3, 3}));
  CHECK_FALSE(covers(dirty, 0, 2));
  CHECK_FALSE(covers(dirty, 1, 5));
  CHECK(covers(difference(a, nullptr), 4, 5));
}
