// Python scripts, for NumPy and for PyTorch: a short prelude of helpers in each dialect, the numbers,
// and the model written out with only the parts that it uses.
#include <cmath>

#include "attention/position.hpp"
#include "io/export.hpp"
#include "io/json_text.hpp"

namespace ap {
namespace {

constexpr std::string_view kNumpyPrelude = R"(import math
import numpy as np

inf = math.inf
exp, tanh, sqrt, sin, cos, where = np.exp, np.tanh, np.sqrt, np.sin, np.cos, np.where


def array(rows):
    return np.array(rows, dtype=np.float64)


def zeros(rows, cols):
    return np.zeros((rows, cols))


def indices(n):
    return np.arange(n, dtype=np.float64)


def side_by_side(parts):
    return np.concatenate(parts, axis=1)


def row_mean(x):
    return x.mean(axis=1, keepdims=True)


def softmax(x):
    if x.size == 0:
        return x
    top = x.max(axis=1, keepdims=True)
    e = np.exp(x - np.where(top == -inf, 0.0, top))
    total = e.sum(axis=1, keepdims=True)
    return e / np.where(total == 0.0, 1.0, total)  # a row whose keys are all hidden is 0
)";

constexpr std::string_view kTorchPrelude = R"(import math
import torch

inf = math.inf
exp, tanh, sqrt, sin, cos, where = torch.exp, torch.tanh, torch.sqrt, torch.sin, torch.cos, torch.where


def array(rows):
    return torch.tensor(rows, dtype=torch.float64)


def zeros(rows, cols):
    return torch.zeros((rows, cols), dtype=torch.float64)


def indices(n):
    return torch.arange(n, dtype=torch.float64)


def side_by_side(parts):
    return torch.cat(parts, dim=1)


def row_mean(x):
    return x.mean(dim=1, keepdim=True)


def softmax(x):
    return torch.nan_to_num(torch.softmax(x, dim=1))  # a row whose keys are all hidden is 0
)";

/// What differs between the dialects outside the prelude.
struct Dialect {
  std::string_view title;
  std::string_view prelude;
  std::string_view copy;      // of x
  std::string_view hidden;    // -inf of the capped
  std::string_view relu;
  std::string_view erf;       // of x
  std::string_view assertion;
};
constexpr Dialect kNumpy{"NumPy",
                         kNumpyPrelude,
                         "x.copy()",
                         "-inf",
                         "np.maximum(up, 0.0)",
                         "np.vectorize(math.erf, otypes=[np.float64])(x)",
                         "np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)"};
constexpr Dialect kTorch{"PyTorch",
                         kTorchPrelude,
                         "x.clone()",
                         "torch.full_like(masked, -inf)",
                         "torch.relu(up)",
                         "torch.erf(x)",
                         "torch.testing.assert_close(output, expected, rtol=1e-4, atol=1e-5)"};

std::string matrix(const Matrix& m) {
  std::string out = "array([";
  for (int i = 0; i < m.rows(); ++i) {
    out += i == 0 ? "[" : ",\n    [";
    for (int j = 0; j < m.cols(); ++j) out += (j != 0 ? ", " : "") + exact(m(i, j));
    out += "]";
  }
  return out + "]).reshape(" + std::to_string(m.rows()) + ", " + std::to_string(m.cols()) + ")";
}

class Script {
 public:
  Script(const Document& document, const Trace& trace, const Dialect& dialect)
      : document_(document), trace_(trace), m_(document.model), d_(dialect) {}

  std::string write() {
    line("# " + comment(document_.title.empty() ? "Attention" : document_.title));
    line("# Made by Attention Playground. Rebuilds the model from its numbers, runs it and checks its output.");
    line("# Needs " + std::string(d_.title) + ". Rows are tokens; Q = X W_Q; float64.");
    out_ += d_.prelude;
    line("");
    line("");
    numbers();
    masks();
    helpers();
    attention();
    model();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) { (out_ += text) += '\n'; }
  static std::string comment(std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return text;
  }
  static std::string tokens(const Sentence& sentence) {
    std::vector<std::string> texts;
    for (const TokenEntry& t : sentence.tokens) texts.push_back(t.text);
    return json_strings(texts);
  }
  void assign(std::string_view name, const std::string& value) { line(std::string(name) + " = " + value); }
  void assign(std::string_view name, int value) { assign(name, std::to_string(value)); }
  [[nodiscard]] bool rope() const { return m_.positions.kind == PositionKind::kRope; }
  [[nodiscard]] bool alibi() const { return m_.positions.kind == PositionKind::kAlibi; }
  [[nodiscard]] bool added() const {
    return m_.positions.kind == PositionKind::kSinusoidal || m_.positions.kind == PositionKind::kLearned;
  }
  [[nodiscard]] bool norm(NormPlace place) const { return m_.norm != NormKind::kNone && m_.norm_place == place; }

