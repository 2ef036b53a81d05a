"""Marks where the prose names members: records of a list, or links between two places, one by one or enumerated.

A mark is a word of one letter as long as what it stands for, so that offsets stay the same and phrases of the lexicon
can name it: "ᛗ*" is one member, "ᛚ*" two or more of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ONE, SEVERAL = "ᛗ", "ᛚ"
_MARK = re.compile(f"[{ONE}{SEVERAL}]+")
_JOIN = (
    r"\s*(?:[,;/]\s*)?(?:\b(?:and|or|nor|as well as|and/or)\b\s*)?(?:\b(?:either|the|a|an|direct|one|that)\b\s*){0,3}"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """The prose with marks, and what each mark stands for by its offset."""

    text: str
    members: Mapping[int, tuple[str, ...]]

    def names(self, at: int) -> bool:
        """Whether an offset lies in the name of a member."""
        return self.text[at] in (ONE, SEVERAL)

    def within(self, start: int, end: int) -> tuple[tuple[str, ...], ...]:
        """The members of each mark in a range, in order."""
        return tuple(self.members[match.start()] for match in _MARK.finditer(self.text, start, end))


def marked_records(prose: str, labels: Iterable[str]) -> Marked:
    """Records named by their label; after one of them the others may leave out the shared first words."""
    known = {label: label for label in labels if re.search(r"\w", label)}
    full = "|".join(re.escape(label) for label in sorted(known, key=len, reverse=True))
    heads = {label.rpartition(" ")[0] for label in known}
    head = next(iter(heads)) if len(heads) == 1 and "" not in heads else ""
    tails = {label.rpartition(" ")[2]: label for label in known} if head else {}
    tail = "|".join(re.escape(one) for one in sorted(tails, key=len, reverse=True))
    if not full:
        return Marked(prose, {})
    found: dict[int, tuple[int, str]] = {}
    plural = rf"|{re.escape(head)}s (?P<tail>{tail})" if head else ""
    for match in re.finditer(rf"(?<!\w)(?:(?P<label>{full}){plural})(?!\w)", prose):
        label = match["label"] or tails[match["tail"]]
        found[match.start()] = (match.end(), label)
        end = match.end()
        while head and (more := re.compile(rf"{_JOIN}(?P<tail>{tail})(?!\w)").match(prose, end)):
            if not prose[end : more.start("tail")].strip():
                break
            found[more.start("tail")] = (more.end(), tails[more["tail"]])
            end = more.end()
    return _marked(prose, found, noun="")


def marked_links(prose: str, places: Iterable[str]) -> Marked:
    """Links named by the two places that they join: "between A and B", "connecting Hub A to Hub B", "from A to B"."""
    known = {place: place for place in places}
    name = "|".join(re.escape(place) for place in sorted(known, key=len, reverse=True))
    spot = rf"(?:the )?(?:[A-Z][\w'’-]* )?(?P<{{}}>{name})(?!\w)"
    pattern = (
        rf"\b(?:(?:between|connecting|joining|linking) {spot.format('a')} (?:and|with|to) {spot.format('b')}"
        rf"|from {spot.format('c')} to {spot.format('d')})"
    )
    found = {}
    for match in re.finditer(pattern, prose):
        ends = (match["a"], match["b"]) if match["a"] else (match["c"], match["d"])
        found[match.start()] = (match.end(), " ↔ ".join(ends))
    return _marked(prose, found, noun=r"(?:[a-z-]+ ){0,3}")


def ends_of(member: str) -> tuple[str, str]:
    """The two places of a marked link."""
    one, _, other = member.partition(" ↔ ")
    return one, other


def _marked(prose: str, found: Mapping[int, tuple[int, str]], *, noun: str) -> Marked:
    """Marks in place of the words; members that only commas and joining words part become one mark."""
    text, members = list(prose), {}
    join = re.compile(_JOIN + noun)
    runs: list[list[int]] = []
    for start in sorted(found):
        last = found[runs[-1][-1]][0] if runs else -1
        gap = join.fullmatch(prose, last, start) if runs and last <= start else None
        if gap and re.search(r"[,;/]|\b(?:and|or|nor)\b", gap.group()):
            runs[-1].append(start)
        else:
            runs.append([start])
    for run in runs:
        start, end = run[0], found[run[-1]][0]
        text[start:end] = (ONE if len(run) == 1 else SEVERAL) * (end - start)
        members[start] = tuple(dict.fromkeys(found[one][1] for one in run))
    return Marked("".join(text), members)
