"""A grid of pictures to pick from.

Each card is a real button with a name, and each picture is a file that the browser keeps.
Streamlit's own widgets would send every picture again at every click.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.ui.components.component import mount
from recommender.ui.shared import link, pictures, words
from recommender.ui.shared.link import Here

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.search.results import Match

EAGER_CARDS = 12  # on the first screen; the others load when they come near


@dataclass(frozen=True, kw_only=True)
class Card:
    """One product in the grid.

    Attributes
    ----------
    href : address that picking the card opens
    label : the button's name for a screen reader
    alt : alternative text of the picture
    similarity : in [0, 1], or None if the card answers no query
    ahead : addresses of pictures that are fetched while the card is being picked
    why : address of the page that compares it with the query; empty if it answers none
    twins : near-identical products that the card stands for
    """

    id: str
    href: str
    label: str
    alt: str
    src: str
    title: str
    facts: str
    price: str
    similarity: float | None = None
    similarity_text: str = ""
    ahead: Sequence[str] = ()
    why: str = ""
    twins: Sequence["Card"] = ()


def make_card(
    catalogue: Catalogue,
    item: Item,
    here: Here,
    match: "Match | None" = None,
    *,
    start: str = "",
    model: "Autoencoder | None" = None,
) -> Card:
    """Make the card of a product.

    Parameters
    ----------
    here : the address that the card's links lead on from
    match : the product as the answer to a query, if it is one
    start : see `Here.to_item`
    model : whose reconstructions are on the page behind the card
    """
    share = "" if match is None else words.similarity(match.similarity)
    title, price = words.name(item), words.price(item)
    spoken = [title, price, f"{share} alike" if share else "", "show lookalikes"]
    return Card(
        id=item.item_id,
        href=link.address(link.LOOKALIKES, here.to_item(item.item_id, start=start)),
        label=", ".join(word for word in spoken if word),
        alt=words.alternative_text(item),
        src=pictures.item_url(catalogue, item.showing(match.image) if match else item),
        title=title,
        facts=" · ".join(words.facts(item)[:1]),
        price=price,
        similarity=match.similarity if match else None,
        similarity_text=share,
        ahead=[pictures.item_url(catalogue, item, "large")]
        + [pictures.kept_url(catalogue, item, model, kind) for kind in ("kept", "lost")]
        if model
        else (),
        why=link.address(link.WHY, here.to_why(item.item_id)) if match else "",
        twins=[make_card(catalogue, twin, here, start=start) for twin in match.near_identical]
        if match
        else (),
    )


def show(cards: Sequence[Card], *, key: str, name: str, view: str) -> None:
    """Draw the grid; picking a card opens its address as a link on the page would.

    Parameters
    ----------
    name : of the list, for a screen reader
    view : differs between queries; when it changes the page scrolls to its top, or to where it was
        when the visitor left it
    """
    mount(
        "gallery",
        key=key,
        data={
            "cards": [_plain(card) for card in cards],
            "name": name,
            "view": view,
            "eager": EAGER_CARDS,
        },
    )


def _plain(card: Card) -> dict[str, Any]:
    """Return a card as JSON values; `dataclasses.asdict` would copy each of them deeply."""
    return {**vars(card), "twins": [_plain(twin) for twin in card.twins]}
