#include "app/cli/document.hpp"

#include "app/cli/files.hpp"
#include "base/assets.hpp"
#include "io/link/link.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"

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

void say_notice(Session& session) {
  if (const std::string notice = session.take_notice(); !notice.empty())
    std::fprintf(stderr, "attention: %s.\n", notice.c_str());
}

}  // namespace

Result<std::unique_ptr<Session>> open_state(const std::string& source) {
  auto session = std::make_unique<Session>();
  if (source.starts_with(kPreset)) {
    use_all_words(*session);
    auto document = load_preset(source.substr(kPreset.size()), session->words());
    if (!document) return within(document.error(), source);
    if (auto ok = session->dispatch(action::LoadDocument{std::move(*document)}); !ok)
      return within(ok.error(), source);
    return session;
  }
  if (source.find("#s=") != std::string::npos || source.find("#preset=") != std::string::npos ||
      source.starts_with("s=") || source.starts_with("preset=")) {
    use_all_words(*session);
    auto shared = decode_share_link(source, session->words());
    if (!shared) return std::unexpected(shared.error());
    if (auto ok =
            session->dispatch(action::LoadDocument{std::move(shared->document), shared->older});
        !ok)
      return within(ok.error(), "link");
    say_notice(*session);
    return session;
  }
  const auto text = read_text(source);
  if (!text) return std::unexpected(text.error());
  if (text->starts_with("\x93NUMPY") || text->starts_with("PK")) {
    return fail(ErrorCode::kParse, "holds arrays, not a state: attention import puts them into one",
                source);
  }
  const bool by_words = text->find("\"words\"") != std::string::npos;  // sentences to look up
  if (by_words) use_all_words(*session);
  bool older = false;
  auto document = document_from_json(*text, by_words ? session->words() : nullptr, &older);
  if (!document) return within(document.error(), source);
  if (auto ok = session->dispatch(action::LoadDocument{std::move(*document), older}); !ok)
    return within(ok.error(), source);
  say_notice(*session);
  return session;
}

Result<void> check_layer_and_head(const Trace& trace, int layer, int head, int heads) {
  const int layers = static_cast<int>(trace.layers.size());
  const auto none = [](const char* what, int asked, int count) {
    return fail(ErrorCode::kNotFound,
                std::string("there is no ") + what + ' ' + std::to_string(asked) + "; there are " +
                    std::to_string(count) + ", counted from 0",
                what);
  };
  if (layer < 0 || layer >= layers) return none("layer", layer, layers);
  if (head < 0 || head >= heads) return none("head", head, heads);
  return {};
}

}  // namespace ap::cli
