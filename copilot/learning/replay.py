"""Would a request lead to an insight under another condition? Ranked as the line ranks, then asked as the line asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.base import InsightText
from copilot.learning.curator import Condition, Curator
from copilot.learning.storing import as_text
from copilot.library import prepared, releases
from copilot.library.content import Content
from copilot.library.insights import Reach
from copilot.library.ranking import bm25
from copilot.library.ranking.words import counted
from copilot.library.retrieval import CANDIDATES

MATES = 8  # label-mates beside which the curator is asked


@dataclass(slots=True)
class Replay:
    """Stored requests against conditions of one insight; the text alone ranks here, since votes would give it away."""

    content: Content
    mates: Sequence[Content]
    curator: Curator
    reach: Reach
    identity: bytes

    def retrieves(self, condition: Condition, text: str, repeat: int) -> bool:
        """Whether a request leads to the insight; each repeat asks anew, with the insight at another place."""
        changed = changed_content(self.content, condition)
        if not self._ranked(changed, text):
            return False
        own, others = as_text(changed), [as_text(mate) for mate in self.mates[:MATES]]
        asked: list[InsightText] = [own, *others] if repeat % 2 == 0 else [*others, own]
        return own.key in self.curator.applies(text, asked)

    def _ranked(self, content: Content, text: str) -> bool:
        """Whether it is among the best by text of the active release, itself taken out of it."""
        query = counted(text)
        alone = bm25.build([(self.identity, _searched(content))])
        released = releases.active(self.reach.workspace) or releases.active()
        rest = prepared.index_of(released).index if released else bm25.build(())
        own = alone.best(query, 1, beside=rest)
        ranked = rest.best(query, CANDIDATES + 1, beside=alone)
        others = [score for place, score in ranked if not rest.key(place).startswith(self.identity)]
        return bool(own) and own[0][1] > 0 and (len(others) < CANDIDATES or own[0][1] >= others[CANDIDATES - 1])


def changed_content(content: Content, condition: Condition) -> Content:
    """The same insight under another condition, and under other labels where it names some."""
    labels = condition.labels or content.labels
    return replace(content, applies_when=condition.applies_when, not_when=condition.not_when, labels=labels)


def _searched(content: Content) -> str:
    names = (name for path in content.labels for name in path)
    return " ".join((content.title, content.applies_when, content.explanation, *names))
