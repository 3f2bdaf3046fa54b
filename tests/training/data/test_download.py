"""Downloads, by torchvision's and tonic's own code, from a server of the test's."""

from __future__ import annotations

import gzip
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.training.cli.command import refusal
from tests.training.data.event_files import random_events, write_bin
from tests.training.data_files import write_mnist
from training.cli.command_line import main
from training.data import DATA_SETS, find
from training.data.from_torchvision.torchvision_import import datasets
from training.errors import DataError
from training.runs.train import train


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


class Silent(SimpleHTTPRequestHandler):
    """Serves the files of a folder."""

    def log_message(self, *_: object) -> None:
        """Tests are told of nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the files of the folder ``server`` can be downloaded."""
    (tmp_path / "server").mkdir()
    handler = partial(Silent, directory=str(tmp_path / "server"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def serve_mnist(root: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put small files of MNIST where torchvision looks for the packed ones."""
    write_mnist(root / "unpacked", "mnist")
    resources = []
    for path in sorted((root / "unpacked" / "MNIST" / "raw").iterdir()):
        packed = root / f"{path.name}.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        resources.append((packed.name, md5(packed)))
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{address}/"])
    monkeypatch.setattr(datasets.MNIST, "resources", resources)


def test_torchvision_downloads(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_mnist(tmp_path / "server", address, monkeypatch)
    there = tmp_path / "data"
    data_set, expected = write_mnist(tmp_path / "same", "mnist")
    data_set.download(there)
    images = data_set.load(there)
    pixels = images.training.tensors[0].numpy() * 0.3081 + 0.1307
    np.testing.assert_allclose(255 * pixels[:, 0], expected["train"], atol=1e-2)
    data_set.download(there)  # nothing to do


def test_what_is_not_the_official_file_is_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_mnist(tmp_path / "server", address, monkeypatch)
    resources = [(name, "0" * 32) for name, _ in datasets.MNIST.resources]
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    with pytest.raises(DataError, match=r"MNIST cannot be downloaded into .* try again") as caught:
        find("mnist").download(tmp_path / "data")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OSError(28, "No space left on device"), r"\(No space left on device\): make room there"),
        (ConnectionResetError(104, "Connection reset by peer"), r"by peer\): try again, or put"),
        (ModuleNotFoundError("No module named 'gdown'"), r"No module named 'gdown'\): install it"),
    ],
)
def test_what_a_download_meets(
    answer: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise answer

    monkeypatch.setattr(datasets, "MNIST", refuse)
    with pytest.raises(DataError, match=said):
        find("mnist").download(tmp_path)


def test_tonic_downloads(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pytest.importorskip("tonic.datasets").NMNIST
    for part in ("Train", "Test"):
        write_bin(tmp_path / part / "0" / "00001.bin", random_events(1, 50, 34, 9000))
        packed = tmp_path / "server" / f"{part}.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(tmp_path / part / "0" / "00001.bin", f"{part}/0/00001.bin")
        monkeypatch.setattr(source, f"{part.lower()}_url", f"{address}/{packed.name}")
        monkeypatch.setattr(source, f"{part.lower()}_md5", md5(packed))
    there = tmp_path / "data"
    find("n-mnist").download(there)
    for part in ("Train", "Test"):
        found = there / "NMNIST" / part / "0" / "00001.bin"
        assert found.read_bytes() == (tmp_path / part / "0" / "00001.bin").read_bytes()


def test_the_commands_download_before_they_read(
    tmp_path: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    serve_mnist(tmp_path / "server", address, monkeypatch)
    small, _ = write_mnist(tmp_path / "same", "mnist")
    fetch = find("mnist").fetch
    monkeypatch.setattr("training.data.DATA_SETS", (replace(small, fetch=fetch),))
    network = ("--architecture", "4", "--forward-steps", "2", "--batch-size", "5", "--epochs", "1")
    where = ("--data-dir", str(tmp_path / "data"), "--download")
    run = str(tmp_path / "run")
    more = ("--method", "surrogate", "--dropout", "0")
    assert main(["train", "mnist-lenet", *network, *more, *where, "--out", run]) == 0
    assert (tmp_path / "data" / "MNIST" / "raw").is_dir()
    assert main(["evaluate", run, *where]) == 0
    assert "test accuracy" in capsys.readouterr().out


def test_the_python_face_downloads(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_mnist(tmp_path / "server", address, monkeypatch)
    small, _ = write_mnist(tmp_path / "same", "mnist")
    monkeypatch.setattr("training.data.DATA_SETS", (replace(small, fetch=find("mnist").fetch),))
    run = train(
        "mnist-lenet", method="surrogate", dropout=0.0, out=tmp_path / "run",
        data_dir=tmp_path / "data", download=True,
        architecture="4", forward_steps=2, batch_size=5, epochs=1,
    )  # fmt: skip
    assert len(run.images.training) == 5 and run.checkpoint.progress.iteration == 1


def test_own_data_are_not_downloaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=np.ones((8, 3), np.float32), labels=np.arange(8) % 2)
    options = ("--architecture", "4", "--batch-size", "4", "--download", "--data", str(path))
    sentence = refusal(capsys, "train", "digits", *options, "--out", str(tmp_path / "run"))
    assert "data of your own cannot be downloaded: leave --download out" in sentence
    images, labels = np.ones((8, 3), np.float32), np.arange(8) % 2
    with pytest.raises(ValueError, match="leave download out"):
        train(images=images, labels=labels, architecture="4", out=tmp_path / "run", download=True)
    assert not (tmp_path / "run").exists()


def test_every_set_but_the_digits_can_be_downloaded() -> None:
    assert [each.name for each in DATA_SETS if each.fetch is None] == ["digits"]
