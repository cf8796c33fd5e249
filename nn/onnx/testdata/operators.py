"""Small ONNX networks and what onnxruntime gives: onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
Writes operators.json: for each network its bytes (base64), input, output. python operators.py"""
import base64, json, os
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T, helper as h, numpy_helper as nh

rng = np.random.default_rng(7)
cases = []


def f(*shape):
    return np.round(rng.standard_normal(shape), 2).astype(np.float32)


def net(name, x, nodes, tensors=(), opset=17, batch="N", outs=("y",), shape=None):
    dims = [batch] + list(x.shape[1:]) if shape is None else shape
    dtype = T.FLOAT if x.dtype == np.float32 else T.INT64
    init = [nh.from_array(np.asarray(v), k) for k, v in dict(tensors).items()]
    g = h.make_graph([h.make_node(*n[:3], name=f"{n[0]}_{i}", **(n[3] if len(n) > 3 else {})) for i, n in enumerate(nodes)], name,
                     [h.make_tensor_value_info("x", dtype, dims)], [h.make_tensor_value_info(o, T.FLOAT, None) for o in outs], init)
    m = h.make_model(g, opset_imports=[h.make_opsetid("", opset)], ir_version=8)
    b = m.SerializeToString()
    y = ort.InferenceSession(b, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    cases.append({"name": name, "model": base64.b64encode(b).decode(), "x": [round(float(v), 2) for v in x.ravel()], "xshape": x.shape,
                  "y": [float(f"{v:.6g}") for v in np.asarray(y, np.float32).ravel()], "yshape": y.shape})


i64 = lambda *v: np.array(v, np.int64)
X, I = f(1, 3, 7, 6), f(2, 4, 5)
for op in "Relu Tanh Sigmoid Exp Erf Neg Abs Softplus Elu HardSigmoid HardSwish LeakyRelu Floor Ceil Sin Cos Identity Dropout Reciprocal".split():
    net(op, f(2, 5), [(op, ["x"], ["y"])])
for op in ("Sqrt", "Log"):
    net(op, np.abs(f(2, 5)) + np.float32(1), [(op, ["x"], ["y"])])
for op in "Add Sub Mul Div Max Min".split():
    net(op, I, [(op, ["x", "b"], ["y"])], {"b": f(4, 1)})
net("Pow", np.abs(f(2, 5)), [("Pow", ["x", "b"], ["y"])], {"b": np.float32(2.5)})
net("PowInt", f(2, 5), [("Pow", ["x", "b"], ["y"])], {"b": i64(3)[0]})
net("Sum", I, [("Sum", ["x", "b", "x"], ["y"])], {"b": f(5)})
net("PRelu", X, [("PRelu", ["x", "b"], ["y"])], {"b": f(3, 1, 1)})
for op in ("Softmax", "LogSoftmax"):
    net(op + "13", I, [(op, ["x"], ["y"], {"axis": 1})])
    net(op + "11", I, [(op, ["x"], ["y"], {"axis": 1})], opset=11)
net("Clip", f(2, 5), [("Clip", ["x", "a", "b"], ["y"])], {"a": np.float32(-0.5), "b": np.float32(0.7)})
net("ClipMax", f(2, 5), [("Clip", ["x", "", "b"], ["y"])], {"b": np.float32(0.2)})
net("Clip6", f(2, 5), [("Clip", ["x"], ["y"], {"min": 0.0, "max": 0.5})], opset=10)
# convolutions and pools
w = f(4, 3, 3, 3)
net("Conv", X, [("Conv", ["x", "w", "b"], ["y"], {"pads": [1, 0, 2, 1], "strides": [2, 1]})], {"w": w, "b": f(4)})
net("ConvUpper", X, [("Conv", ["x", "w"], ["y"], {"auto_pad": "SAME_UPPER", "strides": [2, 2]})], {"w": w})
net("ConvLower", X, [("Conv", ["x", "w"], ["y"], {"auto_pad": "SAME_LOWER", "strides": [2, 2]})], {"w": w})
net("ConvValid", X, [("Conv", ["x", "w"], ["y"], {"auto_pad": "VALID", "dilations": [2, 1]})], {"w": w})
net("ConvGroup", X, [("Conv", ["x", "w"], ["y"], {"group": 3})], {"w": f(6, 1, 3, 3)})
net("Conv1D", I, [("Conv", ["x", "w"], ["y"], {"pads": [1, 1], "strides": [2]})], {"w": f(2, 4, 3)})
net("MaxPool", X, [("MaxPool", ["x"], ["y"], {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]})])
net("MaxPoolCeil", X, [("MaxPool", ["x"], ["y"], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1})])
net("MaxPoolUpper", X, [("MaxPool", ["x"], ["y"], {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"})])
net("MaxPool1D", I, [("MaxPool", ["x"], ["y"], {"kernel_shape": [2], "strides": [2]})])
net("AveragePool", X, [("AveragePool", ["x"], ["y"], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})])
net("AveragePoolPad", X, [("AveragePool", ["x"], ["y"], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "count_include_pad": 1})])
net("GlobalAveragePool", X, [("GlobalAveragePool", ["x"], ["y"])])
net("GlobalMaxPool", X, [("GlobalMaxPool", ["x"], ["y"])])
net("BatchNormalization", X, [("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], {"epsilon": 1e-3})],
    {"s": f(3), "b": f(3), "m": f(3), "v": np.abs(f(3)) + 0.5})
net("InstanceNormalization", X, [("InstanceNormalization", ["x", "s", "b"], ["y"])], {"s": f(3), "b": f(3)})
net("LayerNormalization", I, [("LayerNormalization", ["x", "s", "b"], ["y"], {"axis": -1})], {"s": f(5), "b": f(5)})
net("LayerNormalization2", I, [("LayerNormalization", ["x", "s"], ["y"], {"axis": 1})], {"s": f(4, 5)})
net("Gelu", f(2, 5), [("Gelu", ["x"], ["y"])], opset=20)
net("GeluTanh", f(2, 5), [("Gelu", ["x"], ["y"], {"approximate": "tanh"})], opset=20)
# products
net("Gemm", f(3, 4), [("Gemm", ["x", "w", "b"], ["y"], {"transB": 1, "alpha": 0.5, "beta": 2.0})], {"w": f(5, 4), "b": f(5)})
net("MatMul", f(2, 3, 4), [("MatMul", ["x", "w"], ["y"])], {"w": f(4, 5)})
net("MatMulBatch", f(2, 3, 4), [("Transpose", ["x"], ["t"], {"perm": [0, 2, 1]}), ("MatMul", ["x", "t"], ["y"])])
net("MatMulSpread", f(2, 1, 3, 4), [("MatMul", ["x", "w"], ["y"])], {"w": f(5, 4, 2)})
net("MatMulVector", f(2, 3, 4), [("MatMul", ["x", "w"], ["y"])], {"w": f(4)})
# shapes
net("Reshape", I, [("Reshape", ["x", "s"], ["y"])], {"s": i64(0, -1)})
net("ReshapeFixed", f(1, 3, 4), [("Reshape", ["x", "s"], ["y"])], {"s": i64(1, 12)}, batch=1)
net("ReshapeShape", I, [("Shape", ["x"], ["s"]), ("Gather", ["s", "zero"], ["n"]), ("Unsqueeze", ["n", "a"], ["n1"]), ("Concat", ["n1", "rest"], ["to"], {"axis": 0}),
                        ("Reshape", ["x", "to"], ["y"])], {"zero": i64(0)[0], "a": i64(0), "rest": i64(-1)})
net("Flatten", X, [("Flatten", ["x"], ["y"], {"axis": 2})])
net("Transpose", I, [("Transpose", ["x"], ["y"], {"perm": [0, 2, 1]})])
net("ConcatSplit", I, [("Split", ["x", "s"], ["a", "b"], {"axis": 1}), ("Concat", ["b", "a", "x"], ["y"], {"axis": 1})], {"s": i64(1, 3)})
net("SplitEven", I, [("Split", ["x"], ["a", "b"], {"axis": 1}), ("Sub", ["a", "b"], ["y"])], opset=11)
net("Slice", I, [("Slice", ["x", "s", "e", "a", "st"], ["y"])], {"s": i64(1, -1000), "e": i64(-1, 1000), "a": i64(1, 2), "st": i64(1, 2)})
net("Slice9", I, [("Slice", ["x"], ["y"], {"starts": [1], "ends": [3], "axes": [2]})], opset=9)
net("SliceBack", I, [("Slice", ["x", "s", "e", "a", "st"], ["y"])], {"s": i64(-1), "e": i64(-1000), "a": i64(2), "st": i64(-1)})
net("GatherAxis", I, [("Gather", ["x", "i"], ["y"], {"axis": 1})], {"i": i64(3, -1, 0)})
net("GatherScalar", I, [("Gather", ["x", "i"], ["y"], {"axis": 2})], {"i": i64(-2)[0]})
net("Squeeze", f(2, 1, 3, 1), [("Squeeze", ["x", "a"], ["y"])], {"a": i64(1, -1)})
net("Squeeze11", f(2, 1, 3, 1), [("Squeeze", ["x"], ["t"], {"axes": [3]}), ("Unsqueeze", ["t"], ["y"], {"axes": [1, 4]})], opset=11)
net("Expand", f(2, 3, 1), [("Expand", ["x", "s"], ["y"])], {"s": i64(1, 1, 4)})
net("Pad", X, [("Pad", ["x", "p", "v"], ["y"])], {"p": i64(0, 0, 1, 2, 0, 0, 0, 1), "v": np.float32(0.5)})
net("PadCrop", X, [("Pad", ["x"], ["y"], {"pads": [0, 0, -1, 0, 0, 0, 1, -2]})], opset=10)
net("Where", I, [("Greater", ["x", "z"], ["c"]), ("Where", ["c", "x", "b"], ["y"])], {"z": np.float32(0), "b": f(4, 1)})
net("EqualCast", I, [("Floor", ["x"], ["q"]), ("Equal", ["q", "z"], ["c"]), ("Not", ["c"], ["d"]), ("Cast", ["d"], ["y"], {"to": 1})], {"z": np.float32(0)})
net("Fold", I, [("ConstantOfShape", ["s"], ["o"], {"value": nh.from_array(np.array([2], np.float32))}), ("Range", ["a", "b", "c"], ["r"]), ("Cast", ["r"], ["rf"], {"to": 1}),
                ("Mul", ["o", "rf"], ["m"]), ("Add", ["x", "m"], ["y"])], {"s": i64(4, 5), "a": i64(0)[0], "b": i64(5)[0], "c": i64(1)[0]})
for op in "ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd".split():
    kw = {"axes": [1, -1], "keepdims": 0}
    if op == "ReduceSum":
        net(op, I, [(op, ["x", "a"], ["y"], {"keepdims": 0})], {"a": i64(1, -1)})
    else:
        net(op, I, [(op, ["x"], ["y"], kw)])
net("ReduceMean18", I, [("ReduceMean", ["x", "a"], ["y"])], {"a": i64(2)}, opset=18)
net("ArgMax", I, [("ArgMax", ["x"], ["i"], {"axis": 2, "keepdims": 0}), ("Cast", ["i"], ["y"], {"to": 1})])
# a causal transformer's attention on tokens, batch and positions both open, linear layers on flattened rows
E_, D = 11, 8
ids = rng.integers(0, E_, (2, 4))
net("Transformer", ids, [
    ("Shape", ["x"], ["s"]), ("Gather", ["s", "one"], ["L"]), ("Range", ["zero", "L", "one"], ["pos"]),
    ("Gather", ["WE", "x"], ["e"]), ("Gather", ["WP", "pos"], ["p"]), ("Add", ["e", "p"], ["h"]),
    ("MatMul", ["h", "WQ"], ["q0"]), ("Reshape", ["q0", "heads"], ["q1"]), ("Transpose", ["q1"], ["q"], {"perm": [0, 2, 1, 3]}),
    ("MatMul", ["h", "WK"], ["k0"]), ("Reshape", ["k0", "heads"], ["k1"]), ("Transpose", ["k1"], ["k"], {"perm": [0, 2, 3, 1]}),
    ("MatMul", ["q", "k"], ["sc"]), ("Unsqueeze", ["pos", "a1"], ["pc"]), ("Unsqueeze", ["pos", "a0"], ["pr"]), ("Less", ["pc", "pr"], ["later"]),
    ("Where", ["later", "low", "sc"], ["ms"]), ("Softmax", ["ms"], ["pattern"], {"axis": -1}),
    ("MatMul", ["pattern", "q"], ["z0"]), ("Transpose", ["z0"], ["z1"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["z1", "flat"], ["z"]),
    ("Gemm", ["z", "W1", "b1"], ["pre"]), ("Relu", ["pre"], ["post"]), ("Gemm", ["post", "W2"], ["o"]), ("Concat", ["s", "dlast"], ["back"], {"axis": 0}),
    ("Reshape", ["o", "back"], ["y"])],
    {"one": i64(1)[0], "zero": i64(0)[0], "WE": f(E_, D), "WP": f(6, D), "WQ": f(D, D), "WK": f(D, D), "heads": i64(0, 0, 2, 4), "a0": i64(0), "a1": i64(1),
     "low": np.float32(-1e9), "flat": i64(-1, D), "W1": f(D, 12), "b1": f(12), "W2": f(12, D), "dlast": i64(D)}, shape=["N", "L"])
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "operators.json")
json.dump(cases, open(path, "w"), separators=(",", ":"))
print(len(cases), os.path.getsize(path))
