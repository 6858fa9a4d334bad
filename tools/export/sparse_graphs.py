"""What can be done with a traced sparse-convolution network: fold normalisations, round weights, find neurons, compute it.

Computing goes over the rulebooks of `spconv_cpu`, whichever spconv the network was traced with, so a golden value depends on the file's weights alone.
"""
import collections
import dataclasses

import torch

from spconv_cpu import submanifold, strided
from sparse_tracing import ExportError, Graph

LINEAR = ("SparseConvolution", "Linear")


def users(graph):
    """How often each value is used, outputs included."""
    return collections.Counter([id(v) for s in graph.steps for v in s.inputs] + [id(v) for v in graph.outputs])


def folded(graph):
    """Normalisations become part of the convolution or linear layer before them, ReLUs its activation, where nothing else uses what lies between."""
    used, steps, made_by = users(graph), [], {}
    for step in graph.steps:
        before = made_by.get(id(step.inputs[0]))
        alone = before is not None and before.op in LINEAR and used[id(step.inputs[0])] == 1 and before.attributes.get("activation", "None") == "None"
        if alone and step.op == "BatchNormalization":
            gain = step.tensors["weight"] / torch.sqrt(step.tensors["var"] + step.attributes["epsilon"])
            weight, bias = before.tensors["weight"], before.tensors.get("bias", torch.zeros_like(gain))
            tensors = {"weight": weight * gain.reshape(-1, *[1] * (weight.dim() - 1)), "bias": (bias - step.tensors["mean"]) * gain + step.tensors["bias"]}
            new = dataclasses.replace(before, output=step.output, tensors=tensors)
        elif alone and step.op == "Relu":
            new = dataclasses.replace(before, output=step.output, attributes={**before.attributes, "activation": "ReLU"})
        else:
            new, before = step, None
        if before is not None:
            steps[next(i for i, s in enumerate(steps) if s is before)] = new
        else:
            steps.append(new)
        made_by[id(new.output)] = new
    return dataclasses.replace(graph, steps=steps)


def rounded(graph, dtype):
    """Parameters as a file of this type holds them."""
    steps = [dataclasses.replace(s, tensors={k: t.to(dtype).double() for k, t in s.tensors.items()}) for s in graph.steps]
    for step in steps:
        if not all(torch.isfinite(t).all() for t in step.tensors.values()):
            raise ExportError(f"a weight is not a finite number of {dtype}; write the file in float32")
    return dataclasses.replace(graph, steps=steps)


def neurons(graph):
    """The steps of each spiking neuron: a clip, with or without a half added, rounded; the last one's output counts spikes."""
    used, made_by, found = users(graph), {id(s.output): s for s in graph.steps}, []
    for step in graph.steps:
        chain = [step]
        while chain[0].op in ("Floor", "Round", "Add"):
            before = made_by.get(id(chain[0].inputs[0]))
            if before is None or used[id(before.output)] > 1 or before.op == "Add" and before.inputs[1] != 0.5:
                break
            chain.insert(0, before)
        if step.op in ("Floor", "Round") and chain[0].op == "Clip":
            found.append(chain)
    return found


@dataclasses.dataclass
class Run:
    """`values` and `sites` by the value's id; `books` by the convolution's position among the steps."""

    values: dict
    sites: dict
    books: dict
    pairs: dict = dataclasses.field(default_factory=dict)

    def of(self, value):
        return self.values[id(value)]


@torch.no_grad()
def run(graph, features, indices, dtype=torch.float32):
    """Computes every value; elementary additions in the given type."""
    state = Run({id(graph.input): features.to(dtype)}, {id(graph.input): indices}, {})
    for position, step in enumerate(graph.steps):
        given = [v if isinstance(v, float) else state.of(v) for v in step.inputs]
        sites = [state.sites[id(v)] for v in step.inputs if id(v) in state.sites]
        if any(not torch.equal(sites[0], other) for other in sites[1:]):
            raise ExportError(f"{step.op} joins features of different sites")
        t = {k: v.to(dtype) for k, v in step.tensors.items()}
        if step.op == "SparseConvolution":
            book = state.books[position] = rulebook(step, graph, state, sites[0])
            result, sites = book.convolve(given[0], t["weight"], t.get("bias")), [book.outputs]
        else:
            result = COMPUTED[step.op](step, graph, given, t, sites)
        state.values[id(step.output)] = torch.relu(result) if step.attributes.get("activation") == "ReLU" else result
        if step.output.grid is not None:
            state.sites[id(step.output)] = sites[0]
    return state


def rulebook(step, graph, state, sites):
    a, key = step.attributes, step.attributes["key"]
    shape, known = step.inputs[0].grid, state.pairs.get(key) if key else None
    if a["inverse"]:
        if known is None:
            raise ExportError(f"an inverse convolution replays the pairs of '{key}', which no convolution before it has made")
        return known.swapped()
    if known is None:
        form = (a["kernel_size"],) if a["subm"] else (a["kernel_size"], a["stride"], a["padding"])
        known = (submanifold if a["subm"] else strided)(sites, shape, *form, a["dilation"])
    if key:
        state.pairs[key] = known
    return known


def dense(step, graph, given, _, sites):
    grid = step.inputs[0].grid
    out = given[0].new_zeros(graph.batch_size, *grid, given[0].shape[1])
    out[tuple(sites[0].long().T)] = given[0]
    return out.permute(0, 4, 1, 2, 3).contiguous()


def normal(step, _, given, t, __):
    return (given[0] - t["mean"]) * (t["weight"] / torch.sqrt(t["var"] + step.attributes["epsilon"])) + t["bias"]


COMPUTED = {
    "Relu": lambda s, g, x, t, at: torch.relu(x[0]),
    "Floor": lambda s, g, x, t, at: torch.floor(x[0]),
    "Round": lambda s, g, x, t, at: torch.round(x[0]),
    "Clip": lambda s, g, x, t, at: torch.clamp(x[0], x[1], x[2]),
    "Add": lambda s, g, x, t, at: x[0] + x[1],
    "Mul": lambda s, g, x, t, at: x[0] * x[1],
    "Div": lambda s, g, x, t, at: x[0] / x[1],
    "Concat": lambda s, g, x, t, at: torch.cat(x, 1),
    "Linear": lambda s, g, x, t, at: torch.nn.functional.linear(x[0], t["weight"], t.get("bias")),
    "BatchNormalization": normal,
    "ScatterDense": dense,
    "Reshape": lambda s, g, x, t, at: x[0].reshape(s.attributes["dims"]),
}


def distance(graph, state):
    """How close any neuron came to a threshold without meeting it: closer than rounding errors, and another order of additions gives other spikes."""
    least = 1.0
    for chain in neurons(graph):
        low, high = chain[0].inputs[1:]
        x = state.of(chain[0].inputs[0]).double()
        x = x[(x > low) & (x < high)]
        apart = (x - torch.floor(x) - 0.5).abs()
        apart = apart[apart > 0]
        least = min(least, apart.min().item()) if len(apart) else least
    return least
