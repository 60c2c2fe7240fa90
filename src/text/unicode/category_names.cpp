// The names of general categories, short and long, as \p{..} takes them.
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

struct Name {
  std::string_view brief, whole;
  CategoryMask mask;
};
constexpr CategoryMask bit(Category c) { return 1U << static_cast<unsigned>(c); }
constexpr Name kNames[] = {
    {"L", "Letter", kAnyLetter},
    {"L&", "Cased_Letter", 7},
    {"LC", "Cased_Letter", 7},
    {"M", "Mark", kAnyMark},
    {"N", "Number", kAnyNumber},
    {"P", "Punctuation", kAnyPunctuation},
    {"S", "Symbol", kAnySymbol},
    {"Z", "Separator", kAnySpace},
    {"C", "Other", kAnyOther},
    {"Lu", "Uppercase_Letter", bit(Category::kLu)},
    {"Ll", "Lowercase_Letter", bit(Category::kLl)},
    {"Lt", "Titlecase_Letter", bit(Category::kLt)},
    {"Lm", "Modifier_Letter", bit(Category::kLm)},
    {"Lo", "Other_Letter", bit(Category::kLo)},
    {"Mn", "Nonspacing_Mark", bit(Category::kMn)},
    {"Mc", "Spacing_Mark", bit(Category::kMc)},
    {"Me", "Enclosing_Mark", bit(Category::kMe)},
    {"Nd", "Decimal_Number", bit(Category::kNd)},
    {"Nl", "Letter_Number", bit(Category::kNl)},
    {"No", "Other_Number", bit(Category::kNo)},
    {"Pc", "Connector_Punctuation", bit(Category::kPc)},
    {"Pd", "Dash_Punctuation", bit(Category::kPd)},
    {"Ps", "Open_Punctuation", bit(Category::kPs)},
    {"Pe", "Close_Punctuation", bit(Category::kPe)},
    {"Pi", "Initial_Punctuation", bit(Category::kPi)},
    {"Pf", "Final_Punctuation", bit(Category::kPf)},
    {"Po", "Other_Punctuation", bit(Category::kPo)},
    {"Sm", "Math_Symbol", bit(Category::kSm)},
    {"Sc", "Currency_Symbol", bit(Category::kSc)},
    {"Sk", "Modifier_Symbol", bit(Category::kSk)},
    {"So", "Other_Symbol", bit(Category::kSo)},
    {"Zs", "Space_Separator", bit(Category::kZs)},
    {"Zl", "Line_Separator", bit(Category::kZl)},
    {"Zp", "Paragraph_Separator", bit(Category::kZp)},
    {"Cc", "Control", bit(Category::kCc)},
    {"Cf", "Format", bit(Category::kCf)},
    {"Cs", "Surrogate", bit(Category::kCs)},
    {"Co", "Private_Use", bit(Category::kCo)},
    {"Cn", "Unassigned", bit(Category::kCn)},
};

}  // namespace

CategoryMask category_mask(std::string_view name) noexcept {
  for (const Name& one : kNames) {
    if (name == one.brief || name == one.whole) return one.mask;
  }
  return 0;
}

}  // namespace ap
