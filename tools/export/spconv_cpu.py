"""The part of spconv 2.x that sparse-convolution networks are written with, in plain PyTorch: networks can be described, run and exported where
spconv, which needs CUDA, is not installed.

Same module names, parameters and weight layout ([Cout, k0, k1, k2, Cin]) as `spconv.pytorch`, so a checkpoint of one loads into the other. Semantics
are spconv's (github.com/traveller59/spconv): out[o] = sum over k of W[:, k, :] in[i] with i = o * stride - padding + k * dilation. spconv leaves the
order of created sites open; here they are sorted by (batch, a0, a1, a2), so that files made from them are the same each time.
"""
import itertools
import math
import sys
import types

import torch
from torch import nn


class Rulebook:
    """Which input row meets which output row under which kernel offset.

    `rows` is [offsets, outputs]: the row of the input, or -1. Offsets are in row-major order of the kernel."""

    def __init__(self, inputs, outputs, shape_in, shape_out, rows):
        self.inputs, self.outputs, self.shape_in, self.shape_out, self.rows = inputs, outputs, list(shape_in), list(shape_out), rows

    @property
    def pairs(self):
        return int((self.rows >= 0).sum())

    def swapped(self):
        """The same pairs with the roles of inputs and outputs exchanged: what an inverse convolution replays."""
        rows = torch.full((len(self.rows), len(self.inputs)), -1)
        offset, out = torch.nonzero(self.rows >= 0, as_tuple=True)
        rows[offset, self.rows[offset, out]] = out
        return Rulebook(self.outputs, self.inputs, self.shape_out, self.shape_in, rows)

    def convolve(self, features, weight, bias=None):
        taps = weight.reshape(weight.shape[0], -1, weight.shape[-1])
        out = features.new_zeros(len(self.outputs), weight.shape[0])
        for offset, rows in enumerate(self.rows):
            (hit,) = torch.nonzero(rows >= 0, as_tuple=True)
            out = out.index_add(0, hit, features[rows[hit]] @ taps[:, offset].T)
        return out if bias is None else out + bias


def offsets(kernel):
    return list(itertools.product(*map(range, kernel)))


def numbered(batch, sites, shape):
    """Each site as one number that sorts like (batch, a0, a1, a2)."""
    number = batch
    for axis, size in enumerate(shape):
        number = number * size + sites[:, axis]
    return number


def inside(sites, shape):
    return ((sites >= 0) & (sites < torch.tensor(shape))).all(1)


