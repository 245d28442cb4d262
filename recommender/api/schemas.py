"""Makes JSON schemas of dataclasses: types become the schema, docstrings its descriptions."""

import dataclasses
import inspect
import re
import types
import typing
from typing import Any

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
# A line "name, name : text" of a docstring without indentation, and the indented lines that go on
DESCRIBED = re.compile(r"^(\w+(?:, \w+)*) : (.+(?:\n[ ]+.+)*)", re.MULTILINE)

Schema = dict[str, Any]


def schema_of(annotation: Any, found: dict[str, Schema]) -> Schema:
    """Schema of a type; dataclasses are put into `found` by their names, and referred to.

    Raises
    ------
    TypeError : the type has no schema here
    """
    if annotation in PLAIN:
        return {"type": PLAIN[annotation]}
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        if annotation.__name__ not in found:
            found[annotation.__name__] = {}  # first: a type may hold itself
            found[annotation.__name__] = _object(annotation, found)
        return {"$ref": f"#/components/schemas/{annotation.__name__}"}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is tuple and arguments[1:] == (...,):
        return {"type": "array", "items": schema_of(arguments[0], found)}
    if origin in (types.UnionType, typing.Union) and type(None) in arguments:
        (kind,) = (each for each in arguments if each is not type(None))
        return {"type": [PLAIN[kind], "null"]}
    raise TypeError(f"{annotation} has no schema")


def _object(annotation: type, found: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(annotation)
    text = inspect.cleandoc(annotation.__doc__ or "")
    described: dict[str, str] = {}
    for each in reversed(annotation.__mro__):  # what it adds to is described there
        described |= descriptions(each.__doc__ or "")
    return {
        "type": "object",
        "description": text.partition("\n")[0],
        "properties": {
            name: _described(schema_of(kind, found), described[name])
            for name, kind in hints.items()
        },
        "required": list(hints),
        "additionalProperties": False,
    }


def descriptions(docstring: str) -> dict[str, str]:
    """Descriptions of attributes in a docstring in numpy style.

    Parameters
    ----------
    docstring : with the indentation of its source, or without: Python 3.13 takes it away
    """
    return {
        name: " ".join(words.split())
        for names, words in DESCRIBED.findall(inspect.cleandoc(docstring))
        for name in names.split(", ")
    }


def _described(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text[:1].upper() + text[1:] + "."}
