"""Pictures of every mode that Pillow has: taken with all their values, or refused."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from training.data import find
from training.data.own_data.picture import pixels_of
from training.errors import DataError

LEVELS = (np.arange(64, dtype=np.uint16) * 1040).reshape(8, 8)
"""64 different values of 16 bits, from 0 to 65520."""
BYTES = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4


def written(path: Path, image: Image.Image, **options: Any) -> str:
    image.save(path, **options)
    return str(path)


def big_endian_tiff(path: Path, values: NDArray[np.uint16]) -> str:
    """A TIFF as a microscope writes it, by hand: Pillow reads mode I;16B and does not write it."""
    height, width = values.shape
    entries = [(256, width), (257, height), (258, 16), (259, 1), (262, 1), (273, 0), (277, 1),
               (278, height), (279, values.nbytes)]  # fmt: skip
    start = 8 + 2 + 12 * len(entries) + 4
    entries = [(tag, start if tag == 273 else value) for tag, value in entries]
    table = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in entries)
    head = b"MM\x00\x2a" + struct.pack(">IH", 8, len(entries)) + table + bytes(4)
    path.write_bytes(head + values.astype(">u2").tobytes())
    return str(path)


def test_16_bits_keep_all_values_whatever_the_file_and_its_byte_order(tmp_path: Path) -> None:
    expected = LEVELS[None].astype(np.float32) / np.float32(65535)
    grey = Image.fromarray(LEVELS)
    assert grey.mode == "I;16"
    (tmp_path / "c.pgm").write_bytes(b"P5 8 8 65535\n" + LEVELS.astype(">u2").tobytes())
    files = [
        written(tmp_path / "a.png", grey),
        written(tmp_path / "b.tif", grey),
        str(tmp_path / "c.pgm"),
        big_endian_tiff(tmp_path / "d.tif", LEVELS),
    ]
    modes = [Image.open(file).mode for file in files]
    assert modes == ["I;16", "I;16", "I", "I;16B"]
    for file in files:
        found = pixels_of(file)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


def test_a_folder_of_16_bit_pictures_has_their_levels(tmp_path: Path) -> None:
    for number in range(10):
        path = tmp_path / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(LEVELS + number).save(path)
    images = find(str(tmp_path)).load(Path("unused"))
    assert len(np.unique(images.test.tensors[0][0])) == 64


def test_grey_pictures_of_8_bits_and_less(tmp_path: Path) -> None:
    of_255 = BYTES[None].astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(
        pixels_of(written(tmp_path / "l.png", Image.fromarray(BYTES))), of_255
    )
    opaque = Image.merge("LA", [Image.fromarray(BYTES), Image.new("L", (8, 8), 255)])
    np.testing.assert_array_equal(pixels_of(written(tmp_path / "la.png", opaque)), of_255)
    bits = Image.fromarray(BYTES > 100)
    assert bits.mode == "1"
    np.testing.assert_array_equal(pixels_of(written(tmp_path / "1.png", bits)), BYTES[None] > 100)


def test_colours_as_pillow_converts_them(tmp_path: Path) -> None:
    pixels = np.stack([BYTES, BYTES.T, 255 - BYTES], axis=-1)
    colour = Image.fromarray(pixels)
    expected = pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    for mode in ("RGB", "RGBA", "P"):
        # 64 colours fit a palette of 256.
        chosen = colour.quantize(256) if mode == "P" else colour.convert(mode)
        assert chosen.mode == mode
        np.testing.assert_array_equal(
            pixels_of(written(tmp_path / f"{mode}.png", chosen)), expected, err_msg=mode
        )
    # Pillow turns cyan, magenta, yellow and no black into their complements.
    np.testing.assert_array_equal(
        pixels_of(written(tmp_path / "cmyk.tif", colour.convert("CMYK"))), expected
    )


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_floats_are_refused(scale: float, tmp_path: Path) -> None:
    values = np.linspace(0, scale, 64, dtype=np.float32).reshape(8, 8)
    file = written(tmp_path / "f.tif", Image.fromarray(values))
    with pytest.raises(DataError, match=r"f\.tif' has pixels of Pillow's mode 'F', .* \.npz file"):
        pixels_of(file)


def test_modes_without_a_known_range_are_refused(tmp_path: Path) -> None:
    whole = Image.fromarray(BYTES.astype(np.int32))
    with pytest.raises(DataError, match="mode 'I', which have no known range: save it as an 8- or"):
        pixels_of(written(tmp_path / "i.tif", whole))
    with pytest.raises(DataError, match="mode 'LAB', which"):
        pixels_of(written(tmp_path / "lab.tif", Image.new("LAB", (8, 8))))


@pytest.mark.parametrize("name", ["deep.ppm", "deep.png"])
def test_colours_of_16_bits_are_refused(name: str, tmp_path: Path) -> None:
    """Pillow keeps their upper byte: of a dark picture nothing would be left."""
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    rows = np.repeat(LEVELS[..., None], 3, axis=2).astype(">u2")
    if name.endswith("ppm"):
        content = b"P6 8 8 65535\n" + rows.tobytes()
    else:
        packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
        header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
        content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        content += chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}' has more than 8 bits per colour.*: save it"):
        pixels_of(str(tmp_path / name))


def test_transparent_pixels_are_refused(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (10, 20, 30, 255))
    clear.putpixel((3, 3), (10, 20, 30, 254))
    indexed = Image.fromarray(BYTES).convert("P")
    files = [
        written(tmp_path / "a.png", clear),
        written(tmp_path / "b.png", clear.convert("LA")),
        written(tmp_path / "c.png", indexed, transparency=0),
        written(tmp_path / "d.png", Image.fromarray(BYTES), transparency=0),
        written(tmp_path / "e.png", Image.fromarray(LEVELS), transparency=1040),
    ]
    for file in files:
        with pytest.raises(DataError, match=r"transparent pixels .*: save it with a background"):
            pixels_of(file)
    unused = written(tmp_path / "f.png", Image.fromarray(LEVELS), transparency=1)
    np.testing.assert_array_equal(pixels_of(unused)[0], LEVELS / np.float32(65535))


def test_several_pictures_in_a_file_are_refused(tmp_path: Path) -> None:
    first, second = Image.fromarray(BYTES), Image.fromarray(BYTES.T)
    stack = written(tmp_path / "stack.tif", first, save_all=True, append_images=[second])
    with pytest.raises(DataError, match=r"stack\.tif' holds 2 pictures .*: save the one"):
        pixels_of(stack)


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, [[0, 40, 80], [120, 160, 200]]),
        (3, [[200, 160, 120], [80, 40, 0]]),  # the camera was upside down
        (6, [[120, 0], [160, 40], [200, 80]]),  # it was turned to the left: turn to the right
    ],
)
def test_pictures_of_a_telephone_are_upright(
    orientation: int, upright: list[list[int]], tmp_path: Path
) -> None:
    values = np.array([[0, 40, 80], [120, 160, 200]])
    grey = Image.fromarray(values.astype(np.uint8))
    deep = Image.fromarray((257 * values).astype(np.uint16))
    expected = np.array(upright, np.float32) / np.float32(255)
    exif = oriented(orientation)
    files = [written(tmp_path / "a.png", grey, exif=exif),
             written(tmp_path / "b.tif", grey, exif=exif),
             written(tmp_path / "c.webp", grey.convert("RGB"), exif=exif, lossless=True),
             written(tmp_path / "d.png", deep, exif=exif),
             written(tmp_path / "e.tif", deep, exif=exif, compression="tiff_lzw"),
             written(tmp_path / "f.tif", deep, exif=exif)]  # fmt: skip
    for file in files:
        found = pixels_of(file)
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-6)
    blocks = grey.resize((48, 32), Image.Resampling.NEAREST)
    photo = written(tmp_path / "g.jpg", blocks, exif=exif, quality=95)
    (found,) = pixels_of(photo)
    np.testing.assert_allclose(found[8::16, 8::16], expected, atol=0.03)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_picture_whose_description_is_damaged(tmp_path: Path) -> None:
    """One sentence, whatever Pillow raises."""
    content = oriented(6).tobytes()
    for end in range(len(content)):
        file = written(tmp_path / "a.png", Image.fromarray(BYTES), exif=content[:end] or b"x")
        try:
            assert pixels_of(file).shape == (1, 8, 8)
        except DataError as error:
            assert "\n" not in str(error)


def test_a_picture_that_must_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the picture that has to go."""

    def refuse(*_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"a\.png' cannot be read \(Permission denied\): get the p"):
        pixels_of(str(tmp_path / "a.png"))


def test_a_damaged_picture(tmp_path: Path) -> None:
    file = Path(written(tmp_path / "cut.png", Image.fromarray(LEVELS)))
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(DataError, match=r"cut\.png' cannot be read .*: remove or replace it"):
        pixels_of(str(file))
