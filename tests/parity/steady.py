"""Weights under which no activation sits near a kink.

A float32 rounding that flips the sign of one pre-activation (or of one difference under the
mean absolute error) changes a gradient by about 1/sqrt(n) of its length: with millions of
activations two correct float32 programs differ by 1e-3, and a limit of 1e-4 would be luck.
Here every channel's bias is moved a little, so that for the given inputs zero falls into the
widest gap between the channel's values: wide against rounding, narrow against the values.
The networks stay as non-linear as they were, and the strict limits hold for every gradient.
"""
from typing import List

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

import pcl_oracle as po

WINDOW = 0.5  # gaps are looked for within this many standard deviations of zero
LAST_TRIALS = 400  # biases tried for the last layer, whose kinks lie at the target's values


def gap_shift(values: np.ndarray) -> float:
    """What to add to all values so that the nearest to zero is as far from it as possible."""
    v = np.sort(values)
    middle = 0.5 * (v[1:] + v[:-1])
    half = np.where(np.abs(middle) <= WINDOW * v.std(), 0.5 * (v[1:] - v[:-1]), 0.0)
    best = int(np.argmax(half)) if half.size else 0
    if half.size == 0 or half[best] <= np.min(np.abs(v)):
        return 0.0
    return -float(middle[best])


def settle(pre: Tensor, bias: Tensor) -> Tensor:
    """Moves `bias`, which adds to `pre` channel by channel; returns the moved pre-activation."""
    channels = pre.transpose(0, 1).flatten(1).numpy()
    moved = (bias + torch.tensor([gap_shift(c) for c in channels])).float().double()
    shift = moved - bias
    bias.copy_(moved)
    return pre + shift.reshape(1, -1, *[1] * (pre.dim() - 2))


def settle_sequence(layers: nn.Sequential, x: Tensor) -> Tensor:
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            x = settle(layer(x), layer.bias)
        elif isinstance(layer, po.ChannelAttention):
            # phi's bias reaches the output unchanged: theta sums to one over the positions,
            # g over the channels
            x = F.leaky_relu(settle(layer.before_activation(x), layer.phi.bias), po.SLOPE)
        else:
            x = layer(x)
    return x


def settle_encoder(encoder: po.Encoder, x: Tensor) -> None:
    for layers in (encoder.conv1, encoder.layer1, encoder.layer2_1):
        x = settle_sequence(layers, x)
    for block in (encoder.resblock1, encoder.resblock2):
        inner = F.leaky_relu(settle(block.conv1(x), block.conv1.bias), po.SLOPE)
        x = F.leaky_relu(settle(x + block.conv2(inner), block.conv2.bias), po.SLOPE)
    for layers in (encoder.layer2_2, encoder.layer3_1):
        x = settle_sequence(layers, x)
    settle_sequence(encoder.layer3_2_exp, x)
    settle_sequence(encoder.layer3_2_pose, x)


def settle_decoder(decoder: po.Decoder, features: List[Tensor], targets: List[Tensor]) -> None:
    rows = features[0].shape[0]
    flat = decoder.fc(F.normalize(torch.cat(features), eps=po.UNIT_NORM_EPS))
    x = settle(flat, decoder.fc.bias)[:, :, None, None]
    for layer in decoder.model:
        if isinstance(layer, nn.BatchNorm2d):  # each decode is its own batch
            x = settle(torch.cat([layer(part) for part in x.split(rows)]), layer.bias)
        else:
            x = layer(x)
    last: nn.Conv2d = decoder.model[-2]
    pre = torch.atanh(x)
    for c in range(3):
        target = torch.cat([t[:, c] for t in targets])
        trials = torch.linspace(-0.2, 0.2, LAST_TRIALS, dtype=torch.float64)
        clear = [float((torch.tanh(pre[:, c] + t) - target).abs().min()) for t in trials]
        last.bias[c] += trials[int(np.argmax(clear))]


@torch.no_grad()
def steady(weights: po.Arrays, inputs: po.Arrays, width: float, size: int) -> po.Arrays:
    """The weights with biases moved for these inputs (of all three phases)."""
    net = po.build(weights, width, size, torch.float64)
    x = po.tensors_of(inputs, torch.float64)
    image, mirror = x["recon.image"], x["recon.image"].flip(3)
    noised = image + po.NOISE_SCALE * x["recon.noise"]
    flipped = mirror + po.NOISE_SCALE * x["recon.noise_flipped"]
    face = torch.cat([x["face.view1"], x["face.view2"]])
    pose = torch.cat([x["pose.view1"], x["pose.view2"], x["pose.negatives"].flatten(0, 1)])
    settle_encoder(net.encoder, torch.cat([noised, flipped, face, pose]))
    for head, feature in ((net.exp_fc, net.encoder.face(face)), (net.pose_fc, net.encoder.pose(pose))):
        settle(head[0](feature), head[0].bias)
    face_s, pose_s = net.encoder.both(noised)
    face_f, pose_f = net.encoder.both(flipped)
    features = [face_s + pose_f, face_f + pose_s, face_s + pose_s, face_f + pose_f]
    settle_decoder(net.decoder, features, [mirror, image, image, mirror])
    out = {k: v.astype(np.float32) for k, v in net.state_arrays().items()}
    for name in out:
        if "running_" in name:  # the passes above have moved them
            out[name] = weights[name]
    return out
