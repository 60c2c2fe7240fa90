// The operators on the cases in tests/golden/onnx and, where they are there, the ONNX project's
// own: natively and as wasm in Node. tests/cli/onnx.mjs runs the same through the command line.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "attention/operators/attend.hpp"
#include "attention/operators/rotary.hpp"
#include "io/arrays/half.hpp"
#include "io/arrays/npy.hpp"

using namespace ap;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

NpyArray load(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const Bytes bytes{std::istreambuf_iterator<char>(in), {}};
  auto array = read_npy(bytes, path.string());
  INFO(path.string());
  REQUIRE(array);
  return std::move(*array);
}

/// The arrays of a case by name.
struct Case {
  explicit Case(const fs::path& folder) {
    std::ifstream in(folder / "case.json");
    const json text = json::parse(in);
    op = text["op"];
    attributes = text["attributes"];
    for (const char* list : {"inputs", "outputs"}) {
      for (const std::string name : text[list]) {
        if (!name.empty()) files.emplace(name, load(folder / (name + ".npy")));
      }
    }
    for (const auto& [name, file] : files) {
      if (name != "attn_mask") arrays[name] = to_array(file);
    }
    if (files.contains("attn_mask"))
      arrays["attn_mask"] = *to_additive_mask(files["attn_mask"], "attn_mask");
    for (const char* name : {"nonpad_kv_seqlen", "position_ids"}) {
      if (files.contains(name)) integers = *to_integers(files[name], name);
    }
  }
  [[nodiscard]] const Array* array(const char* name) const {
    const auto it = arrays.find(name);
    return it == arrays.end() ? nullptr : &it->second;
  }
  [[nodiscard]] const std::vector<std::int64_t>* list(const char* name) const {
    return files.contains(name) ? &integers : nullptr;
  }
  void check(const char* name, const Array& got) const {
    if (!files.contains(name)) return;
    INFO(name);
    const Array& want = *array(name);
    REQUIRE(got.shape == want.shape);
    const bool half = files.at(name).dtype == Dtype::kFloat16;
    const double tolerance = half ? 2e-3 : 1e-5;
    for (std::size_t i = 0; i < want.data.size(); ++i) {
      const float value = half ? round_to_half(got.data[i]) : got.data[i];
      const bool same = value == want.data[i];
      const double w = static_cast<double>(want.data[i]);
      if (!same && !(std::abs(static_cast<double>(value) - w) <= tolerance * (1 + std::abs(w)))) {
        INFO("number " << i << ": " << value << ", should be " << w);
        REQUIRE(same);
      }
    }
  }

  std::string op;
  json attributes;
  std::map<std::string, NpyArray> files;
  std::map<std::string, Array> arrays;
  std::vector<std::int64_t> integers;
};

void run_attention(const Case& c) {
  constexpr Stage kStages[] = {Stage::kScaled, Stage::kCapped, Stage::kMasked, Stage::kWeights};
  AttendOptions options;
  options.heads = c.attributes.value("q_num_heads", 0);
  options.kv_heads = c.attributes.value("kv_num_heads", 0);
  options.softcap = c.attributes.value("softcap", 0.0F);
  options.causal = c.attributes.value("is_causal", 0) != 0;
  options.window = {c.attributes.value("left_window_size", -1),
                    c.attributes.value("right_window_size", -1)};
  options.double_softmax = c.attributes.value("softmax_precision", 1) == 11;
  if (c.attributes.contains("scale")) options.scale = c.attributes["scale"].get<float>();
  options.stage = kStages[c.attributes.value("qk_matmul_output_mode", 0)];
  options.present = true;
  const auto out = attend({c.array("Q"), c.array("K"), c.array("V"), c.array("attn_mask"),
                           c.array("past_key"), c.array("past_value"), c.list("nonpad_kv_seqlen")},
                          options);
  if (!out) FAIL(out.error().where + ": " + out.error().message);
  c.check("Y", out->y);
  c.check("qk_matmul_output", out->stage);
  c.check("present_key", out->present_key);
  c.check("present_value", out->present_value);
}

void run_rotary(const Case& c) {
  RotaryOptions options;
  options.heads = c.attributes.value("num_heads", 0);
  options.dim = c.attributes.value("rotary_embedding_dim", 0);
  options.interleaved = c.attributes.value("interleaved", 0) != 0;
  const auto out =
      rotate({c.array("input"), c.array("cos_cache"), c.array("sin_cache"), c.list("position_ids")},
             options);
  if (!out) FAIL(out.error().where + ": " + out.error().message);
  c.check("output", *out);
}

int run_folder(const fs::path& folder) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!fs::exists(entry.path() / "case.json")) continue;
    INFO(entry.path().string());
    const Case c(entry.path());
    if (c.op == "Attention") {
      run_attention(c);
    } else {
      run_rotary(c);
    }
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the operators agree with our own cases") {
  CHECK(run_folder("tests/golden/onnx") >= 20);
}

TEST_CASE("the operators agree with the ONNX project's cases") {
  const char* named = std::getenv("ATTENTION_SHARED");
  const fs::path folder = fs::path(named != nullptr ? named : "../shared") / "onnx-attention";
  if (!fs::exists(folder)) {
    std::cerr << "SKIPPED: the ONNX project's cases are not at " << folder
              << " (set ATTENTION_SHARED)\n";
    SKIP("no ONNX cases");
  }
  CHECK(run_folder(folder) > 0);
}
