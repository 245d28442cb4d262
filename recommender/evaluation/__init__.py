"""Measures quality and speed, and reads what was measured."""
