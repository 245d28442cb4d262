"""Tools that measure, draw or package; each runs as `python -m tools.NAME`, none is a test."""
