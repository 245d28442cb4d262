"""Explains and surveys a catalogue: shared parts, maps, blends, health, related products."""
