#!/usr/bin/env python3
"""Follows a real training run: same batches, same random numbers, losses compared per iteration.

    vkpcl pretrain FACES --out RUN --dump-inputs DUMP ...
    follow.py DUMP --log RUN/log.tsv --float64
DUMP holds init.safetensors (weights before the first iteration) and it000000.npz, it000001.npz, ...
(the replay inputs of each iteration, already augmented); the log has one line per iteration.
    follow.py DUMP --log RUN/log.tsv --resync RUN
starts every iteration from the run's own checkpoint of the one before (checkpoint.every=1): nothing
accumulates, and each of the three steps is checked from the state the run was really in.
Exit status: 0 every loss within the limit, 1 not, 2 wrong use, 77 without PyTorch.
"""
import argparse
import csv
import re
import sys
from pathlib import Path
from typing import Dict, List

try:
    import numpy as np
    import torch
except ImportError as problem:
    print(f"follow: needs Debian's python3-torch and python3-numpy ({problem})", file=sys.stderr)
    raise SystemExit(77)

import pcl_oracle as po
import tensor_files as tf

LOSSES = ("l1", "orth", "face", "pose")
RATES = ("lr", "weight_face", "weight_pose")
ROUNDING_FACTOR = 4.0


def parse() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("--init", default="init.safetensors", help="initial weights in the folder")
    p.add_argument("--pattern", default="it*.npz", help="inputs in the folder, in the order of their names")
    p.add_argument("--log", default="log.tsv", help="the run's log: in the folder, or a path")
    p.add_argument("--column", action="append", default=[], metavar="LOSS=NAME",
                   help="column of l1 (mean of the four), orth (sum of two), face, pose, lr, weight_face, weight_pose")
    p.add_argument("--resync", type=Path, metavar="DIR", help="folder with a checkpoint of every iteration")
    p.add_argument("--iterations", type=int, default=20)
    p.add_argument("--limit", type=float, default=1e-2)
    p.add_argument("--width", type=float, default=1.0)
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--lr", type=float, default=1e-4, help="where the log has no lr column")
    p.add_argument("--temperature", type=float, default=0.07)
    p.add_argument("--mixed-negatives", action="store_true")
    p.add_argument("--update-unused", action="store_true")
    p.add_argument("--float64", action="store_true", help="also follow in float64, and in float32 from weights one ulp away")
    p.add_argument("--threads", type=int, default=2)
    return p.parse_args()


def column_names(a: argparse.Namespace) -> Dict[str, str]:
    names = {k: k for k in LOSSES + RATES}
    for setting in a.column:
        loss, _, name = setting.partition("=")
        if loss not in names or not name:
            raise SystemExit(f"follow: --column takes one of {', '.join(names)} = a column's name, not {setting!r}")
        names[loss] = name
    return names


class Follower:
    """The oracle in one precision, with its optimiser's state."""

    def __init__(self, a: argparse.Namespace, weights: po.Arrays, dtype: torch.dtype) -> None:
        self.opt = po.Options(
            temperature=a.temperature, mixed_negatives=a.mixed_negatives, update_unused=a.update_unused
        )
        self.dtype = dtype
        self.net = po.build(weights, a.width, a.size, dtype)
        self.adam = po.Adam(self.net, self.opt)

    def resume(self, state: po.Arrays) -> None:
        """Weights, moments and step counts of one of the run's checkpoints."""
        self.net.load_arrays({k: state[k] for k in self.net.state_dict()})
        # the file names the trainable parameters in the order of their step counts
        names = [k for k in state if k in self.adam.params]
        for name, steps in zip(names, state["optimizer.steps"]):
            self.adam.m[name] = torch.tensor(state[f"optimizer.m.{name}"]).to(self.dtype)
            self.adam.v[name] = torch.tensor(state[f"optimizer.v.{name}"]).to(self.dtype)
            self.adam.t[name] = int(steps)

    def iterate(self, inputs: po.Arrays, lr: float, w_face: float, w_pose: float) -> Dict[str, float]:
        """The three phases, each with its step; unweighted losses."""
        self.opt.w_face, self.opt.w_pose = w_face, w_pose
        x = po.tensors_of(inputs, self.dtype)
        out: Dict[str, float] = {}
        for phase in po.PHASES:
            if not any(k.startswith(phase + ".") for k in x):
                continue
            r = po.train_phase(self.net, self.adam, phase, x, self.opt, lr)
            if phase == "recon":
                out["l1"], out["orth"] = float(r["l1"].mean()), float(r["orth"].sum())
            else:
                out[phase] = float(r["loss"])
        return out


