"""Dates: cells that hold them, in one way of writing a column, as YYYY-MM-DD; what could be two dates stays text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)

Read = Callable[[re.Match[str]], dt.datetime]


def read_dates(cells: Sequence[str]) -> tuple[str | None, ...] | None:
    """Every filled cell as an ISO date, empty ones as None; None where they are no dates or it is not clear which."""
    filled = [cell for cell in cells if cell]
    if not filled or not filled[0][0].isdigit():
        return None
    for pattern, ways in ((_ISO, (_iso,)), (_DAY_FIRST, (_day_first,)), (_SLASHES, (_day_first, _month_first))):
        matches = [pattern.fullmatch(cell) for cell in filled]
        if not all(matches):
            continue
        read = [found for way in ways if (found := _read([m for m in matches if m], way)) is not None]
        if len(read) != 1:
            return None
        dates = iter(as_text(read[0]))
        return tuple(next(dates) if cell else None for cell in cells)
    return None


def are_doubtful(cells: Sequence[str]) -> bool:
    """Whether the filled cells are dates of which nobody can say what is the day and what the month."""
    matches = [_SLASHES.fullmatch(cell) for cell in cells if cell]
    found = [match for match in matches if match]
    both = bool(found) and len(found) == len(matches)
    return both and all(_read(found, way) is not None for way in (_day_first, _month_first))


def as_text(moments: Sequence[dt.datetime]) -> list[str]:
    """YYYY-MM-DD, with HH:MM where any of them has a time of day."""
    timed = any(moment.time() != dt.time() for moment in moments)
    return [moment.strftime("%Y-%m-%d %H:%M") if timed else moment.date().isoformat() for moment in moments]


def _read(matches: Sequence[re.Match[str]], way: Read) -> list[dt.datetime] | None:
    try:
        return [way(match) for match in matches]
    except ValueError:
        return None


def _iso(match: re.Match[str]) -> dt.datetime:
    year, _, month, day, hour, minute, second = match.groups()
    return dt.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))


def _day_first(match: re.Match[str]) -> dt.datetime:
    day, month, year = match.groups()
    return dt.datetime(int(year), int(month), int(day))


def _month_first(match: re.Match[str]) -> dt.datetime:
    month, day, year = match.groups()
    return dt.datetime(int(year), int(month), int(day))
