"""The samples of a batch one after the other in one network: each gets what was sent for it.

The program is small and C++ alone: its "network" adds up what it is given, step by step.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from networks.devices.programs.program import Program
from networks.devices.programs.standalone import HEADER

SOURCE = """
#include "batch_program.h"
int main()
{
    spide::answers();
    float kernel[3], current[2], v[2];
    int32_t spikes[3];
    spide::Batch batch;
    batch.shared(kernel, 3, 3);
    batch.each(current, 2, false);
    batch.each(v, 2, true);
    batch.spikes(spikes, 2);
    batch.driven(current, 2);
    while (batch.receive())
    {
        for (size_t sample = 0; sample < batch.samples(); sample++)
        {
            spikes[2] = 7;
            batch.begin(sample);
            for (size_t step = 0; step < batch.steps(); step++)
            {
                if (batch.frames())
                    batch.present(sample, step);
                for (int n = 0; n < 2; n++)
                    v[n] += current[n] * kernel[0] + kernel[1] + 10 * kernel[2] + spikes[2];
            }
            batch.end(sample);
        }
        batch.steps_done();
        batch.answer();
    }
    _Exit(0);
}
"""

Values = NDArray[np.float32]
NUMBERS = st.sampled_from([0.0, 1.0, 2.0])


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("program")
    subprocess.run(
        ["g++", "-x", "c++", "-", "-I", str(HEADER.parent), "-o", str(folder / "main")],
        input=SOURCE, text=True, check=True,
    )  # fmt: skip
    one = Program(folder, ["./main"])
    yield one
    one.stop()


@st.composite
def array(draw: st.DrawFn, *shape: int) -> Values:
    """Values that are all alike as often as not."""
    count = int(np.prod(shape))
    alike = draw(st.booleans())
    drawn = draw(st.lists(NUMBERS, min_size=1 if alike else count, max_size=1 if alike else count))
    return np.resize(np.array(drawn, np.float32), shape)


@given(st.data(), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=4))
def test_every_sample_gets_its_own(
    program: Program, data: st.DataObject, requests: list[tuple[int, int]]
) -> None:
    for samples, number in requests:
        kernel = data.draw(array(3))
        current, v = (data.draw(array(samples, 2)) for _ in range(2))
        frames = [data.draw(array(samples, 2)) for _ in range(number)]
        answer = np.full((samples, 2), np.nan, np.float32)
        steps = number or 2
        program.ask([samples, steps, int(bool(frames))], [kernel, current, v], [answer], frames)
        received = frames or [current] * steps
        constant = steps * (kernel[1] + 10 * kernel[2])
        assert_array_equal(answer, v + sum(received) * kernel[0] + constant)


def test_only_steps_take_time(program: Program) -> None:
    ones = np.ones((2, 2), np.float32)
    program.ask([2, 5, 0], [np.ones(3, np.float32), ones, ones], [np.empty_like(ones)])
    last = program.last
    assert last is not None
    assert last.steps > 0 and last.to_device == last.from_device == 0
    assert (last.sent, last.whole) == (32 + 3 + 3 * 4, 32 + 3 + 12 + 16 + 16)
