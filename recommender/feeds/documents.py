"""JSON and XML as records: JSON Lines, a list of objects, `products.json`, RSS, Atom, other XML.

XML is parsed by defusedxml: no entities are expanded and nothing is fetched.
"""

import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from recommender.errors import CatalogueError
from recommender.feeds.delimited import MALFORMED, Table
from recommender.feeds.rows import Placed, Record, Skipped
from recommender.feeds.text import clean, decode

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LISTS = ("products", "items", "data", "results", "entries", "feed", "catalog", "catalogue")
ITEM_NAMES = frozenset({"item", "entry", "product", "offer", "shopitem", "produkt", "produit"})
DEEPEST = 20  # levels of a JSON value that become text
SHOWN_ITEMS = frozenset({"url", "src", "href", "link", "image_url"})
XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def read_json(text: str, name: str) -> Table:
    """Records of a JSON document: a list of objects, or an object that holds one.

    Raises
    ------
    CatalogueError : it is damaged, or holds no list of objects
    """
    try:
        objects = _find_objects(json.loads(text))
    except (ValueError, RecursionError) as error:
        if "\n" in text.strip():
            return read_json_lines(text, name)
        raise CatalogueError(f"{name} is not JSON that can be read: {_spoken(error)}") from error
    if objects is None:
        raise CatalogueError(f"{name} holds no list of products")
    return _to_table((f"item {number}", each) for number, each in enumerate(objects, start=1))


def read_json_lines(text: str, name: str) -> Table:
    """Records of JSON Lines; lines end with a line feed and nothing else.

    Raises
    ------
    CatalogueError : no line holds an object
    """
    values: list[tuple[str, Any]] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"row {number}"
        try:
            values.append((place, json.loads(line)))
        except (ValueError, RecursionError) as error:
            skipped.append(Skipped(source=place, reason=_spoken(error), kind=MALFORMED))
    table = _to_table(values)
    skipped += table.skipped
    if not table.records and skipped:
        raise CatalogueError(
            f"{name} cannot be read as JSON Lines: {skipped[0].source}: {skipped[0].reason}"
        )
    return Table(header=table.header, records=table.records, skipped=tuple(skipped))


def read_xml(data: bytes, name: str) -> Table:
    """Records of an XML feed: its items, entries, products or whatever comes again and again.

    Raises
    ------
    CatalogueError : it is damaged before its first product, defines entities, or holds no products
    """
    from defusedxml import DefusedXmlException

    declared = ENCODING.search(data[:200])
    text = _decode_as(data, declared.group(1).decode()) if declared else None
    if text is None:
        text = decode(data, name)[0]
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean(text))
    try:
        records, problem = _xml_records(text)
        if problem:
            again, problem = _xml_records(_with_known_entities(text))
            records = again if len(again) >= len(records) else records
    except DefusedXmlException as error:
        raise CatalogueError(
            f"{name} defines entities or leads elsewhere: it is not read"
        ) from error
    if not records:
        reason = problem or "it holds no products"
        raise CatalogueError(f"{name} cannot be read as an XML feed: {reason}")
    header = dict.fromkeys(key for _, record in records for key in record)
    cut = Skipped(source=name, reason=f"damaged after {len(records):,} products: {problem}")
    return Table(header=tuple(header), records=tuple(records), skipped=(cut,) if problem else ())


def _to_table(values: Any) -> Table:
    header: dict[str, None] = {}
    records: list[Placed] = []
    skipped = []
    for place, value in values:
        if not isinstance(value, dict):
            reason = "it is not an object with names and values"
            skipped.append(Skipped(source=place, reason=reason, kind=MALFORMED))
            continue
        record = {clean(str(key)): _to_text(item) for key, item in value.items()}
        header |= dict.fromkeys(record)
        records.append((place, {key: text for key, text in record.items() if text}))
    return Table(header=tuple(header), records=tuple(records), skipped=tuple(skipped))


