"""Sentences beside the data that state no rule: they name no member of the data, hold no number and no hard word.

A hard word is one that makes a rule of its own, whatever stands beside it ("only", "at most", "split"). Words of duty
("must", "should", "ensuring") alone make none in a sentence that names nothing and counts nothing. A sentence that says
itself that it does not count is an aside too. Where nothing has a time, words of time and manner ("before",
"until", "together") are hard only beside a word that binds ("must", "may", "not").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.builtin.silent import states_rule
from copilot.drafting.builtin.words import load

_LEAST = 30  # words: a shorter text is said in the words of the problem alone
_DENIAL = re.compile(r"\b(?:no|none|nobody|neither|never|nor|not)\b", re.IGNORECASE)
_LETS = re.compile(
    r"\b(?:may|can|could|might|must|should|shall|allowed|permitted|more than|several|multiple|different)\b",
    re.IGNORECASE,
)
_UNREAD = 2 / 3  # of the letters of a sentence
_TIMELESS = {"mix", "diet", "knapsack", "covering", "facility", "transport", "assignment", "packing", "cutting"}
_TIMELESS |= {"options", "maxflow", "mincost"}


def relax(account: Account, labels: Iterable[str], family: str) -> None:
    """Explain the asides of a longer text; numbers, labels and hard words elsewhere stay open."""
    prose = account.prose
    if len(re.findall(r"\w+", prose)) < _LEAST:
        return
    named = _named(tuple(labels))
    for start, end in _sentences(account):
        said = _open(account, start, end)
        if family in _TIMELESS and not _has(prose[start:end], "binding"):
            said = _without(said, "passing")
        numbered = any(start <= number.start < end for number in account.numbers)
        if numbered or (named and named.search(said)) or _has(said, "hard") or states_rule(said):
            continue
        if is_turned(said, prose[start:end]):
            continue
        account.explain(start, end)


def is_turned(said: str, sentence: str) -> bool:
    """Whether a denial is left of a sentence whose permission is understood: "no shop [may be served by several]"."""
    left = _DENIAL.search(said) is not None and len(_LETS.findall(sentence)) > len(_LETS.findall(said))
    return left and any(_LETS.search(re.split(r"[,;:]", denial)[0]) for denial in _DENIAL.split(sentence)[1:])


def reasons(account: Account, left: Iterable[tuple[str, int]], labels: Iterable[str] = ()) -> list[str]:
    """Why a text is not understood: what its account leaves, (what, where), else the rules that were lost."""
    found = list(left) or _lost(account, tuple(labels))
    return [_reason(account, what, start) for what, start in sorted(found, key=lambda one: one[1])]


def is_unsaid(sentence: str) -> bool:
    """Whether a sentence states a rule that no list, table or network is read with: "the first five are free"."""
    return _has(sentence, "unsaid")


def _reason(account: Account, what: str, start: int) -> str:
    begin, end = account.sentence_at(start)
    said = " ".join(account.prose[begin:end].replace(" .", " ").split())
    return f"I did not understand {what} in “{said[:200]}”"


def _lost(account: Account, labels: Sequence[str]) -> list[tuple[str, int]]:
    """("a rule", where) for each sentence that states one that was lost: hardly anything but names was read from it."""
    named = _named(labels)
    found = []
    for start, end in _sentences(account):
        spots = [match.span() for match in named.finditer(account.prose, start, end)] if named else []
        several = 1 < len({account.prose[slice(*spot)].lower() for spot in spots}) < len(labels)
        beside = [at for at in range(start, end) if not any(first <= at < last for first, last in spots)]
        whole = [at for at in beside if not account.prose[at].isspace()]
        unread = [at for at in whole if not account.explained[at]]
        said = "".join(" " if account.explained[at] else account.prose[at] for at in beside)
        lost = len(unread) > _UNREAD * len(whole) and (several or states_rule(said))
        if lost or is_unsaid(account.prose[start:end]):
            found.append(("a rule", start))
    return found


def denied(prose: str, labels: Iterable[str]) -> list[tuple[str, int]]:
    """("a rule", where) for each thing that is banned beside another rule: "he should not eat ham and needs ..."."""
    known = "|".join(re.escape(label) for label in labels if len(label) > 1)
    behind = re.compile(rf"[\s-]+(?:any\s+)?(?:{known})s?\b", re.IGNORECASE)
    bans = [ban for phrase in _phrases("bans") for ban in phrase.finditer(prose)] if known else []
    return [("a rule", ban.start()) for ban in bans if behind.match(prose, ban.end())]


def _sentences(account: Account) -> list[tuple[int, int]]:
    """The sentences with words in them, in order."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\w+", account.prose):
        if not found or match.start() >= found[-1][1]:
            found.append(account.sentence_at(match.start()))
    return found


def _open(account: Account, start: int, end: int) -> str:
    """What of a sentence is not explained yet, without the phrases that are no rule anywhere."""
    said = "".join(" " if account.explained[at] else account.prose[at] for at in range(start, end))
    return _without(said, "harmless")


def _without(said: str, key: str) -> str:
    for phrase in _phrases(key):
        said = phrase.sub(" ", said)
    return said


def _has(said: str, key: str) -> bool:
    return any(phrase.search(said) for phrase in _phrases(key))


@cache
def _phrases(key: str) -> tuple[Phrase, ...]:
    return compiled(tuple(load("stories")["asides"][key]))


@cache
def _named(labels: Sequence[str]) -> re.Pattern[str] | None:
    """The labels of more than one letter, in any case; those of one letter as they are."""
    long = "|".join(re.escape(label) for label in labels if len(label) > 1)
    short = "|".join(re.escape(label) for label in labels if len(label) == 1 and label not in "AI")
    parts = [f"(?i:{long})" if long else "", f"(?:{short})" if short else ""]
    body = "|".join(filter(None, parts))
    return re.compile(rf"(?<!\w)(?:{body})s?(?!\w)") if body else None
