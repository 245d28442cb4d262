"""Chooses the example that the tour tells: the first one of the catalogue that convinces."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender import images
from recommender.catalogue import rules
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.items import Item
from recommender.memo import Memo
from recommender.search.results import alike
from recommender.ui.shared import samples
from recommender.ui.shared.samples import Sample

if TYPE_CHECKING:
    from recommender.evaluation.colour_baseline import ColourRecommender
    from recommender.insights.explain import Explainer, Explanation
    from recommender.recommend import Recommender
    from recommender.search.query import EncodedQuery
    from recommender.search.results import Match, Result

N_MATCHES = 6
MOST_TRIED = 24
LEAST_PARTS = 3
CLEARLY_FEWER = 3  # right ones that colours alone must miss
KEPT_STORIES = 4


@dataclass(frozen=True, kw_only=True)
class Story:
    """A query, its answer, and what colours alone make of it.

    Attributes
    ----------
    sample, item : the photo that is asked with, or else the product
    category : of what is asked with; empty if the shop says none
    matches, by_colour : the nearest six of either system
    compared : the match that is explained, with the picture that is compared in front
    explanation : of that match
    n_alike : how many of the matches are at least half as alike as the first
    similarity : of the match that is explained
    elapsed_ms : from the photo's pixels to the answer
    """

    sample: Sample | None
    item: Item | None
    category: str
    matches: "Sequence[Match]"
    by_colour: "Sequence[Match]"
    compared: Item
    explanation: "Explanation"
    n_alike: int
    similarity: float
    elapsed_ms: float

    @property
    def n_right(self) -> int:
        """Count the matches of the same kind."""
        return self._n_of_kind(self.matches)

    @property
    def n_right_by_colour(self) -> int:
        """The same of colours alone."""
        return self._n_of_kind(self.by_colour)

    @property
    def convinces(self) -> bool:
        """Whether ours are all of the kind, the very product comes first, and colours fail."""
        first = self.matches[0].item.item_id
        return (
            self.n_right == self.n_alike == N_MATCHES
            and (self.sample is None or first == self.sample.item_id)
            and self.n_right - self.n_right_by_colour >= CLEARLY_FEWER
            and len(self.explanation.parts) >= LEAST_PARTS
            and bool(self.explanation.shared)
        )

    def _n_of_kind(self, matches: "Sequence[Match]") -> int:
        if not self.category:
            return 0
        return sum(match.item.category == self.category for match in matches)


_stories: Memo[tuple[str, str, int], Story] = Memo(KEPT_STORIES)


def tell(recommender: "Recommender", explainer: "Explainer", colours: "ColourRecommender") -> Story:
    """Return the story of a catalogue, the same at every visit; it has two products or more.

    The customer photos are tried first, then products spread over the catalogue. Where none
    convinces, the one with the most right ones ahead of colours is told.
    """
    made_by = (recommender.catalogue.fingerprint, recommender.model.fingerprint)
    key = (*made_by, rules.stamp(recommender.catalogue.folder))

    def choose() -> Story:
        best = None
        for story in _candidates(recommender, explainer, colours):
            if story.convinces:
                return story
            if best is None or _lead(story) > _lead(best):
                best = story
        if best is None:
            raise ValueError("a story needs two products")
        return best

    return _stories.get(key, choose)


def _lead(story: Story) -> int:
    return story.n_right - story.n_right_by_colour


def _candidates(
    recommender: "Recommender", explainer: "Explainer", colours: "ColourRecommender"
) -> Iterator[Story]:
    catalogue = recommender.catalogue
    photos = samples.of_products() if catalogue.name == DEMO else ()
    for sample in photos[:MOST_TRIED]:
        pixels = images.load(sample.file)
        started = time.perf_counter()
        encoded = recommender.encode_pixels(pixels)
        answer = recommender.search(encoded, n_neighbors=N_MATCHES, group_duplicates=True)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        by_colour = colours.similar_to_pixels(pixels, N_MATCHES)
        if answer.matches:
            yield _story(explainer, answer, encoded, by_colour, elapsed_ms, sample=sample)
    for item in _spread(catalogue):
        answer = recommender.similar(item.item_id, n_neighbors=N_MATCHES, group_duplicates=True)
        by_colour = colours.similar(item.item_id, N_MATCHES)
        if answer.matches:
            yield _story(explainer, answer, item.item_id, by_colour, answer.elapsed_ms, item=item)


def _story(
    explainer: "Explainer",
    answer: "Result",
    query: "EncodedQuery | str",
    by_colour: "Sequence[Match]",
    elapsed_ms: float,
    *,
    sample: Sample | None = None,
    item: Item | None = None,
) -> Story:
    # the second is another product than the one in the photo, and alike all the same
    match = answer.matches[min(1, len(answer.matches) - 1)]
    explained = match.item.item_id
    return Story(
        sample=sample,
        item=item,
        category=sample.category if sample else item.category if item else "",
        matches=answer.matches,
        by_colour=by_colour,
        compared=explainer.compared(query, explained),
        explanation=explainer.of_items(query, explained)
        if isinstance(query, str)
        else explainer.of_photo(query, explained),
        n_alike=len(alike(answer.matches)),
        similarity=match.similarity,
        elapsed_ms=elapsed_ms,
    )


def _spread(catalogue: Catalogue) -> Sequence[Item]:
    step = max(1, len(catalogue) // MOST_TRIED)
    return catalogue.items[::step][:MOST_TRIED]
