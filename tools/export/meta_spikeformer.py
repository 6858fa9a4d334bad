#!/usr/bin/env python3
"""Meta-SpikeFormer (Spike-driven Transformer V2, Yao et al., ICLR 2024) as ONNX, with seeded weights.

    python3 tools/export/meta_spikeformer.py --size 31M --timesteps 1 --image 224 --output meta31/model.onnx --golden

The architecture is that of the public code (BICLab/Spike-Driven-Transformer-V2, classification/models.py); the description is our own.
Stages: 1a C at 1/2, 1b 2C at 1/4, 2 4C at 1/8 (convolution blocks), 3 8C and 4 10C at 1/16 (Transformer blocks). `--merged` writes every
RepConv as the one 3x3 convolution it is. `--golden` writes inputs.npz, golden.npz and meta.json beside the file.
"""
import argparse
import copy
import pathlib
import sys

import torch
from torch import nn

from exporting import rounded_otherwise, write_case
from spiking import LIF, Network, RepConv, calibrate, level, picture, scattered, triple_rate

# Widths of the stages 1b, 2, 3, 4. With un-merged RepConv these have 15.11, 31.33 and 55.35 million parameters, the paper's 15.1, 31.3, 55.4.
SIZES = {"15M": (64, 128, 256, 360), "31M": (96, 192, 384, 480), "55M": (128, 256, 512, 640), "tiny": (16, 32, 64, 80)}
BRANCH = 0.35  # Spread of what one branch adds to the residual stream, whose own is 1.


class SeparableConv(nn.Module):
    """1x1 widening, a neuron, depthwise 7x7 and 1x1 with neither neuron nor normalisation between."""

    def __init__(self, dim, steps):
        super().__init__()
        wide = 2 * dim
        self.lif1, self.pwconv1 = LIF(), nn.Conv2d(dim, wide, 1, bias=False)
        self.bn1 = scattered(nn.BatchNorm2d(wide), level(0.18, steps), 1.0)
        self.lif2 = LIF()
        self.dwconv = nn.Conv2d(wide, wide, 7, padding=3, groups=wide, bias=False)
        self.pwconv2 = nn.Conv2d(wide, dim, 1, bias=False)
        self.bn2 = scattered(nn.BatchNorm2d(dim), 0.0, BRANCH)

    def forward(self, x):
        steps, batch, _, h, w = x.shape
        x = self.lif1(x)
        x = self.bn1(self.pwconv1(x.flatten(0, 1))).reshape(steps, batch, -1, h, w)
        x = self.lif2(x)
        x = self.pwconv2(self.dwconv(x.flatten(0, 1)))
        return self.bn2(x).reshape(steps, batch, -1, h, w)


class ConvBlock(nn.Module):
    def __init__(self, dim, steps):
        super().__init__()
        self.Conv = SeparableConv(dim, steps)
        self.lif1, self.conv1 = LIF(), nn.Conv2d(dim, 4 * dim, 3, padding=1, bias=False)
        self.bn1 = scattered(nn.BatchNorm2d(4 * dim), level(0.18, steps), 1.0)
        self.lif2, self.conv2 = LIF(), nn.Conv2d(4 * dim, dim, 3, padding=1, bias=False)
        self.bn2 = scattered(nn.BatchNorm2d(dim), 0.0, BRANCH)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = self.Conv(x) + x
        y = self.lif1(x)
        y = self.bn1(self.conv1(y.flatten(0, 1))).reshape(steps, batch, 4 * c, h, w)
        y = self.lif2(y)
        y = self.bn2(self.conv2(y.flatten(0, 1))).reshape(steps, batch, c, h, w)
        return x + y


