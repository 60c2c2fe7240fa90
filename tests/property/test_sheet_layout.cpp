// Nothing on a sheet overlaps and every stage has its place, over random models and page sizes.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/rng.hpp"
#include "view/sheet/sheet.hpp"

using namespace ap;

namespace {

struct Case {
  SheetSpec spec;
  SheetOptions options;
};

int pick(Rng& rng, std::initializer_list<int> of) {
  return *(of.begin() + rng.below(static_cast<std::uint32_t>(of.size())));
}

void add(SheetSpec& spec, Stage stage, int rows, int cols, const Model& model) {
  spec.stages.push_back({{per_head(stage) ? spec.layer : 0, stage, 0},
                         rows,
                         cols,
                         row_axis(stage, model),
                         col_axis(stage, model),
                         is_parameter(stage)});
}

Case random_case(Rng& rng) {
  Case c;
  SheetSpec& s = c.spec;
  Model m;
  const int t = pick(rng, {1, 2, 4, 11, 24, 64, 333, 1024});
  const bool cross = rng.below(4) == 0;
  const int keys = cross ? pick(rng, {1, 2, 9, 200, 1024}) : t;
  const int d = pick(rng, {2, 3, 8, 16, 64, 100, 768});
  s.heads = pick(rng, {1, 2, 3, 8, 16});
  s.layers = pick(rng, {1, 2, 8});
  s.queries = t;
  s.keys = keys;
  const int k = std::max(1, d / s.heads);
  const int hidden = d * pick(rng, {1, 2, 4});
  const bool bias = rng.below(2) == 0;
  const bool positions = rng.below(2) == 0;
  const bool alibi = !positions && rng.below(4) == 0;
  if (alibi) m.positions.kind = PositionKind::kAlibi;
  s.norm_after = rng.below(2) == 0;
  s.mask_painted = rng.below(2) == 0;
  const auto on = [&] { return rng.below(2) == 0; };
  const bool norm = on();
  const bool mlp = on();
  add(s, Stage::kEmbeddings, t, d, m);
  if (positions) add(s, Stage::kPositions, t, d, m), add(s, Stage::kInput, t, d, m);
  if (cross) add(s, Stage::kSourceEmbeddings, keys, d, m);
  if (cross && positions)
    add(s, Stage::kSourcePositions, keys, d, m), add(s, Stage::kSourceInput, keys, d, m);
  if (norm) add(s, Stage::kNorm1, t, d, m), add(s, Stage::kNorm1Gain, 1, d, m);
  for (const Stage w : {Stage::kWq, Stage::kWk, Stage::kWv}) add(s, w, d, k, m);
  if (bias)
    for (const Stage b : {Stage::kBq, Stage::kBk, Stage::kBv}) add(s, b, 1, k, m);
  add(s, Stage::kQ, t, k, m);
  add(s, Stage::kK, keys, k, m);
  add(s, Stage::kV, keys, k, m);
  if (on()) add(s, Stage::kQRotated, t, k, m), add(s, Stage::kKRotated, keys, k, m);
  if (alibi) add(s, Stage::kPositions, t, keys, m);
  add(s, Stage::kScores, t, keys, m);
  if (on()) add(s, Stage::kScaled, t, keys, m);
  if (on()) add(s, Stage::kMask, t, keys, m), add(s, Stage::kMasked, t, keys, m);
  if (on()) add(s, Stage::kCapped, t, keys, m);
  add(s, Stage::kWeights, t, keys, m);
  if (on()) add(s, Stage::kTemperature, 1, s.heads, m);
  add(s, Stage::kHeadOut, t, k, m);
  add(s, Stage::kConcat, t, k * s.heads, m);
  add(s, Stage::kWo, k * s.heads, d, m);
  if (bias) add(s, Stage::kBo, 1, d, m);
  if (mlp) {
    add(s, Stage::kProjected, t, d, m);
    add(s, Stage::kAdded, t, d, m);
    for (const Stage w : {Stage::kWGate, Stage::kWUp}) add(s, w, d, hidden, m);
    for (const Stage h : {Stage::kGate, Stage::kUp, Stage::kHidden}) add(s, h, t, hidden, m);
    add(s, Stage::kWDown, hidden, d, m);
    add(s, Stage::kMlpOut, t, d, m);
  }
  add(s, Stage::kOutput, t, d, m);
  for (const Stage off : {Stage::kScaled, Stage::kMasked, Stage::kCapped, Stage::kAdded,
                          Stage::kNorm1, Stage::kHidden})
    if (on()) s.off.push_back(off);
  c.options.width =
      static_cast<float>(pick(rng, {320, 400, 600, 621, 800, 1000, 1280, 1920, 3840}));
  c.options.height = static_cast<float>(pick(rng, {360, 600, 800, 1400, 2160}));
  c.options.query_label = static_cast<float>(pick(rng, {5, 30, 60, 200}));
  c.options.key_label = static_cast<float>(pick(rng, {5, 30, 60, 200}));
  if (on()) c.options.folded.insert(Stage::kConcat);
  return c;
}

struct Piece {
  std::string what;
  Rect rect;
};

std::vector<Piece> pieces(const Sheet& sheet) {
  std::vector<Piece> out;
  for (const Block& b : sheet.blocks) out.push_back({std::string(name(b.id.stage)), b.frame});
  for (const Ghost& g : sheet.ghosts) out.push_back({"tab " + g.text, g.rect});
  for (const Caption& c : sheet.captions)
    out.push_back({"caption " + std::string(name(c.step)), c.rect});
  if (!sheet.heads_strip.empty()) out.push_back({"strip", sheet.heads_strip});
  return out;
}

/// Rounding of float coordinates apart.
bool overlap(const Rect& a, const Rect& b) { return a.grown(-0.1F).overlaps(b.grown(-0.1F)); }

}  // namespace

