// Everything that leaves the playground as a file, by one request: numbers (a stage or all of
// them), scripts, LaTeX, Markdown, pictures, the state, a line to embed it with. Pure; the
// standalone page is in standalone.hpp, since it needs the site's files.
#pragma once

#include <string>
#include <vector>

#include "exchange/picture.hpp"
#include "playground/document/document.hpp"

namespace ap {

struct ExportRequest {
  std::string to;          // an ExportFormat's name
  bool whole = true;       // else the one stage below, where the format can
  TensorId tensor;         // head -1: all heads (npy, npz)
  bool multihead = false;  // torch: nn.MultiheadAttention
  PictureRequest picture;  // svg, png
  std::string site;        // embed: where the playground is served
};

struct ExportFormat {
  std::string_view name;
  std::string_view ending;
  std::string_view media;
  bool text;
  bool stage;  // can hold one stage alone
};
/// state npz npy csv json numpy torch latex markdown svg png embed
[[nodiscard]] const std::vector<ExportFormat>& export_formats();

struct ExportedFile {
  std::string name;  // "attention.npz", "layers.0.weights.csv"
  std::string media;
  std::string bytes;
};

/// `fonts` may be null where no picture is asked for.
[[nodiscard]] Result<ExportedFile> export_file(const Document& document, const Trace& trace,
                                               const ExportRequest& request, const FontSet* fonts);

}  // namespace ap
