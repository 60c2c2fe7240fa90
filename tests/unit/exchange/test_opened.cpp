#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/rng.hpp"
#include "exchange/file_reader.hpp"
#include "exchange/import_words.hpp"
#include "exchange/model_file.hpp"
#include "io/arrays/zip.hpp"
#include "io/scripts/export.hpp"
#include "support/exchange_files.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

OpenedFile text_file(const char* name, std::string_view text) {
  return must(
      OpenedFile::open(name, {reinterpret_cast<const unsigned char*>(text.data()), text.size()}));
}

std::string refused(const char* name, std::string_view text) {
  return why(
      OpenedFile::open(name, {reinterpret_cast<const unsigned char*>(text.data()), text.size()}));
}

/// The first entry's whole last matrix.
Matrix all_of(const OpenedFile& file, int entry = 0) {
  const Extent e = matrix_extent(file.entries()[static_cast<std::size_t>(entry)].shape);
  return must(file.read(entry, {{}, 0, 0, e.rows, e.cols}, {}));
}

}  // namespace

TEST_CASE("a file is known by its bytes first and its name last") {
  const Bytes npy = write_npy(to_npy(counted({2, 3})));
  CHECK(must(OpenedFile::open("wrong.csv", npy)).kind() == FileKind::kNpy);
  CHECK(must(OpenedFile::open("wrong.txt", write_npz({{"a", to_npy(counted({2}))}}))).kind() ==
        FileKind::kNpz);
  CHECK(text_file("a.csv", "1,2\n3,4").kind() == FileKind::kTable);
  CHECK(text_file("a.TSV", "1\t2\n3\t4").kind() == FileKind::kTable);
  CHECK(text_file("a.json", "[[1, 2]]").kind() == FileKind::kJson);
  CHECK(text_file("pasted", R"({"a": [1, 2]})").kind() == FileKind::kJson);
  CHECK(text_file("a.txt", "array([[1., 2.]])").kind() == FileKind::kText);
  CHECK(must(OpenedFile::open_text("1\t2")).kind() == FileKind::kText);
  CHECK(text_file("a.txt", to_json(preset("cat"))).kind() == FileKind::kState);
}

TEST_CASE("a file of another program is called so, and its bytes are not said") {
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  CHECK(refused("w.npy", png) == "w.npy: is no .npy file, whatever its name says");
  CHECK(refused("w.NPZ", "1,2") == "w.NPZ: is no .npz file, whatever its name says");
  for (const char* name : {"w.png", "w.csv", "w.json", "w.txt", ""}) {
    CHECK(refused(name, png).ends_with("is neither text nor a .npy, .npz or .safetensors file"));
  }
  CHECK(refused("m.pt", std::string("PK\3\4 m/data.pkl")) ==
        "m.pt: is a PyTorch file of pickled objects; save it as .safetensors or .npz");
  CHECK(text_file("a.csv",
                  "\xef\xbb\xbf"
                  "1\t2\r\n")
            .kind() == FileKind::kTable);
}

TEST_CASE("every kind gives its arrays by name, type and shape") {
  const OpenedFile npz = must(OpenedFile::open(
      "a.npz", write_npz({{"w", to_npy(counted({2, 3}))}, {"m", {Dtype::kBool, {2}, {1, 0}}}})));
  REQUIRE(npz.entries().size() == 2);
  CHECK(npz.entries()[0].name == "w");
  CHECK(npz.entries()[0].dtype == "float32");
  CHECK(npz.entries()[0].shape == Dims{2, 3});
  CHECK(npz.entries()[1].boolean);
  CHECK(npz.find("m") == 1);
  CHECK(npz.find("nothing") == -1);
  CHECK(all_of(npz)(1, 2) == 5.0F / 8);
  const OpenedFile json =
      text_file("a.json", R"({"tensors": {"b": {"shape": [1, 2], "data": [1, "-inf"]}}})");
  CHECK(json.entries()[0].name == "b");
  CHECK(all_of(json)(0, 1) == -INFINITY);
  CHECK(text_file("a.csv", "true,false\n").entries()[0].boolean);
  const OpenedFile state = text_file("s.json", to_json(preset("causal")));
  CHECK(state.entries().empty());
  REQUIRE(state.document());
  CHECK(*state.document() == preset("causal"));
}

