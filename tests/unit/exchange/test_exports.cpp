#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>

#include "exchange/exports.hpp"
#include "exchange/standalone.hpp"
#include "io/arrays/zip.hpp"
#include "io/link/link.hpp"
#include "support/exchange_files.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

const FontSet& fonts() {
  // From the folder: these tests' program has none built in.
  static const auto kBytes = [] {
    std::array<Bytes, 3> out;
    constexpr const char* kNames[] = {"Inter-Regular.ttf", "Inter-SemiBold.ttf",
                                      "JetBrainsMono-Regular.ttf"};
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::ifstream file(std::string("assets/fonts/") + kNames[i], std::ios::binary);
      out[i].assign(std::istreambuf_iterator<char>(file), {});
    }
    return out;
  }();
  static const FontSet kFonts = must(FontSet::make({kBytes[0], kBytes[1], kBytes[2]}));
  return kFonts;
}

struct Made {
  explicit Made(Document d)
      : document(std::move(d)), trace(forward(document.model, input_of(document))) {}
  [[nodiscard]] Result<ExportedFile> as(ExportRequest request) const {
    return export_file(document, trace, request, &fonts());
  }
  Document document;
  Trace trace;
};

std::vector<std::string> texts_of(const std::string& svg) {
  std::vector<std::string> out;
  for (std::size_t at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at)) {
    const std::size_t start = svg.find('>', at) + 1, end = svg.find("</text>", start);
    REQUIRE(end != std::string::npos);
    out.push_back(svg.substr(start, end - start));
    at = end;
  }
  return out;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

int big_endian(const std::string& bytes, std::size_t at) {
  int out = 0;
  for (std::size_t i = at; i < at + 4; ++i) out = out * 256 + static_cast<unsigned char>(bytes[i]);
  return out;
}

}  // namespace

TEST_CASE("every format makes a file of every preset, by its name and ending") {
  for (const PresetInfo& p : presets()) {
    const Made made(preset(p.id.c_str()));
    for (const ExportFormat& f : export_formats()) {
      CAPTURE(p.id, f.name);
      ExportRequest request{.to = std::string(f.name),
                            .whole = f.name != "npy",
                            .tensor = {0, Stage::kWeights, -1},
                            .site = "https://example.org/ap"};
      request.picture.render.scale = 1;
      const auto file = made.as(request);
      INFO(why(file));
      REQUIRE(file);
      CHECK(file->name.ends_with(f.ending));
      CHECK(file->media == f.media);
      CHECK(file->bytes.size() > 40);
    }
  }
}

TEST_CASE("one stage: all heads stacked, or one of them") {
  const Made made(sentence("a b c", 8, 2));
  const auto shape_of = [&](int head) {
    const auto file =
        must(made.as({.to = "npy", .whole = false, .tensor = {0, Stage::kWeights, head}}));
    const auto* raw = reinterpret_cast<const unsigned char*>(file.bytes.data());
    return std::pair{file.name, must(read_npy({raw, file.bytes.size()}, "x")).shape};
  };
  CHECK(shape_of(-1) == std::pair{std::string("layers.0.weights.npy"), Dims{2, 3, 3}});
  CHECK(shape_of(1) == std::pair{std::string("layers.0.weights.head1.npy"), Dims{3, 3}});
  CHECK(why(made.as({.to = "npy", .whole = false, .tensor = {0, Stage::kWeights, 2}})) ==
        "head: there is no head 2; there are 2, counted from 0");
  CHECK(why(made.as({.to = "npy"})) == "npy: holds one stage: choose which");
  CHECK(why(made.as({.to = "gif"})) == "to: there is no format 'gif'");
  CHECK(why(export_file(made.document, made.trace, {.to = "png"}, nullptr)) ==
        "png: there are no fonts here for a picture");
}