class Attention(nn.Module):
    """SDSA-3: (Q (K^T V)) x 0.125 and a neuron of threshold 0.5. Q, K, V and the projection are RepConvs."""

    def __init__(self, dim, heads, tokens, steps):
        super().__init__()
        if dim % heads:
            sys.exit(f"error: {heads} heads do not divide {dim} channels")
        self.heads, self.scale = heads, 0.125
        shift = level(triple_rate(8, tokens, dim // heads), steps)

        def rep(mean, spread):
            return nn.Sequential(RepConv(dim), scattered(nn.BatchNorm2d(dim), mean, spread))

        self.head_lif = LIF()
        self.q_conv, self.k_conv, self.v_conv = rep(shift, 1.0), rep(shift, 1.0), rep(shift, 1.0)
        self.q_lif, self.k_lif, self.v_lif = LIF(), LIF(), LIF()
        self.attn_lif = LIF(threshold=0.5)
        self.proj_conv = rep(0.0, BRANCH)

    def split(self, x):
        steps, batch, c, h, w = x.shape
        x = x.flatten(3).transpose(-1, -2).reshape(steps, batch, h * w, self.heads, c // self.heads)
        return x.permute(0, 1, 3, 2, 4).contiguous()

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = self.head_lif(x).flatten(0, 1)
        q, k, v = (conv(x).reshape(steps, batch, c, h, w) for conv in (self.q_conv, self.k_conv, self.v_conv))
        q, k, v = self.split(self.q_lif(q)), self.split(self.k_lif(k)), self.split(self.v_lif(v))
        x = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        x = self.attn_lif(x.transpose(3, 4).reshape(steps, batch, c, h * w).contiguous())
        x = x.reshape(steps, batch, c, h, w)
        return self.proj_conv(x.flatten(0, 1)).reshape(steps, batch, c, h, w)


class Mlp(nn.Module):
    def __init__(self, dim, steps):
        super().__init__()
        self.hidden = 4 * dim
        self.fc1_lif, self.fc1_conv = LIF(), nn.Conv1d(dim, self.hidden, 1)
        self.fc1_bn = scattered(nn.BatchNorm1d(self.hidden), level(0.18, steps), 1.0)
        self.fc2_lif, self.fc2_conv = LIF(), nn.Conv1d(self.hidden, dim, 1)
        self.fc2_bn = scattered(nn.BatchNorm1d(dim), 0.0, BRANCH)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = self.fc1_lif(x.flatten(3))
        x = self.fc1_bn(self.fc1_conv(x.flatten(0, 1))).reshape(steps, batch, self.hidden, h * w)
        x = self.fc2_lif(x)
        return self.fc2_bn(self.fc2_conv(x.flatten(0, 1))).reshape(steps, batch, c, h, w)


class TransformerBlock(nn.Module):
    def __init__(self, dim, heads, tokens, steps):
        super().__init__()
        self.attn, self.mlp = Attention(dim, heads, tokens, steps), Mlp(dim, steps)

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


class DownSampling(nn.Module):
    """The only layer with a real input is the first: it has no neuron in front."""

    def __init__(self, inputs, outputs, kernel, stride, steps, first=False, tilt=None):
        super().__init__()
        self.encode_conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
        self.encode_bn = scattered(nn.BatchNorm2d(outputs), level(0.2, steps), 1.0 if tilt is None else 0.5, tilt)
        if not first:
            self.encode_lif = LIF()
        self.first = first

    def forward(self, x):
        steps, batch = x.shape[:2]
        x = x if self.first else self.encode_lif(x)
        y = self.encode_bn(self.encode_conv(x.flatten(0, 1)))
        return y.reshape(steps, batch, -1, y.shape[2], y.shape[3])


class MetaSpikeFormer(nn.Module):
    def __init__(self, widths, image=224, steps=1, heads=8, classes=1000, convs=(1, 1, 2), depths=(6, 2)):
        super().__init__()
        c1, c2, c3, c4 = widths
        tokens = (image // 16) ** 2
        self.steps = steps

        def blocks(dim, count):
            return nn.ModuleList(ConvBlock(dim, steps) for _ in range(count))

        self.downsample1_1 = DownSampling(3, c1 // 2, 7, 2, steps, first=True)
        self.ConvBlock1_1 = blocks(c1 // 2, convs[0])
        self.downsample1_2 = DownSampling(c1 // 2, c1, 3, 2, steps)
        self.ConvBlock1_2 = blocks(c1, convs[1])
        self.downsample2 = DownSampling(c1, c2, 3, 2, steps)
        # The public code has one block each under two names, because a later version puts more between them.
        self.ConvBlock2_1 = blocks(c2, convs[2] - convs[2] // 2)
        self.ConvBlock2_2 = blocks(c2, convs[2] // 2)
        self.downsample3 = DownSampling(c2, c3, 3, 2, steps)
        self.block3 = nn.ModuleList(TransformerBlock(c3, heads, tokens, steps) for _ in range(depths[0]))
        # Only the means of the last stage's channels reach the head, so these are scattered widely.
        self.downsample4 = DownSampling(c3, c4, 3, 1, steps, tilt=0.8)
        self.block4 = nn.ModuleList(TransformerBlock(c4, heads, tokens, steps) for _ in range(depths[1]))
        self.lif, self.head = LIF(), nn.Linear(c4, classes)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1)
        for part in (
            [self.downsample1_1], self.ConvBlock1_1, [self.downsample1_2], self.ConvBlock1_2, [self.downsample2], self.ConvBlock2_1,
            self.ConvBlock2_2, [self.downsample3], self.block3, [self.downsample4], self.block4,
        ):
            for layer in part:
                x = layer(x)
        return self.head(self.lif(x.flatten(3).mean(3))).mean(0)


def merge(net):
    """Replaces every RepConv and the normalisation after it by one convolution."""
    for module in net.modules():
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Sequential) and isinstance(child[0], RepConv):
                setattr(module, name, child[0].merged(child[1]))
    return net


def build(widths, image=224, steps=1, seed=0, merged=False, calibration=4, **shape):
    torch.manual_seed(seed)
    net = Network(MetaSpikeFormer(widths, image, steps, **shape))
    generator = torch.Generator().manual_seed(seed + 1)
    calibrate(net, [picture(3, image, generator) for _ in range(calibration)])
    return merge(net) if merged else net


def otherwise(net):
    """Networks that differ from this one by rounding only."""
    return [merge(copy.deepcopy(net))] + [rounded_otherwise(net, seed) for seed in range(2)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", choices=SIZES, default="tiny")
    arguments.add_argument("--timesteps", type=int, default=1)
    arguments.add_argument("--image", type=int, default=224, help="side of the input in pixels, a multiple of 16")
    arguments.add_argument("--heads", type=int, default=8)
    arguments.add_argument("--classes", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--merged", action="store_true", help="every RepConv as one 3x3 convolution")
    arguments.add_argument("--golden", action="store_true", help="write inputs.npz, golden.npz and meta.json beside the file")
    arguments.add_argument("--samples", type=int, default=2)
    arguments.add_argument("--opset", type=int, default=13)
    arguments.add_argument("--output", type=pathlib.Path, required=True)
    a = arguments.parse_args()
    if a.image % 16:
        sys.exit(f"error: an image of {a.image} pixels is not a multiple of 16")
    net = build(SIZES[a.size], a.image, a.timesteps, a.seed, a.merged, heads=a.heads, classes=a.classes)
    print(f"{a.size}: {sum(p.numel() for p in net.parameters()):,} parameters; writing the file takes some minutes")
    generator = torch.Generator().manual_seed(a.seed + 2)
    about = {
        "net": f"Meta-SpikeFormer {list(SIZES[a.size])}, {a.image}x{a.image}, {a.heads} heads", "T": a.timesteps,
        "form": "RepConv merged" if a.merged else "RepConv as trained", "seed": a.seed,
    }
    write_case(
        a.output, net, lambda: picture(3, a.image, generator), outputs=("logits",), opset=a.opset, samples=a.samples if a.golden else 0,
        margin=0, others=otherwise(net) if a.golden else [], about=about,
    )


if __name__ == "__main__":
    main()
