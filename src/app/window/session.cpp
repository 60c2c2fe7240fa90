#include "app/window/session.hpp"

#include <memory>
#include <utility>

#include "app/window/link.hpp"
#include "playground/json/state_json.hpp"

namespace ap::app {
namespace {

constexpr const char* kStored = "state";
constexpr std::size_t kMaxStored = std::size_t{2} << 20;  // browsers give 5 MB to a site

}  // namespace

Session& session() {
  static Session* instance = new Session;  // as long as the program; destructors would race exit
  return *instance;
}

void start_session(platform::Ports& ports) {
  // In somebody's page several playgrounds share one storage: each starts as its author made it.
  const bool keeps = !ports.embedded();
  if (!open_address(ports, ports.hash()) && keeps) {
    if (const auto stored = ports.load(kStored)) {
      bool older = false;
      if (auto document = document_from_json(*stored, nullptr, &older)) {
        // From an older version or tampered with: then the default stays.
        (void)session().dispatch(action::LoadDocument{std::move(*document), older});
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
    settle_address();
    ports.request_frame();
  });
}

}  // namespace ap::app
