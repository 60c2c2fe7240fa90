#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "base/rng.hpp"
#include "io/arrays/deflate.hpp"
#include "io/link/bytes.hpp"
#include "io/link/link.hpp"
#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

std::string link_of(const Document& d, SharedView view = {}) {
  return must(encode_share_link({d, view}, &core_words()));
}

Document opened(const std::string& link) {
  return must(decode_share_link(link, &core_words())).document;
}

Error refused(const std::string& link) {
  const auto state = decode_share_link(link);
  return state ? Error{ErrorCode::kIo, "no error", ""} : state.error();
}

/// A link around any bytes, with a checksum that fits.
std::string link_around(std::string said) {
  const std::uint32_t check = share_check(said);
  said += static_cast<char>(check & 0xFFU);
  said += static_cast<char>(check >> 8);
  return "s=" + base64url("\x01" + deflate(said));
}

Document edited(const char* preset_id, int cells) {
  Document d = preset(preset_id);
  for (int i = 0; i < cells; ++i) {
    const CellId at{{0, i % 2 == 0 ? Stage::kWq : Stage::kWv, i % 2}, i / 2, i % 3};
    d = after(d, action::SetCell{at, 0.37F + 0.11F * static_cast<float>(i)});
  }
  return d;
}

constexpr const char* kTwelve = "The cat sat on the mat because it was very tired today";

}  // namespace

TEST_CASE("every preset is its name, and comes back bit for bit") {
  for (const PresetInfo& p : presets()) {
    const Document d = preset(p.id.c_str());
    CHECK(link_of(d) == "preset=" + p.id);
    CHECK(opened(link_of(d)) == d);
    CHECK(opened("https://example.org/page.html?x=1#theme=dark&preset=" + p.id) == d);
  }
}

TEST_CASE("the default with ten edited cells takes less than 300 characters") {
  const Document d = edited("cat", 10);
  const std::string link = link_of(d);
  INFO(link);
  CHECK(link.size() < 300);
  CHECK(opened("https://example.org/#" + link) == d);
}

TEST_CASE(
    "12 words, width 16, 2 heads: seeded weights in 300 characters, edited by hand in 16 kB") {
  Document d = sentence(kTwelve, 16, 2);
  REQUIRE(d.query.size() == 12);
  d = after(d, action::SetWeights{WeightInit::kRandom, 1234});
  const std::string seeded = link_of(d);
  INFO(seeded);
  CHECK(seeded.size() < 300);
  CHECK(opened(seeded) == d);
  Rng rng(5);
  for (const Stage stage : {Stage::kEmbeddings, Stage::kWq, Stage::kWk, Stage::kWv, Stage::kWo}) {
    Matrix m = *parameter(d, {0, stage, 0});
    for (int i = 0; i < m.size(); ++i) m.data()[i] = rng.normal();
    set_parameter(d, {0, stage, 0}, share(m));
  }
  const std::string full = link_of(d);
  CHECK(full.size() < kMaxLinkCharacters);
  CHECK(full.size() > 5000);
  CHECK(opened(full) == d);
}

TEST_CASE(
    "weights of any seed are the seed in the link, also when the document went through its JSON") {
  const Document plain = sentence(kTwelve, 16, 2);
  for (const std::uint64_t seed :
       {std::uint64_t{16383}, std::uint64_t{16384}, std::uint64_t{1} << 30,
        (std::uint64_t{1} << 30) + 1, (std::uint64_t{1} << 53) - 1,
        (std::uint64_t{1} << 63) + 12345, ~std::uint64_t{0}}) {
    CAPTURE(seed);
    const Document d = after(plain, action::SetWeights{WeightInit::kRandom, seed});
    const std::string link = link_of(d);
    CHECK(link.size() < 200);
    CHECK(opened(link) == d);
    CHECK(link_of(opened(link)) == link);
    CHECK(link_of(must(document_from_json(to_json(d)))) == link);
    CHECK(to_json(must(document_from_json(to_json(d)))) == to_json(d));
  }
}

TEST_CASE("every matrix may have a seed of its own, and edits at its beginning") {
  Document d = sentence(kTwelve, 16, 2);
  d = after(d, action::SetLayers{2});
  std::string json = to_json(d);
  std::uint64_t seed = 1'000'000'007;
  for (std::size_t at = 0; (at = json.find("\"w_", at)) != std::string::npos; at += 6) {
    const std::size_t from = json.find("[[", at);
    json.replace(from, json.find("]]", from) + 2 - from,
                 "{\"random\":" + std::to_string(seed *= 3) + "}");
  }
  d = must(document_from_json(json));
  CHECK(d.seeds.size() == 8);
  for (int col = 0; col < 8; ++col)
    d = after(d, action::SetCell{{{1, Stage::kWv, 0}, 0, col}, 0.5F});
  const std::string link = link_of(d);
  INFO(link);
  CHECK(link.size() < 300);
  CHECK(opened(link) == d);
}

