// The shader against the CPU rasterizer, pixel by pixel, and the pass inside ImGui.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <imgui.h>
#include <limits>

#include "gl_window.hpp"

#include "base/rng.hpp"
#include "render/heatmap_pass.hpp"
#include "render/ui_pass.hpp"

using namespace ap;
using render::HeatmapItem;
using render::HeatmapPass;
using test::GlWindow;
using test::Profile;
using test::Target;

namespace {

constexpr Rgba kGround = rgb(0x336699);
constexpr float kInf = std::numeric_limits<float>::infinity();

Matrix random_matrix(int rows, int cols, Rng& rng, bool odd_values) {
  Matrix m(rows, cols);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      m(i, j) = rng.uniform() * 2.4F - 1.2F;
      if (odd_values && rng.below(6) == 0) m(i, j) = -kInf;
      if (odd_values && rng.below(400) == 0) m(i, j) = std::numeric_limits<float>::quiet_NaN();
      if (odd_values && rng.below(40) == 0) m(i, j) = kInf;
    }
  }
  return m;
}

struct Difference {
  int worst = 0;
  int over = 0;  // pixels that differ by more than 2
};
Difference compare(const Image& a, const Image& b) {
  Difference d;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const Rgba p = a.pixels[i];
    const Rgba q = b.pixels[i];
    const int off = std::max({std::abs(p.r - q.r), std::abs(p.g - q.g), std::abs(p.b - q.b)});
    d.worst = std::max(d.worst, off);
    d.over += off > 2 ? 1 : 0;
  }
  return d;
}

Image on_cpu(const HeatmapItem& item, int w, int h) {
  Image image(w, h, kGround);
  draw_heatmap(image, item.rect, item.values, item.style, item.clip);
  return image;
}

std::unique_ptr<HeatmapPass> make_pass() {
  auto pass = HeatmapPass::make();
  if (!pass) FAIL(pass.error().message);
  return std::move(*pass);
}

}  // namespace

TEST_CASE("shader and rasterizer agree within 2/255, in OpenGL 3.3 and in OpenGL ES 3") {
  const GlWindow window(GENERATE(Profile::kCore33, Profile::kEs3));
  if (!window.ok()) SKIP("no OpenGL 3.3 here: the shader is not tested");
  const auto pass = make_pass();
  Rng rng(21);
  constexpr int kW = 160;
  constexpr int kH = 120;
  for (int round = 0; round < 300; ++round) {
    const int most = round % 3 == 0 ? 12 : round % 3 == 1 ? 90 : 700;
    const int rows = 1 + static_cast<int>(rng.below(static_cast<std::uint32_t>(most)));
    const int cols = 1 + static_cast<int>(rng.below(static_cast<std::uint32_t>(most)));
    const Matrix m = random_matrix(rows, cols, rng, round % 2 == 0);
    HeatmapItem item;
    item.rect = {rng.uniform() * 60 - 20, rng.uniform() * 60 - 20, 60 + rng.uniform() * 160,
                 50 + rng.uniform() * 130};
    item.clip = round % 5 == 0 ? Rect{30, 20, 60, 50} : Rect{0, 0, kW, kH};
    item.values = view(m);
    item.style.range = {-1, 1};
    item.style.map = round % 4 < 2 ? MapKind::kDiverging : MapKind::kSequential;
    item.style.mode = round % 8 < 4 ? Mode::kLight : Mode::kDark;
    item.style.dim = round % 7 == 0 ? 0.6F : 0.0F;
    item.style.px_scale = round % 6 == 0 ? 2.0F : 1.0F;
    pass->begin_frame();
    const Target target(kW, kH, kGround);
    REQUIRE(pass->draw(item, kW, kH));
    const Difference d = compare(target.read(), on_cpu(item, kW, kH));
    CAPTURE(round, rows, cols, item.rect.x, item.rect.y, item.rect.w, item.rect.h, d.worst);
    REQUIRE(d.over == 0);
  }
  CHECK(glGetError() == GL_NO_ERROR);
}

TEST_CASE("a slice of a wider matrix is drawn as itself") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  Rng rng(4);
  const Matrix wide = random_matrix(20, 50, rng, false);
  HeatmapItem item;
  item.values = view(wide).block(3, 17, 12, 9);
  item.rect = item.clip = {0, 0, 90, 120};
  const Target target(100, 120, kGround);
  REQUIRE(pass->draw(item, 100, 120));
  CHECK(compare(target.read(), on_cpu(item, 100, 120)).worst <= 2);
}

TEST_CASE("uploads: once a revision, and only the changed block") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  Rng rng(5);
  Matrix m = random_matrix(64, 64, rng, false);
  HeatmapItem item;
  item.values = view(m);
  item.rect = item.clip = {0, 0, 128, 128};
  item.id = 7;
  item.revision = 1;
  const Target target(128, 128, kGround);
  REQUIRE(pass->draw(item, 128, 128));
  const std::size_t once = pass->textures().uploaded();
  CHECK(once == 64 * 64 * sizeof(float));
  REQUIRE(pass->draw(item, 128, 128));
  CHECK(pass->textures().uploaded() == once);

  m.block(10, 20, 3, 4).setConstant(0.9F);
  item.revision = 2;
  pass->changed(7, 1, 2, view(m), 10, 20, 3, 4);
  CHECK(pass->textures().uploaded() == once + 12 * sizeof(float));
  REQUIRE(pass->draw(item, 128, 128));
  CHECK(pass->textures().uploaded() == once + 12 * sizeof(float));
  CHECK(compare(target.read(), on_cpu(item, 128, 128)).worst <= 2);

  // A change from another revision than the one held is not trusted: the next draw sends all.
  m.setConstant(-0.5F);
  pass->changed(7, 5, 6, view(m), 0, 0, 1, 1);
  item.revision = 6;
  REQUIRE(pass->draw(item, 128, 128));
  CHECK(compare(target.read(), on_cpu(item, 128, 128)).worst <= 2);

  // Reduced after a partial change: the pyramid follows.
  item.rect = {0, 0, 16, 16};
  REQUIRE(pass->draw(item, 128, 128));
  m.topRows(32).setConstant(0.8F);
  pass->changed(7, 6, 7, view(m), 0, 0, 32, 64);
  item.revision = 7;
  const Target again(128, 128, kGround);
  REQUIRE(pass->draw(item, 128, 128));
  CHECK(compare(again.read(), on_cpu(item, 128, 128)).worst <= 2);
}

