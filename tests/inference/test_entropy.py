import numpy as np
import pytest
from PIL import Image

from recommender.config import MODELS
from recommender.errors import ImageError
from recommender.inference.codec import to_signal
from recommender.inference.entropy import LIMIT, N_LEVELS, EntropyModel
from recommender.inference.network import Network


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(MODELS / "perceptual" / "code.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@pytest.fixture(scope="module")
def entropy(arrays: dict[str, np.ndarray]) -> EntropyModel:
    return EntropyModel(arrays)


def latents(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Latents of a smooth picture with a sharp shape, (20, 20, 128), and hyper latents."""
    small = rng.integers(90, 220, (6, 6, 3), np.uint8)
    picture = Image.fromarray(small).resize((168, 168), Image.Resampling.BICUBIC)
    picture.paste((160, 40, 30), (40, 50, 110, 120))
    network = Network(MODELS / "perceptual" / "analysis.tflite")
    found = network.run({"pixels": to_signal(np.asarray(picture)[None])})
    return found["latent"][0], found["hyper"][0]


@pytest.mark.parametrize("level", [0, 90, 200, N_LEVELS - 1])
def test_what_is_read_is_what_was_written(
    entropy: EntropyModel, rng: np.random.Generator, level: int
) -> None:
    values, hyper = latents(rng)
    offsets = entropy.round_hyper(hyper)
    decoded, steps, bits = entropy.quantise(values, level, entropy.context(offsets))
    data = entropy.write(offsets, steps)
    read, n_numbers = entropy.read(data, level, 20)
    assert np.array_equal(read, decoded)
    assert n_numbers == np.count_nonzero(offsets) + sum(
        np.count_nonzero(step.residuals) for step in steps
    )
    estimated = (bits + entropy.hyper_cost(offsets)) / 8
    assert len(data) == pytest.approx(estimated, rel=0.02, abs=8)


def test_finer_levels_keep_more_in_more_bits(
    entropy: EntropyModel, rng: np.random.Generator
) -> None:
    values, hyper = latents(rng)
    context = entropy.context(entropy.round_hyper(hyper))
    errors, sizes = [], []
    for level in (40, 120, 200):
        decoded, _, bits = entropy.quantise(values, level, context)
        errors.append(np.square(decoded / 4096 - values).mean())
        sizes.append(bits)
    assert errors == sorted(errors, reverse=True)
    assert sizes == sorted(sizes)


def test_the_order_of_sums_changes_nothing(
    arrays: dict[str, np.ndarray], rng: np.random.Generator
) -> None:
    # Channels in another order are added up in another order: floats would round otherwise
    order = rng.permutation(arrays["middle0_kernel"].shape[1])
    permuted = dict(arrays)
    for k in range(4):
        permuted[f"middle{k}_kernel"] = arrays[f"middle{k}_kernel"][np.ix_(order, order)]
        permuted[f"middle{k}_bias"] = arrays[f"middle{k}_bias"][order]
        permuted[f"out{k}_kernel"] = arrays[f"out{k}_kernel"][order]
        if k:
            permuted[f"around{k}_kernel"] = arrays[f"around{k}_kernel"][:, order]
            permuted[f"around{k}_bias"] = arrays[f"around{k}_bias"][order]
    permuted["context_levels"] = arrays["context_levels"][..., order]
    n_quarters = len(order)
    quarters = np.concatenate([order + quarter * n_quarters for quarter in range(4)])
    permuted["hyper_up2_kernel"] = arrays["hyper_up2_kernel"][:, quarters]
    permuted["hyper_up2_bias"] = arrays["hyper_up2_bias"][quarters]
    values, hyper = latents(rng)
    found = []
    for each in (EntropyModel(arrays), EntropyModel(permuted)):
        offsets = each.round_hyper(hyper)
        decoded, steps, _ = each.quantise(values, 128, each.context(offsets))
        found.append((decoded, each.write(offsets, steps)))
    assert np.array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]


def test_all_sums_are_exact_in_double_precision(arrays: dict[str, np.ndarray]) -> None:
    kernels = [name for name in arrays if name.endswith("_kernel")]
    assert len(kernels) == 17
    for name in kernels:
        largest = np.abs(arrays[name].astype(float)).sum(axis=0) * LIMIT
        largest += np.abs(arrays[name.replace("_kernel", "_bias")])
        assert largest.max() < 2**53, name


def test_any_bytes_are_decoded_or_refused(entropy: EntropyModel, rng: np.random.Generator) -> None:
    n_refused = 0
    for n_bytes in (0, 1, 3, 40, 400, 2886):
        for _ in range(3):
            try:
                read, _ = entropy.read(rng.bytes(n_bytes), int(rng.integers(N_LEVELS)), 8)
            except ImageError:
                n_refused += 1
            else:
                assert read.shape == (8, 8, 128)
                assert np.abs(read).max() <= LIMIT
    assert n_refused < 18