  void entry(std::string_view name, const SharedMatrix& m) {
    if (m) line("  " + json_string(name) + ": " + matrix(*m) + ",");
  }
  void linear_entry(const char* suffix, const Linear& linear) {
    entry(std::string("w_") + suffix, linear.weight);
    entry(std::string("b_") + suffix, linear.bias);
  }

  void numbers() {
    assign("tokens", tokens(document_.query));
    assign("x", matrix(*document_.query.embeddings) + "  # T x D");
    if (document_.cross) {
      assign("source_tokens", tokens(document_.source));
      assign("source", matrix(*document_.source.embeddings) + "  # S x D");
    }
    line("layers = [");
    for (const Layer& layer : m_.layers) {
      line(" {");
      linear_entry("q", layer.q);
      linear_entry("k", layer.k);
      linear_entry("v", layer.v);
      linear_entry("o", layer.o);
      entry("temperature", layer.temperature);
      entry("gain1", layer.norm1.gain);
      entry("bias1", layer.norm1.bias);
      if (m_.mlp != MlpKind::kNone) {
        entry("gain2", layer.norm2.gain);
        entry("bias2", layer.norm2.bias);
        if (m_.mlp == MlpKind::kSwiglu) linear_entry("gate", layer.gate);
        linear_entry("up", layer.up);
        linear_entry("down", layer.down);
      }
      line(" },");
    }
    line("]");
    const ConstView output = trace_.tensor({static_cast<int>(trace_.layers.size()) - 1, Stage::kOutput, 0});
    assign("expected", matrix(Matrix(as_eigen(output))));
    assign("D", m_.width);
    assign("H", std::to_string(m_.heads) + "  # heads");
    assign("G", std::to_string(m_.kv_heads) + "  # key and value heads");
    assign("K", std::to_string(m_.key_width) + "  # head width");
    assign("V", std::to_string(m_.value_width) + "  # value width");
    assign("scale", exact(m_.score_scale()));
  }

  void masks() {
    const char* source = document_.cross ? "source" : "x";
    line(std::string("mask = zeros(len(x), len(") + source + "))  # added to the scaled scores");
    if (document_.mask) line("mask = mask + " + matrix(*document_.mask));
    if (m_.causal) {
      line("for i in range(len(x)):");
      line("    mask[i, i + 1:] = -inf");
    }
    if (document_.kv_length >= 0) line("mask[:, " + std::to_string(document_.kv_length) + ":] = -inf");
    if (alibi()) {
      line("for_head = []  # ALiBi");
      line(std::string("distance = abs(indices(len(x)).reshape(-1, 1) - indices(len(") + source + ")).reshape(1, -1))");
      for (int h = 0; h < m_.heads; ++h) {
        line("for_head.append(-" + exact(static_cast<float>(alibi_slope(h, m_.heads))) + " * distance)");
      }
    }
  }

  void position_helpers() {
    const std::string base = exact(m_.positions.base);
    if (m_.positions.kind == PositionKind::kSinusoidal) {
      out_ += "\n\ndef positions(count):\n    p = zeros(count, D)\n    for i in range(count):\n"
              "        for d in range(D):\n            angle = i / " + base + " ** (2 * (d // 2) / D)\n"
              "            p[i, d] = math.sin(angle) if d % 2 == 0 else math.cos(angle)\n    return p\n";
    }
    if (m_.positions.kind == PositionKind::kLearned) {
      out_ += "learned = " + matrix(*m_.positions.learned) + "\n\n\ndef positions(count):\n    return learned[:count]\n";
    }
    if (rope()) {
      const std::string width = std::to_string(m_.rotary_width()), half = std::to_string(m_.rotary_width() / 2);
      out_ += "\n\ndef rotate(x):\n    y = " + std::string(d_.copy) + "\n    for p in range(" + half + "):\n        a, b = " +
              (m_.positions.interleaved ? "2 * p, 2 * p + 1" : "p, p + " + half) +
              "\n        angle = indices(len(x)) / " + base + " ** (2 * p / " + width + ")\n"
              "        y[:, a] = x[:, a] * cos(angle) - x[:, b] * sin(angle)\n"
              "        y[:, b] = x[:, a] * sin(angle) + x[:, b] * cos(angle)\n    return y\n";
    }
  }

