#include <catch2/catch_test_macros.hpp>

#include "exchange/model_file.hpp"
#include "exchange/model_hints.hpp"
#include "support/exchange_files.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

/// W_Q, W_K, W_V, W_O of BERT, out x in, with biases; layers 0 to n - 1, width 8.
ModelFile bert(int layers) {
  std::vector<std::pair<std::string, Dims>> tensors;
  for (int l = 0; l < layers; ++l) {
    const std::string at = "bert.encoder.layer." + std::to_string(l) + ".attention.";
    for (const char* part : {"self.query", "self.key", "self.value", "output.dense"}) {
      tensors.push_back({at + part + ".weight", {8, 8}});
      tensors.push_back({at + part + ".bias", {8}});
    }
  }
  tensors.push_back({"bert.embeddings.word_embeddings.weight", {3, 8}});
  return ModelFile(tensors);
}

ModelFile gpt2() {
  return ModelFile({{"h.0.attn.c_attn.weight", {8, 24}},
                    {"h.0.attn.c_attn.bias", {24}},
                    {"h.0.attn.c_proj.weight", {8, 8}},
                    {"h.0.attn.c_proj.bias", {8}}});
}

/// Four query heads and two kv heads of width 2.
ModelFile llama() {
  const std::string at = "model.layers.5.self_attn.";
  return ModelFile({{at + "q_proj.weight", {8, 8}},
                    {at + "k_proj.weight", {4, 8}},
                    {at + "v_proj.weight", {4, 8}},
                    {at + "o_proj.weight", {8, 8}}});
}

/// Cell (r, c) of the file's n-th tensor, of so many columns.
float cell(int n, int r, int c, int columns) {
  return 100.0F * static_cast<float>(n) + static_cast<float>(r * columns + c) / 8;
}

const Layer& layer(const Document& d) { return d.model.layers.front(); }

}  // namespace

TEST_CASE("models are known by their tensors' names and measured by their shapes") {
  const auto found = find_models(bert(3).file);
  REQUIRE(found.size() == 1);
  CHECK(found[0].family == "BERT");
  CHECK(found[0].layers == std::vector<int>{0, 1, 2});
  CHECK(found[0].width == 8);
  CHECK(found[0].biases);
  CHECK(find_models(gpt2().file)[0].family == "GPT-2");
  CHECK(find_models(gpt2().file)[0].query_columns == 8);
  const ModelInfo grouped = find_models(llama().file)[0];
  CHECK(grouped.family == "Llama");
  CHECK(grouped.layers == std::vector<int>{5});
  CHECK(grouped.heads(2) == 4);
  CHECK(grouped.kv_heads(2) == 2);
  CHECK_FALSE(grouped.biases);
  CHECK(find_models(ModelFile({{"x", {8, 8}}}).file).empty());
  // Sizes that do not fit together are no model.
  CHECK(
      find_models(
          ModelFile({{"h.0.attn.c_attn.weight", {8, 23}}, {"h.0.attn.c_proj.weight", {8, 8}}}).file)
          .empty());
}

TEST_CASE("BERT: Linear weights are transposed, heads are blocks of their rows") {
  const ModelFile model = bert(2);
  const Document start = sentence("a b", 4, 1);
  const ImportPlan plan = must(plan_model(start, model.file, {.layer = 1, .head_width = 4}));
  CHECK(plan.name == "Import BERT layer 1");
  CHECK(plan.note ==
        "W_Q, W_K, W_V and W_O with biases; embeddings, norms and MLP stay as they are.");
  const Document d = model.imported(start, plan);
  CHECK(d.model.heads == 2);
  CHECK(d.model.width == 8);
  CHECK_FALSE(d.model.causal);
  for (int in = 0; in < 8; ++in) {
    for (int out = 0; out < 8; ++out) {
      REQUIRE((*layer(d).q.weight)(in, out) == cell(8, out, in, 8));
      REQUIRE((*layer(d).v.weight)(in, out) == cell(12, out, in, 8));
      REQUIRE((*layer(d).o.weight)(in, out) == cell(14, out, in, 8));
    }
    REQUIRE((*layer(d).k.bias)(0, in) == cell(11, 0, in, 8));
    REQUIRE((*layer(d).o.bias)(0, in) == cell(15, 0, in, 8));
  }
}

TEST_CASE("one head of BERT: its columns, its rows of W_O, no bias of W_O") {
  const ModelFile model = bert(1);
  const Document start = sentence("a b", 4, 1);
  const ImportPlan plan = must(plan_model(start, model.file, {.head = 1, .head_width = 4}));
  CHECK(plan.name == "Import BERT layer 0, head 1");
  const Document d = model.imported(start, plan);
  CHECK(d.model.heads == 1);
  CHECK((*layer(d).q.weight)(3, 2) == cell(0, 4 + 2, 3, 8));
  CHECK((*layer(d).q.bias)(0, 2) == cell(1, 0, 6, 8));
  CHECK((*layer(d).o.weight)(2, 3) == cell(6, 3, 4 + 2, 8));
  CHECK(layer(d).o.bias->isZero());
}

