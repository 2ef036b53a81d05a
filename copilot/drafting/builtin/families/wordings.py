"""Statements: whole ways to say a rule that a family has anyway, such as "each item goes into exactly one bin".

A statement writes out each of its words that may state a rule: what lies in its gaps may be any words but those, and
no number, so nothing that changes the rule is passed over.
"""

from __future__ import annotations

import re
from functools import cache

from copilot.drafting.builtin.families.phrases import Account
from copilot.drafting.builtin.phrasing import Dialect, Phrase
from copilot.drafting.builtin.words import lexicon, load

_BREAKS = r" \t\n\-‑’'\"“”"
_BREAK = rf"[{_BREAKS}]+"


def absorb(account: Account, family: str) -> None:
    """What the statements of a family say is explained, with the counting words inside ("between two bins")."""
    for begin, end in account.written:
        for statement in statements(family):
            for match in statement.finditer(account.prose, begin, end):
                account.explain(*match.span())
                for said in [one for one in account.numbers if match.start() <= one.start < match.end()]:
                    account.counts.append(account.take(said))


@cache
def statements(family: str) -> tuple[Phrase, ...]:
    """The statements of a family and of those whose statements it shares, longest first."""
    section = load("wordings").get(family, {"says": []})
    said = [
        *section["says"],
        *(one for other in section.get("shares", []) for one in load("wordings")[other]["says"]),
    ]
    return tuple(_dialect().phrase(_filled(one)) for one in sorted(said, key=lambda one: -len(one)))


def _filled(phrase: str) -> str:
    """The phrase with its lists of words ({NAME}) written out."""
    known = load("wordings")["words"]
    while "{" in phrase:
        phrase = re.sub(r"\{(\w+)\}", lambda name: str(known[name[1]]), phrase)
    return phrase


@cache
def _dialect() -> Dialect:
    return Dialect(rf",?{_BREAK}", _gap())


@cache
def _gap() -> str:
    """Up to eight words, none of which states a rule or a number."""
    cues = [re.escape(cue).replace(r"\*", r"\w*").replace(r"\ ", _BREAK) for cue in load("families")["any"]["cues"]]
    counted = [word for word, value in lexicon().numbers.items() if value > 1]
    weighty = [*cues, *counted, *load("wordings")["weighty"]["words"]]
    return rf"(?:{_BREAK}(?!(?:{'|'.join(weighty)})(?!\w))[^\s.,;:()\d{_BREAKS}]+){{0,8}}?"
