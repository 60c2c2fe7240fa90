#include "base/error.hpp"

namespace ap {

std::string_view name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kParse: return "parse";
    case ErrorCode::kUnknownKey: return "unknown_key";
    case ErrorCode::kShape: return "shape";
    case ErrorCode::kRange: return "range";
    case ErrorCode::kNotFinite: return "not_finite";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kNotEditable: return "not_editable";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kIo: return "io";
  }
  return "unknown";
}

}  // namespace ap
