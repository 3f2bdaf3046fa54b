"""How what a data set holds becomes the input of a network, known without waiting for torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from networks.arrays import real_number


@dataclass(frozen=True)
class InputScaling:
    """What a pixel was, and what each channel had subtracted and was divided by.

    Parameters
    ----------
    pixels : str
        What a pixel (or a feature) was, such as ``from 0 to 16``.
    mean, std : tuple of float
        One number per channel each: the input is ``(pixel - mean) / std``. Both are empty where the
        pixels themselves are the input, or `pixels` says what else was done.

    Raises
    ------
    ValueError
        If they are not as many, are no numbers, or a channel would be divided by 0.
    """

    pixels: str
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("mean", "std"):
            if not isinstance(getattr(self, name), Iterable):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}: give a number per channel, in a tuple"
                )
            values = tuple(real_number(each, name) for each in getattr(self, name))
            object.__setattr__(self, name, values)
        if len(self.mean) != len(self.std) or not all(each > 0 for each in self.std):
            raise ValueError(
                f"the scaling has the mean {self.mean} and the std {self.std}: give one mean and "
                "one std above 0 per channel"
            )

    def __str__(self) -> str:
        if not self.mean:
            return self.pixels
        mean, std = (", ".join(f"{each:.6g}" for each in part) for part in (self.mean, self.std))
        return f"(pixel - mean) / std of pixels {self.pixels}, by channel: mean {mean}; std {std}"

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"pixels": self.pixels, "mean": list(self.mean), "std": list(self.std)}

    @classmethod
    def from_json(cls, content: Any) -> InputScaling:
        """Read it back.

        Raises
        ------
        ValueError, TypeError, KeyError
            If it is none.
        """
        return cls(str(content["pixels"]), tuple(content["mean"]), tuple(content["std"]))
