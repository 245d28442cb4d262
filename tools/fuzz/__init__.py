"""Feeds mutated input to every reader of strangers' bytes, and keeps what breaks one."""
