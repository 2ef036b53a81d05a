"""Two texts of AlphaOPT's records taken apart: the condition into applies and not, the example into wrong and right."""

from __future__ import annotations

import re

_NOT = re.compile(r"(?:^|(?<=[.;:!?\n]))\s*(?:this|the) insight (?:does not|doesn't|should not) apply\b", re.IGNORECASE)
_APPLIES = re.compile(r"^this insight applies (?:only )?(?=when|if|to|where|in)(?:when |if )?", re.IGNORECASE)
_NOT_HEAD = re.compile(r"^(?:this|the) insight (?:does not|doesn't|should not) apply (?:when |if )?", re.IGNORECASE)
_MARK = re.compile(
    r"^[ \t#/*%>\-]*(?P<side>wrong|incorrect|mistake|correct|right|fixed)\b(?:[ \t]*\*+)?"
    r"(?P<rest>[ \t]*[:\-–][ \t]*|(?=[ \t]*(?:\(|\n|$))|[ \t]+)",
    re.IGNORECASE | re.MULTILINE,
)
_WRONG = ("wrong", "incorrect", "mistake")


def split_condition(text: str) -> tuple[str, str]:
    """When it applies and when not, without the formula that every condition opens with."""
    found = _NOT.search(text)
    applies, excluded = (text[: found.start()], text[found.start() :]) if found else (text, "")
    return _opened(_APPLIES, applies.strip()), _opened(_NOT_HEAD, excluded.strip())


def join_condition(applies: str, excluded: str) -> str:
    """The condition in AlphaOPT's words."""
    said = f"This insight applies when {applies[:1].lower()}{applies[1:]}"
    return f"{said}\nThis insight does NOT apply when {excluded[:1].lower()}{excluded[1:]}" if excluded else said


def split_example(text: str) -> tuple[str, str]:
    """The wrong half and the right half; what stands under no mark belongs to the right half."""
    marks = list(_MARK.finditer(text))
    if not marks:
        return "", text.strip()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    halves: dict[bool, list[str]] = {True: [], False: []}
    for mark, end in zip(marks, ends, strict=True):
        halves[mark["side"].lower() in _WRONG].append(text[mark.end() : end].strip())
    lead = text[: marks[0].start()].strip()
    wrong = "\n".join(part for part in halves[True] if part)
    right = "\n".join(part for part in (lead, *halves[False]) if part)
    return wrong, right


def join_example(wrong: str, right: str) -> str:
    """The example in AlphaOPT's layout."""
    parts = [f"# {side}\n{text}" for side, text in (("Wrong", wrong), ("Correct", right)) if text]
    return "\n\n".join(parts)


def _opened(head: re.Pattern[str], text: str) -> str:
    said = head.sub("", text, count=1)
    return said[:1].upper() + said[1:]
