"""Reads what stands in one record: its label, its numbers with name and unit, or its stops in order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from copilot.drafting.builtin.words import lexicon, load, stem

NUMBER = re.compile(r"(?<![\w.])(?P<money>[$€£¥]\s?)?(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)")
_SUFFIX = re.compile(r"(?P<scale>[KkM](?![A-Za-z]))|(?P<percent>\s?%)")
_PAIR = re.compile(r"\(\s*(?P<place>[^(),]+?)\s*,\s*(?P<time>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)\s*\)")
_SPENT = re.compile(
    r"(?P<place>[A-Za-z][\w .'-]*?)\s*(?:\(|\bfor\s+|[:=]\s*)\s*(?P<time>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)\s*\)?"
)
_LINK = re.compile(r"^[\s,;.]*(?:→|->|=>|⇒|>|and then|then|followed by|,|;)?[\s,;.]*$")
_DOLLAR = re.compile(r"\b(?:an?|one)(?: (?:single|mere))? (?:dollar|buck)\b")
_SPLIT = re.compile(
    r";|,(?!\d{3})|\.(?=\s)|\b(?:and|at|for|with|costing|but|while|whereas)\b|\(|\)|\|"
    r"|\b(?:will |would )?sets? (?:you|one|him|her|us|them|me) back\b"
)
_LONGEST = 70
_SAYS = re.compile(r"\s(?:requires?|follows?|needs?|must|has|visits?|goes)\b")
_VERB = re.compile(
    r"\b(?:requires?|follows?|needs?|must|has|have|weighs?|costs?|takes?|is|are|with|provides?|contains?|offers?|"
    r"generates?|yields?|goes|visits?|runs?)\b|[–(=]|\s-\s|(?<!\d),|\s(?=[$€£]?\d)"
)
_OF = re.compile(r"\s*(?P<unit>[^\W\d_]+)\s+of\s+(?P<what>.+)")
_START = re.compile(
    r"(?:(?:[Ll]astly|[Ff]inally|[Ii]f we start|[Ss]tarting),? )?[Ff]rom (?:the )?"
    r"(?P<place>[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d+))*)(?: \([^)\d]*\d?\))?\s*[:,](?=.*\d)"
)
_NUMBERED = re.compile(
    r"(?P<label>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)? (?:\d{1,3}|[A-Z])) (?:currently |now |already |initially )?"
    r"(?:has|have|holds?|stocks|owns|needs?|requires?|keeps?|contains?)\b"
)
_NAMED = {"weighs": "weight", "weigh": "weight", "costs": "cost", "worth": "value"}
_MONEY = frozenset("$€£¥")
_FILLER = frozenset(load("families")["any"]["filler"])


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a record; `name` is lower case ("" where the text gives none), `unit` as written.

    `also`: other words beside the number that may be its name.
    """

    name: str
    value: float
    unit: str
    start: int
    end: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a sequence: where, and how long."""

    place: str
    time: float
    unit: str
    start: int
    end: int


def label_and_rest(body: str) -> tuple[str, str, int]:
    """(label, the rest, where the rest begins in `body`)."""
    start = _START.match(body)
    if start:
        return f"From {start['place']}", body[start.end() :], start.end()
    numbered = _NUMBERED.match(body)
    if numbered:
        return numbered["label"], body[numbered.end("label") :], numbered.end("label")
    colon = re.search(r":(?!\d)", body)
    verb = _VERB.search(body)
    if colon and colon.start() <= _LONGEST and not re.search(r"[$€£,;]", body[: colon.start()]):
        label, at = body[: colon.start()], colon.end()
        cut = _SAYS.search(label)
        label = label[: cut.start()] if cut else label
    elif verb:
        label, at = body[: verb.start()], verb.start()
    else:
        label, at = body, len(body)
    return label.strip(" *_.–-\t"), body[at:], at


def stops_of(rest: str, offset: int) -> tuple[Stop, ...]:
    """The stops of "(M1, 3) → (M2, 5)" or "M1 (3 h), then M2 (5 h)"; none where anything else stands there."""
    for pattern, least in ((_PAIR, 1), (_SPENT, 2)):
        matches = list(pattern.finditer(rest))
        if len(matches) < least:
            continue
        gaps = [rest[a.end() : b.start()] for a, b in itertools.pairwise(matches)]
        ordered = pattern is _PAIR or any(
            re.search(r"→|->|=>|then|followed", gap + m["place"]) for gap, m in zip(gaps, matches[1:], strict=True)
        )
        if not ordered or not _LINK.match(rest[matches[-1].end() :]) or not all(_LINK.match(gap) for gap in gaps):
            continue
        if pattern is _PAIR and re.search(r"\w", rest[: matches[0].start()]):
            continue
        return tuple(
            Stop(
                re.sub(r"^(?:and then|then|followed by|on|at)\s+", "", match["place"].strip()),
                float(match["time"]),
                match["unit"],
                offset + match.start("time"),
                offset + match.end("time"),
            )
            for match in matches
        )
    return ()


def cells_of(rest: str, offset: int) -> tuple[tuple[Cell, ...], str]:
    """(the cells, a piece that is no cell: "" where all of it was read)."""
    cells: list[Cell] = []
    loose, begin, lead = "", 0, ""
    edges = [(match.start(), match.end()) for match in _SPLIT.finditer(rest)] + [(len(rest), len(rest))]
    for start, end in edges:
        for at, piece in _single(rest[begin:start]):
            numbers, dollar = list(NUMBER.finditer(piece)), _DOLLAR.search(piece)
            if len(numbers) == 1:
                cells.append(_led(_cell(piece, numbers[0], offset + begin + at), lead))
                lead = ""
            elif dollar and not numbers:
                spot = offset + begin + at
                cells.append(Cell("cost", 1.0, "$", spot + dollar.start(), spot + dollar.end()))
            elif numbers or _tells_rule(piece):
                loose = loose or piece.strip()
            elif not dollar:
                lead = piece
        begin = end
    return tuple(_told_apart(cells)), loose


def _led(cell: Cell, lead: str) -> Cell:
    """ "The most protein of all at 19 grams": the words in front may name a number without a name."""
    return cell if cell.name else replace(cell, also=(*cell.also, *(word.lower() for word in _words(lead))))


def _single(piece: str) -> Iterable[tuple[int, str]]:
    """ "A $10 serving gives 11 grams" is cut behind the money: (where it begins, a piece)."""
    numbers = list(NUMBER.finditer(piece))
    if len(numbers) == 2 and [bool(number["money"]) for number in numbers] == [True, False]:
        cut = numbers[0].end()
        return ((0, piece[:cut]), (cut, piece[cut:]))
    return ((0, piece),)


def _tells_rule(piece: str) -> bool:
    """Whether words without a number may be a rule on the record: they hold a cue."""
    found = [word.lower() for word in re.findall(r"[^\W\d_]+", piece)]
    weak = load("families")["any"]["weak"]
    cues = [cue for cue in load("families")["any"]["cues"] if cue not in weak]
    return any(word == cue or ("*" in cue and word.startswith(cue[:-1])) for word in found for cue in cues)


def _told_apart(cells: list[Cell]) -> list[Cell]:
    """Where a record has several numbers, one without a name is named by its unit: "162 calories for $8"."""
    if len(cells) < 2:
        return cells
    same = load("families")["any"]["same"]
    named = [cell.name or ("price" if cell.unit in _MONEY else cell.unit.lower()) for cell in cells]
    return [replace(cell, name=same.get(name, name)) for cell, name in zip(cells, named, strict=True)]


def _cell(piece: str, match: re.Match[str], offset: int) -> Cell:
    end = match.end()
    suffix = _SUFFIX.match(piece, end)
    value = float(match["value"].replace(",", ""))
    unit = (match["money"] or "").strip()
    if suffix:
        end = suffix.end()
        unit += suffix.group().strip()
    if unit == "%":
        value /= 100
    before = _words(piece[: match.start()])
    after = _words(piece[end:])
    start = offset + match.start("value")
    amount = _OF.match(piece[end:])
    said = [word.lower() for word in re.findall(r"[^\W\d_]+", piece[: match.start()])]
    verbs = [word for word in said if word in load("families")["network"]["holding"]]
    names = (
        _name(before),
        _name(after),
        _name(after[-1:]),
        "cost" if unit in _MONEY else "",
        *verbs[-1:],
        _name(after[:1]),
    )
    also = tuple(filter(None, names))
    if amount and not unit:
        return Cell(_name(_words(amount["what"])), value, amount["unit"], start, offset + end, also)
    if before or not after:
        return Cell(_name(before), value, unit or " ".join(after), start, offset + end, also)
    if not unit and len(after) > 1 and stem(after[0]) in lexicon().measure_stems:
        return Cell(_name(after[1:]), value, after[0], start, offset + end, also)
    if unit:
        return Cell(_name(after), value, unit, start, offset + end, also)
    return Cell("", value, " ".join(after), start, offset + end, also)


def _words(piece: str) -> list[str]:
    found = re.findall(r"[^\W_][\w'³²^/°-]*|[³²]", piece)
    return [word for word in found if word.lower() not in _FILLER]


def _name(words: list[str]) -> str:
    return " ".join(_NAMED.get(word.lower(), word.lower()) for word in words)
