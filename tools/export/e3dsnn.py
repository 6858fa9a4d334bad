#!/usr/bin/env python3
"""E-3DSNN as ONNX, with seeded weights: classification backbones, the segmentation U-Net, the detection backbone.

    python3 tools/export/e3dsnn.py --network T --voxels 2000 --output T/model.onnx

The architecture is that of the public code (bollossom/E-3DSNN @dbe5d173); the description is our own. A stem of three submanifold convolutions; stages
of a strided convolution, which creates sites, and residual blocks of three submanifold ones; every convolution but the first and the last sees integer
spikes floor(clamp(x, 0, 4) + 0.5). The classifier's last convolution sees features; its mean over the voxels of each cloud is left to the host.
Beside the file: inputs.npz, golden.npz, meta.json.
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn

import point_clouds
from sparse_export import export
from spconv_cpu import SparseConv3d, SparseInverseConv3d, SparseSequential, SubMConv3d
from spiking import calibrate, scattered

# Stem, stages, blocks per stage, parameters. The paper's sizes are 1.87, 3.27, 17.33 and 46.57 million.
SIZES = {
    "T": (16, (16, 32, 64, 128), 1, 1_874_216), "S": (24, (24, 48, 96, 160), 1, 3_271_144), "L": (64, (64, 128, 128, 256), 2, 17_330_600),
    "XL": (64, (96, 192, 288, 384), 2, 46_574_248),
}


class Multispike(nn.Module):
    """Integer spikes 0 to `most`, without state."""

    def __init__(self, most=4):
        super().__init__()
        self.most = most

    def forward(self, x):
        return torch.floor(torch.clamp(x, 0, self.most) + 0.5)


def norm(channels, mean=0.0, spread=1.0):
    return scattered(nn.BatchNorm1d(channels, eps=1e-3, momentum=0.01), mean, spread)


def branch(channels):
    """A normalisation whose output is added to a residual stream of spread 1."""
    return norm(channels, 0.0, 0.5)


def submanifold(inputs, outputs, key):
    return SubMConv3d(inputs, outputs, 3, padding=1, bias=False, indice_key=key)


def stem(inputs, width, key):
    return SparseSequential(
        submanifold(inputs, width, key), norm(width), Multispike(), submanifold(width, width, key), norm(width), Multispike(),
        submanifold(width, width, key), norm(width),
    )


class Block(nn.Module):
    def __init__(self, width, key):
        super().__init__()
        self.block = SparseSequential(Multispike(), submanifold(width, width, key), branch(width))
        self.voxel_block = SparseSequential(
            Multispike(), submanifold(width, width, key), norm(width), Multispike(), submanifold(width, width, key), branch(width),
        )

    def forward(self, x):
        x = self.block(x) + x.features
        return self.voxel_block(x) + x.features


class Down(nn.Module):
    """A stage. `kernel`: k2 s2, or in the detection backbone k3 s2 p1."""

    def __init__(self, inputs, width, depth, stage, kernel=2):
        super().__init__()
        conv = SparseConv3d(inputs, width, kernel, stride=2, padding=kernel // 3, bias=False, indice_key=f"spconv{stage}")
        self.down = SparseSequential(Multispike(), conv, norm(width))
        self.blocks = nn.ModuleList(Block(width, f"subm{stage + 1}") for _ in range(depth))

    def forward(self, x):
        x = self.down(x)
        for block in self.blocks:
            x = block(x)
        return x


class Up(nn.Module):
    """Back to the sites of a stage's input, over the pairs of its strided convolution, and a fusion with what was there. Sites that no window of that
    convolution covered have no pair: they get the normalisation's shift only."""

    def __init__(self, inputs, skip, width, stage):
        super().__init__()
        self.up = SparseSequential(Multispike(), SparseInverseConv3d(inputs, width, 2, f"spconv{stage}", bias=False), norm(width))
        self.fuse = nn.Sequential(
            Multispike(), nn.Linear(skip + width, width), norm(width), Multispike(), nn.Linear(width, width), branch(width),
        )

    def forward(self, x, skip):
        x = self.up(x)
        return x.replace_feature(self.fuse(torch.cat([x.features, skip.features], dim=1)) + x.features)


class Classifier(nn.Module):
    def __init__(self, width, stages, depth=1, inputs=6, classes=40):
        super().__init__()
        self.stem = stem(inputs, width, "stem")
        self.enc = nn.ModuleList(Down(*pair, depth, i) for i, pair in enumerate(zip((width, *stages), stages)))
        self.final = SubMConv3d(stages[-1], classes, 1)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.enc:
            x = stage(x)
        return self.final(x)


class Segmentation(nn.Module):
    def __init__(self, width=64, stages=(64, 128, 128, 256), back=(256, 256, 256, 256), depth=2, inputs=4, classes=19):
        super().__init__()
        widths = (width, *stages)
        self.stem = stem(inputs, width, "stem")
        self.enc = nn.ModuleList(Down(widths[i], widths[i + 1], depth, i) for i in range(len(stages)))
        self.dec = nn.ModuleList(Up((*back, stages[-1])[i + 1], widths[i], back[i], i) for i in range(len(stages)))
        self.final = SubMConv3d(back[0], classes, 1)

    def forward(self, x):
        kept = [self.stem(x)]
        for stage in self.enc:
            kept.append(stage(kept[-1]))
        x = kept.pop()
        for stage in reversed(self.dec):
            x = stage(x, kept.pop())
        return self.final(x)


