import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from recommender import images
from recommender.errors import ImageError

RED = (200, 30, 40)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def flat(colour: tuple[int, ...] = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (40, 30), colour)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_every_format_decodes_to_the_same_colour(kind: str) -> None:
    if kind == "HEIF":
        images._register_heif()
    pixels = images.load(encoded(flat(), kind))
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - RED).max() <= 8  # lossy formats


def test_bytes_and_path_agree(tmp_path: Path) -> None:
    data = encoded(flat(), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    assert np.array_equal(images.load(data), images.load(tmp_path / "a.png"))
    assert np.array_equal(images.load(data), images.load(str(tmp_path / "a.png")))


def test_exif_orientation_is_applied() -> None:
    picture = flat()
    picture.paste((0, 0, 255), (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to show it upright
    pixels = images.load(encoded(picture, "PNG", exif=exif))
    assert pixels.shape == (40, 30, 3)
    assert tuple(pixels[2, -3]) == (0, 0, 255)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_over_white(mode: str) -> None:
    clear = (10, 20, 30, 0) if mode == "RGBA" else (10, 0)
    assert (images.load(encoded(flat(clear, mode), "PNG")) == 255).all()


def test_palette_transparency_is_laid_over_white() -> None:
    picture = flat().quantize(dither=Image.Dither.NONE)
    data = encoded(picture, "GIF", transparency=picture.getpixel((0, 0)))
    assert (images.load(data) == 255).all()


def test_half_transparent_mixes_with_white() -> None:
    pixels = images.load(encoded(flat((0, 0, 0, 128), "RGBA"), "PNG"))
    assert np.abs(pixels.astype(int) - 127).max() <= 1


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    values = np.full((30, 40), 0x8080, np.uint16)
    pixels = images.load(encoded(Image.fromarray(values), "PNG"))
    assert (pixels == 128).all()


def test_cmyk_becomes_rgb() -> None:
    pixels = images.load(encoded(flat((0, 255, 255, 0), "CMYK"), "JPEG"))
    red, green, blue = pixels[15, 20]
    assert red > 200
    assert max(green, blue) < 60


def test_first_frame_of_an_animation_counts() -> None:
    frames = [flat((255, 0, 0)), flat((0, 0, 255))]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert tuple(images.load(data)[5, 5]) == (255, 0, 0)


def test_embedded_profile_is_converted() -> None:
    """A linear-light profile: the stored middle grey is a light grey in sRGB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert profile.tobytes() != lab.tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    pixels = images.load(encoded(flat(), "PNG", icc_profile=srgb.tobytes()))
    assert np.abs(pixels.astype(int) - RED).max() <= 1


def test_broken_profile_is_ignored() -> None:
    pixels = images.load(encoded(flat(), "PNG", icc_profile=b"no profile at all"))
    assert np.array_equal(pixels[0, 0], RED)


def huge_png(side: int) -> bytes:
    """A valid header of a picture of side x side pixels, a few bytes long."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"plain text, no picture", "not a picture"),
        (encoded(flat(), "PNG")[:-40], "damaged"),
        (encoded(Image.effect_noise((200, 200), 90), "JPEG")[:2000], "damaged"),
        (huge_png(30_000), "million"),
        (huge_png(12_000), "12000 x 12000"),
        (encoded(Image.new("RGB", (3, 50)), "PNG"), "at least 8"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"\0" * 33_000_000, "33 MB"),
    ],
)
@pytest.mark.filterwarnings("default")
def test_bad_input_is_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence) as caught:
        images.load(data)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_image_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no picture"):
        images.load(tmp_path / "none.png")
    with pytest.raises(ImageError, match="not a file"):
        images.load(tmp_path)


def test_random_damage_never_escapes_as_another_error(rng: np.random.Generator) -> None:
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8))
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        whole = encoded(noise, kind)
        for _ in range(40):
            damaged = bytearray(whole)
            for position in rng.integers(0, len(whole), 12):
                damaged[position] = rng.integers(0, 256)
            try:
                pixels = images.load(bytes(damaged))
            except ImageError:
                continue
            assert pixels.ndim == 3


def test_letterbox_keeps_the_ratio_on_white() -> None:
    square = images.letterbox(np.zeros((20, 80, 3), np.uint8), 40)
    assert square.shape == (40, 40, 3)
    dark_rows = np.flatnonzero((square < 50).all(axis=(1, 2)))
    assert (dark_rows.min(), dark_rows.max()) == (15, 24)
    assert (square[:14] == 255).all()


def test_letterbox_leaves_a_fitting_square_alone(rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (40, 40, 3), np.uint8)
    assert images.letterbox(pixels, 40) is pixels


