"""Text of catalogues in labels that are Markdown."""

import ast
from collections.abc import Iterator

import pytest

from recommender.config import MODELS
from recommender.inference.autoencoder import Autoencoder
from recommender.serving.visible import COMMAND
from recommender.ui.shared import words
from tools.serving import ROOT

MARKDOWN = {"markdown", "write", "caption", "header", "subheader", "title", "metric", "tabs"}
MARKDOWN |= {"success", "error", "warning", "info", "toast", "text", "latex"}


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/x.png)",
        "[press](https://evil.example)",
        "<img src=x>",
        "**bold** _thin_ `code` ~~gone~~",
        ":red[x] :material/home: :smile:",
        "$x^2$",
        "# heading",
        "- list",
        "1. list",
        "&lt;",
        "\\*",
    ],
)
def test_marks_are_escaped(text: str) -> None:
    label = words.label(text)
    assert label.replace("\\", "").replace(words.JOINER, "") == text.replace("\\", "")
    for number, sign in enumerate(label):
        if sign in "*`[]<~$:&_":
            assert label[number - 1] == "\\", label


def test_addresses_are_no_links() -> None:
    assert "://" not in words.label("https://evil.example")
    assert "www." not in words.label("www.evil.example")


def test_plain_words_stay() -> None:
    for text in ("Mugs", "T-shirts", "Dresses (long)", "Café & Bar"):
        assert words.label(text).replace("\\&", "&") == text


def test_pages_draw_no_text_of_catalogues_as_markdown() -> None:
    """What a feed says goes through `st.html`, escaped, or through `words.label`."""
    for file in (ROOT / "recommender" / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                is_banned = node.value.id == "st" and node.attr in MARKDOWN
                assert not is_banned, f"{file.name} calls st.{node.attr}"


def test_the_size_of_a_code_is_named_as_its_model_counts() -> None:
    assert words.code(Autoencoder(MODELS / "article")) == "2,888 numbers"
    assert words.code(Autoencoder(MODELS / "perceptual")) == "2.9 kB"


def test_a_loss_is_told_in_words() -> None:
    told = [words.loss(10 ** (-psnr / 10)) for psnr in (44, 36, 30, 24, 15)]
    assert told == [text for _, text in words.LOSSES]
    assert words.loss(0.0) == words.LOSSES[0][1]


def test_no_sentence_of_the_page_is_a_command_line() -> None:
    page = ROOT / "recommender" / "ui"
    told = {
        f"{file.relative_to(ROOT)}: {text}"
        for file in page.rglob("*.py")
        for text in _texts(ast.parse(file.read_text(encoding="utf-8")))
        if COMMAND.search(text)
    }
    told |= {
        str(file.relative_to(ROOT))
        for suffix in ("*.js", "*.html")
        for file in page.rglob(suffix)
        if COMMAND.search(file.read_text(encoding="utf-8"))
    }
    assert not told


def _texts(module: ast.Module) -> Iterator[str]:
    """Yield the texts of a module, save docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(module)
        if isinstance(node, documented)
    }
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value not in docstrings
        ):
            yield node.value
