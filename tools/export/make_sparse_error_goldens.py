"""Writes tests/golden/onnx/sparse-errors: networks over active sites in both dialects, with a fault each, for the messages of the import.

Run:  python make_sparse_error_goldens.py   (needs numpy and onnx; files are the same each time)
"""

import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "onnx" / "sparse-errors"
GRID, HALF = [8, 8, 8], [4, 4, 4]


class Model:
    """A graph of one input of 2 features; every value of 2 channels that nothing reads is an output."""

    def __init__(self, coordinates=()):
        self.nodes, self.tensors, self.coordinates, self.read = [], [], list(coordinates), set()

    def weight(self, kernel=3, inputs=2, name=None):
        shape = [2, kernel, kernel, kernel, inputs]
        name = name or f"w{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.ones(shape, np.float16 if not self.coordinates else np.float32), name))
        return name

    def add(self, op, inputs, name, outputs=None, domain="", **attributes):
        self.read.update(inputs)
        self.nodes.append(helper.make_node(op, inputs, outputs or [name + "_y"], name, domain=domain, **attributes))
        return self.nodes[-1].output[0]

    def conv(self, x, name, key, kernel=3, grid=GRID, weight=None, **attributes):
        a = dict(kernel_size=[kernel] * 3, stride=[1] * 3, padding=[0] * 3, dilation=[1] * 3, subm=1, inverse=0, rulebook=key, activation="None", input_spatial_shape=grid)
        a.update(attributes)
        a = {k: v for k, v in a.items() if v is not None}
        return self.add("SparseConvolution", [x, weight or self.weight(a["kernel_size"][0])], name, **a)

    def down(self, x, name, key, **attributes):
        return self.conv(x, name, key, kernel=2, subm=0, stride=[2] * 3, **attributes)

    def up(self, x, name, key, kernel=2, **attributes):
        return self.conv(x, name, key, kernel=kernel, subm=0, inverse=1, **{"grid": HALF, **attributes})

    def pairs(self, x, name, subm=1, **attributes):
        outputs = [f"{name}_{part}" for part in ("out_indices", "pair_fwd", "pair_mask", "mask_argsort", "num_act_out")]
        a = dict(spatial_shape=GRID, ksize=[3] * 3, stride=[1] * 3, padding=[1] * 3, dilation=[1] * 3, out_padding=[0] * 3, subm=subm, transpose=0, batch_size=1, algo=1, is_train=0)
        self.add("GetIndicePairsImplicitGemm", [x], name, outputs, "autoware", **{**a, **attributes})
        return outputs

    def gemm(self, x, name, book, **attributes):
        return self.add("ImplicitGemm", [x, self.weight(), *book[1:4]], name, None, "autoware", **{"is_subm": 1, "is_train": 0, **attributes})

    def save(self, name, more=()):
        autoware = any(n.domain == "autoware" for n in self.nodes)
        kind = TensorProto.FLOAT if autoware else TensorProto.FLOAT16
        inputs = [helper.make_tensor_value_info("0", kind, ["N", 2])]
        inputs += [helper.make_tensor_value_info(c, TensorProto.INT32, ["N", 4]) for c in self.coordinates]
        made = [o for n in self.nodes for o in n.output if o not in self.read and o.endswith("_y")]
        outputs = [helper.make_tensor_value_info(o, kind, None) for o in [*made, *more]]
        graph = helper.make_graph(self.nodes, "scn", inputs, outputs, self.tensors)
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("autoware", 1)] if autoware else [helper.make_opsetid("ai.onnx", 11)]
        (ROOT / f"{name}.onnx").write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="neurochip goldens").SerializeToString())


