#!/usr/bin/env python3
"""Writes tests/golden/networks: small networks in the ways people write and export spiking networks, with what PyTorch computes, and
tests/golden/lowering-errors: models that must be refused with a reason.

Needs PyTorch (1.13 or later) and NumPy. Every description is our own; the neuron equations are those of the frameworks named beside them.
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"
T = 8


def above(x):
    return (x > 0).float()


def at_least(x):
    return (x >= 0).float()


def write_model(path, net, example, inputs=("x",), outputs=("out",), opset=13, dynamic=None):
    net.eval()
    args = example if isinstance(example, tuple) else (example,)
    torch.onnx.export(net, args, str(path), opset_version=opset, input_names=list(inputs), output_names=list(outputs), dynamic_axes=dynamic)


def export(name, net, example, outputs=("out",), sample=None, samples=4, title="", **how):
    """One network: the file, a few samples, what PyTorch computes on them, and the neuron models the compiler must find."""
    folder = ROOT / "networks" / name
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder / "model.onnx", net, example, outputs=outputs, **how)
    given, expected = [], []
    for _ in range(samples):
        x = sample() if sample else torch.rand_like(example) * 1.5
        with torch.no_grad():
            y = net(x)
        given.append(x.numpy())
        expected.append([v.numpy() for v in (y if isinstance(y, (tuple, list)) else (y,))])
    np.savez(folder / "inputs.npz", x=np.stack(given))
    np.savez(folder / "golden.npz", **{k: np.stack([e[i] for e in expected]) for i, k in enumerate(outputs)})
    (folder / "case.json").write_text(json.dumps({"neurons": title}, indent=1) + "\n")


class TwoLayers(nn.Module):
    """snnTorch's documented usage: one Python loop over the whole network, the same input every step."""

    def __init__(self, cell, inputs=30, hidden=40, outputs=10):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)
        self.lif1, self.lif2 = cell(hidden), cell(outputs)

    def steps(self, x):
        first, second = self.lif1.start(), self.lif2.start()
        for _ in range(T):
            spikes, first = self.lif1(self.fc1(x) * 1.5, first)
            spikes, second = self.lif2(self.fc2(spikes) * 2, second)
            yield spikes, second[-1]

    def forward(self, x):
        spikes, membranes = zip(*self.steps(x))
        return torch.stack(spikes), torch.stack(membranes)


class SpikeCount(TwoLayers):
    """The sum over steps as a chain of additions."""

    def forward(self, x):
        total = 0
        for spikes, _ in self.steps(x):
            total = total + spikes
        return total / T


class Cell(nn.Module):
    states = 1

    def __init__(self, n, reset="subtract", delayed=True, graded=1.0, per_neuron=False):
        super().__init__()
        self.n, self.reset, self.delayed = n, reset, delayed
        self.threshold = nn.Parameter(torch.rand(n) * 0.5 + 0.7 if per_neuron else torch.tensor(1.0))
        self.graded = nn.Parameter(torch.tensor(graded))
        self.beta = nn.Parameter(torch.rand(n) * 0.2 + 0.7 if per_neuron else torch.tensor(0.85))

    def start(self):
        return tuple(torch.zeros(1, self.n) for _ in range(self.states))


class Leaky(Cell):
    """snnTorch Leaky: reset by the spike of the step before (delayed), or at once."""

    def forward(self, x, state):
        (mem,) = state
        fired, beta = above(mem - self.threshold), self.beta.clamp(0, 1)
        if not self.delayed:
            mem = beta * mem + x
        elif self.reset == "subtract":
            mem = beta * mem + x - fired * self.threshold
        else:
            mem = beta * ((1 - fired) * mem) + x
        spikes = above(mem - self.threshold) * self.graded
        if not self.delayed:
            now = spikes / self.graded - fired
            mem = mem - now * (self.threshold if self.reset == "subtract" else mem)
        return spikes, (mem,)


