"""The OpenAPI document and the page for people, both made from the list of endpoints."""

import dataclasses
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from recommender import __version__
from recommender.api import bodies
from recommender.api.answers import Failure
from recommender.api.endpoint import Endpoint
from recommender.api.endpoints import ENDPOINTS
from recommender.api.parameters import Parameter, with_former
from recommender.api.schemas import Schema, schema_of

PAGE = Path(__file__).parent / "page.html"
REASONS = {
    304: "Unchanged since the answer whose ETag was sent as If-None-Match",
    400: "A parameter or the body is wrong",
    404: "There is no such catalogue, model or item",
    405: "Another method is needed",
    408: "The body came too slowly",
    409: "The model cannot do that",
    413: "The body is too large",
    415: "The body is of another type",
    422: "The picture cannot be read, or has too many pixels",
    429: "Too many requests; Retry-After says when to come back",
    503: "Not ready yet; Retry-After says when to come back",
}
WITH_RETRY_AFTER = (429, 503)


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    schemas: dict[str, Schema] = {}
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lookalike",
            "version": __version__,
            "summary": "Products that look like a product or a picture.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


@cache
def page() -> str:
    """The page for people."""
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        version=escape(__version__), endpoints="\n".join(map(_section, ENDPOINTS))
    )


def refusals(endpoint: Endpoint) -> list[int]:
    """Statuses of all errors that an endpoint may answer with."""
    return sorted({*endpoint.refusals, *((429,) if endpoint.is_limited else ())})


def _operation(endpoint: Endpoint, schemas: dict[str, Schema]) -> dict[str, Any]:
    answer = _json(schema_of(endpoint.answer, schemas))
    failure = _json(schema_of(Failure, schemas))
    responses: dict[str, Any] = {"200": {"description": endpoint.text, **answer}}
    if endpoint.method == "GET":
        responses["200"]["headers"] = {"ETag": _header("Of this answer")}
        responses["304"] = {"description": REASONS[304]}
    for status in refusals(endpoint):
        responses[str(status)] = {"description": REASONS[status], **failure}
        if status in WITH_RETRY_AFTER:
            responses[str(status)]["headers"] = {"Retry-After": _header("In seconds", "integer")}
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.text,
        "parameters": [each.document() for each in with_former(endpoint.parameters)],
        "responses": responses,
    }
    if endpoint.takes_picture:
        operation["requestBody"] = _picture_body()
    elif endpoint.body is not None:
        operation["requestBody"] = {"required": True, **_json(schema_of(endpoint.body, schemas))}
    return operation


def _picture_body() -> dict[str, Any]:
    picture = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "properties": {bodies.FIELD: picture},
        "required": [bodies.FIELD],
        "additionalProperties": False,
    }
    return {
        "required": True,
        "description": f"A picture, as {bodies.ACCEPTED}.",
        "content": {
            bodies.FORM: {"schema": form},
            **{kind: {"schema": picture} for kind in bodies.RAW},
        },
    }


def _json(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _header(text: str, kind: str = "string") -> dict[str, Any]:
    return {"description": text, "schema": {"type": kind}}


def _section(endpoint: Endpoint) -> str:
    rows = "".join(map(_row, with_former(endpoint.parameters)))
    if endpoint.takes_picture:
        rows += f"<tr><td>the body</td><td>{escape(bodies.ACCEPTED)}</td><td>required</td></tr>"
    elif endpoint.body is not None:
        names = ", ".join(each.name for each in dataclasses.fields(endpoint.body))
        rows += f"<tr><td>the body</td><td>JSON with {escape(names)}</td><td>required</td></tr>"
    table = (
        '<div class="wide" tabindex="0" role="group" aria-label="Parameters"><table><thead><tr>'
        "<th>Parameter</th><th>Meaning</th><th>Value</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
        if rows
        else ""
    )
    errors = ", ".join(
        f"{status} {escape(REASONS[status][:1].lower() + REASONS[status][1:])}"
        for status in refusals(endpoint)
    )
    return (
        f'<section id="{escape(endpoint.name)}"><h2><span class="method">{endpoint.method}</span> '
        f"<code>{escape(endpoint.path)}</code></h2><p>{escape(endpoint.text)}</p>{table}"
        f'<p class="quiet">Answers {escape(endpoint.answer.__name__)}. Errors: {errors}.</p>'
        "</section>"
    )


def _row(parameter: Parameter) -> str:
    schema = parameter.schema()
    one = schema.get("items", schema)
    if "enum" in one:
        value = " or ".join(one["enum"])
    elif "minimum" in one and "maximum" in one:
        value = f"{one['minimum']:,} to {one['maximum']:,}"
    else:
        value = {"string": "text", "boolean": "true or false"}.get(one["type"], "number")
    notes = [
        value,
        *(["may be repeated"] if parameter.is_repeated else []),
        *(["required"] if parameter.in_path else []),
        *(["deprecated"] if parameter.is_deprecated else []),
        *([f"default {str(one['default']).lower()}"] if "default" in one else []),
    ]
    return (
        f"<tr><td><code>{escape(parameter.name)}</code></td><td>{escape(parameter.text)}</td>"
        f"<td>{escape(', '.join(notes))}</td></tr>"
    )
