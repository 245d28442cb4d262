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

from recommender import api, config
from recommender.errors import RecommenderError
from recommender.ui import pictures, resources, routes


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the demo in the background, so that the first click need not wait for it."""
    resources.warm_up()
    yield


def take_options(arguments: list[str]) -> None:
    """Obey what stands behind the `--` on the command line; anything unknown stops the start."""
    parser = argparse.ArgumentParser(prog="streamlit run app.py --", description=__doc__)
    parser.add_argument(
        "--read-only", action="store_true", help="visitors may look, and change nothing"
    )
    if parser.parse_args(arguments).read_only:
        os.environ[config.READ_ONLY] = "1"


if Path(sys.argv[0]).name == Path(__file__).name:  # another server's arguments are not ours
    take_options(sys.argv[1:])
try:
    config.read_only()  # now, not at the first visit: a value that is neither yes nor no
    limits = api.Limits.from_environment()
except RecommenderError as error:
    sys.exit(f"lookalike: {error}")
# Photos stay in memory: Starlette would put those of more than a megabyte on the disk, unless told
MultiPartParser.spool_max_size = 0

shop = api.Shop(
    catalogue=resources.catalogue,
    recommender=resources.recommender,
    default_model=config.default_model,
    picture=pictures.item_url,
)
app = st.App(
    str(Path(routes.__file__).with_name("main.py")),  # an installed app.py lies elsewhere
    routes=routes.ROUTES,
    middleware=[Middleware(api.Beside, api=api.make_application(shop, limits))],
    lifespan=lifespan,
)