TEST_CASE("what the exports write is opened again, every number to the bit") {
  const Document document = sentence("one two three", 4, 2);
  const Trace trace = forward(document.model, input_of(document));
  const OpenedFile csv = text_file("all.csv", export_csv(document, trace));
  const OpenedFile json = text_file("all.json", export_json(document, trace));
  const OpenedFile npz = must(OpenedFile::open("all.npz", export_npz(trace)));
  for (const OpenedFile* file : {&csv, &json, &npz}) {
    const int at = file->find("layers.0.weights");
    REQUIRE(at >= 0);
    CHECK(file->entries()[static_cast<std::size_t>(at)].shape == Dims{2, 3, 3});
    for (int h = 0; h < 2; ++h) {
      const Matrix weights = must(file->read(at, {{h}, 0, 0, 3, 3}, {}));
      const ConstView want = trace.tensor({0, Stage::kWeights, h});
      for (int i = 0; i < 9; ++i) CHECK(weights(i / 3, i % 3) == want.row(i / 3)[i % 3]);
    }
  }
}

namespace {

/// Tokens that look like numbers, gaps, comments and separators.
Document odd_tokens(std::uint64_t seed) {
  constexpr std::string_view kTokens[] = {"1",     "7.5", "NA",   "a,b",   "a;b", "##x", "# y",
                                          "\"q\"", "-",   "true", "2",     "#",   "[x]", "|",
                                          "1,5",   "inf", "日本", "sep=;", "''",  "0"};
  Rng rng(seed);
  const int count = 1 + static_cast<int>(rng.below(5));
  std::string text = "w";
  for (int i = 1; i < count; ++i) text += " w" + std::to_string(i);
  Document document = sentence(text.c_str(), 4, 2);
  for (int i = 0; i < count; ++i) {
    document.query.tokens[static_cast<std::size_t>(i)].text =
        kTokens[rng.below(std::size(kTokens))];
  }
  if (count > 1 && rng.below(2) == 0)
    document = must(update(document, action::PaintMask{0, 1, 1, 1, true}, World{}));
  return document;
}

void same_bits(const Matrix& got, const float* want, std::size_t count) {
  REQUIRE(static_cast<std::size_t>(got.size()) == count);
  REQUIRE(std::memcmp(got.data(), want, count * sizeof(float)) == 0);
}

}  // namespace

TEST_CASE("what the program writes it reads, whatever the tokens are called") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Document document = odd_tokens(seed);
    const Trace trace = forward(document.model, input_of(document));
    for (const NamedTensor& tensor : named_tensors(trace)) {
      const std::size_t size = tensor.array.data.size() / static_cast<std::size_t>(tensor.heads());
      for (int h = 0; h < tensor.heads(); ++h) {
        const float* want = tensor.array.data.data() + static_cast<std::size_t>(h) * size;
        const std::string csv = export_csv(document, tensor, h);
        CAPTURE(seed, tensor.name, csv);
        same_bits(all_of(text_file("one.csv", csv)), want, size);
        same_bits(all_of(text_file("one.txt", csv)), want, size);
        const OpenedFile json = text_file("one.json", export_json(document, tensor, h));
        same_bits(all_of(json), want, size);
        const Matrix rounded = all_of(text_file("one.md", export_markdown(document, tensor, h)));
        REQUIRE(static_cast<std::size_t>(rounded.size()) == size);
        for (std::size_t i = 0; i < size; ++i) {
          const float x = want[i], y = rounded.data()[i];
          REQUIRE((x == y || std::abs(x - y) <= 1e-3F * std::abs(x)));
        }
      }
    }
    const OpenedFile whole = text_file("all.csv", export_csv(document, trace));
    for (const NamedTensor& tensor : named_tensors(trace)) CHECK(whole.find(tensor.name) >= 0);
    const OpenedFile json = text_file("all.json", export_json(document, trace));
    CHECK(json.entries()[static_cast<std::size_t>(find_words(json, "tokens"))].words.size() ==
          static_cast<std::size_t>(document.query.size()));
  }
}

