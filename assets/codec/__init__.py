"""Trains the picture code of `perceptual` in PyTorch, and ports its weights."""
