// Python scripts, for NumPy and for PyTorch: a short prelude of helpers in each dialect, the
// numbers, and the model written out with only the parts that it uses.
#include <cmath>

#include "attention/model/position.hpp"
#include "io/arrays/json_text.hpp"
#include "io/scripts/export.hpp"
#include "io/scripts/script_prelude.hpp"

namespace ap {
namespace {

/// What differs between the dialects outside the prelude.
struct Dialect {
  std::string_view title;
  std::string_view prelude;
  std::string_view copy;  // of x
  std::string_view relu;
  std::string_view erf;  // of x
  std::string_view assertion;
};
constexpr Dialect kNumpy{"NumPy",
                         kNumpyPrelude,
                         "x.copy()",
                         "np.maximum(up, 0.0)",
                         "np.vectorize(math.erf, otypes=[np.float64])(x)",
                         "np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)"};
constexpr Dialect kTorch{
    "PyTorch",      kTorchPrelude,
    "x.clone()",    "torch.relu(up)",
    "torch.erf(x)", "torch.testing.assert_close(output, expected, rtol=1e-4, atol=1e-5)"};

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
    line(
        "# Made by Attention Playground. Rebuilds the model from its numbers, runs it and checks "
        "its output.");
    line("# Needs " + std::string(d_.title) + ". Rows are tokens; Q = X W_Q; float64.");
    out_ += d_.prelude;
    line("");
    line("");
    numbers();
    assign("CACHED", std::to_string(trace_.input.past_length()) +
                         "  # tokens that are past: only keys and values");
    out_ += kStages;
    out_ += kCompare;
    line("");
    line("");
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
  void assign(std::string_view name, const std::string& value) {
    line(std::string(name) + " = " + value);
  }
  void assign(std::string_view name, int value) { assign(name, std::to_string(value)); }
  [[nodiscard]] bool rope() const { return m_.positions.kind == PositionKind::kRope; }
  [[nodiscard]] bool alibi() const { return m_.positions.kind == PositionKind::kAlibi; }
  [[nodiscard]] bool added() const {
    return m_.positions.kind == PositionKind::kSinusoidal ||
           m_.positions.kind == PositionKind::kLearned;
  }
  [[nodiscard]] bool norm(NormPlace place) const {
    return m_.norm != NormKind::kNone && m_.norm_place == place;
  }

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
      entry("norm1_gain", layer.norm1.gain);
      entry("norm1_bias", layer.norm1.bias);
      if (m_.mlp != MlpKind::kNone) {
        entry("norm2_gain", layer.norm2.gain);
        entry("norm2_bias", layer.norm2.bias);
        if (m_.mlp == MlpKind::kSwiglu) linear_entry("gate", layer.gate);
        linear_entry("up", layer.up);
        linear_entry("down", layer.down);
      }
      line(" },");
    }
    line("]");
    const ConstView output =
        trace_.tensor({static_cast<int>(trace_.layers.size()) - 1, Stage::kOutput, 0});
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
    line(std::string("mask = zeros(len(x), len(") + source + "))  # added to the " +
         (m_.softcap > 0.0F ? "capped" : "scaled") + " scores");
    if (document_.mask) line("mask = mask + " + matrix(*document_.mask));
    if (m_.causal) {
      line("for i in range(len(x)):");
      line("    mask[i, i + 1:] = -inf");
    }
    if (document_.kv_length >= 0)
      line("mask[:, " + std::to_string(document_.kv_length) + ":] = -inf");
    if (alibi()) {
      line("for_head = []  # ALiBi");
      line(std::string("distance = abs(indices(len(x)).reshape(-1, 1) - indices(len(") + source +
           ")).reshape(1, -1))");
      for (int h = 0; h < m_.heads; ++h) {
        line("for_head.append(-" + exact(static_cast<float>(alibi_slope(h, m_.heads))) +
             " * distance)");
      }
      line("keep(\"positions\", stack(for_head))");
    }
    if (m_.windowed()) return windows();
    line("keep(\"mask\", mask)");
  }

  /// A mask for each layer, that of the first with the same window.
  void windows() {
    out_ +=
        "\n\ndef near(x, left, right):  # a window around each query; -1 is no bound\n    y = " +
        std::string(d_.copy) +
        "\n    for i in range(len(y)):\n        if left >= 0:\n            y[i, :max(0, i - "
        "left)] = -inf\n        if right >= 0:\n            y[i, i + right + 1:] = -inf\n    "
        "return y\n\n\nmask_at = {}\n";
    const auto at = [](int l) { return "mask_at[\"layers." + std::to_string(l) + ".\"]"; };
    for (int l = 0; l < static_cast<int>(m_.layers.size()); ++l) {
      const KeyWindow& w = m_.layers[static_cast<std::size_t>(l)].window;
      const int first = m_.mask_layer(l);
      if (first != l) {
        assign(at(l), at(first));
        continue;
      }
      assign(at(l), "near(mask, " + std::to_string(w.left) + ", " + std::to_string(w.right) + ")");
      const std::string name = l == 0 ? "mask" : "layers." + std::to_string(l) + ".mask";
      line("keep(\"" + name + "\", " + at(l) + ")");
    }
  }

  void position_helpers() {
    const std::string base = exact(m_.positions.base);
    if (m_.positions.kind == PositionKind::kSinusoidal) {
      out_ +=
          "\n\ndef positions(count):\n    p = zeros(count, D)\n    for i in range(count):\n"
          "        for d in range(D):\n            angle = i / " +
          base +
          " ** (2 * (d // 2) / D)\n"
          "            p[i, d] = math.sin(angle) if d % 2 == 0 else math.cos(angle)\n    return "
          "p\n";
    }
    if (m_.positions.kind == PositionKind::kLearned) {
      out_ += "learned = " + matrix(*m_.positions.learned) +
              "\n\n\ndef positions(count):\n    return learned[:count]\n";
    }
    if (rope()) {
      const std::string width = std::to_string(m_.rotary_width()),
                        half = std::to_string(m_.rotary_width() / 2);
      out_ += "\n\ndef angles(count):\n    return stack([indices(count) / " + base +
              " ** (2 * p / " + width + ") for p in range(" + half + ")]).T\n";
      out_ +=
          "\n\ndef rotate(x):\n    y = " + std::string(d_.copy) +
          "\n    turn = angles(len(x))\n    for p in range(" + half + "):\n        a, b = " +
          (m_.positions.interleaved ? "2 * p, 2 * p + 1" : "p, p + " + half) +
          "\n        y[:, a] = x[:, a] * cos(turn[:, p]) - x[:, b] * sin(turn[:, p])\n"
          "        y[:, b] = x[:, a] * sin(turn[:, p]) + x[:, b] * cos(turn[:, p])\n    return y\n";
    }
  }

  void helpers() {
    position_helpers();
    const std::string epsilon = exact(m_.norm_epsilon);
    if (m_.norm == NormKind::kLayerNorm) {
      out_ +=
          "\n\ndef norm(x, gain, bias):\n    x = x - row_mean(x)\n    return x / sqrt(row_mean(x "
          "** 2) + " +
          epsilon + ") * gain + bias\n";
    }
    if (m_.norm == NormKind::kRmsNorm) {
      out_ += "\n\ndef norm(x, gain):\n    return x / sqrt(row_mean(x ** 2) + " + epsilon +
              ") * gain\n";
    }
    if (m_.mlp == MlpKind::kGelu) {
      out_ +=
          "\n\ndef gelu(x):\n    return x * (1.0 + erf(x / math.sqrt(2.0))) / 2.0\n\n\ndef "
          "erf(x):\n    return " +
          std::string(d_.erf) + "\n";
    }
  }

  /// `x @ layer["w_q"] + layer["b_q"]`
  static std::string linear(const std::string& x, const std::string& name, const Linear& map) {
    return x + " @ layer[\"w_" + name + "\"]" + (map.bias ? " + layer[\"b_" + name + "\"]" : "");
  }
  [[nodiscard]] std::string normed(const std::string& x, int which) const {
    const std::string n = std::to_string(which);
    return "norm(" + x + ", layer[\"norm" + n + "_gain\"]" +
           (m_.norm == NormKind::kLayerNorm ? ", layer[\"norm" + n + "_bias\"])" : ")");
  }

  void attention() {
    const Layer& first = m_.layers.front();
    line("\n\ndef attention(x, source, layer, at):");
    line("    q = " + linear("x", "q", first.q));
    line("    k = " + linear("source", "k", first.k));
    line("    v = " + linear("source", "v", first.v));
    line("    outs, heads = [], {}");
    line("");
    line("    def head(stage, value):");
    line("        heads.setdefault(stage, []).append(value)");
    line("        return value");
    line("");
    line("    for h in range(H):");
    line("        g = h // (H // G)");
    line(
        "        shared = h % (H // G) != 0  # keys and values that an earlier head of the group "
        "has");
    line("        q_h = head(\"q\", q[:, h * K:(h + 1) * K])");
    line("        k_h = k[:, g * K:(g + 1) * K]");
    line("        v_h = v[:, g * V:(g + 1) * V]");
    line("        if not shared:");
    line("            head(\"k\", k_h), head(\"v\", v_h)");
    if (rope()) {
      line("        q_h, k_h = head(\"q_rotated\", rotate(q_h)), rotate(k_h)");
      line("        if not shared:");
      line("            head(\"k_rotated\", k_h)");
    }
    line("        scores = head(\"scores\", q_h @ k_h.T)");
    line("        scaled = head(\"scaled\", scores * scale)");
    std::string last = "scaled";
    if (m_.softcap > 0.0F) {
      const std::string cap = exact(m_.softcap);
      line("        capped = head(\"capped\", " + cap + " * tanh(scaled / " + cap + "))");
      last = "capped";
    }
    line("        masked = head(\"masked\", " + last +
         (m_.windowed() ? " + mask_at[at]" : " + mask") + (alibi() ? " + for_head[h])" : ")"));
    const bool warm = first.temperature != nullptr;
    line(std::string("        weights = head(\"weights\", softmax(masked") +
         (warm ? " / layer[\"temperature\"][0, h]))" : "))"));
    line("        outs.append(head(\"head_out\", weights @ v_h))");
    line("    for stage, parts in heads.items():");
    line("        whole = stack(parts)");
    line(
        "        stages[at + stage] = whole if stage in (\"k\", \"v\", \"k_rotated\") else "
        "whole[:, CACHED:, :]");
    line("    concat = keep(at + \"concat\", side_by_side(outs))");
    line("    return keep(at + \"projected\", " + linear("concat", "o", first.o) + ")");
  }

  /// The numbers that go in are stages too.
  void given() {
    line("keep(\"embeddings\", x)");
    if (document_.cross) line("stages[\"source_embeddings\"] = source");
    if (rope()) {
      line("keep(\"positions\", angles(len(x)))");
      line(std::string("stages[\"source_positions\"] = angles(len(") +
           (document_.cross ? "source" : "x") + "))");
    }
    if (added()) {
      line("keep(\"positions\", positions(len(x)))");
      line("x = keep(\"layers.0.input\", x + positions(len(x)))");
      if (document_.cross) {
        line("stages[\"source_positions\"] = positions(len(source))");
        line("source = source + positions(len(source))");
        line("stages[\"source_input\"] = source");
      }
    }
    line("for i, layer in enumerate(layers):");
    line("    for name, value in layer.items():");
    line("        heads = {\"q\": H, \"k\": G, \"v\": G}.get(name[-1])");
    line("        if heads:");
    line("            keep_heads(f\"layers.{i}.{name}\", value, heads)");
    line("        else:");
    line("            stages[f\"layers.{i}.{name}\"] = value");
  }

  void model() {
    line("\n");
    given();
    line("for i, layer in enumerate(layers):");
    line("    at = f\"layers.{i}.\"");
    std::string x = "x";
    if (norm(NormPlace::kPre)) {
      line("    n = keep(at + \"norm1\", " + normed("x", 1) + ")");
      x = "n";
    }
    line("    a = attention(" + x + ", " + (document_.cross ? "source" : x) + ", layer, at)");
    if (m_.residual) line("    a = keep(at + \"added\", x + a)");
    if (norm(NormPlace::kPost)) line("    a = keep(at + \"norm1\", " + normed("a", 1) + ")");
    if (m_.mlp == MlpKind::kNone) {
      line("    x = a");
    } else {
      mlp();
    }
    line("    keep(at + \"output\", x)");
    line("output = x[CACHED:]");
    line(d_.assertion);
    line("print(\"the output is as expected,\", tuple(output.shape))");
    line("if len(sys.argv) > 1:  # a .npz of all stages");
    line("    compare(sys.argv[1])");
  }

  void mlp() {
    const Layer& first = m_.layers.front();
    std::string in = "a";
    if (norm(NormPlace::kPre)) {
      line("    n = keep(at + \"norm2\", " + normed("a", 2) + ")");
      in = "n";
    }
    line("    up = keep(at + \"up\", " + linear(in, "up", first.up) + ")");
    if (m_.mlp == MlpKind::kGelu) line("    hidden = gelu(up)");
    if (m_.mlp == MlpKind::kRelu) line("    hidden = " + std::string(d_.relu));
    if (m_.mlp == MlpKind::kSwiglu) {
      line("    gate = keep(at + \"gate\", " + linear(in, "gate", first.gate) + ")");
      line("    hidden = gate / (1.0 + exp(-gate)) * up");
    }
    line("    keep(at + \"hidden\", hidden)");
    line("    x = keep(at + \"mlp_out\", " + linear("hidden", "down", first.down) + ")");
    if (m_.residual) line("    x = keep(at + \"mlp_added\", a + x)");
    if (norm(NormPlace::kPost)) line("    x = keep(at + \"norm2\", " + normed("x", 2) + ")");
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
