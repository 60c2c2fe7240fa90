// Markdown: pipe tables, one a matrix, with the tokens as labels.
#include <cmath>
#include <cstdio>

#include "io/scripts/export.hpp"

namespace ap {
namespace {

/// A cell's text: nothing in it ends the cell or is read as markup.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("|\\`*_<>[]#~&").find(c) != std::string_view::npos) out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string number(float value) {
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", static_cast<double>(value));
  return text;
}

}  // namespace

std::string export_markdown(const Document& document, const NamedTensor& tensor, int head) {
  const auto& shape = tensor.array.shape;
  const auto rows = static_cast<std::size_t>(shape[shape.size() - 2]),
             cols = static_cast<std::size_t>(shape.back());
  const float* data = tensor.array.data.data() + static_cast<std::size_t>(head) * rows * cols;
  const TensorId id{tensor.layer, tensor.stage, head};
  std::vector<std::string> row_names = row_labels(document, id),
                           col_names = col_labels(document, id);
  row_names.resize(rows);
  col_names.resize(cols);
  std::string out = "**" + cell(tensor.name) + "**" +
                    (tensor.heads() > 1 ? ", head " + std::to_string(head) : "") + " (" +
                    std::to_string(rows) + " × " + std::to_string(cols) + ")\n\n|  |";
  for (const std::string& name : col_names) out += " " + cell(name) + " |";
  out += "\n|---|";
  for (std::size_t j = 0; j < cols; ++j) out += "--:|";
  for (std::size_t i = 0; i < rows; ++i) {
    out += "\n| " + cell(row_names[i]) + " |";
    for (std::size_t j = 0; j < cols; ++j) out += " " + number(data[i * cols + j]) + " |";
  }
  return out + "\n";
}

std::string export_markdown(const Document& document, const Trace& trace) {
  std::string out = "# " + cell(document.title.empty() ? "Attention" : document.title) + "\n";
  for (const NamedTensor& tensor : named_tensors(trace)) {
    for (int h = 0; h < tensor.heads(); ++h) out += "\n" + export_markdown(document, tensor, h);
  }
  return out;
}

}  // namespace ap
