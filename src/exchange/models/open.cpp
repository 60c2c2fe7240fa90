#include "exchange/models/open.hpp"

#include <algorithm>
#include <array>

#include "exchange/models/open_tokenizer.hpp"
#include "io/containers/gguf.hpp"
#include "io/containers/json_table.hpp"
#include "io/containers/llama2c.hpp"
#include "io/containers/npz_table.hpp"
#include "io/containers/safetensors_table.hpp"

namespace ap {
namespace {

constexpr const char* kIndex = "model.safetensors.index.json";
constexpr const char* kConfig = "config.json";

/// What a container gives: tensors, what is known of them, and its own tokenizer.
struct Contents {
  std::string container;
  TensorTable tensors;
  Config config;
  std::optional<Gguf> gguf;
  int llama2c_vocabulary = 0;
};

class Opener {
 public:
  Opener(const ModelFiles& files, const ModelOptions& options) : files_(files), options_(options) {}

  Result<OpenedModel> open() {
    auto contents = read();
    if (!contents) return std::unexpected(contents.error());
    auto assembled =
        assemble_model(contents->tensors, contents->config, files_.where, options_.max_bytes);
    if (!assembled) return std::unexpected(assembled.error());
    OpenedModel out;
    static_cast<AssembledModel&>(out) = std::move(*assembled);
    out.container = std::move(contents->container);
    auto tokenizer = contents->gguf ? gguf_tokenizer(*contents->gguf)
                                    : folder_tokenizer(files_, contents->llama2c_vocabulary);
    if (tokenizer) {
      if (auto ok = fits(*tokenizer, out); !ok) return std::unexpected(ok.error());
      out.tokenizer = std::move(*tokenizer);
    } else {
      out.no_tokenizer = tokenizer.error().message;
      if (tokenizer.error().code != ErrorCode::kNotFound) out.notes.push_back(out.no_tokenizer);
    }
    out.stops = stops(contents->config, out);
    note_unused(out);
    return out;
  }

 private:
  bool has(std::string_view name) const {
    return std::ranges::find(files_.names, name) != files_.names.end();
  }
  std::vector<std::string> ending(std::string_view end) const {
    std::vector<std::string> out;
    for (const std::string& name : files_.names)
      if (name.size() > end.size() && name.ends_with(end) && !name.starts_with("tok"))
        out.push_back(name);
    return out;
  }

  /// The file that holds the tensors: the one that was named, or the only one of its kind.
  Result<std::string> main_file() const {
    if (!files_.chosen.empty()) return files_.chosen;
    if (has(kIndex)) return kIndex;
    for (const std::string_view end : {".safetensors", ".gguf", ".npz", ".bin", ".json"}) {
      auto found = ending(end);
      if (end == ".bin") std::erase_if(found, is_pickle);
      if (end == ".json") std::erase_if(found, [](const std::string& n) { return !is_weights(n); });
      if (found.empty()) continue;
      const auto usual = std::ranges::find(found, "model" + std::string(end));
      if (usual != found.end()) return *usual;
      if (found.size() == 1) return found.front();
      return fail(ErrorCode::kParse,
                  "has " + std::to_string(found.size()) + " files that end in " + std::string(end) +
                      " (" + found[0] + ", " + found[1] + (found.size() > 2 ? ", ...)" : ")") +
                      ": name one of them",
                  files_.where);
    }
    return none();
  }
  static bool is_pickle(const std::string& name) { return name.starts_with("pytorch_model"); }
  static bool is_weights(const std::string& name) {
    return name.ends_with("-model.json") || name == "model.json";
  }
  std::unexpected<Error> none() const {
    for (const std::string& name : files_.names)
      if (is_pickle(name) || name.ends_with(".pt") || name.ends_with(".pth") ||
          name.ends_with(".ckpt"))
        return fail(ErrorCode::kUnsupported,
                    "has its tensors in " + name +
                        ", which is a program for Python as well: save it as .safetensors "
                        "(safe_serialization=True)",
                    files_.where);
    return fail(ErrorCode::kNotFound,
                "has no model: no .safetensors, .gguf, .npz, llama2.c .bin or model.json",
                files_.where);
  }

  Result<Config> config() const {
    std::string text;
    if (has(kConfig)) {
      const auto bytes = files_.read(kConfig);
      if (!bytes) return std::unexpected(bytes.error());
      text.assign(bytes->bytes.begin(), bytes->bytes.end());
      if (text.empty()) return fail(ErrorCode::kParse, "is empty", kConfig);
    }
    return Config::read(text, text.empty() ? "" : kConfig, options_.config);
  }