class Synaptic(Cell):
    """snnTorch Synaptic and RSynaptic."""

    states = 3

    def __init__(self, n, recurrent=False, **more):
        super().__init__(n, **more)
        self.recurrent = nn.Linear(n, n) if recurrent else None

    def forward(self, x, state):
        spikes, syn, mem = state
        fired = above(mem - self.threshold)
        if self.recurrent is not None:
            x = x + self.recurrent(spikes)
        syn = 0.7 * syn + x
        mem = self.beta.clamp(0, 1) * mem + syn
        mem = mem - fired * (self.threshold if self.reset == "subtract" else mem)
        spikes = above(mem - self.threshold) * self.graded
        return spikes, (spikes, syn, mem)


class Alpha(Cell):
    """snnTorch Alpha: two synaptic traces, the membrane is their weighted sum."""

    states = 3

    def __init__(self, n, **more):
        super().__init__(n, **more)
        self.alpha = nn.Parameter(torch.tensor(0.9))
        self.beta = nn.Parameter(torch.tensor(0.8))

    def forward(self, x, state):
        exc, inh, mem = state
        fired, a, b = above(mem - self.threshold), self.alpha.clamp(0, 1), self.beta.clamp(0, 1)
        tau = torch.log(a) / (torch.log(b) - torch.log(a)) + 1
        exc, inh = a * exc + x, b * inh - x
        mem = tau * (exc + inh) - fired * self.threshold
        return above(mem - self.threshold), (exc, inh, mem)


class Sequence(nn.Module):
    """Norse's SequentialState over a spike train."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x):
        a, b, out = self.first.start(), self.second.start(), []
        for t in range(T):
            z, a = self.first(x[t].flatten(1), a)
            y, b = self.second(z, b)
            out.append(y)
        return torch.stack(out)


class NorseCell(nn.Module):
    states = 4

    def __init__(self, n, inputs, scale):
        super().__init__()
        self.n = n
        self.weight = nn.Parameter(torch.randn(n, inputs) * scale)

    def start(self):
        return tuple(torch.zeros(1, self.n) for _ in range(self.states))


class LSNN(NorseCell):
    """Norse LSNN: adaptive threshold; the input counts from the next step on, recurrent."""

    def __init__(self, n, inputs):
        super().__init__(n, inputs, 0.4)
        self.recurrent = nn.Parameter(torch.randn(n, n) * 0.2)

    def forward(self, x, state):
        z, v, i, b = state
        v = v + 0.1 * ((0.0 - v) + i)
        i, b = i + -0.2 * i, b + -0.1 * b
        z_new = above(v - (0.5 + b))
        v = (1 - z_new) * v + z_new * 0.0
        i = i + nn.functional.linear(x, self.weight) + nn.functional.linear(z, self.recurrent)
        return z_new, (z_new, v, i, b + z_new * 1.8)


class Refractory(NorseCell):
    """Norse LIFRefrac: a counter that keeps the neuron silent."""

    def __init__(self, n, inputs):
        super().__init__(n, inputs, 0.6)

    def forward(self, x, state):
        _, v_old, i, rho = state
        i = i + nn.functional.linear(x, self.weight)
        v = v_old + 0.1 * ((0.0 - v_old) + i)
        i = i - 0.2 * i
        z = above(v - 0.5)
        v = (1 - z) * v + z * 0.0
        mask = (rho > 0).to(v)
        v, z = (1 - mask) * v + mask * v_old, (1 - mask) * z
        return z, (z, v, i, (1 - z) * torch.relu(rho - mask) + z * 5.0)


class Integrator(NorseCell):
    """Norse LI readout."""

    states = 2

    def __init__(self, n, inputs):
        super().__init__(n, inputs, 0.3)

    def forward(self, x, state):
        v, i = state
        i = i + nn.functional.linear(x, self.weight)
        v = v + 0.1 * ((0.0 - v) + i)
        return v, (v, i - 0.2 * i)


class MultiStepIF(nn.Module):
    """SpikingJelly's multi-step neurons."""

    def __init__(self, tau=None, soft=False):
        super().__init__()
        self.tau, self.soft = tau, soft

    def forward(self, xs):
        v, out = torch.zeros_like(xs[0]), []
        for t in range(xs.shape[0]):
            v = v + xs[t] if self.tau is None else v + (xs[t] - v) / self.tau
            z = at_least(v - 1.0)
            v = v - z * 1.0 if self.soft else (1.0 - z) * v + z * 0.0
            out.append(z)
        return torch.stack(out)


