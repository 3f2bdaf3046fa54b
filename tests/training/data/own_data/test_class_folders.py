"""Folders of pictures: what is a class, what a part of the data set, and what is neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from training.data import find
from training.data.own_data.class_folders import pictures_by_class
from training.errors import DataError


def save(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("L", (3, 2), 20).save(folder / name)


def save_classes(folder: Path) -> None:
    for name in ("a", "b", "c"):
        save(folder / name, "0.png", "1.png")


def test_classes_and_their_pictures_are_sorted(tmp_path: Path) -> None:
    save(tmp_path / "b", "2.png", "10.PNG", "1.jpg")
    save(tmp_path / "a", "z.bmp")
    (tmp_path / "b" / "notes.txt").touch()
    (tmp_path / "b" / "empty").mkdir()
    for name in ("list.csv", "paper.pdf", "features.h5", "a/film.mpg"):
        (tmp_path / name).touch()
    found, test = pictures_by_class(tmp_path)
    assert test is None
    assert found.classes == ["a", "b"] and found.targets == [0, 1, 1, 1]
    names = ["a/z.bmp", "b/1.jpg", "b/10.PNG", "b/2.png"]
    assert found.files == [str(tmp_path / name) for name in names]


def test_numbers_are_classes_in_their_order(tmp_path: Path) -> None:
    for number in range(11):
        save(tmp_path / str(number), "0.png", "1.png", "2.png")
    assert pictures_by_class(tmp_path)[0].classes == [str(number) for number in range(11)]
    data_set = find(str(tmp_path))
    assert data_set.class_names == data_set.load(tmp_path).class_names
    assert data_set.class_names[-2:] == ("9", "10")
    assert "mean of the training pictures subtracted" in str(data_set.scaling)


@pytest.mark.parametrize("parts", [("training", "test"), ("train", "test"), ("train", "val")])
def test_parts_of_a_data_set(parts: tuple[str, str], tmp_path: Path) -> None:
    for part in parts:
        save_classes(tmp_path / part)
    save(tmp_path / parts[1] / "a", "2.png")
    data_set = find(str(tmp_path))
    assert (data_set.classes, data_set.sizes) == (3, (6, 7))


@pytest.mark.parametrize(
    "parts",
    [
        ("train", "validation"), ("train", "valid"), ("training", "val"), ("Train", "Test"),
        ("train",), ("pictures",),
    ],
)  # fmt: skip
def test_a_part_of_another_name_is_no_class(parts: tuple[str, ...], tmp_path: Path) -> None:
    for part in parts:
        save_classes(tmp_path / part)
    first = sorted(parts)[0]
    with pytest.raises(DataError) as caught:
        find(str(tmp_path))
    assert str(caught.value) == (
        f"'{tmp_path / first}' is no class: it holds the folder 'a' with pictures; make one folder "
        "of pictures per class, all in one folder or in two, 'training' and 'test' (also 'train' "
        "with 'test' or 'val')"
    )


def test_pictures_deep_in_a_class_and_in_a_part(tmp_path: Path) -> None:
    save_classes(tmp_path / "train")
    save_classes(tmp_path / "test")
    save(tmp_path / "test" / "b" / "more" / "deep", "0.png")
    with pytest.raises(DataError, match=r"test/b' is no class: it holds the folder 'more' with"):
        find(str(tmp_path))


def test_a_third_part_would_not_be_read(tmp_path: Path) -> None:
    for part in ("train", "val", "test"):
        save_classes(tmp_path / part)
    (tmp_path / "notes").mkdir()
    with pytest.raises(DataError, match=r"has pictures in 'val' besides 'train' and 'test', which"):
        find(str(tmp_path))
    (tmp_path / "val").rename(tmp_path / ".val")
    assert find(str(tmp_path)).sizes == (6, 6)


def test_what_is_hidden_is_not_looked_at(tmp_path: Path) -> None:
    save_classes(tmp_path)
    save(tmp_path / ".ipynb_checkpoints", "0.png")
    save(tmp_path / "a" / ".ipynb_checkpoints", "0.png")
    (tmp_path / "a" / "._0.png").write_bytes(b"what a Mac has beside a picture")
    (tmp_path / ".DS_Store").touch()
    data_set = find(str(tmp_path))
    assert (data_set.classes, sum(data_set.sizes)) == (3, 6)
    found, _ = pictures_by_class(tmp_path)
    assert not [file for file in found.files if "/." in file.removeprefix(str(tmp_path))]


def test_a_class_without_pictures(tmp_path: Path) -> None:
    save_classes(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".0.png").touch()
    with pytest.raises(DataError, match=r"no folder of pictures \('d' holds none .*: remove that"):
        find(str(tmp_path))


@pytest.mark.parametrize("ending", [".gif", ".jfif", ".JP2", ".heic", ".HEIF"])
def test_pictures_of_a_kind_that_is_not_read(ending: str, tmp_path: Path) -> None:
    """Without a word they would be missing from their class, and nothing would tell."""
    save_classes(tmp_path)
    (tmp_path / "b" / "notes.txt").touch()
    (tmp_path / "b" / f"._7{ending}").touch()  # hidden
    assert sum(find(str(tmp_path)).sizes) == 6
    for name in ("8", "7"):
        (tmp_path / "b" / f"{name}{ending}").touch()
    with pytest.raises(DataError) as caught:
        find(str(tmp_path))
    assert str(caught.value) == (
        f"'{tmp_path / 'b'}' has pictures that are not read, such as '7{ending}' (2 in all): save "
        "them with one of the endings .jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp, or "
        "move them elsewhere"
    )


def test_such_pictures_are_no_less_in_the_wrong_place(tmp_path: Path) -> None:
    save_classes(tmp_path)
    (tmp_path / "loose.gif").touch()
    with pytest.raises(DataError, match=r"has pictures beside its folders, such as 'loose\.gif'"):
        find(str(tmp_path))
    (tmp_path / "loose.gif").unlink()
    (tmp_path / "a" / "more").mkdir()
    (tmp_path / "a" / "more" / "0.heic").touch()
    with pytest.raises(
        DataError, match=r"a' is no class: it holds the folder 'more' with pictures"
    ):
        find(str(tmp_path))


def test_pictures_that_are_in_no_class(tmp_path: Path) -> None:
    save(tmp_path / "train", "0.png")
    save(tmp_path / "test", "0.png")
    with pytest.raises(DataError, match=r"train' is no folder of pictures \(no folder is in it\)"):
        find(str(tmp_path))


@pytest.mark.parametrize("place", ["", "train", "test"])
def test_pictures_beside_the_classes_or_the_parts(place: str, tmp_path: Path) -> None:
    save_classes(tmp_path / "train")
    save_classes(tmp_path / "test")
    (tmp_path / place / "list.txt").touch()
    save(tmp_path / place, ".thumbnail.png")
    assert find(str(tmp_path)).sizes == (6, 6)
    save(tmp_path / place, "7.png", "8.JPG")
    with pytest.raises(DataError) as caught:
        find(str(tmp_path))
    assert str(caught.value) == (
        f"'{tmp_path / place}' has pictures beside its folders, such as '7.png' (2 in all), which "
        "would be of no class: move them into the folders of their classes, or elsewhere"
    )
