#include "exchange/import.hpp"

#include <algorithm>
#include <optional>

#include "exchange/import_target.hpp"

namespace ap {
namespace {

/// "width 8 → 64, tokens 6 → 10": how a plan changes the sizes.
std::string changes(const Document& before, const Document& after) {
  std::string out;
  const auto say = [&](const char* what, int was, int is) {
    if (was != is)
      out += (out.empty() ? "" : ", ") + std::string(what) + ' ' + std::to_string(was) + " → " +
             std::to_string(is);
  };
  say("tokens", before.query.size(), after.query.size());
  say("source tokens", before.source.size(), after.source.size());
  say("width", before.model.width, after.model.width);
  say("heads", before.model.heads, after.model.heads);
  say("kv heads", before.model.kv_heads, after.model.kv_heads);
  say("head width", before.model.key_width, after.model.key_width);
  say("value width", before.model.value_width, after.model.value_width);
  say("MLP width", before.model.mlp_width, after.model.mlp_width);
  return out;
}

/// A part of the array, or a small one laid over the corner of a larger matrix.
std::string describe_slice(const FileEntry& entry, const ImportPlan& plan, bool transpose) {
  std::int64_t rows = 0, cols = 0;
  for (const ImportPart& part : plan.parts) {
    rows = transpose ? part.window.cols : part.window.rows;
    cols += transpose ? part.window.rows : part.window.cols;
  }
  const Extent extent = matrix_extent(entry.shape);
  const bool whole = entry.shape.size() <= 2 && rows * cols == extent.rows * extent.cols;
  if (whole)
    return (transpose ? "Transpose, then put " : "Put ") + by(rows, cols) + " at the top left";
  return (transpose ? "Transpose, then take " : "Take ") + by(rows, cols) + " of it";
}

std::optional<std::string> describe_fit(const Document& document, const OpenedFile& file,
                                        const ImportPlan& plan, const ImportChoice& choice) {
  Document after = document;
  for (const Action& action : plan.before) {
    auto next = update(after, action, World{});
    if (!next) return std::nullopt;
    after = std::move(*next);
  }
  if (choice.fit == Fit::kAsIs) return choice.transpose ? "Transpose" : "As it is";
  if (choice.fit == Fit::kSlice) {
    return describe_slice(file.entries()[static_cast<std::size_t>(file.find(choice.array))], plan,
                          choice.transpose);
  }
  const std::string what = changes(document, after);
  if (what.empty()) return std::nullopt;
  return (choice.transpose ? "Transpose and resize: " : "Resize: ") + what;
}

}  // namespace

Result<std::vector<ByteRange>> needs(const OpenedFile& file, const ImportPlan& plan) {
  std::vector<ByteRange> all;
  for (const ImportPart& part : plan.parts) {
    const auto ranges = file.needs(part.entry, part.window);
    if (!ranges) return std::unexpected(ranges.error());
    all.insert(all.end(), ranges->begin(), ranges->end());
  }
  return all;
}

Result<action::Batch> make_import(const OpenedFile& file, const ImportPlan& plan,
                                  std::span<const Bytes> pieces) {
  action::Batch batch;
  batch.name = plan.name;
  for (const Action& action : plan.before) batch.steps.push_back({action});
  for (const ImportPart& part : plan.parts) {
    const auto ranges = file.needs(part.entry, part.window);
    if (!ranges) return std::unexpected(ranges.error());
    if (ranges->size() > pieces.size())
      return fail(ErrorCode::kIo, "not all of it was read", file.file_name());
    auto numbers = file.read(part.entry, part.window, pieces.first(ranges->size()));
    if (!numbers) return std::unexpected(numbers.error());
    pieces = pieces.subspan(ranges->size());
    Matrix values = part.transpose ? Matrix(numbers->transpose()) : std::move(*numbers);
    if (part.at.tensor.stage == Stage::kMask) {
      const FileEntry& entry = file.entries()[static_cast<std::size_t>(part.entry)];
      auto says = to_mask(values, entry, part.mask, file.file_name());
      if (!says) return std::unexpected(says.error());
      if (!says->empty()) batch.note = std::move(*says);
    }
    batch.steps.push_back({action::SetBlock{part.at, std::move(values)}});
  }
  return batch;
}

std::vector<FitOffer> fit_offers(const Document& document, const OpenedFile& file,
                                 const ImportChoice& choice) {
  std::vector<FitOffer> offers;
  for (const Fit fit : {Fit::kAsIs, Fit::kResize, Fit::kSlice}) {
    for (const bool transpose : {false, true}) {
      ImportChoice tried = choice;
      tried.fit = fit;
      tried.transpose = transpose;
      const auto plan = plan_import(document, file, tried);
      if (!plan) continue;
      // A slice that is the whole is the first offer again.
      const bool known = std::ranges::any_of(offers, [&](const FitOffer& o) {
        return o.transpose == transpose && o.fit == Fit::kAsIs;
      });
      if (fit == Fit::kSlice && known) continue;
      if (auto says = describe_fit(document, file, *plan, tried))
        offers.push_back({fit, transpose, std::move(*says)});
    }
  }
  return offers;
}

}  // namespace ap
