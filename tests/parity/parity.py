#!/usr/bin/env python3
r"""Compares `vkpcl replay` with the PyTorch oracle on random weights and inputs.

    parity.py --vkpcl build/vkpcl                 full width, all phases
    parity.py --vkpcl build/vkpcl --width 0.25    the narrow network
    parity.py --vkpcl build/vkpcl --driver lavapipe=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json \\
              --driver swiftshader=/opt/swiftshader/icd.json    one table per driver
    parity.py --selftest                          checks of the oracle, without vkpcl
Cases: steady (no activation near a kink: strict limits), plain (the specified initialisation:
rounding may be excused), orth (the orthogonality term's gradient alone, strict).
Exit status: 0 all within limits, 1 not, 2 wrong use, 77 (a test to skip) without PyTorch.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import List, Tuple

try:
    import numpy as np
    import torch
except ImportError as problem:
    print(f"parity: needs Debian's python3-torch and python3-numpy ({problem})", file=sys.stderr)
    raise SystemExit(77)

import compare
import kinks
import pcl_oracle as po
import selftest
import tensor_files as tf
from steady import steady

CASES = ("steady", "plain", "orth")
THETA_SCALE = np.float32(4)
UNDECIDED = 2  # float64 references with activations on either side of their kink
ORTH_KEYS = ("recon.orth", "recon.grad.encoder.")


def parse() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--vkpcl", help="program to test; may carry a wrapper, as one quoted string")
    p.add_argument("--selftest", action="store_true", help="check the oracle itself and stop")
    p.add_argument("--width", type=float, default=1.0, help="width multiplier (default 1)")
    p.add_argument("--size", type=int, default=64, help="image size (default 64)")
    p.add_argument("--batch", type=int, default=4, help="B of recon and face (default 4)")
    p.add_argument("--pose-batch", type=int, default=2, help="P (default 2)")
    p.add_argument("--negatives", type=int, default=4, help="K (default 4)")
    p.add_argument("--phase", choices=po.PHASES, help="only this phase (default: all three)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--mixed-negatives", action="store_true", help="pose.negatives = mixed")
    p.add_argument("--update-unused", action="store_true", help="optimizer.update_unused = true")
    p.add_argument("--micro-batch", type=int, help="in pieces of so many images")
    p.add_argument("--case", action="append", choices=CASES, help="only these (default: all)")
    p.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="handed on to vkpcl")
    p.add_argument("--driver", action="append", default=[], metavar="LABEL=ICD_FILE",
                   help="run with this VK_ICD_FILENAMES; repeatable")
    p.add_argument("--driver-label", default="default driver", help="title without --driver")
    p.add_argument("--keep", metavar="DIR", help="keep weights, inputs and outputs there")
    p.add_argument("--threads", type=int, default=2, help="PyTorch's threads (default 2)")
    return p.parse_args()


def replay_command(a: argparse.Namespace, phases: Tuple[str, ...], folder: Path, out_name: str) -> List[str]:
    files = {"--weights": "weights.safetensors", "--inputs": "inputs.npz", "--out": out_name}
    command = shlex.split(a.vkpcl) + ["replay"]
    for flag, name in files.items():
        command += [flag, str(folder / name)]
    settings = list(a.set)
    if a.width != 1.0:
        settings.append(f"model.width={a.width:g}")
    if a.size != 64:
        settings.append(f"model.size={a.size}")
    if a.mixed_negatives:
        settings.append("pose.negatives=mixed")
    if a.update_unused:
        settings.append("optimizer.update_unused=true")
    for setting in settings:
        command += ["--set", setting]
    if a.micro_batch:
        command += ["--micro-batch", str(a.micro_batch)]
    return command + (["--phase", phases[0]] if len(phases) == 1 else [])


def make_case(a: argparse.Namespace, case: str) -> Tuple[po.Arrays, po.Arrays, Tuple[str, ...]]:
    """Weights, inputs and phases of a case."""
    weights = po.init_weights(a.width, a.size, a.seed, perturb=case != "plain")
    inputs = po.random_inputs(a.batch, a.pose_batch, a.negatives, a.size, a.seed + 1)
    phases: Tuple[str, ...] = (a.phase,) if a.phase else po.PHASES
    if case != "plain":
        for name in weights:
            if name.endswith(".theta.weight"):  # else its softmax is flat, and the gradient of
                weights[name] *= THETA_SCALE  # g a small difference of large sums
        weights = steady(weights, inputs, a.width, a.size)
    if case == "orth":
        # at full width the term's gradient is 1e-4 of the decodes'; with nothing coming back
        # through the last layer it is all that reaches the encoder
        phases = ("recon",)
        last = max((k for k in weights if k.startswith("decoder.model.")), key=lambda k: int(k.split(".")[2]))
        weights[last.rpartition(".")[0] + ".weight"][:] = 0
    return weights, {k: v for k, v in inputs.items() if k.split(".")[0] in phases}, phases


def references(
    a: argparse.Namespace, weights: po.Arrays, inputs: po.Arrays, phases: Tuple[str, ...], opt: po.Options,
    kinks_near: bool
) -> Tuple[po.Arrays, List[po.Arrays]]:
    """The oracle in float64, and how far rounding alone leads away from it: float32 with each of PyTorch's two convolution
    paths and, where activations may lie next to their kink, float64 with those on either side."""
    ref64 = po.replay(weights, inputs, a.width, a.size, torch.float64, opt, phases)
    ref32 = []
    for fast in (True, False):
        with torch.backends.mkldnn.flags(enabled=fast):
            ref32.append(po.replay(weights, inputs, a.width, a.size, torch.float32, opt, phases))
    for seed in range(UNDECIDED if kinks_near else 0):
        with kinks.undecided(seed):
            ref32.append(po.replay(weights, inputs, a.width, a.size, torch.float64, opt, phases))
    return ref64, ref32


def run_case(a: argparse.Namespace, case: str, folder: Path) -> bool:
    opt = po.Options(mixed_negatives=a.mixed_negatives, update_unused=a.update_unused)
    weights, inputs, phases = make_case(a, case)
    folder.mkdir(parents=True, exist_ok=True)
    tf.write_safetensors(folder / "weights.safetensors", weights)
    tf.write_npz(folder / "inputs.npz", inputs)
    ref64, ref32 = references(a, weights, inputs, phases, opt, kinks_near=case == "plain")
    if case == "orth":
        ref64 = {k: v for k, v in ref64.items() if k.startswith(ORTH_KEYS)}
    options = ", mixed negatives" * a.mixed_negatives + ", update unused" * a.update_unused
    options += f", micro-batch {a.micro_batch}" if a.micro_batch else ""
    shape = f"width {a.width:g}, size {a.size}, B {a.batch}, P {a.pose_batch}, K {a.negatives}"

    passed = True
    for driver in a.driver or [a.driver_label]:
        label, _, icd = driver.partition("=")
        environment = {**os.environ, "VK_ICD_FILENAMES": icd} if icd else dict(os.environ)
        command = replay_command(a, phases, folder, f"out-{label}.npz")
        begin = time.monotonic()
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        seconds = time.monotonic() - begin
        if done.returncode != 0:
            print(done.stdout, end="")
            print(f"parity: on {label}, `{shlex.join(command)}` ended with status {done.returncode}")
            passed = False
            continue
        ours = tf.read_npz(folder / f"out-{label}.npz")
        if case == "orth":
            ours = {k: v for k, v in ours.items() if k.startswith(ORTH_KEYS)}
        rows, complaints = compare.compare(ours, ref64, ref32, weights, opt, strict=case != "plain")
        title = f"{case} on {label}: {shape}, seed {a.seed}{options}; vkpcl took {seconds:.1f} s"
        passed = compare.print_table(rows, complaints, title) and passed
        sys.stdout.flush()
    return passed


def run(a: argparse.Namespace, folder: Path) -> bool:
    cases = a.case or [c for c in CASES if c != "orth" or a.phase in (None, "recon")]
    results = [run_case(a, case, folder / case) for case in cases]
    return all(results)


def main() -> int:
    a = parse()
    torch.set_num_threads(a.threads)
    np.seterr(divide="ignore", invalid="ignore")  # infinities and NaN are judged, not warned of
    if a.selftest:
        return selftest.main()
    if not a.vkpcl:
        print("parity: name the program with --vkpcl PROGRAM, or use --selftest", file=sys.stderr)
        return 2
    if a.keep:
        return 0 if run(a, Path(a.keep)) else 1
    with tempfile.TemporaryDirectory(prefix="vkpcl-parity-") as folder:
        return 0 if run(a, Path(folder)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
