r"""Trains the picture code of `perceptual` in PyTorch, in three stages, as the one that ships was.

    python -m venv build/codec
    build/codec/bin/pip install -r assets/codec/requirements.txt
    build/codec/bin/python -m assets.codec.train entropy PICTURES build/entropy --seconds 600
    build/codec/bin/python -m assets.codec.train synthesis PICTURES build/synthesis --seconds 500
    build/codec/bin/python -m assets.codec.train joint PICTURES build/joint --seconds 1900 \
        --start build/entropy.npz build/synthesis.npz
    python -m assets.codec.port build/joint.npz PICTURES

PICTURES is a folder of training pictures. The first stage trains the entropy model on the latents
of the lapped transform, the second the synthesis on rounded latents (the two can run side by side),
the third everything. A run that is stopped goes on from its checkpoint. `mean` averages the weights
of several runs of the third stage with other seeds: `... mean FIRST.npz OUT --with OTHERS.npz`.

What was learned on the way: a network that starts as an exact transform must not be trained at
the rate of one that starts from chance. At 8e-4 for all weights, Adam's steps of equal size shook
the transform to pieces and a run went from 29.7 dB to 22; at 2e-5 for the transform and 4e-4 for
what lies beside it, every stage improves from its first step.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from recommender.inference.codec import MARGIN
from recommender.inference.entropy import LOG_GAIN_HIGH as S_HIGH
from recommender.inference.entropy import LOG_GAIN_LOW as S_LOW
from recommender.inference.entropy import Y_SCALE
from recommender.training.codec_sizes import N_LATENTS

from .network import (
    Bounded,
    Codec,
    masks,
    start_as_lapped,
)

N_BYTES, SIDE_PX, CANVAS_PX = 2888, 150, 160
BITS_FOR_ERROR, SSIM_WEIGHT, COST_FLOOR = 3400.0, 2.6e-3, 0.03
SMALLER = (90, 146)  # sides of the copies that a picture is also shown as
SMALLER_SHARE = 0.15
TRUNK = ("analysis.lapped", "analysis.out", "synthesis.lapped", "synthesis.u", "gains")
TRUNK_RATE = 0.05
STAGES = {  # side of the parts in pixels, pictures a step, learning rate, steps of warming up
    "entropy": (128, 12, 2e-3, 50),
    "synthesis": (96, 6, 3e-4, 150),
    "joint": (96, 8, 4e-4, 40),
}
GAIN_NOISE, ANY_GAIN_SHARE, FINEST = 0.5, 0.06, 2.5
EMA, LAST_RATE = 0.985, 0.03
SAVED_EVERY_S = 60.0

State = dict[str, Any]


def pictures_of(folder: Path) -> list[NDArray[np.uint8]]:
    """Read all pictures of a folder, letterboxed on white."""
    found = []
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        with Image.open(file) as image:
            shown = image.convert("RGBA")
        ground = Image.new("RGBA", shown.size, "white")
        shown = Image.alpha_composite(ground, shown).convert("RGB")
        shown.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        square = Image.new("RGB", (SIDE_PX, SIDE_PX), "white")
        square.paste(shown, ((SIDE_PX - shown.width) // 2, (SIDE_PX - shown.height) // 2))
        found.append(np.asarray(square))
    return found


def batches(
    pictures: Sequence[NDArray[np.uint8]], size: int, n: int, rng: np.random.Generator
) -> Iterator[Tensor]:
    """Parts of pictures with a margin, altered, (n, 3, size + 8, size + 8) in [0, 1]."""
    whole = size + 2 * MARGIN
    while True:
        parts = []
        for at in rng.integers(len(pictures), size=n):
            picture = pictures[at]
            if rng.random() < SMALLER_SHARE:
                side = int(rng.integers(*SMALLER))
                small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
                picture = np.asarray(small)
            short = max(whole - len(picture), 0)
            low = rng.integers(short + 1, size=2)
            border = [(int(each), int(short - each)) for each in low]
            picture = np.pad(picture, (*border, (0, 0)), "edge")
            y, x = rng.integers(len(picture) - whole + 1, size=2)
            part = picture[y : y + whole, x : x + whole] / np.float32(255)
            part = part[:, :: rng.choice([-1, 1])]
            if rng.random() < 0.3:
                part = part.transpose(1, 0, 2)
            if rng.random() < 0.4:  # another light
                part = np.clip(part * rng.uniform(0.7, 1.15, 3) + rng.uniform(-0.07, 0.17), 0, 1)
            if rng.random() < 0.3:  # other colours
                part = part[..., rng.permutation(3)]
            if rng.random() < 0.05:
                part = 1 - part
            parts.append(np.round(part * 255) / np.float32(255))
        yield torch.from_numpy(np.stack(parts).astype(np.float32)).permute(0, 3, 1, 2)


def gains_for(y: Tensor, size: int, typical_bits: float) -> Tensor:
    """Log2 of gains at which pictures take about their bytes, with noise."""
    n_large = int(N_BYTES * 8 * 0.95 * (size / CANVAS_PX) ** 2 / typical_bits)
    smallest = y.detach().abs().flatten(1).topk(n_large, 1).values[:, -1].clamp_min(1e-2)
    s = torch.log2(0.5 / smallest) + GAIN_NOISE * torch.randn(len(y))
    anywhere = S_LOW + (FINEST - S_LOW) * torch.rand(len(y))
    return torch.where(torch.rand(len(y)) < ANY_GAIN_SHARE, anywhere, s).clamp(S_LOW, S_HIGH)


def similarity(a: Tensor, b: Tensor) -> Tensor:
    """SSIM over square windows, (n,)."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 7, 2)

    ma, mb = mean(a), mean(b)
    va, vb, c = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    light = (2 * ma * mb + 1e-4) / (ma * ma + mb * mb + 1e-4)
    return (light * (2 * c + 9e-4) / (va + vb + 9e-4)).mean((1, 2, 3))


