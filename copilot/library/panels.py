"""What rooms above this one can say about a version on its page: they register a teller, the library imports none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copilot.library.models import InsightVersion


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure with its interval, all in parts of one; `low` to `high` holds `mean`."""

    label: str
    text: str
    low: float
    mean: float
    high: float

    @property
    def percent(self) -> tuple[float, float, float]:
        """Where the interval begins, how wide it is, and where the mean is, in percent of the scale."""
        return round(100 * self.low, 1), round(100 * (self.high - self.low), 1), round(100 * self.mean, 1)


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled block beside the text of a version."""

    title: str
    sentences: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()


Teller = Callable[[InsightVersion], Panel]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let `teller` speak on the pages of versions; registering it twice changes nothing."""
    if teller not in _tellers:
        _tellers.append(teller)


def told(version: InsightVersion) -> list[Panel]:
    """What all of them say."""
    return [teller(version) for teller in _tellers]
