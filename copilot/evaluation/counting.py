"""Shares with their uncertainty, and whether two settings differ on the same problems."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from copilot.evaluation.attempt import Attempt

OUTCOMES = ("right", "wrong", "disputed", "unproven", "abstained", "error", "unjudged")
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with Wilson's score interval at 95 % (Wilson 1927)."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 of nothing."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end; (0, 1) of nothing."""
        if not self.total:
            return (0.0, 1.0)
        z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
        p, n = self.value, self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (min(p, max(0.0, middle - reach)), max(p, min(1.0, middle + reach)))  # p: rounding at 0 and 1

    def to_json(self) -> dict[str, Any]:
        """Count, share and interval."""
        return {
            "count": self.count,
            "share": round(self.value, 4),
            "interval": [round(end, 4) for end in self.interval],
        }


def shares_of(attempts: Iterable[Attempt]) -> dict[str, Share]:
    """The share of each outcome among the attempts that can be judged; `unjudged` is of all."""
    counts: Counter[str] = Counter(one.outcome for one in attempts)
    judged = sum(counts.values()) - counts["unjudged"]
    shares = {outcome: Share(counts[outcome], judged) for outcome in OUTCOMES[:-1]}
    return shares | {"unjudged": Share(counts["unjudged"], judged + counts["unjudged"])}


@dataclass(frozen=True, slots=True)
class Paired:
    """Two settings on the same problems: how often only one was right, and the exact p-value of McNemar's test.

    `more_wrong` and `fewer_wrong` count the problems that only the second, or only the first, got wrong.
    """

    problems: int
    only_first: int
    only_second: int
    more_wrong: int
    fewer_wrong: int
    both_right: int = 0

    @property
    def p_value(self) -> float:
        """Two-sided exact binomial on the problems that the settings disagree on (McNemar 1947); 1 where on none."""
        return _exact(self.only_first, self.only_second)

    @property
    def p_value_wrong(self) -> float:
        """The same for wrong answers."""
        return _exact(self.fewer_wrong, self.more_wrong)

    def to_json(self) -> dict[str, Any]:
        """Counts and p-values."""
        return {
            "problems": self.problems,
            "both_right": self.both_right,
            "only_first_right": self.only_first,
            "only_second_right": self.only_second,
            "p_value": self.p_value,
            "only_first_wrong": self.fewer_wrong,
            "only_second_wrong": self.more_wrong,
            "p_value_wrong": self.p_value_wrong,
        }


def _exact(one: int, other: int) -> float:
    from scipy.stats import binomtest  # imported here: it takes half a second

    return float(binomtest(one, one + other).pvalue) if one + other else 1.0


def paired(first: Sequence[Attempt], second: Sequence[Attempt]) -> Paired:
    """Compare two settings on the problems (and seeds) that both tried and that can be judged."""
    before = _by_problem(first)
    both = [(before[key], one) for key, one in _by_problem(second).items() if key in before]
    right = [(a.outcome == "right", b.outcome == "right") for a, b in both]
    wrong = [(a.outcome == "wrong", b.outcome == "wrong") for a, b in both]
    return Paired(
        len(both),
        right.count((True, False)),
        right.count((False, True)),
        wrong.count((False, True)),
        wrong.count((True, False)),
        right.count((True, True)),
    )


def paired_problems(first: Sequence[Attempt], second: Sequence[Attempt]) -> Paired:
    """Compare two settings problem by problem, where each was tried at several seeds.

    Tries of one problem are alike, so each problem counts once: for the setting that was right on it more often (the
    sign test; with one seed it is McNemar's). `both_right` are those on which both were right at every seed.
    """
    before, after = _by_problem(first), _by_problem(second)
    shared: dict[tuple[str, str], list[tuple[Attempt, Attempt]]] = {}
    for key in before.keys() & after.keys():
        shared.setdefault(key[:2], []).append((before[key], after[key]))
    right, wrong = (
        [sum(b.outcome == word for _, b in rows) - sum(a.outcome == word for a, _ in rows) for rows in shared.values()]
        for word in ("right", "wrong")
    )
    return Paired(
        len(shared),
        sum(one < 0 for one in right),
        sum(one > 0 for one in right),
        sum(one > 0 for one in wrong),
        sum(one < 0 for one in wrong),
        sum(all(a.outcome == b.outcome == "right" for a, b in rows) for rows in shared.values()),
    )


def _by_problem(attempts: Sequence[Attempt]) -> Mapping[tuple[str, str, int], Attempt]:
    return {(one.suite, one.id, one.seed): one for one in attempts if one.outcome != "unjudged"}