TEST_CASE("on a sheet of any size nothing overlaps, and all of it is inside its bounds",
          "[sheet]") {
  Rng rng(20);
  for (int n = 0; n < 120; ++n) {
    const Case c = random_case(rng);
    const Sheet sheet = layout_sheet(c.spec, c.options);
    INFO("case " << n << ": T " << c.spec.queries << ", S " << c.spec.keys << ", page "
                 << c.options.width << " x " << c.options.height);
    const std::vector<Piece> all = pieces(sheet);
    int wrong = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      INFO(all[i].what << " " << all[i].rect.x << "," << all[i].rect.y << " " << all[i].rect.w
                       << "x" << all[i].rect.h);
      CHECK(sheet.bounds.grown(0.5F).contains(all[i].rect));
      for (std::size_t j = 0; j < i; ++j) {
        if (!overlap(all[i].rect, all[j].rect)) continue;
        ++wrong;
        UNSCOPED_INFO(all[i].what << " overlaps " << all[j].what);
      }
    }
    REQUIRE(wrong == 0);
  }
}

TEST_CASE("parts of a block lie inside its frame and apart from one another", "[sheet]") {
  Rng rng(21);
  for (int n = 0; n < 60; ++n) {
    const Case c = random_case(rng);
    for (const Block& b : layout_sheet(c.spec, c.options).blocks) {
      INFO("case " << n << ": " << name(b.id.stage) << " " << b.shape);
      const std::array<Rect, 5> parts = {b.matrix, b.header, b.row_gutter, b.col_gutter, b.legend};
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) continue;
        REQUIRE(b.frame.grown(0.5F).contains(parts[i]));
        for (std::size_t j = 0; j < i; ++j) REQUIRE_FALSE(overlap(parts[i], parts[j]));
      }
      REQUIRE(b.cell_w > 0);
      REQUIRE(std::abs(b.cell_w * static_cast<float>(b.cols) - b.matrix.w) < 0.01F * b.matrix.w);
      REQUIRE(b.matrix.w <= 4000);
    }
  }
}

