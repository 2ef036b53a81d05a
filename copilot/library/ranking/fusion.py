"""The sum of two signals: what an insight says, and on which similar tasks it helped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key", bound=Hashable)
PRIOR_TASKS = 10.0  # weight of what an insight does on tasks in general, in similar tasks


@dataclass(frozen=True, slots=True)
class Votes(Generic[Key]):
    """How past tasks speak for insights.

    `helped` is the summed similarity of the tasks where one did, `weight` that of all similar tasks and of the prior,
    `overall` the share over all tasks with the highest first, `similar` the number of similar tasks.
    """

    helped: Mapping[Key, float]
    overall: Mapping[Key, float]
    weight: float = PRIOR_TASKS
    similar: int = 0

    def share(self, insight: Key) -> float:
        """Share of similar tasks on which an insight helped; few similar tasks leave it near its general share."""
        return (self.helped.get(insight, 0.0) + PRIOR_TASKS * self.overall.get(insight, 0.0)) / self.weight

    def leaders(self, many: int) -> list[Key]:
        """The insights with the highest share: those that helped on similar tasks, and the best overall."""
        general = islice(self.overall, many)
        return sorted(dict.fromkeys((*self.helped, *general)), key=lambda insight: -self.share(insight))[:many]


def votes(similar: Sequence[tuple[float, Sequence[Key]]], overall: Mapping[Key, float]) -> Votes[Key]:
    """Count (similarity, insights that helped), each task by its similarity relative to the most similar one."""
    most = max((similarity for similarity, _ in similar), default=1.0)
    helped: defaultdict[Key, float] = defaultdict(float)
    for similarity, insights in similar:
        for insight in insights:
            helped[insight] += similarity / most
    weight = PRIOR_TASKS + sum(similarity / most for similarity, _ in similar)
    return Votes(helped, overall, weight, len(similar))


def overall_share(tasks: Sequence[Sequence[Key]]) -> dict[Key, float]:
    """Share of all tasks on which an insight helped, the highest first; as if PRIOR_TASKS more had seen no help."""
    counts = Counter(insight for insights in tasks for insight in insights)
    return {insight: count / (len(tasks) + PRIOR_TASKS) for insight, count in counts.most_common()}


def fused(text: npt.NDArray[np.floating], shares: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Sum of standard scores over the candidates; of a share its square root, whose spread does not grow with it."""
    return _standard(text) + _standard(np.sqrt(shares))


def _standard(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-12 else np.zeros(len(values))
