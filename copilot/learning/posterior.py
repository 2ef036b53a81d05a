"""What counts say of two rates: Beta posteriors from a uniform prior, compared by numerical integration."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import betainc, betaincinv

SURE = 0.8  # from this probability on a lift is believed
_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Successes and trials of one arm; weights may be fractions."""

    good: float
    many: float

    @property
    def shape(self) -> tuple[float, float]:
        """Parameters of the Beta posterior."""
        return 1.0 + self.good, 1.0 + self.many - self.good

    @property
    def mean(self) -> float:
        """Mean of the posterior."""
        return (1.0 + self.good) / (2.0 + self.many)

    def interval(self, mass: float = 0.9) -> tuple[float, float]:
        """The central interval that holds `mass` of the posterior."""
        tail = (1.0 - mass) / 2.0
        low, high = betaincinv(*self.shape, np.array([tail, 1.0 - tail]))
        return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Lift:
    """One rate against another: the probability that it is higher, and the interval of the difference (90 %)."""

    probability: float
    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """The fields by name, rounded."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def lift(treated: Rate, control: Rate) -> Lift:
    """How the rate with something compares with the rate without it."""
    grid = (np.arange(_POINTS) + 0.5) / _POINTS
    ours, theirs = betaincinv(*treated.shape, grid), betaincinv(*control.shape, grid)
    probability = float(np.mean(betainc(*control.shape, ours)))
    differences = np.subtract.outer(ours[::20], theirs[::20])
    low, high = np.quantile(differences, [0.05, 0.95])
    return Lift(probability, treated.mean - control.mean, float(low), float(high))