TEST_CASE("a document remembers no more seeds than it can have matrices") {
  Document d = sentence("a b", 4, 1);
  for (std::uint64_t i = 0; i < 2000; ++i)
    d = after(d, action::SetWeights{WeightInit::kRandom, 100'000 + i % 1500});
  CHECK(d.seeds.size() == std::size_t{7} * kMaxLayers);
  CHECK(d.seeds.back() == 100'499);
  CHECK(sentence("a b", 4, 1).seeds.empty());
}

TEST_CASE("how it is looked at is in the link too") {
  SharedView v;
  v.layer = 1;
  v.head = 1;
  v.isolate_head = true;
  v.panel = "graph";
  v.step = 5;
  v.theme = 2;
  v.placed = true;
  v.zoom = 1.2345678F;
  v.x = -17.25F;
  v.y = 1e-3F;
  v.selected = true;
  v.focus = {{1, Stage::kWeights, 1}, 3, 4};
  v.anchor = {{1, Stage::kWeights, 1}, 1, 2};
  v.plain_colours = true;
  v.fixed_range = true;
  v.threshold = 0.25F;
  v.folded = "scaled capped";
  v.hide = "sentence panel";
  const auto state = must(decode_share_link(link_of(preset("causal"), v)));
  CHECK(state.view == v);
  CHECK(state.document == preset("causal"));
}

// Written by version 1. Never to be changed: these links are out in the world.
TEST_CASE("links of version 1 open for ever") {
  const char* const golden =
      "s=AWNOTixh5HEvOrzt8PxUhQ_"
      "zZzSw6IdkpCoAhRWKE0sU8vMUEhWKUlMUcoGcpNTkxNLiVAWlzBIlhfLEYoWSTKAUDxcvC5-UEJ"
      "vwQnkRFlFGMRZxJkk2Z5bEouRiFzYvRm_GQh8mXyY_Fn-"
      "mAJZAJgZmBiBgZGRgYARCBlYmNkZG5vL4bHau1Nyk1JSUzLz0YgZWdq"
      "BQIQMLO5hmZAZR2VBuNoRbBuWWAbksuYnF2QxcjEz8QKMb_vOASZCefAYedkZhhnvX_"
      "uwFc4Fq2crj0xNLUhlYGNmhTEYgk6U8vr"
      "QAJAZmgESAkin55XkgMSgTJMqVl1-UaxifnpiZx8DEyY7EZYRxjVBlIVygLIOHCAA";
  Document d = edited("cat", 10);
  d = after(d, action::SetText{.text = "The cat sat on a red mat because \"it\" was tired"});
  d = after(d, action::SetWeights{WeightInit::kRandom, 7});
  d = after(d, action::SetCell{{{0, Stage::kWo, 0}, 2, 3}, -0.1234567F});
  d = after(d, action::SetLayers{2});
  d = after(d, action::SetPositions{PositionKind::kRope, 500, 2, true});
  d = after(d, action::SetMlp{MlpKind::kSwiglu, 5});
  d = after(d, action::SetNorm{NormKind::kRmsNorm, NormPlace::kPost});
  d = after(d, action::SetScale{ScaleKind::kFree, 0.3F});
  d = after(d, action::PaintMask{.row = 1, .col = 2, .rows = 2, .cols = 1, .hide = true});
  d = after(d, action::Lock{1, Stage::kWk, true});
  d = after(d, action::SetTitle{"Größe 😀"});
  SharedView v;
  v.panel = "arcs";
  v.step = 3;
  v.selected = true;
  v.focus = v.anchor = {{1, Stage::kQ, 1}, 2, 1};
  INFO(link_of(d, v));
  const auto state = decode_share_link(golden);
  REQUIRE(state);
  CHECK(state->document == d);
  CHECK(state->view == v);
}

TEST_CASE("links of version 2 open for ever") {
  const char* const golden =
      "s="
      "AuMqzszNzEksyiypZDELyUhVSE4sUSgG4vw8hRIgNxfITEpNTiwtTlXILFEoTyxWKEstqlQoySxKTVEoyU9JrGRX4GDh"
      "ZO"
      "ES4BZgYGaAAUYGRnau1Nyk1JSUzLz0YgZWduby-EIG9glPLmxin_H1kxiIn43GL0Pj5yPxGe6nAgA";
  const Document d = after(sentence(kTwelve, 16, 2),
                           action::SetWeights{WeightInit::kRandom, 0xfedcba9876543210ULL});
  INFO(link_of(d));
  const auto state = decode_share_link(golden, &core_words());
  REQUIRE(state);
  CHECK(state->document == d);
}

TEST_CASE("words that only the full list knows are unknown to the small one, and learned later") {
  Document d = sentence("river qwxz", 8, 1);
  d.query.tokens[1].origin = Origin::kWord;  // as a larger list would have said
  d.query.embeddings = share(*d.query.embeddings);
  const auto back = must(decode_share_link(link_of(d), &core_words()));
  CHECK(back.document == d);
}

TEST_CASE("cut off, changed and foreign links say what is wrong and open nothing") {
  const std::string link = link_of(edited("cat", 10));
  for (std::size_t size = 3; size < link.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(link.substr(0, size)).code == ErrorCode::kParse);
  }
  int noticed = 0;
  for (std::size_t i = 2; i < link.size(); ++i) {
    std::string other = link;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    noticed += decode_share_link(other) ? 0 : 1;
  }
  CHECK(noticed >= static_cast<int>(link.size()) - 3);
  CHECK(refused("").code == ErrorCode::kParse);
  CHECK(refused("s=").code == ErrorCode::kParse);
  CHECK(refused("s=<script>alert(1)</script>").message.find("letters") != std::string::npos);
  CHECK(refused("https://example.org/#s=%00").code == ErrorCode::kParse);
  CHECK(refused("s=" + base64url("\x04what a newer one says")).message.find("newer") !=
        std::string::npos);
  CHECK(refused("preset=nothing").code == ErrorCode::kNotFound);
  CHECK(refused("s=" + std::string(std::size_t{2} << 20, 'A')).code == ErrorCode::kTooLarge);
}

TEST_CASE("bombs and shapes of 10^9 are refused before anything is made") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(
      refused("s=" + base64url("\x01" + deflate(std::string(std::size_t{64} << 20, '\0')))).code ==
      ErrorCode::kTooLarge);
  const auto with = [](auto write) {
    ShareWriter out;
    out.text("cat");
    write(out);
    out.byte(0);
    return link_around(out.out);
  };
  const std::string wide = with([](ShareWriter& out) {
    out.byte(7);
    out.integer(1'000'000'000);
    out.byte(0);
  });
  CHECK(refused(wide).code == ErrorCode::kParse);
  const std::string weights = with([](ShareWriter& out) {
    out.byte(7), out.integer(16384);
    out.byte(10), out.integer(16384);
    out.byte(0);
    for (const char* stage : {"w_q", "w_k"}) {
      out.byte(7), out.text(stage), out.count(0), out.byte(4), out.count(1);
    }
  });
  CHECK_FALSE(refused(weights).message == "no error");
  const std::string layers = with([](ShareWriter& out) {
    out.byte(0);
    out.byte(5);
    out.count(1'000'000'000);
  });
  CHECK(refused(layers).code == ErrorCode::kParse);
  const std::string tokens = with([](ShareWriter& out) {
    out.byte(0);
    out.byte(1);
    out.count(4'000'000'000U);
  });
  CHECK(refused(tokens).code == ErrorCode::kParse);
  const std::string edits = with([](ShareWriter& out) {
    out.byte(0);
    out.byte(7), out.text("w_q"), out.count(0), out.byte(1 | 8), out.count(4'000'000'000U);
  });
  CHECK(refused(edits).code == ErrorCode::kParse);
  const std::string infinite = with([](ShareWriter& out) {
    out.byte(0);
    out.byte(7), out.text("w_q"), out.count(0), out.byte(2), out.number(1e9F);
  });
  CHECK_FALSE(refused(infinite).message == "no error");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a document beyond any link is said to be so") {
  Document d = sentence("a b", 8, 1);
  d = after(d, action::SetWidth{2048});
  const auto link = encode_share_link({d, {}});
  REQUIRE_FALSE(link);
  CHECK(link.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("windows come back, one a layer, in a link that older programs refuse") {
  Document d = preset("cat");
  d = after(after(d, action::SetLayers{2}), action::SetWindow{1, 2, 0});
  const std::string link = link_of(d);
  CHECK(opened(link) == d);
  std::string bytes;
  REQUIRE(from_base64url(link.substr(2), bytes));
  CHECK((static_cast<unsigned char>(bytes[0]) & 0x7FU) == 3);
  CHECK(opened(link_of(after(d, action::SetWindow{}))) == after(d, action::SetWindow{}));
}

TEST_CASE("a link of the old order says so where its numbers change") {
  Document d = preset("cat");
  d = after(d, action::SetSoftcap{2});
  const auto older = [](std::string link, char version) {
    std::string bytes;
    REQUIRE(from_base64url(link.substr(2), bytes));
    bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x80U) |
                                 static_cast<unsigned char>(version));
    return must(decode_share_link("s=" + base64url(bytes), &core_words())).older;
  };
  CHECK_FALSE(older(link_of(d), 1));
  d = after(d, action::SetPositions{PositionKind::kAlibi});
  CHECK(older(link_of(d), 2));
  CHECK_FALSE(must(decode_share_link(link_of(d), &core_words())).older);
}
