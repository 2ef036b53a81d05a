"""What is known of a formulation while its reply still arrives: complete items as state, at most twice a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from copilot.drafting.base import DraftReport

EVERY_SECONDS = 0.5
_ELEMENTS = (("sets", "set"), ("parameters", "parameter"), ("variables", "variable"), ("constraints", "constraint"))
_SHOWN = 60


class Hearing:
    """Reads the growing text of a reply and reports `draft.partial` with all items so far, when there are new ones.

    More words of the last item alone are no report: each holds everything, and is kept.
    """

    def __init__(self, stage: str, report: DraftReport) -> None:
        self._stage = stage
        self._report = report
        self._last = float("-inf")
        self._told: list[tuple[str, str]] = []

    def __call__(self, text: str) -> None:
        """Look at the text so far, unless the last look was a moment ago."""
        now = time.monotonic()
        if now - self._last < EVERY_SECONDS:
            return
        self._last = now
        found = partial(text)
        items = list(items_of(found))
        names = [(item["element"], item["name"]) for item in items]
        if names and names != self._told:
            self._told = names
            title = str(found.get("title") or "")[:120]
            self._report("draft.partial", {"stage": self._stage, "title": title, "items": items[: _SHOWN * 4]})


def partial(text: str) -> dict[str, Any]:
    """The object of a reply that is not finished; empty where nothing can be read yet."""
    start = text.find("{")
    if start < 0:
        return {}
    try:
        found = from_json(text[start:], allow_partial="trailing-strings")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def items_of(found: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Element, name and words of each item that has a name; of the last one, which may be half-written, too."""
    for key, element in _ELEMENTS:
        for item in found.get(key) or () if isinstance(found.get(key), list) else ():
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                yield _item(element, item)
    goal = found.get("objective")
    if isinstance(goal, dict) and (goal.get("sense") or goal.get("name")):
        yield _item("objective", goal)


def _item(element: str, item: dict[str, Any]) -> dict[str, str]:
    words = str(item.get("sentence") or item.get("label") or item.get("sense") or "")
    return {"element": element, "name": str(item.get("name") or "objective")[:64], "words": words[:200]}
