// The exports that are plain data: csv, json, npz.
#include <algorithm>
#include <cmath>

#include "io/arrays/json_text.hpp"
#include "io/arrays/number_text.hpp"
#include "io/arrays/table_lines.hpp"
#include "io/arrays/zip.hpp"
#include "io/scripts/export.hpp"

namespace ap {
namespace {

/// In quotes where it could part a field, or begin a comment.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",;\t\"\r\n") == std::string::npos && !text.starts_with('#')) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// Nobody takes it for a number or for a sign that one is missing. Beside other labels the empty
/// corner is in quotes, which says that they are labels.
bool is_plain_label(const std::string& text) {
  const auto first = static_cast<unsigned char>(text.empty() ? '0' : text[0]);
  const bool letter =
      (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80;
  float value = 0;
  return letter && !read_number(text, value) && !is_missing(text) && !is_figure(text);
}

/// One head's numbers, row by row.
struct Slice {
  const float* data;
  int rows;
  int cols;
  [[nodiscard]] float at(int i, int j) const {
    return data[static_cast<std::size_t>(i) * static_cast<std::size_t>(cols) +
                static_cast<std::size_t>(j)];
  }
};

Slice slice(const NamedTensor& tensor, int head) {
  const std::vector<std::int64_t>& shape = tensor.array.shape;
  const int rows = static_cast<int>(shape[shape.size() - 2]), cols = static_cast<int>(shape.back());
  const std::size_t step = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  return {tensor.array.data.data() + step * static_cast<std::size_t>(head), rows, cols};
}

/// The label of an index, or the index where there are fewer labels.
std::string label(const std::vector<std::string>& labels, int i) {
  const auto at = static_cast<std::size_t>(i);
  return at < labels.size() ? labels[at] : std::to_string(i);
}

std::vector<std::string> labels_of(const std::vector<std::string>& known, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(label(known, i));
  return all;
}

std::string json_numbers(const float* data, std::size_t count) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i != 0 ? "," : "") + json_number(data[i]);
  return out + "]";
}

std::string json_shape(const std::vector<std::int64_t>& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    out += (i != 0 ? "," : "") + std::to_string(shape[i]);
  return out + "]";
}

std::vector<std::string> texts(const Sentence& sentence) {
  std::vector<std::string> out;
  for (const TokenEntry& token : sentence.tokens) out.push_back(token.text);
  return out;
}

}  // namespace

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_number(float value) {
  return std::isfinite(value) ? exact(value) : '"' + exact(value) + '"';
}

std::string json_strings(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) out += (i != 0 ? "," : "") + json_string(texts[i]);
  return out + "]";
}

std::string export_csv(const Document& document, const Trace& trace) {
  std::string out = "layer,stage,head,row,col,row_label,col_label,value\n";
  for (const NamedTensor& tensor : named_tensors(trace)) {
    for (int h = 0; h < tensor.heads(); ++h) {
      const Slice values = slice(tensor, h);
      const auto rows = row_labels(document, {tensor.layer, tensor.stage, h});
      const auto cols = col_labels(document, {tensor.layer, tensor.stage, h});
      const std::string start = std::to_string(tensor.layer) + ',' +
                                std::string(name(tensor.stage)) + ',' + std::to_string(h) + ',';
      for (int i = 0; i < values.rows; ++i) {
        const std::string row = csv_field(label(rows, i));
        for (int j = 0; j < values.cols; ++j) {
          out += start + std::to_string(i) + ',' + std::to_string(j) + ',' + row + ',' +
                 csv_field(label(cols, j)) + ',' + exact(values.at(i, j)) + '\n';
        }
      }
    }
  }
  return out;
}

std::string export_csv(const Document& document, const NamedTensor& tensor, int head) {
  const Slice values = slice(tensor, head);
  const auto rows =
      labels_of(row_labels(document, {tensor.layer, tensor.stage, head}), values.rows);
  const auto cols =
      labels_of(col_labels(document, {tensor.layer, tensor.stage, head}), values.cols);
  std::string out =
      std::ranges::all_of(rows, is_plain_label) && std::ranges::all_of(cols, is_plain_label)
          ? ""
          : "\"\"";
  for (const std::string& col : cols) out += ',' + csv_field(col);
  out += '\n';
  for (int i = 0; i < values.rows; ++i) {
    out += csv_field(rows[static_cast<std::size_t>(i)]);
    for (int j = 0; j < values.cols; ++j) out += ',' + exact(values.at(i, j));
    out += '\n';
  }
  return out;
}

std::string export_json(const Document& document, const Trace& trace) {
  std::string out = "{\"title\":" + json_string(document.title) +
                    ",\"tokens\":" + json_strings(texts(document.query)) + ",\"source_tokens\":" +
                    (document.cross ? json_strings(texts(document.source)) : "null") +
                    ",\"tensors\":{";
  bool first = true;
  for (const NamedTensor& tensor : named_tensors(trace)) {
    out += (first ? "\n" : ",\n") + json_string(tensor.name) +
           ":{\"shape\":" + json_shape(tensor.array.shape) +
           ",\"data\":" + json_numbers(tensor.array.data.data(), tensor.array.data.size()) + "}";
    first = false;
  }
  return out + "\n}}\n";
}

std::string export_json(const Document& document, const NamedTensor& tensor, int head) {
  const Slice values = slice(tensor, head);
  const TensorId id{tensor.layer, tensor.stage, head};
  const auto count = static_cast<std::size_t>(values.rows) * static_cast<std::size_t>(values.cols);
  return "{\"stage\":" + json_string(name(tensor.stage)) +
         ",\"layer\":" + std::to_string(tensor.layer) + ",\"head\":" + std::to_string(head) +
         ",\"shape\":" + json_shape({values.rows, values.cols}) +
         ",\"rows\":" + json_strings(labels_of(row_labels(document, id), values.rows)) +
         ",\"cols\":" + json_strings(labels_of(col_labels(document, id), values.cols)) +
         ",\"data\":" + json_numbers(values.data, count) + "}\n";
}

Bytes export_npz(const Trace& trace) {
  NamedArrays arrays;
  for (const NamedTensor& tensor : named_tensors(trace)) {
    arrays.emplace_back(tensor.name, to_npy(tensor.array));
  }
  return write_npz(arrays);
}

}  // namespace ap