TEST_CASE("every stage that is on has a block or, folded, a tab", "[sheet]") {
  Rng rng(22);
  for (int n = 0; n < 80; ++n) {
    const Case c = random_case(rng);
    const Sheet sheet = layout_sheet(c.spec, c.options);
    for (const StageShape& s : c.spec.stages) {
      INFO("case " << n << ": " << name(s.id.stage));
      const bool tab = std::any_of(sheet.ghosts.begin(), sheet.ghosts.end(), [&](const Ghost& g) {
        return g.folded && g.stage == s.id.stage;
      });
      REQUIRE((sheet.index_of(s.id) >= 0) != tab);
    }
    const bool many = c.spec.heads * c.spec.layers > 1;
    REQUIRE(sheet.thumbnails.size() ==
            (many ? static_cast<std::size_t>(c.spec.heads * c.spec.layers) : 0U));
    for (const Flow& f : sheet.flows) {
      REQUIRE(f.from != f.to);
      REQUIRE(f.to < static_cast<int>(sheet.blocks.size()));
    }
  }
}

namespace {

/// What is read: cells with their labels, titles, legends, tabs.
std::vector<Piece> legible(const Sheet& sheet) {
  std::vector<Piece> out;
  for (const Block& b : sheet.blocks) {
    const std::string of = " of " + std::string(name(b.id.stage));
    out.push_back({"cells" + of, b.matrix});
    out.push_back({"row labels" + of, b.row_gutter});
    out.push_back({"title" + of, b.header});
    out.push_back({"legend" + of, b.legend});
  }
  for (const Ghost& g : sheet.ghosts) out.push_back({"tab " + g.text, g.rect});
  return out;
}

}  // namespace

TEST_CASE("flow lines run from source to target and hardly ever through what is read", "[sheet]") {
  Rng rng(24);
  int lines = 0;
  int crossing = 0;
  for (int n = 0; n < 200; ++n) {
    const Case c = random_case(rng);
    const Sheet sheet = layout_sheet(c.spec, c.options);
    if (sheet.stacked) continue;
    const std::vector<Piece> all = legible(sheet);
    for (const Flow& f : sheet.flows) {
      const Block& a = sheet.blocks[static_cast<std::size_t>(f.from)];
      const Block& b = sheet.blocks[static_cast<std::size_t>(f.to)];
      INFO("case " << n << ": " << name(a.id.stage) << " to " << name(b.id.stage));
      REQUIRE(a.frame.grown(6).contains(f.start()));
      REQUIRE(b.frame.grown(6).contains(f.end()));
      for (std::size_t i = 1; i < f.path.size(); ++i) REQUIRE(f.path[i].p0 == f.path[i - 1].p3);
      bool clear = true;
      for (int i = 0; i <= 200 && clear; ++i) {
        const Point p = at(f, static_cast<float>(i) / 200);
        clear = std::ranges::none_of(
            all, [&](const Piece& piece) { return piece.rect.grown(-0.5F).contains(p); });
      }
      ++lines;
      crossing += clear ? 0 : 1;
    }
  }
  INFO(crossing << " of " << lines << " lines");
  CHECK(lines > 1000);
  // Sheets that need it may be made, with matrices of a cell under wide titles; the presets have
  // none (tests/unit/ui/shell/test_first_view.cpp).
  CHECK(crossing * 100 <= lines);
}

TEST_CASE("a stacked sheet keeps to the page's width", "[sheet]") {
  Rng rng(23);
  for (int n = 0; n < 80; ++n) {
    Case c = random_case(rng);
    c.options.width = static_cast<float>(pick(rng, {320, 400, 600}));
    const Sheet sheet = layout_sheet(c.spec, c.options);
    REQUIRE(sheet.stacked);
    INFO("case " << n << " width " << sheet.bounds.w << " page " << c.options.width);
    REQUIRE(sheet.bounds.w <= c.options.width);
  }
}
