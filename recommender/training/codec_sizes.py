"""Sizes of the picture code's networks; `codec` builds them in Keras, `assets/codec` in PyTorch."""

SIDE = 20  # places of latents along a side
N_LATENTS, N_WIDE, N_MIDDLE, N_FINE = 128, 192, 64, 24
N_CONTEXT, N_NEAR, N_HYPER, N_HYPER_LATENTS = 64, 32, 64, 32
N_KNOTS = 8
HYPER_SCALE = 4.0
