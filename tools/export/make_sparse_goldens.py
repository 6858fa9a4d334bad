#!/usr/bin/env python3
"""Writes tests/golden/sparse3d: small E-3DSNNs in the dialects of sparse-convolution networks, each with a cloud and what the file computes on it.

    python3 tools/export/make_sparse_goldens.py            all
    python3 tools/export/make_sparse_goldens.py NAME ...   only these
    python3 tools/export/make_sparse_goldens.py --full FOLDER [NAME ...]   T, S, L, XL, seg, det, which are not kept with the project

model.onnx is libspconv's dialect; model_autoware.onnx, with inputs_autoware.npz and golden_autoware.npz, is the other, where it has a form for the
network. A cloud on which some neuron comes within 1e-5 of a threshold without meeting it is drawn again: another order of additions could turn it.
Needs PyTorch (1.13 or later), NumPy and onnx.
"""
import pathlib
import sys

import numpy as np
import torch

import e3dsnn
import point_clouds
from e3dsnn import Classifier, Detection, Segmentation
from sparse_export import export

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "sparse3d"


def solids(count, kinds):
    return lambda rng: e3dsnn.solids(rng, 300 // count, 0.2, count, kinds, margin=4)


def road(rng):
    """Few enough beams that the voxels are sparse; odd extents, so that stride 2 leaves sites without a window."""
    return e3dsnn.street(rng, 1.2, beams=20, turns=48, reach=14.0, least=1)


def lane(rng):
    """21 layers: 11 and 6 after the stages, 2 after the last convolution."""
    points = point_clouds.sweep(rng, 24, 96)
    sites, features, shape = point_clouds.mean_voxels(points, (0, -8, -3), (16, 8, 1), (1.0, 1.0, 0.2))
    return point_clouds.tensor((sites, features / np.array([16, 8, 2, 1], np.float32)), shape=shape)


# name: what makes the network, what draws a cloud, whether it has the second dialect
SMALL = {
    "cls_tiny": (lambda: Classifier(4, (3, 4), classes=5), solids(1, ("torus",)), True),
    "cls_batch": (lambda: Classifier(4, (6, 8), classes=5), solids(2, ("sphere", "table")), False),
    "seg_tiny": (lambda: Segmentation(6, (8,), (8,), depth=1, classes=5), road, False),
    "det_tiny": (lambda: Detection(4, (6, 8), 8, depth=1, above=False), lane, False),
}
FULL = {name: 3000 for name in (*e3dsnn.SIZES, "seg", "det")}


def write(name, make, draw, second):
    net, rng = e3dsnn.ready(make, draw), np.random.default_rng(7)
    dialects = [("libspconv", "")] + [("autoware", "_autoware")] * second
    for old in (FOLDER / name).glob("*"):
        old.unlink()
    while True:
        cloud = draw(rng)
        metas = [export(net, cloud, FOLDER / name / f"model{s}.onnx", d, suffix=s, about={"net": f"E-3DSNN {name}"}) for d, s in dialects]
        if all(m["least_distance_to_a_threshold"] > 1e-5 and m["spikes_that_float64_gives_otherwise"] == 0 for m in metas):
            break
    report(name, metas[0], sum(f.stat().st_size for f in (FOLDER / name).iterdir()))


def report(name, meta, size):
    rates = meta["rates"]
    print(f"{name}: {size / 1000:.0f} kB, {meta['parameters']:,} parameters, {meta['voxels']:,} voxels, rates {min(rates):.2f} to {max(rates):.2f}", flush=True)
    if min(rates) < 0.05 or max(rates) > 0.9:
        print(f"warning: {name}: a layer is nearly silent or saturated: {rates}", file=sys.stderr)


def main():
    torch.set_num_threads(1)
    names = sys.argv[1:]
    if names and names[0] == "--full":
        for name in names[2:] or FULL:
            path = pathlib.Path(names[1]) / name / "model.onnx"
            meta = e3dsnn.write(name, path, FULL[name])
            report(name, meta, path.stat().st_size)
        return
    for name in names or SMALL:
        write(name, *SMALL[name])


if __name__ == "__main__":
    main()
