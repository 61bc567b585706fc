"""What float32 cannot decide: on which side of its kink an activation lies that is next to zero.

Within `undecided(seed)`, every rectifier of the oracle takes the other side for half of the values
that lie within NEAR of zero, relative to the root mean square of the layer: rounding moves values
by about that much (decodes and features of float32 PyTorch differ from float64 by 1e-6 to 3e-5).
The forward pass hardly changes, a gradient changes by what such flips do to it.
"""
from contextlib import contextmanager
from typing import Iterator, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NEAR = 5e-6
_coin: Optional[torch.Generator] = None


@contextmanager
def undecided(seed: int) -> Iterator[None]:
    global _coin
    _coin = torch.Generator().manual_seed(seed)
    try:
        yield
    finally:
        _coin = None


def rectify(x: Tensor, slope: float) -> Tensor:
    """x where it is positive, slope * x elsewhere; but see above."""
    if _coin is None:
        return F.leaky_relu(x, slope)
    near = x.detach().abs() < NEAR * x.detach().square().mean().sqrt()
    positive = (x > 0) ^ (near & (torch.rand(x.shape, generator=_coin) < 0.5))
    return torch.where(positive, x, slope * x)


class Rectifier(nn.Module):
    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return rectify(x, self.slope)
