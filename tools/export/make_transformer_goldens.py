#!/usr/bin/env python3
"""Writes the spiking Transformers of tests/golden/networks: small instances of every attention this project compiles, with what PyTorch computes.

    python3 tools/export/make_transformer_goldens.py            all of tests/golden/networks/transformer-*
    python3 tools/export/make_transformer_goldens.py NAME ...   only these
    python3 tools/export/make_transformer_goldens.py --larger FOLDER [NAME ...]   the larger ones, which are not kept with the project

Needs PyTorch (1.13 or later) and NumPy. Every description is our own, see the files beside this one.
"""
import json
import pathlib
import sys

import torch
from torch import nn

import meta_spikeformer
from exporting import write_case
from integer_transformers import QsdBlock, QsdConvBlock, QsdTransformer, V3Transformer
from qkformer import QKFormer
from spike_driven_v1 import SpikeDrivenTransformer, frames
from spikformer import Spikformer
from spiking import Network, RepConv, calibrate, picture

NETWORKS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "networks"
ATTENTION = "LIF, tau 2, decayed input, threshold 0.5, hard reset to 0"
ONE_STEP = "threshold unit"  # Without a second step there is no state.
COUNTS = "integer-valued spikes"


def images(size, channels=3):
    return lambda generator: picture(channels, size, generator)


def events(steps, size):
    return lambda generator: frames(generator, steps, size)


def features(*shape):
    """What a block sees between blocks: a real residual stream."""
    return lambda generator: torch.randn(shape, generator=generator) * 0.5


def meta(steps, rep=("q",), image=64, widths=(4, 8, 8, 8), heads=2, depths=(1, 1)):
    """Meta-SpikeFormer of one convolution block and two Transformer blocks, with RepConvs as trained in the named branches of the first and merged
    elsewhere: each is a hundred kilobytes of index arithmetic in a file."""

    def make():
        net = meta_spikeformer.MetaSpikeFormer(widths, image, steps, heads, 10, (1, 0, 0), depths)
        calibrate(net, [picture(3, image, torch.Generator().manual_seed(1)) for _ in range(2)])
        kept = {f"block3.0.attn.{name}_conv" for name in rep}
        for name, module in net.named_modules():
            for part, child in list(module.named_children()):
                if isinstance(child, nn.Sequential) and isinstance(child[0], RepConv) and f"{name}.{part}" not in kept:
                    setattr(module, part, child[0].merged(child[1]))
        return net

    return make


def v1(steps, **more):
    return lambda: SpikeDrivenTransformer(dim=24, heads=4, depth=1, image=16, steps=steps, ratio=2, **more)


def spikformer(steps, **more):
    return lambda: Spikformer(dim=24, heads=2, depth=1, image=16, steps=steps, **more)


def qkformer(steps, over):
    return lambda: QKFormer(dim=16, heads=2, image=16, steps=steps, ratio=2, over=over)


