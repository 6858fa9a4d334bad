#!/usr/bin/env python3
"""Writes a sparse-convolution network (spconv 2.x, or spconv_cpu) as ONNX, with a cloud and what the file computes on it.

    python3 tools/export/sparse_export.py my_network.py:build cloud.npz --output out/model.onnx

`build()` returns the network, an nn.Module that takes a SparseConvTensor. cloud.npz holds features [N, C] as `0`, `coors` int32 [N, 4] = (batch, a0,
a1, a2) and, if known, `spatial_shape`. Written beside the model: inputs.npz, golden.npz, meta.json. See docs/howto/sparse-convolution-export.md.

Two dialects are in use. `libspconv` is that of NVIDIA-AI-IOT/Lidar_AI_Solution (exptool.py, onnx-parser.cpp): node `SparseConvolution`, normalisations
folded, float16 weights, coordinates outside the graph. `autoware` is that of TIER IV (AWML): rulebooks as nodes, float32, normalisations kept; it has
no form for inverse convolutions (its rulebook node gives forward pairs only) and none for dense grids.
"""
import argparse
import importlib.util
import json
import pathlib
import sys

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper

from sparse_graphs import distance, folded, neurons, rounded, run
from sparse_tracing import ExportError, trace


SUFFIXES = {"Clip": "c", "Add": "h"}  # of the values inside a neuron, named after its output


class File:
    """Nodes and tensors of a graph, under the names that the public exporters give: running numbers for what is computed."""

    def __init__(self, graph, state, first, number_type):
        self.graph, self.state, self.type = graph, state, number_type
        self.nodes, self.tensors, self.counts = [], {}, {}
        self.names, self.node_names = {id(graph.input): first}, {}
        self.neurons = neurons(graph)
        inner = {}
        for number, chain in enumerate(self.neurons):
            for step in chain:
                self.node_names[id(step)] = f"spike{number}_{step.op.lower()}"
            inner.update({id(s.output): (chain[-1].output, s.op) for s in chain[:-1]})
        for step in graph.steps:
            if id(step.output) not in inner:
                self.names[id(step.output)] = str(len(self.names))
        for value, (last, op) in inner.items():
            self.names[value] = f"{self.names[id(last)]}_{SUFFIXES[op]}"

    def count(self, kind):
        self.counts[kind] = self.counts.get(kind, -1) + 1
        return self.counts[kind]

    def tensor(self, name, value):
        self.tensors[name] = numpy_helper.from_array(np.ascontiguousarray(value, self.type), name)
        return name

    def name(self, value):
        return self.tensor(f"const_{value:g}", value) if isinstance(value, float) else self.names[id(value)]

    def shape(self, value):
        return list(self.state.of(value).shape)

    def standard(self, step, op=None, **attributes):
        name = self.node_names.get(id(step)) or f"{step.op.lower()}{self.count(step.op)}"
        self.nodes.append(helper.make_node(op or step.op, [self.name(v) for v in step.inputs], [self.name(step.output)], name, **attributes))

    def normalisation(self, step):
        number = self.count("bn")
        tensors = [self.tensor(f"bn{number}.{k}", step.tensors[k]) for k in ("weight", "bias", "mean", "var")]
        inputs = [self.name(step.inputs[0]), *tensors]
        self.nodes.append(helper.make_node("BatchNormalization", inputs, [self.name(step.output)], f"bn{number}", **step.attributes))

    def save(self, path, inputs, outputs, opsets):
        graph = helper.make_graph(self.nodes, "scn", inputs, outputs, list(self.tensors.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*o) for o in opsets], ir_version=8, producer_name="neurochip sparse_export")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString())


def libspconv(graph, state, path, half):
    """`SparseConvolution` nodes. Attributes are the module's own, as exptool writes them: padding of a submanifold convolution and stride of an inverse
    one say nothing."""
    file = File(graph, state, "0", np.float16 if half else np.float32)
    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    for step in graph.steps:
        if step.op in ("SparseConvolution", "Linear"):
            sparse_convolution(file, step)
        elif step.op == "BatchNormalization":
            file.normalisation(step)
        elif step.op == "ScatterDense":
            file.standard(step, input_spatial_shape=step.inputs[0].grid, format="zyx", output_shape=file.shape(step.output))
        else:
            file.standard(step, **step.attributes)
    outputs = [helper.make_tensor_value_info(file.name(v), kind, file.shape(v)) for v in graph.outputs]
    file.save(path, [helper.make_tensor_value_info("0", kind, file.shape(graph.input))], outputs, [("ai.onnx", 11)])
    return file


