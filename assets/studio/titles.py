"""What the shop says about a product: its title, its price and its brand."""

from __future__ import annotations

import math
import random

from .look import Category, Look, Product
from .palette import SPOKEN
from .plan import seed_of

PATTERN_WORDS = {
    "plain": "",
    "grain": "",
    "dip": "dipped",
    "speckle": "speckled",
    "stripe": "striped",
    "stripes": "striped",
    "reactive": "reactive-glaze",
    "quilt": "quilted",
    "croc": "croc-embossed",
    "checks": "checked",
    "dots": "dotted",
    "zigzag": "zigzag",
}

# Invented names; the trades are those of the categories.
BRANDS: dict[str, tuple[str, ...]] = {
    "home": ("Fjellro", "Maison Oriel", "Tonwerk", "Halden & Sons"),
    "furniture": ("Fjellro", "Nordvang", "Casa Lumera"),
    "fashion": ("Amarelle", "Velluto", "Porter Finch", "Maison Oriel"),
    "beauty": ("Amarelle", "Lune & Sel", "Rosavie"),
    "jewellery": ("Velluto", "Aurane", "Lune & Sel"),
    "electronics": ("Sonori", "Kitewave", "Nordvang"),
    "outdoor": ("Porter Finch", "Kitewave", "Bergwild"),
}

_ROUND_ABOVE = 150
_TENS_ABOVE = 400


def spoken(name: str) -> str:
    """A name of the palette as the shop writes it."""
    return SPOKEN.get(name, name)


def title(category: Category, look: Look, product: Product) -> str:
    """The title of a product, for example "Quilted flap handbag in navy leather"."""
    text = category.title.format(
        words=product.words,
        pattern=PATTERN_WORDS.get(product.pattern, product.pattern),
        material=spoken(product.material),
        colour=spoken(product.colour or getattr(look, category.looks.distinct[0])),
        accent=spoken(look.accent),
        metal=spoken(look.metal),
        wood=spoken(look.wood),
        noun=category.noun,
    )
    text = " ".join(text.split()).replace(" ,", ",").strip(" ,")
    return text[:1].upper() + text[1:]


def price(category: Category, design: int, identifier: str) -> float:
    """A price in the category's range; near the same for all looks of a design."""
    low, high = category.price
    rng = random.Random(seed_of(category.name, design, "price"))
    amount = math.exp(rng.uniform(math.log(low), math.log(high)))
    ending = rng.choice((0.0, 0.5, 0.9, 0.95, 0.9, 0.95))
    amount *= random.Random(seed_of(identifier, "price")).choice((1.0, 1.0, 1.0, 1.06, 0.94))
    if amount > _TENS_ABOVE:
        return round(amount / 10) * 10 - 1.0
    if amount > _ROUND_ABOVE:
        return round(amount / 5) * 5.0
    return math.floor(amount) + ending


def brand(category: Category, design: int) -> str:
    """The maker of a design; every brand makes several kinds of things of its trade."""
    names = BRANDS.get(category.trade, BRANDS["home"])
    return random.Random(seed_of(category.name, design, "brand")).choice(names)