class Detection(nn.Module):
    """Its head would see a picture from above: layers of the last grid stacked as channels, [B, C * D, H, W]. `above` leaves that reshape in."""

    def __init__(self, width=16, stages=(32, 64, 64), out=128, depth=2, inputs=4, above=True):
        super().__init__()
        self.above = above
        self.conv_input = stem(inputs, width, "subm1")
        self.conv1 = SparseSequential(Multispike(), submanifold(width, width, "subm1"), norm(width))
        self.stages = nn.ModuleList(Down(*pair, depth, i + 2, kernel=3) for i, pair in enumerate(zip((width, *stages), stages)))
        last = SparseConv3d(stages[-1], out, (3, 1, 1), stride=(2, 1, 1), bias=False, indice_key="spconv_down2")
        self.conv_out = SparseSequential(last, norm(out), Multispike())

    def forward(self, x):
        x = self.conv1(self.conv_input(x))
        for stage in self.stages:
            x = stage(x)
        x = self.conv_out(x).dense()
        batch, channels, layers, height, width = x.shape
        return x.view(batch, channels * layers, height, width) if self.above else x


def solids(rng, points, grid, count=1, kinds=tuple(point_clouds.SURFACES), margin=96):
    """Clouds of surfaces as one batch; the grid is larger than its voxels by the code's margin."""
    chosen = [kinds[i % len(kinds)] for i in range(count)]
    return point_clouds.tensor(*(point_clouds.grid_sample(point_clouds.surface(k, rng, points), grid) for k in chosen), margin=margin)


def street(rng, grid, beams=64, turns=512, reach=35.0, least=16):
    """A sweep as the segmentation network sees it. Its code lets the grid end with the last voxel; coarse voxels of a flat street need `least` layers
    for four strides of two."""
    points = point_clouds.sweep(rng, beams, turns)
    near = points[np.abs(points[:, :2]).max(1) < reach]
    sites, features = point_clouds.grid_sample(near, grid)
    return point_clouds.tensor((sites, features / np.array([reach, reach, 2, 1], np.float32)), least=least)


def ahead(rng, size, reach=(32.0, 16.0), beams=64, turns=512):
    points = point_clouds.sweep(rng, beams, turns)
    sites, features, shape = point_clouds.mean_voxels(points, (0, -reach[1], -3), (reach[0], reach[1], 1), size)
    return point_clouds.tensor((sites, features / np.array([reach[0], reach[1], 2, 1], np.float32)), shape=shape)


def ready(make, draw, samples=3, seed=0):
    """A network of seeded weights whose normalisations are calibrated on drawn clouds, in evaluation mode."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    return calibrate(make(), [draw(rng) for _ in range(samples)])


def of_size(name):
    width, stages, depth, parameters = SIZES[name]
    net = Classifier(width, stages, depth)
    found = sum(p.numel() for p in net.parameters())
    if found != parameters:
        raise AssertionError(f"E-3DSNN {name} has {found:,} parameters, not {parameters:,}")
    return net


def fitting(draw, voxels, low, high):
    """A cloud of about so many voxels: `draw` takes a voxel size between two bounds."""
    for _ in range(12):
        size = (low * high) ** 0.5
        cloud = draw(size)
        low, high = (size, high) if len(cloud.indices) > voxels else (low, size)
    return cloud


def network(name):
    """What makes the network, what draws clouds to calibrate it, what draws a cloud of a voxel size, and the range of that size."""
    if name == "seg":
        return Segmentation, lambda rng: street(rng, 0.4), lambda rng, size: street(rng, size), (0.05, 2.0)
    if name == "det":
        # Voxels of any size have the proportions of KITTI's, whose grid of 41 layers gives the two that are stacked in the end; the strides need them.
        return Detection, lambda rng: ahead(rng, (0.2, 0.2, 0.1)), lambda rng, size: ahead(rng, (size, size, 0.1)), (0.05, 1.0)
    return lambda: of_size(name), lambda rng: solids(rng, 4000, 0.06, 5), lambda rng, size: solids(rng, 20000, size, kinds=("table",)), (0.005, 0.2)


def write(name, path, voxels, seed=0, half=True):
    make, calibration, draw, bounds = network(name)
    net = ready(make, calibration, seed=seed)
    cloud = fitting(lambda size: draw(np.random.default_rng(seed + 1), size), voxels, *bounds)
    about = {"net": f"E-3DSNN {name}", "seed": seed}
    return export(net, cloud, path, half=half, about=about)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--network", choices=(*SIZES, "seg", "det"), default="T")
    arguments.add_argument("--voxels", type=int, default=2000, help="about how many voxels the cloud has")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--float32", action="store_true", help="weights in float32")
    arguments.add_argument("--output", type=pathlib.Path, required=True)
    a = arguments.parse_args()
    meta = write(a.network, a.output, a.voxels, a.seed, not a.float32)
    print(f"{a.network}: {meta['parameters']:,} parameters, {meta['voxels']:,} voxels, rates {min(meta['rates']):.2f} to {max(meta['rates']):.2f}")


if __name__ == "__main__":
    main()
