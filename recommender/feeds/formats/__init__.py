"""Formats of shop systems, one module each; `FORMATS` lists them, the first that fits is taken."""

from collections.abc import Iterable

from recommender.feeds.formats import (
    google,
    kaggle,
    magento,
    prestashop,
    shopify,
    storefront,
    table,
    wix,
    woocommerce,
)
from recommender.feeds.formats.base import Format

PLAIN = table.FORMAT
FORMATS = (
    wix.FORMAT,
    shopify.FORMAT,
    magento.FORMAT,
    prestashop.FORMAT,
    woocommerce.FORMAT,
    google.META,
    google.GOOGLE,
    storefront.FORMAT,
    kaggle.FORMAT,
    PLAIN,
)


def recognise(header: Iterable[str]) -> Format:
    """The format of a table with these columns."""
    columns = tuple(header)
    return next(each for each in FORMATS if each.recognises(each.names(columns)))


def known_names() -> frozenset[str]:
    """Plain names of all columns that some format knows, in every language."""
    names = {name for each in FORMATS for names in each.columns.values() for name in names}
    signs = {name for each in FORMATS for sign in each.signs for name in sign}
    return frozenset(names | signs | set(woocommerce.ENGLISH))
