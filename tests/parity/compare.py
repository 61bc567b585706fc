"""Judges one set of replay outputs against the oracle's and prints the table."""
import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from pcl_oracle import Arrays, Options, zero_gradients

LOSS_LIMIT = 1e-5  # relative, of every loss value
L2_LIMIT = 1e-4  # relative L2, of features, images, logits, gradients and parameters
DECIDED = 1e-2  # of a gradient's root mean square
ROUNDING_CAP = 5e-2  # whatever PyTorch does, more than this is no rounding ...
STRICT_ROUNDING_CAP = 1e-3  # ... and where no activation can flip, this
ADAM_LIMIT = 1e-6  # of `after`, given the implementation's own gradient
ROUNDING_FACTOR = 4.0  # how many times float32 PyTorch's own error still counts as rounding


@dataclass
class Row:
    """The worst key of a group. How it passed: 'ok', 'rounding' or 'FAIL'."""

    group: str
    keys: int
    worst: str
    error: float
    limit: float
    torch32: float
    verdict: str


@dataclass
class Entry:
    """One comparison; `pool` names the yardstick it shares with others."""

    key: str
    pool: str
    error: float
    limit: float
    torch32: float


def relative_l2(a: np.ndarray, reference: np.ndarray, scale: Optional[np.ndarray] = None) -> float:
    a64, r64 = a.astype(np.float64), reference.astype(np.float64)
    denominator = float(np.linalg.norm(r64 if scale is None else scale.astype(np.float64)))
    difference = float(np.linalg.norm(a64 - r64))
    if difference == 0.0:
        return 0.0
    return difference / denominator if denominator > 0 else float("inf")


def worst_relative(a: np.ndarray, reference: np.ndarray) -> float:
    """Largest relative error of any single value; for short vectors of losses."""
    a64, r64 = np.atleast_1d(a).astype(np.float64), np.atleast_1d(reference).astype(np.float64)
    return float(np.max(np.abs(a64 - r64) / np.abs(r64)))


def group_of(key: str, zero: Dict[str, str]) -> str:
    """The row of the table a key belongs to."""
    phase, kind, *rest = key.split(".")
    if kind == "grad":
        part = ".".join(rest[:2]) if rest[0] == "encoder" else rest[0]
        vanishes = ".".join(rest) in zero
        return f"{phase}.grad, zero in theory" if vanishes else f"{phase}.grad.{part}"
    if kind == "after":
        running = rest[-1].startswith("running_")
        return f"{phase}.after, running statistics" if running else f"{phase}.after"
    return f"{phase}.image*" if re.fullmatch(r"image\d", kind) else f"{phase}.{kind}"


def error_of(key: str, a: np.ndarray, reference: Arrays, zero: Dict[str, str]) -> float:
    phase, kind, *rest = key.split(".")
    r = reference[key]
    if kind in ("loss", "l1", "orth"):
        return worst_relative(a, r)
    if kind == "grad" and ".".join(rest) in zero:
        # no relative error of nothing: the gradient of the layer's weight is the scale
        return relative_l2(a, r, reference[f"{phase}.grad.{zero['.'.join(rest)]}"])
    if kind == "after" and "running_" not in key and a.size > 1:
        decided = step_is_decided(reference, phase, ".".join(rest))
        return relative_l2(a[decided], r[decided])
    return relative_l2(a, r)


def step_is_decided(reference: Arrays, phase: str, name: str) -> np.ndarray:
    """Mask of the entries whose first Adam step has a direction above rounding.

    The first step has the length of the learning rate whatever the gradient's: an entry whose
    gradient is next to nothing (a hidden unit active on every row, say, whose bias the batch
    norm removes) goes where rounding sends it.
    """
    g = reference.get(f"{phase}.grad.{name}")
    if g is None:
        return np.ones(reference[f"{phase}.after.{name}"].shape, bool)
    return np.abs(g) >= DECIDED * np.sqrt(np.mean(np.square(g)))


def limit_of(key: str) -> float:
    return LOSS_LIMIT if key.split(".")[1] in ("loss", "l1", "orth") else L2_LIMIT


def adam_error(key: str, out: Arrays, weights: Arrays, opt: Options) -> float:
    """Error of `<phase>.after.<name>` against one exact Adam step along out's own gradient."""
    phase, _, name = key.split(".", 2)
    p = weights[name].astype(np.float64)
    gradient = out.get(f"{phase}.grad.{name}")
    if gradient is None and not opt.update_unused:
        return relative_l2(out[key], p)
    g = opt.weight_decay * p + (0.0 if gradient is None else gradient.astype(np.float64))
    # from zero state the bias-corrected moments of step one are g and g*g
    return relative_l2(out[key], p - opt.lr * g / (np.abs(g) + opt.eps))