# name: what makes it, what makes a sample, outputs, how it is exported, a neuron that the compiler must find in it
SMALL = {
    "transformer-meta": (meta(1), images(64), ("logits",), {}, ONE_STEP),
    "transformer-meta-steps": (meta(4, rep=(), depths=(1, 0)), images(64), ("logits",), {}, ATTENTION),
    "transformer-meta-slices": (meta(2, depths=(1, 0)), images(64), ("logits",), {}, ATTENTION),
    "transformer-meta-unfolded": (meta(2, rep=()), images(64), ("logits",), {"folding": False}, ATTENTION),
    "transformer-meta-opset11": (meta(1, rep=("proj",)), images(64), ("logits",), {"opset": 11}, ONE_STEP),
    "transformer-meta-kept": (meta(1, depths=(1, 0)), images(64), ("logits",), {"fused": False}, ONE_STEP),
    "transformer-v1": (v1(1), images(16), ("logits",), {}, ONE_STEP),
    "transformer-v1-steps": (v1(4), images(16), ("logits",), {"opset": 17}, ATTENTION),
    "transformer-v1-each": (v1(2, mean=False), images(16), ("logits",), {"opset": 11}, ATTENTION),
    "transformer-v1-events": (v1(4, dvs=True), events(4, 16), ("logits",), {}, ATTENTION),
    "transformer-spikformer": (spikformer(1), images(16), ("logits",), {}, ONE_STEP),
    "transformer-spikformer-steps": (spikformer(4), images(16), ("logits",), {"opset": 17}, ATTENTION),
    "transformer-joint-slice": (spikformer(2, joint="slice"), images(16), ("logits",), {}, ATTENTION),
    "transformer-joint-index": (spikformer(2, joint="index"), images(16), ("logits",), {"opset": 11}, ATTENTION),
    "transformer-joint-unfolded": (spikformer(1, joint="slice"), images(16), ("logits",), {"folding": False}, ONE_STEP),
    "transformer-qk-tokens": (qkformer(1, ("channels", "channels")), images(16), ("logits",), {}, ONE_STEP),
    "transformer-qk-steps": (qkformer(2, ("channels", "tokens")), images(16), ("logits",), {}, ATTENTION),
    "transformer-qsd-block": (lambda: QsdBlock(16, 4, True, "q"), features(1, 1, 16, 8, 8), ("out",), {}, COUNTS),
    "transformer-qsd-conv": (lambda: QsdConvBlock(4, True), features(1, 1, 4, 8, 8), ("out",), {"opset": 17}, COUNTS),
    "transformer-qsd": (lambda: QsdTransformer((4, 8, 16), 2, rep=""), images(32), ("logits",), {}, COUNTS),
    "transformer-v3": (lambda: V3Transformer(), images(16), ("logits",), {}, COUNTS),
}

LARGER = {
    "qsd_tiny": (lambda: QsdTransformer((16, 32, 64), 8, depth=2), images(64), ("logits",), {}, COUNTS),
    "spikformer_t4": (lambda: Spikformer(64, 4, 2, 32, 4), images(32), ("logits",), {}, ATTENTION),
    "sdt_v1_t4": (lambda: SpikeDrivenTransformer(64, 8, 2, 32, 4), images(32), ("logits",), {}, ATTENTION),
    "sdt_dvs": (lambda: SpikeDrivenTransformer(64, 8, 2, 64, 8, 11, True, (True, True, True, True)), events(8, 64), ("logits",), {}, ATTENTION),
    "qkformer_tiny": (lambda: QKFormer(64, 4, 2, 32, 4, over=("channels", "channels")), images(32), ("logits",), {}, ATTENTION),
    "qkformer_channel": (lambda: QKFormer(64, 4, 1, 32, 1, over=("tokens", "tokens")), images(32), ("logits",), {}, ATTENTION),
    "v3_tiny": (lambda: V3Transformer((32, 64), 8), images(64), ("logits",), {}, COUNTS),
}


def write(folder, name, make, draw, outputs, how, neuron):
    torch.manual_seed(0)
    net = Network(make())
    generator = torch.Generator().manual_seed(5)
    calibrate(net, [draw(generator) for _ in range(8)])
    layers = write_case(folder / name / "model.onnx", net, lambda: draw(generator), outputs, about={"net": name}, **how)
    if folder == NETWORKS:
        (folder / name / "case.json").write_text(json.dumps({"neurons": neuron}, indent=1) + "\n")
        (folder / name / "meta.json").unlink()
    rates = {k: v["rate"] for k, v in layers.items()}
    size = (folder / name / "model.onnx").stat().st_size
    print(f"{name}: {size / 1000:.0f} kB, {sum(p.numel() for p in net.parameters())} parameters, rates " + " ".join(f"{k[2:]}={v:.2f}" for k, v in rates.items()), flush=True)
    for layer, rate in rates.items():
        if not 0.01 < rate < 0.9:
            print(f"warning: {name}: {layer} fires at {rate:.3f}", file=sys.stderr)


def main():
    torch.set_num_threads(1)
    names, folder, cases = sys.argv[1:], NETWORKS, SMALL
    if names and names[0] == "--larger":
        folder, cases, names = pathlib.Path(names[1]), LARGER, names[2:]
    for name in names or cases:
        write(folder, name, *cases[name])


if __name__ == "__main__":
    main()
