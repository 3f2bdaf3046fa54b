"""A program draws what NumPy draws: equal words and uniform numbers, normal ones to rounding."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from training.programs.streams import RIGHT, stream_state, ziggurat
from training.programs.writing import SOURCES
from training.randomness import stream

COUNT = 100_000

DRAWING = """
#include "random.h"

int main()
{
    const Stream begin(read_array<StreamState>("state", 1)[0]);
    const Ziggurat normal(%s, "");
    Stream words = begin, uniform = begin, normals = begin;
    for (int k = 0; k < %d; k++)
    {
        const uint64_t word = words.word();
        const double numbers[2] = {uniform.uniform(), normal.draw(normals)};
        fwrite(&word, sizeof(word), 1, stdout);
        fwrite(numbers, sizeof(numbers), 1, stdout);
    }
}
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Words, uniform and normal numbers of one stream, each from its beginning."""
    folder = tmp_path_factory.mktemp("streams")
    stream_state(stream(7, "norm probes", 3)).tofile(folder / "state")
    for name, values in vars(ziggurat()).items():
        values.tofile(folder / f"ziggurat_{name}.bin")
    (folder / "draw.cpp").write_text(DRAWING % (RIGHT, COUNT))
    command = ["g++", "-std=c++11", "-O1", f"-I{SOURCES}", "draw.cpp", "-o", "draw"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    done = subprocess.run(["./draw"], cwd=folder, check=True, capture_output=True, timeout=60)
    kinds = np.dtype([("word", "u8"), ("uniform", "f8"), ("normal", "f8")])
    return np.frombuffer(done.stdout, kinds)


def test_words_and_uniform_numbers(drawn: np.ndarray) -> None:
    words = stream(7, "norm probes", 3).integers(2**64, size=COUNT, dtype=np.uint64)
    assert_array_equal(drawn["word"], words)
    assert_array_equal(drawn["uniform"], stream(7, "norm probes", 3).random(COUNT))


def test_normal_numbers(drawn: np.ndarray) -> None:
    """More than 3.65 deviations from the middle is the tail, which a hundred thousand reach."""
    expected = stream(7, "norm probes", 3).standard_normal(COUNT)
    assert np.abs(expected).max() > float(RIGHT)
    assert_allclose(drawn["normal"], expected, rtol=1e-13, atol=1e-14)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "read.cpp").write_text(
        '#include "files.h"\nint main() { read_array<double>("numbers", 3); }\n'
    )
    command = ["g++", "-std=c++11", f"-I{SOURCES}", "read.cpp", "-o", "read"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    for size, said in ((2, "compile it anew"), (4, "compile it anew"), (None, "cannot read")):
        if size is None:
            (tmp_path / "numbers").unlink()
        else:
            np.zeros(size).tofile(tmp_path / "numbers")
        done = subprocess.run(["./read"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and said in done.stderr
