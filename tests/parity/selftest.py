"""Checks of the oracle itself, without vkpcl: every claim it rests on, a second way."""
import hashlib
import tempfile
from pathlib import Path
from typing import Callable, List, Tuple

import numpy as np
import torch
from torch import Tensor

import compare
import pcl_oracle as po
import tensor_files as tf
from steady import steady

# of the lines "name<TAB>AxBxC" in state order, the method's parameter list
PARAMETER_LIST_SHA256 = "b082f7bdc1aa5de4e1b7e64d123cb4b7bccbc7cb90c481cb25f077c3e38f0575"
F64 = torch.float64


def check(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def close(a: Tensor, b: Tensor, tolerance: float, what: str) -> str:
    error = float((a - b).norm() / b.norm())
    check(error <= tolerance, f"{what}: relative difference {error:.1e} above {tolerance:.0e}")
    return f"{error:.0e}"


def parameter_list() -> str:
    net = po.Pcl()
    state = net.state_dict()
    lines = "".join(f"{k}\t{'x'.join(map(str, v.shape))}\n" for k, v in state.items())
    check(hashlib.sha256(lines.encode()).hexdigest() == PARAMETER_LIST_SHA256, "names or shapes differ")
    trainable = sum(p.numel() for p in net.parameters())
    total = sum(t.numel() for t in state.values())
    check(trainable == po.FULL_WIDTH_PARAMETERS, f"{trainable} trainable parameters")
    return f"{len(state)} tensors, {trainable:,} trainable, {total:,} with running statistics"


def decoder_shape() -> str:
    for size in (16, 32, 64, 128):
        net = po.Pcl(0.02, size)
        face, _ = net.encoder.both(torch.rand(2, 3, size, size))
        check(net.decoder(face).shape == (2, 3, size, size), f"decode at {size}")
    check(po.Pcl(0.02, 64).encoder.trunk(torch.rand(1, 3, 100, 100)).shape[2:] == (7, 7), "100 px")
    return "16 to 128 px in = out; 100 px gives a 7 x 7 trunk"


def gram_cosine(g: Tensor, i: int, a: Tensor, b: Tensor, m: Tensor) -> Tensor:
    """Cosine of row i with m*row[a] + (1-m)*row[b], from inner products alone."""
    top = m * g[i, a] + (1 - m) * g[i, b]
    square = m * m * g[a, a] + 2 * m * (1 - m) * g[a, b] + (1 - m) ** 2 * g[b, b]
    return top / (g[i, i].sqrt() * square.sqrt())


def gram_info_nce() -> str:
    torch.manual_seed(1)
    rows, t, samples, k = 10, 0.07, 3, 5
    f = torch.randn(rows, 7, dtype=F64, requires_grad=True)
    mix, perm = torch.rand(rows, rows - 2, dtype=F64), torch.randperm(rows - 2)
    g = f @ f.t()
    gram = []
    for i in range(rows):
        j = (i + rows // 2) % rows
        others = torch.tensor([r for r in range(rows) if r not in (i, j)])
        first = g[i, j] / (g[i, i] * g[j, j]).sqrt()
        gram.append(torch.cat([first[None], gram_cosine(g, i, others, others[perm], mix[i])]))
    explicit = po.face_logits(f, mix, perm, t)
    worst = close(explicit, torch.stack(gram) / t, 1e-12, "face logits")
    (da,) = torch.autograd.grad(po.mean_cross_entropy_first(explicit), f)
    loss = torch.nn.functional.cross_entropy(torch.stack(gram) / t, torch.zeros(rows, dtype=torch.long))
    (db,) = torch.autograd.grad(loss, f)
    worst += " " + close(da, db, 1e-11, "face gradient")

    anchors, negatives = f[: 2 * samples].detach(), torch.randn(samples * k, 7, dtype=F64)
    mix, perm = torch.rand(samples, k, dtype=F64), torch.randperm(k)
    both = torch.cat([anchors, negatives])
    g = both @ both.t()
    gram = []
    for i in range(2 * samples):
        j, p = (i + samples) % (2 * samples), i % samples
        own = 2 * samples + p * k + torch.arange(k)
        first = g[i, j] / (g[i, i] * g[j, j]).sqrt()
        gram.append(torch.cat([first[None], gram_cosine(g, i, own, own[perm], mix[p])]))
    groups = po.group_negatives(negatives, samples, mixed=False)
    explicit = po.pose_logits(anchors, groups, mix, perm, t)
    worst += " " + close(explicit, torch.stack(gram) / t, 1e-12, "pose logits")
    return f"explicit = Gram form: {worst}"


def negative_groups() -> str:
    # tag negative k of sample p with 10 p + k
    tags = torch.tensor([[10.0 * p + k] for p in range(2) for k in range(3)])
    own = po.group_negatives(tags, 2, False)[..., 0].tolist()
    mixed = po.group_negatives(tags, 2, True)[..., 0].tolist()
    check(own == [[0, 1, 2], [10, 11, 12]], f"own groups {own}")
    check(mixed == [[0, 10, 1], [11, 2, 12]], f"mixed groups {mixed}")
    return "own and mixed hold the samples they should"


def orth_forms() -> str:
    torch.manual_seed(2)
    x = torch.randn(4, 33, dtype=F64, requires_grad=True)
    y = torch.randn(4, 33, dtype=F64, requires_grad=True)

    def rows_form(a: Tensor, b: Tensor) -> Tensor:
        def prepare(m: Tensor) -> Tensor:
            c = m - m.mean(0)
            return c / (c.detach().square().sum(1, keepdim=True).sqrt() + 1e-6)

        p, q = prepare(a), prepare(b)
        return ((p @ p.t()) * (q @ q.t())).sum() / a.shape[1] ** 2

    wide, narrow = po.orth(x, y), rows_form(x, y)
    value = close(wide, narrow, 1e-12, "orth")
    slopes = zip(torch.autograd.grad(wide, (x, y)), torch.autograd.grad(narrow, (x, y)))
    return f"D x D = B x B: {value} " + " ".join(close(a, b, 1e-11, "orth gradient") for a, b in slopes)


def upsampling() -> str:
    torch.manual_seed(3)
    x = torch.randn(5, dtype=F64)
    ours = torch.nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)(x.expand(1, 1, 5, 5))
    expected = []
    for o in range(10):
        source = (o + 0.5) / 2 - 0.5
        low = int(np.floor(source))
        left, right = x[max(low, 0)], x[min(low + 1, 4)]
        expected.append(left + (source - low) * (right - left))
    return "half-pixel centres, clamped edge: " + close(ours[0, 0, 3], torch.stack(expected), 1e-12, "x2")


def gradient_check() -> str:
    """Central differences of the losses of a tiny network, along its inputs and features."""
    width, size = 0.1, 16
    net = po.build(po.init_weights(width, size, 4, perturb=True), width, size, F64)
    x = po.tensors_of(po.random_inputs(2, 2, 3, size, 5), F64)
    opt = po.Options(temperature=0.5)
    for phase, key, part in (
        ("face", "face.view1", "loss"),
        ("pose", "pose.negatives", "loss"),
        # the orthogonality term holds its norms constant, so only the decodes are differentiable
        ("recon", "recon.image", "image1"),
    ):
        def run(leaf: Tensor) -> Tensor:
            return po.phase_forward(net, phase, {**x, key: leaf}, opt)[part]

        leaf = x[key].clone().requires_grad_(True)
        direction = torch.randn_like(run(leaf)) if part != "loss" else torch.tensor(1.0, dtype=F64)
        (slope,) = torch.autograd.grad((run(leaf) * direction).sum(), leaf)
        along = torch.randn_like(leaf)
        h = 1e-6
        numeric = ((run(leaf.detach() + h * along) - run(leaf.detach() - h * along)) * direction).sum() / (2 * h)
        close((slope * along).sum(), numeric, 1e-5, f"{phase} directional derivative")
    ok = torch.autograd.gradcheck(
        po.ChannelAttention(3).double(), torch.randn(2, 3, 3, 2, dtype=F64, requires_grad=True)
    )
    f = torch.randn(4, 3, dtype=F64, requires_grad=True)
    mix, perm = torch.rand(4, 2, dtype=F64), torch.tensor([1, 0])
    ok = ok and torch.autograd.gradcheck(lambda q: po.face_logits(q, mix, perm, 0.5), f)
    check(ok, "gradcheck")
    return "three phases along a direction; attention and InfoNCE entry by entry"


def adam() -> str:
    """Against torch.optim.Adam, over three phases that each leave some parameters out."""
    width, size = 0.1, 16
    weights = po.init_weights(width, size, 6)
    x = po.tensors_of(po.random_inputs(2, 2, 3, size, 7), F64)
    worst = ""
    for unused in (False, True):
        opt = po.Options(update_unused=unused, lr=1e-3)
        net, twin = (po.build(weights, width, size, F64) for _ in range(2))
        ours = po.Adam(net, opt)
        theirs = torch.optim.Adam(twin.parameters(), lr=opt.lr, weight_decay=opt.weight_decay)
        for phase in po.PHASES * 2:
            po.train_phase(net, ours, phase, x, opt, opt.lr)
            for p in twin.parameters():
                p.grad = torch.zeros_like(p) if unused else None
            po.phase_forward(twin, phase, x, opt)["loss"].backward()
            theirs.step()
        a = torch.cat([p.detach().flatten() for p in net.parameters()])
        b = torch.cat([p.detach().flatten() for p in twin.parameters()])
        worst += " " + close(a, b, 1e-8, f"Adam, update_unused={unused}")
    return f"= torch.optim.Adam after six steps:{worst}"


def zero_gradients() -> str:
    width, size = 0.1, 64
    out = po.replay(
        po.init_weights(width, size, 8, perturb=True), po.random_inputs(3, 2, 3, size, 9), width, size, F64, po.Options()
    )
    zeros = 0
    expected = po.zero_gradients({k.split(".", 2)[2] for k in out if ".after." in k})
    for key, g in out.items():
        phase, kind, *rest = key.split(".")
        if kind != "grad":
            continue
        name = ".".join(rest)
        sibling = expected.get(name) or name.rpartition(".")[0] + ".weight"
        scale = np.linalg.norm(out[f"{phase}.grad.{sibling}"])
        is_zero = np.linalg.norm(g) <= 1e-9 * scale
        check(is_zero == (name in expected), f"{key} vanishes: {is_zero}")
        zeros += is_zero
    return f"exactly the {zeros} expected gradients vanish"


def files() -> str:
    arrays = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array([3, 1], np.int64)}
    with tempfile.TemporaryDirectory() as folder:
        for name, write, read in (
            ("t.safetensors", tf.write_safetensors, tf.read_safetensors),
            ("t.npz", tf.write_npz, tf.read_npz),
        ):
            write(Path(folder) / name, arrays)
            back = read(Path(folder) / name)
            check(set(back) == set(arrays), name)
            check(all(np.array_equal(back[k], v) and back[k].dtype == v.dtype for k, v in arrays.items()), name)
    return "safetensors and npz come back as written"


