"""Layers and pictures shared by the descriptions of spiking Transformers in this folder.

Everything here is written from the equations; the framework whose equation it is stands beside each. What a file needs besides its
architecture is made here too: seeded weights whose normalisation has been calibrated, so that neurons neither stay silent nor saturate.
"""
import math

import numpy as np
import torch
from torch import nn


class AtLeast(nn.Module):
    """The step function of a spike; on the threshold itself the neuron fires (SpikingJelly)."""

    def forward(self, x):
        return (x >= 0).to(x)


class Neuron(nn.Module):
    """A layer whose output is recorded. `distances` collects how far each update was from its nearest threshold, unless it is None."""

    distances = None

    def note(self, distance):
        if self.distances is not None:
            self.distances.append(distance.detach().abs().flatten())


class LIF(Neuron):
    """SpikingJelly's multi-step LIF neuron with decayed input, hard reset to zero, state starting as the number 0:
    h = v + (x - v) / tau, s = [h >= threshold], v = (1 - s) h."""

    def __init__(self, threshold=1.0, tau=2.0):
        super().__init__()
        self.threshold, self.tau = threshold, tau
        self.surrogate_function = AtLeast()

    def forward(self, xs):
        v, out = 0.0, []
        for t in range(xs.shape[0]):
            v = v + (xs[t] - v) / self.tau
            self.note(v - self.threshold)
            s = self.surrogate_function(v - self.threshold)
            v = (1.0 - s) * v + s * 0.0
            out.append(s)
        return torch.stack(out)


class Counts(Neuron):
    """An integer-valued neuron without state, 0 to D spikes a step, given as a number between 0 and D / norm.

    QSD-Transformer: floor(clamp(4 x, 0, 4) + 0.5) / norm, half rounds up. Spike-driven Transformer V3: round(clamp(x, 0, 4)) / norm,
    half rounds to even."""

    def __init__(self, norm=4, most=4, gain=1, half_up=True):
        super().__init__()
        self.norm, self.most, self.gain, self.half_up = norm, most, gain, half_up

    def forward(self, x):
        held = torch.clamp(self.gain * x if self.gain != 1 else x, 0, self.most)
        if self.distances is not None:
            to_half = held - torch.floor(held) - 0.5
            self.note(to_half[(held > 0) & (held < self.most)])
        count = torch.floor(held + 0.5) if self.half_up else torch.round(held)
        return count / self.norm


class PaddedNorm(nn.BatchNorm2d):
    """Batch normalisation whose output is padded by what it makes of zero, so that merging it with its neighbours is exact at the border.
    The padding is written by slice assignment, as the public code of Meta-SpikeFormer does."""

    def forward(self, x):
        y = super().forward(x)
        of_zero = self.bias.detach() - self.running_mean * self.weight.detach() / torch.sqrt(self.running_var + self.eps)
        y = nn.functional.pad(y, [1, 1, 1, 1])
        of_zero = of_zero.view(-1, 1, 1)
        y[:, :, 0:1, :] = of_zero
        y[:, :, -1:, :] = of_zero
        y[:, :, :, 0:1] = of_zero
        y[:, :, :, -1:] = of_zero
        return y


class RepConv(nn.Module):
    """1x1, normalisation, padding by the image of zero, depthwise 3x3, 1x1, normalisation: linear throughout."""

    def __init__(self, channels, conv=nn.Conv2d):
        super().__init__()
        self.body = nn.Sequential(
            conv(channels, channels, 1, bias=False),
            scattered(PaddedNorm(channels), 0.0, 1.0),
            nn.Sequential(
                conv(channels, channels, 3, groups=channels, bias=False),
                conv(channels, channels, 1, bias=False),
                scattered(nn.BatchNorm2d(channels), 0.0, 1.0),
            ),
        )

    def forward(self, x):
        return self.body(x)

    @torch.no_grad()
    def merged(self, after):
        """The one 3x3 convolution that this and the normalisation after it are."""
        first, padded, (depthwise, last, norm) = self.body[0], self.body[1], self.body[2]
        gain, shift = affine(padded)
        a = first.weight[:, :, 0, 0].double() * gain[:, None]
        taps = depthwise.weight[:, 0].double()
        b = last.weight[:, :, 0, 0].double()
        bias = b @ (shift * taps.sum((1, 2)))
        for gain, shift in (affine(norm), affine(after)):
            b, bias = b * gain[:, None], bias * gain + shift
        conv = nn.Conv2d(a.shape[1], b.shape[0], 3, padding=1)
        conv.weight.copy_(torch.einsum("oc,cyx,ci->oiyx", b, taps, a))
        conv.bias.copy_(bias)
        return conv


