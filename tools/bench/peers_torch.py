"""PyTorch's side of tools/bench_peers: single layers, and a PCL iteration written to be fast.

The networks are the parity tests' (tests/parity/pcl_oracle.py). The iteration computes the same losses
as theirs (run alone, this file checks that), but as one would write it for speed: one encoder call per phase, losses without loops.
"""
import sys
import time
from pathlib import Path
from statistics import median
from typing import Callable, Dict, List, NamedTuple, Tuple

try:
    import torch
    import torch.nn.functional as F
    from torch import Tensor
except ImportError:
    print("peers_torch: PyTorch is missing (Debian: python3-torch)", file=sys.stderr)
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "parity"))
import pcl_oracle as oracle  # noqa: E402


class Mode(NamedTuple):
    """A way in which PyTorch computes."""

    name: str = "torch"
    device: str = "cpu"
    tf32: bool = False
    half: bool = False  # automatic mixed precision; single layers in half altogether

    def enter(self) -> None:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = self.tf32
        torch.backends.cudnn.benchmark = True  # cuDNN's fastest algorithm of all

    def half_dtype(self) -> torch.dtype:
        return torch.float16 if self.device == "cuda" else torch.bfloat16  # processors mix in no other

    def dtype(self) -> torch.dtype:
        return self.half_dtype() if self.half else torch.float32


CPU = Mode()
CUDA = (
    Mode("cuDNN fp32", "cuda"),
    Mode("cuDNN TF32", "cuda", tf32=True),
    Mode("cuDNN AMP", "cuda", tf32=True, half=True),
)


