"""What an operation costs in a 45 nm process: Horowitz 2014, "Computing's energy problem", ISSCC.

The figures that are usually quoted, at 0.9 V and 32-bit floating point: 0.9 pJ for an addition,
3.7 pJ for a multiplication. They are arithmetic alone. Fetching a weight costs more than either
(5 pJ from a small cache, hundreds from DRAM) and depends on the hardware, so energies from these
figures compare networks; they are not what a chip would take from its battery.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.energy.work import Account


@dataclass(frozen=True)
class Costs:
    """Picojoules of an operation.

    Parameters
    ----------
    addition, multiplication : float
    """

    addition: float
    multiplication: float

    def picojoules(self, account: Account) -> float:
        """Arithmetic of an account, per image."""
        each = self.addition + self.multiplication
        return self.addition * account.accumulates + each * account.multiplies


HOROWITZ = Costs(addition=0.9, multiplication=3.7)
