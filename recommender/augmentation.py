"""Varies pictures as another camera might: crops, turns, relights and moves them.

The same product in another picture is the one thing that is known about similarity without any
label. Training learns from it what to ignore; the evaluation asks whether it is ignored.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance

from recommender.types import Pixels


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Limits within which a picture is varied.

    Attributes
    ----------
    least_area : share of the picture that a crop keeps at least
    most_degrees : of the turn, either way
    light : brightness and contrast vary between 1 - light and 1 + light
    least_size : side that the altered picture has at least on its new background
    mirrored : whether every second picture is turned into its mirror image
    """

    least_area: float = 0.7
    most_degrees: float = 15.0
    light: float = 0.3
    least_size: float = 0.75
    mirrored: bool = False


FOR_EVALUATION = Augmentation()
FOR_TRAINING = Augmentation(least_area=0.6, most_degrees=20.0, light=0.35, mirrored=True)


def augment(pixels: Pixels, rng: np.random.Generator, how: Augmentation = FOR_EVALUATION) -> Pixels:
    """Vary a picture at random, within limits; its size stays.

    Parameters
    ----------
    pixels : (size, size, 3), uint8
    """
    size = pixels.shape[0]
    area, aspect = rng.uniform(how.least_area, 1), rng.uniform(0.9, 1.1)
    width = min(size, int(size * (area * aspect) ** 0.5))
    height = min(size, int(size * (area / aspect) ** 0.5))
    left, top = rng.integers(0, size - width + 1), rng.integers(0, size - height + 1)
    picture = Image.fromarray(pixels[top : top + height, left : left + width])
    picture = picture.resize((size, size), Image.Resampling.BICUBIC)
    if how.mirrored and rng.random() < 0.5:  # noqa: PLR2004
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast):
        picture = enhance(picture).enhance(rng.uniform(1 - how.light, 1 + how.light))
    angle = rng.uniform(-how.most_degrees, how.most_degrees)
    turned = picture.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    mask = Image.new("L", picture.size, 255).rotate(angle, Image.Resampling.BICUBIC, expand=True)
    side = int(size * rng.uniform(how.least_size, 1))
    background = Image.new("RGB", (size, size), tuple(rng.integers(0, 256, 3).tolist()))
    place = tuple(rng.integers(0, size - side + 1, 2).tolist())
    small = (side, side)
    background.paste(
        turned.resize(small, Image.Resampling.BICUBIC),
        place,
        mask.resize(small, Image.Resampling.BICUBIC),
    )
    return np.asarray(background)
