"""Which pictures are of which class: a folder per class, with its pictures directly in it.

A folder in such a folder is refused where it has pictures. It is likely that the one around it is
no class but a part of the data set, such as ``validation/``, and a training of two classes called
``train`` and ``validation`` would look like any other. So are pictures beside such folders, which
would be of no class, and pictures of a kind that is not read, which would be missing without a
word. What is hidden, as ``.ipynb_checkpoints``, is what a program has put there for itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.errors import DataError

_ENDINGS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
"""Of files that are pictures, in capitals too."""

_OTHER_ENDINGS = (".heic", ".heif")
"""Of pictures that Pillow does not know by itself."""

_NO_PICTURES = (
    *(".pdf", ".ps", ".eps", ".mpg", ".mpeg"),
    *(".h5", ".hdf", ".bufr", ".grib"),
)
"""Of documents, films and arrays, which Pillow lists too: a data set may come with them."""

_PARTS = (("training", "test"), ("train", "test"), ("train", "val"))

_LAYOUT = (
    "make one folder of pictures per class, all in one folder or in two, 'training' and 'test' "
    "(also 'train' with 'test' or 'val')"
)


@dataclass(frozen=True)
class ClassFolders:
    """The pictures of a data set or of a part of it.

    Parameters
    ----------
    classes : list of str
        Names of the folders, sorted; numbers as numbers.
    files : list of str
        All pictures, class by class, sorted by name.
    targets : list of int
        The number of each one's class.
    """

    classes: list[str]
    files: list[str]
    targets: list[int]


def pictures_by_class(path: Path) -> tuple[ClassFolders, ClassFolders | None]:
    """Training and test pictures of a folder; None for test pictures that are to be held out.

    Raises
    ------
    DataError
        If it has no pictures, or they lie otherwise than one folder per class.
    """
    try:
        for parts in _PARTS:
            if all((path / part).is_dir() for part in parts):
                _refuse_further_parts(path, parts)
                _refuse_loose_pictures(path)
                training, test = (_class_folders(path / part) for part in parts)
                return training, test
        return _class_folders(path), None
    except OSError as error:
        raise DataError(
            f"'{error.filename}' cannot be read ({error.strerror}): make it readable"
        ) from None


def _class_folders(path: Path) -> ClassFolders:
    folders, _ = _shown(path)
    if not folders:
        raise DataError(
            f"'{path}' is no folder of pictures (no folder is in it): {_LAYOUT}, or give a .npz "
            "file"
        )
    _refuse_loose_pictures(path)
    if all(name.isdecimal() for name in folders):  # 10 is not between 1 and 2
        folders.sort(key=int)
    found = ClassFolders(folders, [], [])
    for number, name in enumerate(folders):
        inner, files = _shown(path / name)
        for folder in inner:
            if _has_pictures(path / name / folder):
                raise DataError(
                    f"'{path / name}' is no class: it holds the folder '{folder}' with pictures; "
                    f"{_LAYOUT}"
                )
        _refuse_other_kinds(path / name, files)
        pictures = [str(path / name / file) for file in files if _is_read(file)]
        if not pictures:
            raise DataError(
                f"'{path}' is no folder of pictures ('{name}' holds none that end with "
                f"{', '.join(_ENDINGS)}): remove that folder, or {_LAYOUT}"
            )
        found.files.extend(pictures)
        found.targets.extend([number] * len(pictures))
    return found


def _refuse_other_kinds(path: Path, files: list[str]) -> None:
    """Refuse pictures of a kind that is not read, which the class would be without."""
    others = [file for file in files if _is_picture(file) and not _is_read(file)]
    if others:
        raise DataError(
            f"'{path}' has pictures that are not read, such as '{others[0]}' ({len(others):,} in "
            f"all): save them with one of the endings {', '.join(_ENDINGS)}, or move them elsewhere"
        )


def _refuse_further_parts(path: Path, parts: tuple[str, str]) -> None:
    """Refuse a third part, which nothing would read."""
    for name in _shown(path)[0]:
        if name not in parts and _has_pictures(path / name):
            raise DataError(
                f"'{path}' has pictures in '{name}' besides '{parts[0]}' and '{parts[1]}', which "
                "are the parts that are read: move that folder elsewhere (--validation holds "
                "training images out)"
            )


def _refuse_loose_pictures(path: Path) -> None:
    """Refuse pictures beside folders, which would be of no class."""
    loose = [file for file in _shown(path)[1] if _is_picture(file)]
    if loose:
        raise DataError(
            f"'{path}' has pictures beside its folders, such as '{loose[0]}' ({len(loose)} in "
            "all), which would be of no class: move them into the folders of their classes, or "
            "elsewhere"
        )


def _has_pictures(path: Path) -> bool:
    folders, files = _shown(path)
    return any(map(_is_picture, files)) or any(_has_pictures(path / name) for name in folders)


def _is_read(file: str) -> bool:
    return file.lower().endswith(_ENDINGS)


def _is_picture(file: str) -> bool:
    """Whether a file is named as a picture, whether or not it is read."""
    return _is_read(file) or Path(file).suffix.lower() in _known_endings()


@cache
def _known_endings() -> frozenset[str]:
    from PIL import Image  # late: it loads what reads all of them

    return frozenset({*Image.registered_extensions(), *_OTHER_ENDINGS}) - set(_NO_PICTURES)


def _shown(path: Path) -> tuple[list[str], list[str]]:
    """Names of the folders and of the files in a folder, sorted, without those that are hidden."""
    with os.scandir(path) as entries:
        shown = [each for each in entries if not each.name.startswith(".")]
        folders = {each.name for each in shown if each.is_dir()}
    return sorted(folders), sorted(each.name for each in shown if each.name not in folders)
