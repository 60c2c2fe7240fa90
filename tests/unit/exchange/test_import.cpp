#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "support/exchange_files.hpp"
#include "support/random_actions.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

Document imported(const Document& d, const OpenedFile& file, const ImportChoice& choice) {
  const ImportPlan plan = must(plan_import(d, file, choice));
  return after(d, must(make_import(file, plan, {})));
}

std::string refused(const Document& d, const OpenedFile& file, const ImportChoice& choice) {
  return why(plan_import(d, file, choice));
}

std::vector<std::string> offers(const Document& d, const OpenedFile& file,
                                const ImportChoice& choice) {
  std::vector<std::string> out;
  for (const FitOffer& o : fit_offers(d, file, choice)) out.push_back(o.says);
  return out;
}

/// Cell n of `counted`.
float nth(std::int64_t n) { return static_cast<float>(n) / 8; }

using Says = std::vector<std::string>;

}  // namespace

TEST_CASE("an array of the place's shape goes in as it is, in one step") {
  const Document d = sentence("a b c", 8, 2);
  const Document got = imported(d, npy_file(Dims{8, 8}), {.stage = Stage::kWq});
  for (int i = 0; i < 64; ++i) REQUIRE(got.model.layers[0].q.weight->data()[i] == nth(i));
  CHECK(got.model.layers[0].k == d.model.layers[0].k);
  CHECK(imported(d, npy_file(Dims{3, 8}), {.stage = Stage::kEmbeddings})
            .query.embeddings->data()[23] == nth(23));
  const ImportPlan plan = must(plan_import(d, npy_file(Dims{8, 8}), {.stage = Stage::kWq}));
  CHECK(plan.name == "Import W_Q");
  CHECK(plan.before.empty());
}

TEST_CASE("one head's matrix, and heads stacked as our own exports stack them") {
  const Document d = sentence("a b", 8, 2);
  const Matrix one =
      *imported(d, npy_file(Dims{8, 4}), {.stage = Stage::kWk, .head = 1}).model.layers[0].k.weight;
  CHECK(one(0, 4) == nth(0));
  CHECK(one(7, 7) == nth(31));
  CHECK(one.leftCols(4) == d.model.layers[0].k.weight->leftCols(4));
  const Matrix both =
      *imported(d, npy_file(Dims{2, 8, 4}), {.stage = Stage::kWk}).model.layers[0].k.weight;
  CHECK(both(0, 0) == nth(0));
  CHECK(both(0, 4) == nth(32));
  CHECK(both(7, 7) == nth(63));
  // By index it is one matrix of the stack.
  const Matrix second =
      *imported(d, npy_file(Dims{2, 8, 4}), {.index = {1}, .stage = Stage::kWk, .head = 0})
           .model.layers[0]
           .k.weight;
  CHECK(second(0, 0) == nth(32));
}

TEST_CASE("transposed, sliced, resized") {
  const Document d = sentence("a b c", 8, 2);
  const OpenedFile file = npy_file(Dims{10, 12});
  const Matrix turned =
      *imported(d, npy_file(Dims{4, 8}), {.stage = Stage::kWq, .head = 0, .transpose = true})
           .model.layers[0]
           .q.weight;
  CHECK(turned(1, 2) == nth(2 * 8 + 1));
  const Matrix part =
      *imported(d, file, {.stage = Stage::kWq, .fit = Fit::kSlice, .row = 2, .col = 3})
           .model.layers[0]
           .q.weight;
  CHECK(part(0, 0) == nth(2 * 12 + 3));
  CHECK(part(7, 7) == nth(9 * 12 + 10));
  const Matrix corner =
      *imported(d, file, {.stage = Stage::kWq, .fit = Fit::kSlice, .row = 8, .col = 10})
           .model.layers[0]
           .q.weight;
  CHECK(corner(1, 1) == nth(9 * 12 + 11));
  CHECK(corner(2, 0) == (*d.model.layers[0].q.weight)(2, 0));  // beyond the array stays
  // A corner is a slice's alone.
  const Document resized =
      imported(d, file, {.stage = Stage::kWq, .fit = Fit::kResize, .row = 2, .col = 3});
  CHECK(resized.model.width == 10);
  CHECK(resized.model.key_width == 6);
  CHECK((*resized.model.layers[0].q.weight)(9, 11) == nth(119));
  const Document tokens =
      imported(d, npy_file(Dims{5, 6}), {.stage = Stage::kEmbeddings, .fit = Fit::kResize});
  CHECK(tokens.query.size() == 5);
  CHECK(tokens.model.width == 6);
  CHECK(tokens.query.tokens[0].text == "a");
  CHECK(tokens.query.embeddings->data()[29] == nth(29));
}

