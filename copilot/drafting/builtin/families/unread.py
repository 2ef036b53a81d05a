"""Families that are recognised by their words and not read: the reason names them and says what to do next."""

from __future__ import annotations

from copilot.drafting.builtin.families.phrases import compiled, words

_REASON = "This reads like a problem of {name}, which the built-in drafter does not read."


def named(text: str) -> tuple[str, ...] | None:
    """(what the text is, what to do next), where it holds a word of every group of a family; else None."""
    for name, one in words("unread").items():
        if all(any(phrase.search(text) for phrase in compiled(tuple(group))) for group in one["groups"]):
            return _REASON.format(name=name), one["next"]
    return None
