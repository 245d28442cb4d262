"""Defines query and path parameters once, for the document and for the check of requests."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from recommender.api.failures import Refused
from recommender.config import NAME_PATTERN

Kind = Literal["string", "integer", "number", "boolean"]
INTEGER = re.compile(r"-?[0-9]{1,15}")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
BOOLEANS = {"true": True, "false": False}
MAX_LENGTH = 300
MAX_PRICE = 1_000_000_000
MAX_REPEATS = 50


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes
    ----------
    text : what it means, for people
    kind : of one value
    least, most : bounds of a number
    options : what a string may be; anything if empty
    pattern : that a string must have
    is_repeated : whether it may come more than once; its value is then a tuple
    default : the value where it does not come; None leaves the choice to the endpoint
    in_path : whether it is a part of the path; it is then required
    example : for the document
    former_name : that clients of earlier versions send; still taken, and documented as deprecated
    """

    name: str
    text: str
    kind: Kind = "string"
    least: float | None = None
    most: float | None = None
    options: Sequence[str] = ()
    pattern: re.Pattern[str] | None = None
    is_repeated: bool = False
    default: Any = None
    in_path: bool = False
    example: str = ""
    former_name: str = ""
    is_deprecated: bool = False

    @property
    def former(self) -> "Parameter":
        """The parameter under its former name."""
        text = f"Former name of {self.name}; a request has one of the two."
        return dataclasses.replace(
            self, name=self.former_name, former_name="", text=text, default=None, is_deprecated=True
        )

    def parse(self, texts: Sequence[str]) -> Any:
        """Parse what came in; raises `Refused` in one sentence."""
        if not texts:
            return () if self.is_repeated else self.default
        if len(texts) > (MAX_REPEATS if self.is_repeated else 1):
            most = f"at most {MAX_REPEATS} times" if self.is_repeated else "once"
            raise Refused(400, f"{self.name} may be given {most}")
        values = tuple(self._parse_one(text) for text in texts)
        return values if self.is_repeated else values[0]

    def schema(self) -> dict[str, Any]:
        """JSON schema of the value."""
        one: dict[str, Any] = {"type": self.kind}
        if self.kind == "string":
            one |= {"minLength": 1} if self.in_path else {"minLength": 1, "maxLength": MAX_LENGTH}
        for key, value in (("minimum", self.least), ("maximum", self.most)):
            if value is not None:
                one[key] = value
        if self.options:
            one = {"type": self.kind, "enum": list(self.options)}
        if self.pattern:
            one["pattern"] = f"^{self.pattern.pattern}$"
        if self.is_repeated:
            return {"type": "array", "items": one, "maxItems": MAX_REPEATS}
        return one if self.default is None else {**one, "default": self.default}

    def document(self) -> dict[str, Any]:
        """The parameter as OpenAPI describes it."""
        described = {
            "name": self.name,
            "in": "path" if self.in_path else "query",
            "description": self.text,
            "required": self.in_path,
            "schema": self.schema(),
        }
        if self.is_deprecated:
            described["deprecated"] = True
        return described | ({"example": self.example} if self.example else {})

    def _parse_one(self, text: str) -> Any:
        value = PARSERS[self.kind](text)
        if value is None:
            raise Refused(400, f"{self.name} must be {NAMES[self.kind]}, got {_short(text)}")
        if self.options and value not in self.options:
            raise Refused(
                400, f"{self.name} must be one of {', '.join(self.options)}, got {_short(text)}"
            )
        if self.pattern and not self.pattern.fullmatch(text):
            raise Refused(400, f"{self.name} cannot be {_short(text)}")
        # an id may be as long as the catalogue took it
        if self.kind == "string" and not self.in_path and not 1 <= len(text) <= MAX_LENGTH:
            raise Refused(400, f"{self.name} must have 1 to {MAX_LENGTH} characters")
        if self.least is not None and value < self.least:
            raise Refused(400, f"{self.name} must be at least {self.least:g}, got {_short(text)}")
        if self.most is not None and value > self.most:
            raise Refused(400, f"{self.name} must be at most {self.most:g}, got {_short(text)}")
        return value


