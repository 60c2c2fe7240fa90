// to_json(Document).
#include "playground/json/state_write.hpp"

#include <algorithm>

#include "playground/document/embed.hpp"
#include "playground/json/learn_json.hpp"
#include "playground/json/state_json.hpp"
#include "playground/json/state_layers.hpp"
#include "playground/json/write.hpp"

namespace ap {
namespace {

/// Are these rows and origins what the word list gives?
bool of_words(const Sentence& sentence, const WordVectors* words) {
  if (words == nullptr || !sentence.embeddings) return false;
  Matrix rows = *sentence.embeddings;
  for (int i = 0; i < sentence.size(); ++i) {
    const TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
    const auto width = static_cast<int>(rows.cols());
    if (embed_word(words, token.text, width, rows.row(i).data()) != token.origin) return false;
  }
  return same_bits(share(std::move(rows)), sentence.embeddings);
}

void write_sentence(JsonWriter& out, const Sentence& sentence, const WordVectors* words = nullptr) {
  out.open('{');
  out.field("text", sentence.text);
  out.key("tokens");
  out.open('[');
  for (const TokenEntry& token : sentence.tokens) out.value(token.text);
  out.close(']');
  if (of_words(sentence, words)) {
    out.field("embeddings", "words");
    out.close('}');
    return;
  }
  out.key("origins");
  out.open('[');
  for (const TokenEntry& token : sentence.tokens) out.value(token.origin);
  out.close(']');
  out.key("embeddings");
  out.value(sentence.embeddings ? *sentence.embeddings : Matrix());
  out.close('}');
}

void write_window(JsonWriter& out, const KeyWindow& window) {
  out.key("window");
  out.open('{');
  out.field("left", window.left);
  out.field("right", window.right);
  out.close('}');
}

void write_layer(JsonWriter& out, const Layer& layer, bool window) {
  out.open('{');
  each_weight(layer, [&out](Stage stage, const SharedMatrix& m) {
    if (m) out.field(name(stage), *m);
  });
  each_row(layer, [&out](Stage stage, const SharedMatrix& m) {
    if (!m) return;
    out.key(name(stage));
    out.row(*m);
  });
  if (window && layer.window.bounded()) write_window(out, layer.window);
  out.close('}');
}

void write_positions(JsonWriter& out, const Positions& p) {
  out.open('{');
  out.field("kind", p.kind);
  out.field("base", p.base);
  out.field("rotary_width", p.rotary_width);
  out.field("interleaved", p.interleaved);
  if (p.learned) out.field("learned", *p.learned);
  out.close('}');
}

void write_model(JsonWriter& out, const Model& m) {
  out.open('{');
  out.field("width", m.width);
  out.field("heads", m.heads);
  out.field("kv_heads", m.kv_heads);
  out.field("key_width", m.key_width);
  out.field("value_width", m.value_width);
  out.field("mlp_width", m.mlp_width);
  out.field("scale", m.scale);
  out.field("free_scale", m.free_scale);
  out.field("softcap", m.softcap);
  out.field("causal", m.causal);
  out.field("residual", m.residual);
  out.key("positions");
  write_positions(out, m.positions);
  out.field("norm", m.norm);
  out.field("norm_place", m.norm_place);
  out.field("norm_epsilon", m.norm_epsilon);
  out.field("mlp", m.mlp);
  // One of all layers, or each its own.
  const bool same = std::ranges::all_of(
      m.layers, [&m](const Layer& l) { return l.window == m.layers.front().window; });
  if (same && m.windowed()) write_window(out, m.layers.front().window);
  out.key("layers");
  out.open('[');
  for (const Layer& layer : m.layers) write_layer(out, layer, !same);
  out.close(']');
  out.close('}');
}

void write_learning(JsonWriter& out, const Learning& learning, const WordVectors* words = nullptr) {
  out.open('{');
  write_learn_options(out, learning);
  write_targets(out, learning.targets);
  out.key("examples");
  out.open('[');
  for (const Example& example : learning.examples) {
    out.open('{');
    out.key("query");
    write_sentence(out, example.query, words);
    if (example.source.embeddings) {
      out.key("source");
      write_sentence(out, example.source, words);
    }
    write_targets(out, example.targets);
    out.close('}');
  }
  out.close(']');
  out.close('}');
}

}  // namespace

void write_document(JsonWriter& out, const Document& document, bool older) {
  out.open('{');
  const bool first = older || (!document.model.windowed() && !cap_meets_mask(document));
  out.field("version", first ? 1 : kStateVersion);
  out.field("title", document.title);
  out.field("preset", document.preset);
  out.field("token_mode", document.token_mode);
  out.key("query");
  write_sentence(out, document.query);
  out.field("cross", document.cross);
  if (document.source.embeddings) {
    out.key("source");
    write_sentence(out, document.source);
  }
  out.key("model");
  write_model(out, document.model);
  if (document.mask) out.field("mask", *document.mask);
  if (!document.seeds.empty()) {
    out.key("seeds");
    out.open('[');
    for (const std::uint64_t seed : document.seeds) out.value(seed);
    out.close(']');
  }
  out.field("kv_length", document.kv_length);
  out.field("cached", document.cached);
  out.key("locked");
  out.open('[');
  for (const auto& [layer, stage] : document.locked) {
    out.open('{');
    out.field("layer", layer);
    out.field("stage", stage);
    out.close('}');
  }
  out.close(']');
  if (document.locked_cells) write_locked_cells(out, *document.locked_cells);
  if (!(document.learning == Learning{})) {
    out.key("learning");
    write_learning(out, document.learning);
  }
  out.close('}');
}

std::string learning_to_json(const Document& document, const WordVectors* words) {
  std::string text;
  JsonWriter out(text);
  out.open('{');
  if (document.locked_cells) write_locked_cells(out, *document.locked_cells);
  out.key("learning");
  write_learning(out, document.learning, words);
  out.close('}');
  return text;
}

std::string to_json(const Document& document) {
  std::string text;
  JsonWriter out(text);
  write_document(out, document);
  return text;
}

}  // namespace ap