def checkpoint_of(folder: Path, iteration: int) -> Path:
    """The checkpoint written after so many iterations."""
    for path in folder.glob("*.safetensors"):
        number = re.search(r"(\d+)\.safetensors$", path.name)
        if number and int(number.group(1)) == iteration:
            return path
    raise SystemExit(f"follow: {folder} has no checkpoint of iteration {iteration}: train with checkpoint.every=1 and keep all")


def nudged(weights: po.Arrays) -> po.Arrays:
    """The weights, each value moved by about one unit in the last place: a second float32 run."""
    rng = np.random.default_rng(0)
    return {k: (v * (1 + 6e-8 * rng.standard_normal(v.shape))).astype(np.float32) for k, v in weights.items()}


def read_log(a: argparse.Namespace, names: Dict[str, str]) -> List[Dict[str, float]]:
    path = a.folder / a.log if (a.folder / a.log).exists() else Path(a.log)
    if not path.exists():
        raise SystemExit(f"follow: {path} does not exist; name the run's log with --log")
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    if not rows:
        raise SystemExit(f"follow: {path} has no lines")
    known = {k: n for k, n in names.items() if n in rows[0]}
    if not any(k in known for k in LOSSES):
        raise SystemExit(f"follow: {path} has columns {', '.join(map(str, rows[0]))}: name the losses with --column")
    return [{k: float(row[n]) for k, n in known.items() if row[n]} for row in rows]


def main() -> int:
    a = parse()
    torch.set_num_threads(a.threads)
    files = sorted(a.folder.glob(a.pattern))[: a.iterations]
    if not files:
        print(f"follow: no {a.pattern} in {a.folder}", file=sys.stderr)
        return 2
    log = read_log(a, column_names(a))
    files = files[: len(log)]  # of a run still going on, the log is a line behind
    weights = tf.read_safetensors(a.folder / a.init)
    weights = {k: v for k, v in weights.items() if k in po.Pcl(a.width, a.size).state_dict()}
    followers = [Follower(a, weights, torch.float32)]
    if a.float64:
        followers += [Follower(a, weights, torch.float64), Follower(a, nudged(weights), torch.float32)]

    print(" it | loss  |       run |   torch32 | rel. difference |" + ("   torch64 | run-64  | 32-64   |" * a.float64) + " verdict")
    failed, excused, worst = 0, 0, 0.0
    drift: Dict[str, float] = {}  # how far float32 PyTorch has been from float64 so far
    for i, file in enumerate(files):
        row, inputs = log[i], tf.read_npz(file)
        lr, w_face, w_pose = row.get("lr", a.lr), row.get("weight_face", 1.0), row.get("weight_pose", 1.0)
        if a.resync and i > 0:
            state = tf.read_safetensors(checkpoint_of(a.resync, i))
            for f in followers:
                f.resume(state)
        losses = [f.iterate(inputs, lr, w_face, w_pose) for f in followers]
        for name in LOSSES:
            if name not in row or name not in losses[0]:
                continue
            values = [out[name] for out in losses]
            difference = abs(row[name] - values[0]) / abs(values[0])
            ok, rounding, exact = difference <= a.limit, False, ""
            if a.float64:
                ours, *others = (abs(v - values[1]) / abs(values[1]) for v in (row[name], values[0], values[2]))
                theirs = max(others)
                drift[name] = max(drift.get(name, 0.0), theirs)
                exact = f" {values[1]:9.5g} | {ours:7.1e} | {theirs:7.1e} |"
                ok = ok or ours <= a.limit
                rounding = ours <= ROUNDING_FACTOR * drift[name]
            verdict = "ok" if ok else "rounding" if rounding else "FAIL"
            worst = max(worst, difference)
            failed += verdict == "FAIL"
            excused += verdict == "rounding"
            print(f"{i:3d} | {name:<5} | {row[name]:9.5g} | {values[0]:9.5g} | {difference:15.1e} |{exact} {verdict}", flush=True)
    print(f"{len(files)} iterations followed: worst difference {worst:.1e}, {failed} failed, {excused} passed as rounding")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
