"""QKFormer (Zhou et al., NeurIPS 2024): Q-K attention over tokens or channels, SSA in the last stage, shortcuts that add spikes.

The architecture is that of the public code (zhouchenlin2096/QKFormer, cifar10/model.py); the description is our own. Token attention: a neuron
of threshold 0.5 counts, per head and token, the spikes of Q over channels, and masks K. Channel attention counts over tokens instead.
"""
import torch
from torch import nn

from spiking import LIF, level, scattered, triple_rate


class ConvLif(nn.Module):
    """Convolutions over steps with normalisation, a pool in between where wanted, and a neuron, named as in the public code."""

    def attach(self, name, conv, norm, steps, rate, pool=None):
        setattr(self, name + "_conv", conv)
        # Of nine pooled membranes the largest counts: about one standard deviation above their mean, for neighbours are alike.
        setattr(self, name + "_bn", scattered(norm(conv.out_channels), level(rate, steps) - (1.0 if pool else 0), 1.0))
        if pool:
            setattr(self, name + "_maxpool", pool)
        setattr(self, name + "_lif", LIF())

    def apply_to(self, name, x):
        steps, batch = x.shape[:2]
        y = getattr(self, name + "_bn")(getattr(self, name + "_conv")(x.flatten(0, 1)))
        y = getattr(self, name + "_maxpool")(y) if hasattr(self, name + "_maxpool") else y
        return getattr(self, name + "_lif")(y.reshape(steps, batch, *y.shape[1:]).contiguous())


class QKAttention(ConvLif):
    def __init__(self, dim, heads, tokens, steps, over):
        super().__init__()
        self.heads, self.axis = heads, {"channels": 3, "tokens": 4}[over]
        counted = dim // heads if over == "channels" else tokens
        for name, rate in (("q", min(0.3, max(0.03, 0.6 / counted))), ("k", 0.25)):
            self.attach(name, nn.Conv1d(dim, dim, 1, bias=False), nn.BatchNorm1d, steps, rate)
        self.attn_lif = LIF(threshold=0.5)
        self.attach("proj", nn.Conv1d(dim, dim, 1), nn.BatchNorm1d, steps, 0.15)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = x.flatten(3)
        q, k = (self.apply_to(n, x).unsqueeze(2).reshape(steps, batch, self.heads, c // self.heads, h * w) for n in "qk")
        attn = self.attn_lif(torch.sum(q, dim=self.axis, keepdim=True))
        x = torch.mul(attn, k).flatten(2, 3)
        return self.apply_to("proj", x).reshape(steps, batch, c, h, w)


class SelfAttention(ConvLif):
    """SSA in the order Q (K^T V)."""

    def __init__(self, dim, heads, tokens, steps):
        super().__init__()
        self.heads, self.scale = heads, 0.125
        for name in "qkv":
            self.attach(name, nn.Conv1d(dim, dim, 1, bias=False), nn.BatchNorm1d, steps, triple_rate(8, tokens, dim // heads))
        self.attn_lif = LIF(threshold=0.5)
        self.attach("proj", nn.Conv1d(dim, dim, 1), nn.BatchNorm1d, steps, 0.15)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = x.flatten(3)

        def split(name):
            y = self.apply_to(name, x).transpose(-1, -2).reshape(steps, batch, h * w, self.heads, c // self.heads)
            return y.permute(0, 1, 3, 2, 4).contiguous()

        q, k, v = (split(name) for name in "qkv")
        y = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        y = self.attn_lif(y.transpose(3, 4).reshape(steps, batch, c, h * w).contiguous())
        return self.apply_to("proj", y).reshape(steps, batch, c, h, w)


class Mlp(ConvLif):
    def __init__(self, dim, hidden, steps):
        super().__init__()
        self.attach("mlp1", nn.Conv2d(dim, hidden, 1), nn.BatchNorm2d, steps, 0.18)
        self.attach("mlp2", nn.Conv2d(hidden, dim, 1), nn.BatchNorm2d, steps, 0.15)

    def forward(self, x):
        return self.apply_to("mlp2", self.apply_to("mlp1", x))


class Block(nn.Module):
    def __init__(self, name, attention, dim, steps, ratio):
        super().__init__()
        self.name = name
        setattr(self, name, attention)
        self.mlp = Mlp(dim, ratio * dim, steps)

    def forward(self, x):
        x = x + getattr(self, self.name)(x)
        return x + self.mlp(x)


class FirstEmbedding(ConvLif):
    def __init__(self, channels, dim, steps):
        super().__init__()
        self.attach("proj", nn.Conv2d(channels, dim // 2, 3, padding=1, bias=False), nn.BatchNorm2d, steps, 0.18)
        self.attach("proj1", nn.Conv2d(dim // 2, dim, 3, padding=1, bias=False), nn.BatchNorm2d, steps, 0.15)
        self.attach("proj_res", nn.Conv2d(dim // 2, dim, 1, bias=False), nn.BatchNorm2d, steps, 0.1)

    def forward(self, x):
        x = self.apply_to("proj", x)
        return self.apply_to("proj1", x) + self.apply_to("proj_res", x)


class Embedding(ConvLif):
    def __init__(self, dim, steps):
        super().__init__()
        self.attach("proj3", nn.Conv2d(dim // 2, dim, 3, padding=1, bias=False), nn.BatchNorm2d, steps, 0.18)
        self.attach("proj4", nn.Conv2d(dim, dim, 3, padding=1, bias=False), nn.BatchNorm2d, steps, 0.15, nn.MaxPool2d(3, 2, 1))
        self.attach("proj_res", nn.Conv2d(dim // 2, dim, 1, 2, bias=False), nn.BatchNorm2d, steps, 0.1)

    def forward(self, x):
        return self.apply_to("proj4", self.apply_to("proj3", x)) + self.apply_to("proj_res", x)


class QKFormer(nn.Module):
    def __init__(self, dim=64, heads=4, depth=1, image=32, steps=4, classes=10, ratio=4, over=("channels", "channels")):
        super().__init__()
        self.steps = steps
        self.patch_embed1 = FirstEmbedding(3, dim // 4, steps)
        self.stage1 = nn.ModuleList([self.masked(over[0], dim // 4, heads, image**2, steps, ratio)])
        self.patch_embed2 = Embedding(dim // 2, steps)
        self.stage2 = nn.ModuleList([self.masked(over[1], dim // 2, heads, image**2 // 4, steps, ratio)])
        self.patch_embed3 = Embedding(dim, steps)
        last = (SelfAttention(dim, heads, image**2 // 16, steps) for _ in range(depth))
        self.stage3 = nn.ModuleList(Block("ssa", a, dim, steps, ratio) for a in last)
        self.head = nn.Linear(dim, classes)

    @staticmethod
    def masked(over, dim, heads, tokens, steps, ratio):
        return Block("tssa" if over == "channels" else "cssa", QKAttention(dim, heads, tokens, steps, over), dim, steps, ratio)

    def forward(self, x):
        x = self.patch_embed1(x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1))
        for block in self.stage1:
            x = block(x)
        x = self.patch_embed2(x)
        for block in self.stage2:
            x = block(x)
        x = self.patch_embed3(x)
        for block in self.stage3:
            x = block(x)
        return self.head(x.flatten(3).mean(3).mean(0))
