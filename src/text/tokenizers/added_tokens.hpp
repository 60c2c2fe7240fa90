// Finds the added tokens in a text, leftmost and longest, as Hugging Face's AddedVocabulary does:
// those of normalized = false in the text as it is, then the others in what is left, cleaned.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "text/tokenizers/spec.hpp"

namespace ap {

class AddedTokens {
 public:
  struct Part {
    int id = -1;  // -1: text between
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  void add(const AddedToken& token, std::string content);
  /// Call after the last add.
  void settle();
  [[nodiscard]] bool empty() const noexcept { return tokens_.empty(); }
  /// Parts in order, none empty, together the whole text.
  [[nodiscard]] std::vector<Part> split(std::string_view text) const;

 private:
  struct Token {
    std::string content;
    int id = 0;
    bool lstrip = false, rstrip = false, single_word = false;
  };
  [[nodiscard]] const Token* at(std::string_view text, std::size_t begin) const;

  std::vector<Token> tokens_;  // by first byte, longest first
  std::array<std::uint32_t, 257> starts_{};
};

}  // namespace ap
