"""One picture as numbers from 0 to 1, with all that its file says, or a refusal.

======================================  ==========================================================
``1``, ``L``, ``LA``                    grey, of 255
``I;16``, ``I`` of a PNG or PGM         grey, of 65535: these files have no more than 16 bits
``RGB``, ``P``, ``CMYK``, ``YCbCr``...  red, green and blue, of 255
======================================  ==========================================================

Other modes of Pillow (32-bit integers, floats, Lab) have no largest value, and Pillow would cut
them off at 255 or not convert them at all. A picture with transparent pixels shows what lies
behind it, which its file does not say. The side that the file says is up (EXIF's orientation) is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks.one_line import in_one_line
from training.errors import DataError
from training.storage.system_errors import cause, remedy

if TYPE_CHECKING:
    from PIL.Image import Image

_GREY = ("1", "L", "LA")
_GREY_16 = ("I;16", "I;16L", "I;16B", "I;16N")
_COLOUR = ("RGB", "RGBA", "RGBX", "P", "PA", "CMYK", "YCbCr")


def pixels_of(file: str) -> NDArray[np.float32]:
    """The pixels of a picture, upright, shape (channels, height, width): one channel if it is grey.

    Parameters
    ----------
    file : str

    Raises
    ------
    DataError
        If the file cannot be read, or holds what would be lost.
    """
    from PIL import Image

    try:
        # By its name Pillow would map the file, and scramble a TIFF that lies on its side.
        with Path(file).open("rb") as content, Image.open(content) as picture:
            _check(picture, file)
            return _pixels(picture)
    except (DataError, MemoryError):
        raise
    except Exception as error:  # whatever Pillow meets in files that can be anything
        if isinstance(error, OSError) and error.errno is not None:  # Pillow's own have none
            raise DataError(f"'{file}' cannot be read ({cause(error)}): {remedy(error)}") from None
        reason = in_one_line(error)
        raise DataError(f"'{file}' cannot be read ({reason}): remove or replace it") from None


def _pixels(picture: Image) -> NDArray[np.float32]:
    from PIL import ImageOps

    # A telephone keeps the pixels as its sensor lies, and writes beside them which side is up.
    upright = ImageOps.exif_transpose(picture)
    if _has_16_bits(picture):
        return np.asarray(upright).astype(np.float32)[None] / np.float32(65535)
    mode = "L" if upright.mode in _GREY else "RGB"
    values = np.asarray(upright.convert(mode), np.float32) / np.float32(255)
    return values[None] if mode == "L" else values.transpose(2, 0, 1)


def _check(picture: Image, file: str) -> None:
    """Refuse what would be lost.

    Raises
    ------
    DataError
    """
    if not _has_16_bits(picture) and picture.mode not in _GREY + _COLOUR:
        raise DataError(
            f"'{file}' has pixels of Pillow's mode '{picture.mode}', which have no known range: "
            "save it as an 8- or 16-bit PNG, or give a .npz file"
        )
    if picture.mode in _COLOUR and _is_deep(picture):
        raise DataError(
            f"'{file}' has more than 8 bits per colour, of which Pillow reads 8 (mode "
            f"'{picture.mode}'): save it with 8, or give a .npz file"
        )
    # The other pictures of a telephone's MPO file are small or of another eye.
    if (frames := getattr(picture, "n_frames", 1)) > 1 and picture.format != "MPO":
        raise DataError(
            f"'{file}' holds {frames} pictures (mode '{picture.mode}'): save the one that counts, "
            "or give all as frames in a .npz file"
        )
    if _is_transparent(picture):
        raise DataError(
            f"'{file}' has transparent pixels (mode '{picture.mode}'): save it with a background, "
            "without transparency, or give a .npz file"
        )


def _has_16_bits(picture: Image) -> bool:
    return picture.mode in _GREY_16 or (picture.mode == "I" and picture.format in ("PNG", "PPM"))


def _is_deep(picture: Image) -> bool:
    """Whether the file has 16 bits per colour: Pillow says so only in what it tells its decoder."""
    for *_, told in getattr(picture, "tile", ()):
        for word in told if isinstance(told, tuple) else (told,):
            if isinstance(word, str) and ";16" in word:
                return True
            if picture.format == "PPM" and isinstance(word, int) and word > 255:
                return True
    return False


def _is_transparent(picture: Image) -> bool:
    if _has_16_bits(picture):  # one value may stand for transparent
        key = picture.info.get("transparency")
        return key is not None and bool((np.asarray(picture) == key).any())
    if not picture.has_transparency_data:
        return False
    return bool((np.asarray(picture.convert("RGBA").getchannel("A")) < 255).any())
