// llama2.c's model.bin, version 0: seven int32 and then float32 weights in a fixed order, which say
// nothing of themselves; a vocabulary below zero means that the unembedding is a matrix of its own.
// The tensors get names of Llama's family. Leaves out versions 1 and 2 (int8).
// Format: github.com/karpathy/llama2.c, run.c (memory_map_weights) and export.py (legacy_export).
#pragma once

#include "io/containers/stored.hpp"

namespace ap {

struct Llama2c {
  int width = 0;
  int mlp_width = 0;
  int layers = 0;
  int heads = 0;
  int kv_heads = 0;
  int vocabulary = 0;
  int context = 0;
  bool tied = true;
  TensorTable tensors;
};

/// Whether the seven numbers and the file's size fit together exactly.
[[nodiscard]] bool is_llama2c(std::span<const unsigned char> bytes) noexcept;
[[nodiscard]] Result<Llama2c> read_llama2c(const SharedBytes& file, std::string_view where);

}  // namespace ap
