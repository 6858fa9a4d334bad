"""What a sparse-convolution network computes, as a list of steps: found by running it once.

The feature matrix that runs through the network is a tensor that writes down what is done with it, so networks need no changes: neurons that are
autograd functions, additions between blocks and concatenations are seen like modules. Sparse convolutions are told by their class, spconv's or that
of `spconv_cpu`; their sites and grids travel outside the feature matrix, as in spconv.
"""
import contextlib
import dataclasses

import torch


class ExportError(Exception):
    """The network does something that the file cannot say; the message names it."""


class Value:
    """Something computed; `grid` is the spatial shape its rows are sites of, or None after `dense()`."""

    def __init__(self, grid, shape):
        self.grid, self.shape = grid, list(shape)


@dataclasses.dataclass(eq=False)
class Step:
    """`inputs` are values and numbers; `tensors` are the parameters by role (weight, bias, mean, var), `attributes` the rest."""

    op: str
    inputs: list
    output: Value
    attributes: dict = dataclasses.field(default_factory=dict)
    tensors: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Graph:
    input: Value
    steps: list
    outputs: list
    batch_size: int


class Traced(torch.Tensor):
    """A tensor that knows which value it holds and of which trace."""

    @classmethod
    def __torch_function__(cls, function, _, args=(), kwargs=None):
        kwargs = kwargs or {}
        with torch._C.DisableTorchFunction():
            result = function(*args, **kwargs)
        if not isinstance(result, torch.Tensor):
            return result
        name = getattr(function, "__name__", str(function))
        in_place = name.endswith("_") and not name.endswith("__") or name.startswith("__i") and name in FOLLOWED or kwargs.get("inplace", False)
        trace = next(a.trace for a in flat((args, kwargs)) if hasattr(a, "trace"))
        value = trace.follow(name, result, args, kwargs)
        if in_place and isinstance(args[0], Traced):
            args[0].value = value
            return args[0]
        return trace.hold(result, value)


def flat(values):
    if isinstance(values, dict):
        values = values.values()
    for value in values:
        if isinstance(value, (list, tuple, dict)):
            yield from flat(value)
        else:
            yield value


