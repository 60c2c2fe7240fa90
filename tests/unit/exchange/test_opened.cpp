#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>

#include "exchange/file_reader.hpp"
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