class SewBlock(nn.Module):
    """Convolutions over T*N images, a shortcut of spikes (ADD, AND, IAND), OR-pooling, mean over time."""

    def __init__(self, connect, tau=None, soft=False):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.conv3 = nn.Conv2d(8, 8, 3, padding=2, dilation=2)
        self.bn = nn.BatchNorm2d(8)
        self.bn.running_mean.normal_()
        self.bn.running_var.uniform_(0.5, 2)
        self.sn1, self.sn2, self.sn3 = (MultiStepIF(tau, soft) for _ in range(3))
        self.pool, self.fc, self.connect = nn.MaxPool2d(2), nn.Linear(128, 10), connect

    @staticmethod
    def each(layer, x):
        y = layer(x.flatten(0, 1))
        return y.reshape(x.shape[0], x.shape[1], *y.shape[1:])

    def forward(self, x):
        a = self.sn1(self.each(self.conv1, x.unsqueeze(0).repeat(4, 1, 1, 1, 1)) * 3)
        b = self.sn2(self.each(self.bn, self.each(self.conv2, a)) * 2 + 0.3)
        y = {"iand": lambda: b * (1 - a), "add": lambda: a + b, "and": lambda: a * b}[self.connect]()
        y = self.each(self.pool, self.sn3(self.each(self.conv3, y) * 3))
        return self.each(self.fc, y.flatten(2)).mean(0)


class Mixed(nn.Module):
    """Concat, average pooling with padding, transposed convolution, mean over space, time on axis 1 of the output."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(1, 4, 1)
        self.up = nn.ConvTranspose2d(8, 3, 3, stride=2, padding=1, output_padding=1)
        self.pool, self.mean, self.fc = nn.AvgPool2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Linear(3, 10)

    def forward(self, x):
        v, w, out = torch.zeros(1, 8, 4, 4), torch.zeros(1, 3, 8, 8), []
        for t in range(T):
            v = 0.5 * v + self.pool(torch.cat([self.a(x[t]), self.b(x[t])], 1))
            z = at_least(v - 0.3)
            v = v * (1 - z)
            w = 0.5 * w + self.up(z)
            s = at_least(w - 0.1)
            w = w * (1 - s)
            out.append(self.fc(self.mean(s).flatten(1)))
        return torch.stack(out, 1)


class OneDimensional(nn.Module):
    """Conv1d, batch before time, a sum over time."""

    def __init__(self):
        super().__init__()
        self.c1, self.c2, self.fc = nn.Conv1d(3, 6, 5, padding=2), nn.Conv1d(6, 4, 3, stride=2), nn.Linear(28, 5)

    def forward(self, x):
        v, w, out = torch.zeros(1, 6, 16), torch.zeros(1, 4, 7), []
        for t in range(T):
            v = 0.5 * v + self.c1(x[:, t])
            z = at_least(v - 0.3)
            v = v * (1 - z)
            w = w + self.c2(z)
            s = at_least(w - 0.2)
            w = w - s * 0.2
            out.append(self.fc(s.flatten(1)))
        return torch.stack(out, 1).sum(1)


class FromZero(nn.Module):
    """SpikingJelly's older multi-step neurons: the state starts as the number 0, steps folded into the batch around linear layers."""

    def __init__(self):
        super().__init__()
        self.fc1, self.bn, self.fc2 = nn.Linear(30, 20), nn.BatchNorm1d(20), nn.Linear(20, 10)
        self.bn.running_mean.normal_(0, 0.3)
        self.bn.running_var.uniform_(0.5, 2)

    @staticmethod
    def neuron(xs):
        v, out = 0.0, []
        for t in range(T):
            v = v + (xs[t] - v) / 2.0
            z = at_least(v - 0.3)
            v = (1.0 - z) * v
            out.append(z)
        return torch.stack(out)

    def forward(self, x):
        y = self.neuron(self.bn(self.fc1(x.flatten(0, 1))).view(T, 1, 20))
        return self.neuron(self.fc2(y.flatten(0, 1)).view(T, 1, 10)).mean(0)


