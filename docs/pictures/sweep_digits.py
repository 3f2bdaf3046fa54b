"""Draw the test errors of the sweep of the digits: ``python docs/pictures/sweep_digits.py``.

Reads ``docs/results/sweep_digits.nc`` and writes ``sweep_digits.png`` beside it.
"""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from training.plots import panels, styled, sweep_lines

FOLDER = Path(__file__).parents[1] / "results"


def main() -> None:
    """Draw errors over T_B after the first epoch and after the last one."""
    results = xr.open_dataset(FOLDER / "sweep_digits.nc")
    error = (100 * (1 - results.test_accuracy)).assign_attrs(long_name="test error", units="%")
    with styled():
        figure, axes = panels(1, 2, (9, 3.6))
        for panel, epoch in zip(axes, results.epoch.values[[0, -1]], strict=True):
            sweep_lines(panel, error.sel(epoch=epoch), x="backward_steps", lines="case")
            panel.set(title=f"After epoch {epoch}", xlabel="$T_B$")
    figure.savefig(FOLDER / "sweep_digits.png", dpi=130)


if __name__ == "__main__":
    main()
