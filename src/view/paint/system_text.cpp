#include "view/paint/system_text.hpp"

#if defined(__EMSCRIPTEN__) || defined(_WIN32)

namespace ap {

bool system_text_ready() { return false; }
bool system_has(std::string_view /*utf8*/, Face /*face*/) { return false; }
float width_by_system(std::string_view /*utf8*/, float /*size*/, Face /*face*/) { return -1; }
std::vector<SystemSpan> spans_by_system(std::string_view /*utf8*/, float /*size*/, Face /*face*/) {
  return {};
}
SystemWord word_by_system(std::string_view /*utf8*/, float /*size*/, Face /*face*/) { return {}; }

}  // namespace ap

#else

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <dlfcn.h>
#include <type_traits>
#include <utility>

namespace ap {
namespace {

struct PangoBox {  // PangoRectangle
  int x, y, width, height;
};
constexpr double kPangoScale = 1024;
constexpr int kArgb32 = 0;  // CAIRO_FORMAT_ARGB32
constexpr int kAround = 2;  // px, for what antialiasing adds
constexpr int kLongest = 8192;
constexpr std::size_t kMostBytes = 4096;

/// What is called of the two libraries. `ready`: all of it was found.
struct Libraries {
  void* (*image_create)(int, int, int);
  unsigned char* (*image_data)(void*);
  int (*image_stride)(void*);
  void (*surface_flush)(void*);
  void (*surface_destroy)(void*);
  void* (*cairo_create)(void*);
  void (*cairo_destroy)(void*);
  void (*set_source_rgba)(void*, double, double, double, double);
  void (*move_to)(void*, double, double);
  void* (*create_layout)(void*);
  void (*show_layout)(void*, void*);
  void* (*description_from_string)(const char*);
  void (*description_set_size)(void*, double);
  void (*description_free)(void*);
  void (*set_description)(void*, const void*);
  void (*set_text)(void*, const char*, int);
  void (*set_single_paragraph)(void*, int);
  void (*get_extents)(void*, PangoBox*, PangoBox*);
  int (*get_baseline)(void*);
  void (*index_to_pos)(void*, int, PangoBox*);
  int (*unknown_glyphs)(void*);
  void (*object_unref)(void*);
  bool ready = false;

  Libraries() {
    const auto open = [](const char* file) { return dlopen(file, RTLD_NOW | RTLD_LOCAL); };
    void* cairo = open("libcairo.so.2");
    void* pango = open("libpango-1.0.so.0");
    void* both = open("libpangocairo-1.0.so.0");
    void* object = open("libgobject-2.0.so.0");
    bool all = cairo != nullptr && pango != nullptr && both != nullptr && object != nullptr;
    const auto take = [&all](auto& function, void* library, const char* name) {
      void* found = all ? dlsym(library, name) : nullptr;
      all = all && found != nullptr;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
    };
    take(image_create, cairo, "cairo_image_surface_create");
    take(image_data, cairo, "cairo_image_surface_get_data");
    take(image_stride, cairo, "cairo_image_surface_get_stride");
    take(surface_flush, cairo, "cairo_surface_flush");
    take(surface_destroy, cairo, "cairo_surface_destroy");
    take(cairo_create, cairo, "cairo_create");
    take(cairo_destroy, cairo, "cairo_destroy");
    take(set_source_rgba, cairo, "cairo_set_source_rgba");
    take(move_to, cairo, "cairo_move_to");
    take(create_layout, both, "pango_cairo_create_layout");
    take(show_layout, both, "pango_cairo_show_layout");
    take(description_from_string, pango, "pango_font_description_from_string");
    take(description_set_size, pango, "pango_font_description_set_absolute_size");
    take(description_free, pango, "pango_font_description_free");
    take(set_description, pango, "pango_layout_set_font_description");
    take(set_text, pango, "pango_layout_set_text");
    take(set_single_paragraph, pango, "pango_layout_set_single_paragraph_mode");
    take(get_extents, pango, "pango_layout_get_pixel_extents");
    take(get_baseline, pango, "pango_layout_get_baseline");
    take(index_to_pos, pango, "pango_layout_index_to_pos");
    take(unknown_glyphs, pango, "pango_layout_get_unknown_glyphs_count");
    take(object_unref, object, "g_object_unref");
    ready = all;
  }
};

const Libraries& libraries() {
  static const Libraries kOnce;
  return kOnce;
}

/// A drawing surface with one line of text on it.
struct Line {
  const Libraries& lib;
  void* surface;
  void* cairo;
  void* layout;

