"""Checks an ONNX file with ONNX's own checker and shape inference, and prints what it declares as JSON."""

import json
import sys

import onnx
from onnx import checker, shape_inference


def describe(value):
    tensor = value.type.tensor_type
    shape = [d.dim_param if d.HasField("dim_param") else d.dim_value for d in tensor.shape.dim]
    return {"name": value.name, "type": onnx.TensorProto.DataType.Name(tensor.elem_type), "shape": shape}


model = onnx.load(sys.argv[1])
checker.check_model(model, full_check=True)
inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
declared = {value.name: describe(value) for value in model.graph.output}
unknown = [
    name
    for node in inferred.graph.node
    for name in node.output
    if name not in declared and name not in {value.name for value in inferred.graph.value_info}
]
print(
    json.dumps(
        {
            "onnx": onnx.__version__,
            "opset": model.opset_import[0].version,
            "inputs": [describe(value) for value in model.graph.input],
            "outputs": list(declared.values()),
            "unknown": unknown,
            "metadata": {entry.key: entry.value for entry in model.metadata_props},
        }
    )
)
