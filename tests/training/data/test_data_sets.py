"""Data sets: the digits, and small files in the original formats of the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from tests.training.data_files import write_cifar, write_mnist
from training.data import DATA_SETS, find
from training.errors import DataError

NORMALISATION = {"mnist": (0.1307, 0.3081), "fashion-mnist": (0.2860, 0.3530)}

CIFAR = tuple(
    np.reshape(values, (3, 1, 1)) for values in ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
)
"""Mean and deviation by colour, the same for both sets as in the authors' code."""


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_mnist_is_normalised_once(name: str, tmp_path: Path) -> None:
    data_set, original = write_mnist(tmp_path, name)
    images = data_set.load(tmp_path)
    mean, std = NORMALISATION[name]
    for part, prefix in ((images.training, "train"), (images.test, "t10k")):
        pixels, labels = part.tensors
        assert pixels.shape[1:] == find(name).input_shape
        expected = (original[prefix][:, None] / 255 - mean) / std
        np.testing.assert_allclose(pixels.numpy(), expected, rtol=1e-5, atol=1e-6)
        assert labels.tolist() == list(range(len(labels)))
    assert images.augmentation is None
    assert images.class_names == find(name).class_names


def test_digits_say_how_their_pixels_were_scaled() -> None:
    """The numbers are those of the training part, and what its files held is what is scaled."""
    data_set, pixels = find("digits"), load_digits().images
    (mean,), (std,) = data_set.scaling.mean, data_set.scaling.std
    images = data_set.load(Path("unused"))
    original = images.training.tensors[0].double() * std + mean
    assert float(original.mean()) == pytest.approx(mean)
    assert float(original.std(correction=0)) == pytest.approx(std)
    assert float(original.max()) == pytest.approx(pixels.max()) == 16
    assert data_set.scaling.pixels == "from 0 to 16"


def test_every_data_set_says_how_its_pixels_are_scaled() -> None:
    for data_set in DATA_SETS:
        assert data_set.scaling.pixels != "own data, as given"
        assert len(data_set.scaling.mean) in (0, data_set.input_shape[0])
        assert len(data_set.class_names) in (0, data_set.classes)
    assert find("cifar10").scaling.mean == pytest.approx(CIFAR[0].ravel())
    assert find("cifar10").scaling.std == pytest.approx(CIFAR[1].ravel())
    assert find("cifar10").class_names[-1] == find("cifar10-dvs").class_names[-1] == "truck"
    fine = find("cifar100").class_names  # the labels were numbered in the order of their names
    assert len(set(fine)) == 100 and list(fine) == sorted(fine)
    assert (fine[0], fine[49], fine[99]) == ("apple", "mountain", "worm")


@pytest.mark.parametrize("name", [each.name for each in DATA_SETS if each.fetch is not None])
def test_missing_data_say_how_to_get_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not in .*get it with: python -c .* --download\)") as e:
        find(name).load(tmp_path / "nowhere")
    assert "\n" not in str(e.value)
    assert not (tmp_path / "nowhere").exists()


def test_digits_are_split_by_class() -> None:
    images = find("digits").load(Path("unused"))
    assert (len(images.training), len(images.test)) == (1437, 360)
    pixels, labels = images.training.tensors
    assert pixels.shape[1:] == find("digits").input_shape and pixels.dtype == torch.float32
    assert abs(float(pixels.mean())) < 1e-3 and abs(float(pixels.std()) - 1) < 1e-3
    shares = torch.bincount(images.test.tensors[1]) / torch.bincount(labels)
    assert shares.min() > 0.23 and shares.max() < 0.27  # a fifth of the whole, in every class
    again = find("digits").load(Path("unused"))
    assert torch.equal(again.test.tensors[0], images.test.tensors[0])


@pytest.mark.parametrize(
    ("name", "kind", "label", "files"),
    [
        (
            "cifar10",
            "CIFAR10",
            "labels",
            {"train": ["data_batch_1", "data_batch_2"], "test": ["test_batch"]},
        ),
        (
            "cifar100",
            "CIFAR100",
            "fine_labels",
            {"train": ["train"], "test": ["test"]},
        ),
    ],
)
def test_cifar_in_its_original_format(
    name: str,
    kind: str,
    label: str,
    files: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data_set, original = write_cifar(tmp_path, monkeypatch, kind, label, files)
    assert data_set.name == name
    images = data_set.load(tmp_path)
    assert images.class_names == data_set.class_names
    mean, std = CIFAR
    expected = (original["test"] / 255 - mean) / std
    np.testing.assert_allclose(images.test.tensors[0].numpy(), expected, rtol=1e-4, atol=1e-5)
    assert images.test.tensors[1].tolist() == [0, 1, 2, 3]
    pixels, labels = images.training.tensors
    assert np.array_equal(pixels.numpy(), original["train"])
    assert labels.tolist() == [0, 1, 2, 3] * len(files["train"])


def test_cifar_augmentation_is_a_crop_of_the_padded_image_perhaps_flipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"train": ["train"], "test": ["test"]}
    data_set, images = write_cifar(tmp_path, monkeypatch, "CIFAR100", "fine_labels", files)
    original = images["train"][0]
    augmentation = data_set.load(tmp_path).augmentation
    assert augmentation is not None
    mean, std = CIFAR
    padded = (np.pad(original, ((0, 0), (4, 4), (4, 4))) / 255 - mean) / std
    seen = set()
    for seed in range(40):
        generator = torch.Generator().manual_seed(seed)
        image = augmentation(torch.from_numpy(original.copy()), generator).numpy()
        places = [
            (flipped, y, x)
            for flipped in (False, True)
            for y in range(9)
            for x in range(9)
            if np.allclose(
                image[:, :, ::-1] if flipped else image,
                padded[:, y : y + 32, x : x + 32],
                atol=1e-4,
            )
        ]
        assert len(places) == 1
        seen.add(places[0])
    assert {flipped for flipped, _, _ in seen} == {False, True}
    assert len(seen) > 25  # of 162 places


def test_unknown_data_set_lists_those_there_are() -> None:
    with pytest.raises(DataError, match="no data set 'imagenet': choose one of digits, mnist, "):
        find("imagenet")


def test_a_path_without_a_separator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"'npy': .*, or give the path of your own$"):
        find("npy")
    Path("npy").mkdir()
    np.save("npy/images.npy", np.zeros((10, 3)))
    np.save("npy/labels.npy", np.arange(10) % 2)
    with pytest.raises(DataError, match=r"'npy': .*, or give '\./npy' for what lies here$"):
        find("npy")
    assert find("./npy").sizes == (8, 2)


def test_names_are_unique() -> None:
    assert len({data_set.name for data_set in DATA_SETS}) == len(DATA_SETS)


def test_what_an_image_is_in_words() -> None:
    """What a training prints, for an array that was turned by mistake shows there."""
    shapes = {name: find(name).shape_in_words for name in ("mnist", "cifar10", "n-mnist")}
    frames = f"{find('n-mnist').frames} frames of 2 x 34 x 34"
    assert shapes == {"mnist": "1 x 28 x 28", "cifar10": "3 x 32 x 32", "n-mnist": frames}