TEST_CASE("GPT-2: one matrix of three, not transposed, causal") {
  const ModelFile model = gpt2();
  const Document start = sentence("a b", 4, 1);
  const Document d = model.imported(start, must(plan_model(start, model.file, {.head_width = 4})));
  CHECK(d.model.causal);
  CHECK((*layer(d).q.weight)(1, 5) == cell(0, 1, 5, 24));
  CHECK((*layer(d).k.weight)(1, 5) == cell(0, 1, 8 + 5, 24));
  CHECK((*layer(d).v.weight)(7, 7) == cell(0, 7, 23, 24));
  CHECK((*layer(d).v.bias)(0, 7) == cell(1, 0, 23, 24));
  CHECK((*layer(d).o.weight)(6, 2) == cell(2, 6, 2, 8));
}

TEST_CASE("Llama: grouped heads, rotary positions; one head brings its group's key and value") {
  const ModelFile model = llama();
  const Document start = sentence("a b", 4, 1);
  const Document all =
      model.imported(start, must(plan_model(start, model.file, {.layer = 5, .head_width = 2})));
  CHECK(all.model.heads == 4);
  CHECK(all.model.kv_heads == 2);
  CHECK(all.model.positions.kind == PositionKind::kRope);
  CHECK((*layer(all).k.weight)(7, 3) == cell(1, 3, 7, 8));
  const Document one = model.imported(
      start, must(plan_model(start, model.file, {.layer = 5, .head = 3, .head_width = 2})));
  CHECK((*layer(one).q.weight)(0, 1) == cell(0, 7, 0, 8));
  CHECK((*layer(one).k.weight)(0, 1) == cell(1, 3, 0, 8));
  const Document thin = model.imported(
      start, must(plan_model(start, model.file, {.layer = 5, .head_width = 2, .width = 4})));
  CHECK(thin.model.width == 4);
  CHECK((*layer(thin).o.weight)(7, 3) == cell(3, 3, 7, 8));
}

TEST_CASE("Qwen 2: biases of query, key and value, none of the output") {
  const std::string at = "model.layers.0.self_attn.";
  const ModelFile model({{at + "q_proj.weight", {8, 8}},
                         {at + "q_proj.bias", {8}},
                         {at + "k_proj.weight", {4, 8}},
                         {at + "k_proj.bias", {4}},
                         {at + "v_proj.weight", {4, 8}},
                         {at + "v_proj.bias", {4}},
                         {at + "o_proj.weight", {8, 8}}});
  CHECK(find_models(model.file)[0].biases);
  const Document start = sentence("a b", 4, 1);
  const ImportPlan plan = must(plan_model(start, model.file, {.head_width = 4}));
  CHECK(plan.note.find("The model has no b_O: zero.") != std::string::npos);
  const Document d = model.imported(start, plan);
  CHECK(d.model.kv_heads == 1);
  CHECK((*layer(d).q.bias)(0, 5) == cell(1, 0, 5, 8));
  CHECK((*layer(d).v.bias)(0, 3) == cell(5, 0, 3, 4));
  CHECK(layer(d).o.bias->isZero());
}

TEST_CASE("any set of biases: those that a model lacks are zero") {
  const char* parts[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
  for (unsigned set = 0; set < 16; ++set) {
    std::vector<std::pair<std::string, Dims>> tensors;
    for (unsigned i = 0; i < 4; ++i) {
      const std::string at = std::string("model.layers.0.self_attn.") + parts[i];
      tensors.push_back({at + ".weight", {8, 8}});
      if ((set >> i & 1U) != 0) tensors.push_back({at + ".bias", {8}});
    }
    const ModelFile model(tensors);
    const Document start = sentence("a b", 4, 1);
    const Document d =
        model.imported(start, must(plan_model(start, model.file, {.head_width = 4})));
    CAPTURE(set);
    const SharedMatrix biases[] = {layer(d).q.bias, layer(d).k.bias, layer(d).v.bias,
                                   layer(d).o.bias};
    for (unsigned i = 0; i < 4; ++i) {
      REQUIRE((biases[i] != nullptr) == (set != 0));
      if (set != 0) CHECK(biases[i]->isZero() == ((set >> i & 1U) == 0));
    }
  }
}

TEST_CASE("norms of queries and keys are said to be left out; they tell the head width") {
  const std::string at = "model.layers.0.self_attn.";
  ModelFile model({{at + "q_proj.weight", {8, 8}},
                   {at + "k_proj.weight", {4, 8}},
                   {at + "v_proj.weight", {4, 8}},
                   {at + "o_proj.weight", {8, 8}},
                   {at + "q_norm.weight", {4}},
                   {at + "k_norm.weight", {4}}});
  const Document start = sentence("a b", 4, 1);
  const ImportPlan plan = must(plan_model(start, model.file, {}));
  CHECK(find_models(model.file)[0].head_known);
  CHECK(find_models(model.file)[0].head_width == 4);
  CHECK(plan.note.find("(q_norm, k_norm): these norms are left out") != std::string::npos);
  CHECK(plan.note.find("The base of RoPE is taken to be 10000") != std::string::npos);
  CHECK(model.imported(start, plan).model.positions.base == 10000.0F);
  model.file.set_hints(
      must(read_model_hints(R"({"head_dim": 2, "rope_theta": 1e6, "partial_rotary_factor": 0.5,
                                "rope_scaling": {"rope_type": "yarn"}})",
                            "config.json")));
  const ImportPlan told = must(plan_model(start, model.file, {}));
  CHECK(told.note.find("1000000, from config.json. RoPE's scaling for long texts is left out.") !=
        std::string::npos);
  const Document d = model.imported(start, told);
  CHECK(d.model.heads == 4);
  CHECK(d.model.positions.base == 1e6F);
}

