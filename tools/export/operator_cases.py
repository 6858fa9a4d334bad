"""Small ONNX graphs of one operator each, and what PyTorch or NumPy computes for them."""
import math

import numpy as np
import torch
import torch.nn.functional as F

CASES = []
RNG = np.random.default_rng(7)


class Fixed:
    """An input that is stored in the model instead of being fed."""

    def __init__(self, value):
        self.value = np.asarray(value)


def case(name, inputs, expected, opset=13, op=None, **attributes):
    op = op or name.split("_")[0]
    if callable(expected):
        fed = [i.value if isinstance(i, Fixed) else i for i in inputs]
        tensors = [None if i is None else torch.from_numpy(np.ascontiguousarray(i)) for i in fed]
        expected = expected(*tensors)
    if not isinstance(expected, (list, tuple)):
        expected = [expected]
    expected = [e.numpy() if isinstance(e, torch.Tensor) else np.asarray(e) for e in expected]
    CASES.append((name, op, inputs, expected, opset, attributes))


def real(*shape):
    return (RNG.standard_normal(shape) * 2).astype(np.float32)


def ints(*values):
    return Fixed(np.array(values, np.int64))


def spikes(*shape):
    return (RNG.random(shape) < 0.3).astype(np.float32)


def arithmetic():
    a, b = real(2, 3, 4), real(3, 1)
    case("Add", [a, b], torch.add)
    case("Sub", [a, b], torch.sub)
    case("Mul", [a, b], torch.mul)
    case("Div", [a, b], torch.div)
    case("Add_scalar", [a, np.float32(1.5)], lambda x, y: x + y)
    case("Sub_leading", [real(4), a], lambda x, y: x - y)
    case("Add_int64", [np.arange(6), np.array(3)], lambda x, y: x + y)
    case("Div_int64", [np.array([7, -7, 9]), np.array([2, 2, -4])], lambda x, y: torch.div(x, y, rounding_mode="trunc"))
    case("Mul_double", [a.astype(np.float64), b.astype(np.float64)], torch.mul)
    case("Add_empty", [Fixed(np.zeros((0, 3), np.float32)), real(3)], torch.add)
    case("Mod", [np.array([7, -7, 7, -7]), np.array([3, 3, -3, -3])], torch.remainder)
    case("Mod_fmod", [a, b], torch.fmod, fmod=1)
    case("Pow", [np.abs(a), np.float32(1.7)], lambda x, y: x ** y)
    case("Pow_square", [a, np.float32(2)], lambda x, y: x ** 2)
    case("Pow_integer_exponent", [a, np.array(3)], lambda x, y: x ** 3)
    case("Max", [a, b, np.float32(0.25)], lambda x, y, z: torch.maximum(torch.maximum(x, y), z))
    case("Min", [a, b], torch.minimum)
    case("Sum", [a, b, real(1, 4)], lambda x, y, z: x + y + z)
    case("Mean", [a, b, real(1, 4)], lambda x, y, z: (x + y + z) / 3)
    case("PRelu", [real(2, 3, 4), real(3, 1)], lambda x, s: torch.where(x < 0, x * s, x))
    case("Clip", [a, Fixed(np.float32(-0.5)), Fixed(np.float32(1))], lambda x, lo, hi: x.clamp(-0.5, 1))
    case("Clip_low_only", [a, Fixed(np.float32(-0.5))], lambda x, lo: x.clamp(min=-0.5))
    case("Clip_high_only", [a, None, Fixed(np.float32(0.5))], lambda x, lo, hi: x.clamp(max=0.5))
    case("Clip_attributes", [a], lambda x: x.clamp(-1, 2), opset=9, min=-1.0, max=2.0)


