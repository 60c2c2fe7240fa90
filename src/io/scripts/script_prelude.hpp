// The beginnings of the exported Python scripts: the few helpers that NumPy and PyTorch spell
// differently, and what is the same in both. Internal to the exporters of scripts.
#pragma once

#include <string_view>

namespace ap {

inline constexpr std::string_view kNumpyPrelude = R"(import math
import sys
import numpy as np

inf = math.inf
exp, tanh, sqrt, sin, cos = np.exp, np.tanh, np.sqrt, np.sin, np.cos


def array(rows):
    return np.array(rows, dtype=np.float64)


def zeros(rows, cols):
    return np.zeros((rows, cols))


def indices(n):
    return np.arange(n, dtype=np.float64)


def side_by_side(parts):
    return np.concatenate(parts, axis=1)


def stack(parts):
    return np.stack(parts)


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

inline constexpr std::string_view kTorchPrelude = R"(import math
import sys
import torch

inf = math.inf
exp, tanh, sqrt, sin, cos = torch.exp, torch.tanh, torch.sqrt, torch.sin, torch.cos


def array(rows):
    return torch.tensor(rows, dtype=torch.float64)


def zeros(rows, cols):
    return torch.zeros((rows, cols), dtype=torch.float64)


def indices(n):
    return torch.arange(n, dtype=torch.float64)


def side_by_side(parts):
    return torch.cat(parts, dim=1)


def stack(parts):
    return torch.stack(parts)


def row_mean(x):
    return x.mean(dim=1, keepdim=True)


def softmax(x):
    return torch.nan_to_num(torch.softmax(x, dim=1))  # a row whose keys are all hidden is 0
)";

/// The same in both dialects: every stage under the name that the .npz export gives it.
inline constexpr std::string_view kStages = R"(

stages = {}


def keep(name, value):  # rows are queries: those of cached tokens are left out
    stages[name] = value[..., CACHED:, :]
    return value


def keep_heads(name, matrix, heads):
    width = matrix.shape[1] // heads
    stages[name] = stack([matrix[:, h * width:(h + 1) * width] for h in range(heads)])
)";

/// Each stage against the .npz export's.
inline constexpr std::string_view kCompare = R"(

def compare(path, only=None):
    import numpy as np
    known = np.load(path)
    names = [name for name in known.files if only is None or name in only]
    for name in names:
        want = known[name].astype(np.float64)
        finite = np.abs(want[np.isfinite(want)])
        scale = max(1.0, finite.max() if finite.size else 0.0)
        np.testing.assert_allclose(np.asarray(stages[name]), want, rtol=1e-6, atol=1e-6 * scale, err_msg=name)
    print(len(names), "stages are as in", path)
)";

}  // namespace ap
