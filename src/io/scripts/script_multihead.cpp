// PyTorch's own module with a document's numbers: torch.nn.MultiheadAttention, one a layer. It
// always divides by sqrt(K), splits D evenly among its heads and has nothing between scores and
// softmax but a mask; what needs more is refused here and is in the plain script.
#include <algorithm>
#include <cmath>

#include "io/arrays/json_text.hpp"
#include "io/scripts/export.hpp"
#include "io/scripts/script_prelude.hpp"

namespace ap {
namespace {

/// What stands against the module; empty: nothing.
std::string obstacle(const Document& d, const Trace& trace) {
  const Model& m = d.model;
  const PositionKind p = m.positions.kind;
  if (m.scale != ScaleKind::kInverseSqrt) return "another scale than 1 / sqrt(K)";
  if (m.softcap > 0.0F) return "a softcap";
  if (p == PositionKind::kRope) return "rotary positions";
  if (p == PositionKind::kAlibi) return "ALiBi";
  if (m.heads * m.key_width != m.width || m.heads * m.value_width != m.width)
    return "heads whose widths do not add up to D";
  if (m.norm != NormKind::kNone || m.mlp != MlpKind::kNone)
    return "a norm or an MLP, which are not part of the module";
  if (trace.input.past_length() > 0) return "cached tokens";
  for (const Layer& layer : m.layers) {
    if (layer.temperature) return "a temperature";
  }
  for (int l = 0; l < static_cast<int>(m.layers.size()); ++l) {
    if (m.mask_layer(l) != 0) return "windows that differ by layer";
  }
  const ConstView mask = trace.mask(0);
  for (int i = 0; i < mask.rows; ++i) {
    if (std::all_of(mask.row(i), mask.row(i) + mask.cols, [](float x) { return x == -INFINITY; }))
      return "a query that may look at nothing (the module gives NaN)";
  }
  return {};
}

std::string rows(const Matrix& m) {
  std::string out = "array([";
  for (int i = 0; i < m.rows(); ++i) {
    out += i == 0 ? "[" : ",\n    [";
    for (int j = 0; j < m.cols(); ++j) out += (j != 0 ? ", " : "") + exact(m(i, j));
    out += "]";
  }
  return out + "])";
}

/// Key or value columns once for every query head: the module knows no groups.
Matrix ungrouped(const Matrix& m, const Model& model, int width) {
  Matrix out(m.rows(), model.heads * width);
  for (int h = 0; h < model.heads; ++h)
    out.middleCols(h * width, width) = m.middleCols(model.kv_head(h) * width, width);
  return out;
}

/// in_proj_weight is (3D, D): W_Q, W_K and W_V, each turned over, one under the other.
Matrix projection(const Layer& l, const Model& m) {
  Matrix out(3 * m.width, m.width);
  out << l.q.weight->transpose(), ungrouped(*l.k.weight, m, m.key_width).transpose(),
      ungrouped(*l.v.weight, m, m.value_width).transpose();
  return out;
}

Matrix projection_bias(const Layer& l, const Model& m) {
  Matrix out = Matrix::Zero(1, 3 * m.width);
  if (l.q.bias) out.leftCols(m.width) = *l.q.bias;
  if (l.k.bias) out.middleCols(m.width, m.width) = ungrouped(*l.k.bias, m, m.key_width);
  if (l.v.bias) out.rightCols(m.width) = ungrouped(*l.v.bias, m, m.value_width);
  return out;
}

std::string tokens(const Sentence& sentence) {
  std::vector<std::string> texts;
  for (const TokenEntry& t : sentence.tokens) texts.push_back(t.text);
  return json_strings(texts);
}

std::string comment(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

constexpr std::string_view kPrelude = R"(import sys
import torch

inf = float("inf")
stages = {}  # what the module shows of itself


def array(rows):
    return torch.tensor(rows, dtype=torch.float64)


def module(in_proj, in_bias, out_proj, out_bias):
    m = torch.nn.MultiheadAttention(D, H, bias=True, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        m.in_proj_weight.copy_(in_proj)
        m.in_proj_bias.copy_(in_bias)
        m.out_proj.weight.copy_(out_proj)
        m.out_proj.bias.copy_(out_bias)
    return m.eval()
)";

/// The layers, one after the other, and what comes of them.
std::string forward(const Document& document) {
  return std::string(
             "with torch.no_grad():\n"
             "    for i, layer in enumerate(layers):\n"
             "        key = ") +
         (document.cross ? "source" : "x") +
         "[None]\n"
         "        a, weights = layer(x[None], key, key, attn_mask=mask, "
         "average_attn_weights=False)\n"
         "        x = " +
         (document.model.residual ? "x + a[0]" : "a[0]") +
         "\n"
         "        stages[f\"layers.{i}.weights\"] = weights[0]  # H x T x S\n"
         "        stages[f\"layers.{i}.projected\"] = a[0]\n"
         "        stages[f\"layers.{i}.output\"] = x\n"
         "torch.testing.assert_close(x, expected, rtol=1e-4, atol=1e-5)\n"
         "print(\"the output is as expected,\", tuple(x.shape))\n"
         "if len(sys.argv) > 1:  # a .npz of all stages\n"
         "    compare(sys.argv[1], only=stages)\n";
}

}  // namespace

Result<std::string> export_torch_multihead(const Document& document, const Trace& trace) {
  if (const std::string what = obstacle(document, trace); !what.empty()) {
    return fail(ErrorCode::kUnsupported,
                "torch.nn.MultiheadAttention cannot do this document: it has " + what +
                    ". Use the plain script",
                "torch");
  }
  const Model& m = document.model;
  std::string out = "# " + comment(document.title.empty() ? "Attention" : document.title) +
                    "\n# Made by Attention Playground. Rows are tokens; nn.Linear keeps weights "
                    "turned over (out x in).\n";
  out += kPrelude;
  out += kCompare;
  out += "\n\n";
  out += "D, H = " + std::to_string(m.width) + ", " + std::to_string(m.heads) + "\n";
  out += "tokens = " + tokens(document.query) + "\n";
  // Positions that are added are in these numbers already.
  out += "x = " + rows(Matrix(as_eigen(trace.tensor({0, Stage::kInput, 0})))) +
         "  # T x D, positions included\n";
  if (document.cross)
    out += "source = " + rows(Matrix(as_eigen(trace.tensor({0, Stage::kSourceInput, 0})))) +
           "  # S x D\n";
  out += "mask = " +
         (!trace.mask(0).empty() ? rows(Matrix(as_eigen(trace.mask(0)))) + "  # added to the scores"
                                 : std::string("None")) +
         "\n";
  out += "layers = [\n";
  for (const Layer& l : m.layers) {
    const Matrix none = Matrix::Zero(1, m.width);
    out += "  module(" + rows(projection(l, m)) + ",\n    " + rows(projection_bias(l, m)) +
           "[0],\n    " + rows(l.o.weight->transpose()) + ",\n    " +
           rows(l.o.bias ? *l.o.bias : none) + "[0]),\n";
  }
  out += "]\nexpected = " +
         rows(Matrix(
             as_eigen(trace.tensor({static_cast<int>(m.layers.size()) - 1, Stage::kOutput, 0})))) +
         "\n\n";
  return out + forward(document);
}

}  // namespace ap
