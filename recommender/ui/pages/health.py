"""The health page: a catalogue's duplicates, poor photos, broken pictures and categories."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.insights import health
from recommender.insights.health import BrokenPicture, Dismissals, Group, HardPicture
from recommender.items import Item
from recommender.ui.parts import counting
from recommender.ui.shared import choice, link, messages, pictures, resources, standing, words
from recommender.ui.shared.link import Here

if TYPE_CHECKING:
    from recommender.recommend import Recommender

STYLES = Path(__file__).with_suffix(".css")
T = TypeVar("T")
PER_PAGE = 12
SHOWN_OF_GROUP, SHOWN_BROKEN = 4, 100
_READ = "health.read"  # fingerprint of the catalogue whose pictures were checked
EXPLAIN_HARD = (
    "These photos are hard to rebuild from a few numbers. Often the background is busy, several "
    "things are in view, or the product is cut off. Fine patterns are hard to rebuild too; if that "
    "is all, the photo is fine."
)


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    recommender = choice.recommender()
    catalogue = recommender.catalogue
    st.html(
        '<header class="hero"><h1>Is the catalogue in good shape?</h1>'
        "<p>What your customers would notice: products that share a picture, photos that are hard "
        "to make out, files that are broken.</p></header>"
    )
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Add products, and check them here.")
        return
    dismissals = Dismissals(catalogue)
    dismissed = dismissals.keys()
    summary = st.container()  # at the top, though its numbers are known last
    groups = [*health.exact_duplicates(catalogue), *_near_duplicates(recommender)]
    hard = health.hard_pictures(recommender.catalogue, recommender.index)
    open_groups = [group for group in groups if group.key not in dismissed]
    open_hard = [each for each in hard if each.key not in dismissed]
    _draw_groups(catalogue, open_groups, dismissals)
    _draw_hard(recommender, open_hard, dismissals)
    _draw_dismissed(
        [group for group in groups if group.key in dismissed],
        [each for each in hard if each.key in dismissed],
        dismissals,
    )
    broken = _draw_broken(catalogue)
    _draw_categories(catalogue)
    _heading("Recommendations in your shop", counting.EXPLAIN)
    counting.show(catalogue)
    gaps = health.without(catalogue)
    with summary:
        _draw_summary(catalogue, open_groups, open_hard, broken, gaps)
        st.download_button(
            "Download the findings as CSV",
            health.to_csv(health.findings(open_groups, open_hard, broken or (), gaps)),
            file_name=f"{catalogue.name}-health.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _near_duplicates(recommender: "Recommender") -> tuple[Group, ...]:
    progress = messages.Progress("Comparing pictures")
    found = resources.near_duplicates(
        recommender.catalogue.name, recommender.model.name, on_wait=progress
    )
    progress.done()
    return found


def _draw_summary(
    catalogue: Catalogue,
    groups: Sequence[Group],
    hard: Sequence[HardPicture],
    broken: Sequence[BrokenPicture] | None,
    gaps: dict[str, tuple[Item, ...]],
) -> None:
    n_exact = sum(len(group.items) - 1 for group in groups if group.is_exact)
    n_near = sum(not group.is_exact for group in groups)
    tiles = [
        (f"{len(catalogue):,}", "product" if len(catalogue) == 1 else "products", False),
        (
            f"{n_exact:,}",
            "product with a duplicate picture"
            if n_exact == 1
            else "products with a duplicate picture",
            n_exact > 0,
        ),
        (
            f"{n_near:,}",
            "pair with nearly the same picture"
            if n_near == 1
            else "pairs with nearly the same picture",
            n_near > 0,
        ),
        (
            f"{len(hard):,}",
            "photo worth a look" if len(hard) == 1 else "photos worth a look",
            bool(hard),
        ),
        (
            "–" if broken is None else f"{len(broken):,}",
            "pictures not checked yet" if broken is None else "broken pictures",
            bool(broken),
        ),
        *((f"{len(items):,}", f"without a {name}", True) for name, items in gaps.items()),
    ]
    st.html(
        '<ul class="tiles">'
        + "".join(
            f'<li class="{"todo" if is_todo else ""}"><b>{number}</b><span>{label}</span></li>'
            for number, label, is_todo in tiles
        )
        + "</ul>"
    )


def _draw_groups(catalogue: Catalogue, groups: Sequence[Group], dismissals: Dismissals) -> None:
    _heading(
        "Products that look the same",
        "The same picture file, or pictures that hardly differ. A variant in another colour is "
        "not a duplicate and is not listed.",
    )
    if not groups:
        _all_well("No two products show the same picture.")
        return
    with st.container(key="findings-groups"):
        place = st.container(key="grid-groups")
        shown = _paged(groups, "duplicates")
    here = link.here()
    with place:
        for group in shown:
            with st.container(key=f"finding-{group.key}"):
                figures = "".join(
                    _figure(catalogue, item, here) for item in group.items[:SHOWN_OF_GROUP]
                )
                more = len(group.items) - SHOWN_OF_GROUP
                note = "The same file" if group.is_exact else "Nearly the same"
                if more > 0:
                    note += f", and {more:,} more"
                st.html(f'<p class="note">{note}</p><div class="twins">{figures}</div>')
                _dismiss_button(group.key, dismissals)


def _draw_hard(
    recommender: "Recommender", hard: Sequence[HardPicture], dismissals: Dismissals
) -> None:
    _heading("Photos worth a look", EXPLAIN_HARD)
    if not hard:
        _all_well("No photo stands out.")
        return
    with st.container(key="findings-hard"):
        place = st.container(key="grid-hard")
        shown = _paged(hard, "photos")
    here = link.here()
    with place:
        for each in shown:
            with st.container(key=f"finding-{each.key}"):
                kept = pictures.kept_url(
                    recommender.catalogue, each.item, recommender.model, "kept"
                )
                st.html(
                    f'<p class="note">{each.times_usual:.1f} times the usual error</p>'
                    f'<div class="twins">{_figure(recommender.catalogue, each.item, here)}'
                    f'<figure><img src="{words.html(kept)}" width="180" height="180" '
                    'loading="lazy" alt="The same picture, rebuilt by the model">'
                    "<figcaption><span>Rebuilt by the model</span></figcaption></figure></div>"
                )
                _dismiss_button(each.key, dismissals)


def _draw_dismissed(
    groups: Sequence[Group], hard: Sequence[HardPicture], dismissals: Dismissals
) -> None:
    if not groups and not hard:
        return
    named = [(group.key, " and ".join(map(words.name, group.items[:3]))) for group in groups]
    named += [(each.key, f"Photo of {words.name(each.item)}") for each in hard]
    with st.expander(f"{words.count(len(named), 'finding')} marked as fine"):
        for key, name in named:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(f"<span>{words.html(name)}</span>")
                if standing.current().may_manage:
                    st.button(
                        "Put back",
                        key=f"restore-{key}",
                        on_click=standing.if_managing,
                        args=(dismissals.restore, key),
                    )


def _draw_broken(catalogue: Catalogue) -> tuple[BrokenPicture, ...] | None:
    """Draw the check of all pictures and return its findings; None before it has been run."""
    _heading("Broken pictures", "Checks that every picture opens, as in a customer’s browser.")
    was_asked = st.session_state.get(_READ) == catalogue.fingerprint
    is_asked = (not was_asked or standing.current().may_manage) and st.button(
        "Check again" if was_asked else "Check every picture",
        key="read-pictures",
        icon=":material/image_search:",
    )
    if not is_asked and not was_asked:
        return None
    st.session_state[_READ] = catalogue.fingerprint
    progress = messages.Progress("Checking pictures")
    broken = resources.broken_pictures(
        catalogue.name, on_wait=progress, again=is_asked and was_asked
    )
    progress.done()
    if not broken:
        _all_well(f"Checked {words.count(len(catalogue), 'picture')}: no picture is broken.")
        return broken
    rows = "".join(
        f"<li><b>{words.html(words.name(bad.item))}</b> <span>({words.html(bad.item.item_id)}): "
        f"{words.html(bad.reason)}</span></li>"
        for bad in broken[:SHOWN_BROKEN]
    )
    more = f'<p class="quiet">The download lists all {len(broken):,}.</p>'
    st.html(f'<ul class="broken">{rows}</ul>{more if len(broken) > SHOWN_BROKEN else ""}')
    return broken


def _draw_categories(catalogue: Catalogue) -> None:
    counted = health.categories(catalogue)
    _heading("Categories at a glance", f"{words.count(len(counted), 'category', 'categories')}.")
    largest = counted[0].n_items
    rows = "".join(
        f'<li><img src="{words.html(pictures.item_url(catalogue, each.example))}" alt="" '
        f'width="44" height="44" loading="lazy"><span class="name">'
        f"{words.html(each.name.replace('_', ' ').capitalize() or 'Without a category')}</span>"
        f'<span class="track"><i style="width:{100 * each.n_items / largest:.1f}%"></i></span>'
        f"<b>{each.n_items:,}</b></li>"
        for each in counted
    )
    st.html(f'<ul class="shares">{rows}</ul>')


def _heading(text: str, explanation: str) -> None:
    st.html(f'<div class="part"><h2>{words.html(text)}</h2><p>{words.html(explanation)}</p></div>')


def _all_well(text: str) -> None:
    st.html(f'<p class="well">{words.html(text)}</p>')


def _figure(catalogue: Catalogue, item: Item, here: Here) -> str:
    address = link.address(link.LOOKALIKES, here.to_item(item.item_id))
    return (
        f'<figure><a href="{words.html(address)}" target="_self">'
        f'<img src="{words.html(pictures.item_url(catalogue, item))}" width="180" height="180" '
        f'loading="lazy" alt="{words.html(words.alternative_text(item))}"></a>'
        f"<figcaption><b>{words.html(words.name(item))}</b>"
        f"<span>{words.html(item.item_id)}</span></figcaption></figure>"
    )


def _dismiss_button(key: str, dismissals: Dismissals) -> None:
    if standing.current().may_manage:
        st.button(
            "This is fine",
            key=f"dismiss-{key}",
            on_click=standing.if_managing,
            args=(dismissals.dismiss, key),
        )


def _paged(found: Sequence[T], key: str) -> Sequence[T]:
    n_pages = -(-len(found) // PER_PAGE)
    page = 1
    if n_pages > 1:
        with st.container(horizontal_alignment="center"):
            page = st.pagination(n_pages, key=key, bind="query-params")
    return found[(page - 1) * PER_PAGE : page * PER_PAGE]
