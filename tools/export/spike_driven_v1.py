"""Spike-driven Transformer V1 (Yao et al., NeurIPS 2023): SDSA-1, in which Q, K and V meet in masks and one column sum.

The architecture is that of the public code (BICLab/Spike-Driven-Transformer, model/spikeformer.py and module/ms_conv.py); the description is
our own. For event cameras a 3x3 max-pool follows K, V, K x V and Q x KV, and the input has a time axis of its own.
"""
import torch
from torch import nn

from spiking import LIF, level, scattered

BRANCH = 0.35


class Embedding(nn.Module):
    """Four convolutions with normalisation, neurons and pooling; the last is pooled before its neuron, and its membrane is the shortcut."""

    def __init__(self, channels, dim, steps, pooled=(False, False, True, True)):
        super().__init__()
        widths = (channels, dim // 8, dim // 4, dim // 2, dim)
        self.stages = ("", "1", "2", "3")
        for i, suffix in enumerate(self.stages):
            # Of nine pooled membranes the largest counts: about one standard deviation above their mean, for neighbours are alike.
            mean = level(0.18, steps) - (1.0 if pooled[i] and i == 3 else 0)
            setattr(self, "proj_conv" + suffix, nn.Conv2d(widths[i], widths[i + 1], 3, padding=1, bias=False))
            setattr(self, "proj_bn" + suffix, scattered(nn.BatchNorm2d(widths[i + 1]), mean, 1.0))
            setattr(self, "proj_lif" + suffix, LIF())
            if pooled[i]:
                setattr(self, "maxpool" + suffix, nn.MaxPool2d(3, 2, 1))
        self.rpe_conv = nn.Conv2d(dim, dim, 3, padding=1, bias=False)
        # Only the means of channels reach the head, so these are scattered widely.
        self.rpe_bn = scattered(nn.BatchNorm2d(dim), 0.3, BRANCH, tilt=0.8)
        self.pooled = pooled

    def forward(self, x):
        steps, batch = x.shape[:2]
        x = x.flatten(0, 1)
        for i, suffix in enumerate(self.stages):
            x = getattr(self, "proj_bn" + suffix)(getattr(self, "proj_conv" + suffix)(x))
            if i == 3 and self.pooled[i]:
                x = getattr(self, "maxpool" + suffix)(x)
            if i == 3:
                shortcut = x
            _, _, h, w = x.shape
            x = getattr(self, "proj_lif" + suffix)(x.reshape(steps, batch, -1, h, w)).flatten(0, 1)
            if i < 3 and self.pooled[i]:
                x = getattr(self, "maxpool" + suffix)(x)
        x = self.rpe_bn(self.rpe_conv(x)) + shortcut
        return x.reshape(steps, batch, -1, h, w)


class Attention(nn.Module):
    """Q masked by the neurons (threshold 0.5) that count, per channel, the tokens in which K and V coincide."""

    def __init__(self, dim, heads, tokens, steps, dvs):
        super().__init__()
        self.heads, self.dvs = heads, dvs
        # About one coincidence in a column of N tokens; a 3x3 pool multiplies the rate of sparse spikes by nearly nine.
        rate = min(0.3, (1 / tokens) ** 0.5) / (2 if dvs else 1)
        self.shortcut_lif = LIF()
        for name in "qkv":
            setattr(self, name + "_conv", nn.Conv2d(dim, dim, 1, bias=False))
            setattr(self, name + "_bn", scattered(nn.BatchNorm2d(dim), level(rate if name != "q" else 0.25, steps), 1.0))
            setattr(self, name + "_lif", LIF())
        self.talking_heads_lif = LIF(threshold=0.5)
        self.proj_conv = nn.Conv2d(dim, dim, 1)
        self.proj_bn = scattered(nn.BatchNorm2d(dim), 0.0, BRANCH)
        if dvs:
            self.pool = nn.MaxPool3d((1, 3, 3), 1, (0, 1, 1))

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        identity = x
        x = self.shortcut_lif(x).flatten(0, 1)

        def branch(name):
            y = getattr(self, name + "_bn")(getattr(self, name + "_conv")(x)).reshape(steps, batch, c, h, w).contiguous()
            y = getattr(self, name + "_lif")(y)
            y = self.pool(y) if self.dvs and name != "q" else y
            y = y.flatten(3).transpose(-1, -2).reshape(steps, batch, h * w, self.heads, c // self.heads)
            return y.permute(0, 1, 3, 2, 4).contiguous()

        q, k, v = (branch(name) for name in "qkv")
        kv = k.mul(v)
        kv = self.pool(kv) if self.dvs else kv
        kv = self.talking_heads_lif(kv.sum(dim=-2, keepdim=True))
        y = q.mul(kv)
        y = self.pool(y) if self.dvs else y
        y = y.transpose(3, 4).reshape(steps, batch, c, h, w).contiguous()
        return self.proj_bn(self.proj_conv(y.flatten(0, 1))).reshape(steps, batch, c, h, w).contiguous() + identity


class Mlp(nn.Module):
    def __init__(self, dim, steps, ratio=4):
        super().__init__()
        self.hidden = ratio * dim
        self.fc1_lif, self.fc1_conv = LIF(), nn.Conv2d(dim, self.hidden, 1)
        self.fc1_bn = scattered(nn.BatchNorm2d(self.hidden), level(0.15, steps), 1.0)
        self.fc2_lif, self.fc2_conv = LIF(), nn.Conv2d(self.hidden, dim, 1)
        self.fc2_bn = scattered(nn.BatchNorm2d(dim), 0.0, BRANCH)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        y = self.fc1_bn(self.fc1_conv(self.fc1_lif(x).flatten(0, 1))).reshape(steps, batch, self.hidden, h, w)
        y = self.fc2_bn(self.fc2_conv(self.fc2_lif(y).flatten(0, 1))).reshape(steps, batch, c, h, w)
        return y + x


class Block(nn.Module):
    def __init__(self, dim, heads, tokens, steps, dvs, ratio):
        super().__init__()
        self.attn, self.mlp = Attention(dim, heads, tokens, steps, dvs), Mlp(dim, steps, ratio)

    def forward(self, x):
        return self.mlp(self.attn(x))


class SpikeDrivenTransformer(nn.Module):
    def __init__(self, dim=64, heads=8, depth=2, image=32, steps=4, classes=10, dvs=False, pooled=(False, False, True, True), mean=True, ratio=4):
        super().__init__()
        side = image >> sum(pooled)
        self.steps, self.dvs, self.mean = steps, dvs, mean
        self.patch_embed = Embedding(2 if dvs else 3, dim, steps, pooled)
        self.block = nn.ModuleList(Block(dim, heads, side * side, steps, dvs, ratio) for _ in range(depth))
        self.head_lif, self.head = LIF(), nn.Linear(dim, classes)

    def forward(self, x):
        """Takes an image, or with `dvs` frames [batch, time, 2, H, W]. With `mean` false the logits of every step are returned."""
        x = x.transpose(0, 1).contiguous() if self.dvs else x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1)
        x = self.patch_embed(x)
        for block in self.block:
            x = block(x)
        x = self.head(self.head_lif(x.flatten(3).mean(3)))
        return x.mean(0) if self.mean else x


def frames(generator, steps, size):
    """Something like an event camera's frames: a few moving dots of both polarities over sparse noise, counts of events."""
    x = (torch.rand(1, steps, 2, size, size, generator=generator) < 0.03).float()
    for _ in range(6):
        y, z, dy, dz, polarity = torch.randint(0, size, (5,), generator=generator).tolist()
        for t in range(steps):
            a, b = (y + t * (dy % 3)) % (size - 2), (z + t * (dz % 3)) % (size - 2)
            x[0, t, polarity % 2, a : a + 3, b : b + 3] += 1
    return x
