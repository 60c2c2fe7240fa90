// Files on the desktop: every format out, arrays and model layers in, through the same functions as
// the page's dialog and the command line.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "exchange/exports.hpp"
#include "exchange/file_reader.hpp"
#include "exchange/import_words.hpp"
#include "exchange/model_file.hpp"
#include "playground/json/state_json.hpp"
#include "ui/panels/panels.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {
namespace {

struct Place {
  Stage stage;
  const char* name;
};
constexpr std::array<Place, 10> kPlaces{{{Stage::kEmbeddings, "Embeddings"},
                                         {Stage::kWq, "W_Q"},
                                         {Stage::kWk, "W_K"},
                                         {Stage::kWv, "W_V"},
                                         {Stage::kWo, "W_O"},
                                         {Stage::kBq, "b_Q"},
                                         {Stage::kBk, "b_K"},
                                         {Stage::kBv, "b_V"},
                                         {Stage::kMask, "Mask"},
                                         {Stage::kPositions, "Positions"}}};
struct Format {
  const char* to;
  const char* name;
};
constexpr std::array<Format, 13> kFormats{{{"state", "State, to the last bit (.json)"},
                                           {"npz", "NumPy arrays (.npz)"},
                                           {"csv", "Table of all numbers (.csv)"},
                                           {"json", "All numbers (.json)"},
                                           {"markdown", "Markdown tables (.md)"},
                                           {"numpy", "NumPy script (.py)"},
                                           {"torch", "PyTorch script (.py)"},
                                           {"torch multihead", "nn.MultiheadAttention (.py)"},
                                           {"latex", "LaTeX (.tex)"},
                                           {"svg", "Picture, sharp at any size (.svg)"},
                                           {"png", "Picture in pixels (.png)"},
                                           {"html", "Offline page (.html)"},
                                           {"embed", "Embed code (.html)"}}};
constexpr std::array<const char*, 5> kSubjects{"The sheet", "Graph", "Arcs", "Heads", "One row"};

/// What was opened and chosen; it outlives the frame, as the file picker's answer does.
struct Files {
  std::optional<OpenedFile> file;
  Bytes bytes;  // of a .safetensors file: its ranges are cut from these
  std::vector<ModelInfo> models;
  int entry = 0, place = 1, layer_of_file = 0, head_of_file = 0, head_width = 0, offer = 0;
  int matrix = 0, row = 0, col = 0;  // which of a stack, and where a slice begins
  int format = 0, subject = 0, scale = 2;
};
Files& files() {
  static Files held;
  return held;
}

void refuse(Notice& notice, platform::Ports& ports, const Error& e) {
  notice = {e.where.empty() ? e.message : e.where + ": " + e.message, {}, true, ports.now() + 8};
  ports.announce(notice.text);
  ports.request_frame();
  ports.request_frame_after(8);
}

Result<OpenedFile> opened(const platform::OpenedFile& file) {
  if (!is_safetensors(file.name)) return OpenedFile::open(file.name, file.bytes);
  const auto length = safetensors_header_bytes(file.bytes, file.bytes.size(), file.name);
  if (!length) return std::unexpected(length.error());
  const auto* text = reinterpret_cast<const char*>(file.bytes.data()) + kSafetensorsPrefix;
  return OpenedFile::open_safetensors(file.name, {text, static_cast<std::size_t>(*length)},
                                      file.bytes.size());
}

/// The answer comes after this frame, so it may hold only what outlives the frame.
void open(Context& context) {
  Session& session = context.session;
  Notice& notice = context.notice;
  platform::Ports& ports = context.ports;
  ports.open_file(".json,.npy,.npz,.csv,.tsv,.txt,.safetensors",
                  [&session, &notice, &ports](Result<platform::OpenedFile> picked) {
                    if (!picked) return refuse(notice, ports, picked.error());
                    auto file = opened(*picked);
                    if (!file) return refuse(notice, ports, file.error());
                    Files& f = files();
                    f = {.format = f.format, .subject = f.subject, .scale = f.scale};
                    if (file->document()) {
                      const auto done =
                          session.dispatch(action::LoadDocument{*file->document(), file->older()});
                      if (!done) return refuse(notice, ports, done.error());
                    } else {
                      f.models = find_models(*file);
                      f.file = std::move(*file);
                      if (f.file->kind() == FileKind::kSafetensors)
                        f.bytes = std::move(picked->bytes);
                    }
                    ports.request_frame();
                  });
}

void take_in(Context& context, const Result<ImportPlan>& plan) {
  Files& f = files();
  if (!plan) return context.show_error(plan.error());
  const auto ranges = needs(*f.file, *plan);
  if (!ranges) return context.show_error(ranges.error());
  std::vector<Bytes> pieces;
  for (const ByteRange& r : *ranges) {
    const auto from = f.bytes.begin() + static_cast<std::ptrdiff_t>(r.offset);
    pieces.emplace_back(from, from + static_cast<std::ptrdiff_t>(r.size));
  }
  auto batch = make_import(*f.file, *plan, pieces);
  if (!batch) return context.show_error(batch.error());
  const std::string name = plan->name;
  if (context.dispatch(std::move(*batch))) context.say(name + ". " + plan->note);
}

void model_form(Context& context) {
  Files& f = files();
  const ModelInfo& m = f.models.front();
  note(m.family + ", " + std::to_string(m.layers.size()) + " layers, width " +
           std::to_string(m.width),
       context.theme);
  stepper("layer", "Layer", f.layer_of_file, m.layers.front(), m.layers.back(), context.theme);
  if (f.head_width == 0) f.head_width = m.head_width;
  if (!m.head_known)
    note("How wide a head is stands in no tensor; the model's config.json says it.", context.theme);
  stepper("width", "Head width", f.head_width, 1, m.query_columns, context.theme);
  stepper("head", "Head (-1: all)", f.head_of_file, -1, std::max(0, m.heads(f.head_width) - 1),
          context.theme);
  if (strong_button("load", "Load layer", context.theme)) {
    take_in(context,
            plan_model(context.document(), *f.file,
                       {0, f.layer_of_file, f.head_of_file, context.view.layer, f.head_width, 0}));
  }
}

/// Which matrix of an array of more than two dimensions; nothing where all are taken, as heads.
std::vector<std::int64_t> stack_index(Context& context, const std::vector<std::int64_t>& shape,
                                      Stage stage) {
  Files& f = files();
  const bool heads = shape.size() == 3 && per_head(stage) && stage != Stage::kPositions;
  if (shape.size() <= 2 || heads) return {};
  std::int64_t count = 1;
  for (std::size_t d = 0; d + 2 < shape.size(); ++d)
    count = std::min<std::int64_t>(count * std::max<std::int64_t>(1, shape[d]), 1 << 20);
  stepper("matrix", "Matrix of the stack", f.matrix, 0, static_cast<int>(count) - 1, context.theme);
  std::vector<std::int64_t> index(shape.size() - 2);
  std::int64_t left = f.matrix;
  for (std::size_t d = index.size(); d-- > 0; left /= std::max<std::int64_t>(1, shape[d]))
    index[d] = left % std::max<std::int64_t>(1, shape[d]);
  return index;
}

void array_form(Context& context) {
  Files& f = files();
  std::vector<std::string> names, places;
  for (const FileEntry& e : f.file->entries())
    names.push_back((e.name.empty() ? f.file->file_name() : e.name) + "  " + shape_text(e.shape));
  for (const Place& p : kPlaces) places.emplace_back(p.name);
  if (names.empty()) return note("There are no arrays in it.", context.theme);
  if (chooser(context, "##array", names[static_cast<std::size_t>(f.entry)], names, f.entry))
    f.offer = f.matrix = f.row = f.col = 0;
  if (chooser(context, "##place", "Into " + places[static_cast<std::size_t>(f.place)], places,
              f.place))
    f.offer = 0;
  const FileEntry& chosen = f.file->entries()[static_cast<std::size_t>(f.entry)];
  if (!chosen.words.empty()) {
    if (strong_button("words", "Make it the sentence", context.theme))
      take_in(context, plan_words(context.document(), *f.file, chosen.name, Side::kQuery));
    return;
  }
  if (!chosen.problem.empty()) return note("It cannot be read: " + chosen.problem, context.theme);
  ImportChoice choice;
  choice.array = f.file->entries()[static_cast<std::size_t>(f.entry)].name;
  choice.stage = kPlaces[static_cast<std::size_t>(f.place)].stage;
  choice.layer = context.view.layer;
  const std::vector<std::int64_t>& shape =
      f.file->entries()[static_cast<std::size_t>(f.entry)].shape;
  choice.index = stack_index(context, shape, choice.stage);
  const std::vector<FitOffer> offers = fit_offers(context.document(), *f.file, choice);
  if (offers.empty()) return note("Its shape cannot go there.", context.theme);
  std::vector<std::string> ways;
  for (const FitOffer& o : offers) ways.push_back(o.says);
  f.offer = std::min(f.offer, static_cast<int>(offers.size()) - 1);
  chooser(context, "##fit", ways[static_cast<std::size_t>(f.offer)], ways, f.offer);
  choice.fit = offers[static_cast<std::size_t>(f.offer)].fit;
  choice.transpose = offers[static_cast<std::size_t>(f.offer)].transpose;
  if (choice.fit == Fit::kSlice) {
    const Extent extent = matrix_extent(shape);
    const auto last = [](std::int64_t n) {
      return static_cast<int>(std::clamp<std::int64_t>(n - 1, 0, 1 << 30));
    };
    stepper("row", "First row", f.row, 0, last(choice.transpose ? extent.cols : extent.rows),
            context.theme);
    stepper("col", "First column", f.col, 0, last(choice.transpose ? extent.rows : extent.cols),
            context.theme);
    choice.row = f.row;
    choice.col = f.col;
  }
  if (strong_button("import", "Import", context.theme)) {
    take_in(context, plan_import(context.document(), *f.file, choice));
  }
}

/// The built page: where the environment says, or beside the program as the build puts it.
Result<std::string> site_folder() {
  namespace fs = std::filesystem;
  std::error_code code;
  std::vector<fs::path> places;
  if (const char* said = std::getenv("ATTENTION_PLAYGROUND_SITE")) places.emplace_back(said);
  const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path();
  if (!program.empty()) places.insert(places.end(), {program / "../web", program / "web"});
  places.emplace_back("build/web");
  for (const fs::path& place : places) {
    if (fs::is_regular_file(place / "index.html", code)) return place.string();
  }
  return fail(
      ErrorCode::kNotFound,
      "the built page is not beside the program; ATTENTION_PLAYGROUND_SITE may name its folder",
      "offline page");
}

void keep(Context& context, std::string_view name, std::string_view media, std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto where = context.ports.save_file(name, media, {bytes, text.size()});
  if (!where) return context.show_error(where.error());
  if (!where->empty())
    context.say("Saved " + std::string(name) + " to " + *where);  // else it was cancelled
}

void save_offline_page(Context& context) {
  const auto folder = site_folder();
  if (!folder) return context.show_error(folder.error());
  const auto site = read_site(*folder);
  if (!site) return context.show_error(site.error());
  const Document& document = context.document();
  const auto html = standalone_html(*site, to_json(document), document.title);
  if (!html) return context.show_error(html.error());
  keep(context, "attention.html", "text/html", *html);
}

void save(Context& context) {
  Files& f = files();
  const std::string_view to = kFormats[static_cast<std::size_t>(f.format)].to;
  if (to == "html") return save_offline_page(context);
  ExportRequest request;
  request.multihead = to == "torch multihead";
  request.to = request.multihead ? "torch" : std::string(to);
  request.picture.subject = static_cast<Subject>(f.subject);
  request.picture.row = current_row(context);
  request.picture.threshold = context.view.threshold;
  request.picture.render.mode = context.theme.mode;
  request.picture.render.scale = static_cast<float>(f.scale);
  request.picture.render.layer = context.view.layer;
  request.picture.render.head = context.view.head;
  request.picture.render.folded = context.view.folded;
  request.site = context.ports.address();
  const auto fonts = FontSet::shipped();
  if (!fonts) return context.show_error(fonts.error());
  const auto file = export_file(context.document(), context.trace(), request, &*fonts);
  if (!file) return context.show_error(file.error());
  keep(context, file->name, file->media, file->bytes);
}

}  // namespace

void draw_export_panel(Context& context, const Rect& /*rect*/) {
  const Theme& theme = context.theme;
  Files& f = files();
  heading("Import", theme);
  note("A state, arrays (.npy .npz .csv .json) or a model's weights (.safetensors).", theme);
  if (strong_button("open", "Open …", theme)) open(context);
  if (f.file && !f.models.empty()) model_form(context);
  if (f.file) array_form(context);
  ImGui::Dummy({0, kSpace2});
  heading("Export", theme);
  std::vector<std::string> formats, subjects(kSubjects.begin(), kSubjects.end());
  for (const Format& format : kFormats) formats.emplace_back(format.name);
  chooser(context, "##format", formats[static_cast<std::size_t>(f.format)], formats, f.format);
  const std::string_view to = kFormats[static_cast<std::size_t>(f.format)].to;
  if (to == "svg" || to == "png")
    chooser(context, "##subject", subjects[static_cast<std::size_t>(f.subject)], subjects,
            f.subject);
  if (to == "png") stepper("scale", "Pixels a point", f.scale, 1, 4, theme);
  if (strong_button("save", "Save", theme)) save(context);
}

}  // namespace ap::ui