def affine(norm):
    """Gain and shift of a calibrated normalisation, in double precision."""
    gain = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    return gain, norm.bias.double() - norm.running_mean.double() * gain


def scattered(norm, mean, spread, tilt=None):
    """A normalisation whose output has about this mean and spread; `tilt` is the spread of the channels' means."""
    with torch.no_grad():
        norm.weight.copy_(spread * (0.8 + 0.4 * torch.rand(norm.num_features)))
        norm.bias.copy_(mean + (0.2 * spread if tilt is None else tilt) * torch.randn(norm.num_features))
    return norm


def level(rate, steps, spread=1.0):
    """The mean of a normally distributed constant input at which a tau-2 LIF neuron of threshold 1 fires at this rate over the steps."""
    z = torch.linspace(-4, 4, 801, dtype=torch.float64)
    density = torch.exp(-z * z / 2)
    low, high = -6.0, 6.0
    for _ in range(40):
        mean = (low + high) / 2
        fired = LIF()((mean + spread * z).unsqueeze(0).repeat(steps, 1)).mean(0)
        low, high = (mean, high) if (fired * density).sum() / density.sum() < rate else (low, mean)
    return (low + high) / 2


def triple_rate(needed, tokens, width):
    """The rate of Q, K and V at which tokens x width coincidences of three spikes are about as many as an attention neuron needs."""
    return min(0.4, max(0.08, (0.8 * needed / (tokens * width)) ** (1 / 3)))


def picture(channels, size, generator):
    """Something with the statistics of an ImageNet-normalised photograph: noise of every scale, coarse scales strongest."""
    image, side = torch.zeros(1, channels, size, size), 2
    while side <= size:
        noise = torch.randn(1, channels, side, side, generator=generator)
        image += nn.functional.interpolate(noise, size=(size, size), mode="bilinear", align_corners=False) / math.log2(side)
        side *= 2
    return (image - image.mean()) / image.std()


@torch.no_grad()
def calibrate(net, samples):
    """Sets the running statistics of every normalisation to what the samples give, layer by layer; the network is left in eval mode."""
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    net.train()
    for x in samples:
        net(x)
    for norm in norms:
        norm.momentum = 0.1
    return net.eval()


class Network(nn.Module):
    """Wraps a description as `m`, so that layer names are those of the public exports."""

    def __init__(self, net):
        super().__init__()
        self.m = net

    def forward(self, x):
        return self.m(x)


@torch.no_grad()
def observe(net, x, distances=False):
    """Outputs, spikes by layer name, and the least distance to a threshold that is not exactly zero, of one sample."""
    spikes, hooks, neurons = {}, [], {n: m for n, m in net.named_modules() if isinstance(m, Neuron)}
    for name, neuron in neurons.items():
        neuron.distances = [] if distances else None
        hooks.append(neuron.register_forward_hook(lambda _, __, y, name=name: spikes.__setitem__(name, y.clone())))
    y = net(x)
    for hook in hooks:
        hook.remove()
    least = math.inf
    for neuron in neurons.values():
        for found in neuron.distances or ():
            found = found[found > 0]
            least = min(least, found.min().item()) if found.numel() else least
        neuron.distances = None
    return y, spikes, least


def whole(spikes):
    """Spikes as bytes where they are whole numbers, else as they are."""
    values = spikes.numpy()
    return values.astype(np.uint8) if (values == np.floor(values)).all() else values
