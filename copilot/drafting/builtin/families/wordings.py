"""Statements: whole ways to say a rule that a family has anyway, such as "each item goes into exactly one bin".

A statement writes out each of its words that may state a rule: what lies in its gaps may be any words but those, and
no number, so nothing that changes the rule is passed over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache
from operator import itemgetter

from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.phrasing import Dialect, Phrase
from copilot.drafting.builtin.words import lexicon, load

_BREAKS = r" \t\n\-‑’'\"“”"
_BREAK = rf"[{_BREAKS}]+"
_FIRM = Dialect(_BREAK, "")


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
    return tuple(dialect().phrase(_filled(one)) for one in sorted(said, key=lambda one: -len(one)))


def _filled(phrase: str) -> str:
    """The phrase with its lists of words ({NAME}) written out."""
    known = load("wordings")["words"]
    while "{" in phrase:
        phrase = re.sub(r"\{(\w+)\}", lambda name: str(known[name[1]]), phrase)
    return phrase


@cache
def dialect() -> Dialect:
    """How statements part a text: their gaps hold no number and no word of a rule."""
    return Dialect(rf",?{_BREAK}", _gap())


@cache
def _gap() -> str:
    """Up to eight words, none of which states a rule or a number."""
    cues = load("families")["any"]["cues"]
    plain = [re.escape(cue).replace(r"\*", r"\w*").replace(r"\ ", _BREAK) for cue in cues if "(" not in cue]
    choices = [_FIRM.written(_FIRM.phrase(cue).whole) for cue in cues if "(" in cue]
    counted = [word for word, value in lexicon().numbers.items() if value > 1]
    weighty = [*plain, *counted, *load("wordings")["weighty"]["words"]]
    refused = "|".join([_by_first_letter(weighty), *choices])
    return rf"(?:{_BREAK}(?!(?:{refused})(?!\w))[^\s.,;:()\d{_BREAKS}]+){{0,8}}?"


def _by_first_letter(words: Sequence[str]) -> str:
    """A choice of words that is quickly refused: those with one first letter stand together."""
    groups = itertools.groupby(sorted(set(words)), key=itemgetter(0))
    return "|".join(f"{letter}(?:{'|'.join(word[1:] for word in group)})" for letter, group in groups)
