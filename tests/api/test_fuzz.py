"""The API held to its own document: requests made from it, right and wrong ones, by schemathesis.

`make fuzz` asks more, and asks a running server.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from starlette.applications import Starlette

from recommender.api.bodies import RAW
from recommender.api.endpoint import Endpoint
from recommender.api.endpoints import ENDPOINTS
from tests.api.conftest import picture_bytes
from tools.fuzz_api import CONFIG

N_EXAMPLES = int(os.environ.get("LOOKALIKE_FUZZ_EXAMPLES", "12"))  # of each endpoint and kind
IS_SEARCHING = "LOOKALIKE_FUZZ_EXAMPLES" in os.environ  # else the same requests at every run
PICTURES = st.sampled_from([picture_bytes(kind) for kind in ("PNG", "JPEG", "WEBP")])
for kind in RAW:
    schemathesis.openapi.media_type(kind, PICTURES)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_answer_is_as_the_document_says(
    make_api: Callable[[], Starlette], endpoint: Endpoint, mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and not (
        endpoint.parameters or endpoint.takes_picture or endpoint.body
    ):
        pytest.skip("nothing to get wrong")
    config = schemathesis.Config.from_path(CONFIG)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", make_api(), config=config)
    operation = schema[endpoint.path][endpoint.method]

    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not IS_SEARCHING,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def ask(case: Case[Any], is_known: bool) -> None:
        if is_known and mode is GenerationMode.POSITIVE:  # by chance, hardly any name would be
            case.path_parameters.update({"item_id": "disc-red-0"} if case.path_parameters else {})
            for name in ("catalogue", "model"):
                case.query.pop(name, None)
        if mode is GenerationMode.POSITIVE:  # no schema can say that only one of two names may come
            for parameter in endpoint.parameters:
                if parameter.name in case.query:
                    case.query.pop(parameter.former_name, None)
        case.call_and_validate()

    ask()
