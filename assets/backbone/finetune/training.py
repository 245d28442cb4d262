"""Fine-tunes the backbone's last stages; no label of a shop's catalogue is used.

Four things are asked of the weights together, all in the space that neighbours are found in (the
original features through a projection fitted on them):

- a picture's phone photo is near to the picture, and among all pictures nearest to it (instance
  discrimination, InfoNCE) or to another look of its design, where this project drew the design;
- the same within the batch, both ways;
- the neighbours of a plain picture stay its neighbours, as near as they were (relations);
- a plain picture's features stay where they were (distillation), with a pull that grows while they
  have moved further than the settings allow.

Nothing that ImageNet taught is meant to be lost: the targets of the first two are softened by the
original's own neighbours, weights decay towards the original's, and what is kept at the end is a
moving average, brought back towards the original as far as that scores better.

References: van den Oord, Li & Vinyals, "Representation learning with contrastive predictive
coding", 2018; Park et al., "Relational knowledge distillation", CVPR 2019; Wortsman et al., "Robust
fine-tuning of zero-shot models", CVPR 2022 (weights between the original's and the tuned).
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from recommender.inference.projection import fit
from recommender.types import Floats

from .network import SPATIAL_STAGE, Backbone, Convolution
from .phone_photos import photograph
from .pictures import GALLERIES, PHOTOS, Pictures
from .pooling import pool
from .scoring import prior_of

CHUNK = 256
SHARES = {"style": 0.25, "clothing-train": 0.45}  # of a batch; the demo has the rest
SHARPNESS = 0.06  # of the softened targets
MAX_GRADIENT_NORM = 5.0
WARM_STEPS = 80
REFRESH_STEPS = 280  # after so many, the gallery is described anew
LEAST_HOLD, MOST_HOLD, HOLD_STEP = 0.5, 50.0, 1.02
KIND_WEIGHT = 4.0  # of unprojected features, in the distillation


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How far the weights may go.

    Attributes
    ----------
    open_from : first stage, from 0, whose weights are trained
    drift : mean cosine distance that plain pictures may move before the pull grows
    soft : share of a target that the original's neighbours have
    sibling : share that other looks of the same design have, where the design is known
    relation, distil : weights of these losses beside the instance discrimination
    photos : share of a batch that is rendered customer photos
    """

    open_from: int
    learning_rate: float
    decay: float
    drift: float
    soft: float
    relation: float
    distil: float
    photos: float
    sibling: float = 0.15
    temperature: float = 0.08
    batch_size: int = 256
    steps: int = 1234


BOLD = Settings(
    open_from=4, learning_rate=5e-4, decay=0.3, drift=0.12, soft=0.35, relation=0.5, distil=0.5,
    photos=0.07,
)  # fmt: skip
CONSERVATIVE = Settings(
    open_from=5, learning_rate=2e-4, decay=1.0, drift=0.04, soft=0.5, relation=1.0, distil=1.0,
    photos=0.05, steps=1765,
)  # fmt: skip


