"""Independent PyTorch implementation of PCL, the yardstick of the parity tests.

Written from the description of the method alone, in the most literal form: negatives are
materialised, the orthogonality term is summed over all D x D entries, Adam is spelled out.
Nothing here is fast and nothing here shares an idea with the Vulkan implementation, so that
an agreement of the two means something. Images are N x 3 x H x W in [0,1].
"""
import math
from dataclasses import dataclass
from typing import Dict, Iterable, List, Tuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from kinks import Rectifier, rectify

Arrays = Dict[str, np.ndarray]
Tensors = Dict[str, Tensor]

PHASES: Tuple[str, ...] = ("recon", "face", "pose")
FULL_WIDTH_PARAMETERS = 17_262_723  # trainable, at width 1 and 64 px
NOISE_SCALE = 0.4
SLOPE = 0.1
UNIT_NORM_EPS = 1e-12  # of the decoder's input normalisation
ORTH_EPS = 1e-6


def channel(count: int, width: float) -> int:
    """Channel count at a width multiplier: at least one, halves round up."""
    return max(1, math.floor(count * width + 0.5))


@dataclass
class Options:
    """Everything a phase's loss and optimiser step depend on besides weights and inputs."""

    temperature: float = 0.07
    mixed_negatives: bool = False  # pose.negatives = mixed
    update_unused: bool = False  # optimizer.update_unused
    lr: float = 1e-4
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 1e-3
    w_face: float = 1.0
    w_pose: float = 1.0


# ---------------------------------------------------------------------------------- networks


class ChannelAttention(nn.Module):
    """y = lrelu(x + (phi theta^T) g); theta: softmax over positions, g: over channels."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.g = nn.Conv2d(c, c, 1)
        self.theta = nn.Conv2d(c, c, 1)
        self.phi = nn.Conv2d(c, c, 1)

    def before_activation(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        theta = self.theta(x).reshape(n, c, h * w).softmax(dim=2)
        g = self.g(x).reshape(n, c, h * w).softmax(dim=1)
        phi = self.phi(x).reshape(n, c, h * w)
        s = torch.bmm(phi, theta.transpose(1, 2))  # (n, c, c)
        return x + torch.bmm(s, g).reshape(n, c, h, w)

    def forward(self, x: Tensor) -> Tensor:
        return rectify(self.before_activation(x), SLOPE)


class ResidualBlock(nn.Module):
    """lrelu(x + conv2(lrelu(conv1(x))))."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c, c, 3, padding=1)
        self.conv2 = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return rectify(x + self.conv2(rectify(self.conv1(x), SLOPE)), SLOPE)