def comparison_notices() -> str:
    """The strict comparison passes float32 PyTorch and catches what it must catch."""
    width, size, opt = 0.05, 64, po.Options()
    inputs = po.random_inputs(3, 2, 3, size, 11)
    weights = steady(po.init_weights(width, size, 10, perturb=True), inputs, width, size)
    ref64 = po.replay(weights, inputs, width, size, F64, opt)
    ref32 = po.replay(weights, inputs, width, size, torch.float32, opt)

    def passes(out: po.Arrays) -> bool:
        rows, complaints = compare.compare(out, ref64, [ref32], weights, opt, strict=True)
        return not complaints and all(r.verdict != "FAIL" for r in rows)

    check(passes(ref32), "float32 PyTorch does not pass")
    broken, zero = 0, po.zero_gradients(weights)
    for key in list(ref32)[::5]:
        wrong = dict(ref32)
        scale = 1 + (5e-3 if ".grad." in key or ".after." in key else 5e-2)
        wrong[key] = (ref32[key] * scale).astype(np.float32)
        if ".grad." in key and key.split(".", 2)[2] in zero:
            wrong[key] = wrong[key] + np.float32(1.0)
        if np.array_equal(wrong[key], ref32[key]):
            continue
        check(not passes(wrong), f"an error in {key} goes unnoticed")
        broken += 1
    gone = dict(ref32)
    del gone["face.logits"]
    check(not passes(gone), "a missing key goes unnoticed")
    poisoned = dict(ref32)
    poisoned["pose.feature"] = np.full_like(ref32["pose.feature"], np.nan)
    check(not passes(poisoned), "a NaN goes unnoticed")
    return f"{broken} planted errors, a missing key and a NaN all noticed"


CHECKS: List[Tuple[str, Callable[[], str]]] = [
    ("parameter list", parameter_list),
    ("decoder sizes", decoder_shape),
    ("InfoNCE", gram_info_nce),
    ("negative groups", negative_groups),
    ("orthogonality", orth_forms),
    ("upsampling", upsampling),
    ("derivatives", gradient_check),
    ("Adam", adam),
    ("zero gradients", zero_gradients),
    ("files", files),
    ("the comparison", comparison_notices),
]


def main() -> int:
    failed = 0
    for name, run in CHECKS:
        try:
            print(f"  {name:<16} | ok   | {run()}", flush=True)
        except AssertionError as problem:
            failed += 1
            print(f"  {name:<16} | FAIL | {problem}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
