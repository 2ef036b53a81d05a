"""Numbers that sentences give to names of the data: "Plant A has 40, Plant B 60", "shop 1 wants 35 and shop 2 wants 45"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.families.phrases import Account, Said
from copilot.drafting.builtin.nets.data import Column, Data, Place, role_in, stems_of
from copilot.drafting.builtin.nets.marks import Marks, Mention
from copilot.drafting.builtin.words import load, stem

_STOP = re.compile(r"[.;?!](?=\s|$)|\n")
_DUTY = re.compile(r"\b(?:has|have|had|needs?|wants?) to\b", re.IGNORECASE)
_LIMITS = re.compile(r"\b(?:at least|at most|no more than|up to|a maximum of|a minimum of|can|must|may)\b", re.IGNORECASE)
_RULES = re.compile(r"\b(?:if|unless|only|not|cannot|can't|except|exactly|each|every|any|from|through|via)\b", re.IGNORECASE)
_GIVING = {stem(word) for word in load("nets")["data"]["giving"]}
_NAMED = {"supply", "demand", "fixed", "limit"}


def take_told(data: Data, marks: Marks, account: Account) -> None:
    """Add what the sentences tell as columns, and explain their words."""
    for start, end in _sentences(marks):
        mentions = [one for one in marks.mentions if start <= one.start < end]
        numbers = [one for one in account.numbers if start <= one.start < end]
        if not mentions or len(mentions) != len(numbers):
            continue
        pairs = _paired(mentions, numbers)
        if pairs is None or _RULES.search(data.prose, pairs[0][0].start, max(pairs[-1][0].end, pairs[-1][1].end)):
            continue
        roles = _roles(data.prose, pairs, (start, end))
        if None in roles:
            continue
        _add(data, account, [(one, said, role or "") for (one, said), role in zip(pairs, roles, strict=True)])


def _sentences(marks: Marks) -> list[Place]:
    found, begin = [], 0
    for stop in _STOP.finditer(marks.prose):
        if not marks.covers(stop.start()):
            found.append((begin, stop.start()))
            begin = stop.end()
    return [*found, (begin, len(marks.prose))]


def _paired(mentions: Sequence[Mention], numbers: Sequence[Said]) -> list[tuple[Mention, Said]] | None:
    """Each name with its number: side by side, or all names and then all numbers."""
    pairs = list(zip(mentions, numbers, strict=True))
    ahead = [one.start < said.start for one, said in pairs]
    if not (all(ahead) or not any(ahead)):
        return None
    turns = all(max(a.start, m.start) < min(b.start, n.start) for (a, m), (b, n) in zip(pairs, pairs[1:], strict=False))
    apart = mentions[-1].end <= numbers[0].start or numbers[-1].end <= mentions[0].start
    return pairs if turns or (apart and len(pairs) > 1) else None


def _roles(prose: str, pairs: Sequence[tuple[Mention, Said]], place: Place) -> list[str | None]:
    """The role of each number: by the words since the pair before, else that of the pair before."""
    found: list[str | None] = []
    begin, role = place[0], ""
    for at, (one, said) in enumerate(pairs):
        last = at == len(pairs) - 1
        end = place[1] if last else max(one.end, said.end)
        words = _DUTY.sub(" ", prose[begin:end])
        role = role_in(words) or ("supply" if stems_of(words) & _GIVING else "") or role
        found.append(role if role in _NAMED else None)
        begin = max(one.end, said.end)
    if found and found[0] is None and len(set(found[1:])) == 1:
        first = found[-1]
        found[0] = first
    return found


def _add(data: Data, account: Account, told: Sequence[tuple[Mention, Said, str]]) -> None:
    spans = (min(min(one.start, said.start) for one, said, _ in told), max(max(one.end, said.end) for one, said, _ in told))
    for role in dict.fromkeys(role for _, _, role in told):
        values = {one.label: said.value for one, said, own in told if own == role}
        place = account.sentence_at(spans[0])
        data.columns.append(Column(role, values, place))
    account.explain(*spans)
    for _, said, _ in told:
        account.taken.append(account.take(said))
    start, end = account.sentence_at(spans[0])
    for match in _LIMITS.finditer(data.prose, start, spans[1]):
        account.explain(*match.span())
