"""Skips the whole room where TensorFlow is missing, before a test module imports it."""

import importlib.util
from pathlib import Path

import pytest

REASON = (
    "TensorFlow is missing: pip install -r requirements-dev.txt (it has no wheel for Python 3.14)"
)


class SkippedModule(pytest.Module):
    """A test module that is reported as skipped, and never imported."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        """Skip."""
        pytest.skip(REASON, allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Collect a module of this folder as usual only where TensorFlow is installed."""
    if importlib.util.find_spec("tensorflow") is not None:
        return None
    return SkippedModule.from_parent(parent, path=module_path)
