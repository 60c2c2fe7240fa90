// The page's Ports (web builds only). The calls that come from web_glue.js are in web.cpp.
#pragma once

#include <map>

#include "platform/ports.hpp"

namespace ap::platform {

class WebPorts final : public Ports {
 public:
  [[nodiscard]] double now() const override;
  void request_frame() override;
  void request_frame_after(double seconds) override;
  [[nodiscard]] bool reduced_motion() const override;
  [[nodiscard]] bool prefers_dark() const override;
  [[nodiscard]] bool coarse_pointer() const override;
  [[nodiscard]] bool embedded() const override;
  [[nodiscard]] bool edits_text() const override { return true; }
  void edit_text(const TextRequest& request) override;
  void end_text() override;
  [[nodiscard]] std::vector<TextEvent> take_text_events() override;
  [[nodiscard]] Gestures take_gestures() override;
  void keep_tab(bool keep) override;
  void set_clipboard_client(ClipboardClient client) override;
  [[nodiscard]] std::string clipboard() override { return pasted; }
  void set_clipboard(std::string_view text) override;
  void open_file(std::string_view accept, std::function<void(Result<OpenedFile>)> done) override;
  Result<std::string> save_file(std::string_view name, std::string_view mime,
                                std::span<const unsigned char> bytes) override;
  void set_drop_client(std::function<void(OpenedFile)> client) override;
  [[nodiscard]] std::optional<std::string> load(std::string_view key) override;
  void store(std::string_view key, std::string_view value) override;
  [[nodiscard]] std::string hash() const override;
  void push_link(std::string_view link, bool replace) override;
  void on_hash(std::function<void(std::string hash)> client) override;
  void on_leave(std::function<void()> client) override;
  [[nodiscard]] std::string address() const override;
  void open_url(std::string_view url) override;
  void show_theme(bool dark) override;
  void tell(std::string_view event) override;
  void announce(std::string_view text) override;
  [[nodiscard]] bool has_table() const override { return !embedded(); }
  void show_table() override;
  bool show_lessons() override;
  bool show_files(bool save) override;
  [[nodiscard]] Label rasterise_label(std::string_view utf8, float size, LabelFace face) override;
  void fetch_asset(std::string_view name, std::function<void(Result<Bytes>)> done) override;
  void offer_face(std::string_view family, int weight, std::span<const unsigned char> ttf) override;

  // Filled by the calls from the page.
  std::vector<TextEvent> text_events;
  Gestures gestures;
  ClipboardClient clipboard_client;
  std::string pasted;
  std::function<void(OpenedFile)> drop_client;
  std::function<void(std::string)> hash_client;
  std::function<void()> leave_client;
  std::map<int, std::function<void(Result<OpenedFile>)>> opening;
  std::map<int, std::function<void(Result<Bytes>)>> fetching;

 private:
  int last_token_ = 0;
};

/// The one of this page; made on first use.
[[nodiscard]] WebPorts& web_ports();

}  // namespace ap::platform