TEST_CASE("the embed snippet holds the document, safely quoted") {
  Document d = preset("cat");
  d = after(d, action::SetTitle{"\"><script>alert(1)</script>"});
  d = after(d, action::SetCell{{{0, Stage::kWq, 0}, 0, 0}, 0.123F});
  const std::string html =
      must(Made(d).as({.to = "embed", .site = "https://example.org/a\"b"})).bytes;
  CHECK(html.find("<script>") == std::string::npos);
  CHECK(html.find("src=\"https://example.org/a&quot;b/element.js\"") != std::string::npos);
  const std::size_t at = html.find("state=\"") + 7;
  CHECK(must(decode_share_link(html.substr(at, html.find('"', at) - at), &core_words())).document ==
        d);
  Document large = sentence("a b c d e f g h i j k l", 128, 2);
  Rng rng(1);
  Matrix noise(128, 128);
  for (float& x : noise.reshaped()) x = rng.normal();
  set_parameter(large, {0, Stage::kWq, 0}, share(noise));
  CHECK(why(Made(large).as({.to = "embed"})).find("more than an address holds") !=
        std::string::npos);
}

// tests/cli/pictures.test.mjs compares its numbers with the trace.
TEST_CASE("an SVG's words are text, its paths are none") {
  for (const char* id : {"similarity", "cat", "causal"}) {
    CAPTURE(id);
    const Made made(preset(id));
    const std::string svg = must(made.as({.to = "svg"})).bytes;
    const std::vector<std::string> texts = texts_of(svg);
    for (const TokenEntry& token : made.document.query.tokens) CHECK(has(texts, token.text));
    // No glyph is an outline: a <path> is a curve between blocks, or its arrowhead.
    for (std::size_t at = svg.find("<path"); at != std::string::npos;
         at = svg.find("<path", at + 1)) {
      CHECK(svg.find('>', at) - at < 200);
    }
  }
}

TEST_CASE("a PNG has the size that its scale says, and a picture in it") {
  const Made made(preset("similarity"));
  for (const Subject subject :
       {Subject::kSheet, Subject::kGraph, Subject::kArcs, Subject::kHeads, Subject::kRows}) {
    int width = 0, height = 0;
    for (const int scale :
         {1, subject == Subject::kRows ? 4 : 2}) {  // 4 of a sheet is a minute under sanitizers
      CAPTURE(static_cast<int>(subject), scale);
      ExportRequest request{.to = "png"};
      request.picture.subject = subject;
      request.picture.render.scale = static_cast<float>(scale);
      const std::string png = must(made.as(request)).bytes;
      REQUIRE(png.starts_with("\x89PNG\r\n\x1a\n"));
      if (scale == 1) width = big_endian(png, 16), height = big_endian(png, 20);
      CHECK(std::abs(big_endian(png, 16) - width * scale) < scale);
      CHECK(std::abs(big_endian(png, 20) - height * scale) < scale);
      CHECK(png.size() > 2000);
    }
  }
}

TEST_CASE(
    "a standalone page needs the site's files, and holds the state where no text can end it") {
  SiteFiles site;
  for (const std::string& name : standalone_files())
    site.emplace_back(name,
                      name == "index.html" ? "<html><head><title>x</title></head></html>" : "x");
  const std::string html =
      must(standalone_html(site, R"({"title":"</script><script>alert(1)</script><!--"})", "<b>"));
  CHECK(html.find("</script><script>alert") == std::string::npos);
  CHECK(html.find("<!--") == std::string::npos);
  CHECK(html.find("<title>&lt;b&gt;</title>") != std::string::npos);
  CHECK(html.find("<title>x</title>") == std::string::npos);
  std::map<std::string, int> seen;
  for (const std::string& name : standalone_files()) ++seen[name];
  for (const std::string& name : standalone_extras()) ++seen[name];
  for (const auto& [name, count] : seen) CHECK((count == 1 || name.empty()));
  site.erase(site.begin() + 2);
  CHECK(why(standalone_html(site, "{}", "")) == "page.js: the site's file is not there");
}
