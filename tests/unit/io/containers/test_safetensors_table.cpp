// Shards: the index and the files must say the same.
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <map>

#include "io/containers/json_table.hpp"
#include "io/containers/safetensors_table.hpp"

using namespace ap;

namespace {

/// One float32 vector a name, all its numbers `value`.
std::vector<unsigned char> shard(const std::map<std::string, float>& tensors) {
  std::string header = "{";
  std::vector<unsigned char> data;
  for (const auto& [name, value] : tensors) {
    const std::size_t at = data.size();
    for (int i = 0; i < 3; ++i) {
      unsigned char raw[4];
      std::memcpy(raw, &value, 4);
      data.insert(data.end(), raw, raw + 4);
    }
    header += (header.size() > 1 ? "," : "") + ("\"" + name) +
              R"(":{"dtype":"F32","shape":[3],"data_offsets":[)" + std::to_string(at) + "," +
              std::to_string(data.size()) + "]}";
  }
  header += "}";
  std::vector<unsigned char> out(8);
  const std::uint64_t length = header.size();
  std::memcpy(out.data(), &length, 8);
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

using Files = std::map<std::string, std::vector<unsigned char>>;

Result<TensorTable> open(const std::string& index, const Files& files) {
  return read_shards(
      index,
      [&](const std::string& name) -> Result<SharedBytes> {
        const auto at = files.find(name);
        if (at == files.end()) return fail(ErrorCode::kNotFound, "cannot be opened", name);
        return SharedBytes::own(at->second);
      },
      "index.json");
}
std::string refused(const std::string& index, const Files& files) {
  const auto got = open(index, files);
  return got ? "no error" : got.error().where + ": " + got.error().message;
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string kIndex = R"({"metadata":{},"weight_map":{"a":"1.st","b":"2.st","c":"2.st"}})";
Files files() {
  return {{"1.st", shard({{"a", 1.0F}})}, {"2.st", shard({{"b", 2.0F}, {"c", 3.0F}})}};
}

}  // namespace

TEST_CASE("shards become one table") {
  const auto table = open(kIndex, files());
  REQUIRE(table.has_value());
  REQUIRE(table->tensors().size() == 3);
  float x[3];
  decode(*table->find("c"), 0, 3, x);
  CHECK(x[2] == 3.0F);
}

TEST_CASE("shards that are missing, exchanged or cut off are named") {
  Files f = files();
  std::swap(f["1.st"], f["2.st"]);
  CHECK(has(refused(kIndex, f), "tensor 'a' is in 1.st; it is in 2.st: files were exchanged"));
  f = files();
  f.erase("2.st");
  CHECK(has(refused(kIndex, f), "2.st: cannot be opened"));
  f = files();
  f["2.st"] = shard({{"b", 2.0F}});
  CHECK(has(refused(kIndex, f), "'c' is in 2.st; it is in none of the files"));
  f = files();
  f["2.st"].resize(f["2.st"].size() - 5);
  CHECK(has(refused(kIndex, f), "2.st: "));
  f = files();
  f["1.st"] = shard({{"a", 1.0F}, {"b", 1.0F}});
  CHECK(has(refused(kIndex, f), "'b' is there twice"));
  CHECK(has(refused("{}", files()), "weight_map"));
  CHECK(has(refused(R"({"weight_map":{"a":"../1.st"}})", files()), "none beside it"));
  CHECK(has(refused("{", files()), "index.json"));
}

TEST_CASE("tensors in JSON") {
  const auto model = read_json_model(
      R"({"config":{"n_head":3},"x":{"shape":[2],"dtype":"torch.float32","data":"AACAPwAAAMA="}})",
      "m.json");
  REQUIRE(model.has_value());
  CHECK(has(model->config, "n_head"));
  float x[2];
  decode(*model->tensors.find("x"), 0, 2, x);
  CHECK(x[0] == 1.0F);
  CHECK(x[1] == -2.0F);
  for (const char* bad : {R"({"x":{"shape":[3],"data":"AACAPwAAAMA="}})",
                          R"({"x":{"shape":[2],"data":"AACAPwAAAMA"}})",
                          R"({"x":{"shape":[2],"data":"AACAPwAA*MA="}})",
                          R"({"x":{"shape":[-2],"data":""}})", R"({"x":3})", R"([])"}) {
    INFO(bad);
    CHECK(!read_json_model(bad, "m.json").has_value());
  }
}
