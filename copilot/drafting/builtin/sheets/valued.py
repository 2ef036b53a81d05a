"""A sentence that tells a number for each period: "340 lamps in month 1, 520 in month 2 and 410 in month 3"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from copilot.drafting.builtin.sheets.cells import Cell, cell_of
from copilot.drafting.builtin.sheets.sheet import Sheet, column_of

_NOUN = r"(?P<noun>months?|weeks?|days?|quarters?|years?|periods?|seasons?)"
_ITEM = re.compile(
    r"(?<![\w.,])(?P<value>[$€£]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?: (?!in\b|for\b|during\b)[a-z]+){0,6}"
    rf" (?:in|for|during) {_NOUN} (?P<spots>\d{{1,2}}(?:(?:, |,? and )\d{{1,2}}(?![\w%]|\s(?!and\b|but\b)[a-z]))*)"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMED = re.compile(
    r"(?<![\w.,])(?P<value>[$€£]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?: (?!in\b|for\b|on\b)[a-z]+){0,4}"
    rf" (?:in|for|on) (?P<label>{'|'.join((*_DAYS, *_MONTHS))})\b",
    re.IGNORECASE,
)
_JOIN = re.compile(r"\s*(?:[,;]\s*(?:and |but )?|(?:and|but) )\s*(?:only )?")
_FEWEST = 3


def valued_runs(prose: str) -> Iterable[Sheet]:
    """Each run as a sheet of one column over periods in their order."""
    at = 0
    while (match := _ITEM.search(prose, at)) is not None:
        start, end = match.start(), _end(match)
        cells = _cells(match)
        while (gap := _JOIN.match(prose, end)) and (match := _ITEM.match(prose, gap.end())) is not None:
            cells += _cells(match)
            end = _end(match)
        labels = sorted({label for label, _ in cells}, key=lambda label: int(label.split()[1]))
        if len(cells) >= _FEWEST and [int(label.split()[1]) for label in labels] == list(range(1, len(cells) + 1)):
            before = prose[max(prose.rfind(". ", 0, start), prose.rfind("\n", 0, start)) + 1 : start].strip()
            head = before.rstrip(": ").split(", ")[-1]
            values = dict(cells)
            column = column_of(head, [values[label] for label in labels])
            yield Sheet("", tuple(labels), (column,), start, end, head, listed=True)
        at = end


def named_run(prose: str) -> Iterable[Sheet]:
    """ "8 guards on Monday, 7 on Tuesday": a sheet over days or months that follow each other."""
    matches = list(_NAMED.finditer(prose))
    labels = [match["label"].capitalize() for match in matches]
    joined = all(_JOIN.fullmatch(prose, a.end(), b.start()) for a, b in itertools.pairwise(matches))
    order = [label.lower() for label in labels]
    follows = any(
        order == list((*known, *known)[at : at + len(order)]) for known in (_DAYS, _MONTHS) for at in range(len(known))
    )
    if len(matches) < _FEWEST or not (joined and follows):
        return
    start, end = matches[0].start(), matches[-1].end()
    before = prose[max(prose.rfind(". ", 0, start), prose.rfind("\n", 0, start)) + 1 : start].strip()
    column = column_of(before.rstrip(": ").split(", ")[-1], [cell_of(match["value"]) for match in matches])
    yield Sheet("", tuple(labels), (column,), start, end, before, listed=True)


def _spots(match: re.Match[str]) -> list[str]:
    """The periods of one number; several only behind their plural."""
    spots = re.findall(r"\d+", match["spots"])
    return spots if match["noun"].endswith("s") else spots[:1]


def _end(match: re.Match[str]) -> int:
    several = match["noun"].endswith("s")
    return match.end() if several else match.start("spots") + len(_spots(match)[0])


def _cells(match: re.Match[str]) -> list[tuple[str, Cell]]:
    noun = match["noun"].rstrip("s")
    return [(f"{noun} {spot}", cell_of(match["value"])) for spot in _spots(match)]