TEST_CASE("4096 x 4096 is one draw, near and far; larger than the driver is refused") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  Rng rng(6);
  const Matrix m = random_matrix(4096, 4096, rng, false);
  HeatmapItem item;
  item.values = view(m);
  item.clip = {0, 0, 256, 256};
  item.id = 1;
  item.rect = {0, 0, 256, 256};
  const Target target(256, 256, kGround);
  REQUIRE(pass->draw(item, 256, 256));
  CHECK(compare(target.read(), on_cpu(item, 256, 256)).over == 0);
  item.rect = {-50000, -30000, 4096 * 16, 4096 * 16};
  const Target near(256, 256, kGround);
  REQUIRE(pass->draw(item, 256, 256));
  CHECK(compare(near.read(), on_cpu(item, 256, 256)).over == 0);

  GLint largest = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
  const Matrix line = Matrix::Zero(1, largest + 1);
  item.values = view(line);
  item.id = 2;
  CHECK_FALSE(pass->draw(item, 256, 256));
}

TEST_CASE("what is over the budget goes, the oldest first") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  const Matrix m = Matrix::Zero(2048, 2048);  // 16 MB
  HeatmapItem item;
  item.values = view(m);
  item.rect = {0, 0, 4096, 4096};
  item.clip = {0, 0, 32, 32};
  const Target target(32, 32, kGround);
  for (std::uint64_t id = 1; id <= 20; ++id) {
    pass->begin_frame();
    item.id = id;
    REQUIRE(pass->draw(item, 32, 32));
  }
  pass->begin_frame();
  CHECK(pass->textures().bytes() <= render::TextureCache::kBudget);
  CHECK(pass->textures().find(1) == nullptr);
  CHECK(pass->textures().find(20) != nullptr);
}

TEST_CASE("a lost context: nothing is drawn, then everything is again") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  Rng rng(8);
  const Matrix m = random_matrix(8, 8, rng, true);
  HeatmapItem item;
  item.values = view(m);
  item.rect = item.clip = {0, 0, 64, 64};
  item.id = 3;
  const Target target(64, 64, kGround);
  REQUIRE(pass->draw(item, 64, 64));
  pass->lost();
  CHECK_FALSE(pass->draw(item, 64, 64));
  REQUIRE(pass->restore().has_value());
  const Target fresh(64, 64, kGround);
  REQUIRE(pass->draw(item, 64, 64));
  CHECK(compare(fresh.read(), on_cpu(item, 64, 64)).worst <= 2);
}

TEST_CASE("a shader that does not compile gives the driver's words") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  auto broken = render::Program::begin("shaders/x", "void main() { gl_Position = nonsense; }",
                                       "void main() {}");
  REQUIRE(broken.has_value());
  const auto finished = broken->finish();
  REQUIRE_FALSE(finished.has_value());
  CHECK(finished.error().code == ErrorCode::kUnsupported);
  CHECK(finished.error().where == "shaders/x.vert");
  CHECK(finished.error().message.find("nonsense") != std::string::npos);
  CHECK(render::Program::begin("shaders/none", "", "").error().code == ErrorCode::kNotFound);
}

TEST_CASE(
    "inside ImGui: at its place in the list, clipped, on a dense screen, ImGui's state restored") {
  const GlWindow window;
  if (!window.ok()) SKIP("no OpenGL 3.3 here");
  const auto pass = make_pass();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {100, 80};
  io.DisplayFramebufferScale = {2, 2};
  auto ui = render::UiPass::make();
  REQUIRE(ui.has_value());
  Rng rng(9);
  const Matrix m = random_matrix(5, 7, rng, false);
  HeatmapItem item;
  item.values = view(m);
  item.rect = {10.25F, 5.5F, 70, 50};
  item.clip = {0, 0, 60, 80};
  constexpr Rgba kTop = rgb(0x00ff00);
  {
    const Target target(200, 160, kGround);
    io.Fonts->Build();
    (*ui)->atlas();
    ImGui::NewFrame();
    pass->begin_frame();
    ImDrawList* list = ImGui::GetBackgroundDrawList();
    CHECK(pass->queue(list, item));
    // Drawn after it, so over it, by ImGui's own program.
    list->AddRectFilled({20, 20}, {30, 30}, IM_COL32(0, 255, 0, 255));
    HeatmapItem outside = item;
    outside.rect.x = 500;
    CHECK_FALSE(pass->queue(list, outside));
    ImGui::Render();
    (*ui)->draw(*ImGui::GetDrawData());

    HeatmapItem device = item;
    device.rect = {20.5F, 11, 140, 100};
    device.clip = {0, 0, 120, 160};
    device.style.px_scale = 2;
    Image expected = on_cpu(device, 200, 160);
    for (int y = 40; y < 60; ++y)
      for (int x = 40; x < 60; ++x) expected.at(x, y) = kTop;
    CHECK(compare(target.read(), expected).worst <= 2);
  }
  CHECK(glGetError() == GL_NO_ERROR);
  CHECK((*ui)->check().has_value());
  ui->reset();
  ImGui::DestroyContext();
}
