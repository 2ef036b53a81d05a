"""Whether the numbers are of sizes that a solver's tolerances can tell apart."""

from __future__ import annotations

from copilot.runs.checking.check import Check
from solvers.instance import Instance
from solvers.numerics import spreads
from solvers.rows import plain_part
from solvers.suspects import big_ms

TITLE = "The numbers are of sizes that a solver can tell apart"
WIDE = 1e9  # between the largest and the smallest coefficient
LEAK = 1e5  # a column within 1e-6 of a whole number lets a tenth of a unit through a coefficient this many times larger


def scaling(instance: Instance) -> Check:
    """Unknown where a big M or a wide range may let rounding pass for an answer, else pass."""
    for suspect in big_ms(plain_part(instance)):
        if abs(suspect.coefficient) >= LEAK * suspect.others:
            return Check("scaling", TITLE, "unknown", f"A switch may leak. {suspect.sentence()}")
    spread = spreads(instance)[0]
    if spread.smallest and spread.largest / spread.smallest > WIDE:
        detail = f"Coefficients from {spread.smallest:.1e} to {spread.largest:.1e}: use larger units for small amounts."
        return Check("scaling", TITLE, "unknown", detail)
    detail = (
        f"Coefficients from {spread.smallest:g} to {spread.largest:g}." if spread.smallest else "There are no rows."
    )
    return Check("scaling", TITLE, "pass", detail)
