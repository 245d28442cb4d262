"""Puts weights that `train.py` trained into the model's folder, and counts the code's tables.

    python -m assets.codec.port CHECKPOINT.npz PICTURES

PICTURES is a folder of training pictures, on which residuals are counted. Needs what training needs
(requirements-train.txt); PyTorch is not needed here.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.config import MODELS, write_json
from recommender.models import PERCEPTUAL, ModelConfig
from recommender.training.codec_sizes import N_LATENTS, SIDE
from recommender.training.export_perceptual import write_code
from recommender.training.perceptual import PerceptualConfig

Arrays = dict[str, NDArray[Any]]


def keras_weights(state: Arrays) -> Arrays:
    """Rename and reorder PyTorch's weights as `CodecTrainer.weights` has them."""
    weights: Arrays = {}

    def layer(name: str, key: str, *, unfolds: bool = False) -> None:
        kernel, bias = state[f"{key}.weight"], state[f"{key}.bias"]
        if unfolds:  # sub-pixels are (c, 2, 2) in PyTorch, and (2, 2, c) in TensorFlow
            order = np.arange(len(bias)).reshape(-1, 4).T.ravel()
            kernel, bias = kernel[order], bias[order]
        weights[f"{name}/kernel"] = kernel.transpose(2, 3, 1, 0)
        weights[f"{name}/bias"] = bias

    def blocks(name: str, key: str, n_blocks: int) -> None:
        for number in range(n_blocks):
            for part in "abc":
                layer(f"{name}{number}_{part}", f"{key}.{number}.{part}")

    layer("analysis_lapped", "analysis.lapped")
    blocks("analysis_block", "analysis.blocks", 2)
    layer("analysis_out", "analysis.out")
    layer("hyper_down1", "hyper_analysis.a.conv")
    layer("hyper_down2", "hyper_analysis.b.conv")
    layer("hyper_up1", "hyper_synthesis.u1.conv", unfolds=True)
    layer("hyper_middle", "hyper_synthesis.mid")
    layer("hyper_up2", "hyper_synthesis.u2.conv", unfolds=True)
    for k in range(4):
        for name, key in (("near", "near"), ("around", "ctx"), ("middle", "mid"), ("out", "out")):
            if k or name in ("middle", "out"):
                layer(f"{name}{k}", f"steps.{k}.{key}")
    layer("synthesis_lapped", "synthesis.lapped")
    for scale, key, n_blocks in ((8, "b8", 2), (4, "b4", 2), (2, "b2", 1)):
        blocks(f"synthesis_block{scale}_", f"synthesis.{key}", n_blocks)
    for scale in (4, 2, 1):
        layer(f"synthesis_up{scale}", f"synthesis.u{scale}.conv", unfolds=True)
    names = {
        "gains": "gains",
        "synthesis_levels": "level_synthesis",
        "context_levels": "level_steps",
        "hyper_loc": "z_loc",
        "hyper_log_scale": "z_scale",
    }
    return weights | {name: state[key] for name, key in names.items()}


def main() -> None:
    """Write `analysis.tflite`, `decoder.tflite`, `code.npz`, `weights.npz` and `config.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--folder", type=Path, default=MODELS / PERCEPTUAL)
    options = parser.parse_args()
    config = PerceptualConfig()
    with np.load(options.checkpoint, allow_pickle=False) as arrays:
        state = {name: arrays[name] for name in arrays.files}
    files = sorted(each for each in options.pictures.rglob("*") if each.is_file())
    pictures = np.stack(
        [images.letterbox(images.load(file), config.decoded_size_px) for file in files]
    )
    known = ModelConfig.read(options.folder).to_dict()
    described = ModelConfig.from_dict(
        known
        | {
            "code": "bytes",
            "code_bytes": config.code_bytes,
            "decoded_size_px": config.decoded_size_px,
            "latent_shape": (SIDE, SIDE, N_LATENTS),
            "hyperparameters": config.to_dict(),
        }
    )
    write_code(options.folder, described, keras_weights(state), pictures)
    write_json(options.folder / "config.json", described.to_dict())


if __name__ == "__main__":
    main()