  Line(const Libraries& libraries, int width, int height, std::string_view utf8, float size,
       Face face)
      : lib(libraries),
        surface(lib.image_create(kArgb32, width, height)),
        cairo(lib.cairo_create(surface)),
        layout(lib.create_layout(cairo)) {
    void* description =
        lib.description_from_string(face == Face::kMono   ? "monospace"
                                    : face == Face::kBold ? "Inter, sans-serif Semi-Bold"
                                                          : "Inter, sans-serif");
    lib.description_set_size(description, static_cast<double>(size) * kPangoScale);
    lib.set_description(layout, description);
    lib.description_free(description);
    lib.set_single_paragraph(layout, 1);
    lib.set_text(layout, utf8.data(), static_cast<int>(utf8.size()));
  }
  ~Line() {
    lib.object_unref(layout);
    lib.cairo_destroy(cairo);
    lib.surface_destroy(surface);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
};

/// The line in one ink, its corner at (left, top), from Cairo's premultiplied 0xAARRGGBB.
std::vector<unsigned char> drawn(const Line& line, const SystemWord& word, int left, int top,
                                 double ink) {
  line.lib.set_source_rgba(line.cairo, ink, ink, ink, 1);
  line.lib.move_to(line.cairo, -left, -top);
  line.lib.show_layout(line.cairo, line.layout);
  line.lib.surface_flush(line.surface);
  const unsigned char* data = line.lib.image_data(line.surface);
  const int stride = line.lib.image_stride(line.surface);
  std::vector<unsigned char> rgba;
  rgba.reserve(static_cast<std::size_t>(word.width) * static_cast<std::size_t>(word.height) * 4);
  for (int y = 0; y < word.height; ++y) {
    const unsigned char* row = data + static_cast<std::ptrdiff_t>(y) * stride;
    for (int x = 0; x < word.width; ++x, row += 4) {
      const unsigned a = row[3];  // little endian: B, G, R, A
      for (const int c : {2, 1, 0}) {
        const unsigned value = a == 0 ? 255U : std::min(255U, (row[c] * 255U + a / 2) / a);
        rgba.push_back(static_cast<unsigned char>(value));
      }
      rgba.push_back(static_cast<unsigned char>(a));
    }
  }
  return rgba;
}

}  // namespace

bool system_text_ready() { return libraries().ready; }

bool system_has(std::string_view utf8, Face face) {
  const Libraries& lib = libraries();
  if (!lib.ready || utf8.size() > kMostBytes) return false;
  const Line line(lib, 1, 1, utf8, 12, face);
  return lib.unknown_glyphs(line.layout) == 0;
}

float width_by_system(std::string_view utf8, float size, Face face) {
  const Libraries& lib = libraries();
  if (!lib.ready || utf8.empty() || utf8.size() > kMostBytes) return -1;
  PangoBox ink{};
  PangoBox logical{};
  const Line line(lib, 1, 1, utf8, size, face);
  lib.get_extents(line.layout, &ink, &logical);
  return static_cast<float>(logical.x + logical.width);
}

std::vector<SystemSpan> spans_by_system(std::string_view utf8, float size, Face face) {
  const Libraries& lib = libraries();
  std::vector<SystemSpan> spans;
  if (!lib.ready || utf8.size() > kMostBytes) return spans;
  const Line line(lib, 1, 1, utf8, size, face);
  for (std::size_t i = 0; i <= utf8.size(); ++i) {
    const bool inside = i < utf8.size() && (static_cast<unsigned char>(utf8[i]) & 0xC0) == 0x80;
    if (inside) continue;
    PangoBox at{};
    lib.index_to_pos(line.layout, static_cast<int>(i), &at);
    const auto from = static_cast<float>(at.x / kPangoScale);
    spans.push_back({from, from + static_cast<float>(at.width / kPangoScale)});
  }
  return spans;
}

SystemWord word_by_system(std::string_view utf8, float size, Face face) {
  const Libraries& lib = libraries();
  SystemWord label;
  if (!lib.ready || utf8.empty() || utf8.size() > kMostBytes) return label;
  PangoBox ink{};
  PangoBox logical{};
  {
    const Line measured(lib, 1, 1, utf8, size, face);
    lib.get_extents(measured.layout, &ink, &logical);
  }
  const int left = std::min(ink.x, logical.x) - kAround;
  const int top = std::min(ink.y, logical.y) - kAround;
  const int right = std::max(ink.x + ink.width, logical.x + logical.width) + kAround;
  const int bottom = std::max(ink.y + ink.height, logical.y + logical.height) + kAround;
  if (ink.width <= 0 || right - left > kLongest || bottom - top > kLongest) return label;
  label.width = right - left;
  label.height = bottom - top;
  label.left = static_cast<float>(-left);
  label.advance = static_cast<float>(logical.x + logical.width);
  const Line line(lib, label.width, label.height, utf8, size, face);
  label.baseline =
      static_cast<float>(lib.get_baseline(line.layout) / kPangoScale) - static_cast<float>(top);
  label.pixels = word_pixels(drawn(line, label, left, top, 1), [&] {
    const Line again(lib, label.width, label.height, utf8, size, face);
    return drawn(again, label, left, top, 0);
  });
  return label;
}

}  // namespace ap
#endif
