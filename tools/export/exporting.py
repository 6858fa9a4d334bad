"""Writes a network as ONNX with what PyTorch computes on a few samples: model.onnx, inputs.npz, golden.npz, meta.json."""
import copy
import json
import warnings

import numpy as np
import torch

from spiking import observe, whole


def write_model(path, net, example, inputs=("x",), outputs=("logits",), opset=13, folding=True, fused=True):
    """Writes the file as PyTorch's exporter makes it; `fused`: normalisations beside convolutions become part of them."""
    mode = torch.onnx.TrainingMode.EVAL if fused else torch.onnx.TrainingMode.PRESERVE
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, example, str(path), opset_version=opset, input_names=list(inputs), output_names=list(outputs), do_constant_folding=folding,
            training=mode,
        )


def write_case(path, net, sample, outputs=("logits",), opset=13, folding=True, fused=True, samples=2, spiking=None, margin=1e-5, others=(), about=None):
    """One network with its goldens. `spiking`: samples whose spikes are kept (all). A sample in which some neuron comes closer to its threshold
    than `margin` without meeting it is drawn again, because another order of float additions could turn its spikes. Large networks always have such
    neurons; for them `others` are networks that differ by rounding only, and a sample is drawn again where one of them spikes otherwise."""
    net.eval()
    given, results, kept = [], [], []
    while len(given) < samples:
        x = sample()
        y, spikes, least = observe(net, x, distances=margin > 0)
        if least < margin or any(agreement(spikes, observe(other, x)[1]) < 0.9999 for other in others):
            continue
        given.append(x)
        results.append([v.numpy() for v in (y if isinstance(y, (tuple, list)) else (y,))])
        kept.append(spikes)
    write_model(path, net, given[0] if given else sample(), outputs=outputs, opset=opset, folding=folding, fused=fused)
    if not given:
        return {}
    np.savez_compressed(path.parent / "inputs.npz", x=np.stack([x.numpy() for x in given]))
    golden = {name: np.stack([r[i] for r in results]) for i, name in enumerate(outputs)}
    for name in kept[0]:
        golden["spk:" + name] = np.stack([whole(k[name]) for k in kept[: spiking or samples]])
    np.savez_compressed(path.parent / "golden.npz", **golden)
    layers = {name: layer([k[name] for k in kept]) for name in kept[0]}
    meta = dict(about or {})
    meta.update(
        exporter=f"torch.onnx.export, torch {torch.__version__}, opset {opset}, constant folding {'on' if folding else 'off'}",
        parameters=sum(p.numel() for p in net.parameters()), samples=samples, inputs={"x": list(given[0].shape)},
        outputs={name: list(results[0][i].shape) for i, name in enumerate(outputs)},
        golden_layout="leading axis = sample, each run on its own from reset state; spk:NAME holds the first samples, [samples, T, ...]",
        layers=layers,
    )
    (path.parent / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    return layers


@torch.no_grad()
def rounded_otherwise(net, seed):
    """A copy whose weights are off by about one unit in the last place."""
    other, generator = copy.deepcopy(net), torch.Generator().manual_seed(seed)
    for parameter in other.parameters():
        parameter.mul_(1 + 1e-7 * torch.randn(parameter.shape, generator=generator))
    return other


def agreement(spikes, others):
    """The part of all spikes that is the same in another network of the same layers."""
    same = sum((spikes[name] == others[name]).sum().item() for name in spikes)
    return same / sum(s.numel() for s in spikes.values())


def layer(spikes):
    """Shape and firing of one layer over all samples."""
    values = torch.stack(spikes).float()
    return {
        "shape": list(spikes[0].shape), "rate": (values != 0).double().mean().item(), "mean": values.double().mean().item(),
        "max": values.max().item(), "min": values.min().item(), "binary": bool(((values == 0) | (values == 1)).all()),
    }