def loss_of(
    model: Codec, stage: str, x: Tensor, m: Tensor, typical_bits: float
) -> tuple[Tensor, float]:
    """Mean log cost of a batch, and the bits of a latent that is not zero."""
    size, wanted = x.shape[-1] - 2 * MARGIN, x[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    with torch.set_grad_enabled(stage == "joint"):
        y = model.analysis(x)
    s = gains_for(y, size, typical_bits)
    gain = torch.exp2(s)[:, None, None, None]
    if stage == "synthesis":
        rounded, bits = torch.round(y * gain) / gain, None
    else:
        z = model.hyper_analysis(y / Y_SCALE)
        rounded, y_bits, z_bits = model.code(y, z, s, m, True)
        bits = y_bits + z_bits
        n_large = (y.detach().abs() * gain > 0.5).sum((1, 2, 3)).clamp_min(50)
        typical_bits = float((bits.detach() / n_large).median())
    if stage == "entropy":
        return torch.log(bits / size**2 + 0.05).mean(), typical_bits
    shown = Bounded.apply(model.decode(rounded, s), 0.0, 1.0)
    lost = ((shown - wanted) ** 2).mean((1, 2, 3)) + SSIM_WEIGHT * (1 - similarity(wanted, shown))
    if bits is None:
        return torch.log(lost + 1e-5).mean(), typical_bits
    cost = bits / size**2 + BITS_FOR_ERROR * torch.exp2(2 * s) * lost + COST_FLOOR
    return torch.log(cost).mean(), typical_bits


def groups_of(model: Codec, stage: str) -> list[dict[str, Any]]:
    """Weights that a stage trains, and the share of its rate that each group has."""
    groups: dict[float, list[nn.Parameter]] = {1.0: [], TRUNK_RATE: []}
    for name, weight in model.named_parameters():
        of_synthesis = name.startswith(("synthesis", "level_synthesis"))
        of_entropy = not of_synthesis and not name.startswith(("analysis", "gains"))
        trains = {"entropy": of_entropy, "synthesis": of_synthesis, "joint": True}[stage]
        weight.requires_grad_(trains)
        if trains:
            groups[TRUNK_RATE if name.startswith(TRUNK) else 1.0].append(weight)
    return [{"params": weights, "share": share} for share, weights in groups.items() if weights]


def start(model: Codec, files: Sequence[Path], parts: Tensor) -> None:
    """Set weights: the lapped transform, then those that earlier stages trained."""
    start_as_lapped(model)
    with torch.no_grad():
        spread = model.analysis(parts).abs().mean((0, 2, 3)) + 1e-2
        for step in model.steps:
            step.out.bias[N_LATENTS:] = torch.log2(spread) / 4
    state = model.state_dict()
    for file in files:
        with np.load(file, allow_pickle=False) as arrays:
            trained = set(json.loads(str(arrays["trained"])))
            state |= {name: torch.from_numpy(arrays[name]) for name in trained}
    model.load_state_dict(state)


def train(options: argparse.Namespace) -> None:
    """Run one stage, or go on with it."""
    size, n, rate, n_warm = STAGES[options.stage]
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    parts = batches(pictures_of(options.pictures), size, n, np.random.default_rng(options.seed))
    model = Codec()
    start(model, options.start, next(parts))
    groups = groups_of(model, options.stage)
    names = [name for name, weight in model.named_parameters() if weight.requires_grad]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    mean = [weight.detach().clone() for weight in weights]
    adam = torch.optim.Adam(groups, lr=rate, betas=(0.9, 0.99))
    state: State = {"seconds": 0.0, "n_steps": 0, "typical_bits": options.typical_bits}
    checkpoint = options.out.with_suffix(".pt")
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        state, mean = saved["state"], saved["mean"]
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
    m, norms, latest = masks(size // 8, size // 8), [1e9], time.monotonic()
    begun = latest - state["seconds"]
    while state["seconds"] < options.seconds:
        state["seconds"] = time.monotonic() - begun
        fall = 0.5 * (1 + math.cos(math.pi * state["seconds"] / options.seconds))
        warm = min(1.0, (state["n_steps"] + 1) / n_warm)
        for group in adam.param_groups:
            group["lr"] = rate * warm * (LAST_RATE + (1 - LAST_RATE) * fall) * group["share"]
        loss, bits = loss_of(model, options.stage, next(parts), m, state["typical_bits"])
        state["typical_bits"] += 0.02 * (bits - state["typical_bits"])
        adam.zero_grad(set_to_none=True)
        loss.backward()
        norm = float(nn.utils.clip_grad_norm_(weights, 2 * float(np.median(norms[-50:]))))
        if not math.isfinite(norm):
            continue
        norms = [*norms, norm] if norms[0] < 1e9 else [norm]
        adam.step()
        state["n_steps"] += 1
        with torch.no_grad():
            decay = min(EMA, (1 + state["n_steps"]) / (10 + state["n_steps"]))
            torch._foreach_lerp_(mean, [weight.detach() for weight in weights], 1 - decay)
        if time.monotonic() - latest > SAVED_EVERY_S:
            latest = time.monotonic()
            print(f"{state['seconds']:.0f} s, {state['n_steps']} steps: {float(loss):.4f}")
            torch.save(
                {
                    "state": state,
                    "mean": mean,
                    "model": model.state_dict(),
                    "adam": adam.state_dict(),
                },
                checkpoint,
            )
    arrays = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    arrays |= {name: each.numpy() for name, each in zip(names, mean, strict=True)}
    np.savez(options.out.with_suffix(".npz"), trained=np.array(json.dumps(names)), **arrays)


def average(files: Sequence[Path], out: Path) -> None:
    """Average the weights of several runs that started from the same weights."""
    states = [dict(np.load(file, allow_pickle=False)) for file in files]
    trained = states[0].pop("trained")
    arrays = {name: np.mean([each[name] for each in states], axis=0) for name in states[0]}
    np.savez(out.with_suffix(".npz"), trained=trained, **arrays)


def main() -> None:
    """Train a stage, or average runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=[*STAGES, "mean"])
    parser.add_argument("pictures", type=Path, help="folder; of `mean`, the first run's weights")
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, nargs="*", default=[])
    parser.add_argument("--with", type=Path, nargs="*", default=[], dest="others")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--typical-bits", type=float, default=6.5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.stage == "mean":
        average([options.pictures, *options.others], options.out)
    else:
        train(options)


if __name__ == "__main__":
    main()
