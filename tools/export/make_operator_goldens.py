#!/usr/bin/env python3
"""Writes tests/golden/onnx: one .onnx and one .npz (inputs and expected outputs) per case of operator_cases.py.

Needs PyTorch, NumPy and onnx. The expected values are PyTorch's or NumPy's, never this compiler's.
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from operator_cases import CASES, Fixed

TARGET = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "onnx" / "operators"
TYPES = {np.dtype(k): v for k, v in {
    "float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64, "int32": TensorProto.INT32, "bool": TensorProto.BOOL, "uint8": TensorProto.UINT8}.items()}


def write(name, op, inputs, expected, opset, attributes):
    values, infos, constants, arrays = [], [], [], {}
    for i, value in enumerate(inputs):
        if value is None:
            values.append("")
            continue
        values.append(f"in{i}")
        array = np.asarray(value.value if isinstance(value, Fixed) else value)
        if isinstance(value, Fixed):
            constants.append(numpy_helper.from_array(array, f"in{i}"))
        else:
            infos.append(helper.make_tensor_value_info(f"in{i}", TYPES[array.dtype], array.shape))
            arrays[f"in{i}"] = np.ascontiguousarray(array) if array.ndim else array
    outputs = [f"out{i}" for i in range(len(expected))]
    for output, array in zip(outputs, expected):
        arrays[output] = np.ascontiguousarray(array) if array.ndim else array
    attributes = {k: numpy_helper.from_array(v) if isinstance(v, np.ndarray) else v for k, v in attributes.items()}
    node = helper.make_node(op, values, outputs, name="node", **attributes)
    graph = helper.make_graph([node], name, infos, [helper.make_tensor_value_info(o, TYPES[a.dtype], a.shape) for o, a in zip(outputs, expected)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, TARGET / f"{name}.onnx")
    np.savez(TARGET / f"{name}.npz", **arrays)


TARGET.mkdir(parents=True, exist_ok=True)
for old in TARGET.iterdir():
    old.unlink()
for c in CASES:
    write(*c)
print(f"{len(CASES)} cases in {TARGET}")
