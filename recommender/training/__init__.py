"""Trains, exports and fine-tunes models. The only package that imports TensorFlow."""
