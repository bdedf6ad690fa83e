"""Turns a network that framesweep trained on its digits into an ONNX file, as exporters write them.

    framesweep run digits.yaml -o digits.h5
    python analysis/digits_onnx.py digits-0.h5 jobs/weights/digits.onnx

makes the file that stands in for a network of your own in docs/own-networks.md. It needs h5py, numpy and
onnx. digits.yaml is

    format: 1
    name: digits
    seed: 1
    include:
      - family: residual
        input: {channels: 1, size: 8}
        shortcut: projection
        stages:
          - {widths: [8, 8, 8], kernel: 3, stride: 1}
          - {widths: [16, 16], kernel: 3, stride: 2}
    measure:
      train: {data: digits, epochs: 30, save_weights: {file: "digits-{draw}.h5"}}
"""

from __future__ import annotations

import sys

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, tensors = [], []


def node(operator, inputs, name, **settings):
    """Adds a node, and returns the name of its output."""
    output = f"{name}/{operator}_output_0"
    nodes.append(helper.make_node(operator, inputs, [output], name=f"{name}/{operator}", **settings))
    return output


def weight(name, values):
    tensors.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
    return name


def convolution(value, name, weights, bias=None, stride=1):
    kernel = weights.shape[2]
    inputs = [value, weight(f"{name[1:]}.weight", weights)]
    if bias is not None:
        inputs.append(weight(f"{name[1:]}.bias", bias))
    return node("Conv", inputs, name, kernel_shape=[kernel, kernel], strides=[stride, stride],
                pads=[kernel // 2] * 4)


def main(source, target):
    with h5py.File(source) as file:
        own = {name: np.asarray(file[name]) for name in paths(file)}
    layer = [(own[f"{i}/weight"], own[f"{i}/bias"]) for i in range(5)]
    first = node("Relu", [convolution("image", "/conv1", *layer[0])], "/conv1")
    value = node("Relu", [convolution(first, "/block1/conv1", *layer[1])], "/block1/conv1")
    value = convolution(value, "/block1/conv2", *layer[2])
    first = node("Relu", [node("Add", [value, first], "/block1")], "/block1")
    value = node("Relu", [convolution(first, "/block2/conv1", *layer[3], stride=2)], "/block2/conv1")
    value = convolution(value, "/block2/conv2", *layer[4])
    skip = convolution(first, "/block2/shortcut", own["4/shortcut/weight"], stride=2)
    value = node("Relu", [node("Add", [value, skip], "/block2")], "/block2")
    value = node("GlobalAveragePool", [value], "/pool")
    value = node("Flatten", [value], "/flatten")
    nodes.append(helper.make_node(
        "Gemm", [value, weight("fc.weight", own["classifier/weight"]),
                 weight("fc.bias", own["classifier/bias"])],
        ["scores"], name="/fc/Gemm", transB=1))
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 10])], tensors)
    model = helper.make_model(
        graph, producer_name="framesweep", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, target)


def paths(file):
    found = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return found


main(*sys.argv[1:])
