"""Reads what a language model replies as a curator: strictly, and with a sentence about what to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.drafting.reply import extract_json
from copilot.learning.curator import VERDICTS, Condition, CuratorError, Merge, Verdict
from copilot.library.content import Content

_TEXTS = ("title", "applies_when", "not_when", "explanation", "wrong", "right")


def read_insights(reply: str) -> tuple[Content, ...]:
    """The proposals of a reply. Raises CuratorError."""
    return tuple(_content(row) for row in _rows(reply, "insights"))


def read_verdicts(reply: str, keys: Sequence[str]) -> dict[str, Verdict]:
    """Verdicts by key; a word that is none of the five, or a number of no lesson, says nothing about the others."""
    given = _object(reply).get("verdicts")
    if not isinstance(given, dict):
        raise CuratorError("The reply has no object named verdicts.")
    words: dict[str, Verdict] = {word: word for word in VERDICTS}
    numbers = {str(number): key for number, key in enumerate(keys, 1)}
    said = {numbers.get(str(number)): words.get(str(word)) for number, word in given.items()}
    return {key: word for key, word in said.items() if key is not None and word is not None}


def read_conditions(reply: str) -> tuple[Condition, ...]:
    """The conditions of a reply. Raises CuratorError."""
    found = []
    for row in _rows(reply, "conditions"):
        applies, excluded = _text(row, "applies_when"), _text(row, "not_when")
        if not applies.strip():
            raise CuratorError("A condition has no applies_when.")
        found.append(Condition(applies, excluded, _labels(row)))
    return tuple(found)


def read_merge(reply: str, many: int) -> Merge | None:
    """The merge of a reply, with the labels under which it is found. Raises CuratorError."""
    given = _object(reply)
    places = given.get("merge")
    if not isinstance(places, list):
        raise CuratorError("The reply has no list named merge.")
    if not places:
        return None
    if any(isinstance(one, bool) or not isinstance(one, int) or not 1 <= one <= many for one in places):
        raise CuratorError("The list merge names a number of no lesson.")
    distinct = tuple(dict.fromkeys(one - 1 for one in places))
    if len(distinct) < 2:
        raise CuratorError("A merge takes at least two lessons.")
    content = _content(given.get("insight"))
    if not content.labels:
        raise CuratorError("The merged lesson has no labels, so nothing would lead to it.")
    return Merge(distinct, content)


def _object(reply: str) -> Mapping[str, Any]:
    found = extract_json(reply)
    if found is None:
        raise CuratorError("The reply is no JSON object.")
    return found


def _rows(reply: str, name: str) -> list[Any]:
    rows = _object(reply).get(name)
    if not isinstance(rows, list):
        raise CuratorError(f"The reply has no list named {name}.")
    return rows


def _content(row: Any) -> Content:
    if not isinstance(row, dict):
        raise CuratorError("A lesson is no object.")
    texts = {name: _text(row, name) for name in _TEXTS}
    return Content(labels=_labels(row), **texts)


def _text(row: Any, name: str) -> str:
    value = row.get(name, "") if isinstance(row, dict) else None
    if not isinstance(value, str):
        raise CuratorError(f"The field {name} is no text.")
    return value


def _labels(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    given = row.get("labels") or []
    if not isinstance(given, list) or not all(isinstance(path, list) for path in given):
        raise CuratorError("The field labels is no list of lists of names.")
    return tuple(tuple(str(name) for name in path) for path in given)