TEST_CASE("a head width that nothing says is asked for") {
  // The three of the report: what config.json says, where a guess was wrong.
  struct Case {
    int width, keys;
    const char* config;
    int heads, kv_heads, head_width;
  };
  const Case cases[] = {
      {384, 384, R"({"hidden_size": 384, "num_attention_heads": 12})", 12, 12, 32},
      {2048, 256, R"({"hidden_size": 2048, "num_attention_heads": 32, "num_key_value_heads": 4})",
       32, 4, 64},
      {1536, 256, R"({"hidden_size": 1536, "num_attention_heads": 12, "num_key_value_heads": 2})",
       12, 2, 128}};
  for (const Case& c : cases) {
    const std::string at = "model.layers.0.self_attn.";
    ModelFile model({{at + "q_proj.weight", {c.width, c.width}},
                     {at + "k_proj.weight", {c.keys, c.width}},
                     {at + "v_proj.weight", {c.keys, c.width}},
                     {at + "o_proj.weight", {c.width, c.width}}});
    CHECK_FALSE(find_models(model.file)[0].head_known);
    CHECK(why(plan_model(sentence("a b", 4, 1), model.file, {.head = 0}))
              .starts_with("head_width: the width of a head stands in no tensor: give it ("));
    model.file.set_hints(must(read_model_hints(c.config, "config.json")));
    const ModelInfo m = find_models(model.file)[0];
    CHECK(m.head_known);
    CHECK(m.head_width == c.head_width);
    CHECK(m.heads(m.head_width) == c.heads);
    CHECK(m.kv_heads(m.head_width) == c.kv_heads);
  }
  CHECK(must(read_model_hints(R"({"text_config": {"head_dim": 256}})", "c")).head_width == 256);
  CHECK(must(read_model_hints(R"({"n_embd": 768, "n_head": 12})", "c")).head_width == 64);
  CHECK(must(read_model_hints(R"({"rope_parameters": {"rope_theta": 5}})", "c")).rope_base == 5);
  CHECK(must(read_model_hints(R"({"num_attention_heads": -1e300, "head_dim": "x"})", "c")).heads ==
        0);
  CHECK(why(read_model_hints("{", "config.json")).starts_with("config.json, "));
}

TEST_CASE("only the bytes of the head that is asked for are needed") {
  std::vector<std::pair<std::string, Dims>> tensors;
  const ModelFile wide(
      {{"h.0.attn.c_attn.weight", {64, 192 * 1024}}, {"h.0.attn.c_proj.weight", {64, 64}}});
  CHECK(find_models(wide.file).empty());  // 65536 columns are not of width 64
  const ModelFile model = bert(12);
  const ImportPlan plan =
      must(plan_model(sentence("a b", 4, 1), model.file, {.layer = 7, .head = 0, .head_width = 4}));
  std::uint64_t bytes = 0;
  for (const ByteRange& r : must(needs(model.file, plan))) {
    bytes += r.size;
    // Of layer 7: eight tensors of 64 and 8 numbers each.
    CHECK(r.offset - model.start >= 7U * 4 * (4 * 72));
    CHECK(r.offset + r.size - model.start <= 8U * 4 * (4 * 72));
  }
  CHECK(bytes <= 4U * 4 * 72);
}

TEST_CASE("what a model file does not have is said") {
  const ModelFile model = bert(2);
  const Document d = sentence("a b", 4, 1);
  const auto refused = [&](const ModelChoice& choice) {
    return why(plan_model(d, model.file, choice));
  };
  CHECK(refused({.layer = 2}) == "layer: no layer 2 in the file");
  CHECK(refused({.layer = 0, .head = 9, .head_width = 4}) == "head: no head 9: there are 2");
  CHECK(refused({.layer = 0, .head_width = 3}) ==
        "head_width: heads of width 3 do not fit 8 query and 8 key columns");
  CHECK(refused({.layer = 0, .to_layer = 1}) == "to_layer: the document has no layer 1");
  CHECK(refused({.model = 1}) ==
        "model.safetensors: no layers of BERT, GPT-2 or Llama are known in it by their names");
  const ModelFile cut({{"h.0.attn.c_attn.weight", {8, 24}},
                       {"h.0.attn.c_proj.weight", {8, 8}},
                       {"h.1.attn.c_attn.weight", {8, 24}}});
  CHECK(why(plan_model(d, cut.file, {.layer = 1, .head_width = 4})) ==
        "model.safetensors: there is no tensor 'h.1.attn.c_proj.weight'");
}