TEST_CASE("a mask: numbers are added, booleans say who may attend") {
  const Document d = sentence("a b", 4, 1);
  const Document numbers = imported(d, npy_file(Dims{2, 2}), {.stage = Stage::kMask});
  CHECK((*numbers.mask)(1, 1) == nth(3));
  const OpenedFile text = must(OpenedFile::open_text("[[True, False], [True, True]]"));
  const Document booleans = imported(d, text, {.stage = Stage::kMask});
  CHECK((*booleans.mask)(0, 0) == 0);
  CHECK((*booleans.mask)(0, 1) == -INFINITY);
  CHECK((*imported(d, text, {.stage = Stage::kWq, .head = 0, .fit = Fit::kSlice})
              .model.layers[0]
              .q.weight)(0, 1) == 0);
}

TEST_CASE("0 and 1 alone say who may attend, and that is said; other whole numbers are refused") {
  const Document d = sentence("a b", 4, 1);
  const ImportChoice choice{.stage = Stage::kMask};
  const auto note_of = [&](const OpenedFile& file) {
    return must(make_import(file, must(plan_import(d, file, choice)), {})).note;
  };
  for (const char* text : {"1,0\n1,1\n", "[[1, 0], [1, 1]]"}) {
    const OpenedFile file = must(OpenedFile::open_text(text));
    INFO(text);
    const Document got = imported(d, file, choice);
    CHECK((*got.mask)(0, 0) == 0);
    CHECK((*got.mask)(0, 1) == -INFINITY);
    CHECK(note_of(file).find("1 is seen") != std::string::npos);
    ImportChoice added = choice;
    added.mask = MaskMeaning::kAdded;
    CHECK((*imported(d, file, added).mask)(0, 0) == 1);
  }
  const auto npy = [](std::vector<std::int64_t> numbers) {
    NpyArray array{Dtype::kInt64, {2, 2}, Bytes(numbers.size() * 8)};
    std::memcpy(array.data.data(), numbers.data(), array.data.size());
    return must(OpenedFile::open("mask.npy", write_npy(array)));
  };
  CHECK((*imported(d, npy({1, 0, 1, 1}), choice).mask)(0, 1) == -INFINITY);
  CHECK((*imported(d, npy({0, 0, 1, 0}), choice).mask)(0, 1) == -INFINITY);
  const OpenedFile other = npy({1, 0, -10000, 1});
  CHECK(why(make_import(other, must(plan_import(d, other, choice)), {})) ==
        "mask.npy: is int64; needs bool (true = attend), 0 and 1, or floats (added)");
  // Zeros that are floats hide nothing, and what hides keeps its number.
  CHECK(note_of(must(OpenedFile::open_text("[[0.0, 0.0], [0.0, 0.0]]"))).empty());
  const Document kept =
      imported(d, must(OpenedFile::open_text("[[0, -3.4028235e38], [-1e9, 0]]")), choice);
  CHECK((*kept.mask)(0, 1) == std::numeric_limits<float>::lowest());
  CHECK((*kept.mask)(1, 0) == -1e9F);
}

TEST_CASE("what a place needs is switched on with it") {
  const Document d = sentence("a b c", 8, 2);
  const Document learned = imported(d, npy_file(Dims{3, 8}), {.stage = Stage::kPositions});
  CHECK(learned.model.positions.kind == PositionKind::kLearned);
  CHECK(learned.model.positions.learned->data()[23] == nth(23));
  const Document bias = imported(d, npy_file(Dims{8}), {.stage = Stage::kBq});
  CHECK(bias.model.layers[0].q.bias->data()[7] == nth(7));
  const Document mlp =
      imported(d, npy_file(Dims{8, 6}), {.stage = Stage::kWUp, .fit = Fit::kResize});
  CHECK(mlp.model.mlp_width == 6);
  CHECK(mlp.model.layers[0].up.weight->data()[47] == nth(47));
}

TEST_CASE("offers say what would be done, the best first, and only what works") {
  const Document d = sentence("a b c", 8, 2);
  CHECK(offers(d, npy_file(Dims{8, 8}), {.stage = Stage::kWq}) == Says{"As it is", "Transpose"});
  CHECK(offers(d, npy_file(Dims{4, 8}), {.stage = Stage::kWq}) ==
        Says{"Resize: width 8 → 4", "Transpose and resize: head width 4 → 2",
             "Put 4 × 8 at the top left", "Transpose, then put 8 × 4 at the top left"});
  CHECK(offers(d, npy_file(Dims{9, 9}), {.stage = Stage::kWq}).back() ==
        "Transpose, then take 8 × 8 of it");
  CHECK(offers(d, npy_file(Dims{5, 8}), {.stage = Stage::kEmbeddings}).front() ==
        "Resize: tokens 3 → 5");
  CHECK(offers(d, npy_file(Dims{3, 8}), {.stage = Stage::kWeights}).empty());
}

