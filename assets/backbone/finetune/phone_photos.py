"""Turns product pictures into the photos that a phone might take of them, on the device.

What stands on plain paper is cut out and set before another background; all pictures are turned,
tilted, moved, lit, covered, blurred and compressed. Strength 0 changes little, 1 as much as any
photo that a customer would still send.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

PAPER_WHITE, PAPER_SHARE, PAPER_SPREAD = 0.96, 0.4, 0.05
DIFFERS = 0.06
CAMERA_SIDES_PX = (96, 128, 160, 208)
BLOCK = 8  # of JPEG


@torch.no_grad()
def photograph(pixels: Tensor, strength: Tensor) -> Tensor:
    """Photos of pictures.

    Parameters
    ----------
    pixels : (n, 3, side, side), uint8
    strength : (n,), from 0 to 1

    Returns
    -------
    photos : (n, 3, side, side), float32 from 0 to 255
    """
    n, side = len(pixels), pixels.shape[-1]
    x = pixels.float() / 255
    much = strength.view(n, 1, 1, 1)
    mask, paper, has_paper = _cut_out(x)
    centres = (torch.arange(side, device=x.device) + 0.5) / side * 2 - 1
    across = torch.meshgrid(centres, centres, indexing="ij")[::-1]  # x, then y
    picture, mask, inside = _move(x, mask, has_paper, strength, across)
    y = _set_before(picture, mask, inside, x, paper, across)
    y = _cover(y, much, across)
    y = _light(y, much, across)
    return _camera(y, much) * 255


def _uniform(like: Tensor, low: float, high: float, *shape: int) -> Tensor:
    shape = shape or (len(like), 1, 1, 1)
    return torch.rand(shape, device=like.device) * (high - low) + low


def _normal(like: Tensor, deviation: float, channels: int = 1) -> Tensor:
    return torch.randn((len(like), channels, 1, 1), device=like.device) * deviation


def _happens(like: Tensor, share: Tensor | float) -> Tensor:
    return torch.rand((len(like), 1, 1, 1), device=like.device) < share


def _cut_out(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Soft masks (n, 1, h, w) of what stands on plain paper, its colour, and where there is any."""
    border = torch.cat([x[:, :, 0], x[:, :, -1], x[:, :, :, 0], x[:, :, :, -1]], 2)
    white = (border.amin(1) > PAPER_WHITE).float().mean(1)
    mean, spread = border.mean(2), border.std(2).mean(1)
    is_white = white > PAPER_SHARE
    paper = torch.where(is_white[:, None], torch.ones_like(mean), mean)[:, :, None, None]
    has_paper = is_white | (spread < PAPER_SPREAD)
    differs = ((x - paper).abs().amax(1, keepdim=True) > DIFFERS).float()
    differs = (functional.avg_pool2d(differs, 3, 1, 1) > 0.4).float()  # noqa: PLR2004
    filled = torch.ones_like(differs)
    for axis in (2, 3):  # between the first and the last that differs
        first = differs.cumsum(axis) > 0
        last = differs.flip(axis).cumsum(axis).flip(axis) > 0
        filled = filled * first * last
    mask = functional.avg_pool2d(filled.float(), 5, 1, 2)
    mask = ((mask - 0.3) / 0.6).clamp(0, 1)  # a little of the edge is left out
    mask = torch.where(has_paper[:, None, None, None], mask, torch.ones_like(mask))
    return mask, paper, has_paper


