#include "exchange/standalone.hpp"

#include "io/arrays/json_text.hpp"
#include "view/paint/image.hpp"
#include "view/paint/svg.hpp"

namespace ap {
namespace {

constexpr std::string_view kScheme = "https://attention.invalid/";

bool is_script(std::string_view name) { return name.ends_with(".js"); }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// "./x.js" becomes the bare name "ap/x.js", which the import map knows; addresses beside the
/// module become addresses that the file's own fetch answers.
std::string as_module(std::string text) {
  for (const std::string_view quote : {"\"", "'", "`"}) {
    replace_all(text, std::string(quote) + "./", std::string(quote) + "ap/");
  }
  replace_all(text, "import.meta.url", '"' + std::string(kScheme) + '"');
  return text;
}

/// For text inside <script>: nothing may end it early.
std::string inside_script(std::string text) {
  replace_all(text, "</", "<\\/");
  replace_all(text, "<!--", "<\\u0021--");
  return text;
}

constexpr std::string_view kFetch = R"(
const files = JSON.parse(document.getElementById('ap-files').textContent);
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const types = { wasm: 'application/wasm', json: 'application/json' };
const outside = window.fetch?.bind(window);
window.fetch = async (address, options) => {
  const url = String(address?.url ?? address);
  if (!url.startsWith('https://attention.invalid/')) return outside(address, options);
  const name = url.slice('https://attention.invalid/'.length);
  if (!Object.hasOwn(files, name)) return new Response('', { status: 404 });
  const type = types[name.split('.').pop()] ?? 'application/octet-stream';
  return new Response(bytes(files[name]), { headers: { 'Content-Type': type } });
};
)";

constexpr std::string_view kOpen = R"(
import 'ap/page.js';
const state = JSON.parse(document.getElementById('ap-state').textContent);
const api = await window.playgroundReady;
const done = api.dispatch({ type: 'load_document', document: state });
if (!done.ok) document.getElementById('ap-message').textContent = done.error.message;
)";

}  // namespace

const std::vector<std::string>& standalone_files() {
  static const std::vector<std::string> kFiles{"index.html",
                                               "style.css",
                                               "page.js",
                                               "playground.js",
                                               "api.js",
                                               "attention-playground.js",
                                               "attention-playground.wasm",
                                               "assets/words.bin"};
  return kFiles;
}

const std::vector<std::string>& standalone_extras() {
  static const std::vector<std::string> kFiles{"attention-playground-late.wasm",
                                               "companion.js",
                                               "offer.js",
                                               "embed.js",
                                               "resting.js",
                                               "core.js",
                                               "core_arrays.js",
                                               "core_run.js",
                                               "lessons.js",
                                               "lessons_picture.js",
                                               "lessons_widgets.js",
                                               "lessons.css",
                                               "elements.js",
                                               "files.js",
                                               "files_array.js",
                                               "files_controls.js",
                                               "files_export.js",
                                               "files_import.js",
                                               "files_module.js",
                                               "attention-files.js",
                                               "attention-files.wasm"};
  return kFiles;
}

Result<std::string> standalone_html(const SiteFiles& files, std::string_view state,
                                    std::string_view title) {
  const auto find = [&](std::string_view name) -> const std::string* {
    for (const auto& [key, bytes] : files) {
      if (key == name) return &bytes;
    }
    return nullptr;
  };
  for (const std::string& name : standalone_files()) {
    if (find(name) == nullptr)
      return fail(ErrorCode::kNotFound, "the site's file is not there", name);
  }
  std::string html = *find("index.html");
  // The page's own references go; what they named comes in below.
  const auto cut = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = html.find(from); at != std::string::npos; at = html.find(from, at)) {
      const std::size_t end = html.find(to, at);
      if (end == std::string::npos) return;
      html.erase(at, end + to.size() - at);
    }
  };
  cut("<link ", ">");
  cut("<script ", "</script>");
  cut("<title>", "</title>");

  std::string modules, held;
  for (const auto& [name, bytes] : files) {
    if (is_script(name)) {
      modules += (modules.empty() ? "" : ",\n") + json_string("ap/" + name) +
                 ":\"data:text/javascript;base64," + base64(as_module(bytes)) + '"';
    } else if (name != "index.html" && name != "style.css") {
      held += (held.empty() ? "" : ",\n") + json_string(name) + ":\"" + base64(bytes) + '"';
    }
  }
  std::string style = *find("style.css");
  replace_all(style, "</", "<\\/");
  const std::string head =
      "<title>" + markup_text(title.empty() ? "Attention Playground" : title) +
      "</title>\n<style>" + style + "</style>\n<script type=\"importmap\">{\"imports\":{" +
      modules + "}}</script>\n<script type=\"application/json\" id=\"ap-files\">{" + held +
      "}</script>\n<script type=\"application/json\" id=\"ap-state\">" +
      inside_script(std::string(state)) + "</script>\n<script type=\"module\">" +
      std::string(kFetch) + "</script>\n<script type=\"module\">" + std::string(kOpen) +
      "</script>\n";
  const std::size_t end = html.find("</head>");
  if (end == std::string::npos) return fail(ErrorCode::kParse, "has no </head>", "index.html");
  html.insert(end, head);
  return html;
}

}  // namespace ap