TEST_CASE("what does not fit is refused with both shapes and what to do") {
  const Document d = sentence("a b c", 8, 2);
  const OpenedFile file = npy_file(Dims{3, 5});
  CHECK(refused(d, file, {.stage = Stage::kWq}) ==
        "array: the array is 3 × 5, W_Q is 8 × 8 (2 heads): resize the document, transpose, or "
        "take a slice");
  CHECK(refused(d, file, {.stage = Stage::kWq, .fit = Fit::kResize}) ==
        "array: 5 columns do not divide among 2 heads; choose one head, or set the number of heads "
        "first");
  CHECK(refused(d, file, {.stage = Stage::kMask, .fit = Fit::kResize}) ==
        "array: a mask of one sentence is square, this is 3 × 5");
  CHECK(refused(d, file, {.stage = Stage::kWq, .fit = Fit::kSlice, .row = 3}) ==
        "row: the slice begins beyond the array, 3 × 5");
  CHECK(refused(d, file, {.stage = Stage::kWq, .row = -1}) ==
        "row: a slice begins at row 0 and column 0 or later");
  CHECK(refused(d, file, {.stage = Stage::kScores}) ==
        "stage: scores is computed; choose embeddings, a weight, the mask or positions");
  CHECK(refused(d, file, {.array = "b", .stage = Stage::kWq}) ==
        "x.npy: there is no array 'b' in it");
  CHECK(refused(d, file, {.stage = Stage::kWq, .layer = 3}) ==
        "layer: no layer 3: the model has 1");
  CHECK(refused(d, file, {.stage = Stage::kWq, .head = 2}) == "head: no head 2: W_Q has 2");
  CHECK(refused(d, file, {.stage = Stage::kSourceEmbeddings}) ==
        "stage: there is no source sentence: switch on cross-attention first");
  CHECK(refused(d, npy_file(Dims{2, 3, 5}),
                {.index = {2}, .stage = Stage::kWq, .fit = Fit::kSlice}) == "no error");
  const ImportPlan beyond = must(plan_import(
      d, npy_file(Dims{2, 3, 5}), {.index = {2}, .stage = Stage::kWq, .fit = Fit::kSlice}));
  CHECK(why(make_import(npy_file(Dims{2, 3, 5}), beyond, {})) ==
        "x.npy: index 2 of dimension 0 is not below 2");
}

TEST_CASE("arrays of any shape into any place: what is offered works, what is refused says why") {
  int done = 0, none = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Rng rng(seed);
    test::RandomActions actions(seed);
    Document d = preset("cat");
    for (int i = 0; i < 12; ++i) {
      if (auto next = update(d, actions.next(d), world())) d = std::move(*next);
    }
    Dims shape(1 + rng.below(3));
    for (std::int64_t& dim : shape) dim = 1 + rng.below(12);
    const OpenedFile file = npy_file(shape);
    ImportChoice choice{.stage = static_cast<Stage>(rng.below(kStageCount)),
                        .layer = static_cast<int>(rng.below(2)),
                        .head = static_cast<int>(rng.below(3)) - 1,
                        .row = static_cast<int>(rng.below(3)),
                        .col = static_cast<int>(rng.below(3))};
    CAPTURE(seed, shape, static_cast<int>(choice.stage), choice.head);
    for (const FitOffer& offer : fit_offers(d, file, choice)) {
      CHECK_FALSE(offer.says.empty());
      choice.fit = offer.fit;
      choice.transpose = offer.transpose;
      const auto batch = make_import(file, must(plan_import(d, file, choice)), {});
      INFO(offer.says + "; " + why(batch));
      REQUIRE(batch);
      const auto next = update(d, *batch, World{});
      // A locked or cached place, or a number that is none of a temperature, may still be refused:
      // with a reason.
      if (!next) CHECK_FALSE(next.error().message.empty());
      if (next) REQUIRE(validate(*next).has_value());
      done += next ? 1 : 0;
    }
    choice.fit = Fit::kAsIs;
    if (const auto plan = plan_import(d, file, choice); !plan) {
      CHECK_FALSE(plan.error().message.empty());
      ++none;
    }
  }
  CHECK(done > 100);
  CHECK(none > 100);
}
