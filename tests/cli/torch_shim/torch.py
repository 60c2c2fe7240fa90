"""A stand-in for PyTorch in tests, on NumPy: the functions that the exported scripts call, no others.

Not PyTorch: it says that a script is complete, spelled as PyTorch spells it and right in its numbers,
where PyTorch itself (hundreds of MB) is not at hand. Stricter than NumPy where PyTorch is: functions
take tensors only, slices go forward, `max` and the rest have `dim` and `keepdim`, not `axis`.
With the real torch installed, tests/cli/export.mjs runs the same scripts on it.
"""
import math
import sys
import types

import numpy as np

float64 = np.float64


class Tensor:
    def __init__(self, data):
        self._data = np.asarray(data, dtype=np.bool_ if np.asarray(data).dtype == np.bool_ else np.float64)

    shape = property(lambda self: self._data.shape)
    T = property(lambda self: Tensor(_checked(self, 2).T))

    def __array__(self, dtype=None):
        return self._data if dtype is None else self._data.astype(dtype)

    def __len__(self):
        return len(self._data)

    def __iter__(self):
        return (Tensor(row) for row in self._data)

    def __getitem__(self, at):
        return Tensor(self._data[_forward(at)])

    def __setitem__(self, at, value):
        self._data[_forward(at)] = _value(value)

    def __neg__(self):
        return Tensor(-self._data)

    def __abs__(self):
        return Tensor(abs(self._data))

    def __matmul__(self, other):
        return Tensor(_checked(self) @ _checked(other))

    def reshape(self, *shape):
        return Tensor(self._data.reshape(shape))

    def clone(self):
        return Tensor(self._data.copy())

    def mean(self, dim, keepdim=False):
        return Tensor(self._data.mean(axis=dim, keepdims=keepdim))

    def copy_(self, other):
        assert _checked(other).shape == self.shape, f"{other.shape} into {self.shape}"
        self._data[...] = other._data
        return self


def _value(x):
    if isinstance(x, Tensor):
        return x._data
    assert isinstance(x, (int, float)), f"PyTorch takes no {type(x).__name__} here"
    return x


def _checked(x, rank=None):
    assert isinstance(x, Tensor), f"PyTorch takes a tensor, not {type(x).__name__}"
    assert rank is None or x._data.ndim == rank, f"a tensor of {rank} dimensions, not {x._data.ndim}"
    return x._data


def _forward(at):
    for part in at if isinstance(at, tuple) else (at,):
        assert not (isinstance(part, slice) and (part.step or 1) < 0), "PyTorch's slices go forward"
    return at


def _operator(name, function):
    setattr(Tensor, f"__{name}__", lambda a, b: Tensor(function(a._data, _value(b))))
    setattr(Tensor, f"__r{name}__", lambda a, b: Tensor(function(_value(b), a._data)))


for _name, _function in {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power}.items():
    _operator(_name, _function)
Tensor.__eq__ = lambda a, b: Tensor(a._data == _value(b))


def _elementwise(function):
    return lambda x: Tensor(function(_checked(x)))


exp, tanh, sqrt, sin, cos = (_elementwise(f) for f in (np.exp, np.tanh, np.sqrt, np.sin, np.cos))
relu = _elementwise(lambda x: np.maximum(x, 0.0))
erf = _elementwise(np.vectorize(math.erf, otypes=[np.float64]))
nan_to_num = _elementwise(np.nan_to_num)


def where(condition, a, b):
    return Tensor(np.where(_checked(condition), _value(a), _value(b)))


def tensor(rows, dtype):
    return Tensor(np.array(rows, dtype=dtype))


def zeros(shape, dtype):
    return Tensor(np.zeros(shape, dtype=dtype))


def arange(n, dtype):
    return Tensor(np.arange(n, dtype=dtype))


def full_like(x, value):
    return Tensor(np.full_like(_checked(x), value))


def cat(parts, dim):
    return Tensor(np.concatenate([_checked(p) for p in parts], axis=dim))


def stack(parts):
    return Tensor(np.stack([_checked(p) for p in parts]))


def softmax(x, dim):
    data = _checked(x)
    if data.size == 0:
        return Tensor(data)
    with np.errstate(invalid="ignore"):  # a row of -inf is NaN, as it is in PyTorch
        e = np.exp(data - data.max(axis=dim, keepdims=True))
        return Tensor(e / e.sum(axis=dim, keepdims=True))


class no_grad:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class MultiheadAttention:
    """docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html, for one batch."""

    def __init__(self, embed_dim, num_heads, bias, batch_first, dtype):
        assert embed_dim % num_heads == 0 and bias and batch_first
        self.heads, self.width = num_heads, embed_dim
        self.in_proj_weight, self.in_proj_bias = zeros((3 * embed_dim, embed_dim), dtype), zeros(3 * embed_dim, dtype)
        self.out_proj = types.SimpleNamespace(weight=zeros((embed_dim, embed_dim), dtype), bias=zeros(embed_dim, dtype))

    def eval(self):
        return self

    def __call__(self, query, key, value, attn_mask=None, average_attn_weights=True):
        assert query.shape[0] == 1 and not average_attn_weights
        parts = []
        for n, x in enumerate((query, key, value)):
            rows = slice(n * self.width, (n + 1) * self.width)
            whole = _checked(x, 3)[0] @ self.in_proj_weight._data[rows].T + self.in_proj_bias._data[rows]
            parts.append(whole.reshape(len(whole), self.heads, -1).swapaxes(0, 1))
        q, k, v = parts
        scores = q @ k.swapaxes(1, 2) / math.sqrt(self.width // self.heads)
        if attn_mask is not None:
            scores = scores + _checked(attn_mask, 2)
        weights = softmax(Tensor(scores), dim=2)._data
        out = (weights @ v).swapaxes(0, 1).reshape(query.shape[1], self.width)
        return Tensor((out @ self.out_proj.weight._data.T + self.out_proj.bias._data)[None]), Tensor(weights[None])


def _assert_close(actual, expected, rtol, atol):
    assert actual.shape == expected.shape, f"{actual.shape}, not {expected.shape}"
    np.testing.assert_allclose(_checked(actual), _checked(expected), rtol=rtol, atol=atol)


nn = types.ModuleType("torch.nn")
nn.MultiheadAttention = MultiheadAttention
testing = types.ModuleType("torch.testing")
testing.assert_close = _assert_close
sys.modules.update({"torch.nn": nn, "torch.testing": testing})
