"""The server's own routes beside the page: pictures, the map's document, and fonts."""

import gzip
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from recommender.errors import RecommenderError
from recommender.memo import Memo
from recommender.serving.admission import Busy, Lane, TokenBuckets
from recommender.serving.kept import kept
from recommender.serving.visible import without_paths
from recommender.ui.shared import photo_drawings, pictures, resources, samples
from recommender.ui.shell import sign_in, warm_up

FONTS = Path(__file__).parent / "fonts"
WIDGET = Path(__file__).with_name("widget.js")
CARD = Path(__file__).with_name("card.jpg")  # made by tools/tour.py
# Addresses hold a hash, so that what they name never changes
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}
FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}
FOR_ONE = {"Cache-Control": "private, max-age=3600"}


def item_picture(request: Request) -> Response:
    """Serve a product's picture; see `pictures.item_url`."""
    names = request.path_params
    side_px = pictures.SIDES_PX.get(names["size"])
    if side_px is None:
        raise HTTPException(404)
    try:
        stamp = resources.stamp_of(names["catalogue"])
        catalogue = resources.catalogue(names["catalogue"])
        item = pictures.by_hash(catalogue, names["sha256"])
        data, media_type = _served.get(
            (request.url.path, stamp),
            lambda: pictures.thumbnail(catalogue.image_path(item), item.image_sha256, side_px),
        )
    except RecommenderError as error:
        raise _missing(error) from error
    warm_up.note_visit()
    return Response(data, media_type=media_type, headers=FOR_EVER)


def served_picture(request: Request) -> Response | None:
    """A product's picture that was served before, from the catalogue as it is now."""
    try:
        key = request.url.path, resources.stamp_of(request.path_params["catalogue"])
    except RecommenderError:
        return None
    known = _served.known(key)
    if known is None:
        return None
    warm_up.note_visit()
    return Response(known[0], media_type=known[1], headers=FOR_EVER)


def sample_picture(request: Request) -> Response:
    """Serve a sample photo; see `pictures.sample_url`."""
    names = request.path_params
    side_px = pictures.SIDES_PX.get(names["size"])
    files = {sample.sha256: sample.file for sample in samples.all_samples()}
    if side_px is None or names["sha256"] not in files:
        raise HTTPException(404)
    data, media_type = pictures.thumbnail(files[names["sha256"]], names["sha256"], side_px)
    return Response(data, media_type=media_type, headers=FOR_EVER)


def kept_picture(request: Request) -> Response:
    """Serve a product's reconstruction or its errors; see `pictures.kept_url`."""
    names = request.path_params
    try:
        recommender = resources.recommender(names["catalogue"], names["model"])
        if not recommender.model.fingerprint.startswith(names["version"]):
            raise HTTPException(404, "the model has changed")
        item = pictures.by_hash(recommender.catalogue, names["sha256"])
        drawing = pictures.drawing(recommender, item)
    except RecommenderError as error:
        raise _missing(error) from error
    return _one_of(drawing, names["kind"], FOR_EVER)


def rebuilt_photo(request: Request) -> Response:
    """Serve how a visitor's own photo is rebuilt, or its errors; see `photo_drawings`."""
    names = request.path_params
    try:
        drawing = photo_drawings.drawing(names["key"])
    except RecommenderError as error:
        raise _missing(error) from error
    return _one_of(drawing, names["kind"], FOR_ONE)


def _one_of(drawing: pictures.Drawing, kind: str, headers: Mapping[str, str]) -> Response:
    data = {"kept": drawing.kept, "lost": drawing.lost}.get(kind)
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="image/webp", headers=headers)


def between_picture(request: Request) -> Response:
    """Serve a picture between two products; see `pictures.between_url`."""
    names = request.path_params
    try:
        recommender = resources.recommender(names["catalogue"], names["model"])
        if not recommender.model.fingerprint.startswith(names["version"]):
            raise HTTPException(404, "the model has changed")
        first, second = (
            pictures.by_hash(recommender.catalogue, names[end]).item_id
            for end in ("first", "second")
        )
        blender = resources.blender(names["catalogue"], names["model"])
        decoded = blender.picture(first, second, names["step"])
    except (RecommenderError, IndexError) as error:
        raise _missing(error) from error
    data = pictures.to_webp(decoded, least_px=pictures.REBUILT_PX)
    return Response(data, media_type="image/webp", headers=FOR_EVER)


def places(request: Request) -> Response:
    """Serve the places of all products; see `map_document.places_url`."""
    from recommender.ui.shared import map_document

    names = request.path_params
    try:
        recommender = resources.recommender(names["catalogue"], names["model"])
        if names["version"] != map_document.version(recommender):
            raise HTTPException(404, "the catalogue or the model has changed")
        laid_out = resources.embedding_map(names["catalogue"], names["model"])
    except RecommenderError as error:
        raise _missing(error) from error
    return Response(
        gzip.compress(map_document.document(recommender, laid_out), compresslevel=6),
        media_type="application/json",
        headers={**FOR_EVER, "Content-Encoding": "gzip"},
    )