def submanifold(indices, shape, kernel, dilation=(1, 1, 1)):
    """Outputs are the inputs, in their order; an odd kernel is centred on each."""
    if any(k % 2 == 0 for k in kernel):
        raise ValueError(f"a submanifold convolution needs an odd kernel, not {list(kernel)}")
    batch, sites = indices[:, 0].long(), indices[:, 1:].long()
    numbers, order = torch.sort(numbered(batch, sites, shape))
    rows = []
    for offset in offsets(kernel):
        near = sites + torch.tensor([(o - k // 2) * d for o, k, d in zip(offset, kernel, dilation)])
        wanted = numbered(batch, near, shape)
        found = torch.searchsorted(numbers, wanted).clamp(max=len(numbers) - 1)
        rows.append(torch.where(inside(near, shape) & (numbers[found] == wanted), order[found], -1))
    return Rulebook(indices, indices, shape, shape, torch.stack(rows))


def strided(indices, shape, kernel, stride, padding, dilation=(1, 1, 1)):
    """Outputs are all sites that some input reaches. An input that no window covers (the odd end of an axis under k2 s2) reaches none."""
    shape_out = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(shape, kernel, stride, padding, dilation)]
    if min(shape_out) < 1:
        raise ValueError(f"a grid of {list(shape)} under kernel {list(kernel)}, stride {list(stride)} leaves {shape_out}")
    batch, sites, stride_ = indices[:, 0].long(), indices[:, 1:].long(), torch.tensor(stride)
    reached = []
    for offset in offsets(kernel):
        start = sites + torch.tensor([p - o * d for o, p, d in zip(offset, padding, dilation)])
        at = torch.div(start, stride_, rounding_mode="floor")
        valid = (start % stride_ == 0).all(1) & inside(at, shape_out)
        reached.append((torch.nonzero(valid)[:, 0], numbered(batch, at, shape_out)[valid]))
    numbers = torch.unique(torch.cat([n for _, n in reached]))
    if len(numbers) == 0:
        raise ValueError("a strided convolution leaves no active site")
    rows = torch.full((len(reached), len(numbers)), -1)
    for offset, (source, number) in enumerate(reached):
        rows[offset, torch.searchsorted(numbers, number)] = source
    columns = []
    for size in reversed(shape_out):
        columns.insert(0, numbers % size)
        numbers = torch.div(numbers, size, rounding_mode="floor")
    outputs = torch.stack([numbers, *columns], 1).to(indices.dtype)
    return Rulebook(indices, outputs, shape, shape_out, rows)


class SparseConvTensor:
    """Features [N, C] of the sites `indices` [N, 4] = (batch, a0, a1, a2) of a grid. Tensors derived from one share its rulebooks."""

    def __init__(self, features, indices, spatial_shape, batch_size, indice_dict=None):
        self.features, self.indices = features, indices
        self.spatial_shape, self.batch_size = [int(n) for n in spatial_shape], int(batch_size)
        self.indice_dict = {} if indice_dict is None else indice_dict

    def replace_feature(self, features):
        return SparseConvTensor(features, self.indices, self.spatial_shape, self.batch_size, self.indice_dict)

    def __add__(self, other):
        return self.replace_feature(self.features + getattr(other, "features", other))

    def dense(self):
        """[batch, C, a0, a1, a2], zero where no site is active."""
        grid = self.features.new_zeros(self.batch_size, *self.spatial_shape, self.features.shape[1])
        grid[tuple(self.indices.long().T)] = self.features
        return grid.permute(0, 4, 1, 2, 3).contiguous()


class SparseModule(nn.Module):
    """What SparseSequential hands the sparse tensor rather than its features."""


class SparseConvolution(SparseModule):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, indice_key=None, subm=False, inverse=False):
        super().__init__()
        self.ndim, self.in_channels, self.out_channels, self.groups = 3, in_channels, out_channels, 1
        self.kernel_size, self.stride, self.padding, self.dilation = map(triple, (kernel_size, stride, padding, dilation))
        self.subm, self.inverse, self.transposed, self.output_padding, self.indice_key = subm, inverse, False, [0, 0, 0], indice_key
        self.weight = nn.Parameter(torch.empty(out_channels, *self.kernel_size, in_channels))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        bound = 1 / math.sqrt(in_channels * math.prod(self.kernel_size))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x):
        book = self.rulebook(x)
        features = book.convolve(x.features, self.weight, self.bias)
        return SparseConvTensor(features, book.outputs, book.shape_out, x.batch_size, x.indice_dict)

    def rulebook(self, x):
        known = x.indice_dict.get(self.indice_key) if self.indice_key else None
        if self.inverse:
            if known is None:
                raise ValueError(f"an inverse convolution replays the pairs of '{self.indice_key}', which no convolution has made")
            return known.swapped()
        if known is not None:
            if not self.subm or known.shape_in != x.spatial_shape or len(known.inputs) != len(x.indices):
                raise ValueError(f"the pairs of '{self.indice_key}' are of other sites")
            return known
        if self.subm:
            book = submanifold(x.indices, x.spatial_shape, self.kernel_size, self.dilation)
        else:
            book = strided(x.indices, x.spatial_shape, self.kernel_size, self.stride, self.padding, self.dilation)
        if self.indice_key:
            x.indice_dict[self.indice_key] = book
        return book


class SubMConv3d(SparseConvolution):
    def __init__(self, *args, **more):
        super().__init__(*args, subm=True, **more)


class SparseConv3d(SparseConvolution):
    pass


class SparseInverseConv3d(SparseConvolution):
    def __init__(self, in_channels, out_channels, kernel_size, indice_key, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, bias=bias, indice_key=indice_key, inverse=True)


class SparseSequential(SparseModule, nn.Sequential):
    """Ordinary modules in it see the feature matrix."""

    def forward(self, x):
        for module in self:
            sparse = isinstance(module, SparseModule) or not isinstance(x, SparseConvTensor)
            x = module(x) if sparse else x.replace_feature(module(x.features))
        return x


def triple(value):
    return list(value) if isinstance(value, (list, tuple)) else [value] * 3


def install():
    """Lets `import spconv.pytorch` find this file, for networks that are written against spconv."""
    package = types.ModuleType("spconv")
    package.pytorch = sys.modules[__name__]
    sys.modules.update({"spconv": package, "spconv.pytorch": package.pytorch})
