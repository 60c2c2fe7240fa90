#include "app/gui_session.hpp"

#include <charconv>
#include <memory>
#include <utility>

#include "playground/state_json.hpp"

namespace ap::app {
namespace {

constexpr const char* kStored = "state";
constexpr std::size_t kMaxStored = std::size_t{2} << 20;  // browsers give 5 MB to a site

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// True if the address named something (even if it could not be opened: then it is said).
bool open_address(platform::Ports& ports, std::string_view hash) {
  Result<void> opened;
  if (const std::string state = setting(hash, "state"); !state.empty()) {
    auto document = document_from_json(state);
    if (document) {
      opened = session().dispatch(action::LoadDocument{std::move(*document)});
    } else {
      opened = std::unexpected(document.error());
    }
  } else if (const std::string preset = setting(hash, "preset"); !preset.empty()) {
    opened = session().dispatch(action::LoadPreset{preset});
  } else {
    return false;
  }
  if (!opened) ports.announce("The link could not be opened: " + opened.error().message);
  return true;
}

}  // namespace

Session& session() {
  static Session* instance = new Session;  // as long as the program; destructors would race exit
  return *instance;
}

std::string setting(std::string_view hash, std::string_view key) {
  while (!hash.empty()) {
    const std::size_t end = hash.find('&');
    const std::string_view pair = hash.substr(0, end);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return percent_decoded(pair.substr(key.size() + 1));
    }
    hash = end == std::string_view::npos ? std::string_view() : hash.substr(end + 1);
  }
  return {};
}

void start_session(platform::Ports& ports) {
  // In somebody's page several playgrounds share one storage: each starts as its author made it.
  const bool keeps = !ports.embedded();
  if (!open_address(ports, ports.hash()) && keeps) {
    if (const auto stored = ports.load(kStored)) {
      if (auto document = document_from_json(*stored)) {
        // From an older version or tampered with: then the default stays.
        (void)session().dispatch(action::LoadDocument{std::move(*document)});
      }
    }
  }
  session().end_gesture();
  ports.on_hash([&ports](const std::string& hash) { open_address(ports, hash); });
  session().subscribe([&ports] { ports.request_frame(); });
  if (!keeps) return;
  const std::uint64_t first = session().revision();
  ports.on_leave([&ports, first] {
    if (session().revision() == first) return;
    const std::string state = to_json(session().document());
    if (state.size() <= kMaxStored) ports.store(kStored, state);
  });
}

void load_words(platform::Ports& ports) {
  ports.fetch_asset("assets/words.bin", [&ports](Result<platform::Bytes> bytes) {
    if (!bytes) return;  // the small list that is embedded stays in use
    auto words = WordVectors::parse(*bytes);
    if (words) session().set_words(std::make_shared<const WordVectors>(std::move(*words)));
    ports.request_frame();
  });
}

}  // namespace ap::app