@torch.jit.script
def scripted_list(x: torch.Tensor):
    """A scripted loop that collects spikes in a list: Loop and sequence operators."""
    v, out = torch.zeros_like(x[0]), []
    for t in range(x.shape[0]):
        v = v * 0.5 + x[t]
        z = (v > 0.8).to(x)
        v = v - z * 0.8
        out.append(z)
    return torch.stack(out)


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(30, 20), nn.Linear(20, 10)

    def forward(self, x):
        return scripted_list(self.fc2(scripted_list(self.fc1(x) * 3)) * 3).mean(0)


class LastMembrane(TwoLayers):
    """Only the state after the last step."""

    def forward(self, x):
        first, second = self.lif1.start(), self.lif2.start()
        for t in range(T):
            spikes, first = self.lif1(self.fc1(x[t]) * 1.5, first)
            spikes, second = self.lif2(self.fc2(spikes) * 2, second)
        return second[-1]


class Neuron(nn.Module):
    """A single neuron layer, given as a function (input, state) -> (spikes, state)."""

    def __init__(self, step, start):
        super().__init__()
        self.step, self.start = step, start

    def forward(self, x):
        state, out = self.start, []
        for t in range(x.shape[0]):
            z, state = self.step(x[t], state)
            out.append(z)
        return torch.stack(out)


class Parallel(nn.Module):
    """A parallel spiking neuron: no recurrence, a matrix over the steps."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 6) * 0.6)
        self.bias = nn.Parameter(torch.full((6, 1), -0.4))

    def forward(self, x):
        return at_least(torch.addmm(self.bias, self.weight, x.flatten(1))).view(x.shape)


REST = torch.zeros(1, 32)


def quadratic(x, v):
    v = v + (x * 2 + v * (v - 0.8)) / 2.0
    z = at_least(v - 1.0)
    return z, (1 - z) * v + z * -0.1


def exponential(x, v):
    v = v + (x - v + torch.exp(v - 0.8)) / 2.0
    z = at_least(v - 1.0)
    return z, (1 - z) * v + z * -0.1


def current_based(x, state):
    i, v = state
    i = 0.5 * i + x
    v = 0.75 * v + i
    z = at_least(v - 0.9)
    return z, (i, v - z * 0.9)


def gated(x, state):
    v, s = state
    v = 0.88 * v * (1 - 0.55 * s) - 0.04 + x * 0.85
    z = at_least(v - 0.8)
    return z, (v - 0.7 * z * v - 0.15 * z, z)


def sign(x, v):
    v = 0.5 * v + x
    z = torch.clamp(torch.sign(v - 0.8), 0, 1)
    return z, torch.where(z > 0, torch.zeros_like(v), v)


def choice(x, v):
    v = 0.5 * v + x
    below = v < 0.8
    return torch.where(below, torch.zeros_like(v), torch.ones_like(v)), torch.where(below, v, v * 0 + 0.1)


def negated(x, v):
    v = 0.5 * v + x
    return (~(v < 0.8)).float(), v * (v < 0.8).float()


def rectified(x, v):
    v = torch.relu(1.2 * (v + (x - v) / 2.0))
    z = at_least(v - 0.5)
    return z, v * (1 - z)


def counts(x, v):
    v = 0.25 * v + 3 * x
    z = torch.round(torch.clamp(v, 0, 4))
    return z, v - z


class Refused(nn.Module):
    """Networks that are not spike networks of equal steps."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.fc = kind, nn.Linear(6, 6)

    def forward(self, x):
        v, out = torch.zeros(1, 6), []
        for t in range(4):
            if self.kind == "neuron":
                v = torch.erf(v + x[t])
            elif self.kind == "steps":
                v = v + (x[t] * 2 if t % 2 else torch.relu(x[t]))
            elif self.kind == "shuffled":
                v = v + x[[2, 0, 3, 1][t]]
            else:
                v = v + torch.softmax(x[t], -1)
            z = at_least(v - 0.5)
            v = v * (1 - z)
            out.append(z)
        return torch.stack(out)