TEST_CASE(
    "one member that cannot be read shuts nothing; words beside numbers can be the sentence") {
  const std::string text = R"({"tokens": ["[CLS]", "un", "##able"], "attention": [[1, 0, 0],
      [0, 1, 0], [0.25, 0.25, 0.5]], "layer": 3, "ragged": [[1], [2, 3]]})";
  const OpenedFile file = text_file("b.json", text);
  REQUIRE(file.entries().size() == 3);
  CHECK(file.entries()[static_cast<std::size_t>(file.only())].name == "attention");
  CHECK(file.entries()[1].problem == "has 2 items, those before it 1");
  CHECK(file.entries()[2].dtype == "str");
  const Document start = sentence("a b", 3, 1);
  CHECK(why(plan_import(start, file, {.array = "ragged"})) ==
        "b.json: 'ragged' cannot be read: has 2 items, those before it 1");
  CHECK(why(file.read(1, {{}, 0, 0, 0, 0}, {})).starts_with("b.json: ragged: "));
  const ImportPlan words = must(plan_words(start, file, "", Side::kQuery));
  const Document named = after(start, must(make_import(file, words, {})));
  REQUIRE(named.query.size() == 3);
  CHECK(named.query.tokens[2].text == "##able");
  const ImportPlan plan =
      must(plan_import(named, file, {.array = "attention", .stage = Stage::kWq}));
  CHECK((*after(named, must(make_import(file, plan, {}))).model.layers[0].q.weight)(2, 2) == 0.5F);
  CHECK(why(plan_words(start, file, "attention", Side::kQuery)) ==
        "b.json: there is no list of words 'attention' in it");
  CHECK(why(plan_words(start, file, "", Side::kSource)).ends_with("cross-attention first"));
}

TEST_CASE("UTF-16 with its mark, and bare words of Python's JSON") {
  const auto utf16 = [](std::string_view text, bool big) {
    std::string out(big ? "\xFE\xFF" : "\xFF\xFE");
    for (const char c : text) {
      if (big) out += '\0';
      out += c;
      if (!big) out += '\0';
    }
    return out;
  };
  for (const bool big : {false, true}) {
    const OpenedFile table = text_file("t.csv", utf16("1\t2\r\n3\t4\r\n", big));
    CHECK(all_of(table)(1, 0) == 3);
    CHECK(all_of(text_file("t.txt", utf16("[[1, 2]]", big)))(0, 1) == 2);
  }
  CHECK(all_of(text_file("m.json", "[[0.0, -Infinity]]"))(0, 1) == -INFINITY);
}

TEST_CASE("the files of a model by their list, and what config.json beside them says") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "ap_test_shards";
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, std::string_view text) {
    std::ofstream(folder / name, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
    return (folder / name).string();
  };
  const auto shard = [&](const std::string& name, const ModelFile& file) {
    const std::string header = file.header;
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size() & 255U);
    bytes[1] = static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(file.data.data()), file.data.size());
    return write(name, bytes);
  };
  const std::string at = "model.layers.1.self_attn.";
  shard("m-00001-of-00002.safetensors",
        ModelFile({{at + "k_proj.weight", {8, 8}}, {at + "o_proj.weight", {8, 8}}}));
  const std::string second = shard("m-00002-of-00002.safetensors",
                                   ModelFile({{at + "q_proj.weight", {8, 8}},
                                              {at + "v_proj.weight", {8, 8}},
                                              {"model.layers.2.self_attn.q_proj.weight", {8, 8}},
                                              {"model.layers.2.self_attn.k_proj.weight", {8, 8}},
                                              {"model.layers.2.self_attn.v_proj.weight", {8, 8}},
                                              {"model.layers.2.self_attn.o_proj.weight", {8, 8}}}));
  const std::string index = write("m.safetensors.index.json",
                                  R"({"metadata": {"total_size": 1}, "weight_map": {
      "a": "m-00002-of-00002.safetensors", "b": "m-00001-of-00002.safetensors",
      "c": "m-00002-of-00002.safetensors"}})");
  const Document start = sentence("a b", 8, 1);
  const OpenedFile part = must(open_from_disk(second));
  const ModelInfo model = find_models(part).at(0);
  CHECK(model.layers == std::vector<int>{2});
  CHECK(model.partial == std::vector<int>{1});
  CHECK_FALSE(model.head_known);
  CHECK(why(plan_model(start, part, {.layer = 1, .head_width = 4})) ==
        "m-00002-of-00002.safetensors: k_proj of layer 1 is in another file of the model; open its "
        ".safetensors.index.json");
  write("config.json", R"({"hidden_size": 8, "num_attention_heads": 2, "rope_theta": 5e5})");
  const OpenedFile all = must(open_from_disk(index));
  CHECK(find_models(all).at(0).layers == std::vector<int>{1, 2});
  CHECK(find_models(all).at(0).head_known);
  const ImportPlan plan = must(plan_model(start, all, {.layer = 1}));
  CHECK(plan.note.ends_with("The base of RoPE is 500000, from config.json."));
  const Document got =
      after(start, must(make_import(all, plan, must(read_pieces(index, all, plan)))));
  CHECK(got.model.heads == 2);
  CHECK(got.model.positions.base == 500000.0F);
  CHECK((*got.model.layers[0].q.weight)(1, 0) == 1.0F / 8);
  CHECK((*got.model.layers[0].o.weight)(1, 0) == 100.0F + 1.0F / 8);
  const std::string list = R"({"weight_map": {"a": "m-1.safetensors"}})";
  CHECK(refused("m.json", list) ==
        "m.json: is the list of a model's files; the weights are in them: open m-1.safetensors");
  CHECK(refused("m.json", R"({"weight_map": {"a": "../m.safetensors"}})")
            .ends_with("weight_map names a file elsewhere: '../m.safetensors'"));
  fs::remove_all(folder);
}