  Result<Contents> read() const {
    const auto name = main_file();
    if (!name) return std::unexpected(name.error());
    const auto file = files_.read(*name);
    if (!file) return std::unexpected(file.error());
    if (is_gguf(file->bytes) || name->ends_with(".gguf")) return from_gguf(*file, *name);
    if (name->ends_with(".bin")) return from_llama2c(*file, *name);
    Contents out;
    const std::string_view text(reinterpret_cast<const char*>(file->bytes.data()),
                                file->bytes.size());
    std::string inner;
    if (name->ends_with(".index.json")) {
      auto table = read_shards(text, files_.read, *name);
      if (!table) return std::unexpected(table.error());
      out.tensors = std::move(*table);
      out.container = "safetensors";
    } else if (name->ends_with(".safetensors")) {
      if (auto ok = add_safetensors(out.tensors, *file, *name); !ok)
        return std::unexpected(ok.error());
      out.container = "safetensors";
    } else if (name->ends_with(".npz")) {
      auto table = read_npz_table(file->bytes, *name);
      if (!table) return std::unexpected(table.error());
      out.tensors = std::move(*table);
      out.container = "npz";
    } else if (name->ends_with(".json") && is_json_model(text)) {
      auto model = read_json_model(text, *name);
      if (!model) return std::unexpected(model.error());
      out.tensors = std::move(model->tensors);
      inner = std::move(model->config);
      out.container = "JSON";
    } else {
      return fail(ErrorCode::kUnsupported,
                  "is no model that can be opened: .safetensors, .gguf, .npz, llama2.c .bin or a "
                  "folder can",
                  *name);
    }
    auto said = inner.empty() ? config() : Config::read(inner, *name, options_.config);
    if (!said) return std::unexpected(said.error());
    out.config = std::move(*said);
    return out;
  }

  Result<Contents> from_gguf(const SharedBytes& file, const std::string& name) const {
    auto gguf = read_gguf(file, name);
    if (!gguf) return std::unexpected(gguf.error());
    Contents out;
    out.container = "GGUF";
    out.config = Config::of(*gguf, name);
    if (auto ok = out.config.add(options_.config); !ok) return std::unexpected(ok.error());
    out.tensors = gguf->tensors;
    out.gguf = std::move(*gguf);
    if (out.tensors.tensors().empty())
      return fail(ErrorCode::kNotFound, "holds a vocabulary and no tensors", name);
    return out;
  }

  Result<Contents> from_llama2c(const SharedBytes& file, const std::string& name) const {
    auto model = read_llama2c(file, name);
    if (!model) return std::unexpected(model.error());
    Contents out;
    out.container = "llama2.c";
    out.config = Config::of(*model, name);
    if (auto ok = out.config.add(options_.config); !ok) return std::unexpected(ok.error());
    out.llama2c_vocabulary = model->vocabulary;
    out.tensors = std::move(model->tensors);
    return out;
  }

  Result<void> fits(const Tokenizer& tokenizer, const OpenedModel& model) const {
    const int rows = model.model.language->vocabulary();
    if (tokenizer.size() <= rows) return {};
    return fail(ErrorCode::kShape,
                "has a tokenizer with ids up to " + std::to_string(tokenizer.size() - 1) +
                    " and a table of " + std::to_string(rows) +
                    " rows: they are of different models",
                files_.where);
  }

  /// The ids after which nothing is to come: eos_token_id, a number or several; else the
  /// tokenizer's. llama2.c's run.c ends at id 1, where it began.
  std::vector<int> stops(const Config& config, const OpenedModel& model) const {
    if (model.container == "llama2.c") return {1};
    std::vector<int> ids;
    if (const auto* said = config.find("eos_token_id")) {
      for (const auto& id : said->is_array() ? *said : nlohmann::json::array({*said}))
        if (id.is_number_integer()) ids.push_back(id.get<int>());
    }
    if (ids.empty() && model.tokenizer && model.tokenizer->eos())
      ids.push_back(*model.tokenizer->eos());
    return ids;
  }

  static void note_unused(OpenedModel& model) {
    if (model.unused.empty()) return;
    constexpr std::size_t kNamed = 8;
    std::string note = std::to_string(model.unused.size()) +
                       (model.unused.size() == 1 ? " tensor is" : " tensors are") + " not used: ";
    for (std::size_t i = 0; i < std::min(kNamed, model.unused.size()); ++i)
      note += (i == 0 ? "" : ", ") + model.unused[i].substr(0, 80);
    if (model.unused.size() > kNamed) note += ", ...";
    model.notes.push_back(std::move(note));
  }

  const ModelFiles& files_;
  const ModelOptions& options_;
};

}  // namespace

Result<OpenedModel> open_model(const ModelFiles& files, const ModelOptions& options) {
  return Opener(files, options).open();
}

}  // namespace ap
