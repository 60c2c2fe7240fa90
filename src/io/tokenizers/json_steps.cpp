#include "io/tokenizers/json_steps.hpp"

#include <array>

namespace ap::tokenizer_file {
namespace {

constexpr int kMaxNesting = 20;

/// Calls `each` for every step of a part: itself, or, of a Sequence, those in `list`.
template <class Each>
Result<void> flatten(const Part& part, const char* list, const Each& each, int depth = 0) {
  if (part.json().is_null()) return {};
  if (depth > kMaxNesting) return part.bad("is nested too deeply");
  if (!part.json().is_object()) return part.bad("is not an object");
  std::optional<Error> problem;
  const std::string type = part.text("type", "", problem);
  if (problem) return std::unexpected(*problem);
  if (type != "Sequence") return each(part, type);
  const Json* const steps = part.find(list);
  if (steps == nullptr || !steps->is_array())
    return part.bad("is a Sequence without its list " + std::string(list));
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const Part step((*steps)[i], part.path() + '.' + list + '[' + std::to_string(i) + ']');
    if (auto done = flatten(step, list, each, depth + 1); !done) return done;
  }
  return {};
}

Result<void> clean_step(const Part& part, const std::string& type, std::vector<CleanStep>& into) {
  static constexpr std::array<std::pair<std::string_view, CleanKind>, 10> kKinds = {
      {{"NFC", CleanKind::kNfc},
       {"NFD", CleanKind::kNfd},
       {"NFKC", CleanKind::kNfkc},
       {"NFKD", CleanKind::kNfkd},
       {"Lowercase", CleanKind::kLowercase},
       {"StripAccents", CleanKind::kStripAccents},
       {"Strip", CleanKind::kStrip},
       {"Replace", CleanKind::kReplace},
       {"Prepend", CleanKind::kPrepend},
       {"BertNormalizer", CleanKind::kBert}}};
  CleanStep step;
  bool known = false;
  for (const auto& [name, kind] : kKinds) {
    if (name != type) continue;
    step.kind = kind;
    known = true;
  }
  if (!known) return part.unknown("the normalizer " + type);
  std::optional<Error> problem;
  if (step.kind == CleanKind::kReplace) {
    auto pattern = read_pattern(part, "pattern");
    if (!pattern) return std::unexpected(pattern.error());
    step.pattern = std::move(pattern->text);
    step.regex = pattern->regex;
    step.content = part.text("content", "", problem);
  } else if (step.kind == CleanKind::kPrepend) {
    step.content = part.text("prepend", "", problem);
  } else if (step.kind == CleanKind::kStrip) {
    step.left = part.flag("strip_left", true, problem);
    step.right = part.flag("strip_right", true, problem);
  } else if (step.kind == CleanKind::kBert) {
    step.clean_text = part.flag("clean_text", true, problem);
    step.chinese = part.flag("handle_chinese_chars", true, problem);
    step.lowercase = part.flag("lowercase", true, problem);
    if (part.find("strip_accents") != nullptr)
      step.strip_accents = part.flag("strip_accents", true, problem);
  }
  if (problem) return std::unexpected(*problem);
  into.push_back(std::move(step));
  return {};
}

Result<CutBehavior> behavior_of(const Part& part) {
  std::optional<Error> problem;
  const std::string name = part.text("behavior", "Isolated", problem);
  if (problem) return std::unexpected(*problem);
  if (name == "Removed") return CutBehavior::kRemoved;
  if (name == "Isolated") return CutBehavior::kIsolated;
  if (name == "MergedWithPrevious") return CutBehavior::kPrevious;
  if (name == "MergedWithNext") return CutBehavior::kNext;
  if (name == "Contiguous") return CutBehavior::kContiguous;
  return part.unknown("the behavior " + name);
}

Result<PrependScheme> scheme_of(const Part& part) {
  std::optional<Error> problem;
  const bool prefix = part.flag("add_prefix_space", true, problem);
  const std::string name = part.text("prepend_scheme", prefix ? "always" : "never", problem);
  if (problem) return std::unexpected(*problem);
  if (name == "always") return PrependScheme::kAlways;
  if (name == "first") return PrependScheme::kFirst;
  if (name == "never") return PrependScheme::kNever;
  return part.unknown("the prepend_scheme " + name);
}

Result<void> split_step(const Part& part, CutStep& step, std::optional<Error>& problem) {
  auto pattern = read_pattern(part, "pattern");
  if (!pattern) return std::unexpected(pattern.error());
  const auto behavior = behavior_of(part);
  if (!behavior) return std::unexpected(behavior.error());
  step.pattern = std::move(pattern->text);
  step.regex = pattern->regex;
  step.behavior = *behavior;
  step.invert = part.flag("invert", false, problem);
  return {};
}

Result<void> cut_step(const Part& part, const std::string& type, std::vector<CutStep>& into) {
  CutStep step;
  std::optional<Error> problem;
  if (type == "ByteLevel") {
    step.kind = CutKind::kByteLevel;
    step.add_prefix_space = part.flag("add_prefix_space", true, problem);
    step.use_regex = part.flag("use_regex", true, problem);
  } else if (type == "Split") {
    step.kind = CutKind::kSplit;
    if (auto done = split_step(part, step, problem); !done) return done;
  } else if (type == "CharDelimiterSplit") {
    step.kind = CutKind::kSplit;
    step.pattern = part.text("delimiter", "", problem);
    step.behavior = CutBehavior::kRemoved;
  } else if (type == "Whitespace") {
    step.kind = CutKind::kWhitespace;
  } else if (type == "WhitespaceSplit") {
    step.kind = CutKind::kWhitespaceSplit;
  } else if (type == "BertPreTokenizer") {
    step.kind = CutKind::kBert;
  } else if (type == "Punctuation") {
    step.kind = CutKind::kPunctuation;
    const auto behavior = behavior_of(part);
    if (!behavior) return std::unexpected(behavior.error());
    step.behavior = *behavior;
  } else if (type == "Digits") {
    step.kind = CutKind::kDigits;
    step.individual_digits = part.flag("individual_digits", false, problem);
  } else if (type == "Metaspace") {
    step.kind = CutKind::kMetaspace;
    const auto scheme = scheme_of(part);
    if (!scheme) return std::unexpected(scheme.error());
    step.prepend = *scheme;
    step.replacement = part.text("replacement", "\u2581", problem);
    step.split = part.flag("split", true, problem);
  } else {
    return part.unknown("the pre-tokenizer " + type);
  }
  if (problem) return std::unexpected(*problem);
  into.push_back(std::move(step));
  return {};
}

Result<void> decode_step(const Part& part, const std::string& type, std::vector<DecodeStep>& into) {
  DecodeStep step;
  std::optional<Error> problem;
  if (type == "ByteLevel") {
    step.kind = DecodeKind::kByteLevel;
  } else if (type == "Replace") {
    step.kind = DecodeKind::kReplace;
    auto pattern = read_pattern(part, "pattern");
    if (!pattern) return std::unexpected(pattern.error());
    step.pattern = std::move(pattern->text);
    step.regex = pattern->regex;
    step.content = part.text("content", "", problem);
  } else if (type == "ByteFallback") {
    step.kind = DecodeKind::kByteFallback;
  } else if (type == "Fuse") {
    step.kind = DecodeKind::kFuse;
  } else if (type == "Strip") {
    step.kind = DecodeKind::kStrip;
    step.content = part.text("content", " ", problem);
    step.start = part.number("start", 0, problem);
    step.stop = part.number("stop", 0, problem);
  } else if (type == "Metaspace") {
    step.kind = DecodeKind::kMetaspace;
    const auto scheme = scheme_of(part);
    if (!scheme) return std::unexpected(scheme.error());
    step.prepend = *scheme;
    step.pattern = part.text("replacement", "\u2581", problem);
  } else if (type == "WordPiece") {
    step.kind = DecodeKind::kWordPiece;
    step.pattern = part.text("prefix", "##", problem);
    step.cleanup = part.flag("cleanup", true, problem);
  } else if (type == "BPEDecoder") {
    step.kind = DecodeKind::kSuffix;
    step.pattern = part.text("suffix", "</w>", problem);
  } else {
    return part.unknown("the decoder " + type);
  }
  if (problem) return std::unexpected(*problem);
  into.push_back(std::move(step));
  return {};
}

/// ["[SEP]", 102]
Result<int> named_id(const Part& part, const char* key) {
  const Json* const pair = part.find(key);
  if (pair != nullptr && pair->is_array() && pair->size() == 2 && (*pair)[1].is_number_integer()) {
    const auto id = (*pair)[1].get<std::int64_t>();
    if (id >= 0 && id < 1'000'000'000) return static_cast<int>(id);
  }
  return part.bad("needs \"" + std::string(key) + R"(": [text, id])");
}

Result<std::vector<int>> template_ids(const Part& part, const std::string& name) {
  const Part token = part.at("special_tokens").at(name.c_str());
  const Json* const ids = token.find("ids");
  std::vector<int> out;
  if (ids == nullptr || !ids->is_array()) return token.bad("has no list of ids");
  for (const Json& id : *ids) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > 1'000'000'000)
      return token.bad("has an id that is none");
    out.push_back(id.get<int>());
  }
  return out;
}

Result<void> read_template(const Part& part, TokenizerSpec& into) {
  const Json* const single = part.find("single");
  if (single == nullptr || !single->is_array())
    return part.bad("has no list `single`, what to put around one text");
  std::vector<int> before;
  std::vector<int> after;
  bool text = false;
  for (const Json& item : *single) {
    if (item.is_object() && item.contains("Sequence")) {
      if (text) return part.unknown("a template that repeats the text");
      text = true;
      continue;
    }
    const auto* token =
        item.is_object() && item.contains("SpecialToken") ? &item["SpecialToken"] : nullptr;
    if (token == nullptr || !token->is_object() || !token->contains("id") ||
        !(*token)["id"].is_string()) {
      return part.bad("has a `single` item that is neither SpecialToken nor Sequence");
    }
    const auto ids = template_ids(part, (*token)["id"].get<std::string>());
    if (!ids) return std::unexpected(ids.error());
    std::vector<int>& side = text ? after : before;
    side.insert(side.end(), ids->begin(), ids->end());
  }
  if (!text) return part.bad("has a template without the text");
  into.before.insert(into.before.begin(), before.begin(), before.end());
  into.after.insert(into.after.end(), after.begin(), after.end());
  return {};
}

Result<void> post_step(const Part& part, const std::string& type, TokenizerSpec& into) {
  if (type == "ByteLevel") return {};  // offsets alone
  if (type == "TemplateProcessing") return read_template(part, into);
  if (type != "BertProcessing" && type != "RobertaProcessing")
    return part.unknown("the post-processor " + type);
  const auto sep = named_id(part, "sep");
  if (!sep) return std::unexpected(sep.error());
  const auto cls = named_id(part, "cls");
  if (!cls) return std::unexpected(cls.error());
  into.before.insert(into.before.begin(), *cls);
  into.after.push_back(*sep);
  return {};
}

}  // namespace

Result<void> read_normalizer(const Part& part, std::vector<CleanStep>& into) {
  return flatten(part, "normalizers", [&](const Part& step, const std::string& type) {
    return clean_step(step, type, into);
  });
}

Result<void> read_pre_tokenizer(const Part& part, std::vector<CutStep>& into) {
  return flatten(part, "pretokenizers", [&](const Part& step, const std::string& type) {
    return cut_step(step, type, into);
  });
}

Result<void> read_post_processor(const Part& part, TokenizerSpec& into) {
  return flatten(part, "processors", [&](const Part& step, const std::string& type) {
    return post_step(step, type, into);
  });
}

Result<void> read_decoder(const Part& part, std::vector<DecodeStep>& into) {
  return flatten(part, "decoders", [&](const Part& step, const std::string& type) {
    return decode_step(step, type, into);
  });
}

}  // namespace ap::tokenizer_file