def finished() -> None:
    """Waits for what a GPU still has to do."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class Time(NamedTuple):
    wall: float  # ms, median
    cpu: float  # ms of all threads, median


def measure(run: Callable[[], object], repeats: int, flush: bool = True, device: str = "cpu") -> Time:
    cold = torch.zeros(1 << 24, device=device) if flush else None  # 64 MiB, written between repeats
    for _ in range(2):
        run()
    wall, cpu = [], []
    for i in range(repeats):
        if cold is not None:
            cold.fill_(i)
        finished()
        w, c = time.perf_counter(), time.process_time()
        run()
        finished()
        wall.append(1e3 * (time.perf_counter() - w))
        cpu.append(1e3 * (time.process_time() - c))
    return Time(median(wall), median(cpu))


# ------------------------------------------------------------------------------------------- layers


def conv_passes(
    n: int, h: int, w: int, c: int, k: int, size: int, stride: int, mode: Mode = CPU
) -> Dict[str, List[Callable[[], object]]]:
    """Each pass in both memory layouts; the faster one counts."""
    mode.enter()
    kind = {"device": mode.device, "dtype": mode.dtype()}
    passes: Dict[str, List[Callable[[], object]]] = {"fwd": [], "bwd data": [], "bwd filter": []}
    pad = size // 2
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.rand(n, c, h, w, **kind).contiguous(memory_format=layout)
        f = torch.rand(k, c, size, size, **kind).contiguous(memory_format=layout)
        dy = torch.rand_like(F.conv2d(x, f, None, stride, pad)).contiguous(memory_format=layout)

        def backward(mask: List[bool], x: Tensor = x, f: Tensor = f, dy: Tensor = dy) -> object:
            return torch.ops.aten.convolution_backward(
                dy, x, f, None, [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], 1, mask
            )

        passes["fwd"].append(lambda x=x, f=f: F.conv2d(x, f, None, stride, pad))
        passes["bwd data"].append(lambda b=backward: b([True, False, False]))
        passes["bwd filter"].append(lambda b=backward: b([False, True, False]))
    return passes


def linear_passes(n: int, c: int, k: int, mode: Mode = CPU) -> Dict[str, List[Callable[[], object]]]:
    mode.enter()
    kind = {"device": mode.device, "dtype": mode.dtype()}
    x, w, dy = torch.rand(n, c, **kind), torch.rand(k, c, **kind), torch.rand(n, k, **kind)
    return {
        "fwd": [lambda: F.linear(x, w)],
        "bwd data": [lambda: dy @ w],
        "bwd filter": [lambda: dy.t() @ x],
    }


# ---------------------------------------------------------------------------------------- iteration


def interpolated_logits(f: Tensor, partner: Tensor, pool: Tensor, mix: Tensor, perm: Tensor, temperature: float) -> Tensor:
    """f (n, D), partner (n, D), pool (n, S, D), mix (n, S), perm (S) -> (n, 1 + S); in float32, as the method wants it."""
    with torch.autocast(f.device.type, enabled=False):
        f, partner, pool = f.float(), partner.float(), pool.float()
        negatives = torch.lerp(pool[:, perm], pool, mix[:, :, None])
        keys = torch.cat([partner[:, None], negatives], dim=1)
        cosines = torch.bmm(F.normalize(keys, dim=2), F.normalize(f, dim=1)[:, :, None])[:, :, 0]
        return cosines / temperature


class Iteration:
    """Recon, face and pose with an Adam step each, on fixed random inputs."""

    def __init__(self, width: float, batch: int, samples: int, k: int, size: int = 64, mode: Mode = CPU) -> None:
        self.mode = mode
        mode.enter()
        weights = oracle.init_weights(width, size, seed=1)
        self.net = oracle.build(weights, width, size, torch.float32)
        self.net = self.net.to(mode.device, memory_format=torch.channels_last)
        inputs = oracle.tensors_of(oracle.random_inputs(batch, samples, k, size, seed=2), torch.float32)
        self.x = {name: value.to(mode.device) for name, value in inputs.items()}
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-5, weight_decay=1e-3, foreach=True)
        self.scaler = torch.cuda.amp.GradScaler(enabled=mode.half and mode.device == "cuda")
        rows = 2 * batch
        partners = (torch.arange(rows) + batch) % rows
        keep = torch.ones(rows, rows, dtype=torch.bool)
        keep[torch.arange(rows), torch.arange(rows)] = False
        keep[torch.arange(rows), partners] = False
        self.partners = partners.to(mode.device)
        self.others = torch.arange(rows).expand(rows, rows)[keep].reshape(rows, rows - 2).to(mode.device)

    def recon(self) -> Tensor:
        net, x = self.net, self.x
        clean = torch.cat([x["recon.image"], x["recon.image"].flip(3)])
        noise = torch.cat([x["recon.noise"], x["recon.noise_flipped"]])
        images = (clean + oracle.NOISE_SCALE * noise).contiguous(memory_format=torch.channels_last)
        (face_s, face_f), (pose_s, pose_f) = (t.float().chunk(2) for t in net.encoder.both(images))
        s, f = clean.chunk(2)
        pairs = ((face_s + pose_f, f), (face_f + pose_s, s), (face_s + pose_s, s), (face_f + pose_f, f))
        loss = sum(F.l1_loss(net.decoder(code), target) for code, target in pairs)
        return loss + oracle.orth(face_s, pose_s) + oracle.orth(face_f, pose_f)

    def face(self) -> Tensor:
        net, x = self.net, self.x
        views = torch.cat([x["face.view1"], x["face.view2"]]).contiguous(memory_format=torch.channels_last)
        f = net.exp_fc(net.encoder.face(views))
        logits = interpolated_logits(f, f[self.partners], f[self.others], x["face.mix"], x["face.perm"], 0.07)
        return oracle.mean_cross_entropy_first(logits)

    def pose(self) -> Tensor:
        net, x = self.net, self.x
        samples, k = x["pose.mix"].shape
        images = torch.cat([x["pose.view1"], x["pose.view2"], x["pose.negatives"].flatten(0, 1)])
        features = net.encoder.pose(images.contiguous(memory_format=torch.channels_last))
        f, n = net.pose_fc(features[: 2 * samples]), net.pose_fc(features[2 * samples :])
        pool = n.reshape(samples, k, -1).repeat(2, 1, 1)
        partner = f.roll(samples, 0)
        logits = interpolated_logits(f, partner, pool, x["pose.mix"].repeat(2, 1), x["pose.perm"], 0.07)
        return oracle.mean_cross_entropy_first(logits)

    def run(self) -> Tuple[float, float, float]:
        losses = []
        for phase in (self.recon, self.face, self.pose):
            self.adam.zero_grad(set_to_none=True)
            with torch.autocast(self.mode.device, self.mode.half_dtype(), enabled=self.mode.half):
                loss = phase()
            self.scaler.scale(loss).backward()
            self.scaler.step(self.adam)
            self.scaler.update()
            losses.append(loss.detach())
        return float(losses[0]), float(losses[1]), float(losses[2])  # a GPU is waited for once


def check() -> None:
    """The fast losses are the oracle's, and half precision changes them little. Raises where they are not."""
    it = Iteration(0.125, 3, 2, 3)
    for phase, fast in (("recon", it.recon), ("face", it.face), ("pose", it.pose)):
        wanted = float(oracle.phase_forward(it.net, phase, it.x, oracle.Options())["loss"].detach())
        found = float(fast().detach())
        if not abs(found - wanted) <= 1e-4 * abs(wanted):
            raise SystemExit(f"peers_torch: {phase} gives {found}, the oracle {wanted}")
    full, mixed = (Iteration(0.125, 3, 2, 3, mode=Mode(half=half)).run() for half in (False, True))
    if full == mixed or not all(abs(a - b) <= 0.05 * abs(a) for a, b in zip(full, mixed)):
        raise SystemExit(f"peers_torch: mixed precision gives the losses {mixed}, full precision {full}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    check()