class Tuner:
    """The original's features as the teacher, and all that training needs.

    Parameters
    ----------
    pictures : to learn from
    colour : (n, n_colour), features that are not trained, for the projection's prior
    weights : backbone.npz as port.py writes it
    """

    def __init__(
        self, pictures: Pictures, colour: Floats, weights: Path, device: torch.device
    ) -> None:
        self.pictures, self.weights, self.device = pictures, weights, device
        self.pixels = torch.from_numpy(pictures.pixels).permute(0, 3, 1, 2).contiguous()
        self.pixels = self.pixels.to(device)
        self._maps: dict[tuple[int, bool], Tensor] = {}
        original = self.network(None)
        kind = self.describe(original, SPATIAL_STAGE)
        prior = prior_of(pictures, kind, colour)
        fitted = fit(np.hstack([kind, colour])[: pictures.n_gallery], prior)
        self.mean = torch.from_numpy(fitted.kind_mean).to(device)
        self.projection = torch.from_numpy(fitted.kind_weights.astype(np.float32)).to(device)
        self.teacher_kind = torch.from_numpy(kind).to(device)
        self.teacher = self.embed(self.teacher_kind)
        self.bank_rows = torch.from_numpy(np.flatnonzero(pictures.is_learned)).to(device)
        families = {name: number for number, name in enumerate(sorted(set(pictures.designs)))}
        self.family = torch.full((pictures.n_gallery,), -1, device=device)
        self.family[pictures.at["demo"]] = torch.tensor(
            [families[name] for name in pictures.designs], device=device
        )

    def network(self, open_from: int | None) -> Backbone:
        """The original's weights, open for training from a stage on."""
        return Backbone(self.weights, open_from).to(self.device)

    def embed(self, kind: Tensor) -> Tensor:
        """Unit-length embeddings (n, 208) of descriptors (n, 3440), as the original has them."""
        return functional.normalize((kind - self.mean) @ self.projection)

    @torch.no_grad()
    def describe(self, network: Backbone, stage: int) -> Floats:
        """Descriptors (n, 3440) of all pictures, of which the stages before `stage` are frozen."""
        maps, parts = self.maps(network, stage), []
        for start in range(0, len(maps), CHUNK):
            with self._cast(torch.float16):
                head, spatial = network.after(self._load(maps[start : start + CHUNK]), stage)
            parts.append(pool(head, spatial).cpu().numpy())
        return np.concatenate(parts)

    @torch.no_grad()
    def maps(self, network: Backbone, stage: int, *, mirrored: bool = False) -> Tensor:
        """What the frozen stages make of all pictures, computed once, in half precision."""
        key = stage, mirrored
        if key not in self._maps:
            pixels = self.pixels[: self.pictures.n_gallery] if mirrored else self.pixels
            parts = []
            for start in range(0, len(pixels), CHUNK):
                x = pixels[start : start + CHUNK].float()
                with self._cast(torch.float16):
                    parts.append(network.before(x.flip(3) if mirrored else x, stage).half())
            self._maps[key] = torch.cat(parts)
        return self._maps[key]

    def tune(self, settings: Settings, seed: int = 0) -> Iterator[tuple[int, Backbone]]:
        """Train, and give the step and the averaged network each time the gallery is refreshed."""
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        stage = settings.open_from
        network, averaged = self.network(stage), self.network(stage)
        variables, kept = list(network.parameters()), list(averaged.parameters())
        optimizer = torch.optim.AdamW(
            variables, settings.learning_rate, (0.9, 0.99), weight_decay=settings.decay
        )
        bank = self.teacher[self.bank_rows]
        hold, drifted = 1.0, 0.0
        for step in range(settings.steps):
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * _rate(step, settings.steps)
            seen, goals = self._batch(network, settings, rng)
            loss, moved = self._loss(network, settings, seen, goals, bank, hold)
            drifted = 0.9 * drifted + 0.1 * moved
            hold = hold * HOLD_STEP if drifted > settings.drift else hold / HOLD_STEP
            hold = min(max(hold, LEAST_HOLD), MOST_HOLD)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(variables, MAX_GRADIENT_NORM, error_if_nonfinite=True)
            optimizer.step()
            with torch.no_grad():
                share = 1 - min(0.99, (step + 1) / (step + 10))
                torch._foreach_lerp_(kept, variables, share)
            if (step + 1) % REFRESH_STEPS == 0 or step + 1 == settings.steps:
                kind = torch.from_numpy(self.describe(averaged, stage)).to(self.device)
                bank = self.embed(kind)[self.bank_rows]
                yield step + 1, averaged

    def _batch(
        self, network: Backbone, settings: Settings, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        """Maps of phone photos and then of the plain pictures, and the pictures' gallery rows."""
        pictures, size = self.pictures, settings.batch_size
        n_photos = round(size * settings.photos) if pictures.is_learned_photo.any() else 0
        counts = [int((size - n_photos) * SHARES[name]) for name in GALLERIES[:2]]
        counts.append(size - n_photos - sum(counts))
        rows = np.concatenate(
            [
                rng.choice(learned, min(count, len(learned)), replace=False)
                for name, count in zip(GALLERIES, counts, strict=True)
                for learned in [self._learned(name)]
            ]
        )
        photos = rng.choice(np.flatnonzero(pictures.is_learned_photo), n_photos)
        sources = np.concatenate([rows, pictures.at[PHOTOS].start + photos])
        goals = torch.from_numpy(np.concatenate([rows, pictures.photo_items[photos]]))
        goals = goals.to(self.device)
        strength = [rng.uniform(0.4, 1, len(rows)), rng.uniform(0.1, 0.5, n_photos)]
        strength = torch.from_numpy(np.concatenate(strength).astype(np.float32)).to(self.device)
        shots = photograph(self.pixels[torch.from_numpy(sources).to(self.device)], strength)
        stage = settings.open_from
        with torch.no_grad(), self._cast(torch.float16):
            seen = network.before(shots, stage)
        mirrored = torch.rand(len(goals), device=self.device) < 0.5  # noqa: PLR2004
        straight, turned = (self.maps(network, stage, mirrored=each) for each in (False, True))
        plain = torch.where(mirrored[:, None, None, None], turned[goals], straight[goals])
        return torch.cat([seen.to(plain.dtype), plain]), goals

    def _learned(self, gallery: str) -> NDArray[np.intp]:
        at = self.pictures.at[gallery]
        return at.start + np.flatnonzero(self.pictures.is_learned[at])

    def _loss(
        self,
        network: Backbone,
        settings: Settings,
        seen: Tensor,
        goals: Tensor,
        bank: Tensor,
        hold: float,
    ) -> tuple[Tensor, float]:
        with self._cast(torch.bfloat16):
            head, spatial = network.after(self._load(seen), settings.open_from)
        kind = pool(head, spatial)
        shots, plain = self.embed(kind).chunk(2)
        was, heat = self.teacher[self.bank_rows], settings.temperature
        wanted = self._targets(goals, self.bank_rows, settings.soft, settings.sibling)
        in_bank = -(wanted * (shots @ bank.T / heat).log_softmax(1)).sum(1).mean()
        wanted = self._targets(goals, goals, settings.soft / 2, settings.sibling)
        logits = shots @ plain.T / heat
        in_batch = [
            -(each / each.sum(1, keepdim=True).clamp_min(1e-6) * row.log_softmax(1)).sum(1).mean()
            for each, row in ((wanted, logits), (wanted.T, logits.T))
        ]
        relations = (self.teacher[goals] @ was.T / heat).softmax(1)
        relation = functional.kl_div(
            (plain @ bank.T / heat).log_softmax(1), relations, reduction="batchmean"
        )
        moved = (1 - (plain * self.teacher[goals]).sum(1)).mean()
        plain_kind = kind[len(goals) :]
        distil = moved + KIND_WEIGHT * (1 - (plain_kind * self.teacher_kind[goals]).sum(1)).mean()
        loss = in_bank + sum(in_batch) / 4
        loss = loss + settings.relation * relation + settings.distil * hold * distil
        return loss, float(moved.detach())

    def _targets(self, rows: Tensor, columns: Tensor, soft: float, sibling: float) -> Tensor:
        """Shares (n, n_columns) in which pictures should be near to gallery rows."""
        same = rows[:, None] == columns[None]
        near = self.teacher[rows] @ self.teacher[columns].T / SHARPNESS
        near = near.masked_fill(same, -1e4).softmax(1)
        is_known = (self.family[rows] >= 0)[:, None]
        alike = (self.family[rows][:, None] == self.family[columns][None]) & is_known & ~same
        n_alike = alike.sum(1, keepdim=True)
        share = sibling * (n_alike > 0)
        own = same / same.sum(1, keepdim=True).clamp_min(1)
        return (1 - soft) * ((1 - share) * own + share * alike / n_alike.clamp_min(1)) + soft * near

    def _cast(self, dtype: torch.dtype) -> torch.autocast:
        """Half precision where a GPU makes it fast."""
        return torch.autocast(self.device.type, dtype, enabled=self.device.type == "cuda")

    def _load(self, maps: Tensor) -> Tensor:
        return maps if self.device.type == "cuda" else maps.float()


@contextmanager
def brought_back(network: Backbone, share: float) -> Iterator[Backbone]:
    """The network with its weights at a share of the way from the original's to the tuned."""
    changes = [
        change
        for module in network.modules()
        if isinstance(module, Convolution) and module.change is not None
        for change in (module.change, module.bias_change)
    ]
    tuned = [change.detach().clone() for change in changes]
    with torch.no_grad():
        for change in changes:
            change.mul_(share)
    yield network
    with torch.no_grad():
        for change, whole in zip(changes, tuned, strict=True):
            change.copy_(whole)


def _rate(step: int, n_steps: int) -> float:
    """Share of the learning rate: a short warm-up, then along a cosine."""
    falling = 0.5 * (1 + math.cos(math.pi * step / n_steps))
    return min(1.0, (step + 1) / WARM_STEPS) * (0.02 + 0.98 * falling)