class LastProduct(nn.Module):
    """Returns what is computed once, after the last step, from the states of two steps."""

    def forward(self, x):
        v, before = torch.zeros(1, 6), torch.zeros(1, 6)
        for t in range(4):
            before = v
            v = 0.5 * v + x[t]
        return v * before


class OtherStart(nn.Module):
    """A leaky integrator whose first step takes three times the input, where starting from zero would take it once."""

    def forward(self, x):
        v, out = 3 * x[0], []
        for t in range(4):
            v = v if t == 0 else 0.5 * v + x[t]
            z = at_least(v - 0.5)
            v = v * (1 - z)
            out.append(z)
        return torch.stack(out)


class Restless(nn.Module):
    """A recurrent layer that starts as if every neuron had fired before the first step."""

    def __init__(self):
        super().__init__()
        self.recurrent = nn.Linear(6, 6, bias=False)
        nn.init.constant_(self.recurrent.weight, 0.125)

    def forward(self, x):
        v, z, out = torch.zeros(1, 6), torch.ones(1, 6), []
        for t in range(4):
            v = 0.5 * v + x[t] + self.recurrent(z)
            z = at_least(v - 0.5)
            v = v * (1 - z)
            out.append(z)
        return torch.stack(out)


class Step(nn.Module):
    def forward(self, x, v):
        v = v + (x - v) / 2.0
        z = at_least(v - 0.5)
        return z, (1 - z) * v


class Padded(nn.Module):
    """A re-parameterised block: 1x1 convolution, normalisation, a border of constants assigned slice by slice, a depthwise and a 1x1 convolution."""

    def __init__(self, own):
        super().__init__()
        self.own = own
        self.point, self.norm = nn.Conv2d(3, 6, 1, bias=False), nn.BatchNorm2d(6)
        self.depth, self.out = nn.Conv2d(6, 6, 3, groups=6, bias=False), nn.Conv2d(6, 4, 1)
        self.border = nn.Parameter(torch.linspace(-1, 1, 6))
        with torch.no_grad():
            for p in (self.norm.weight, self.norm.bias, self.norm.running_mean):
                p.uniform_(-1, 1)

    def forward(self, x):
        y = self.norm(self.point(at_least(x - 0.5)))
        border = self.border * 1.5 if self.own else self.norm.bias - self.norm.running_mean * self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        y = F.pad(y, [1, 1, 1, 1])
        border = border.view(1, -1, 1, 1)
        y[:, :, 0:1, :] = border
        y[:, :, -1:, :] = border
        y[:, :, :, 0:1] = border
        y[:, :, :, -1:] = border
        return at_least(self.out(self.depth(y)) - 0.1)


class PaddedSteps(Padded):
    """The same block over all steps at once, [T,N] as one batch, in front of a neuron with a state: the borders are assigned for all steps together."""

    def forward(self, x):
        y, v, out = super().forward(x.flatten(0, 1)).reshape(4, 1, 4, 5, 6), 0.0, []
        for t in range(4):
            v = v + (y[t] - v) / 2.0
            z = at_least(v - 0.5)
            v = (1 - z) * v
            out.append(z)
        return torch.stack(out)