def _move(
    x: Tensor, mask: Tensor, has_paper: Tensor, strength: Tensor, across: tuple[Tensor, ...]
) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures and masks, turned, scaled, tilted and moved, and what lies inside the picture."""
    n, side = len(x), x.shape[-1]
    angle = _uniform(x, -1, 1, n) * math.radians(28) * strength
    size = _uniform(x, math.log(0.62), math.log(1.3), n) * (0.3 + 0.7 * strength)
    size = torch.exp(size)
    aspect = torch.exp(_uniform(x, -0.16, 0.16, n) * strength)
    mirror = torch.where(torch.rand(n, device=x.device) < 0.5, -1.0, 1.0)  # noqa: PLR2004
    room = (1 - size).abs() * 0.8 + 0.12 * strength
    right, down = (_uniform(x, -1, 1, n) * room for _ in range(2))
    tilts = [_uniform(x, -0.22, 0.22, n) * strength for _ in range(2)]
    cos, sin = torch.cos(angle), torch.sin(angle)
    none, one = torch.zeros_like(cos), torch.ones_like(cos)
    move = torch.stack([one, none, -right, none, one, -down, *tilts, one], 1)
    turn = torch.stack(
        [
            cos / size * aspect * mirror, -sin / size * aspect * mirror, none,
            sin / size / aspect, cos / size / aspect, none,
            none, none, one,
        ],
        1,
    )  # fmt: skip
    # from places in the new picture to places in the old, both from -1 to 1
    matrix = turn.view(n, 3, 3) @ move.view(n, 3, 3)
    places = torch.stack([*across, torch.ones_like(across[0])], -1).view(-1, 3)
    to = places @ matrix.transpose(1, 2)
    grid = (to[..., :2] / to[..., 2:].clamp_min(0.2)).view(n, side, side, 2)
    # a picture without paper goes on beyond its edge, as in a mirror, in two of three cases
    goes_on = (~has_paper) & (torch.rand(n, device=x.device) < 2 / 3)
    folded = 1 - ((grid + 1) % 4 - 2).abs()
    grid = torch.where(goes_on[:, None, None, None], folded, grid)
    layers = torch.cat([x, mask, torch.ones_like(mask)], 1)
    moved = functional.grid_sample(layers, grid, "bilinear", "zeros", align_corners=False)
    inside = moved[:, 4:5]
    return moved[:, :3] / inside.clamp_min(1e-3), moved[:, 3:4], inside


def _set_before(
    picture: Tensor,
    mask: Tensor,
    inside: Tensor,
    x: Tensor,
    paper: Tensor,
    across: tuple[Tensor, ...],
) -> Tensor:
    """Set pictures before paper, a plain colour, a gradient, a floor, or another picture."""
    n, side = len(x), x.shape[-1]
    which = torch.rand((n, 1, 1, 1), device=x.device)
    stays = which < 0.3  # noqa: PLR2004
    dull = torch.rand((n, 1, 1, 1), device=x.device) ** 0.5  # few rooms are garish
    colours = torch.rand((2, n, 3, 1, 1), device=x.device)
    flat, other = (each + (each.mean(1, keepdim=True) - each) * dull for each in colours)
    slope = _uniform(x, -1, 1) * across[0] + _uniform(x, -1, 1) * across[1]
    gradient = flat + (other - flat) * (0.5 + 0.5 * slope).clamp(0, 1)
    floor = torch.where(across[1] > _uniform(x, -0.3, 0.7), other, flat) * (0.85 + 0.15 * slope)
    blurred = functional.avg_pool2d(x[torch.randperm(n, device=x.device)], 8)
    part = slice(blurred.shape[-1] // 8, blurred.shape[-1] * 3 // 4)
    blurred = functional.interpolate(blurred[:, :, part, part], size=(side, side), mode="bilinear")
    blurred = blurred * (0.45 + 0.55 * flat)
    ground = torch.where(which < 0.78, floor, blurred)  # noqa: PLR2004
    ground = torch.where(which < 0.6, gradient, ground)  # noqa: PLR2004
    ground = torch.where(which < 0.45, flat.expand_as(x), ground)  # noqa: PLR2004
    grain = torch.randn((n, 1, side // BLOCK, side // BLOCK), device=x.device)
    grain = functional.interpolate(grain, size=(side, side), mode="bilinear") * _uniform(x, 0, 0.06)
    ground = torch.where(stays, paper.expand_as(x), ground + grain)
    mask = torch.where(stays, inside, mask)
    shadow = functional.interpolate(
        functional.avg_pool2d(mask, 16, 8, 4), size=(side, side), mode="bilinear"
    )
    shadow = shadow.roll((10, 6), (2, 3)) * _uniform(x, 0, 0.4) * (~stays)
    return picture * mask + ground * (1 - mask) * (1 - shadow)


def _cover(y: Tensor, much: Tensor, across: tuple[Tensor, ...]) -> Tensor:
    """Hide one side behind something plain, now and then."""
    theta = _uniform(y, 0, 2 * math.pi)
    edge = torch.cos(theta) * across[0] + torch.sin(theta) * across[1] - _uniform(y, 0.45, 0.9)
    cover = (edge * 25).sigmoid() * _happens(y, 0.2 * much)
    return y * (1 - cover) + torch.rand((len(y), 3, 1, 1), device=y.device) * cover


def _light(y: Tensor, much: Tensor, across: tuple[Tensor, ...]) -> Tensor:
    """Change the colour, the place and the strength of the light, contrast and saturation."""
    warm = _normal(y, 0.10) * much
    gains = torch.cat([warm, 0.15 * warm, -warm], 1) + _normal(y, 0.04, 3) * much
    lamp = _uniform(y, -1, 1) * across[0] + _uniform(y, -1, 1) * across[1]
    lamp = 1 + much * _uniform(y, 0, 0.3) * lamp
    y = y.clamp(0, 1) * torch.exp(gains + _normal(y, 0.16) * much - 0.04) * lamp
    y = y.clamp(1e-4, 1) ** torch.exp(_normal(y, 0.15) * much)
    mean = y.mean((1, 2, 3), keepdim=True)
    y = mean + (y - mean) * torch.exp(_normal(y, 0.16) * much)
    grey = y.mean(1, keepdim=True)
    return grey + (y - grey) * torch.exp(_normal(y, 0.18) * much)


def _camera(y: Tensor, much: Tensor) -> Tensor:
    """Lose detail as a camera does: out of focus, noisy, compressed."""
    side = y.shape[-1]
    seen_px = CAMERA_SIDES_PX[int(torch.randint(len(CAMERA_SIDES_PX), ()))]
    small = functional.interpolate(y, size=(seen_px, seen_px), mode="bilinear", antialias=True)
    small = functional.interpolate(small, size=(side, side), mode="bilinear")
    y = torch.where(_happens(y, 0.3 * much), small, y)
    noise = torch.randn_like(y) * _uniform(y, 0, 0.04) * much
    y = (y + noise * _happens(y, 0.6)).clamp(0, 1)
    steps = torch.exp(_uniform(y, math.log(4), math.log(30)))
    return torch.where(_happens(y, 0.4), _compressed(y, steps), y)


def _compressed(x: Tensor, steps: Tensor) -> Tensor:
    """Pictures after a rounding of their 8 x 8 cosines, as in a JPEG.

    `steps` (n, 1, 1, 1) are in 1/255.
    """
    at = torch.arange(BLOCK, device=x.device, dtype=x.dtype)
    cosines = math.sqrt(2 / BLOCK) * torch.cos((2 * at[None] + 1) * at[:, None] * math.pi / 16)
    cosines[0] /= math.sqrt(2)
    coarser = (4 + 3 * (at[:, None] + at[None])) / 16  # high frequencies are kept less exactly
    n, channels, height, width = x.shape
    blocks = (x * 255).view(n, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    values = torch.einsum("ui,ncyixj,vj->ncyxuv", cosines, blocks, cosines)
    size = coarser * steps.view(n, 1, 1, 1, 1, 1)
    values = (values / size).round() * size
    back = torch.einsum("ui,ncyxuv,vj->ncyixj", cosines, values, cosines)
    return (back.reshape(n, channels, height, width) / 255).clamp(0, 1)