def sparse_convolution(file, step):
    """A linear layer is written as a submanifold convolution with one tap, which is the same sum: the dialect's runtime knows no other linear operator,
    and the node says of which sites the rows are."""
    number, ones, a = file.count("conv"), [1, 1, 1], dict(step.attributes)
    weight, source = step.tensors["weight"], step.inputs[0]
    if step.op == "Linear":
        weight = weight[:, None, None, None, :]
        a = {"kernel_size": ones, "stride": ones, "padding": [0] * 3, "dilation": ones, "output_padding": [0] * 3, "subm": 1, "inverse": 0, **a}
    key, bias = a.pop("key", None) or f"anon{number}", step.tensors.get("bias", torch.zeros(weight.shape[0]))
    tensors = [file.tensor(f"spconv{number}.{k}", v) for k, v in (("weight", weight), ("bias", bias))]
    a.setdefault("activation", "None")
    file.nodes.append(helper.make_node(
        "SparseConvolution", [file.name(source), *tensors], [file.name(step.output)], f"conv{number}", ndim=3, input_spatial_shape=source.grid,
        output_spatial_shape=step.output.grid, in_channels=weight.shape[-1], out_channels=weight.shape[0], output_bound=200000, transposed=0, groups=1,
        rulebook=key, input_shape=file.shape(source), output_shape=file.shape(step.output), **a,
    ))


def autoware(graph, state, path, _):
    """A rulebook node at the first use of each key, `ImplicitGemm` for each convolution."""
    file = File(graph, state, "voxel_features", np.float32)
    coordinates, books = {id(graph.input): "coors"}, {}
    for step in graph.steps:
        given = [coordinates.get(id(v)) for v in step.inputs]
        coordinates[id(step.output)] = given[0]
        if step.op == "SparseConvolution":
            coordinates[id(step.output)] = implicit_gemm(file, step, given[0], books)
        elif step.op == "Linear":
            number = file.count("linear")
            inputs = [file.name(step.inputs[0])] + [file.tensor(f"linear{number}.{k}", t) for k, t in step.tensors.items()]
            file.nodes.append(helper.make_node("Gemm", inputs, [file.name(step.output)], f"gemm{number}", transB=1))
        elif step.op == "BatchNormalization":
            file.normalisation(step)
        elif step.output.grid is None:
            raise ExportError("dense grids have no form in the autoware dialect; end the export before dense()")
        else:
            file.standard(step, **step.attributes)
    inputs = [helper.make_tensor_value_info("voxel_features", TensorProto.FLOAT, ["N", graph.input.shape[1]]), helper.make_tensor_value_info("coors", TensorProto.INT32, ["N", 4])]
    outputs = [helper.make_tensor_value_info(file.name(v), TensorProto.FLOAT, ["M", file.shape(v)[1]]) for v in graph.outputs]
    file.save(path, inputs, outputs, [("", 13), ("autoware", 1)])
    return file


