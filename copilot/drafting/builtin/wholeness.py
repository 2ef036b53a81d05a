"""Whether a text says itself that what is chosen comes whole, or in any amount, and a draft says the contrary.

Each reader decides for itself what is counted; what the text says outright in one of these ways stands above all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Formulation

_WHOLE = "The text says “{said}”, and I read amounts of which any part may be taken. Say how many whole ones of each."
_PARTS = "The text says “{said}”, and I read whole numbers. Say “any amount of each” where the amounts are asked."


def contrary_to(formulation: Formulation, text: str) -> str:
    """The doubt that the text says something else about parts than all decisions of a draft; else nothing."""
    domains = {variable.domain for variable in formulation.variables}
    parts = _said(text, "parts")
    whole = _said(_without(text, "parts"), "whole")
    if (parts and whole) or len(domains) > 1:
        return ""
    if whole and domains == {"continuous"}:
        return _WHOLE.format(said=whole)
    return _PARTS.format(said=parts) if parts and domains == {"integer"} else ""


def heard(account: Account, labels: Iterable[str]) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """Where "whole" and "parts" are said of all that is chosen, which is then explained; not of one thing by name."""
    named = [label.lower() for label in labels]
    found: dict[str, re.Match[str]] = {}
    for key in ("whole", "parts"):
        for match in (one for phrase in phrases(key) for one in account.matches(phrase)):
            begin, end = account.sentence_at(match.start())
            if not any(label in account.prose[begin:end].lower() for label in named):
                account.explain(*match.span())
                found.setdefault(key, match)
    return found.get("whole"), found.get("parts")


def _said(text: str, key: str) -> str:
    found = next((match for phrase in phrases(key) if (match := phrase.search(text))), None)
    return " ".join(found.group().split()) if found else ""


def _without(text: str, key: str) -> str:
    for phrase in phrases(key):
        text = phrase.sub(" ", text)
    return text


@cache
def phrases(key: str) -> tuple[Phrase, ...]:
    """What says "whole", or that "parts" are possible."""
    return compiled(tuple(load("parts")[key]))