def _find_objects(value: Any) -> list[Any] | None:
    """The list of products: the document itself, or the longest list of objects in it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    for key in LISTS:
        if isinstance(value.get(key), list):
            return list(value[key])
    lists: list[list[Any]] = [
        each
        for each in value.values()
        if isinstance(each, list) and each and all(isinstance(item, dict) for item in each)
    ]
    if lists:
        return max(lists, key=len)
    inner = [found for each in value.values() if (found := _inner(each))]
    inner.sort(key=len)
    return inner[-1] if inner else [value] if value else None


def _inner(value: Any) -> list[Any]:
    """Find the list in an object one level below: `{"data": {"products": [...]}}`."""
    if not isinstance(value, dict):
        return []
    return next((list(value[key]) for key in LISTS if isinstance(value.get(key), list)), [])


def _to_text(value: Any, depth: int = 0) -> str:
    """A JSON value as a table's cell would have it."""
    if value is None or depth > DEEPEST:
        return ""
    if isinstance(value, list):
        return _list_text(value, depth)
    if isinstance(value, dict):
        amount = value.get("amount", value.get("value"))
        if isinstance(amount, int | float | str) and not _address(value):
            currency = value.get("currency", value.get("currency_code", ""))
            return clean(f"{amount} {currency}").strip()
        return clean(_address(value) or json.dumps(value, ensure_ascii=False))
    return clean(str(value)).strip()


def _list_text(values: list[Any], depth: int) -> str:
    if any(isinstance(each, dict) and not _address(each) for each in values):
        return clean(json.dumps(values, ensure_ascii=False))
    texts = [_to_text(each, depth + 1) for each in values]
    # a list of pictures is kept line by line: their names may hold commas
    joint = "\n" if any("/" in text or "." in text for text in texts) else ", "
    return joint.join(filter(None, texts))


def _address(value: dict[str, Any]) -> str:
    return next((str(value[key]) for key in ("src", "url", "href") if value.get(key)), "")


def _spoken(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at character {error.pos + 1}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "a value in it is too long"


def _decode_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):
        return None


def _with_known_entities(text: str) -> str:
    """HTML's entities as characters, and signs that open none as themselves."""

    def replace(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in XML_ENTITIES or name.startswith("#"):
            return found.group()
        character = html.unescape(found.group())
        return character if character != found.group() else f"&amp;{name};"

    known = re.sub(r"&(#?\w+);", replace, text)
    return re.sub(r"&(?!#?\w+;)", "&amp;", known)


def _xml_records(text: str) -> tuple[list[Placed], str]:
    """Records, and what is wrong behind the last of them."""
    records = []
    problem = ""
    events = _safe_events(text)
    try:
        for number, element in enumerate(events, start=1):
            records.append((f"item {number}", _to_record(element)))
    except SyntaxError as error:  # ElementTree's ParseError is one
        problem = f"{error.msg}"
    if not records and not problem:
        records = _repeated_records(text)
    return [(place, record) for place, record in records if record], problem


def _safe_events(text: str) -> "Iterator[Element]":
    """Item by item, each forgotten when the next is read."""
    from defusedxml.ElementTree import iterparse

    depth = 0
    for event, element in iterparse(io.BytesIO(text.encode()), events=("start", "end")):
        if _local(element.tag) not in ITEM_NAMES:
            continue
        depth += 1 if event == "start" else -1
        if event == "end" and depth == 0:
            yield element
            element.clear()


def _repeated_records(text: str) -> list[Placed]:
    """Find the most frequent element, in a feed whose items have a name of their own."""
    from defusedxml.ElementTree import fromstring

    root = fromstring(text.encode())
    parents = Counter(element.tag for element in root.iter() if len(element) > 1)
    parents.pop(root.tag, None)
    if not parents:
        return []
    tag = parents.most_common(1)[0][0]
    return [
        (f"item {number}", _to_record(each)) for number, each in enumerate(root.iter(tag), start=1)
    ]


def _to_record(element: "Element") -> Record:
    record = {key: clean(value) for key, value in element.attrib.items() if value.strip()}
    for child in element:
        name = _local(child.tag)
        if "name" in child.attrib:
            name = clean(child.attrib["name"])
        text = " ".join("".join(child.itertext()).split())
        text = text or next(
            (child.attrib[each] for each in SHOWN_ITEMS if each in child.attrib), ""
        )
        if not text:
            continue
        if name not in record:
            record[name] = text
        elif re.search(r"image|picture|photo|img", name, re.IGNORECASE):
            record[name] += f"\n{text}"
    return record


def _local(tag: object) -> str:
    """A name without its namespace, in small letters."""
    return str(tag).rpartition("}")[2].rpartition(":")[2].lower()
