#include "playground/json/write.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace ap {

void JsonWriter::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
}

void JsonWriter::key(std::string_view name) {
  value(name);
  out_ += ':';
  first_ = true;
}

void JsonWriter::value(bool x) {
  separate();
  out_ += x ? "true" : "false";
}

void JsonWriter::value(int x) {
  separate();
  out_ += std::to_string(x);
}

void JsonWriter::value(std::uint64_t x) {
  separate();
  out_ += std::to_string(x);
}

void JsonWriter::value(float x) {
  separate();
  if (!std::isfinite(x)) {
    out_ += std::isnan(x) ? "\"nan\"" : x > 0 ? "\"inf\"" : "\"-inf\"";
    return;
  }
  if (x == 0.0F) {
    out_ += std::signbit(x) ? "-0.0" : "0";  // "-0" would be read as a whole number, without sign
    return;
  }
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  out_.append(text.data(), end);
}

void JsonWriter::value(std::string_view text) {
  separate();
  out_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else if (byte < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out_ += "\\u00";
      out_ += kHex[byte >> 4U];
      out_ += kHex[byte & 15U];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

void JsonWriter::value(const Matrix& m) {
  open('[');
  for (std::ptrdiff_t i = 0; i < m.rows(); ++i) {
    open('[');
    for (std::ptrdiff_t j = 0; j < m.cols(); ++j) value(m(i, j));
    close(']');
  }
  close(']');
}

void JsonWriter::row(const Matrix& m) {
  open('[');
  for (std::ptrdiff_t j = 0; j < m.cols(); ++j) value(m(0, j));
  close(']');
}

}  // namespace ap
