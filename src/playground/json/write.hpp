// JSON text, appended in order: no tree, floats in their shortest form that reads back to the same
// bits. Internal to playground/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "attention/model/tensor_id.hpp"
#include "playground/document/names.hpp"

namespace ap {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void open(char bracket);   // '{' or '['
  void close(char bracket);  // '}' or ']'
  void key(std::string_view name);

  void value(bool x);
  void value(int x);
  void value(std::uint64_t x);
  void value(float x);  // -inf as "-inf"
  void value(std::string_view text);
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(Stage stage) { value(name(stage)); }
  void value(const Matrix& m);  // [[..], ..]
  void row(const Matrix& m);    // [..], the first row
  template <class E>
    requires std::is_enum_v<E>
  void value(E x) {
    value(enum_name(x));
  }

  template <class T>
  void field(std::string_view name, const T& x) {
    key(name);
    value(x);
  }

 private:
  void separate();

  std::string& out_;
  bool first_ = true;  // in the innermost bracket, or right after a key
};

}  // namespace ap
