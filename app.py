"""The page's entry: `streamlit run app.py`, or `streamlit run app.py -- --read-only`."""

import argparse
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware

from recommender import api, config, models
from recommender.errors import RecommenderError
from recommender.importing import arrivals
from recommender.serving.access import Access
from recommender.serving.admission import BodyGuard, ByteBudget
from recommender.serving.compressed import Compressed
from recommender.serving.headers import SecurityHeaders, embedders
from recommender.serving.hosts import AllowedHosts, HostGuard
from recommender.serving.lines import watch_connections
from recommender.serving.remainder import Remainder
from recommender.serving.streams import StreamGuard
from recommender.serving.threads import use_one_blas_thread
from recommender.ui.shared import pictures, resources, shelf, standing
from recommender.ui.shared.shelf import SHELF
from recommender.ui.shell import routes, warm_up
from recommender.ui.shell.front import Front
from recommender.ui.shell.reception import Reception
from recommender.ui.shell.uploads import UploadGuard

OPEN = "LOOKALIKE_OPEN"


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the demo in the background, so that the first click does not wait for it."""
    use_one_blas_thread()  # before anything that computes is opened
    watch_connections()
    shelf.sweep()
    arrivals.drop_abandoned()
    warm_up.begin()
    yield
    SHELF.close()
    resources.DECODER.close()


def take_options(arguments: list[str]) -> None:
    """Apply the options after `--` on the command line; an unknown one stops the start."""
    parser = argparse.ArgumentParser(prog="streamlit run app.py --", description=__doc__)
    parser.add_argument(
        "--read-only", action="store_true", help="visitors can browse, but change nothing"
    )
    parser.add_argument(
        "--open", action="store_true", help="every visitor may add, change and delete catalogues"
    )
    options = parser.parse_args(arguments)
    if options.read_only:
        os.environ[config.READ_ONLY] = "1"
    if options.open:
        os.environ[OPEN] = "1"


if Path(sys.argv[0]).name == Path(__file__).name:  # another server's arguments are not ours
    take_options(sys.argv[1:])
try:
    config.read_only()  # a bad value stops the start, not the first visit
    limits = api.Limits.from_environment()
    allowed = AllowedHosts.from_environment(limits.origins)
    standing.use(Access.from_environment(is_open=config.switched_on(OPEN)))
except RecommenderError as error:
    sys.exit(f"lookalike: {error}")
# Photos stay in memory: by default Starlette writes those over a megabyte to disk
MultiPartParser.spool_max_size = 0

shop = api.Shop(
    catalogue=resources.catalogue,
    recommender=resources.recommender,
    default_model=models.default_model,
    picture=pictures.item_url,
    decode=resources.DECODER.load,
)
app = st.App(
    str(Path(routes.__file__).with_name("main.py")),  # an installed app.py lies elsewhere
    routes=routes.ROUTES,
    middleware=[  # the first meets a request first
        Middleware(Remainder),
        Middleware(SecurityHeaders, framed_by=embedders()),
        Middleware(HostGuard, allowed=allowed),
        Middleware(StreamGuard),
        Middleware(Reception, shelf=SHELF),
        Middleware(BodyGuard, budget=ByteBudget()),
        Middleware(UploadGuard),
        Middleware(Front),
        Middleware(Compressed),
        Middleware(api.Beside, api=api.make_application(shop, limits)),
    ],
    lifespan=lifespan,
)
