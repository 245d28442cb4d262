"""Streamlit's settings and our styles name the same colours."""

import re
import tomllib

import pytest
from playwright.sync_api import expect

from tests.ui.browsing import Visit
from tools.serving import ROOT

TOLD_TWICE = {
    "backgroundColor": "page",
    "secondaryBackgroundColor": "panel",
    "textColor": "ink",
    "borderColor": "line",
    "primaryColor": "accent",
    "linkColor": "accent",
}
SHELL = ROOT / "recommender" / "ui" / "shell"
STYLES = (SHELL / "tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLES)
}
# What text of a colour may stand on.
READABLE = {
    "ink": ("page", "panel", "accent-soft", "warn-soft", "bad-soft"),
    "muted": ("page",),
    "accent": ("page", "accent-soft"),
    "warn": ("warn-soft",),
    "bad": ("bad-soft",),
}
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_streamlit_and_the_styles_agree(scheme: int) -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    told = settings["theme"][("light", "dark")[scheme]]
    assert {name: told[name] for name in TOLD_TWICE} == {
        name: COLOURS[variable][scheme] for name, variable in TOLD_TWICE.items()
    }


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read(scheme: int) -> None:
    for text, grounds in READABLE.items():
        for ground in grounds:
            low, high = sorted(luminance(COLOURS[name][scheme]) for name in (text, ground))
            assert (high + 0.05) / (low + 0.05) >= MIN_CONTRAST, (text, ground)


def test_the_shell_is_as_wide_as_the_page_that_takes_its_place() -> None:
    wide = r"@media \(min-width: (\d+px)\) \{\s+:root \{\s+font-size: (\d+px)"
    widths = r"max-width: (1\d{3}px)"
    shell, page = (
        (SHELL / name).read_text(encoding="utf-8") for name in ("first_paint.html", "theme.css")
    )
    assert re.findall(wide, shell) == re.findall(wide, page) != []
    assert re.findall(widths, shell) == re.findall(widths, page)


def test_type_grows_with_the_root() -> None:
    in_pixels = [
        f"{file.name}: {found}"
        for file in (ROOT / "recommender" / "ui").rglob("*.css")
        for found in re.findall(r"\bfont(?:-size)?:[^;]*\dpx[^;]*;", file.read_text("utf-8"))
        if ":root" not in file.read_text("utf-8") or found != "font-size: 18px;"
    ]
    assert not in_pixels


def test_forced_colours_leave_controls_to_be_seen(visit: Visit) -> None:
    page = visit("/shop")
    page.emulate_media(forced_colors="active")
    expect(page.locator(".shop-buy")).to_have_css("outline-style", "solid")
    switch = page.locator('label:has([role="switch"]) > div:first-of-type')
    expect(switch.first).to_have_css("outline-style", "solid")
    expect(page.locator(".ways [aria-current]")).to_have_css("text-decoration-line", "underline")
    thumb = page.get_by_test_id("stSlider").locator("[data-rac]:has(> div > input)").first
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(thumb).not_to_have_css("background-color", ground)
