"""A device holds what was asked for, though only what changed is moved there.

The program is small and C++ alone: its "device" is a second copy of the arrays, which is written
where ``side_by_side.h`` says that something changed. It answers with what the device holds.
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

BATCH, WIDTH, KERNEL = 3, 2, 4

SOURCE = """
#include "side_by_side.h"
const int BATCH = 3, WIDTH = 2, KERNEL = 4;
int main()
{
    spide::answers();
    float kernel[KERNEL], x[BATCH * WIDTH], y[BATCH * WIDTH], out[BATCH * 11] = {0};
    float on_device[KERNEL + 2 * BATCH * WIDTH];
    float *d_kernel = on_device, *d_x = d_kernel + KERNEL, *d_y = d_x + BATCH * WIDTH;
    spide::SideBySide batch(BATCH);
    batch.shared(kernel, KERNEL);
    batch.each(x, WIDTH, false);
    batch.each(y, WIDTH, false);
    batch.each(out, 11, true);
    batch.driven(y, WIDTH);
    while (batch.receive())
    {
        int moved = 0;
        if (batch.shared_changed(0)) { memcpy(d_kernel, kernel, sizeof(kernel)); moved += 1; }
        if (batch.each_changed(0)) { memcpy(d_x, x, sizeof(x)); moved += 2; }
        if (batch.each_changed(1)) { memcpy(d_y, y, sizeof(y)); moved += 4; }
        batch.moved_to_device();
        float seen = 0;
        for (size_t step = 0; step < batch.steps(); step++)
        {
            if (batch.frames()) { batch.present(step); memcpy(d_y, y, sizeof(y)); }
            seen = 10 * seen + d_y[0];
        }
        batch.steps_done();
        for (size_t sample = 0; sample < batch.samples(); sample++)
        {
            float *answer = out + sample * 11;
            memcpy(answer, d_kernel, sizeof(kernel));
            memcpy(answer + 4, d_x + sample * WIDTH, WIDTH * sizeof(float));
            memcpy(answer + 6, d_y + sample * WIDTH, WIDTH * sizeof(float));
            answer[8] = moved;
            answer[9] = seen;
            answer[10] = 0;  // what samples that are not used hold
            for (int rest = batch.samples() * WIDTH; rest < BATCH * WIDTH; rest++)
                answer[10] += d_x[rest] * d_x[rest] + (batch.frames() ? 0 : d_y[rest] * d_y[rest]);
        }
        batch.moved_from_device();
        batch.answer();
    }
    _Exit(0);
}
"""

Values = NDArray[np.float32]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program, started anew by whoever stops it."""
    folder = tmp_path_factory.mktemp("program")
    subprocess.run(
        ["g++", "-x", "c++", "-", "-I", str(HEADER.parent), "-o", str(folder / "main")],
        input=SOURCE, text=True, check=True,
    )  # fmt: skip
    one = Program(folder, ["./main"])
    yield one
    one.stop()


def ask(
    program: Program, kernel: Values, x: Values, y: Values, frames: tuple[Values, ...] = ()
) -> Values:
    """One request of `len(x)` samples; a row of the answer for each."""
    samples, steps = len(x), len(frames) or 1
    answer = np.zeros((samples, 11), np.float32)
    program.ask([samples, steps, int(bool(frames))], [kernel, x, y, answer], [answer], frames)
    return answer


VALUES = st.sampled_from([0.0, 1.0, 2.0])


@st.composite
def requests(draw: st.DrawFn) -> tuple[Values, Values, Values, tuple[Values, ...]]:
    """Arrays of one value or of several, any number of samples, and perhaps frames."""
    samples = draw(st.integers(1, BATCH))

    def array(*shape: int) -> Values:
        count = int(np.prod(shape))
        one = draw(st.booleans())
        drawn = (
            [draw(VALUES)] * count
            if one
            else draw(st.lists(VALUES, min_size=count, max_size=count))
        )
        return np.array(drawn, np.float32).reshape(shape)

    number = draw(st.integers(0, 2))
    frames = tuple(array(samples, WIDTH) for _ in range(number))
    return array(KERNEL), array(samples, WIDTH), array(samples, WIDTH), frames


@given(st.lists(requests(), min_size=1, max_size=6))
def test_the_device_holds_what_was_sent(
    program: Program, asked: list[tuple[Values, Values, Values, tuple[Values, ...]]]
) -> None:
    for kernel, x, y, frames in asked:
        answer = ask(program, kernel, x, y, frames)
        last = frames[-1] if frames else y
        assert_array_equal(answer[:, :4], np.broadcast_to(kernel, (len(x), KERNEL)))
        assert_array_equal(answer[:, 4:6], x)
        assert_array_equal(answer[:, 6:8], last)
        seen = 0.0
        for frame in frames or (y,):
            seen = 10 * seen + float(frame[0, 0])
        assert (answer[:, 9] == seen).all() and (answer[:, 10] == 0).all()


def test_what_has_not_changed_is_not_moved(program: Program) -> None:
    program.stop()
    kernel, ones = np.arange(4, dtype=np.float32), np.ones((3, 2), np.float32)
    different = np.arange(6, dtype=np.float32).reshape(3, 2)

    def moved(kernel: Values, x: Values, y: Values, frames: tuple[Values, ...] = ()) -> int:
        return int(ask(program, kernel, x, y, frames)[0, 8])

    assert moved(kernel, ones, ones) == 1 + 2 + 4
    assert moved(kernel, ones, ones) == 0
    assert moved(kernel + 1, ones, 2 * ones) == 1 + 4
    assert moved(kernel + 1, different, 2 * ones) == 2
    assert moved(kernel + 1, different, 2 * ones) == 2  # of many values: moved again
    assert moved(kernel + 1, ones, 2 * ones, frames=(different,)) == 2
    assert moved(kernel + 1, ones, 2 * ones) == 4  # the frame was written over it
    assert moved(kernel + 1, ones[:2], 2 * ones[:2]) == 2 + 4  # the third sample is not used


def test_its_seconds_are_told(program: Program) -> None:
    ones = np.ones((3, 2), np.float32)
    ask(program, np.zeros(4, np.float32), ones, ones)
    last = program.last
    assert last is not None
    assert min(last.to_device, last.steps, last.from_device) >= 0 and last.rest > 0