def is_unused(key: str, reference: Arrays) -> bool:
    """An `after` the step leaves alone: a file may leave it out (unless update_unused is set)."""
    phase, kind, name = key.split(".", 2) if key.count(".") >= 2 else (key, "", "")
    if kind != "after":
        return False
    gradient_of = re.sub(r"running_(mean|var)$", "weight", name)
    return f"{phase}.grad.{gradient_of}" not in reference


def rounding_bound(torch32: float, strict: bool) -> float:
    return min(ROUNDING_FACTOR * torch32, STRICT_ROUNDING_CAP if strict else ROUNDING_CAP)


def compare(
    ours: Arrays,
    ref64: Arrays,
    ref32: Sequence[Arrays],
    weights: Arrays,
    opt: Options,
    strict: bool = False,
) -> Tuple[List[Row], List[str]]:
    """Rows of the table and complaints about keys; passed when no row fails and none complains.

    ref32 holds float32 PyTorch's outputs, the yardstick of rounding. A flipped sign anywhere
    reaches every gradient before it, and in which phase an implementation meets one is chance:
    all gradients share one yardstick, and so do all parameters after the step. strict: nothing can flip, and a key answers for itself.
    """
    complaints: List[str] = []
    zero = zero_gradients(weights)
    groups: Dict[str, List[Entry]] = {}
    yardstick: Dict[str, float] = {}

    def add(group: str, pool: str, key: str, limit: float, error: Callable[[Arrays], float]) -> None:
        e32 = max((error(r) for r in ref32), default=0.0)
        yardstick[pool] = max(yardstick.get(pool, 0.0), e32)
        groups.setdefault(group, []).append(Entry(key, pool, error(ours), limit, e32))

    for key, r in ref64.items():
        if key not in ours:
            if not is_unused(key, ref64) or (opt.update_unused and "running_" not in key):
                complaints.append(f"missing: {key}")
            continue
        if ours[key].size != r.size or (r.ndim > 0 and ours[key].shape != r.shape):
            complaints.append(f"shape of {key}: expected {r.shape}, found {ours[key].shape}")
            continue

        def error(out: Arrays, k: str = key) -> float:
            return error_of(k, out[k].reshape(ref64[k].shape), ref64, zero)

        def step_error(out: Arrays, k: str = key) -> float:
            return adam_error(k, out, weights, opt)

        group = group_of(key, zero)
        phase, kind, *rest = key.split(".")
        if kind != "after" or "running_" in key:
            add(group, "grad" if group.startswith(f"{phase}.grad.") else group, key, limit_of(key), error)
            continue
        add(f"{phase}.after, from own gradient", "", key, ADAM_LIMIT, step_error)
        if ".".join(rest) not in zero:  # else the step's direction is that of rounding
            add(group, "after", key, limit_of(key), error)
    for key in sorted(set(ours) - set(ref64)):
        # a gradient written for a parameter the phase does not touch has to be zero
        if ".grad." not in key:
            complaints.append(f"unexpected: {key}")
        elif np.any(ours[key]):
            complaints.append(f"not zero: {key}, a parameter this phase does not use")

    rows: List[Row] = []
    for group, entries in groups.items():

        def excused(e: Entry) -> float:
            return rounding_bound(e.torch32 if strict else yardstick[e.pool], strict)

        def excess(e: Entry) -> float:
            if not np.isfinite(e.error):
                return np.inf
            return e.error / max(e.limit, excused(e))

        worst = max(entries, key=excess)
        verdict = "FAIL" if excess(worst) > 1 else "ok"
        if verdict == "ok":
            worst = max(entries, key=lambda e: e.error / e.limit)
            verdict = "ok" if worst.error <= worst.limit else "rounding"
        shown = worst.torch32 if strict or verdict == "ok" else yardstick[worst.pool]
        rows.append(Row(group, len(entries), worst.key, worst.error, worst.limit, shown, verdict))
    return rows, complaints


def print_table(rows: List[Row], complaints: List[str], title: str) -> bool:
    width = max([len(r.group) for r in rows] + [5])
    print(title)
    print(f"  {'group':<{width}} | keys |  error  |  limit  | torch32 | verdict  | worst key")
    for r in rows:
        print(
            f"  {r.group:<{width}} | {r.keys:4d} | {r.error:7.1e} | {r.limit:7.1e} |"
            f" {r.torch32:7.1e} | {r.verdict:<8} | {r.worst}"
        )
    for c in complaints[:20]:
        print(f"  {c}")
    if len(complaints) > 20:
        print(f"  ... and {len(complaints) - 20} more of these")
    failed = sum(r.verdict == "FAIL" for r in rows) + len(complaints)
    rounding = sum(r.verdict == "rounding" for r in rows)
    print(
        f"  {sum(r.keys for r in rows)} comparisons in {len(rows)} groups: "
        f"{failed} failed, {rounding} passed as float32 rounding"
    )
    return failed == 0 and bool(rows)