TEST_CASE("windows that are not in a held array are refused") {
  const OpenedFile file = npy_file(Dims{2, 3, 4});
  CHECK(why(file.read(0, {{1}, 1, 1, 2, 3}, {})) == "no error");
  CHECK(why(file.read(0, {{2}, 0, 0, 1, 1}, {})) == "x.npy: index 2 of dimension 0 is not below 2");
  CHECK(why(file.read(0, {{0}, 2, 0, 2, 1}, {})) == "x.npy: the window does not lie in (2, 3, 4)");
  CHECK(why(file.read(0, {{0}, 0, INT64_MAX, 1, 2}, {})) ==
        "x.npy: the window does not lie in (2, 3, 4)");
}

TEST_CASE("what cannot be opened says why") {
  CHECK(refused("a.csv", "1,2\n3\n") == "a.csv: line 2 has 1 field, the first has 2");
  CHECK(refused("a.json", "[1, 2").starts_with("a.json, line 1"));
  CHECK(refused("a.json", "[[1], [2, 3]]") == "a.json: has 2 items, those before it 1");
  CHECK(refused("a.json", R"({"a": "x"})") == "a.json: a: is no list of numbers");
  CHECK(refused("a.json", R"({"version": 1, "model": {}})") == "a.json: model.width: is missing");
  CHECK(refused("a.txt", "hello") == "a.txt: there are labels but no numbers");
  CHECK(refused("a.safetensors", "{}") == "a.safetensors: is read in parts");
  CHECK(refused("a.npz", "PK\x03\x04").starts_with("a.npz: "));
}

TEST_CASE("files on a disk: whole, or of .safetensors only what is needed") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "ap_test_opened";
  fs::create_directories(folder);
  const auto write = [&](const char* name, const Bytes& bytes) {
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return (folder / name).string();
  };
  const OpenedFile npy = must(open_from_disk(write("w.npy", write_npy(to_npy(counted({2, 2}))))));
  CHECK(npy.file_name() == "w.npy");
  CHECK(all_of(npy)(1, 1) == 3.0F / 8);
  const std::string header = R"({"w":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]}})";
  Bytes model(8);
  model[0] = static_cast<unsigned char>(header.size());
  model.insert(model.end(), header.begin(), header.end());
  const Array values = counted({8, 8});
  const auto* raw = reinterpret_cast<const unsigned char*>(values.data.data());
  model.insert(model.end(), raw, raw + 256);
  const std::string path = write("m.safetensors", model);
  const OpenedFile opened = must(open_from_disk(path));
  const Document document = sentence("a b", 8, 2);
  const ImportPlan plan = must(plan_import(document, opened, {.array = "w", .stage = Stage::kWq}));
  const Document got =
      after(document, must(make_import(opened, plan, must(read_pieces(path, opened, plan)))));
  CHECK((*got.model.layers[0].q.weight)(7, 7) == 63.0F / 8);
  CHECK(why(open_from_disk((folder / "nothing.npy").string())) ==
        (folder / "nothing.npy").string() + ": cannot be opened");
  CHECK(why(open_from_disk(folder.string())) == folder.string() + ": is a folder");
  CHECK(why(open_from_disk(write("short.safetensors", Bytes(5))))
            .ends_with("short.safetensors: is not a .safetensors file"));
  Bytes cut(model.begin(), model.end() - 1);
  CHECK(why(open_from_disk(write("cut.safetensors", cut))) ==
        "cut.safetensors: tensor 'w' is cut off");
  fs::remove_all(folder);
}