def libspconv():
    m = Model()
    m.conv("0", "conv0", "stem")
    m.save("fine")  # the fault is the plan

    m = Model()
    m.conv("0", "conv0", "stem", grid=None)
    m.save("no_grid")

    m = Model()
    m.conv("0", "conv0", "big", kernel=5, subm=0, dilation=[3] * 3)
    m.save("no_window")

    m = Model()
    m.conv("0", "transposed", "a", transposed=1, subm=0)
    m.conv("0", "int8", "b", precision="int8", input_dynamic_range=1.0)
    m.conv("0", "swish", "c", activation="Swish")
    m.conv("0", "stride", "d", stride=[2] * 3)
    m.conv("0", "padded", "e", subm=0, output_padding=[1] * 3)
    m.add("QuantAdd", ["0", "0"], "add", precision="int8")
    m.add("ScatterDense", ["0"], "layout", input_spatial_shape=GRID, format="zyx", output_shape=[1, 2, *GRID], output_layout="NHWzC")
    m.add("ScatterDense", ["0"], "format", input_spatial_shape=GRID, format="yxz", output_shape=[1, 2, *GRID])
    m.save("settings")

    m = Model()
    x = m.down("0", "down0", "first")
    m.up(x, "up0", "second")
    m.down("0", "down1", "second")
    m.save("key_before")

    m = Model()
    x = m.down("0", "down0", "first")
    m.up(x, "nobody", "second")
    y = m.conv(x, "conv1", "subm", grid=HALF)
    m.up(y, "submanifold", "subm", kernel=3)
    m.save("no_partner")

    m = Model()
    x = m.down("0", "down0", "first")
    m.up("0", "elsewhere", "first", grid=GRID)
    m.up(x, "kernel", "first", kernel=3)
    m.save("partner_differs")

    m = Model()
    x = m.conv("0", "conv0", "stem")
    m.conv(x, "kernel", "stem", kernel=5)
    m.down(x, "strided", "stem")
    m.save("key_twice")

    m = Model()
    x = m.down("0", "down0", "first")
    m.add("Add", ["0", x], "add")
    m.save("sites_meet")

    m = Model()
    x = m.conv("0", "conv0", "stem")
    m.add("ReduceMean", [x], "mean", axes=[0])
    m.add("Transpose", [x], "transpose", perm=[1, 0])
    m.add("Reshape", [x], "reshape", dims=[1, -1])
    m.save("sites_mixed")

    m = Model()
    x = m.add("ScatterDense", ["0"], "dense", input_spatial_shape=GRID, format="zyx", output_shape=[1, 2, *GRID])
    m.conv(x, "conv0", "stem")
    m.conv("0", "grid", "other", grid=[8, 8, 9])
    m.save("features")

    m = Model()
    m.conv("0", "inputs", "a", weight=m.weight(3, 5))
    m.conv("0", "kernel", "b", weight=m.weight(5))
    m.save("weights")


def autoware():
    m = Model(["coors"])
    book = m.pairs("coors", "pairs0")
    m.gemm("0", "conv0", book, is_subm=0)
    m.gemm("0", "conv1", book, output_scale=0.5)
    m.pairs("coors", "pairs1", transpose=1, subm=0)
    m.save("rulebook_differs")

    m = Model(["coors"])
    book = m.pairs("coors", "pairs0")
    m.gemm("0", "conv0", book)
    m.add("Cast", [book[0]], "cast", to=TensorProto.FLOAT)
    m.gemm("0", "conv1", [None, "0", "0", "0"])
    m.save("rulebook_read")

    m = Model(["coors"])
    book = m.pairs("coors", "pairs0")
    m.gemm("0", "conv0", book)
    m.save("rulebook_returned", [book[0]])

    m = Model(["pair_fwd", "pair_mask", "mask_argsort"])
    m.gemm("0", "conv0", [None, "pair_fwd", "pair_mask", "mask_argsort"])
    m.save("rulebook_given")

    m = Model(["coors", "others"])
    m.gemm("0", "conv0", m.pairs("coors", "pairs0"))
    m.gemm("0", "conv1", m.pairs("others", "pairs1"))
    m.save("two_clouds")

    m = Model(["coors"])
    down = m.pairs("coors", "pairs0", subm=0, ksize=[2] * 3, stride=[2] * 3, padding=[0] * 3)
    book = m.pairs(down[0], "pairs1", spatial_shape=HALF)
    m.gemm("0", "conv0", book)
    m.save("rulebook_elsewhere")


if __name__ == "__main__":
    ROOT.mkdir(parents=True, exist_ok=True)
    libspconv()
    autoware()