def sheet(request: Request) -> Response:
    """Serve a sheet of small pictures; see `map_document.sheets_url`."""
    from recommender.ui.shared import sheets

    names = request.path_params
    try:
        catalogue = resources.catalogue(names["catalogue"])
        if names["version"] != sheets.version(catalogue):
            raise HTTPException(404, "the catalogue has changed")
        data = sheets.sheet(catalogue, names["number"])
    except (RecommenderError, IndexError) as error:
        raise _missing(error) from error
    return Response(data, media_type="image/webp", headers=FOR_EVER)


def card(_request: Request) -> Response:
    """Serve the picture that messengers show beside a link to this page."""
    return Response(CARD.read_bytes(), media_type="image/jpeg", headers=FOR_A_DAY)


def widget(request: Request) -> Response:
    """Serve the web component that shows lookalikes on a shop's own pages."""
    return kept(request, WIDGET.read_bytes(), "text/javascript", FOR_AN_HOUR)


def gallery(request: Request) -> Response:
    """Lead who asks for the gallery by its name to the start page, which it is."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}")


def font(request: Request) -> Response:
    """Serve one of the page's fonts."""
    files = {file.name: file for file in FONTS.glob("*.woff2")}
    file = files.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    return Response(file.read_bytes(), media_type="font/woff2", headers=FOR_A_DAY)


def _missing(error: Exception) -> HTTPException:
    return HTTPException(404, without_paths(str(error)))


def _is_drawn(request: Request) -> bool:
    """Whether a product's reconstruction need not be drawn any more."""
    names = request.path_params
    return pictures.is_drawn(names["version"], names["sha256"])


def _in(
    lane: Lane,
    answer: Callable[[Request], Response],
    is_cheap: Callable[[Request], bool] | None = None,
    at_once: Callable[[Request], Response | None] | None = None,
) -> Callable[..., Awaitable[Response]]:
    """Answer in a lane, so that pictures that must be drawn hold up no others.

    Parameters
    ----------
    at_once : answers from memory what it can, without the lane
    is_cheap : tells which requests do not count against what a client may ask for; none count if
        it is None
    """

    async def handle(request: Request) -> Response:
        if at_once is not None and (ready := at_once(request)) is not None:
            return ready
        client = request.client.host if request.client else ""
        wait_s = 0 if is_cheap is None or is_cheap(request) else PER_CLIENT.take(client)
        if wait_s:
            raise HTTPException(429, headers={"Retry-After": str(wait_s)})
        try:
            return await lane.run(partial(answer, request))
        except Busy as busy:
            headers = {"Retry-After": str(busy.retry_after_s)}
            raise HTTPException(503, str(busy), headers) from busy

    return handle


def _never(_request: Request) -> bool:
    return False


# Files and thumbnails; reconstructions, which take a network; whole maps and blends. A hundred and
# fifty browsers that open the page at the same moment have nine hundred pictures under way
READY, DECODED, DRAWN = Lane(2, 4_000), Lane(2, 2_000), Lane(1, 40)
# Of what must be drawn. A room of people behind one router is one client: all may open a product,
# of which two pictures are drawn, at the same moment, and soon another one
PER_CLIENT = TokenBuckets(per_minute=1_200, burst=1_200)
# By address, and by what changes when the catalogue is imported again
_served: Memo[tuple[str, int], tuple[bytes, str]] = Memo(pictures.KEPT_PICTURES)
ROUTES = [
    *sign_in.ROUTES,
    Route(
        "/pictures/{catalogue}/{sha256}/{size}", _in(READY, item_picture, at_once=served_picture)
    ),
    Route("/samples/{sha256}/{size}", _in(READY, sample_picture)),
    Route(
        "/kept/{catalogue}/{sha256}/{model}/{version}/{kind}", _in(DECODED, kept_picture, _is_drawn)
    ),
    Route("/rebuilt/{key}/{kind}", _in(DECODED, rebuilt_photo)),
    Route(
        "/between/{catalogue}/{first}/{second}/{model}/{version}/{step:int}",
        _in(DRAWN, between_picture, _never),
    ),
    Route("/places/{catalogue}/{model}/{version}", _in(DRAWN, places, _never)),
    Route("/sheets/{catalogue}/{version}/{number:int}", _in(READY, sheet)),
    Route("/fonts/{name}", _in(READY, font)),
    Route("/widget.js", _in(READY, widget)),
    Route("/card.jpg", _in(READY, card)),
    Route("/browse", gallery),
]
