#include "text/unicode/normal_form.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

/// A code point and the bytes of the input that it is made of.
struct Item {
  char32_t code = 0;
  int order = 0;  // mark_class
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Normalizer {
 public:
  Normalizer(const MappedText& in, NormalForm form)
      : in_(in),
        out_(in),
        compatible_(form == NormalForm::kKC || form == NormalForm::kKD),
        compose_(form == NormalForm::kC || form == NormalForm::kKC) {}

  MappedText run() {
    const std::string_view text = in_.text;
    std::size_t at = 0;
    std::size_t last = 0;  // the code point before `at`, which a mark may join
    while (at < text.size()) {
      const CodePoint code = at_(at);
      if (is_inert(code.value, compatible_)) {
        last = at;
        at += static_cast<std::size_t>(code.size);
        continue;
      }
      out_.keep(kept_, last);
      at = segment(last);
      kept_ = at;
      last = at;
    }
    out_.keep(kept_, text.size());
    return out_.done();
  }

 private:
  [[nodiscard]] CodePoint at_(std::size_t at) const {
    return decode(in_.text, at).value_or(CodePoint{0xfffd, 1});
  }

  /// From `at` up to the next code point that nothing before it can change.
  std::size_t segment(std::size_t at) {
    items_.clear();
    bool first = true;
    while (at < in_.text.size()) {
      const CodePoint code = at_(at);
      const bool inert = is_inert(code.value, compatible_);
      if (inert && !first) break;
      first = false;
      const std::size_t end = at + static_cast<std::size_t>(code.size);
      parts_.clear();
      append_decomposed(code.value, compatible_, parts_);
      for (const char32_t part : parts_) items_.push_back({part, mark_class(part), at, end});
      at = end;
    }
    sort();
    if (compose_) compose();
    for (const Item& item : items_) put(item);
    return at;
  }

  /// Marks between two starters, in the order of their classes.
  void sort() {
    for (auto from = items_.begin(); from != items_.end();) {
      if (from->order == 0) {
        ++from;
        continue;
      }
      const auto to = std::find_if(from, items_.end(), [](const Item& i) { return i.order == 0; });
      std::stable_sort(from, to, [](const Item& a, const Item& b) { return a.order < b.order; });
      from = to;
    }
  }

  void compose() {
    std::size_t kept = 0;     // items that stay
    std::size_t starter = 0;  // the last starter among them
    bool any = false;
    int blocked = -1;  // class of what stands between the starter and here; -1: nothing
    for (const Item& item : items_) {
      if (any && blocked < item.order) {
        if (const char32_t one = composed(items_[starter].code, item.code); one != 0) {
          Item& base = items_[starter];
          base = {one, 0, std::min(base.begin, item.begin), std::max(base.end, item.end)};
          continue;
        }
      }
      if (item.order == 0) {
        starter = kept;
        any = true;
        blocked = -1;
      } else {
        blocked = item.order;
      }
      items_[kept++] = item;
    }
    items_.resize(kept);
  }

  void put(const Item& item) {
    bytes_.clear();
    append_utf8(item.code, bytes_);
    const std::string_view there =
        std::string_view(in_.text).substr(item.begin, item.end - item.begin);
    if (there == bytes_ && item.begin >= done_) {
      out_.keep(item.begin, item.end);
    } else {
      out_.put(bytes_, item.begin, item.end);
    }
    done_ = std::max(done_, item.end);
  }

  const MappedText& in_;
  Remap out_;
  bool compatible_;
  bool compose_;
  std::size_t kept_ = 0;
  std::size_t done_ = 0;
  std::vector<Item> items_;
  std::u32string parts_;
  std::string bytes_;
};

}  // namespace

MappedText normal_form(const MappedText& text, NormalForm form) {
  return Normalizer(text, form).run();
}

std::string normal_form(std::string_view text, NormalForm form) {
  return normal_form(MappedText{std::string(text)}, form).text;
}

}  // namespace ap
