#include "exchange/exports.hpp"

#include <algorithm>

#include "io/arrays/zip.hpp"
#include "io/link/link.hpp"
#include "io/scripts/export.hpp"
#include "playground/json/state_json.hpp"
#include "view/paint/svg.hpp"

namespace ap {
namespace {

std::string as_string(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// One stage as it stands alone: one head's matrix, or all heads stacked.
Result<NamedTensor> asked_stage(const Trace& trace, const ExportRequest& r) {
  auto tensor = named_tensor(trace, r.tensor.layer, r.tensor.stage);
  if (!tensor) return tensor;
  const int heads = tensor->heads();
  if (r.tensor.head < -1 || r.tensor.head >= heads) {
    return fail(ErrorCode::kNotFound,
                "there is no head " + std::to_string(r.tensor.head) + "; there are " +
                    std::to_string(heads) + ", counted from 0",
                "head");
  }
  return tensor;
}

Array one_head(const NamedTensor& tensor, int head) {
  if (head < 0 || tensor.array.rank() < 3) return tensor.array;
  Array out{{tensor.array.shape[1], tensor.array.shape[2]}, {}};
  const auto size = static_cast<std::ptrdiff_t>(out.shape[0] * out.shape[1]);
  const auto from = tensor.array.data.begin() + head * size;
  out.data.assign(from, from + size);
  return out;
}

Result<std::string> stage_bytes(const Document& document, const Trace& trace,
                                const ExportRequest& r, std::string& name) {
  const auto tensor = asked_stage(trace, r);
  if (!tensor) return std::unexpected(tensor.error());
  const int head = std::max(0, r.tensor.head);
  name = tensor->name +
         (tensor->heads() > 1 && r.tensor.head >= 0 ? ".head" + std::to_string(head) : "");
  if (r.to == "npy") return as_string(write_npy(to_npy(one_head(*tensor, r.tensor.head))));
  if (r.to == "npz")
    return as_string(write_npz({{tensor->name, to_npy(one_head(*tensor, r.tensor.head))}}));
  if (r.to == "csv") return export_csv(document, *tensor, head);
  if (r.to == "json") return export_json(document, *tensor, head);
  if (r.to == "markdown") return export_markdown(document, *tensor, head);
  return export_latex(trace, *tensor, head);
}

Result<std::string> whole_bytes(const Document& document, const Trace& trace,
                                const ExportRequest& r) {
  if (r.to == "npz") return as_string(export_npz(trace));
  if (r.to == "csv") return export_csv(document, trace);
  if (r.to == "json") return export_json(document, trace);
  if (r.to == "markdown") return export_markdown(document, trace);
  if (r.to == "latex") return export_latex(document, trace);
  if (r.to == "numpy") return export_numpy(document, trace);
  if (r.to == "torch")
    return r.multihead ? export_torch_multihead(document, trace) : export_torch(document, trace);
  return fail(ErrorCode::kUnsupported, "holds one stage: choose which", r.to);
}

/// Three lines for an article; the document rides in the address.
Result<std::string> embed_snippet(const Document& document, const std::string& site) {
  auto link = encode_share_link({document, {}});
  if (!link) return std::unexpected(link.error());
  if (link->size() > kMaxLinkCharacters) {
    return fail(
        ErrorCode::kTooLarge,
        "the document takes " + std::to_string(link->size()) +
            " characters, more than an address holds; save the state and use src=\"FILE.json\"",
        "embed");
  }
  std::string base = site;
  if (!base.empty() && !base.ends_with('/')) base += '/';
  return "<script type=\"module\" src=\"" + markup_text(base) +
         "element.js\"></script>\n<attention-playground loading=\"lazy\" height=\"480\"\n  "
         "state=\"" +
         markup_text(*link) + "\"></attention-playground>\n";
}

}  // namespace

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> kFormats{
      {"state", ".json", "application/json", true, false},
      {"npz", ".npz", "application/zip", false, true},
      {"npy", ".npy", "application/octet-stream", false, true},
      {"csv", ".csv", "text/csv", true, true},
      {"json", ".json", "application/json", true, true},
      {"numpy", ".py", "text/x-python", true, false},
      {"torch", ".py", "text/x-python", true, false},
      {"latex", ".tex", "application/x-tex", true, true},
      {"markdown", ".md", "text/markdown", true, true},
      {"svg", ".svg", "image/svg+xml", true, false},
      {"png", ".png", "image/png", false, false},
      {"embed", ".html", "text/html", true, false},
  };
  return kFormats;
}

Result<ExportedFile> export_file(const Document& document, const Trace& trace,
                                 const ExportRequest& r, const FontSet* fonts) {
  const auto& formats = export_formats();
  const auto format = std::ranges::find(formats, r.to, &ExportFormat::name);
  if (format == formats.end())
    return fail(ErrorCode::kUnknownKey, "there is no format '" + r.to.substr(0, 40) + "'", "to");
  std::string name = "attention";
  auto bytes = [&]() -> Result<std::string> {
    if (r.to == "state") return to_json(document) + "\n";
    if (r.to == "embed") return embed_snippet(document, r.site);
    if (r.to == "svg" || r.to == "png") {
      if (fonts == nullptr)
        return fail(ErrorCode::kUnsupported, "there are no fonts here for a picture", r.to);
      constexpr std::string_view kNames[] = {"sheet", "graph", "arcs", "heads", "rows"};
      name += "-" + std::string(kNames[static_cast<std::size_t>(r.picture.subject)]);
      return r.to == "svg" ? picture_svg(document, trace, *fonts, r.picture)
                           : picture_png(document, trace, *fonts, r.picture);
    }
    if (!r.whole && format->stage) return stage_bytes(document, trace, r, name);
    return whole_bytes(document, trace, r);
  }();
  if (!bytes) return std::unexpected(std::move(bytes).error());
  if (r.to == "numpy" || r.to == "torch") name += "_" + r.to;
  return ExportedFile{name + std::string(format->ending), std::string(format->media),
                      std::move(*bytes)};
}

}  // namespace ap
