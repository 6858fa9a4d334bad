"""Spikformer (Zhou et al., ICLR 2023): SSA, ((Q K^T) x 0.125) V, and residuals that add spikes (SEW), so that they carry small integers.

The architecture is that of the public code (ZK-Zhou/spikformer, cifar10/model.py); the description is our own. Tokens are rows, so the
normalisation stands between transposes. `joint` makes Q, K and V with one linear layer, as `nn.MultiheadAttention` does, and takes them apart
by slices or, as in timm's vision Transformers, by indexing an axis of three.
"""
from torch import nn

from spiking import LIF, level, scattered, triple_rate


class Embedding(nn.Module):
    def __init__(self, dim, steps, pooled=(False, False, True, True), channels=3):
        super().__init__()
        widths = (channels, dim // 8, dim // 4, dim // 2, dim)
        self.pooled, self.stages = pooled, ("", "1", "2", "3")
        for i, suffix in enumerate(self.stages):
            setattr(self, "proj_conv" + suffix, nn.Conv2d(widths[i], widths[i + 1], 3, padding=1, bias=False))
            setattr(self, "proj_bn" + suffix, scattered(nn.BatchNorm2d(widths[i + 1]), level(0.15, steps), 1.0))
            setattr(self, "proj_lif" + suffix, LIF())
            if pooled[i]:
                setattr(self, "maxpool" + suffix, nn.MaxPool2d(3, 2, 1))
        self.rpe_conv = nn.Conv2d(dim, dim, 3, padding=1, bias=False)
        self.rpe_bn, self.rpe_lif = scattered(nn.BatchNorm2d(dim), level(0.15, steps), 1.0), LIF()

    def forward(self, x):
        steps, batch = x.shape[:2]
        x = x.flatten(0, 1)
        for i, suffix in enumerate(self.stages):
            x = getattr(self, "proj_bn" + suffix)(getattr(self, "proj_conv" + suffix)(x))
            x = getattr(self, "proj_lif" + suffix)(x.reshape(steps, batch, -1, x.shape[2], x.shape[3])).flatten(0, 1)
            x = getattr(self, "maxpool" + suffix)(x) if self.pooled[i] else x
        _, _, h, w = x.shape
        y = self.rpe_lif(self.rpe_bn(self.rpe_conv(x)).reshape(steps, batch, -1, h, w))
        return (y + x.reshape(steps, batch, -1, h, w)).flatten(-2).transpose(-1, -2)


class Linear(nn.Module):
    """A linear layer over tokens, its normalisation and its neuron, named as in the public code."""

    def attach(self, name, inputs, outputs, steps, rate):
        setattr(self, name + "_linear", nn.Linear(inputs, outputs))
        setattr(self, name + "_bn", scattered(nn.BatchNorm1d(outputs), level(rate, steps), 1.0))
        setattr(self, name + "_lif", LIF())

    def apply_to(self, name, x):
        steps, batch, tokens, _ = x.shape
        y = getattr(self, name + "_linear")(x.flatten(0, 1))
        y = getattr(self, name + "_bn")(y.transpose(-1, -2)).transpose(-1, -2)
        return getattr(self, name + "_lif")(y.reshape(steps, batch, tokens, -1).contiguous())


class SpikingSelfAttention(Linear):
    def __init__(self, dim, heads, tokens, steps, joint=None):
        super().__init__()
        self.heads, self.scale, self.joint = heads, 0.125, joint
        rate = triple_rate(8, tokens, dim // heads)
        for name in ("qkv",) if joint else "qkv":
            self.attach(name, dim, dim * len(name), steps, rate)
        self.attn_lif = LIF(threshold=0.5)
        self.attach("proj", dim, dim, steps, 0.15)

    def forward(self, x):
        steps, batch, tokens, c = x.shape
        width = c // self.heads

        def split(y):
            return y.reshape(steps, batch, tokens, self.heads, width).permute(0, 1, 3, 2, 4).contiguous()

        if self.joint == "slice":
            y = self.apply_to("qkv", x)
            q, k, v = split(y[..., :c]), split(y[..., c : 2 * c]), split(y[..., 2 * c :])
        elif self.joint == "index":
            y = self.apply_to("qkv", x).reshape(steps, batch, tokens, 3, self.heads, width).permute(3, 0, 1, 4, 2, 5)
            q, k, v = y[0], y[1], y[2]
        else:
            q, k, v = (split(self.apply_to(name, x)) for name in "qkv")
        x = ((q @ k.transpose(-2, -1)) * self.scale) @ v
        x = self.attn_lif(x.transpose(2, 3).reshape(steps, batch, tokens, c).contiguous())
        return self.apply_to("proj", x)


class Mlp(Linear):
    def __init__(self, dim, hidden, steps):
        super().__init__()
        self.attach("fc1", dim, hidden, steps, 0.18)
        self.attach("fc2", hidden, dim, steps, 0.15)

    def forward(self, x):
        return self.apply_to("fc2", self.apply_to("fc1", x))


class Block(nn.Module):
    def __init__(self, dim, heads, tokens, steps, ratio, joint):
        super().__init__()
        self.attn, self.mlp = SpikingSelfAttention(dim, heads, tokens, steps, joint), Mlp(dim, ratio * dim, steps)

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


class Spikformer(nn.Module):
    def __init__(self, dim=64, heads=4, depth=2, image=32, steps=4, classes=10, ratio=2, joint=None, pooled=(False, False, True, True)):
        super().__init__()
        side = image >> sum(pooled)
        self.steps = steps
        self.patch_embed = Embedding(dim, steps, pooled)
        self.block = nn.ModuleList(Block(dim, heads, side * side, steps, ratio, joint) for _ in range(depth))
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patch_embed(x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1))
        for block in self.block:
            x = block(x)
        return self.head(x.mean(2).mean(0))
