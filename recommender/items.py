"""The product, as every room knows it."""

from dataclasses import dataclass, field, replace

FIELDS = ("title", "category", "brand", "colour", "material")
OUT_OF_STOCK = "out of stock"  # value of the attribute `availability`


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of a product.

    Attributes
    ----------
    path : absolute, or relative to the catalogue's folder
    sha256 : of its bytes
    """

    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One product.

    Attributes
    ----------
    item_id : unique in its catalogue
    title, category, brand, colour, material : as the shop says, or empty
    price : in the shop's currency, or None
    attributes : everything else that the feed said, as text
    image : path of the cover: absolute, or relative to the catalogue's folder
    image_sha256 : of the cover's bytes
    more_images : further pictures
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
    more_images: tuple[Picture, ...] = ()

    @property
    def images(self) -> tuple[Picture, ...]:
        """All pictures, the cover first."""
        return (Picture(path=self.image, sha256=self.image_sha256), *self.more_images)

    def showing(self, picture: Picture) -> "Item":
        """The same product with another of its pictures as its cover."""
        others = tuple(each for each in self.images if each != picture)
        return replace(self, image=picture.path, image_sha256=picture.sha256, more_images=others)

    @property
    def in_stock(self) -> bool | None:
        """Whether it can be bought, also on order; None where the shop does not say."""
        known = self.attributes.get("availability", "")
        return known != OUT_OF_STOCK if known else None

    def label(self, column: str) -> str:
        """Value of a field or of a free attribute; empty where there is none."""
        if column in FIELDS:
            return str(getattr(self, column))
        return self.attributes.get(column, "")
