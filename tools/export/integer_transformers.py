"""Transformers whose spikes are small integers: QSD-Transformer (Qiu et al., ICLR 2025) and the linear attention of Spike-driven Transformer V3.

Architectures are those of the public code (bollossom/QSD-Transformer, classification/models.py and quan_w.py; BICLab/Spike-Driven-
Transformer-V3); the descriptions are our own. Neither has a membrane: a spike count is a rounded, clamped input, given as a fraction of D = 4.
QSD's weights are quantised to four bits within the graph (LSQ, Esser et al., ICLR 2020); its first and last layers are left real here.
"""
import torch
from torch import nn

from spiking import Counts, RepConv, scattered


class LsqConv(nn.Conv2d):
    """Weights clamp(W / a, -8, 7), rounded straight-through (round(c) - c + c, which float32 does not make quite whole), times the step a."""

    def __init__(self, *shape, per_channel=False, **options):
        super().__init__(*shape, **options)
        size = self.weight.detach().abs()
        step = 2 * (size.flatten(1).mean(1) if per_channel else size.mean().expand(self.weight.shape[0])) / 7**0.5
        self.alpha = nn.Parameter(step.clone().view(-1, *[1] * (self.weight.dim() - 1)))

    def quantised(self):
        c = torch.clamp(self.weight / self.alpha, -8, 7)
        return (torch.round(c) - c + c) * self.alpha

    def forward(self, x):
        return self._conv_forward(x, self.quantised(), self.bias)


class LsqConv1d(LsqConv):
    """The same over tokens: the weights are quantised as [outputs, inputs, 1]."""

    def __init__(self, inputs, outputs, **options):
        super().__init__(inputs, outputs, 1, **options)
        self.weight = nn.Parameter(self.weight.detach().flatten(2))
        self.alpha = nn.Parameter(self.alpha.detach().flatten(2))

    def forward(self, x):
        return nn.functional.conv1d(x, self.quantised(), self.bias)


def spike(norm=4):
    """QSD's neuron: floor(clamp(4 x, 0, 4) + 0.5) / norm."""
    return Counts(norm=norm, gain=4, half_up=True)


