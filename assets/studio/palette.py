"""The colours, metals and woods of the shop, as sRGB values from 0 to 1."""

Colour = tuple[float, float, float]

COLOURS: dict[str, Colour] = {
    "black": (0.03, 0.03, 0.035),
    "white": (0.93, 0.92, 0.9),
    "ivory": (0.9, 0.85, 0.74),
    "grey": (0.45, 0.45, 0.46),
    "charcoal": (0.16, 0.17, 0.18),
    "navy": (0.07, 0.11, 0.25),
    "blue": (0.12, 0.3, 0.65),
    "sky": (0.5, 0.7, 0.85),
    "teal": (0.05, 0.4, 0.42),
    "green": (0.13, 0.36, 0.2),
    "sage": (0.55, 0.62, 0.5),
    "olive": (0.33, 0.34, 0.16),
    "mustard": (0.82, 0.6, 0.15),
    "orange": (0.88, 0.4, 0.1),
    "terracotta": (0.7, 0.34, 0.22),
    "red": (0.72, 0.08, 0.09),
    "burgundy": (0.36, 0.05, 0.1),
    "pink": (0.92, 0.6, 0.65),
    "blush": (0.88, 0.72, 0.67),
    "lilac": (0.68, 0.6, 0.8),
    "purple": (0.33, 0.15, 0.45),
    "tan": (0.66, 0.45, 0.27),
    "cognac": (0.5, 0.24, 0.1),
    "brown": (0.27, 0.15, 0.09),
    "beige": (0.8, 0.72, 0.6),
}

METALS: dict[str, Colour] = {
    "gold": (1.0, 0.88, 0.58),
    "silver": (0.97, 0.96, 0.94),
    "rosegold": (0.97, 0.80, 0.73),
    "steel": (0.84, 0.84, 0.86),
    "gunmetal": (0.36, 0.36, 0.38),
    "brass": (0.93, 0.82, 0.58),
    "copper": (0.96, 0.73, 0.62),
}

# Each wood: the light and the dark of its grain.
WOODS: dict[str, tuple[Colour, Colour]] = {
    "oak": ((0.62, 0.43, 0.25), (0.45, 0.28, 0.14)),
    "walnut": ((0.3, 0.18, 0.1), (0.17, 0.09, 0.05)),
    "beech": ((0.82, 0.63, 0.43), (0.7, 0.5, 0.32)),
    "ebony": ((0.07, 0.05, 0.045), (0.03, 0.025, 0.02)),
    "whitewash": ((0.86, 0.82, 0.76), (0.75, 0.7, 0.63)),
}

# How the shop writes a name that is not an English word as it stands.
SPOKEN = {
    "rosegold": "rose gold",
    "gunmetal": "gunmetal",
    "sky": "sky blue",
    "whitewash": "whitewashed oak",
}

ALL_COLOURS: tuple[str, ...] = tuple(COLOURS)
ALL_WOODS: tuple[str, ...] = tuple(WOODS)
NEUTRALS: tuple[str, ...] = ("white", "ivory", "beige", "black", "navy")


def linear(colour: Colour) -> Colour:
    """The linear light of an sRGB colour, which is what Blender calculates with."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour
    )
    return red, green, blue


def scaled(colour: Colour, factor: float) -> Colour:
    """The colour made darker or lighter, never brighter than white."""
    red, green, blue = (min(1.0, value * factor) for value in colour)
    return red, green, blue


def luminance(colour: Colour) -> float:
    """How bright a colour looks, from 0 to 1."""
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue
