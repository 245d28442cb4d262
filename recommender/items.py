"""The product, as every room knows it."""

from dataclasses import dataclass, field

FIELDS = ("title", "category", "brand", "colour", "material")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One product.

    Attributes
    ----------
    item_id : unique in its catalogue
    title, category, brand, colour, material : as the shop says, or empty
    price : in the shop's currency, or None
    attributes : everything else that the feed said, as text
    image : path of the picture: absolute, or relative to the catalogue's folder
    image_sha256 : of the picture's bytes
    """

    item_id: str
    image: str
    image_sha256: str
    title: str = ""
    category: str = ""
    brand: str = ""
    colour: str = ""
    material: str = ""
    price: float | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def label(self, column: str) -> str:
        """Value of a field or of a free attribute; empty where there is none."""
        if column in FIELDS:
            return str(getattr(self, column))
        return self.attributes.get(column, "")
