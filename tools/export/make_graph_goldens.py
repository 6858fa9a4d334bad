#!/usr/bin/env python3
"""Writes tests/golden/onnx/graphs (control flow, functions, ways to store tensors; expected values from NumPy) and tests/golden/onnx/errors (models with a fault each).

Needs NumPy and onnx.
"""
import pathlib
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "onnx"
GRAPHS, ERRORS = ROOT / "graphs", ROOT / "errors"
RNG = np.random.default_rng(11)
F = TensorProto.FLOAT
node, info = helper.make_node, helper.make_tensor_value_info


def tensor(name, value):
    return numpy_helper.from_array(np.asarray(value), name)


def model(nodes, inputs, outputs, initializers=(), opset=13, **more):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    opsets = more.pop("opsets", [helper.make_opsetid("", opset)])
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, **more)


def real(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def save(name, proto, **arrays):
    (GRAPHS / f"{name}.onnx").write_bytes(proto.SerializeToString())
    np.savez(GRAPHS / f"{name}.npz", **arrays)


def leaky(x, v):
    v = v + (x - v) / np.float32(2)
    s = (v >= 1).astype(np.float32)
    return s, (1 - s) * v


def unroll(x):
    v, rows = np.zeros_like(x[0]), []
    for t in range(len(x)):
        s, v = leaky(x[t], v)
        rows.append(s)
    return np.stack(rows), v


LEAKY = [
    node("Sub", ["x", "v"], ["1"]), node("Div", ["1", "two"], ["2"]), node("Add", ["v", "2"], ["3"]), node("GreaterOrEqual", ["3", "one"], ["4"]),
    node("Cast", ["4"], ["s"], to=1), node("Sub", ["one", "s"], ["5"]), node("Mul", ["5", "3"], ["v_next"]),
]
NUMBERS = [tensor("one", np.float32(1)), tensor("two", np.float32(2))]
X = real(5, 3) + 1
SEQUENCE = [info("x_seq", F, [5, 3])]


def loops():
    spikes, last = unroll(X)
    carry = [info("t", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("v", F, [3])]
    take = node("Gather", ["x_seq", "t"], ["x"], axis=0)
    keep = node("Identity", ["c"], ["c_next"])
    head = [info("c_next", TensorProto.BOOL, []), info("v_next", F, [3])]
    start = NUMBERS + [tensor("T", np.array(5)), tensor("true", np.array(True)), tensor("v0", np.zeros(3, np.float32))]

    body = helper.make_graph([take, *LEAKY, keep], "body", carry, head + [info("s", F, [3])])
    save("loop_scan_output", model([node("Loop", ["T", "true", "v0"], ["v_end", "spk"], body=body)], SEQUENCE, [info("spk", F, [5, 3]), info("v_end", F, [3])], start),
         x_seq=X, spk=spikes, v_end=last)

    # The sequence is written row by row into a carried buffer, and value names inside hide outer ones ("1", "2" are used around the loop too).
    scatter = [
        node("Constant", [], ["axis0"], value=tensor("", np.array([0]))), node("Unsqueeze", ["t", "axis0"], ["6"]), node("Unsqueeze", ["6", "axis0"], ["7"]),
        node("Unsqueeze", ["s", "axis0"], ["8"]), node("ScatterND", ["buffer", "7", "8"], ["buffer_next"]),
    ]
    body = helper.make_graph([take, *LEAKY, keep, *scatter], "body", carry + [info("buffer", F, [5, 3])], head + [info("buffer_next", F, [5, 3])])
    outer = [node("Mul", ["x_in", "one"], ["1"]), node("Identity", ["1"], ["x_seq"]), node("Loop", ["T", "true", "v0", "empty"], ["v_end", "spk"], body=body), node("Neg", ["1"], ["2"])]
    save("loop_scatter_rows", model(outer, [info("x_in", F, [5, 3])], [info("spk", F, [5, 3]), info("2", F, [5, 3])], start + [tensor("empty", np.zeros((5, 3), np.float32))]),
         **{"x_in": X, "spk": spikes, "2": -X})

    # No trip count: the condition counts down by itself.
    body = helper.make_graph([node("Add", ["a", "x_seq"], ["a_next"]), node("Less", ["t", "limit"], ["c_next"])], "body",
                             [info("t", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("a", F, [5, 3])], [info("c_next", TensorProto.BOOL, []), info("a_next", F, [5, 3])])
    save("loop_by_condition", model([node("Loop", ["", "true", "x_seq"], ["y"], body=body)], SEQUENCE, [info("y", F, [5, 3])], start + [tensor("limit", np.array(2))]), x_seq=X, y=4 * X)

    body = helper.make_graph([*LEAKY, node("Identity", ["s"], ["s_out"])], "body", [info("v", F, [3]), info("x", F, [3])], [info("v_next", F, [3]), info("s_out", F, [3])])
    save("scan", model([node("Scan", ["v0", "x_seq"], ["v_end", "spk"], body=body, num_scan_inputs=1)], SEQUENCE, [info("spk", F, [5, 3]), info("v_end", F, [3])], start),
         x_seq=X, spk=spikes, v_end=last)
    backward, end = unroll(X[::-1])
    save("scan_backward", model([node("Transpose", ["x_seq"], ["xt"], perm=[1, 0]), node("Scan", ["v0", "xt"], ["v_end", "spk"], body=body, num_scan_inputs=1, scan_input_axes=[1],
                                                                                        scan_input_directions=[1], scan_output_axes=[-1], scan_output_directions=[1])],
                                SEQUENCE, [info("spk", F, [3, 5]), info("v_end", F, [3])], start), x_seq=X, spk=backward[::-1].T.copy(), v_end=end)


def branches():
    def branch(op):
        return helper.make_graph([node(op, ["x_seq"], ["1"])], op, [], [info("1", F, [5, 3])])

    nodes = [node("Shape", ["x_seq"], ["s"]), node("Gather", ["s", "zero"], ["n"]), node("Equal", ["n", "five"], ["is5"]), node("If", ["is5"], ["y"], then_branch=branch("Neg"), else_branch=branch("Abs"))]
    save("if_constant", model(nodes, SEQUENCE, [info("y", F, [5, 3])], [tensor("zero", np.array(0)), tensor("five", np.array(5))]), x_seq=X, y=-X)


def functions():
    inner = onnx.FunctionProto()
    inner.CopyFrom(helper.make_function("own", "Scaled", ["a"], ["b"], [node("Constant", [], ["k"]), node("Mul", ["a", "k"], ["b"])], [helper.make_opsetid("", 13)], ["factor"]))
    reference = inner.node[0].attribute.add()
    reference.name, reference.ref_attr_name, reference.type = "value_float", "factor", onnx.AttributeProto.FLOAT
    outer = helper.make_function("own", "Twice", ["a"], ["c"], [node("Scaled", ["a"], ["b"], domain="own", factor=3.0), node("Scaled", ["b"], ["c"], domain="own", factor=0.5)],
                                 [helper.make_opsetid("", 13), helper.make_opsetid("own", 1)])
    save("function", model([node("Twice", ["x_seq"], ["y"], domain="own")], SEQUENCE, [info("y", F, [5, 3])], opsets=[helper.make_opsetid("", 13), helper.make_opsetid("own", 1)], functions=[inner, outer]),
         x_seq=X, y=X * np.float32(1.5))


def stored():
    """Every element type, raw and typed, and every form of Constant, cast to float32 and added up."""
    kinds = {
        TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64, TensorProto.FLOAT16: np.float16, TensorProto.INT8: np.int8, TensorProto.UINT8: np.uint8, TensorProto.INT16: np.int16,
        TensorProto.UINT16: np.uint16, TensorProto.INT32: np.int32, TensorProto.UINT32: np.uint32, TensorProto.INT64: np.int64, TensorProto.UINT64: np.uint64, TensorProto.BOOL: np.bool_,
    }
    tensors, nodes, total = [], [], np.zeros(3, np.float32)
    for kind, dtype in kinds.items():
        value = np.array([1, 0, 1] if dtype is np.bool_ else [1, 2, 100]).astype(dtype)
        for raw in (False, True):
            name = f"{TensorProto.DataType.Name(kind)}_{raw}"
            tensors.append(numpy_helper.from_array(value, name) if raw else helper.make_tensor(name, kind, [3], value.tolist()))
            nodes.append(node("Cast", [name], [name + "_f"], to=1))
            total += value.astype(np.float32)
    brain = TensorProto(name="bf", data_type=TensorProto.BFLOAT16, dims=[3], raw_data=b"".join(struct.pack("<f", v)[2:] for v in (1.5, -2.0, 0.25)))
    tensors.append(brain)
    nodes.append(node("Cast", ["bf"], ["bf_f"], to=1))
    total += np.array([1.5, -2, 0.25], np.float32)
    sparse = helper.make_sparse_tensor(tensor("", np.array([4.0], np.float32)), tensor("", np.array([1])), [3])
    for name, form, value in (("c1", {"value": tensor("", np.array([1, 2, 3], np.float32))}, [1, 2, 3]), ("c2", {"value_float": 2.5}, 2.5), ("c3", {"value_int": 3}, 3), ("c4", {"value_floats": [1.0, 2.0, 3.0]}, [1, 2, 3]),
                              ("c5", {"value_ints": [4, 5, 6]}, [4, 5, 6]), ("c6", {"sparse_value": sparse}, [0, 4, 0])):
        nodes += [node("Constant", [], [name], **form), node("Cast", [name], [name + "_f"], to=1)]
        total = total + np.array(value, np.float32)
    names = [n.output[0] for n in nodes if n.op_type == "Cast"]
    nodes.append(node("Sum", [*names, "x"], ["y"]))
    x = real(3)
    save("stored_tensors", model(nodes, [info("x", F, [3])], [info("y", F, [3])], tensors), x=x, y=total + x)

    weights = real(4, 3)
    external = tensor("w", weights)
    external.ClearField("raw_data")
    external.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "external_data.bin"), ("offset", "16"), ("length", "48")):
        external.external_data.add(key=key, value=value)
    (GRAPHS / "external_data.bin").write_bytes(b"\0" * 16 + weights.tobytes())
    proto = model([node("MatMul", ["w", "x"], ["y"])], [info("x", F, [3])], [info("y", F, [4])], [external])
    save("external_data", proto, x=x, y=weights @ x)

    dropout = [node("Dropout", ["x"], ["d", "mask"]), node("Cast", ["mask"], ["m"], to=1), node("Identity", ["d"], ["i"]), node("Add", ["i", "m"], ["y"])]
    save("dropout", model(dropout, [info("x", F, [3])], [info("y", F, [3])]), x=x, y=x + 1)

    image = real(2, 3, 4, 5)
    flatten = [node("Shape", ["x"], ["s"]), node("Slice", ["s", "0", "2"], ["head"]), node("ReduceProd", ["head"], ["n"], keepdims=1), node("Slice", ["s", "2", "9"], ["tail"]), node("Concat", ["n", "tail"], ["to"], axis=0),
               node("Reshape", ["x", "to"], ["merged"]), node("Relu", ["merged"], ["r"]), node("ConstantOfShape", ["four"], ["ones"], value=tensor("", np.array([1]))), node("Expand", ["r", "ones"], ["e"]),
               node("Reshape", ["e", "s"], ["y"])]
    save("shape_arithmetic", model(flatten, [info("x", F, [2, 3, 4, 5])], [info("y", F, [2, 3, 4, 5])], [tensor("0", np.array([0])), tensor("2", np.array([2])), tensor("9", np.array([9])), tensor("four", np.array([3]))]),
         x=image, y=np.maximum(image, 0))


def fault(name, proto):
    (ERRORS / f"{name}.onnx").write_bytes(proto if isinstance(proto, bytes) else proto.SerializeToString())


def faults():
    x, y = [info("x", F, [2, 3])], [info("y", F, None)]
    fault("not_onnx", b"The quick brown fox jumps over the lazy dog.\n" * 4)
    fault("no_graph", b"")
    fault("truncated", model([node("Add", ["x", "w"], ["y"])], x, y, [tensor("w", real(2, 3))]).SerializeToString()[:-40])
    missing, short = tensor("w", real(2, 3)), tensor("w2", real(20, 3))
    for t, location in ((missing, "absent.bin"), (short, "short.bin")):
        t.ClearField("raw_data")
        t.data_location = TensorProto.EXTERNAL
        t.external_data.add(key="location", value=location)
    escape = tensor("w3", real(2, 3))
    escape.CopyFrom(missing)
    escape.name, escape.external_data[0].value = "w3", "../../secret.bin"
    (ERRORS / "short.bin").write_bytes(b"\0" * 100)
    fault("external_data", model([node("Sum", ["x", "w", "w3"], ["a"]), node("MatMul", ["w2", "a"], ["y"])], x, y, [missing, short, escape]))
    fault("opset", model([node("Relu", ["x"], ["y"])], x, y, opset=7))
    body = helper.make_graph([node("Bernoulli", ["x"], ["1"], name="noise")], "b", [], [info("1", F, [2, 3])])
    fault("operators", model([node("Det", ["x"], ["a"]), node("If", ["c"], ["b"], name="branch", then_branch=body, else_branch=body), node("FancySpike", ["b"], ["y"], name="spike", domain="lab")],
                             x, y, [tensor("c", np.array(True))], opsets=[helper.make_opsetid("", 15), helper.make_opsetid("lab", 1)]))
    fault("attributes", model([node("Resize", ["x", "", "s"], ["a"], name="up", mode="cubic"), node("Pad", ["x", "p"], ["y"], name="pad", mode="mirror")], x, y,
                              [tensor("s", np.ones(2, np.float32)), tensor("p", np.ones(4, np.int64))]))
    fault("types", model([node("Identity", ["t"], ["a"], name="text"), node("Cast", ["x"], ["y"], name="cast", to=14)], x + [info("z", TensorProto.STRING, [1])], y,
                         [helper.make_tensor("t", TensorProto.STRING, [1], [b"text"])]))
    weights = real(3, 4)
    weights[1, 2], weights[2, 0] = np.nan, np.inf
    fault("not_finite", model([node("MatMul", ["x", "w"], ["a"]), node("Clip", ["a", "", "top"], ["y"])], x, y, [tensor("w", weights), tensor("top", np.float32(np.inf))]))
    loop = helper.make_graph([node("Neg", ["v"], ["v2"]), node("Identity", ["c"], ["c2"])], "b", [info("t", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("v", F, [2, 3])],
                             [info("c2", TensorProto.BOOL, []), info("v2", F, [2, 3])])
    same = helper.make_graph([node("Abs", ["x"], ["1"])], "b", [], [info("1", F, [2, 3])])
    fault("control_flow", model([node("ReduceSum", ["x"], ["sum"], keepdims=0), node("Cast", ["sum"], ["n"], to=7), node("Cast", ["sum"], ["go"], to=9), node("Loop", ["n", "", "x"], ["y"], name="steps", body=loop),
                                 node("If", ["go"], ["z"], name="gate", then_branch=same, else_branch=same)], x, y + [info("z", F, None)]))
    fault("endless_loop", model([node("Loop", ["", "", "x"], ["y"], name="forever", body=helper.make_graph(
        [node("Identity", ["v"], ["v2"]), node("Identity", ["c"], ["c2"])], "b", [info("t", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("v", F, [2, 3])],
        [info("c2", TensorProto.BOOL, []), info("v2", F, [2, 3])]))], x, y))
    fault("shapes", model([node("MatMul", ["x", "w"], ["a"], name="fc"), node("Add", ["x", "v"], ["b"], name="bias"), node("Gather", ["x", "i"], ["y"], name="row"), node("Reshape", ["x", "s"], ["d"], name="view")], x,
                          y + [info("a", F, None), info("b", F, None), info("d", F, None)],
                          [tensor("w", real(4, 2)), tensor("v", real(2)), tensor("i", np.array(5)), tensor("s", np.array([4, -1]))]))
    fault("open_shape", model([node("Add", ["x", "z"], ["y"])], [info("x", F, ["batch", 3, "width"]), info("z", F, None)], y))
    fault("undefined", model([node("Add", ["x", "ghost"], ["y"], name="sum")], x, y + [info("nowhere", F, None)]))
    fault("data_dependent_shape", model([node("Cast", ["x"], ["s"], to=7), node("Reshape", ["x", "s"], ["y"], name="view")], x, y))
    wrong = tensor("w", real(2, 3))
    wrong.dims[0] = 5
    fault("malformed", model([node("Add", ["x", "w"], ["y"])], x, y, [wrong, helper.make_tensor("unused", F, [2], [1.0, 2.0])]))
    training = model([node("Dropout", ["x", "r", "train"], ["y"], name="drop")], x, y, [tensor("r", np.float32(0.5)), tensor("train", np.array(True))])
    fault("dropout_training", training)
    own = [helper.make_opsetid("", 13), helper.make_opsetid("own", 1)]
    again = helper.make_function("own", "Again", ["a"], ["b"], [node("Again", ["a"], ["b"], domain="own")], own)
    fault("recursive_function", model([node("Again", ["x"], ["y"], name="call", domain="own")], x, y, opsets=own, functions=[again]))


for folder in (GRAPHS, ERRORS):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.onnx"):
        old.unlink()
for part in (loops, branches, functions, stored, faults):
    part()
print(f"{len(list(GRAPHS.glob('*.onnx')))} graphs, {len(list(ERRORS.glob('*.onnx')))} faults in {ROOT}")
