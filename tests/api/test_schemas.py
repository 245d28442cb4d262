import inspect
from dataclasses import dataclass

import pytest

from recommender.api.schemas import Schema, descriptions, schema_of

INDENTED = """A thing.

    Attributes
    ----------
    first : one
    second, third : two or
        three, whatever
            comes : deeper

    Raises
    ------
    ValueError : never
    """
WITHOUT = inspect.cleandoc(INDENTED)  # as Python 3.13 keeps docstrings


@pytest.mark.parametrize("docstring", [INDENTED, WITHOUT, WITHOUT + "\n"])
def test_descriptions_do_not_depend_on_the_indentation(docstring: str) -> None:
    found = descriptions(docstring)
    assert found["first"] == "one"
    assert found["second"] == found["third"] == "two or three, whatever comes : deeper"


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A thing.

    Attributes
    ----------
    size : how large
        it is
    """

    size: int


@pytest.mark.parametrize("strips", [False, True])
def test_a_schema_has_its_descriptions_on_every_python(
    monkeypatch: pytest.MonkeyPatch, strips: bool
) -> None:
    if strips:
        monkeypatch.setattr(Thing, "__doc__", inspect.cleandoc(Thing.__doc__ or ""))
    schemas: dict[str, Schema] = {}
    schema_of(Thing, schemas)
    assert schemas["Thing"]["description"] == "A thing."
    assert schemas["Thing"]["properties"]["size"]["description"] == "How large it is."