class Einsums(nn.Module):
    """Linear layers and transpositions written as einsums, over tokens and over channels first."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.randn(8, 5)), nn.Parameter(torch.randn(5, 8))

    def forward(self, x):
        s = at_least(x - 0.5)
        s = at_least(torch.einsum("bnc,oc->bno", s, self.b) - 0.5)
        s = at_least(torch.einsum("bnc->bcn", s) - 0.5)
        return torch.einsum("bcn,oc->bon", s, self.a)


class PooledSequence(nn.Module):
    """A max-pool of a whole sequence [T,N,C,H,W] as MaxPool3d does it, of spikes and of membranes, and a Conv3d over one frame."""

    def __init__(self):
        super().__init__()
        self.pool, self.conv = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)), nn.Conv3d(4, 3, 3, padding=1)

    def forward(self, x):
        s = self.pool(at_least(x - 0.7))
        return at_least(self.conv(self.pool(s * 0.5 - x[..., ::2, ::2]).transpose(1, 2)))


class Quantised(nn.Module):
    """Four-bit weights computed in the graph with what is left of a straight-through estimator, and spikes that are counts."""

    def __init__(self):
        super().__init__()
        self.conv, self.step = nn.Conv2d(3, 5, 3, padding=1, bias=False), nn.Parameter(torch.tensor(0.07))

    def forward(self, x):
        c = torch.clamp(self.conv.weight / self.step, -8, 7)
        weight = (torch.round(c) - c + c) * self.step
        spikes = torch.floor(torch.clamp(x * 4, 0, 4) + 0.5) / 4
        return torch.floor(torch.clamp(F.conv2d(spikes, weight, padding=1) * 4, 0, 4) + 0.5) / 4


class Assigned(nn.Module):
    """Spikes of one layer written into a part of another's."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        s = at_least(self.fc(x) - 0.1)
        y = s * 0.5
        y[:, :, 1:3] = s[:, :, 3:5] * 2
        return at_least(y.sum(1) - 0.9)


class Heads(nn.Module):
    """Channels split into four heads of three."""

    def forward(self, x):
        return at_least(x - 0.5).reshape(1, 10, 4, 3).transpose(1, 2)


def heads_that_do_not_divide(path):
    """Tracing cannot write such a file; people make it by editing the head count of another."""
    import onnx
    from onnx import numpy_helper

    write_model(path, Heads(), torch.rand(1, 10, 12))
    model = onnx.load(str(path))
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.t.data_type and list(numpy_helper.to_array(attribute.t).reshape(-1)) == [1, 10, 4, 3]:
                attribute.t.CopyFrom(numpy_helper.from_array(np.array([1, 10, 5, 2], np.int64)))
    onnx.save(model, str(path))


def forms():
    for own in (False, True):
        export("border-own" if own else "border-zero", Padded(own), torch.rand(1, 3, 5, 6), title="threshold unit")
    export("border-steps", PaddedSteps(False), torch.rand(4, 1, 3, 5, 6), title="LIF, tau 2, decayed input, threshold 0.5, hard reset to 0")
    export("einsum", Einsums(), torch.rand(1, 7, 8), title="threshold unit")
    export("pool-sequence", PooledSequence(), torch.rand(1, 1, 4, 6, 6), title="OR", opset=13)
    export("quantised-weights", Quantised(), torch.rand(1, 3, 6, 6), title="integer-valued spikes")
    export("assigned", Assigned(), torch.rand(1, 3, 6), title="threshold unit")


def refused():
    folder = ROOT / "lowering-errors"
    folder.mkdir(parents=True, exist_ok=True)
    x = torch.rand(4, 1, 6)
    for kind in ("neuron", "steps", "shuffled", "softmax"):
        write_model(folder / f"{kind}.onnx", Refused(kind), x)
    for kind, net in (("last-product", LastProduct()), ("other-start", OtherStart()), ("restless", Restless())):
        write_model(folder / f"{kind}.onnx", net, x)
    heads_that_do_not_divide(folder / "heads.onnx")
    write_model(folder / "step.onnx", Step(), (torch.rand(1, 6), torch.zeros(1, 6)), inputs=("x", "v"), outputs=("z", "v_out"))


