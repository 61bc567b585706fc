#!/usr/bin/env python3
"""Writes the golden files of tests/golden, or checks that they still say what the oracle says.

    golden.py tests/golden            write
    golden.py --check tests/golden    recompute from the inputs stored there and compare
Everything is computed in float64 from float32 inputs and rounded to float32 once.
"""
import argparse
import sys
from pathlib import Path
from typing import Callable, Dict, Tuple

try:
    import numpy as np
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch import Tensor
except ImportError as problem:
    print(f"golden: needs Debian's python3-torch and python3-numpy ({problem})", file=sys.stderr)
    raise SystemExit(77)

import pcl_oracle as po
import tensor_files as tf
from steady import steady

# the whole step: 3, 5, 10 and 20 channels, 80 features, so nothing divides a tile
WIDTH, SIZE, BATCH, SAMPLES, NEGATIVES, SEED = 0.04, 64, 3, 2, 3, 25
LARGEST_AFTER = 1000  # parameters after the step are kept up to this many values
IMAGE_STRIDE = 61  # of each decode every 61st value is kept
TOLERANCE = 1e-5
ROUNDING = 1e-12  # of the largest array: what float64 leaves where the gradient is zero in theory (attention's theta bias)

Make = Callable[[np.random.Generator], po.Arrays]
Compute = Callable[[po.Tensors], po.Tensors]


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def with_gradients(inputs: po.Tensors, names: str, run: Callable[[po.Tensors], Tensor]) -> po.Tensors:
    """y = run(inputs) and, for every named input, d<name> = the gradient of sum(dy * y)."""
    leaves = {k: inputs[k].clone().requires_grad_(True) for k in names.split()}
    y = run({**inputs, **leaves})
    dy = inputs.get("dy", torch.ones_like(y))
    gradients = torch.autograd.grad(y, list(leaves.values()), dy)
    return {"y": y.detach(), **{f"d{k}": g for k, g in zip(leaves, gradients)}}


# ------------------------------------------------------------------------------------ one op


