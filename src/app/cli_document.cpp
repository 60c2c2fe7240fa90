#include "app/cli_document.hpp"

#include "app/cli_files.hpp"
#include "base/assets.hpp"
#include "playground/presets.hpp"
#include "playground/state_json.hpp"

namespace ap::cli {
namespace {

constexpr std::string_view kPreset = "preset:";

/// All words where they are embedded (not in wasm, where the page fetches them).
void use_all_words(Session& session) {
  const auto bytes = asset("assets/words.bin");
  if (bytes.empty()) return;
  auto words = WordVectors::parse(bytes);
  if (words) session.set_words(std::make_shared<const WordVectors>(std::move(*words)));
}

/// The error's place within the file, after the file's name.
std::unexpected<Error> within(Error error, const std::string& source) {
  const std::string file = source == "-" ? "standard input" : source;
  error.where = error.where.empty() ? file : file + ": " + error.where;
  return std::unexpected(std::move(error));
}

void add_side(const Sentence& sentence, std::vector<std::string>& names, std::vector<bool>& unknown) {
  for (const TokenEntry& token : sentence.tokens) {
    names.push_back(token.text);
    unknown.push_back(token.origin == Origin::kUnknown);
  }
}

}  // namespace

Result<std::unique_ptr<Session>> open_state(const std::string& source) {
  auto session = std::make_unique<Session>();
  if (source.starts_with(kPreset)) {
    use_all_words(*session);
    auto document = load_preset(source.substr(kPreset.size()), session->words());
    if (!document) return within(document.error(), source);
    if (auto ok = session->dispatch(action::LoadDocument{std::move(*document)}); !ok) return within(ok.error(), source);
    return session;
  }
  const auto text = read_text(source);
  if (!text) return std::unexpected(text.error());
  auto document = document_from_json(*text);
  if (!document) return within(document.error(), source);
  if (auto ok = session->dispatch(action::LoadDocument{std::move(*document)}); !ok) return within(ok.error(), source);
  return session;
}

SheetLabels sheet_labels(const Document& document) {
  SheetLabels labels;
  Sentence queries = document.query;
  // Cached tokens are keys only.
  const auto cached = std::min(static_cast<std::size_t>(document.cached), queries.tokens.size());
  queries.tokens.erase(queries.tokens.begin(), queries.tokens.begin() + static_cast<std::ptrdiff_t>(cached));
  add_side(queries, labels.queries, labels.query_unknown);
  add_side(document.cross ? document.source : document.query, labels.keys, labels.key_unknown);
  return labels;
}

Result<void> check_layer_and_head(const Trace& trace, int layer, int head, int heads) {
  const int layers = static_cast<int>(trace.layers.size());
  const auto none = [](const char* what, int asked, int count) {
    return fail(ErrorCode::kNotFound, std::string("there is no ") + what + ' ' + std::to_string(asked) + "; there are " +
                                          std::to_string(count) + ", counted from 0", what);
  };
  if (layer < 0 || layer >= layers) return none("layer", layer, layers);
  if (head < 0 || head >= heads) return none("head", head, heads);
  return {};
}

}  // namespace ap::cli
