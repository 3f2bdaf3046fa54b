"""The constants that a neuron's strings name, as its group has them: to be read only.

Brian2 looks them up before every run. A stage, which is run thousands of times, prepares its steps
once and keeps the values in them, so that a change would be ignored without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn


class FixedNamespace(Mapping[str, Any]):
    """The namespace of a neuron, which says why it cannot be changed.

    Parameters
    ----------
    values : mapping
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setitem__(self, name: str, value: Any) -> NoReturn:
        raise ValueError(
            f"'{name}' cannot be set to {value}, because a stage keeps the constants that it was "
            f"built with: build one anew with replace(neuron, namespace={{'{name}': ...}}), or "
            "make it one of the neuron's parameters, which can be set between two runs"
        )