def conv_lrelu(cin: int, cout: int, k: int = 3, stride: int = 1) -> List[nn.Module]:
    return [nn.Conv2d(cin, cout, k, stride, padding=k // 2), Rectifier(SLOPE)]


class Encoder(nn.Module):
    def __init__(self, width: float) -> None:
        super().__init__()
        c1, c2, c3 = (channel(c, width) for c in (64, 128, 256))
        self.conv1 = nn.Sequential(*conv_lrelu(3, c1, 7, 2), *conv_lrelu(c1, c1))
        self.layer1 = nn.Sequential(*conv_lrelu(c1, c1), ChannelAttention(c1), *conv_lrelu(c1, c1))
        self.layer2_1 = nn.Sequential(
            *conv_lrelu(c1, c2, 3, 2), ChannelAttention(c2), *conv_lrelu(c2, c2)
        )
        self.resblock1 = ResidualBlock(c2)
        self.resblock2 = ResidualBlock(c2)
        self.layer2_2 = nn.Sequential(*conv_lrelu(c2, c2, 3, 2), *conv_lrelu(c2, c2))
        self.layer3_1 = nn.Sequential(*conv_lrelu(c2, c3, 3, 2), *conv_lrelu(c3, c2))
        self.layer3_2_exp = nn.Sequential(*conv_lrelu(c2, c2), *conv_lrelu(c2, c2))
        self.layer3_2_pose = nn.Sequential(*conv_lrelu(c2, c2), *conv_lrelu(c2, c2))

    def trunk(self, x: Tensor) -> Tensor:
        x = self.layer2_1(self.layer1(self.conv1(x)))
        return self.layer3_1(self.layer2_2(self.resblock2(self.resblock1(x))))

    def face(self, x: Tensor) -> Tensor:
        return self.layer3_2_exp(self.trunk(x)).flatten(1)

    def pose(self, x: Tensor) -> Tensor:
        return self.layer3_2_pose(self.trunk(x)).flatten(1)

    def both(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        t = self.trunk(x)
        return self.layer3_2_exp(t).flatten(1), self.layer3_2_pose(t).flatten(1)


class Decoder(nn.Module):
    """From the unit-length feature vector to a 3 x S x S image in (-1,1)."""

    def __init__(self, width: float, size: int, features: int) -> None:
        super().__init__()
        blocks = size.bit_length() - 1
        wide, mid, thin = (channel(c, width) for c in (512, 256, 128))
        channels = [wide] + [mid] * (blocks - 2) + [thin, 3]
        self.fc = nn.Linear(features, wide)
        layers: List[nn.Module] = []
        for i in range(blocks):
            layers += [Rectifier(0.0), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
            layers += [nn.Conv2d(channels[i], channels[i + 1], 3, padding=1)]
            layers += [nn.BatchNorm2d(channels[i + 1]) if i + 1 < blocks else nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def forward(self, feature: Tensor) -> Tensor:
        unit = feature / feature.norm(dim=1, keepdim=True).clamp_min(UNIT_NORM_EPS)
        x = self.fc(unit)
        return self.model(x[:, :, None, None])


class Pcl(nn.Module):
    def __init__(self, width: float = 1.0, size: int = 64) -> None:
        super().__init__()
        if size < 16 or size & (size - 1):
            raise ValueError(f"size must be a power of two of at least 16, not {size}")
        self.width, self.size = width, size
        features = channel(128, width) * (size // 16) ** 2
        out = channel(512, width)
        self.encoder = Encoder(width)
        self.exp_fc = self.head(features, out)
        self.pose_fc = self.head(features, out)
        self.decoder = Decoder(width, size, features)
        for m in self.modules():  # the counter is PyTorch's own and in none of our files
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
                m.register_buffer("num_batches_tracked", None)
        self.train()

    @staticmethod
    def head(features: int, out: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(features, features), Rectifier(0.0), nn.Linear(features, out), nn.BatchNorm1d(out)
        )

    def load_arrays(self, weights: Arrays) -> None:
        # by hand: load_state_dict would insist on the batch norms' step counters
        own = self.state_dict()
        if set(own) != set(weights):
            raise ValueError(f"weights do not fit: {sorted(set(own) ^ set(weights))[:4]} ...")
        with torch.no_grad():
            for k, v in weights.items():
                if tuple(own[k].shape) != v.shape:
                    raise ValueError(f"{k}: expected {tuple(own[k].shape)}, found {v.shape}")
                own[k].copy_(torch.tensor(v))

    def state_arrays(self) -> Arrays:
        return {k: v.detach().numpy().copy() for k, v in self.state_dict().items()}


def build(weights: Arrays, width: float, size: int, dtype: torch.dtype) -> Pcl:
    net = Pcl(width, size).to(dtype)
    net.load_arrays(weights)
    return net


def init_weights(width: float, size: int, seed: int, perturb: bool = False) -> Arrays:
    """The specified initialisation, as float32 arrays by name, from numpy's generator.

    perturb: also move what starts at 0 or 1 (biases, batch norm), so that an implementation
    that forgets one of them is caught.
    """
    rng = np.random.default_rng(seed)
    net = Pcl(width, size)
    out: Arrays = {}
    for name, t in net.state_dict().items():
        shape = tuple(t.shape)
        norm = net.get_submodule(name.rpartition(".")[0])
        if isinstance(norm, (nn.BatchNorm1d, nn.BatchNorm2d)):
            start = 1.0 if name.endswith(("weight", "running_var")) else 0.0
            a = np.full(shape, start)
            if perturb:
                a = a + 0.1 * rng.uniform(-1, 1, shape)
        elif name.startswith("encoder."):
            if name.endswith("weight"):
                a = rng.normal(0, math.sqrt(2 / (shape[0] * shape[2] * shape[3])), shape)
            else:
                a = 0.02 * rng.standard_normal(shape) if perturb else np.zeros(shape)
        else:
            weight = net.get_parameter(name.rpartition(".")[0] + ".weight")
            bound = 1 / math.sqrt(weight[0].numel())
            a = rng.uniform(-bound, bound, shape)
        out[name] = a.astype(np.float32)
    return out


def zero_gradients(names: Iterable[str]) -> Dict[str, str]:
    """Parameters whose gradient is zero in exact arithmetic -> the weight that sets its scale.

    A bias in front of a training-mode batch norm is removed by the mean; theta's bias shifts
    every position of a softmax over positions alike.
    """
    every = set(names)
    out: Dict[str, str] = {}
    for name in every:
        layer, _, kind = name.rpartition(".")
        block, _, index = layer.rpartition(".")
        before_norm = index.isdigit() and f"{block}.{int(index) + 1}.running_mean" in every
        if kind == "bias" and (before_norm or index == "theta"):
            out[name] = layer + ".weight"
    return out


# ------------------------------------------------------------------------------------ losses


def unit(x: Tensor) -> Tensor:
    return x / x.norm(dim=-1, keepdim=True)


def orth(x: Tensor, y: Tensor) -> Tensor:
    """Mean of (X^T Y)^2 over all D x D entries; rows centred, divided by their constant norm."""

    def prepare(m: Tensor) -> Tensor:
        m = m - m.mean(dim=0, keepdim=True)
        return m / (m.norm(dim=1, keepdim=True).detach() + ORTH_EPS)

    return (prepare(x).t() @ prepare(y)).square().mean()


def mean_cross_entropy_first(logits: Tensor) -> Tensor:
    return (logits.logsumexp(dim=1) - logits[:, 0]).mean()


def face_logits(f: Tensor, mix: Tensor, perm: Tensor, temperature: float) -> Tensor:
    """f (2B, D), mix (2B, 2B-2), perm (2B-2) -> (2B, 2B-1), the partner first."""
    rows = f.shape[0]
    out = []
    for i in range(rows):
        partner = (i + rows // 2) % rows
        others = torch.tensor([j for j in range(rows) if j not in (i, partner)], dtype=torch.long)
        m = mix[i][:, None]
        negatives = m * f[others] + (1 - m) * f[others[perm]]  # (2B-2, D)
        keys = torch.cat([f[partner][None], negatives])
        out.append(unit(keys) @ unit(f[i]))
    return torch.stack(out) / temperature


def group_negatives(n: Tensor, samples: int, mixed: bool) -> Tensor:
    """Encoded negatives (P*K, D), sample-major as fed, -> (P, K, D) groups, one per sample.

    mixed: written out sample-minor (all samples' first negative, then all second ones, ...) and
    cut into P runs of K, so that a group holds negatives of several samples.
    """
    by_sample = n.reshape(samples, -1, n.shape[1])
    if not mixed:
        return by_sample
    return by_sample.transpose(0, 1).reshape(by_sample.shape)


def pose_logits(f: Tensor, groups: Tensor, mix: Tensor, perm: Tensor, temperature: float) -> Tensor:
    """f (2P, D), groups (P, K, D), mix (P, K), perm (K) -> (2P, 1+K), the partner first."""
    samples = groups.shape[0]
    out = []
    for i in range(2 * samples):
        p = i % samples
        m = mix[p][:, None]
        negatives = m * groups[p] + (1 - m) * groups[p][perm]
        keys = torch.cat([f[(i + samples) % (2 * samples)][None], negatives])
        out.append(unit(keys) @ unit(f[i]))
    return torch.stack(out) / temperature


def phase_forward(net: Pcl, phase: str, x: Tensors, opt: Options) -> Tensors:
    """Everything a phase reports; `loss` is what it steps on at phase weight 1."""
    if phase == "recon":
        s, f = x["recon.image"], x["recon.image"].flip(3)
        face_s, pose_s = net.encoder.both(s + NOISE_SCALE * x["recon.noise"])
        face_f, pose_f = net.encoder.both(f + NOISE_SCALE * x["recon.noise_flipped"])
        d1 = net.decoder(face_s + pose_f)
        d2 = net.decoder(face_f + pose_s)
        d3 = net.decoder(face_s + pose_s)
        d4 = net.decoder(face_f + pose_f)
        pairs = ((d1, f), (d2, s), (d3, s), (d4, f))
        l1 = torch.stack([(d - target).abs().mean() for d, target in pairs])
        o = torch.stack([orth(face_s, pose_s), orth(face_f, pose_f)])
        images = {f"image{i + 1}": d for i, (d, _) in enumerate(pairs)}
        return {"loss": l1.sum() + o.sum(), "l1": l1, "orth": o, **images}
    if phase == "face":
        views = torch.cat([x["face.view1"], x["face.view2"]])
        f = net.exp_fc(net.encoder.face(views))
        logits = face_logits(f, x["face.mix"], x["face.perm"], opt.temperature)
        return {"loss": mean_cross_entropy_first(logits), "logits": logits, "feature": f}
    if phase == "pose":
        samples = x["pose.view1"].shape[0]
        f = net.pose_fc(net.encoder.pose(torch.cat([x["pose.view1"], x["pose.view2"]])))
        n = net.pose_fc(net.encoder.pose(x["pose.negatives"].flatten(0, 1)))
        groups = group_negatives(n, samples, opt.mixed_negatives)
        logits = pose_logits(f, groups, x["pose.mix"], x["pose.perm"], opt.temperature)
        return {"loss": mean_cross_entropy_first(logits), "logits": logits, "feature": f}
    raise ValueError(f"unknown phase {phase!r}")


# -------------------------------------------------------------------------------- optimiser


class Adam:
    """Adam with the decay added to the gradient; every parameter counts its own steps."""

    def __init__(self, net: Pcl, opt: Options) -> None:
        self.opt = opt
        self.params = dict(net.named_parameters())
        self.m = {k: torch.zeros_like(p) for k, p in self.params.items()}
        self.v = {k: torch.zeros_like(p) for k, p in self.params.items()}
        self.t = {k: 0 for k in self.params}

    @torch.no_grad()
    def step(self, lr: float) -> None:
        o = self.opt
        for k, p in self.params.items():
            if p.grad is None and not o.update_unused:
                continue
            g = o.weight_decay * p if p.grad is None else p.grad + o.weight_decay * p
            self.t[k] += 1
            self.m[k] = o.beta1 * self.m[k] + (1 - o.beta1) * g
            self.v[k] = o.beta2 * self.v[k] + (1 - o.beta2) * g * g
            m_hat = self.m[k] / (1 - o.beta1 ** self.t[k])
            v_hat = self.v[k] / (1 - o.beta2 ** self.t[k])
            p -= lr * m_hat / (v_hat.sqrt() + o.eps)


def tensors_of(inputs: Arrays, dtype: torch.dtype) -> Tensors:
    return {
        k: torch.tensor(v) if v.dtype == np.int64 else torch.tensor(v).to(dtype)
        for k, v in inputs.items()
    }


def train_phase(net: Pcl, adam: Adam, phase: str, x: Tensors, opt: Options, lr: float) -> Tensors:
    """Forward, backward and one Adam step; the gradients stay in .grad (None where unused)."""
    for p in net.parameters():
        p.grad = None
    out = phase_forward(net, phase, x, opt)
    weight = {"recon": 1.0, "face": opt.w_face, "pose": opt.w_pose}[phase]
    (weight * out["loss"]).backward()
    adam.step(lr)
    return {k: v.detach() for k, v in out.items()}


def replay(
    weights: Arrays,
    inputs: Arrays,
    width: float,
    size: int,
    dtype: torch.dtype,
    opt: Options,
    phases: Tuple[str, ...] = PHASES,
) -> Arrays:
    """Every output key of the replay interface, each phase from `weights` and a fresh optimiser."""
    x = tensors_of(inputs, dtype)
    out: Arrays = {}
    for phase in phases:
        net = build(weights, width, size, dtype)
        result = train_phase(net, Adam(net, opt), phase, x, opt, opt.lr)
        out.update({f"{phase}.{k}": v.numpy() for k, v in result.items()})
        for k, p in net.named_parameters():
            if p.grad is not None:
                out[f"{phase}.grad.{k}"] = p.grad.numpy()
        out.update({f"{phase}.after.{k}": v for k, v in net.state_arrays().items()})
    return out


# ----------------------------------------------------------------------------------- inputs


def smooth_images(rng: np.random.Generator, count: int, size: int, grid: int = 8) -> np.ndarray:
    """(count, 3, size, size) in [0,1]: random coarse grids enlarged, plus a little fine noise.

    White noise would give every image the same features (the network averages it away) and
    with that an ill-conditioned batch norm; coarse content keeps the images distinct.
    """
    coarse = torch.tensor(rng.uniform(0, 1, (count, 3, grid, grid)))
    smooth = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    tint = rng.uniform(0.3, 1.0, (count, 3, 1, 1))
    fine = 0.05 * rng.standard_normal((count, 3, size, size))
    return np.clip(smooth.numpy() * tint + fine, 0, 1).astype(np.float32)


def random_inputs(batch: int, samples: int, k: int, size: int, seed: int) -> Arrays:
    """Every input key of the replay interface."""
    rng = np.random.default_rng(seed)
    slots = 2 * batch - 2

    def noise() -> np.ndarray:
        return rng.standard_normal((batch, 3, size, size)).astype(np.float32)

    negatives = smooth_images(rng, samples * k, size).reshape(samples, k, 3, size, size)
    return {
        "recon.image": smooth_images(rng, batch, size),
        "recon.noise": noise(),
        "recon.noise_flipped": noise(),
        "face.view1": smooth_images(rng, batch, size),
        "face.view2": smooth_images(rng, batch, size),
        "face.mix": rng.beta(1.6, 1.6, (2 * batch, slots)).astype(np.float32),
        "face.perm": rng.permutation(slots).astype(np.int64),
        "pose.view1": smooth_images(rng, samples, size),
        "pose.view2": smooth_images(rng, samples, size),
        "pose.negatives": negatives,
        "pose.mix": rng.beta(1.6, 1.6, (samples, k)).astype(np.float32),
        "pose.perm": rng.permutation(k).astype(np.int64),
    }