def test_png_round_trip(rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (20, 30, 3), np.uint8)
    assert np.array_equal(images.load(images.encode_png(pixels)), pixels)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        images.ImageLimits(max_bytes=0)


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 200), ("PNG", 800)])
def test_a_jpeg_may_be_decoded_smaller_but_never_below_what_is_enough(kind: str, side: int) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (800, 800), "red").save(stream, kind)
    assert images.load(stream.getvalue(), enough_px=150).shape == (side, side, 3)


def test_broken_exif_notes_are_ignored_and_told() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = encoded(flat(), "JPEG", exif=exif)
    for cut in range(6, 24, 2):  # offsets and lengths that lead nowhere
        position = whole.index(b"Exif") + cut
        damaged = whole[:position] + b"\xff\xff" + whole[position + 2 :]
        assert images.load(damaged).shape in ((30, 40, 3), (40, 30, 3))
    assert images.repairs(whole) == ""


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP", b"eXIf"])
def test_large_or_broken_notes_of_a_png_cost_no_picture(kind: bytes) -> None:
    whole = encoded(flat(), "PNG")
    texts = {
        b"zTXt": b"Comment\0\0" + zlib.compress(b"x" * 3_000_000),
        b"iTXt": b"Comment\0\1\0\0\0" + zlib.compress(b"x" * 3_000_000),
        b"iCCP": b"ICC\0\0" + zlib.compress(b"x" * 3_000_000),
        b"eXIf": b"no notes at all",
    }
    body = kind + texts[kind]
    chunk = struct.pack(">I", len(texts[kind])) + body + struct.pack(">I", zlib.crc32(body))
    noted = whole[:33] + chunk + whole[33:]
    assert np.array_equal(images.load(noted), images.load(whole))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_is_there_of_a_cut_picture_is_shown_on_white(kind: str) -> None:
    picture = Image.effect_noise((160, 160), 60).convert("RGB")
    whole = encoded(picture, kind)
    assert images.repairs(whole) == images.repairs(whole + b"more bytes behind the end") == ""
    end_only = images.load(whole[:-2])
    assert np.abs(end_only.astype(int) - images.load(whole)).mean() < 2
    cut = whole[: int(len(whole) * 0.8)]
    pixels = images.load(cut)
    assert np.array_equal(pixels[:90], images.load(whole)[:90])
    assert (pixels[-20:] == 255).all()
    assert "end of the file is missing" in images.repairs(cut)
    with pytest.raises(ImageError, match="only the first"):
        images.load(whole[: len(whole) // 6])


def test_a_grey_that_stands_for_nothing_is_white() -> None:
    values = np.full((40, 40), 40_000, np.uint16)
    values[:10] = 0
    pixels = images.load(encoded(Image.fromarray(values), "PNG", transparency=0))
    assert ((pixels[:10] == 255).all(), int(pixels[20, 20, 0])) == (True, 156)


def test_the_first_frame_that_shows_something_counts() -> None:
    frames = [flat((255, 255, 255)), flat((255, 255, 255)), flat((255, 255, 255)), flat(RED)]
    frames[2].paste(RED, (5, 5, 25, 25))
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert tuple(images.load(data)[10, 10]) == RED
    assert tuple(images.load(data)[0, 0]) == (255, 255, 255)


def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded() -> None:
    data = encoded(flat(), "JPEG", progressive=True)
    scan = data[data.index(b"\xff\xda") : -2]
    with pytest.raises(ImageError, match="scans"):
        images.load(data[:-2] + scan * 200 + b"\xff\xd9")


def test_pictures_are_known_by_their_first_bytes() -> None:
    images._register_heif()
    kinds = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}
    for kind, suffix in (kinds | {"TIFF": "tif", "AVIF": "avif", "HEIF": "heic"}).items():
        assert images.suffix_of(encoded(flat(), kind)[:64]) == f".{suffix}"
    for other in (b"", b"BM", b"BMW is a car", b"<svg>", b"%PDF", b"RIFF....WAVE"):
        assert images.suffix_of(other) == ""


@pytest.mark.parametrize(
    ("width", "height"), [(2_225_341_899, 2_416_443_412), (60_000, 60_000), (0, 9), (9, 0)]
)
def test_a_damaged_head_claims_what_it_likes(width: int, height: int) -> None:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    chunks = ((b"IHDR", head), (b"IDAT", pixels))
    wrong = b"".join(
        struct.pack(">I", len(body)) + kind + body + b"\0\0\0\0" for kind, body in chunks
    )
    with pytest.raises(ImageError, match=r"damaged|not a picture|cannot be"):
        images.load(b"\x89PNG\r\n\x1a\n" + wrong)
