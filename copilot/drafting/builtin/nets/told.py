"""Numbers that sentences give to names of the data: "Plant A has 40, Plant B 60", "A and B want 35 and 45"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from copilot.drafting.builtin.families.account import Account, Said
from copilot.drafting.builtin.nets.data import Column, Data, Place, role_in, shared_stems, stems_of
from copilot.drafting.builtin.nets.marks import Marks, Mention
from copilot.drafting.builtin.words import load, stem

_STOP = re.compile(r"[.;?!](?=\s|$)|\n")
_DUTY = re.compile(r"\b(?:has|have|had|needs?|wants?) to\b", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:at least|at most|no more than|up to|a maximum of|a minimum of|can|must|may)\b", re.IGNORECASE
)
_RULES = re.compile(r"\b(?:if|unless|only|not|cannot|can't|except|exactly|each|every|any)\b", re.IGNORECASE)
_GIVING = {stem(word) for word in load("nets")["data"]["giving"]}
_BEHIND = 40
_SERIES = re.compile(r"\d[\d.]*(?:,\s+\d[\d.]*)*,?\s+and\s+\d[\d.]*\b")
_NAMED = {"supply", "demand", "fixed", "limit"}


def take_told(data: Data, marks: Marks, account: Account) -> None:
    """Add what the sentences tell as columns, and explain their words."""
    for start, end in _sentences(marks):
        mentions = [one for one in marks.mentions if start <= one.start < end]
        numbers = [one for one in account.numbers if start <= one.start < end]
        if len(mentions) != len(numbers):  # "two warehouses" counts, and gives no place a number
            numbers = [one for one in numbers if data.prose[one.start].isdigit()]
        if not mentions and len(numbers) > 1:
            _take_sequences(data, account, (start, end))
        if not mentions or len(mentions) != len(numbers):
            continue
        pairs = _paired(mentions, numbers)
        if pairs is None or _RULES.search(data.prose, pairs[0][0].start, max(pairs[-1][0].end, pairs[-1][1].end)):
            continue
        roles = _roles(data.prose, pairs, (start, end))
        if _is_rule(data, pairs, roles, (start, end)):
            continue
        bare = [pair for pair, role in zip(pairs, roles, strict=True) if not role]
        if bare and not _by_place(data, bare):
            continue
        _add(data, account, [(one, said, role or "") for (one, said), role in zip(pairs, roles, strict=True)])


def _take_sequences(data: Data, account: Account, place: Place) -> None:
    """ "Three warehouses hold 90, 60 and 75 units": in the order of the names that the clause is about."""
    for match in _SERIES.finditer(data.prose, *place):
        numbers = [one for one in account.numbers if match.start() <= one.start < match.end()]
        begin = max(
            [
                place[0],
                *(one.end() for one in re.compile(r"[,;:]\s|\band\b").finditer(data.prose, place[0], match.start())),
            ]
        )
        lead = data.prose[begin : match.start()]
        role = _role(lead) or _role(data.prose[match.end() : min(place[1], match.end() + _BEHIND)])
        axes = [axis for matrix in data.matrices for axis in (matrix.rows, matrix.heads) if len(axis) == len(numbers)]
        named = [axis for axis in axes if stems_of(lead) & shared_stems(axis)] or axes
        if role not in _NAMED or len(named) != 1 or _RULES.search(lead):
            continue
        values = {label: said.value for label, said in zip(named[0], numbers, strict=True)}
        data.columns.append(Column(role, values, (begin, match.end())))
        for said in [one for one in account.numbers if begin <= one.start < match.end()]:
            account.taken.append(account.take(said))
        account.explain(begin, match.end())


def _sentences(marks: Marks) -> list[Place]:
    found, begin = [], 0
    for stop in _STOP.finditer(marks.prose):
        if not marks.covers(stop.start()):
            found.append((begin, stop.start()))
            begin = stop.end()
    return [*found, (begin, len(marks.prose))]


def _paired(mentions: Sequence[Mention], numbers: Sequence[Said]) -> list[tuple[Mention, Said]] | None:
    """Each name with its number: side by side, or some names and then as many numbers."""
    spots: list[tuple[int, Mention | Said]] = [
        *((one.start, one) for one in mentions),
        *((one.start, one) for one in numbers),
    ]
    spots.sort(key=lambda spot: spot[0])
    runs = [
        [one for _, one in run] for _, run in itertools.groupby(spots, key=lambda spot: isinstance(spot[1], Mention))
    ]
    found: list[tuple[Mention, Said]] = []
    if len(runs) % 2:
        return None
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        if len(first) != len(second):
            return None
        for one, other in zip(first, second, strict=True):
            name, said = (one, other) if isinstance(one, Mention) else (other, one)
            assert isinstance(name, Mention)
            assert isinstance(said, Said)
            found.append((name, said))
    return found


def _roles(prose: str, pairs: Sequence[tuple[Mention, Said]], place: Place) -> list[str | None]:
    """The role of each number: by the words since the pair before, else that of the pair before."""
    found: list[str | None] = []
    begin, role = place[0], ""
    for at, (one, said) in enumerate(pairs):
        end = max(one.end, said.end)
        role = _role(prose[begin:end]) or role
        if not role and at + 1 < len(pairs):
            role = _role(prose[end : min(pairs[at + 1][0].start, pairs[at + 1][1].start, end + _BEHIND)])
        found.append(role if role in _NAMED else None)
        begin = end
    if not any(found):
        behind = _role(prose[begin : min(place[1], begin + _BEHIND)])
        return [behind if behind in _NAMED else None] * len(pairs)
    return found


def _role(words: str) -> str:
    plain = _DUTY.sub(" ", words)
    role = role_in(plain)
    return role if role in _NAMED else "supply" if stems_of(plain) & _GIVING else ""


def _is_rule(data: Data, pairs: Sequence[tuple[Mention, Said]], roles: Sequence[str | None], place: Place) -> bool:
    """Whether the numbers bound what is known already: "Plant C must send at least 100", beside its supply."""
    known = {(column.role, label) for column in data.columns for label in column.values}
    said = data.prose[slice(*place)].lower()
    least, most = re.search(r"at least|minimum", said), re.search(r"at most|no more than|up to|maximum", said)
    if any((role, one.label) in known for (one, _), role in zip(pairs, roles, strict=True)):
        return True
    return bool((least and {"supply", "limit"} & set(roles)) or (most and "demand" in roles))


def _by_place(data: Data, pairs: Sequence[tuple[Mention, Said]]) -> bool:
    """Whether links only leave these places, or only enter them, so that the numbers beside them need no word."""
    labels = [one.label for one, _ in pairs]
    if not all(data.prose[said.start].isdigit() for _, said in pairs):
        return False
    for links in data.links:
        tails, heads = ({ends[at] for ends in links.values} for at in (0, 1))
        if set(labels) <= tails - heads or set(labels) <= heads - tails:
            return True
    return False


def _add(data: Data, account: Account, told: Sequence[tuple[Mention, Said, str]]) -> None:
    spans = (
        min(min(one.start, said.start) for one, said, _ in told),
        max(max(one.end, said.end) for one, said, _ in told),
    )
    for role in dict.fromkeys(role for _, _, role in told):
        values = {one.label: said.value for one, said, own in told if own == role}
        place = account.sentence_at(spans[0])
        data.columns.append(Column(role, values, place))
    account.explain(*spans)
    for _, said, _ in told:
        account.taken.append(account.take(said))
    start, _ = account.sentence_at(spans[0])
    for match in _LIMITS.finditer(data.prose, start, spans[1]):
        account.explain(*match.span())