def unary():
    x = np.concatenate([real(20), np.array([0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -1.5, 6.5], np.float32)])
    for op, function in {
        "Neg": torch.neg, "Abs": torch.abs, "Sign": torch.sign, "Floor": torch.floor, "Ceil": torch.ceil, "Round": torch.round, "Exp": torch.exp,
        "Sin": torch.sin, "Cos": torch.cos, "Tan": torch.tan, "Atan": torch.atan, "Sinh": torch.sinh, "Cosh": torch.cosh, "Tanh": torch.tanh, "Erf": torch.erf,
        "Relu": torch.relu, "Sigmoid": torch.sigmoid, "Softplus": F.softplus, "Softsign": F.softsign,
    }.items():
        case(op, [x], function)
    positive = np.abs(x) + np.float32(0.1)
    case("Sqrt", [positive], torch.sqrt)
    case("Log", [positive], torch.log)
    case("Reciprocal", [positive], torch.reciprocal)
    case("Neg_int64", [np.array([1, -2])], torch.neg)
    case("LeakyRelu", [x], lambda v: F.leaky_relu(v, 0.2), alpha=0.2)
    case("ThresholdedRelu", [x], lambda v: F.threshold(v, 0.7, 0), alpha=0.7)
    case("Elu", [x], lambda v: F.elu(v, 1.5), alpha=1.5)
    case("Celu", [x], lambda v: F.celu(v, 1.5), alpha=1.5)
    case("Selu", [x], F.selu)
    case("HardSigmoid", [x], lambda v: (0.3 * v + 0.4).clamp(0, 1), alpha=0.3, beta=0.4)
    case("HardSwish", [x], F.hardswish, opset=14)
    case("Mish", [x], F.mish, opset=18)
    case("Gelu", [x], F.gelu, opset=20)
    case("Gelu_tanh", [x], lambda v: F.gelu(v, approximate="tanh"), opset=20, approximate="tanh")
    m = real(2, 3, 5)
    case("Softmax", [m], lambda v: torch.softmax(v, 1), axis=1)
    case("Softmax_opset11", [m], lambda v: torch.softmax(v.reshape(2, 15), 1).reshape(2, 3, 5), opset=11)
    case("LogSoftmax", [m], lambda v: torch.log_softmax(v, -1), axis=-1)


def truth():
    a, b = np.array([[1, 2, 3], [3, 2, 1]], np.float32), np.array([1, 2, 2], np.float32)
    for op, function in {"Equal": torch.eq, "Less": torch.lt, "LessOrEqual": torch.le, "Greater": torch.gt, "GreaterOrEqual": torch.ge}.items():
        case(op, [a, b], function)
    p, q = np.array([True, True, False, False]), np.array([True, False, True, False])
    case("And", [p, q], torch.logical_and)
    case("Or", [p, q], torch.logical_or)
    case("Xor", [p, q], torch.logical_xor)
    case("Equal_bool", [p, q], torch.eq)
    case("Not", [p], torch.logical_not)
    special = np.array([1, np.nan, np.inf, -np.inf], np.float32)
    case("IsNaN", [special], torch.isnan)
    case("IsInf", [special], torch.isinf)
    case("IsInf_positive", [special], torch.isposinf, detect_negative=0)
    case("Where", [np.array([[True], [False]]), a, np.float32(9)], torch.where)
    case("Where_int64", [p, np.arange(4), np.array([-1])], torch.where)
    case("Cast_bool", [p], lambda v: v.float(), to=1)
    case("Cast_to_int64", [np.array([1.7, -1.7, 0.0], np.float32)], lambda v: v.long(), to=7)
    case("Cast_to_bool", [np.array([0.5, 0, -2], np.float32)], lambda v: v.bool(), to=9)
    case("Cast", [np.array([300, -1, 5])], lambda v: v.to(torch.uint8), to=2)
    case("Cast_like", [np.array([1, 2]), real(1)], lambda v, _: v.float(), op="CastLike", opset=15)