def implicit_gemm(file, step, coordinates, books):
    a, number, source = step.attributes, file.count("conv"), step.inputs[0]
    if a["inverse"]:
        raise ExportError("inverse convolutions have no form in the autoware dialect: its rulebook node gives forward pairs only")
    if a["activation"] != "None":
        raise ExportError("an activation inside a convolution has no form in the autoware dialect")
    key = a["key"] or f"anon{number}"
    if key not in books:
        books[key] = [f"{key}_{part}" for part in ("out_indices", "pair_fwd", "pair_mask", "mask_argsort", "num_act_out")]
        padding = [k // 2 * d for k, d in zip(a["kernel_size"], a["dilation"])] if a["subm"] else a["padding"]
        file.nodes.append(helper.make_node(
            "GetIndicePairsImplicitGemm", [coordinates], books[key], f"pairs{file.count('pairs')}", domain="autoware", batch_size=file.graph.batch_size,
            spatial_shape=source.grid, algo=1, ksize=a["kernel_size"], stride=a["stride"], padding=padding, dilation=a["dilation"],
            out_padding=a["output_padding"], subm=a["subm"], transpose=0, is_train=0,
        ))
    bias, made = step.tensors.get("bias"), file.name(step.output)
    inputs = [file.name(source), file.tensor(f"spconv{number}.weight", step.tensors["weight"]), *books[key][1:4]]
    file.nodes.append(helper.make_node(
        "ImplicitGemm", inputs, [made if bias is None else made + "_g"], f"conv{number}", domain="autoware", is_train=0, is_subm=a["subm"], act_alpha=0.0,
        act_beta=0.0, output_scale=1.0, output_add_scale=0.0,
    ))
    if bias is not None:
        file.nodes.append(helper.make_node("Add", [made + "_g", file.tensor(f"spconv{number}.bias", bias)], [made], f"bias{number}"))
    return coordinates if a["subm"] else books[key][0]


def ordered(cloud):
    """The cloud's features and sites, sorted by (batch, a0, a1, a2): rows of spikes then mean the same sites in every runtime that sorts."""
    indices = cloud.indices.cpu()
    limits = torch.tensor([cloud.batch_size, *cloud.spatial_shape])
    outside = int((~((indices >= 0) & (indices < limits)).all(1)).sum())
    if not len(indices) or outside or len(torch.unique(indices, dim=0)) < len(indices):
        raise ExportError(f"the cloud has {len(indices)} voxels, {outside} of them outside the grid {limits[1:].tolist()}; each site may be given once")
    order = np.lexsort(cloud.indices.cpu().numpy().T[::-1])
    return cloud.features.detach().cpu().float()[order], cloud.indices.cpu()[order]


def export(net, cloud, path, dialect="libspconv", half=True, suffix="", about=None):
    """Writes `path` and, beside it, inputs{suffix}.npz, golden{suffix}.npz, meta{suffix}.json. Returns what meta.json holds.

    net: an nn.Module in evaluation mode; what it returns for `cloud`, a SparseConvTensor of spconv.pytorch or of spconv_cpu (or a tuple), are the
    outputs. half: weights and input in float16 (libspconv only). Golden values are float32 arithmetic on the file's weights: output NAME [M, C] and its
    sites NAME:coors [M, 4], spikes of every neuron spk:spikeN as int8. Raises ExportError."""
    path, half = pathlib.Path(path), half and dialect == "libspconv"
    features, indices = ordered(cloud)
    graph = trace(net, cloud)
    if dialect == "libspconv":
        graph = folded(graph)
    graph = rounded(graph, torch.float16 if half else torch.float32)
    features = features.half().float() if half else features
    state = run(graph, features, indices)
    file = {"libspconv": libspconv, "autoware": autoware}[dialect](graph, state, path, half)
    given = {file.name(graph.input): features.numpy(), "coors": indices.numpy().astype(np.int32), "spatial_shape": np.array(graph.input.grid)}
    np.savez_compressed(path.with_name(f"inputs{suffix}.npz"), **given)
    golden = {}
    for value in graph.outputs:
        golden[file.name(value)] = state.of(value).numpy()
        if value.grid is not None:
            golden[file.name(value) + ":coors"] = state.sites[id(value)].numpy().astype(np.int32)
    for number, chain in enumerate(file.neurons):
        golden[f"spk:spike{number}"] = state.of(chain[-1].output).numpy().astype(np.int8)
    np.savez_compressed(path.with_name(f"golden{suffix}.npz"), **golden)
    meta = {**(about or {}), **described(net, graph, state, dialect, half, features, indices)}
    path.with_name(f"meta{suffix}.json").write_text("{\n" + ",\n".join(f' "{k}": {lines(v)}' for k, v in meta.items()) + "\n}\n")
    return meta


def lines(value):
    """JSON on one line, a table with one row a line."""
    table = isinstance(value, list) and value and isinstance(value[0], dict)
    return "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]" if table else json.dumps(value)


def described(net, graph, state, dialect, half, features, indices):
    exact = run(graph, features, indices, torch.float64)
    spikes = [chain[-1].output for chain in neurons(graph)]
    convolutions = [(s, state.books[i]) for i, s in enumerate(graph.steps) if i in state.books]
    return {
        "dialect": dialect, "weights": "float16" if half else "float32", "parameters": sum(p.numel() for p in net.parameters()),
        "voxels": len(indices), "batch": graph.batch_size, "spatial_shape": graph.input.grid,
        "convolutions": [
            {"rulebook": s.attributes["key"], "weight": list(s.tensors["weight"].shape), "in": len(b.inputs), "out": len(b.outputs), "pairs": b.pairs}
            for s, b in convolutions
        ],
        "rates": [round((state.of(v) != 0).double().mean().item(), 4) for v in spikes],
        "least_distance_to_a_threshold": distance(graph, state),
        "spikes_that_float64_gives_otherwise": int(sum((state.of(v) != exact.of(v)).sum() for v in spikes)),
    }


def spconv():
    """spconv where it is installed, else the stand-in, under spconv's name, so that the network's own imports find it."""
    try:
        import spconv.pytorch as found
    except ImportError:
        import spconv_cpu as found

        found.install()
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network", help="FILE.py:FUNCTION; the function, without arguments, returns the network")
    arguments.add_argument("cloud", type=pathlib.Path, help="npz with `0` (or `voxel_features`), `coors` and, if known, `spatial_shape`")
    arguments.add_argument("--output", type=pathlib.Path, required=True, help="the .onnx file")
    arguments.add_argument("--dialect", choices=("libspconv", "autoware"), default="libspconv")
    arguments.add_argument("--float32", action="store_true", help="weights in float32 (libspconv writes float16)")
    arguments.add_argument("--device", default="cpu", help="where the network runs; spconv's own convolutions need cuda")
    a = arguments.parse_args()
    library, (path, function) = spconv(), a.network.rsplit(":", 1)
    sys.path.insert(0, str(pathlib.Path(path).resolve().parent))
    spec = importlib.util.spec_from_file_location("network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = np.load(a.cloud)
    features, coors = given["0" if "0" in given else "voxel_features"], given["coors"]
    shape = given["spatial_shape"] if "spatial_shape" in given else coors[:, 1:].max(0) + 1
    cloud = library.SparseConvTensor(torch.from_numpy(features).float().to(a.device), torch.from_numpy(coors).int().to(a.device), shape.tolist(), int(coors[:, 0].max()) + 1)
    try:
        meta = export(getattr(module, function)().eval().to(a.device), cloud, a.output, a.dialect, not a.float32)
    except ExportError as error:
        sys.exit(f"error: {error}")
    pairs = [c["pairs"] for c in meta["convolutions"]]
    print(f"{a.output}: {meta['parameters']:,} parameters, {meta['voxels']:,} voxels, {sum(pairs):,} pairs in {len(pairs)} convolutions")


if __name__ == "__main__":
    main()
