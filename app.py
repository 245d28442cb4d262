"""The page's entry: `streamlit run app.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from recommender.ui import resources, routes


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the demo in the background, so that the first click need not wait for it."""
    resources.warm_up()
    yield


app = st.App("recommender/ui/main.py", routes=routes.ROUTES, lifespan=lifespan)
