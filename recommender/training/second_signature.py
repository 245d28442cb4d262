"""Gives a LiteRT file a second way in, which shares its weights.

The encoder's backbone is also run by itself, on larger pictures. A file of its own would hold the
same five megabytes of weights once more; here a second graph refers to the buffers of the first.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from recommender.errors import ModelError

IDENTIFIER = b"TFL3"


def add_signature(network: bytes, key: str, outputs: Mapping[str, Sequence[int]]) -> bytes:
    """Add a signature that ends early, with outputs in single precision.

    Parameters
    ----------
    network : a LiteRT file's content with one signature, quantised
    key : of the new signature; its inputs are those of the present one
    outputs : for each name the shape of a map that the network turns from integers into floats

    Raises
    ------
    ModelError : it has no such map, or several
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(network, 0)
    for buffer in model.buffers:  # what lies behind the document comes into it
        if buffer.offset > 1:
            end = buffer.offset + buffer.size
            buffer.data = np.frombuffer(network[buffer.offset : end], np.uint8)
            buffer.offset = buffer.size = 0
    (whole,), (signature,) = model.subgraphs, model.signatureDefs
    codes = [code.builtinCode for code in model.operatorCodes]
    made = {int(tensor): operator for operator in whole.operators for tensor in operator.outputs}
    ends = {
        name: _only(
            name,
            [
                tensor
                for tensor, operator in made.items()
                if codes[operator.opcodeIndex] == schema.BuiltinOperator.DEQUANTIZE
                and list(whole.tensors[tensor].shape) == list(shape)
            ],
        )
        for name, shape in outputs.items()
    }
    operators = _leading_to(ends.values(), made)
    used = sorted(
        {int(each) for operator in operators for each in (*operator.inputs, *operator.outputs)}
        - {-1}
    )
    place = {tensor: number for number, tensor in enumerate(used)} | {-1: -1}
    part = schema.SubGraphT()
    part.name = key
    part.tensors = [copy.copy(whole.tensors[tensor]) for tensor in used]
    part.inputs = [place[int(tensor)] for tensor in whole.inputs]
    part.outputs = [place[tensor] for tensor in ends.values()]
    part.operators = []
    for operator in operators:
        moved = copy.copy(operator)
        moved.inputs = [place[int(tensor)] for tensor in operator.inputs]
        moved.outputs = [place[int(tensor)] for tensor in operator.outputs]
        part.operators.append(moved)
    model.subgraphs.append(part)
    second = schema.SignatureDefT()
    second.signatureKey, second.subgraphIndex = key, 1
    second.inputs = [_named(each.name, place[each.tensorIndex]) for each in signature.inputs]
    second.outputs = [_named(name, place[tensor]) for name, tensor in ends.items()]
    model.signatureDefs.append(second)
    builder = flatbuffers.Builder(len(network))
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def _only(name: str, found: list[int]) -> int:
    if len(found) != 1:
        raise ModelError(
            f"the network has {len(found)} maps like {name!r}, where it should have one"
        )
    return found[0]


def _leading_to(tensors: Iterable[int], made: Mapping[int, Any]) -> list[Any]:
    """Operators that a few tensors are made by, in the order of the graph."""
    wanted = list(tensors)
    seen: set[int] = set()
    needed: set[int] = set()
    while wanted:
        tensor = int(wanted.pop())
        operator = made.get(tensor)
        if tensor in seen or operator is None:
            continue
        seen.add(tensor)
        needed.add(id(operator))
        wanted += [int(each) for each in operator.inputs]
    ordered = list({id(operator): operator for operator in made.values()}.values())
    return [operator for operator in ordered if id(operator) in needed]


def _named(name: str, tensor: int) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name, tensor
    return entry
