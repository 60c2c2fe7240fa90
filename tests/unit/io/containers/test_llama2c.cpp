// llama2.c version 0: the order of the file, tied and untied, and files that are none.
#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "io/containers/llama2c.hpp"

using namespace ap;

namespace {

struct Shape {
  std::int32_t d = 8, f = 12, layers = 2, heads = 4, kv = 2, vocabulary = 10, context = 6;
};

/// Every number is its place in the file.
std::vector<unsigned char> file(const Shape& s, bool tied) {
  const std::int64_t k = s.d / s.heads;
  const std::int64_t layer =
      2 * s.d + 2 * s.d * s.d + 2 * s.kv * k * s.d + 3 * std::int64_t{s.d} * s.f;
  const std::int64_t n =
      s.vocabulary * s.d * (tied ? 1 : 2) + s.layers * layer + s.d + s.context * k;
  std::vector<unsigned char> out;
  const auto put = [&](auto x) {
    unsigned char raw[sizeof x];
    std::memcpy(raw, &x, sizeof x);
    out.insert(out.end(), raw, raw + sizeof x);
  };
  for (const std::int32_t x :
       {s.d, s.f, s.layers, s.heads, s.kv, tied ? s.vocabulary : -s.vocabulary, s.context})
    put(x);
  for (std::int64_t i = 0; i < n; ++i) put(static_cast<float>(i));
  return out;
}

float first(const Llama2c& m, std::string_view name) {
  const StoredTensor* t = m.tensors.find(name);
  REQUIRE(t != nullptr);
  float x;
  decode(*t, 0, 1, &x);
  return x;
}

std::string refused(std::vector<unsigned char> bytes) {
  const auto got = read_llama2c(SharedBytes::own(std::move(bytes)), "m.bin");
  return got ? "no error" : got.error().message;
}

}  // namespace

TEST_CASE("llama2.c: each tensor begins where the one before it ends") {
  const Shape s;
  for (const bool tied : {true, false}) {
    const auto bytes = file(s, tied);
    CHECK(is_llama2c(bytes));
    const auto m = read_llama2c(SharedBytes::own(bytes), "m.bin");
    REQUIRE(m.has_value());
    CHECK(m->tied == tied);
    CHECK(m->vocabulary == 10);
    // table 80, norms 16, q 128, k 64, v 64, o 128, norms 16, gate 192, down 192, up 192, norm 8
    CHECK(first(*m, "model.embed_tokens.weight") == 0.0F);
    CHECK(first(*m, "model.layers.1.input_layernorm.weight") == 88.0F);
    CHECK(first(*m, "model.layers.0.self_attn.q_proj.weight") == 96.0F);
    CHECK(first(*m, "model.layers.1.self_attn.k_proj.weight") == 224.0F + 32.0F);
    CHECK(first(*m, "model.layers.0.self_attn.v_proj.weight") == 288.0F);
    CHECK(first(*m, "model.layers.0.self_attn.o_proj.weight") == 352.0F);
    CHECK(first(*m, "model.layers.0.post_attention_layernorm.weight") == 480.0F);
    CHECK(first(*m, "model.layers.0.mlp.gate_proj.weight") == 496.0F);
    CHECK(first(*m, "model.layers.0.mlp.down_proj.weight") == 688.0F);
    CHECK(first(*m, "model.layers.1.mlp.up_proj.weight") == 880.0F + 96.0F);
    CHECK(first(*m, "model.norm.weight") == 1072.0F);
    if (tied) {
      CHECK(m->tensors.find("lm_head.weight") == nullptr);
    } else {
      CHECK(first(*m, "lm_head.weight") == 1080.0F + 12.0F);
    }
    CHECK(m->tensors.find("model.layers.0.mlp.down_proj.weight")->shape ==
          std::vector<std::int64_t>{8, 12});
  }
}

TEST_CASE("what is no llama2.c model is refused in words") {
  auto bytes = file({}, true);
  CHECK(refused({1, 2, 3}).find("too short") != std::string::npos);
  auto cut = bytes;
  cut.resize(cut.size() - 4);
  CHECK(!is_llama2c(cut));
  CHECK(refused(cut).find("cut off") != std::string::npos);
  auto longer = bytes;
  longer.resize(longer.size() + 4);
  CHECK(refused(longer).find("no such model") != std::string::npos);
  const auto with = [&](std::size_t at, std::int32_t value) {
    auto changed = bytes;
    std::memcpy(changed.data() + 4 * at, &value, 4);
    return refused(changed);
  };
  CHECK(with(0, 0x616B3432).find("version 12") != std::string::npos);
  CHECK(with(0, -8).find("is not a llama2.c model") != std::string::npos);
  CHECK(with(3, 3).find("do not fit") != std::string::npos);
  CHECK(with(4, 3).find("do not fit") != std::string::npos);
  CHECK(with(5, INT32_MIN).find("is not a llama2.c model") != std::string::npos);
}