def main():
    torch.manual_seed(0)
    x, both = torch.rand(1, 30), ("spikes", "membranes")
    train = torch.zeros(T, 1, 30)

    def poisson():
        return (torch.rand(T, 1, 30) < 0.5).float()

    export("leaky-subtract", TwoLayers(Leaky), x, both, title="LIF, decay 0.85, threshold 1 (>), soft reset")
    export("leaky-zero", TwoLayers(lambda n: Leaky(n, reset="zero")), x, both, title="LIF, decay 0.85, threshold 1 (>), hard reset to 0")
    export("leaky-at-once", TwoLayers(lambda n: Leaky(n, delayed=False)), x, both, title="spiking recurrence")
    export("leaky-zero-at-once", TwoLayers(lambda n: Leaky(n, reset="zero", delayed=False)), x, both, title="spiking recurrence")
    export("leaky-graded", TwoLayers(lambda n: Leaky(n, graded=0.4)), x, both, title="LIF, decay 0.85, threshold 1 (>), soft reset")
    export("leaky-per-neuron", TwoLayers(lambda n: Leaky(n, per_neuron=True)), x, both, title="PLIF")
    export("spike-count", SpikeCount(Leaky), x, title="LIF, decay 0.85, threshold 1 (>), soft reset")
    export("synaptic-zero", TwoLayers(lambda n: Synaptic(n, reset="zero")), x, both, title="spiking recurrence")
    export("synaptic-recurrent", TwoLayers(lambda n: Synaptic(n, recurrent=True)), x, both, title="current-based LIF")
    export("alpha", TwoLayers(Alpha), x, both, title="spiking recurrence")
    export("lsnn", Sequence(LSNN(40, 30), Integrator(10, 40)), train, sample=poisson, title="spiking recurrence")
    export("refractory", Sequence(Refractory(40, 30), Integrator(10, 40)), train, sample=poisson, title="LIF with refractory counter")
    for connect in ("iand", "add", "and"):
        export(f"sew-{connect}", SewBlock(connect), torch.rand(1, 2, 8, 8), title="IF, threshold 1, hard reset to 0")
    export("sew-soft-opset11", SewBlock("add", 2.5, True), torch.rand(1, 2, 8, 8), opset=11, title="LIF, tau 2.5, decayed input, threshold 1, soft reset")
    export("mixed", Mixed(), torch.rand(T, 1, 1, 8, 8), title="LIF, decay 0.5, threshold 0.3, hard reset to 0")
    export("one-dimensional", OneDimensional(), torch.rand(1, T, 3, 16), title="LIF, decay 0.5, threshold 0.3, hard reset to 0")
    export("from-zero", FromZero(), torch.rand(T, 1, 30), title="LIF, tau 2, decayed input, threshold 0.3, hard reset to 0")
    export("scripted-list", Scripted(), torch.rand(T, 1, 30), title="LIF, decay 0.5, threshold 0.8 (>), soft reset", opset=14)
    export("last-membrane", LastMembrane(Leaky), torch.rand(T, 1, 30), title="LIF, decay 0.85, threshold 1 (>), soft reset")
    single = torch.rand(6, 1, 32)
    for name, step, start, title in (
        ("quadratic", quadratic, REST - 0.1, "quadratic integrate-and-fire"),
        ("exponential", exponential, REST - 0.1, "exponential integrate-and-fire"),
        ("current-based", current_based, (REST, REST), "current-based LIF"),
        ("gated", gated, (REST, REST), ""),
        ("sign", sign, REST, ""),
        ("choice", choice, REST, ""),
        ("negated", negated, REST, ""),
        ("rectified", rectified, REST, "LIF with rectified membrane"),
        ("counts", counts, REST, "integer-valued LIF"),
    ):
        export(f"neuron-{name}", Neuron(step, start), single, title=title)
    export("parallel", Parallel(), torch.rand(6, 1, 32), title="threshold unit")
    refused()
    torch.manual_seed(7)
    forms()


if __name__ == "__main__":
    main()