def parse_all(
    parameters: Sequence[Parameter], path: Mapping[str, str], query: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Values of all parameters by name; raises `Refused` for a wrong or an unknown one."""
    known = {each.name for each in with_former(parameters) if not each.in_path}
    for name in query:
        if name not in known:
            raise Refused(
                400, f"there is no parameter {_short(name)}; there are: {', '.join(sorted(known))}"
            )
    return {parameter.name: _value_of(parameter, path, query) for parameter in parameters}


def with_former(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Parameters, each followed by the one with its former name, if it has one."""
    return [
        each
        for parameter in parameters
        for each in ([parameter, parameter.former] if parameter.former_name else [parameter])
    ]


def _value_of(
    parameter: Parameter, path: Mapping[str, str], query: Mapping[str, Sequence[str]]
) -> Any:
    if parameter.in_path:
        return parameter.parse([path[parameter.name]])
    if parameter.former_name in query:
        if parameter.name in query:
            raise Refused(
                400,
                f"{parameter.former_name} is the former name of {parameter.name}: "
                "give one of the two",
            )
        return parameter.former.parse(query[parameter.former_name])
    return parameter.parse(query.get(parameter.name, ()))


def _integer(text: str) -> int | None:
    return int(text) if INTEGER.fullmatch(text) else None


def _number(text: str) -> float | None:
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004  for a sentence


PARSERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": _integer,
    "number": _number,
    "boolean": BOOLEANS.get,
}
NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}

ITEM_ID = Parameter(
    name="item_id",
    in_path=True,
    text="Id of a product; a slash in it may stay or be written %2F.",
    example="mug-01-navy",
)
CATALOGUE = Parameter(
    name="catalogue",
    pattern=NAME_PATTERN,
    text="Name of the catalogue; the demo, or else the first there is, if left out.",
)
MODEL = Parameter(
    name="model", pattern=NAME_PATTERN, text="Name of the model; the best there is, if left out."
)
HOW = (
    Parameter(
        name="n_neighbors",
        former_name="k",
        kind="integer",
        least=1,
        most=100,
        default=12,
        text="How many products.",
    ),
    Parameter(
        name="colour_weight",
        former_name="colour",
        kind="number",
        least=0,
        most=1,
        text="How much colours count: 0 for the same kind of thing in any colour, 1 for the same "
        "colours on anything. What measures best, if left out.",
    ),
    Parameter(
        name="diversity",
        former_name="variety",
        kind="number",
        least=0,
        most=1,
        default=0.0,
        text="0 for the most alike first, 1 for products unlike each other.",
    ),
    Parameter(
        name="group_duplicates",
        former_name="fold",
        kind="boolean",
        default=False,
        text="Whether near-identical products come as one match.",
    ),
    Parameter(
        name="only_alike",
        kind="boolean",
        default=False,
        text="Whether to leave out what is less than half as alike as the closest match.",
    ),
)
SHORT = re.compile(r"^[^\x00]{0,200}$")
WHICH = (
    Parameter(
        name="words",
        pattern=SHORT,
        text="Only products that this asks for, as a shopper writes it: rote Tasse unter 20. "
        "At most 200 letters.",
    ),
    Parameter(name="category", is_repeated=True, text="Only these categories."),
    Parameter(name="colour_name", is_repeated=True, text="Only these colours."),
    Parameter(name="material", is_repeated=True, text="Only these materials."),
    Parameter(
        name="min_price",
        kind="number",
        least=0,
        most=MAX_PRICE,
        text="Only products that cost this or more.",
    ),
    Parameter(
        name="max_price",
        kind="number",
        least=0,
        most=MAX_PRICE,
        text="Only products that cost this or less.",
    ),
    Parameter(
        name="in_stock",
        kind="boolean",
        default=False,
        text="Whether to leave out products that are out of stock.",
    ),
)
REGIONS = Parameter(
    name="regions",
    kind="boolean",
    default=False,
    text="Whether to find the things in the photo too, each with its own matches.",
)
COLUMNS = ("category", "brand", "colour", "material")
BESIDE = (
    Parameter(
        name="same",
        is_repeated=True,
        options=COLUMNS,
        text="Only products that say the same here as the product that was asked for.",
    ),
    Parameter(
        name="different",
        is_repeated=True,
        options=COLUMNS,
        text="Only products that say something else here.",
    ),
)
PAGING = (
    Parameter(
        name="limit", kind="integer", least=1, most=100, default=24, text="How many products."
    ),
    Parameter(
        name="offset",
        kind="integer",
        least=0,
        most=10_000_000,
        default=0,
        text="How many products to leave out before the first.",
    ),
)