class Trace:
    def __init__(self):
        self.steps = []

    def hold(self, tensor, value):
        tensor = tensor.detach().as_subclass(Traced)
        tensor.value, tensor.trace = value, self
        return tensor

    def value(self, tensor):
        value = getattr(tensor, "value", None)
        if isinstance(value, Value):
            return value
        if isinstance(value, str):
            raise ExportError(f"the network uses the result of '{value}', which has no form in the file")
        raise ExportError("the network uses a tensor that is neither its input nor computed from it by operators the exporter follows")

    def add(self, op, inputs, grid, shape, attributes=None, tensors=None):
        tensors = {k: t.detach().double().cpu() for k, t in (tensors or {}).items() if t is not None}
        self.steps.append(Step(op, inputs, Value(grid, shape), attributes or {}, tensors))
        return self.steps[-1].output

    def follow(self, name, result, args, kwargs):
        """The value of a result; a name in place of one that matters only if something uses it."""
        if name not in FOLLOWED:
            return name
        method, arguments = FOLLOWED[name]
        named = {**dict(zip(arguments, args)), **{ALIAS.get(k, k): v for k, v in kwargs.items()}}
        return getattr(self, method)(result, **named)

    def see_same(self, _, x, **__):
        return self.value(x)

    def see_dropout(self, _, x, p=0.5, training=True, **__):
        if training:
            raise ExportError("a dropout is in training mode; call eval() first")
        return self.value(x)

    def unary(self, op, result, x, *numbers, **attributes):
        value = self.value(x)
        return self.add(op, [value, *numbers], value.grid, result.shape, attributes)

    def see_relu(self, result, x, **_):
        return self.unary("Relu", result, x)

    def see_floor(self, result, x):
        return self.unary("Floor", result, x)

    def see_round(self, result, x, **more):
        if more.get("decimals"):
            raise ExportError("rounding to decimals has no form in the file")
        return self.unary("Round", result, x)

    def see_clamp(self, result, x, min=None, max=None, **_):
        if not all(isinstance(n, (int, float)) for n in (min, max)):
            raise ExportError("a clamp needs two numbers as its ends")
        return self.unary("Clip", result, x, float(min), float(max))

    def see_add(self, result, x, y, alpha=1):
        if alpha != 1:
            raise ExportError("an addition with a factor (alpha) has no form in the file")
        inputs = [float(v) if isinstance(v, (int, float)) else self.value(v) for v in (x, y)]
        inputs.sort(key=lambda v: isinstance(v, float))
        return self.add("Add", inputs, inputs[0].grid, result.shape)

    def see_scale(self, op, result, x, y):
        x, y = (y, x) if op == "Mul" and isinstance(x, (int, float)) else (x, y)
        if not isinstance(y, (int, float)):
            raise ExportError("features may be multiplied and divided by numbers only")
        return self.unary(op, result, x, float(y))

    def see_mul(self, result, x, y):
        return self.see_scale("Mul", result, x, y)

    def see_div(self, result, x, y, **more):
        if more:
            raise ExportError("a division that rounds has no form in the file")
        return self.see_scale("Div", result, x, y)

    def see_cat(self, result, tensors, dim=0):
        values = [self.value(t) for t in tensors]
        if dim not in (1, -1) or result.dim() != 2:
            raise ExportError("only features can be concatenated (dim 1 of [N, C])")
        return self.add("Concat", values, values[0].grid, result.shape, {"axis": 1})

    def see_linear(self, result, x, weight, bias=None):
        value = self.value(x)
        if value.grid is None:
            raise ExportError("a linear layer on a dense grid has no form in the file; end the export before it")
        return self.add("Linear", [value], value.grid, result.shape, {}, {"weight": weight, "bias": bias})

    def see_batch_norm(self, result, x, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
        if training:
            raise ExportError("a normalisation is in training mode; call eval() first")
        value = self.value(x)
        weight, bias = (torch.ones_like(mean) if weight is None else weight), (torch.zeros_like(mean) if bias is None else bias)
        return self.add("BatchNormalization", [value], value.grid, result.shape, {"epsilon": eps}, {"weight": weight, "bias": bias, "mean": mean, "var": var})

    def see_reshape(self, result, x, *_, **__):
        value = self.value(x)
        if list(result.shape) == value.shape:
            return value
        if value.grid is not None:
            raise ExportError("a feature matrix keeps its shape [N, C] until dense()")
        return self.add("Reshape", [value], None, result.shape, {"dims": list(result.shape)})

    def convolution(self, module, forward, x):
        value = self.value(x.features)
        y = forward(x.replace_feature(x.features.as_subclass(torch.Tensor)))
        attributes = {k: [int(n) for n in getattr(module, k)] for k in ("kernel_size", "stride", "padding", "dilation", "output_padding")}
        attributes.update({k: int(getattr(module, k)) for k in ("subm", "inverse")}, key=module.indice_key, activation=fused_activation(module))
        expected = [module.out_channels, *attributes["kernel_size"], module.in_channels]
        if list(module.weight.shape) != expected:
            raise ExportError(f"a weight of shape {list(module.weight.shape)} is not in spconv 2's layout, {expected}")
        tensors = {"weight": module.weight, "bias": module.bias}
        made = self.add("SparseConvolution", [value], [int(n) for n in y.spatial_shape], y.features.shape, attributes, tensors)
        return y.replace_feature(self.hold(y.features, made))

    def dense(self, forward, x, channels_first=True):
        if not channels_first:
            raise ExportError("dense() is followed only with channels first")
        y = forward(x.replace_feature(x.features.as_subclass(torch.Tensor)))
        return self.hold(y, self.add("ScatterDense", [self.value(x.features)], None, y.shape))


# Operators that are followed: their names in PyTorch, the method above, its arguments.
FOLLOWED = {name: ("see_" + method, arguments.split()) for names, method, arguments in (
    ("relu relu_", "relu", "x"), ("floor floor_", "floor", "x"), ("round round_", "round", "x"), ("clamp clamp_ clip hardtanh", "clamp", "x min max"),
    ("add add_ __add__ __radd__ __iadd__", "add", "x y"), ("mul mul_ __mul__ __rmul__ __imul__", "mul", "x y"),
    ("div div_ true_divide __div__ __truediv__ __idiv__ __itruediv__", "div", "x y"), ("cat concat", "cat", "tensors dim"), ("linear", "linear", "x weight bias"),
    ("batch_norm", "batch_norm", "x mean var weight bias training momentum eps"), ("dropout", "dropout", "x p training"),
    ("contiguous detach clone float", "same", "x"), ("view reshape flatten", "reshape", "x"),
) for name in names.split()}
ALIAS = {"input": "x", "other": "y", "running_mean": "mean", "running_var": "var", "min_val": "min", "max_val": "max", "axis": "dim"}


def is_convolution(module):
    return any(c.__name__ == "SparseConvolution" for c in type(module).__mro__)


def fused_activation(module):
    """spconv 2.2 and later can apply an activation in the convolution itself."""
    name = str(getattr(module, "act_type", None)).rsplit(".", 1)[-1].rstrip("_")
    if name not in ("None", "ReLU"):
        raise ExportError(f"the activation {name} inside a convolution has no form here")
    return name


def refuse(net):
    for name, module in net.named_modules():
        if is_convolution(module):
            if module.ndim != 3 or module.groups != 1 or module.transposed:
                raise ExportError(f"'{name}' ({type(module).__name__}): only ungrouped, not transposed convolutions of three dimensions can be written")
        elif hasattr(module, "indice_key") or hasattr(module, "kernel_size") and type(module).__name__.startswith("Sparse"):
            raise ExportError(f"'{name}' ({type(module).__name__}) has no form in the file")


@contextlib.contextmanager
def followed(net, kind, trace):
    """Convolutions of the tree and `dense` of the sparse tensor's class write themselves down; afterwards all is as it was."""
    convolutions, dense = [m for m in net.modules() if is_convolution(m)], kind.dense
    for module in convolutions:
        module.forward = lambda x, module=module, forward=module.forward: trace.convolution(module, forward, x)
    kind.dense = lambda x, *args, **more: trace.dense(lambda y: dense(y, *args, **more), x, *args, **more)
    try:
        yield
    finally:
        kind.dense = dense
        for module in convolutions:
            del module.forward


@torch.no_grad()
def trace(net, cloud):
    """Runs `net` on a sparse tensor. It may return a sparse tensor, features, a dense grid, or a tuple or list of these."""
    refuse(net)
    log = Trace()
    value = Value([int(n) for n in cloud.spatial_shape], cloud.features.shape)
    # A new tensor: the caller's may hold rulebooks of an earlier run.
    fresh = type(cloud)(log.hold(cloud.features, value), cloud.indices, cloud.spatial_shape, cloud.batch_size)
    with followed(net, type(cloud), log):
        result = net(fresh)
    results = result if isinstance(result, (tuple, list)) else [result]
    return Graph(value, log.steps, [log.value(getattr(r, "features", r)) for r in results], int(cloud.batch_size))
