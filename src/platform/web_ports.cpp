#ifdef __EMSCRIPTEN__
#include "platform/web_ports.hpp"

#include <cstdlib>
#include <emscripten.h>
#include <utility>

#include "platform/web_glue.hpp"

namespace ap::platform {
namespace {

/// The string that JavaScript allocated for us.
std::string taken(char* text) {
  if (text == nullptr) return {};
  std::string result(text);
  std::free(text);
  return result;
}

}  // namespace

WebPorts& web_ports() {
  static WebPorts* ports = new WebPorts;  // as long as the page
  return *ports;
}

double WebPorts::now() const { return emscripten_get_now() / 1000.0; }
void WebPorts::request_frame() { ap_glue_request_frame(); }
void WebPorts::request_frame_after(double seconds) { ap_glue_request_after(seconds); }
bool WebPorts::reduced_motion() const {
  return ap_glue_media("(prefers-reduced-motion: reduce)") != 0;
}
bool WebPorts::prefers_dark() const { return ap_glue_dark() != 0; }
bool WebPorts::coarse_pointer() const { return ap_glue_media("(pointer: coarse)") != 0; }
bool WebPorts::embedded() const { return ap_glue_embedded() != 0; }

void WebPorts::edit_text(const TextRequest& r) {
  const int flags = (r.mono ? 1 : 0) | (r.numeric ? 2 : 0) | (r.keep_tab ? 4 : 0) |
                    (r.keep_vertical ? 8 : 0) | (r.multiline ? 16 : 0);
  ap_glue_edit_text(r.id, r.box.x, r.box.y, r.box.w, r.box.h, std::string(r.text).c_str(),
                    std::string(r.label).c_str(), r.font_size, flags, r.select_from, r.select_to,
                    r.colour);
}
void WebPorts::end_text() { ap_glue_end_text(); }
std::vector<TextEvent> WebPorts::take_text_events() { return std::exchange(text_events, {}); }

Gestures WebPorts::take_gestures() {
  Gestures taken_now = gestures;
  gestures = {};
  gestures.pinching = taken_now.pinching;
  gestures.centre_x = taken_now.centre_x;
  gestures.centre_y = taken_now.centre_y;
  gestures.holding = taken_now.holding;
  gestures.press_x = taken_now.press_x;
  gestures.press_y = taken_now.press_y;
  return taken_now;
}
void WebPorts::keep_tab(bool keep) { ap_glue_keep_tab(keep ? 1 : 0); }

void WebPorts::set_clipboard_client(ClipboardClient client) {
  clipboard_client = std::move(client);
}
void WebPorts::set_clipboard(std::string_view text) {
  ap_glue_write_clipboard(std::string(text).c_str());
}

void WebPorts::open_file(std::string_view accept, std::function<void(Result<OpenedFile>)> done) {
  opening.clear();  // a dialog that was cancelled says nothing
  opening[++last_token_] = std::move(done);
  ap_glue_open_file(std::string(accept).c_str(), last_token_);
}
Result<std::string> WebPorts::save_file(std::string_view name, std::string_view mime,
                                        std::span<const unsigned char> bytes) {
  ap_glue_save_file(std::string(name).c_str(), std::string(mime).c_str(), bytes.data(),
                    bytes.size());
  return std::string(name);
}
void WebPorts::set_drop_client(std::function<void(OpenedFile)> client) {
  drop_client = std::move(client);
}

std::optional<std::string> WebPorts::load(std::string_view key) {
  char* text = ap_glue_load(("attention-playground:" + std::string(key)).c_str());
  if (text == nullptr) return std::nullopt;
  return taken(text);
}
void WebPorts::store(std::string_view key, std::string_view value) {
  ap_glue_store(("attention-playground:" + std::string(key)).c_str(), std::string(value).c_str());
}

std::string WebPorts::hash() const { return taken(ap_glue_hash()); }
void WebPorts::push_link(std::string_view link, bool replace) {
  ap_glue_push_link(std::string(link).c_str(), replace ? 1 : 0);
}
void WebPorts::on_hash(std::function<void(std::string)> client) { hash_client = std::move(client); }
void WebPorts::on_leave(std::function<void()> client) { leave_client = std::move(client); }
std::string WebPorts::address() const { return taken(ap_glue_address()); }
void WebPorts::open_url(std::string_view url) { ap_glue_open_url(std::string(url).c_str()); }
void WebPorts::show_theme(bool dark) { ap_glue_show_theme(dark ? 1 : 0); }
void WebPorts::show_table() { ap_glue_show_table(); }

bool WebPorts::show_files(bool save) {
  ap_glue_emit(save ? "export" : "import");
  return true;
}
bool WebPorts::show_lessons() {
  ap_glue_emit("lessons");
  return true;
}
void WebPorts::tell(std::string_view event) { ap_glue_emit(std::string(event).c_str()); }
void WebPorts::announce(std::string_view text) { ap_glue_announce(std::string(text).c_str()); }

Label WebPorts::rasterise_label(std::string_view utf8, float size, LabelFace face) {
  const std::string text(utf8);
  Label label;
  const auto drawn = [&](bool black) {
    float out[5] = {};
    unsigned char* pixels =
        ap_glue_label(text.c_str(), size, static_cast<int>(face), black ? 1 : 0, out);
    if (pixels == nullptr) return Bytes{};
    label.width = static_cast<int>(out[0]);
    label.height = static_cast<int>(out[1]);
    label.left = out[2];
    label.baseline = out[3];
    label.advance = out[4];
    const Bytes rgba(pixels, pixels + std::size_t{4} * static_cast<std::size_t>(label.width) *
                                          static_cast<std::size_t>(label.height));
    std::free(pixels);
    return rgba;
  };
  label.pixels = word_pixels(drawn(false), [&] { return drawn(true); });
  return label;
}

void WebPorts::fetch_asset(std::string_view name, std::function<void(Result<Bytes>)> done) {
  fetching[++last_token_] = std::move(done);
  ap_glue_fetch(std::string(name).c_str(), last_token_);
}
void WebPorts::offer_face(std::string_view family, int weight, std::span<const unsigned char> ttf) {
  ap_glue_font(std::string(family).c_str(), weight, ttf.data(), ttf.size());
}

}  // namespace ap::platform
#endif
