// A document and its computed stages as text and bytes for other programs. Pure: no files.
// Numbers are exact (shortest decimals that read back as the same floats) but in LaTeX.
#pragma once

#include <string>

#include "io/arrays/npy.hpp"
#include "io/arrays/tensors.hpp"
#include "playground/document/document.hpp"

namespace ap {

/// One number a line: layer,stage,head,row,col,row_label,col_label,value; labels quoted (RFC 4180).
[[nodiscard]] std::string export_csv(const Document& document, const Trace& trace);
/// One head's matrix as a table with row and column labels.
[[nodiscard]] std::string export_csv(const Document& document, const NamedTensor& tensor, int head);
/// {"title", "tokens", "source_tokens", "tensors": {name: {"shape", "data"}}}; what JSON has no
/// number for is "inf", "-inf" or "nan".
[[nodiscard]] std::string export_json(const Document& document, const Trace& trace);
/// {"stage", "layer", "head", "shape", "rows", "cols", "data"}: one head's matrix.
[[nodiscard]] std::string export_json(const Document& document, const NamedTensor& tensor,
                                      int head);
/// All stages, float32, by their names.
[[nodiscard]] Bytes export_npz(const Trace& trace);
/// A script that rebuilds the model from its numbers, runs it and asserts the output. All stages
/// are left in `stages` by their names; with a .npz file of ours as its argument it compares every
/// one.
[[nodiscard]] std::string export_numpy(const Document& document, const Trace& trace);
[[nodiscard]] std::string export_torch(const Document& document, const Trace& trace);
/// The same numbers in torch.nn.MultiheadAttention. kUnsupported, with what stands against it,
/// where that module computes something else: rotary positions, another scale, a cap, ...
[[nodiscard]] Result<std::string> export_torch_multihead(const Document& document,
                                                         const Trace& trace);
/// Pipe tables with the words as labels, 4 significant digits; all stages of all heads, or one.
[[nodiscard]] std::string export_markdown(const Document& document, const Trace& trace);
[[nodiscard]] std::string export_markdown(const Document& document, const NamedTensor& tensor,
                                          int head);
/// A complete article: the formulas, and the matrices with 3 decimals, larger ones with their
/// middle left out.
[[nodiscard]] std::string export_latex(const Document& document, const Trace& trace);
/// One matrix with its formula, for an article of one's own (needs amsmath).
[[nodiscard]] std::string export_latex(const Trace& trace, const NamedTensor& tensor, int head);

}  // namespace ap
