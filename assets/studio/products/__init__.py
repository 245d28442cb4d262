"""The categories: every module of this package adds those in its ``CATEGORIES``."""

from __future__ import annotations

import importlib
import pkgutil

import bpy  # noqa: F401  mathutils, which the products need, exists only after it

from ..look import Category

CATEGORIES: dict[str, Category] = {}

for _module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
    for _category in importlib.import_module(f"{__name__}.{_module}").CATEGORIES:
        CATEGORIES[_category.name] = _category