def conv2d(stride: int, k: int) -> Tuple[Make, Compute]:
    def make(rng: np.random.Generator) -> po.Arrays:
        p, q = (9 - 1) // stride + 1, (8 - 1) // stride + 1
        return {"x": normal(rng, 2, 5, 9, 8), "weight": normal(rng, 6, 5, k, k), "bias": normal(rng, 6),
                "dy": normal(rng, 2, 6, p, q)}

    def compute(x: po.Tensors) -> po.Tensors:
        def run(t: po.Tensors) -> Tensor:
            return F.conv2d(t["x"], t["weight"], t["bias"], stride, k // 2)

        return with_gradients(x, "x weight bias", run)

    return make, compute


def batch_norm(*shape: int) -> Tuple[Make, Compute]:
    def make(rng: np.random.Generator) -> po.Arrays:
        c = shape[1]
        return {"x": 1 + 2 * normal(rng, *shape), "weight": normal(rng, c), "bias": normal(rng, c),
                "running_mean": normal(rng, c), "running_var": np.exp(normal(rng, c)), "dy": normal(rng, *shape)}

    def compute(x: po.Tensors) -> po.Tensors:
        mean, var = x["running_mean"].clone(), x["running_var"].clone()

        def run(t: po.Tensors) -> Tensor:
            return F.batch_norm(t["x"], mean, var, t["weight"], t["bias"], training=True, momentum=0.1, eps=1e-5)

        def use(t: po.Tensors) -> Tensor:
            return F.batch_norm(t["x"], t["running_mean"], t["running_var"], t["weight"], t["bias"], eps=1e-5)

        out = with_gradients(x, "x weight bias", run)
        return {**out, "running_mean_after": mean, "running_var_after": var, "y_inference": use(x)}

    return make, compute


def attention_make(rng: np.random.Generator) -> po.Arrays:
    out: po.Arrays = {"x": normal(rng, 2, 6, 5, 4), "dy": normal(rng, 2, 6, 5, 4)}
    for k, v in po.ChannelAttention(6).named_parameters():
        out[k.replace(".", "_")] = normal(rng, *v.shape)
    return out


def attention_compute(x: po.Tensors) -> po.Tensors:
    net = po.ChannelAttention(6).double()
    with torch.no_grad():
        for k, v in net.named_parameters():
            v.copy_(x[k.replace(".", "_")])
    leaf = x["x"].clone().requires_grad_(True)
    y = net(leaf)
    (y * x["dy"]).sum().backward()
    out = {"y": y.detach(), "dx": leaf.grad}
    out.update({f"d{k.replace('.', '_')}": v.grad for k, v in net.named_parameters()})
    return out


def simple(run: Callable[[po.Tensors], Tensor], names: str, **shapes: Tuple[int, ...]) -> Tuple[Make, Compute]:
    """An op of plain normal inputs; a shape named dy is the output's gradient."""

    def make(rng: np.random.Generator) -> po.Arrays:
        return {k: normal(rng, *s) for k, s in shapes.items()}

    return make, lambda x: with_gradients(x, names, run)


def face_make(rng: np.random.Generator) -> po.Arrays:
    return {"feature": normal(rng, 8, 12), "mix": rng.beta(1.6, 1.6, (8, 6)).astype(np.float32),
            "perm": rng.permutation(6).astype(np.int64), "temperature": np.array([0.07], np.float32)}


def face_compute(x: po.Tensors) -> po.Tensors:
    f = x["feature"].clone().requires_grad_(True)
    logits = po.face_logits(f, x["mix"], x["perm"], x["temperature"])
    loss = po.mean_cross_entropy_first(logits)
    (slope,) = torch.autograd.grad(loss, f)
    return {"logits": logits.detach(), "loss": loss.detach().reshape(1), "dfeature": slope}


def pose_make(rng: np.random.Generator) -> po.Arrays:
    return {"feature": normal(rng, 6, 12), "negative": normal(rng, 3 * 4, 12),
            "mix": rng.beta(1.6, 1.6, (3, 4)).astype(np.float32), "perm": rng.permutation(4).astype(np.int64),
            "temperature": np.array([0.07], np.float32)}


def pose_compute(x: po.Tensors) -> po.Tensors:
    out: po.Tensors = {}
    for mixed in (False, True):
        f, n = x["feature"].clone().requires_grad_(True), x["negative"].clone().requires_grad_(True)
        logits = po.pose_logits(f, po.group_negatives(n, 3, mixed), x["mix"], x["perm"], x["temperature"])
        loss = po.mean_cross_entropy_first(logits)
        df, dn = torch.autograd.grad(loss, (f, n))
        tag = "_mixed" if mixed else ""
        out.update({f"logits{tag}": logits.detach(), f"loss{tag}": loss.detach().reshape(1)})
        out.update({f"dfeature{tag}": df, f"dnegative{tag}": dn})
    return out


def adam_make(rng: np.random.Generator) -> po.Arrays:
    g = normal(rng, 3, 37) * np.array([[1.0], [1e-3], [1e-6]], np.float32)
    return {"parameter": normal(rng, 37), "gradient": g, "lr": np.array([1e-3], np.float32)}


def adam_compute(x: po.Tensors) -> po.Tensors:
    """Three steps; in the second the parameter has no gradient (its row counts in neither option)."""
    out: po.Tensors = {}
    for unused in (False, True):
        net = nn.Module()
        net.parameter = nn.Parameter(x["parameter"].clone())
        lr = float(x["lr"])
        adam = po.Adam(net, po.Options(update_unused=unused))  # type: ignore[arg-type]
        for i in range(3):
            net.parameter.grad = None if i == 1 else x["gradient"][i]
            adam.step(lr)
            tag = "_update_unused" if unused else ""
            out[f"after{i + 1}{tag}"] = net.parameter.detach().clone()
        out[f"m{tag}"], out[f"v{tag}"] = adam.m["parameter"], adam.v["parameter"]
    return out


def up2(t: po.Tensors) -> Tensor:
    return F.interpolate(t["x"], scale_factor=2, mode="bilinear", align_corners=False)


OPS: Dict[str, Tuple[Make, Compute]] = {
    "conv2d_s1": conv2d(1, 3),
    "conv2d_s2": conv2d(2, 3),
    "conv2d_7x7_s2": conv2d(2, 7),
    "linear": simple(lambda t: F.linear(t["x"], t["weight"], t["bias"]), "x weight bias",
                     x=(3, 7), weight=(5, 7), bias=(5,), dy=(3, 5)),
    "batch_norm_1d": batch_norm(6, 7),
    "batch_norm_2d": batch_norm(3, 5, 4, 3),
    "attention": (attention_make, attention_compute),
    "upsample": simple(up2, "x", x=(2, 3, 5, 4), dy=(2, 3, 10, 8)),
    "l2_normalize": simple(lambda t: F.normalize(t["x"], eps=po.UNIT_NORM_EPS), "x", x=(4, 9), dy=(4, 9)),
    "mean_absolute_error": simple(lambda t: (t["x"] - t["target"]).abs().mean().reshape(1), "x",
                                  x=(2, 3, 5, 4), target=(2, 3, 5, 4)),
    "orth": simple(lambda t: po.orth(t["a"], t["b"]).reshape(1), "a b", a=(4, 33), b=(4, 33)),
    "info_nce_face": (face_make, face_compute),
    "info_nce_pose": (pose_make, pose_compute),
    "adam": (adam_make, adam_compute),
}


# --------------------------------------------------------------------------------- whole step


def blocky(images: np.ndarray, levels: int) -> np.ndarray:
    """2 x 2 pixels and few levels: nothing to the networks, but the file compresses."""
    small = np.round(images[..., ::2, ::2] * levels) / np.float32(levels)
    return small.repeat(2, axis=-2).repeat(2, axis=-1).astype(np.float32)


def goes_astray(g: np.ndarray) -> bool:
    """Is some entry zero in exact arithmetic only? Its first Adam step would follow rounding."""
    size = np.abs(g)
    return bool(np.any((size > 0) & (size < 1e-6 * np.sqrt(np.mean(g * g)))))


def step_inputs() -> Tuple[po.Arrays, po.Arrays]:
    inputs = po.random_inputs(BATCH, SAMPLES, NEGATIVES, SIZE, SEED + 1)
    inputs = {k: blocky(v, 8 if "noise" in k else 32) if v.ndim > 3 else v for k, v in inputs.items()}
    weights = po.init_weights(WIDTH, SIZE, SEED, perturb=True)
    return steady(weights, inputs, WIDTH, SIZE), inputs


def step_expected(weights: po.Arrays, inputs: po.Arrays) -> po.Arrays:
    out = po.replay(weights, inputs, WIDTH, SIZE, torch.float64, po.Options())
    mixed = po.replay(weights, inputs, WIDTH, SIZE, torch.float64, po.Options(mixed_negatives=True), ("pose",))
    zero = po.zero_gradients(weights)
    expected: po.Arrays = {"image_stride": np.array([IMAGE_STRIDE], np.int64)}
    for key, v in out.items():
        phase, kind, *rest = key.split(".")
        name = ".".join(rest)
        if kind.startswith("image"):
            expected[key] = v.reshape(-1)[::IMAGE_STRIDE]
        elif kind == "after" and "running_" not in name and (name in zero or f"{phase}.grad.{name}" not in out):
            continue  # not moved by this phase, or moved along nothing but rounding
        elif kind == "after" and v.size > LARGEST_AFTER:
            continue  # to keep the file small
        elif kind == "after" and f"{phase}.grad.{name}" in out and goes_astray(out[f"{phase}.grad.{name}"]):
            continue
        elif kind == "after" and np.array_equal(v, weights[name].astype(np.float64)):
            continue
        elif kind == "grad" and name in zero:
            expected[key] = np.zeros_like(v)
        else:
            expected[key] = v.reshape(-1) if v.ndim == 0 else v
    expected["pose_mixed.loss"] = mixed["pose.loss"].reshape(1)
    expected["pose_mixed.logits"] = mixed["pose.logits"]
    return expected


# -------------------------------------------------------------------------------------- files


def rounded(arrays: po.Arrays) -> po.Arrays:
    return {k: v if v.dtype == np.int64 else v.astype(np.float32) for k, v in arrays.items()}


def op_arrays(name: str, inputs: po.Arrays) -> po.Arrays:
    expected = OPS[name][1](po.tensors_of(inputs, torch.float64))
    return rounded({k: v.detach().numpy() for k, v in expected.items()})


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights, inputs = step_inputs()
    tf.write_safetensors(folder / "step_weights.safetensors", weights)
    tf.write_npz(folder / "step_inputs.npz", inputs, compress=True)
    tf.write_npz(folder / "step_expected.npz", rounded(step_expected(weights, inputs)), compress=True)
    for index, (name, (make, _)) in enumerate(OPS.items()):
        given = make(np.random.default_rng(100 + index))
        tf.write_npz(folder / f"op_{name}.npz", {**given, **op_arrays(name, given)}, compress=True)
    total = sum(f.stat().st_size for f in folder.iterdir() if f.suffix in (".npz", ".safetensors"))
    print(f"golden: {len(OPS)} ops and one step, {total / 1024:.0f} KiB in {folder}")


def differing(stored: po.Arrays, fresh: po.Arrays, label: str) -> int:
    bad = 0
    largest = max(np.linalg.norm(v) for v in fresh.values())
    for key, v in fresh.items():
        difference = np.linalg.norm(stored[key].astype(np.float64) - v) if key in stored else np.inf
        if not difference <= TOLERANCE * np.linalg.norm(v) + ROUNDING * largest:
            print(f"golden: {label}: {key} is {'missing' if key not in stored else 'not what the oracle computes'}")
            bad += 1
    return bad


def check(folder: Path) -> int:
    weights = tf.read_safetensors(folder / "step_weights.safetensors")
    inputs = tf.read_npz(folder / "step_inputs.npz")
    stored = tf.read_npz(folder / "step_expected.npz")
    bad = differing(stored, rounded(step_expected(weights, inputs)), "step")
    for index, (name, (make, _)) in enumerate(OPS.items()):
        file = tf.read_npz(folder / f"op_{name}.npz")
        given = {k: file[k] for k in make(np.random.default_rng(100 + index))}
        bad += differing(file, op_arrays(name, given), name)
    print(f"golden: {folder}: {bad} arrays differ")
    return 1 if bad else 0


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("--check", action="store_true")
    a = p.parse_args()
    if a.check:
        return check(a.folder)
    write(a.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