def layers():
    x, w, b = real(2, 4, 9, 8), real(6, 4, 3, 3), real(6)
    case("Conv", [x, Fixed(w), Fixed(b)], lambda *a: F.conv2d(*a, padding=1), kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    case("Conv_strided_dilated", [x, w], lambda *a: F.conv2d(*a, stride=(2, 1), dilation=(1, 2), padding=(0, 2)), strides=[2, 1], dilations=[1, 2], pads=[0, 2, 0, 2])
    case("Conv_asymmetric", [x, w], lambda v, k: F.conv2d(F.pad(v, (1, 2, 0, 1)), k), pads=[0, 1, 1, 2])
    case("Conv_grouped", [x, real(6, 2, 3, 3), b], lambda *a: F.conv2d(*a, groups=2), group=2)
    case("Conv_depthwise", [spikes(1, 4, 20, 33), real(4, 1, 5, 5)], lambda *a: F.conv2d(*a, groups=4, padding=2), group=4, pads=[2, 2, 2, 2])
    case("Conv_pointwise", [x, real(5, 4, 1, 1)], F.conv2d)
    case("Conv_1d", [real(2, 3, 11), real(4, 3, 4), real(4)], lambda *a: F.conv1d(*a, stride=2, padding=1), strides=[2], pads=[1, 1])
    case("Conv_3d", [real(1, 2, 4, 5, 6), real(3, 2, 2, 3, 2)], lambda *a: F.conv3d(*a, stride=(1, 2, 1)), strides=[1, 2, 1])
    case("Conv_same_upper", [x, w], lambda v, k: F.conv2d(F.pad(v, (0, 1, 1, 1)), k, stride=2), strides=[2, 2], auto_pad="SAME_UPPER")
    case("ConvTranspose", [real(2, 4, 5, 6), real(4, 3, 3, 3), real(3)], lambda *a: F.conv_transpose2d(*a, stride=2, padding=1, output_padding=1),
         strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    case("ConvTranspose_grouped_dilated", [real(1, 4, 5, 6), real(4, 2, 3, 2)], lambda *a: F.conv_transpose2d(*a, groups=2, dilation=(2, 1)), group=2, dilations=[2, 1])
    case("ConvTranspose_1d", [real(1, 2, 7), real(2, 3, 4)], lambda *a: F.conv_transpose1d(*a, stride=3), strides=[3])
    a, m, c = real(5, 7), real(6, 7), real(6)
    case("Gemm", [a, Fixed(m), Fixed(c)], lambda x, y, z: x @ y.T + z, transB=1)
    case("Gemm_scaled", [a.T.copy(), m.T.copy(), real(5, 1)], lambda x, y, z: 0.5 * (x.T @ y) + 2 * z, transA=1, alpha=0.5, beta=2.0)
    case("Gemm_no_bias", [a, m.T.copy()], torch.mm)
    case("MatMul", [real(17, 9), real(9, 37)], torch.matmul)
    case("MatMul_batched", [real(2, 3, 4, 5), real(3, 5, 6)], torch.matmul)
    case("MatMul_shared", [real(2, 3, 5), real(5, 6)], torch.matmul)
    case("MatMul_vector", [real(2, 3, 5), real(5)], torch.matmul)
    case("MatMul_vectors", [real(5), real(5)], torch.matmul)
    case("MatMul_int32", [np.arange(6, dtype=np.int32).reshape(2, 3), np.arange(6, dtype=np.int32).reshape(3, 2)], torch.matmul)
    case("Einsum", [real(2, 3, 4), real(2, 4, 5)], lambda x, y: torch.einsum("bij,bjk->bik", x, y), equation="bij,bjk->bik")
    case("Einsum_diagonal", [real(4, 4)], lambda x: torch.einsum("ii", x), equation="ii")
    case("Einsum_outer", [real(3), real(4)], lambda x, y: torch.einsum("a,b->ba", x, y), equation="a,b->ba")


def normalization():
    x = real(3, 4, 5, 2)
    scale, bias, mean, var = real(4), real(4), real(4), np.abs(real(4)) + np.float32(0.5)
    case("BatchNormalization", [x, Fixed(scale), Fixed(bias), Fixed(mean), Fixed(var)], lambda v, s, b, m, q: F.batch_norm(v, m, q, s, b, eps=1e-3), epsilon=1e-3)

    def training(v, s, b, m, q):
        count = v.numel() / v.shape[1]
        mu, sigma = v.mean((0, 2, 3)), v.var((0, 2, 3), unbiased=False)
        y = F.batch_norm(v, None, None, s, b, training=True, eps=1e-5)
        assert count > 1
        return y, 0.9 * m + 0.1 * mu, 0.9 * q + 0.1 * sigma

    case("BatchNormalization_training", [x, scale, bias, mean, var], training, opset=15, training_mode=1)
    case("LayerNormalization", [x, real(5, 2), real(5, 2)], lambda v, s, b: F.layer_norm(v, (5, 2), s, b), opset=17, axis=-2)
    case("InstanceNormalization", [x, scale, bias], lambda v, s, b: F.instance_norm(v, weight=s, bias=b))
    case("GroupNormalization", [x, scale, bias], lambda v, s, b: F.group_norm(v, 2, s, b), opset=21, num_groups=2)


def pooling():
    x = real(2, 3, 9, 8)
    case("MaxPool", [x], lambda v: F.max_pool2d(v, 3, 2, 1), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    case("MaxPool_ceil", [x], lambda v: F.max_pool2d(v, 3, 2, ceil_mode=True), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    case("MaxPool_dilated", [x], lambda v: F.max_pool2d(v, 2, 1, dilation=3), kernel_shape=[2, 2], dilations=[3, 3])
    case("MaxPool_3d", [spikes(1, 2, 4, 6, 6)], lambda v: F.max_pool3d(v, 2, 2), kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    case("AveragePool", [x], lambda v: F.avg_pool2d(v, 2, 2), kernel_shape=[2, 2], strides=[2, 2])
    case("AveragePool_padded", [x], lambda v: F.avg_pool2d(v, 3, 2, 1, count_include_pad=False), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    case("AveragePool_count_pad", [x], lambda v: F.avg_pool2d(v, 3, 2, 1), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    case("AveragePool_1d", [real(2, 3, 7)], lambda v: F.avg_pool1d(v, 3, 2), kernel_shape=[3], strides=[2])
    case("LpPool", [np.abs(x)], lambda v: F.lp_pool2d(v, 2, 2, 2), kernel_shape=[2, 2], strides=[2, 2], p=2)
    case("GlobalMaxPool", [x], lambda v: v.amax((2, 3), keepdim=True))
    case("GlobalAveragePool", [real(2, 3, 4, 5, 2)], lambda v: v.mean((2, 3, 4), keepdim=True))


def reductions():
    x = real(2, 3, 4)
    case("ReduceSum", [x, ints(1)], lambda v, _: v.sum(1, keepdim=True))
    case("ReduceSum_noop", [x, ints()], lambda v, _: v, noop_with_empty_axes=1)
    case("ReduceSum_attributes", [x], lambda v: v.sum((0, 2)), opset=11, axes=[0, -1], keepdims=0)
    case("ReduceMean", [x], lambda v: v.mean(0), axes=[0], keepdims=0)
    case("ReduceMean_all", [x], lambda v: v.mean().reshape(1, 1, 1))
    case("ReduceMean_opset18", [x, ints(-1, 0)], lambda v, _: v.mean((0, 2), keepdim=True), opset=18)
    case("ReduceMax", [x], lambda v: v.amax(-1, keepdim=True), axes=[-1])
    case("ReduceMin", [x], lambda v: v.amin((0, 1)), axes=[0, 1], keepdims=0)
    case("ReduceProd", [np.array([[2, 3], [4, 5]])], lambda v: v.prod(1, keepdim=True), axes=[1])
    case("ReduceL1", [x], lambda v: v.abs().sum(1, keepdim=True), axes=[1])
    case("ReduceL2", [x], lambda v: v.norm(dim=1, keepdim=True), axes=[1])
    case("ReduceSumSquare", [x], lambda v: (v * v).sum(2), axes=[2], keepdims=0)
    case("ReduceLogSum", [np.abs(x)], lambda v: v.sum(2).log(), axes=[2], keepdims=0)
    case("ReduceLogSumExp", [x], lambda v: v.logsumexp(1, keepdim=True), axes=[1])
    ties = np.array([[1, 3, 3], [2, 2, 0]], np.float32)
    case("ArgMax", [ties], np.array([[1], [0]]), axis=1)
    case("ArgMax_last", [ties], np.array([2, 1]), axis=1, keepdims=0, select_last_index=1)
    case("ArgMin", [x], lambda v: v.argmin(0, keepdim=True))
    case("CumSum", [x, Fixed(np.array(1))], lambda v, _: v.cumsum(1))
    case("CumSum_exclusive_reverse", [np.array([1, 2, 3, 4]), Fixed(np.array(0))], np.array([9, 7, 4, 0]), exclusive=1, reverse=1)


def movement():
    x = real(2, 3, 4)
    case("Reshape", [x, ints(0, -1)], lambda v, _: v.reshape(2, 12))
    case("Reshape_zero_copies", [x, ints(4, 0, 2)], lambda v, _: v.reshape(4, 3, 2))
    case("Reshape_flatten", [x], lambda v: v.reshape(2, 12), op="Flatten", axis=-2)
    case("Reshape_flatten_all", [x], lambda v: v.reshape(1, 24), op="Flatten", axis=0)
    case("Squeeze", [real(1, 2, 1, 3), ints(2)], lambda v, _: v.squeeze(2))
    case("Squeeze_attribute", [real(1, 2, 1, 3)], lambda v: v.reshape(2, 3), opset=11, axes=[0, 2])
    case("Squeeze_all", [real(1, 2, 1)], lambda v: v.reshape(2))
    case("Unsqueeze", [x, ints(-1, 0)], lambda v, _: v.reshape(1, 2, 3, 4, 1))
    case("Unsqueeze_attribute", [x], lambda v: v.unsqueeze(1), opset=9, axes=[1])
    case("Expand", [real(3, 1), ints(2, 1, 4)], lambda v, _: v.expand(2, 3, 4))
    case("Tile", [real(2, 3), ints(2, 3)], lambda v, _: v.repeat(2, 3))
    case("Transpose", [x], lambda v: v.permute(2, 0, 1), perm=[2, 0, 1])
    case("Transpose_default", [x], lambda v: v.permute(2, 1, 0))
    image = real(2, 8, 3, 2)
    case("DepthToSpace_CRD", [image], lambda v: F.pixel_shuffle(v, 2), blocksize=2, mode="CRD")
    case("DepthToSpace", [image], lambda v: v.reshape(2, 2, 2, 2, 3, 2).permute(0, 3, 4, 1, 5, 2).reshape(2, 2, 6, 4), blocksize=2)
    case("SpaceToDepth", [real(1, 2, 4, 6)], lambda v: v.reshape(1, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3), blocksize=2)
    case("Concat", [x, real(2, 1, 4)], lambda *v: torch.cat(v, 1), axis=-2)
    case("Slice", [real(5, 6), ints(1, -1), ints(10, -7), ints(0, 1), ints(2, -2)], lambda v, *_: torch.from_numpy(v.numpy()[1:10:2, -1:-7:-2].copy()))
    case("Slice_attributes", [real(5, 6)], lambda v: v[1:-1, 2:], opset=9, starts=[1, 2], ends=[-1, 1000])
    case("Slice_empty", [real(5), ints(3), ints(2)], np.zeros(0, np.float32))
    case("Slice_split", [real(2, 7), ints(3, 4)], lambda v, _: [v[:, :3], v[:, 3:]], op="Split", axis=1)
    case("Slice_split_attribute", [real(6, 2)], lambda v: [v[:1], v[1:]], op="Split", opset=11, split=[1, 5])
    case("Slice_split_even", [real(4, 2)], lambda v: [v[:2], v[2:]], op="Split")
    case("Slice_split_num_outputs", [real(7)], lambda v: list(torch.split(v, 3)), op="Split", opset=18, num_outputs=3)
    case("Pad", [real(2, 3), ints(1, 0, 0, 2), Fixed(np.float32(0.5))], lambda v, *_: F.pad(v, (0, 2, 1, 0), value=0.5))
    case("Pad_negative", [real(4, 3), ints(-1, 1, -1, 0)], lambda v, _: F.pad(v[1:3], (1, 0)))
    case("Pad_attributes", [real(2, 3)], lambda v: F.pad(v, (1, 1, 1, 1), value=2.0), opset=9, pads=[1, 1, 1, 1], value=2.0)
    for mode, torch_mode in (("reflect", "reflect"), ("edge", "replicate")):
        case(f"Pad_{mode}", [real(1, 1, 4, 5), ints(0, 0, 2, 1, 0, 0, 1, 3)], lambda v, _, m=torch_mode: F.pad(v, (1, 3, 2, 1), mode=m), mode=mode)
    case("Pad_wrap", [real(1, 1, 4, 5), ints(0, 0, 2, 1, 0, 0, 1, 3)], lambda v, _: F.pad(v, (1, 3, 2, 1), mode="circular"), opset=19, mode="wrap")
    case("Resize", [real(1, 2, 3, 4), None, Fixed(np.array([1, 1, 2, 2], np.float32))], lambda v, *_: F.interpolate(v, scale_factor=2, mode="nearest"),
         mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    case("Resize_sizes", [real(1, 2, 6, 4), None, None, ints(1, 2, 3, 8)], lambda v, *_: F.interpolate(v, size=(3, 8), mode="nearest"),
         mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    case("Resize_exact", [real(1, 1, 5, 4), None, None, ints(1, 1, 10, 8)], lambda v, *_: F.interpolate(v, size=(10, 8), mode="nearest-exact"), mode="nearest")
    case("Resize_upsample", [real(1, 2, 3, 4), Fixed(np.array([1, 1, 2, 3], np.float32))], lambda v, _: F.interpolate(v, scale_factor=(2, 3)), op="Upsample", opset=9)
    case("Gather", [x, np.array([[2, 0], [1, -1]])], lambda v, i: v[:, i % 3], axis=1)
    case("Gather_scalar", [x, np.array(-1)], lambda v, _: v[-1])
    case("GatherElements", [x[0], np.array([[2, 0, 1, -1]])], lambda v, i: torch.gather(v, 0, i % 3))
    case("GatherND", [x, np.array([[0, 1], [1, -1]])], lambda v, i: v[[0, 1], [1, 2]])
    case("GatherND_batch", [x, np.array([[0], [2]])], lambda v, i: torch.stack([v[0, 0], v[1, 2]]), batch_dims=1)
    case("ScatterND", [x, np.array([[0, 1], [1, 2]]), real(2, 4)], lambda v, i, u: v.index_put((i[:, 0], i[:, 1]), u))
    case("ScatterND_add", [real(4), np.array([[1], [1], [3]]), real(3)], lambda v, i, u: v.index_put((i[:, 0],), u, accumulate=True), opset=16, reduction="add")
    case("ScatterElements", [x[0], np.array([[0, 2, 1, 0]]), real(1, 4)], lambda v, i, u: v.scatter(0, i, u))
    case("ScatterElements_max", [real(3), np.array([0, 0, 2]), real(3)], lambda v, i, u: v.scatter_reduce(0, i, u, "amax"), opset=18, reduction="max")
    case("ScatterElements_scatter", [real(2, 3), np.array([[2], [0]]), real(2, 1)], lambda v, i, u: v.scatter(1, i, u), op="Scatter", opset=9, axis=1)


def generated():
    x = real(2, 3, 4)
    case("Shape", [x], np.array([2, 3, 4]))
    case("Shape_part", [x], np.array([3]), opset=15, start=1, end=-1)
    case("Size", [x], np.array(24))
    case("ConstantOfShape", [ints(2, 3)], np.full((2, 3), 5), value=np.array([5]))
    case("ConstantOfShape_default", [ints(2)], np.zeros(2, np.float32))
    case("Range", [Fixed(np.array(3)), Fixed(np.array(-6)), Fixed(np.array(-2))], np.arange(3, -6, -2))
    case("Range_float", [Fixed(np.float32(0)), Fixed(np.float32(1)), Fixed(np.float32(0.25))], np.arange(0, 1, 0.25, dtype=np.float32))
    case("OneHot", [np.array([0, 2, -1, 7]), Fixed(np.array(4)), Fixed(np.array([0.5, 2], np.float32))],
         np.where(np.arange(4) == np.array([[0], [2], [3], [9]]), 2, 0.5).astype(np.float32))
    case("OneHot_axis", [np.array([1, 0]), Fixed(np.array(3)), Fixed(np.array([0, 1]))], np.array([[0, 1], [1, 0], [0, 0]]), axis=0)
    case("NonZero", [Fixed(np.array([[1, 0], [0, 3]], np.float32))], np.array([[0, 1], [0, 1]]))
    case("EyeLike", [real(3, 4)], np.eye(3, 4, 1, dtype=np.float32), k=1)
    case("Trilu", [real(2, 4, 5), ints(1)], lambda v, _: torch.triu(v, 1), opset=14)
    case("Trilu_lower", [real(4, 4)], torch.tril, opset=14, upper=0)


for family in (arithmetic, unary, truth, layers, normalization, pooling, reductions, movement, generated):
    family()
assert math.isclose(len({c[0] for c in CASES}), len(CASES)), "case names repeat"
