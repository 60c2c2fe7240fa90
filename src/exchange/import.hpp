// Numbers from a file into the document, as one action. First a plan: which windows of which arrays
// go where, and how the document is reshaped before; then, when the bytes that it needs are there,
// the action. Pure: what changes is dispatched by whoever asked.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/mask_numbers.hpp"
#include "exchange/opened.hpp"
#include "playground/actions/action.hpp"

namespace ap {

/// What to do where an array has another shape than the matrix that it goes into.
enum class Fit : std::uint8_t {
  kAsIs,    // nothing: shapes must agree
  kResize,  // the document takes the array's shape
  kSlice,   // the part from (row, col) on, as much as there is room for
};

struct ImportChoice {
  std::string array;                // an entry's name; "" where there is one without a name
  std::vector<std::int64_t> index;  // of the dimensions before the last two
  Stage stage = Stage::kWq;         // a parameter, the mask, or positions (become learned)
  int layer = 0;
  int head = -1;  // -1: the whole matrix, heads side by side or stacked
  Fit fit = Fit::kAsIs;
  bool transpose = false;
  int row = 0;  // kSlice: corner in the (transposed) array
  int col = 0;
  MaskMeaning mask = MaskMeaning::kGuess;  // of numbers that go into the mask
};

/// Numbers of one window that go to one place.
struct ImportPart {
  int entry = 0;
  Window window;
  bool transpose = false;
  MaskMeaning mask = MaskMeaning::kGuess;
  CellId at;
};

struct ImportPlan {
  std::string name;  // of the undo step
  std::vector<Action> before;
  std::vector<ImportPart> parts;
  std::string note;  // what was not taken along, for the person; may be empty
};

/// Most numbers in one import: as JSON text they are 60 MB.
inline constexpr std::int64_t kMaxImported = 5'000'000;

[[nodiscard]] Result<ImportPlan> plan_import(const Document& document, const OpenedFile& file,
                                             const ImportChoice& choice);
/// The byte ranges of all parts, in order; empty where the file is held.
[[nodiscard]] Result<std::vector<ByteRange>> needs(const OpenedFile& file, const ImportPlan& plan);
/// `pieces`: the bytes of `needs`. Its note says how numbers were taken that could mean two things.
[[nodiscard]] Result<action::Batch> make_import(const OpenedFile& file, const ImportPlan& plan,
                                                std::span<const Bytes> pieces);

/// Rows and columns of the matrix at an address, head -1: of all heads; kNotFound if there is none.
[[nodiscard]] Result<Extent> target_extent(const Document& document, TensorId id);

/// One way to make an array fit, for a chooser.
struct FitOffer {
  Fit fit = Fit::kAsIs;
  bool transpose = false;
  std::string says;  // "Resize the model: width 8 → 64, head width 4 → 16"
};
/// The ways that work for this array and place, the best first.
[[nodiscard]] std::vector<FitOffer> fit_offers(const Document& document, const OpenedFile& file,
                                               const ImportChoice& choice);

/// Changes of a document one after the other: each is tried on a copy and kept as an action.
class Steps {
 public:
  explicit Steps(const Document& document) : document_(document) {}
  Result<void> add(Action action);
  [[nodiscard]] const Document& document() const noexcept { return document_; }
  /// Sizes of the model and sentences; -1 stays.
  struct Sizes {
    int width = -1;
    int heads = -1;
    int kv_heads = -1;
    int key_width = -1;
    int value_width = -1;
    int mlp_width = -1;
    int tokens = -1;
    int source_tokens = -1;
  };
  Result<void> resize(const Sizes& sizes);
  [[nodiscard]] std::vector<Action> take() { return std::move(actions_); }

 private:
  Result<void> resize_tokens(Side side, int count);
  Document document_;
  std::vector<Action> actions_;
};

}  // namespace ap