  void helpers() {
    position_helpers();
    const std::string epsilon = exact(m_.norm_epsilon);
    if (m_.norm == NormKind::kLayerNorm) {
      out_ += "\n\ndef norm(x, gain, bias):\n    x = x - row_mean(x)\n    return x / sqrt(row_mean(x ** 2) + " + epsilon +
              ") * gain + bias\n";
    }
    if (m_.norm == NormKind::kRmsNorm) {
      out_ += "\n\ndef norm(x, gain):\n    return x / sqrt(row_mean(x ** 2) + " + epsilon + ") * gain\n";
    }
    if (m_.mlp == MlpKind::kGelu) {
      out_ += "\n\ndef gelu(x):\n    return x * (1.0 + erf(x / math.sqrt(2.0))) / 2.0\n\n\ndef erf(x):\n    return " +
              std::string(d_.erf) + "\n";
    }
  }

  /// `x @ layer["w_q"] + layer["b_q"]`
  static std::string linear(const std::string& x, const std::string& name, const Linear& map) {
    return x + " @ layer[\"w_" + name + "\"]" + (map.bias ? " + layer[\"b_" + name + "\"]" : "");
  }
  [[nodiscard]] std::string normed(const std::string& x, int which) const {
    const std::string n = std::to_string(which);
    return "norm(" + x + ", layer[\"gain" + n + "\"]" +
           (m_.norm == NormKind::kLayerNorm ? ", layer[\"bias" + n + "\"])" : ")");
  }

  void attention() {
    const Layer& first = m_.layers.front();
    line("\n\ndef attention(x, source, layer):");
    line("    q = " + linear("x", "q", first.q));
    line("    k = " + linear("source", "k", first.k));
    line("    v = " + linear("source", "v", first.v));
    line("    outs = []");
    line("    for h in range(H):");
    line("        g = h // (H // G)");
    line("        q_h = q[:, h * K:(h + 1) * K]");
    line("        k_h = k[:, g * K:(g + 1) * K]");
    line("        v_h = v[:, g * V:(g + 1) * V]");
    if (rope()) line("        q_h, k_h = rotate(q_h), rotate(k_h)");
    line("        scaled = (q_h @ k_h.T) * scale");
    line(alibi() ? "        masked = scaled + mask + for_head[h]" : "        masked = scaled + mask");
    std::string last = "masked";
    if (m_.softcap > 0.0F) {
      const std::string cap = exact(m_.softcap);
      line("        capped = where(masked == -inf, " + std::string(d_.hidden) + ", " + cap + " * tanh(masked / " + cap + "))");
      last = "capped";
    }
    const bool warm = first.temperature != nullptr;
    line("        weights = softmax(" + last + (warm ? " / layer[\"temperature\"][0, h])" : ")"));
    line("        outs.append(weights @ v_h)");
    line("    return " + linear("side_by_side(outs)", "o", first.o));
  }

  void model() {
    line("\n");
    if (added()) {
      line("x = x + positions(len(x))");
      if (document_.cross) line("source = source + positions(len(source))");
    }
    line("for layer in layers:");
    std::string x = "x";
    if (norm(NormPlace::kPre)) {
      line("    n = " + normed("x", 1));
      x = "n";
    }
    line("    a = attention(" + x + ", " + (document_.cross ? "source" : x) + ", layer)");
    if (m_.residual) line("    a = x + a");
    if (norm(NormPlace::kPost)) line("    a = " + normed("a", 1));
    if (m_.mlp == MlpKind::kNone) {
      line("    x = a");
    } else {
      mlp();
    }
    const int cached = trace_.input.past_length();
    line(cached > 0 ? "output = x[" + std::to_string(cached) + ":]  # the tokens after the cached ones" : "output = x");
    line(d_.assertion);
    line("print(\"the output is as expected,\", tuple(output.shape))");
  }

  void mlp() {
    const Layer& first = m_.layers.front();
    std::string in = "a";
    if (norm(NormPlace::kPre)) {
      line("    n = " + normed("a", 2));
      in = "n";
    }
    line("    up = " + linear(in, "up", first.up));
    if (m_.mlp == MlpKind::kGelu) line("    hidden = gelu(up)");
    if (m_.mlp == MlpKind::kRelu) line("    hidden = " + std::string(d_.relu));
    if (m_.mlp == MlpKind::kSwiglu) {
      line("    gate = " + linear(in, "gate", first.gate));
      line("    hidden = gate / (1.0 + exp(-gate)) * up");
    }
    line("    x = " + linear("hidden", "down", first.down));
    if (m_.residual) line("    x = a + x");
    if (norm(NormPlace::kPost)) line("    x = " + normed("x", 2));
  }

  const Document& document_;
  const Trace& trace_;
  const Model& m_;
  const Dialect& d_;
  std::string out_;
};

}  // namespace

std::string export_numpy(const Document& document, const Trace& trace) {
  return Script(document, trace, kNumpy).write();
}

std::string export_torch(const Document& document, const Trace& trace) {
  return Script(document, trace, kTorch).write();
}

}  // namespace ap
