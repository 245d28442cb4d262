"""A network in LiteRT's format to a smaller and faster one that says nearly the same.

The backbone computes in eight-bit integers: the range of each of its maps is measured on a few
pictures, and its weights keep eight bits and a scale for each filter. What comes after it stays in
single precision, with weights kept in half precision.

References: Jacob et al., "Quantization and training of neural networks for efficient
integer-arithmetic-only inference", CVPR 2018.
"""

import contextlib
import io
import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError

HALF_BITS, INTEGER_BITS = 16, 8


def quantise(network: bytes, squares: Iterable[NDArray[np.uint8]], *, integers: str) -> bytes:
    """Quantise a network; the same input gives the same output.

    Parameters
    ----------
    network : a LiteRT file's content, in single precision, with one input `images`
    squares : pictures of shape (size, size, 3), uint8, like those that it will see
    integers : regular expression of the names of the operations that compute in integers

    Raises
    ------
    ModelError : the quantiser is not installed
    """
    try:
        from ai_edge_quantizer import qtyping, quantizer
        from ai_edge_quantizer.algorithm_manager import AlgorithmName
    except ImportError as error:
        raise ModelError(
            f"exporting needs {error.name}: pip install -r requirements-train.txt"
        ) from error

    operations = qtyping.TFLOperationName
    with_weights = (operations.CONV_2D, operations.FULLY_CONNECTED)
    worker = quantizer.Quantizer(bytearray(network))
    for operation in with_weights:
        worker.add_weight_only_config(
            regex=".*",
            operation_name=operation,
            num_bits=HALF_BITS,
            algorithm_key=AlgorithmName.FLOAT_CASTING,
        )
    for operation in (operations.CONV_2D, operations.DEPTHWISE_CONV_2D, operations.ADD):
        worker.add_static_config(
            regex=integers,
            operation_name=operation,
            activation_num_bits=INTEGER_BITS,
            weight_num_bits=INTEGER_BITS,
        )
    seen = [{"images": square[None]} for square in squares]
    talk = io.StringIO()
    with (
        contextlib.redirect_stdout(talk),
        contextlib.redirect_stderr(talk),
        warnings.catch_warnings(),
    ):
        # it warns of its own debugging mode, and of filters whose weights are all nought
        warnings.simplefilter("ignore")
        ranges = worker.calibrate({"serving_default": seen}, num_threads=2)
        return bytes(worker.quantize(ranges).quantized_model)
