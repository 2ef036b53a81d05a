"""Retrieval on the published library, each task held out in turn; also `python -m tests.bench.recall`.

The labels are the library's own: for which tasks an insight helped, or should have been retrieved. A query is the text
of one task; its answers are its labels without the insights that were learnt from it. The past tasks are all others,
and in the stricter figure also without those whose text is nearly the same (half of their word triples shared).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copilot.library.content import Content
from copilot.library.formats import alphaopt
from copilot.library.formats.records import Record
from copilot.library.formats.strict_json import parse
from copilot.library.past import SIMILAR
from copilot.library.ranking import bm25, fusion
from copilot.library.ranking.postings import KEY_BYTES
from copilot.library.ranking.words import counted

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench"
SUITES = ("industryor", "logior", "mamo_complex", "nl4opt", "nlp4lp")
HELPED = ("positive", "unretrieved")


@dataclass(frozen=True)
class Published:
    """The insights, the texts of tasks, per task the insights that helped, and of these the ones learnt elsewhere."""

    records: tuple[Record, ...]
    texts: Mapping[str, str]
    helped: Mapping[str, set[int]]
    held: Mapping[str, set[int]]
    index: bm25.Index

    @property
    def queries(self) -> list[str]:
        return [task for task in self.held if task in self.texts]


def published() -> Published:
    records = alphaopt.read(parse((BENCH / "alphaopt_library" / "library.json").read_bytes())).records
    texts = {}
    for suite in SUITES:
        for line in (BENCH / "nl" / f"{suite}.jsonl").read_text().splitlines():
            row = json.loads(line)
            texts[row["id"].removeprefix(f"{suite}-")] = row["question"]
    helped: defaultdict[str, set[int]] = defaultdict(set)
    held: defaultdict[str, set[int]] = defaultdict(set)
    for place, record in enumerate(records):
        for task, outcome in record.evidence:
            if outcome in HELPED:
                helped[task].add(place)
                if task not in record.tasks:
                    held[task].add(place)
    index = bm25.build((key(place), said(record.content)) for place, record in enumerate(records))
    return Published(records, texts, helped, held, index)


def said(content: Content) -> str:
    names = (name for path in content.labels for name in path)
    return " ".join((content.title, content.applies_when, content.explanation, *names))


def key(place: int) -> bytes:
    return place.to_bytes(KEY_BYTES, "big")


def scores(library: Published, task: str, *, without_twins: bool, signals: str = "both") -> np.ndarray:
    """The score of every insight for one task that is held out."""
    text = library.texts[task]
    others = [
        other
        for other in library.helped
        if other in library.texts and other != task and not (without_twins and alike(text, library.texts[other]))
    ]
    past = bm25.build((key(place), library.texts[other]) for place, other in enumerate(others))
    similar = [(score, sorted(library.helped[others[place]])) for place, score in past.best(counted(text), SIMILAR)]
    votes = fusion.votes(similar, fusion.overall_share([sorted(library.helped[other]) for other in others]))
    by_text = np.zeros(len(library.records))
    for place, score in library.index.best(counted(text), len(library.records)):
        by_text[place] = score
    by_vote = np.array([votes.share(place) for place in range(len(library.records))])
    if signals == "text":
        return by_text
    return by_vote if signals == "vote" else fusion.fused(by_text, by_vote)


def recall(library: Published, many: int, *, without_twins: bool, signals: str = "both") -> float:
    """Mean over the queries of the share of answers among the first `many`."""
    found = []
    for task in library.queries:
        ranked = np.argsort(-scores(library, task, without_twins=without_twins, signals=signals), kind="stable")
        found.append(len(set(ranked[:many]) & library.held[task]) / len(library.held[task]))
    return float(np.mean(found))


def alike(first: str, second: str) -> bool:
    one, two = (
        set(zip(*(text.lower().split()[shift:] for shift in range(3)), strict=False)) for text in (first, second)
    )
    return len(one & two) >= 0.5 * max(1, len(one | two))