class QsdAttention(nn.Module):
    """SDSA-3 of integer spikes: (Q (K^T V)) x 0.25, whose neuron divides its count by two."""

    def __init__(self, dim, heads, per_channel, rep):
        super().__init__()
        self.heads, self.scale = heads, 0.25

        def branch(name, mean, spread):
            conv = lambda *shape, **o: LsqConv(*shape, per_channel=per_channel, **o)
            first = RepConv(dim, conv) if name in rep else conv(dim, dim, 3, padding=1, bias=False)
            return nn.Sequential(first, scattered(nn.BatchNorm2d(dim), mean, spread))

        self.head_lif = spike()
        for name in "qkv":
            setattr(self, name + "_conv", branch(name, 0.0, 0.5))
            setattr(self, name + "_lif", spike())
        self.attn_lif = spike(norm=2)
        self.proj_conv = branch("p", 0.0, 0.3)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = self.head_lif(x).flatten(0, 1)

        def split(name):
            y = getattr(self, name + "_lif")(getattr(self, name + "_conv")(x).reshape(steps, batch, c, h, w))
            y = y.flatten(3).transpose(-1, -2).reshape(steps, batch, h * w, self.heads, c // self.heads)
            return y.permute(0, 1, 3, 2, 4).contiguous()

        q, k, v = (split(name) for name in "qkv")
        y = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        y = self.attn_lif(y.transpose(3, 4).reshape(steps, batch, c, h * w).contiguous())
        return self.proj_conv(y.reshape(steps, batch, c, h, w).flatten(0, 1)).reshape(steps, batch, c, h, w)


class QsdMlp(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.hidden = 4 * dim
        self.fc1_lif, self.fc1_conv, self.fc1_bn = spike(), LsqConv1d(dim, self.hidden), scattered(nn.BatchNorm1d(self.hidden), -0.15, 0.3)
        self.fc2_lif, self.fc2_conv, self.fc2_bn = spike(), LsqConv1d(self.hidden, dim), scattered(nn.BatchNorm1d(dim), 0.0, 0.3)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        y = self.fc1_bn(self.fc1_conv(self.fc1_lif(x.flatten(3)).flatten(0, 1))).reshape(steps, batch, self.hidden, h * w)
        return self.fc2_bn(self.fc2_conv(self.fc2_lif(y).flatten(0, 1))).reshape(steps, batch, c, h, w)


class QsdBlock(nn.Module):
    """Attention and MLP, each with a learned scale per channel before it joins the residual stream."""

    def __init__(self, dim, heads, per_channel=False, rep="qkvp"):
        super().__init__()
        self.attn, self.mlp = QsdAttention(dim, heads, per_channel, rep), QsdMlp(dim)
        self.layer_scale1, self.layer_scale2 = (nn.Parameter(0.4 + 0.2 * torch.rand(dim, 1, 1)) for _ in range(2))

    def forward(self, x):
        x = x + self.attn(x) * self.layer_scale1
        return x + self.mlp(x) * self.layer_scale2


class QsdConvBlock(nn.Module):
    def __init__(self, dim, per_channel=False):
        super().__init__()
        self.Conv = QsdSeparable(dim, per_channel)
        self.lif1, self.conv1 = spike(), LsqConv(dim, 4 * dim, 3, padding=1, bias=False, per_channel=per_channel)
        self.bn1 = scattered(nn.BatchNorm2d(4 * dim), -0.15, 0.3)
        self.lif2, self.conv2 = spike(), LsqConv(4 * dim, dim, 3, padding=1, bias=False, per_channel=per_channel)
        self.bn2 = scattered(nn.BatchNorm2d(dim), 0.0, 0.15)

    def forward(self, x):
        steps, batch, c, h, w = x.shape
        x = self.Conv(x) + x
        y = self.bn1(self.conv1(self.lif1(x).flatten(0, 1))).reshape(steps, batch, 4 * c, h, w)
        return x + self.bn2(self.conv2(self.lif2(y).flatten(0, 1))).reshape(steps, batch, c, h, w)


class QsdSeparable(nn.Module):
    def __init__(self, dim, per_channel):
        super().__init__()
        wide, options = 2 * dim, {"bias": False, "per_channel": per_channel}
        self.lif1, self.pwconv1 = spike(), LsqConv(dim, wide, 1, **options)
        self.bn1, self.lif2 = scattered(nn.BatchNorm2d(wide), -0.1, 0.3), spike()
        self.dwconv, self.pwconv2 = LsqConv(wide, wide, 7, padding=3, groups=wide, **options), LsqConv(wide, dim, 1, **options)
        self.bn2 = scattered(nn.BatchNorm2d(dim), 0.0, 0.15)

    def forward(self, x):
        steps, batch, _, h, w = x.shape
        y = self.bn1(self.pwconv1(self.lif1(x).flatten(0, 1))).reshape(steps, batch, -1, h, w)
        return self.bn2(self.pwconv2(self.dwconv(self.lif2(y).flatten(0, 1)))).reshape(steps, batch, -1, h, w)


class QsdDown(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, first=False, per_channel=False, tilt=None):
        super().__init__()
        conv = nn.Conv2d if first else lambda *s: LsqConv(*s, per_channel=per_channel)
        self.encode_conv = conv(inputs, outputs, kernel, stride, kernel // 2)
        self.encode_bn = scattered(nn.BatchNorm2d(outputs), -0.1, 0.3, tilt)
        if not first:
            self.encode_lif = spike()
        self.first = first

    def forward(self, x):
        steps, batch = x.shape[:2]
        y = self.encode_bn(self.encode_conv((x if self.first else self.encode_lif(x)).flatten(0, 1)))
        return y.reshape(steps, batch, -1, y.shape[2], y.shape[3])


class QsdTransformer(nn.Module):
    """Two convolution stages and one of Transformer blocks."""

    def __init__(self, widths=(8, 16, 32), heads=4, depth=1, classes=10, per_channel=False, rep="qkvp"):
        super().__init__()
        self.downsample1 = QsdDown(3, widths[0], 7, 2, first=True)
        self.ConvBlock1 = QsdConvBlock(widths[0], per_channel)
        self.downsample2 = QsdDown(widths[0], widths[1], 3, 2, per_channel=per_channel)
        self.ConvBlock2 = QsdConvBlock(widths[1], per_channel)
        self.downsample3 = QsdDown(widths[1], widths[2], 3, 2, per_channel=per_channel, tilt=0.3)
        self.block = nn.ModuleList(QsdBlock(widths[2], heads, per_channel, rep) for _ in range(depth))
        self.lif, self.head = spike(), nn.Linear(widths[2], classes)

    def forward(self, x):
        x = self.ConvBlock1(self.downsample1(x.unsqueeze(0)))
        x = self.downsample3(self.ConvBlock2(self.downsample2(x)))
        for block in self.block:
            x = block(x)
        return self.head(self.lif(x.flatten(3).mean(3))).mean(0)


def multi_spike(norm=4):
    """V3's neuron: round(clamp(x, 0, 4)) / norm."""
    return Counts(norm=norm, half_up=False)


def normalised(conv, mean, spread):
    return nn.Sequential(conv, scattered(nn.BatchNorm2d(conv.out_channels), mean, spread))


class LinearAttention(nn.Module):
    """((Q K^T) V) x 2 / sqrt(d), V widened by lambda. No time axis: all steps of training are one step of counts."""

    def __init__(self, dim, heads, widening=4):
        super().__init__()
        self.heads, self.scale, wide = heads, (dim // heads) ** -0.5, widening * dim
        self.head_spike = multi_spike()
        self.q_conv, self.k_conv = (normalised(nn.Conv2d(dim, dim, 1, bias=False), 0.2, 1.3) for _ in "qk")
        self.v_conv = normalised(nn.Conv2d(dim, wide, 1, bias=False), 0.2, 1.3)
        self.q_spike, self.k_spike, self.v_spike, self.attn_spike = (multi_spike() for _ in range(4))
        self.proj_conv = normalised(nn.Conv2d(wide, dim, 1, bias=False), 0.0, 0.4)

    def split(self, x):
        batch, c, h, w = x.shape
        return x.flatten(2).transpose(-1, -2).reshape(batch, h * w, self.heads, c // self.heads).permute(0, 2, 1, 3).contiguous()

    def forward(self, x):
        batch, _, h, w = x.shape
        x = self.head_spike(x)
        q, k, v = self.q_spike(self.q_conv(x)), self.k_spike(self.k_conv(x)), self.v_spike(self.v_conv(x))
        wide = v.shape[1]
        q, k, v = self.split(q), self.split(k), self.split(v)
        y = ((q @ k.transpose(-2, -1)) @ v) * (self.scale * 2)
        y = self.attn_spike(y.transpose(2, 3).reshape(batch, wide, h * w).contiguous())
        return self.proj_conv(y.reshape(batch, wide, h, w))


class V3Block(nn.Module):
    def __init__(self, dim, heads, widening):
        super().__init__()
        self.attn = LinearAttention(dim, heads, widening)
        self.fc1_spike, self.fc2_spike = multi_spike(), multi_spike()
        self.fc1_conv, self.fc1_bn = nn.Conv1d(dim, 4 * dim, 1), scattered(nn.BatchNorm1d(4 * dim), -0.5, 1.2)
        self.fc2_conv, self.fc2_bn = nn.Conv1d(4 * dim, dim, 1), scattered(nn.BatchNorm1d(dim), 0.0, 0.4)

    def forward(self, x):
        x = x + self.attn(x)
        y = self.fc1_bn(self.fc1_conv(self.fc1_spike(x.flatten(2))))
        return x + self.fc2_bn(self.fc2_conv(self.fc2_spike(y))).reshape(x.shape)


class V3Separable(nn.Module):
    """Unlike V2's: a normalisation and a neuron stand between the depthwise convolution and the last one."""

    def __init__(self, dim):
        super().__init__()
        wide = 2 * dim
        self.spike1, self.pwconv1 = multi_spike(), normalised(nn.Conv2d(dim, wide, 1, bias=False), -0.5, 1.2)
        self.spike2, self.dwconv = multi_spike(), normalised(nn.Conv2d(wide, wide, 7, padding=3, groups=wide, bias=False), -0.5, 1.2)
        self.spike3, self.pwconv2 = multi_spike(), normalised(nn.Conv2d(wide, dim, 1, bias=False), 0.0, 0.4)

    def forward(self, x):
        return self.pwconv2(self.spike3(self.dwconv(self.spike2(self.pwconv1(self.spike1(x))))))


class V3Transformer(nn.Module):
    def __init__(self, widths=(8, 16), heads=4, classes=10, widening=4):
        super().__init__()
        self.downsample1 = normalised(nn.Conv2d(3, widths[0], 7, 2, 3), -0.5, 1.2)
        self.Conv = V3Separable(widths[0])
        self.encode_spike, self.downsample2 = multi_spike(), normalised(nn.Conv2d(widths[0], widths[1], 3, 2, 1), -0.3, 1.0)
        scattered(self.downsample2[1], -0.2, 0.8, tilt=0.8)
        self.block = V3Block(widths[1], heads, widening)
        self.spike, self.head = multi_spike(norm=1), nn.Linear(widths[1], classes)

    def forward(self, x):
        x = self.downsample1(x)
        x = self.downsample2(self.encode_spike(x + self.Conv(x)))
        return self.head(self.spike(self.block(x).flatten(2).mean(2)))
