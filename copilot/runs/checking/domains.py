"""Whether whole numbers are meant: "how many trucks" must not be 2.4, and "in any fraction" must not be whole."""

from __future__ import annotations

import re

from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Formulation, Variable
from copilot.drafting.measures import scale_of
from copilot.runs.checking.check import Check

TITLE = "Decisions are whole numbers where the request counts"
_WHOLE = re.compile(
    r"\b(?:whole[- ]numbers?|whole (?:units?|pieces?)|integers?|integral|indivisible|no fractions?|only whole"
    r"|not (?:be )?(?:split|fraction\w*|divisible)|cannot be (?:split|divided|cut|fractional))\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:fractions? (?:\w+ )?(?:allowed|possible|permitted|fine|ok)"
    r"|(?:can|may) be (?:split|fractional|divided|fractions?)"
    r"|fractional (?:\w+ )?(?:allowed|fine|ok|permitted)|need not be whole|any fraction|divisible"
    r"|partial (?:\w+ )?(?:allowed|fine|ok|permitted))\b",
    re.IGNORECASE,
)
_SHARED = re.compile(r"\b(?:shares?|parts?|fractions?|portions?|proportions?|percent\w*|level)\b|%", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:how many|the number of|numbers of)\s+((?:[\w-]+\s*,?\s*){1,8})", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")


def domains(formulation: Formulation, text: str) -> Check | None:
    """Fail against the request's own words, unknown where it only counts a decision that may be a fraction."""
    says_whole, says_parts = _WHOLE.search(text), _PARTS.search(text)
    amounts = [item for item in formulation.variables if item.domain != "binary"]
    split = [item for item in amounts if item.domain == "continuous"]
    if says_whole and not says_parts and amounts and len(split) == len(amounts):
        return _failed(split, f"may be any amount, but the request says “{says_whole.group()}”")
    if says_parts and not says_whole and len(split) < len(amounts):
        whole = [item for item in amounts if item not in split]
        return _failed(whole, f"must be whole, but the request says “{says_parts.group()}”")
    if says_whole or says_parts:
        return Check("domains", TITLE, "pass", f"The request says “{(says_whole or says_parts).group()}”.")  # type: ignore[union-attr]
    between = [item for item in split if (item.lower, item.upper) == (0.0, 1.0)]
    if between and not _SHARED.search(text):
        names = ", ".join(item.name for item in between[:4])
        detail = f"{names} may be anything between 0 and 1: is it yes or no?"
        return Check("domains", TITLE, "unknown", detail, items=tuple(item.name for item in between[:3]))
    counted = [item for item in split if _is_counted(item, text)]
    if counted:
        names = ", ".join(item.name for item in counted[:4])
        detail = f"The request asks how many, and {names} may be a fraction."
        return Check("domains", TITLE, "unknown", detail, items=tuple(item.name for item in counted[:3]))
    return None


def _failed(items: list[Variable], why: str) -> Check:
    names = tuple(item.name for item in items)
    return Check("domains", TITLE, "fail", f"{', '.join(names[:4])} {why}.", names, items=names[:3])


def _is_counted(item: Variable, text: str) -> bool:
    """Whether the request asks how many of it, and not how many hours or grams of it."""
    if scale_of(item.unit) is not None or item.unit in ("$", "€", "£", "%"):
        return False
    named = {stem(word) for word in _WORD.findall(f"{item.label} {item.name}".lower().replace("_", " "))}
    for match in _COUNTED.finditer(text):
        words = [stem(word) for word in _WORD.findall(match.group(1).lower())]
        if words and scale_of(words[0]) is None and named & set(words):
            return True
    return False
