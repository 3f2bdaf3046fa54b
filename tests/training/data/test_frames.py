"""From events to frames: by hand, and nothing is lost or counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.data.event_files import random_events
from training.data.events.frames import Events, by_number, by_time


def events(*rows: tuple[int, int, int, int]) -> Events:
    """Events from (t, x, y, polarity)."""
    return Events(*np.array(rows, np.int64).reshape(-1, 4).T)


def test_frames_of_equally_many_events_by_hand() -> None:
    """Seven events in three frames: two, two, and three with the remainder."""
    recording = events(
        (0, 0, 0, 1), (5, 0, 0, 1), (6, 2, 1, 0), (7, 1, 0, 1), (8, 1, 1, 0), (9, 1, 1, 0),
        (99, 0, 1, 1),
    )  # fmt: skip
    frames = by_number(recording, 3, (2, 3))
    expected = np.zeros((3, 2, 2, 3), int)
    expected[0, 1, 0, 0] = 2
    expected[1, 0, 1, 2] = expected[1, 1, 0, 1] = 1
    expected[2, 0, 1, 1], expected[2, 1, 1, 0] = 2, 1
    np.testing.assert_array_equal(frames, expected)


def test_fewer_events_than_frames_are_all_the_remainder() -> None:
    frames = by_number(events((0, 0, 0, 0), (1, 1, 0, 0)), 3, (1, 2))
    np.testing.assert_array_equal(frames.sum(axis=(1, 2, 3)), [0, 0, 2])


def test_spikes_in_windows_by_hand() -> None:
    """A window has its beginning and not its end; two events are one spike; the rest is left."""
    recording = events(
        (0, 0, 0, 0), (9, 0, 0, 0), (10, 1, 0, 0), (19, 1, 0, 1), (20, 0, 0, 0), (25, 1, 0, 0)
    )
    frames = by_time(recording, 2, 10, (1, 2))
    np.testing.assert_array_equal(frames, [[[[1, 0]], [[0, 0]]], [[[0, 1]], [[0, 1]]]])


@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 300),
    steps=st.integers(1, 40),
    size=st.integers(1, 9),
)
def test_no_event_is_lost(seed: int, count: int, steps: int, size: int) -> None:
    recording = random_events(seed, count, size, 1000)
    frames = by_number(recording, steps, (size, size))
    assert frames.shape == (steps, 2, size, size) and frames.sum() == count
    assert (frames.sum(axis=(1, 2, 3))[:-1] == count // steps).all()
    pixels = np.zeros((2, size, size), int)
    np.add.at(pixels, (recording.polarity, recording.y, recording.x), 1)
    np.testing.assert_array_equal(frames.sum(axis=0), pixels)
    spikes = by_time(recording, 10, 100, (size, size))
    assert set(np.unique(spikes)) <= {0, 1}
    np.testing.assert_array_equal(spikes.max(axis=0), pixels > 0)


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        (events(), "it holds no events"),
        (events((0, 3, 0, 0)), "its x runs from 3 to 3, not from 0 to 2"),
        (events((0, 0, 2, 0)), "its y runs from 2 to 2, not from 0 to 1"),
        (events((0, 0, 0, 2)), "its polarity runs from 2 to 2"),
        (events((-5, 0, 0, 0)), "an event at the time -5"),
    ],
)
def test_what_is_no_recording_is_refused(recording: Events, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        by_time(recording, 2, 10, (2, 3))
