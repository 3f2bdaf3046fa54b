"""Kernels, confusions, examples and gradients: the data of what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.training.plots.axes import axes, lines, texts
from training.plots import confusion_matrix, examples, gradient_against_exact, kernels, rate_maps


def image(drawn: Any) -> np.ndarray:
    """The pixels."""
    (only,) = drawn.images
    return np.ma.filled(only.get_array().astype(float), np.nan)


def test_kernels_are_side_by_side_on_one_scale() -> None:
    weight = np.arange(16.0).reshape(2, 2, 2, 2) - 12
    drawn: Any = kernels(axes(), weight, channel=1, columns=2)
    nan = np.nan
    np.testing.assert_array_equal(image(drawn), [[-8, -7, nan, 0, 1], [-6, -5, nan, 2, 3]])
    assert drawn.images[0].get_clim() == (-8, 8)


def test_dense_weights_are_a_matrix_or_images() -> None:
    weight = np.arange(12.0).reshape(2, 6)
    np.testing.assert_array_equal(image(kernels(axes(), weight)), weight)
    drawn: Any = kernels(axes(), weight, input_shape=(3, 2), columns=2)
    np.testing.assert_array_equal(image(drawn)[:, 3:], weight[1].reshape(3, 2))
    with pytest.raises(ValueError, match="cannot be drawn"):
        kernels(axes(), weight, input_shape=(2, 2))


def test_rates_of_a_layer_are_one_tile_for_each_channel() -> None:
    drawn: Any = rate_maps(axes(), [[[1.0, -4.0]], [[0.0, 2.0]]])
    np.testing.assert_array_equal(image(drawn), [[1, -4, np.nan, 0, 2]])
    assert drawn.images[0].get_clim() == (-4, 4)
    assert image(rate_maps(axes(), [0.25, 0.5, 0.75, 1.0])).tolist() == [[0.25, 0.5], [0.75, 1]]


def test_rates_without_negative_ones_begin_at_zero() -> None:
    """Of the maps above some are negative."""
    (drawn,) = rate_maps(axes(), [[[0.25, 0.0]], [[0.5, 0.75]]]).images
    assert drawn.get_clim() == (0, 0.75) and drawn.get_cmap().name == "Blues"
    (drawn,) = rate_maps(axes(), [0.0, -0.5]).images
    assert drawn.get_clim() == (-0.5, 0.5) and drawn.get_cmap().name == "RdBu"
    assert rate_maps(axes(), np.zeros((1, 2, 2))).images[0].get_clim() == (0, 1)


def test_kernels_of_a_transposed_convolution_are_those_of_its_targets() -> None:
    """Of 2 channels and 3 targets."""
    weight = np.arange(6.0).reshape(2, 3, 1, 1)
    drawn = kernels(axes(), weight, channel=1, columns=3, transposed=True)
    np.testing.assert_array_equal(image(drawn), [[3, np.nan, 4, np.nan, 5]])
    drawn = kernels(axes(), weight, channel=1, columns=2)  # 2 targets, 3 channels
    np.testing.assert_array_equal(image(drawn), [[1, np.nan, 4]])


@pytest.mark.parametrize(
    ("shape", "options", "said"),
    [
        ((2, 3, 1, 1), {"channel": 3}, "no channel 3: the source has 3, from 0 on"),
        ((2, 3, 1, 1), {"channel": 2, "transposed": True}, "no channel 2: the source has 2"),
        ((2, 3, 1, 1), {"channel": -1}, "no channel -1: the source has 3"),
        ((2, 3), {"transposed": True}, r"shape \(2, 3\) are those of no convolution: leave tran"),
    ],
)
def test_kernels_that_are_not_there(
    shape: tuple[int, ...], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        kernels(axes(), np.zeros(shape), **options)


def test_the_colours_of_a_confusion_matrix_are_its_errors() -> None:
    drawn: Any = confusion_matrix(axes(), [[30, 2, 0], [0, 28, 0], [1, 0, 39]])
    nan = np.nan
    np.testing.assert_array_equal(image(drawn), [[nan, 2, 0], [0, nan, 0], [1, 0, nan]])
    assert texts(drawn) == ["30", "2", "28", "1", "39"]
    assert drawn.get_title(loc="left") == "3 of 100 wrong (3.00 %)"
    with pytest.raises(ValueError, match="classes"):
        confusion_matrix(axes(), [[1, 2, 3]])


def test_examples_say_what_they_were_taken_for() -> None:
    pixels = np.stack([np.full((2, 2), 1.0), np.full((2, 2), 5.0)])
    drawn: Any = examples(axes(), pixels, [3, 4], [3, 9], columns=2)
    assert texts(drawn) == ["3 → 3", "4 → 9"]
    right, wrong = (text.get_color() for text in drawn.texts)
    assert right != wrong
    assert image(drawn)[:, :2].tolist() == [[1, 1], [1, 1]] and image(drawn)[0, -1] == 5
    named: Any = examples(axes(), pixels[:, None], [0, 1], [1, 1], names=["cat", "dog"])
    assert texts(named) == ["cat → dog", "dog → dog"]
    assert texts(examples(axes(), pixels[:0], [], [])) == ["none"]
    with pytest.raises(ValueError, match="one of each"):
        examples(axes(), pixels, [3], [3, 9])


def test_gradients_beside_exact_ones() -> None:
    drawn: Any = gradient_against_exact(axes(), [[3.0, 0.0]], [[4.0, 3.0]])
    identity, points = drawn.get_lines()
    assert points.get_xydata().tolist() == [[4, 3], [3, 0]]
    assert (identity.get_xdata() == identity.get_ydata()).all()
    assert drawn.get_title(loc="left") == "cosine 0.8000, relative error 0.632"
    assert drawn.get_xlim() == drawn.get_ylim()
    with pytest.raises(ValueError, match="0 everywhere"):
        gradient_against_exact(axes(), [0.0], [1.0])
    with pytest.raises(ValueError, match="one parameter"):
        gradient_against_exact(axes(), [0.0], [1.0, 2.0])


def test_many_gradients_are_thinned_out_but_all_counted() -> None:
    exact = np.linspace(-1, 1, 100_000)
    drawn: Any = gradient_against_exact(axes(), exact, exact)
    assert 10_000 < len(drawn.get_lines()[1].get_xdata()) <= 30_000
    assert drawn.get_title(loc="left") == "cosine 1.0000, relative error 0.000"
    assert not lines(drawn)
