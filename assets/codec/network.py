"""Networks of the picture code in PyTorch, as `recommender.training.codec` has them in Keras.

`port.py` turns their weights into Keras's. The references are there.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recommender.inference.entropy import (
    LOG_GAIN_HIGH as S_HIGH,
)
from recommender.inference.entropy import (
    LOG_GAIN_LOW as S_LOW,
)
from recommender.inference.entropy import (
    LOG_SIGMA_LOW as SIGMA_LOW,
)
from recommender.inference.entropy import (
    N_TABLES,
    PHASES,
    Y_SCALE,
)
from recommender.inference.entropy import (
    TABLES_AN_OCTAVE as SIGMA_STEPS,
)
from recommender.training.codec_sizes import (
    N_CONTEXT,
    N_FINE,
    N_HYPER,
    N_HYPER_LATENTS,
    N_LATENTS,
    N_MIDDLE,
    N_NEAR,
    N_WIDE,
)
from recommender.training.codec_sizes import (
    N_KNOTS as KNOTS,
)
from recommender.training.lapped import lapped_weights


def conv(i: int, o: int, k: int = 1, scale: float = 1.0, stride: int = 1) -> nn.Conv2d:
    """Make a convolution whose outputs start about as large as its inputs, times `scale`."""
    layer = nn.Conv2d(i, o, k, stride=stride, padding=k // 2 if stride == 1 else 0)
    nn.init.normal_(layer.weight, std=scale / math.sqrt(i * k * k))
    nn.init.zeros_(layer.bias)
    return layer


class Down(nn.Module):
    """A 3 x 3 convolution with stride two and TensorFlow's SAME padding."""

    def __init__(self, i: int, o: int) -> None:
        super().__init__()
        self.conv = conv(i, o, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers."""
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Up(nn.Module):
    """Sub-pixel convolution, initialised so that it does not check (ICNR)."""

    def __init__(self, i: int, o: int, k: int = 1, scale: float = 1.0) -> None:
        super().__init__()
        self.conv = conv(i, 4 * o, k)
        with torch.no_grad():
            w = torch.randn(o, i, k, k) * scale / math.sqrt(i * k * k)
            self.conv.weight.copy_(w.repeat_interleave(4, 0))

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers."""
        return F.pixel_shuffle(self.conv(x), 2)


class Block(nn.Module):
    """Three convolutions beside an identity; the last starts as nothing."""

    def __init__(self, n: int, middle: int) -> None:
        super().__init__()
        self.a, self.b, self.c = (
            conv(n, middle, 1, 1.4),
            conv(middle, middle, 3, 1.4),
            conv(middle, n, 1, 0.0),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers."""
        return x + self.c(F.relu(self.b(F.relu(self.a(x)))))


class Analysis(nn.Module):
    """Pixels in [0, 1], (n, 3, s + 8, s + 8), to latents (n, 128, s / 8, s / 8)."""

    def __init__(self) -> None:
        super().__init__()
        self.lapped = conv(3, N_WIDE, 16, stride=8)
        self.blocks = nn.Sequential(Block(N_WIDE, N_WIDE // 2), Block(N_WIDE, N_WIDE // 2))
        self.out = conv(N_WIDE, N_LATENTS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers."""
        return self.out(self.blocks(self.lapped(x * 2 - 2)))


class Synthesis(nn.Module):
    """Latents and a vector that says how fine they are to pixels around 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.lapped = conv(N_LATENTS, N_WIDE, 3)
        self.b8 = nn.Sequential(Block(N_WIDE, N_WIDE // 2), Block(N_WIDE, N_WIDE // 2))
        self.u4 = Up(N_WIDE, N_MIDDLE)
        self.b4 = nn.Sequential(Block(N_MIDDLE, N_MIDDLE // 2), Block(N_MIDDLE, N_MIDDLE // 2))
        self.u2 = Up(N_MIDDLE, N_FINE)
        self.b2 = nn.Sequential(Block(N_FINE, N_FINE))
        self.u1 = Up(N_FINE, 3, 3)

    def forward(self, y: Tensor, level: Tensor) -> Tensor:
        """Apply the layers."""
        x = self.b4(self.u4(self.b8(self.lapped(y) + level[:, :, None, None])))
        return self.u1(self.b2(self.u2(x))) * 0.5 + 1


class HyperAnalysis(nn.Module):
    """Latents to hyper latents (n, 32, s / 32, s / 32)."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = Down(N_LATENTS, N_HYPER), Down(N_HYPER, N_HYPER_LATENTS)

    def forward(self, y: Tensor) -> Tensor:
        """Apply the layers."""
        return self.b(F.relu(self.a(y))) * 4


class HyperSynthesis(nn.Module):
    """Run in integers by the codec."""

    def __init__(self) -> None:
        super().__init__()
        self.u1, self.mid = Up(N_HYPER_LATENTS, N_HYPER), conv(N_HYPER, N_HYPER, 3, 1.4)
        self.u2 = Up(N_HYPER, N_CONTEXT)

    def forward(self, z: Tensor) -> Tensor:
        """Apply the layers."""
        return self.u2(F.relu(self.mid(F.relu(self.u1(z / 4)))))


class Step(nn.Module):
    """Mean and log2 sigma of latents out of the hyper latents and what is decoded."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        if not first:
            self.near, self.ctx = conv(N_LATENTS, N_NEAR), conv(N_NEAR, N_CONTEXT, 3)
        self.mid, self.out = (
            conv(N_CONTEXT, N_CONTEXT, 1, 1.4),
            conv(N_CONTEXT, 2 * N_LATENTS, 1, 0.1),
        )

    def forward(self, h: Tensor, decoded: Tensor | None, level: Tensor) -> tuple[Tensor, Tensor]:
        """Apply the layers."""
        if decoded is not None:
            h = h + self.ctx(self.near(decoded / Y_SCALE))
        h = F.relu(h + level[:, :, None, None])
        h = F.relu(self.mid(h)) + h
        mean, sigma = self.out(h).chunk(2, 1)
        return mean * Y_SCALE, sigma * 4


def hats(s: Tensor) -> Tensor:
    """How a log2 gain (n,) is shared among the knots, (n, KNOTS)."""
    at = (s - S_LOW) / (S_HIGH - S_LOW) * (KNOTS - 1)
    return F.relu(1 - (at[:, None] - torch.arange(KNOTS, device=s.device)).abs())


def masks(h: int, w: int) -> Tensor:
    """What each of the four steps codes, (4, m, h, w)."""
    out, g = torch.zeros(4, N_LATENTS, h, w), N_LATENTS // 4
    for k in range(4):
        for j in range(4):
            dy, dx = PHASES[j ^ k]
            out[k, j * g : (j + 1) * g, dy::2, dx::2] = 1
    return out


class Bounded(torch.autograd.Function):
    """Clipping whose gradient passes outside only where it leads back inside."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, low: float, high: float) -> Tensor:
        """Clip."""
        ctx.save_for_backward(x)
        ctx.bounds = low, high
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        """Stop what leads further out."""
        (x,), (low, high) = ctx.saved_tensors, ctx.bounds
        stuck = ((x < low) & (g > 0)) | ((x > high) & (g < 0))
        return g.masked_fill(stuck, 0), None, None


def bits_of(v: Tensor, sigma: Tensor) -> Tensor:
    """Bits of residuals under a Gaussian with a little of a wider logistic."""
    v = v.abs()
    r = 0.70710678 / sigma
    g = 0.5 * (torch.erfc((v - 0.5) * r) - torch.erfc((v + 0.5) * r))
    q = 1 / sigma.clamp_min(0.2)
    wide = torch.sigmoid((0.5 - v) * q) - torch.sigmoid((-0.5 - v) * q)
    # far out the formula underflows; the logistic's own slope goes on, so that gradients do
    return -torch.log2((0.98 * g + 0.02 * wide).clamp_min(1e-9)) + 1.4427 * F.relu(v * q - 16.8)


def rounded(x: Tensor) -> Tensor:
    """Round, with the gradient of the identity."""
    return x + (torch.round(x) - x).detach()


@torch.no_grad()
def start_as_lapped(model: "Codec") -> None:
    """Let the linear trunk start as a lapped transform of three decorrelated colours, and back."""
    weights = lapped_weights()
    layers = {
        "analysis_lapped": model.analysis.lapped,
        "analysis_out": model.analysis.out,
        "synthesis_lapped": model.synthesis.lapped,
        "synthesis_up4": model.synthesis.u4.conv,
        "synthesis_up2": model.synthesis.u2.conv,
        "synthesis_up1": model.synthesis.u1.conv,
    }
    for name, layer in layers.items():
        kernel = torch.from_numpy(weights[f"{name}/kernel"].transpose(3, 2, 0, 1).copy())
        if "_up" in name:  # sub-pixels are (2, 2, c) in TensorFlow, and (c, 2, 2) in PyTorch
            kernel = kernel.view(4, -1, *kernel.shape[1:]).transpose(0, 1).reshape(kernel.shape)
        layer.weight.copy_(kernel)
        layer.bias.zero_()


class Codec(nn.Module):
    """All networks, and what is trained at a few levels of fineness."""

    def __init__(self) -> None:
        super().__init__()
        self.analysis, self.synthesis = Analysis(), Synthesis()
        self.hyper_analysis, self.hyper_synthesis = HyperAnalysis(), HyperSynthesis()
        self.steps = nn.ModuleList(Step(i == 0) for i in range(4))
        self.gains = nn.Parameter(torch.zeros(KNOTS, N_LATENTS))
        self.level_synthesis = nn.Parameter(torch.zeros(KNOTS, N_WIDE))
        self.level_steps = nn.Parameter(torch.zeros(4, KNOTS, N_CONTEXT))
        self.z_loc = nn.Parameter(torch.zeros(N_HYPER_LATENTS))
        self.z_scale = nn.Parameter(torch.full((N_HYPER_LATENTS,), -1.0))

    def log_gain(self, s: Tensor) -> Tensor:
        """Log2 of the gain of each channel, (n, 128), for gains (n,)."""
        return s[:, None] + hats(s) @ self.gains

    def z_bits(self, z: Tensor) -> Tensor:
        """Bits of hyper latents."""
        z = z - self.z_loc[:, None, None]
        q = torch.exp(-self.z_scale)[:, None, None]
        a = z.abs()
        p = torch.sigmoid((0.5 - a) * q) - torch.sigmoid((-0.5 - a) * q)
        return -torch.log2(p.clamp_min(1e-9)) + 1.4427 * F.relu(a * q - 20)

    def code(
        self, y: Tensor, z: Tensor, s: Tensor, m: Tensor, train: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Decoded latents, and bits of latents and of hyper latents, of each picture.

        Residuals are rounded for the rate too: noise in the place of rounding would charge a
        tenth of a bit for each of the many latents that are surely zero.
        """
        z_hat = rounded(z)
        z_bits = self.z_bits(z + torch.rand_like(z) - 0.5 if train else z_hat).sum((1, 2, 3))
        h, hat = self.hyper_synthesis(z_hat), hats(s)
        lg = self.log_gain(s)[:, :, None, None]
        gain = torch.exp2(lg)
        decoded, vs, logs = None, 0.0, 0.0
        for k, step in enumerate(self.steps):
            mean, log_sigma = step(h, decoded, hat @ self.level_steps[k])
            v = rounded((y - mean) * gain)
            vs, logs = vs + v * m[k], logs + log_sigma * m[k]
            part = (mean + v / gain) * m[k]
            decoded = part if decoded is None else decoded + part
        log_sigma = Bounded.apply(logs + lg, SIGMA_LOW, SIGMA_LOW + (N_TABLES - 1) / SIGMA_STEPS)
        return decoded, bits_of(vs, torch.exp2(log_sigma)).sum((1, 2, 3)), z_bits

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Latents and hyper latents of pixels."""
        y = self.analysis(x)
        return y, self.hyper_analysis(y / Y_SCALE)

    def decode(self, y_hat: Tensor, s: Tensor) -> Tensor:
        """Pixels from latents that were rounded at a gain."""
        return self.synthesis(y_hat, hats(s) @ self.level_synthesis)
