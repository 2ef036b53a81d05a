"""Lists in a text as sheets: lines that each name one thing and tell the same facts of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.builtin.sheets.cells import Cell, cell_of
from copilot.drafting.builtin.sheets.grids import lines_of
from copilot.drafting.builtin.sheets.sheet import Column, Sheet
from copilot.drafting.builtin.words import lexicon, load, stem

BULLET = re.compile(r"[ \t]*(?:[*•‣▪◦·–—-]|#\d{1,2}|\(?\d{1,2}[.)]|\(?[a-z][.)])[ \t]+")
_LABEL = re.compile(
    r"(?P<label>[^:;|—–\n]{1,60}?)\s*(?::(?!\d)\s*|\s[—–-]{1,2}\s|\s[=→]\s|\s?[\(\[{])(?P<rest>.*\S.*)$"
)
_BARE = re.compile(r"(?P<label>[^:;|—–\n\d$€£¥,]{1,40}?),?\s+(?P<rest>[$€£¥]?\s?\d.*)$")
_FACT = re.compile(r"\s*(?:;|,(?!\d{3}(?!\d))|\s/\s|\s\|\s|\s[—–-]\s|(?<!min)(?<!max)\.\s|\band\b|\(|\))\s*")
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<money>[$€£¥]\s?)?(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
    r"(?P<scale>\s?[kK](?![\w/])|\s?[mM](?=\s|$)(?=\s*(?:$|[,;.)])))?(?P<percent>\s?%)?"
)


_TOLD = re.compile(
    r"(?P<label>(?:[A-Z]\w{0,3}\. )?[^\W\d][^:;|—–\n$€£¥,.]{0,40}?)\s+"
    rf"(?P<rest>(?:can )?(?:{'|'.join(load('sheets')['lists']['verbs'])})\b.*)"
)
_SHORT = re.compile(r"(?P<label>[A-Z][\w'’.-]*(?: [\w'’-]+)?)\s+(?P<rest>[$€£¥]?\d[\d.,]*(?:\s?[^\W\d_]{1,8})?)")
_CODED = re.compile(r"(?P<label>[A-Z][a-z]+ (?:[A-Z]|\d{1,2}))(?P<rest>\s(?:\(|[a-z]).*\d.*)")
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(?P<least>\d[\d,]*(?:\.\d+)?)(?:\s[^\W\d_]+)?\s+(?:and|to)\s+(?P<most>\d[\d,]*(?:\.\d+)?)"
    r"(?P<unit>(?:\s[^\W\d_]+)?)"
)
_LINK = re.compile(r"\b[A-Z][\w'’-]* (?:to|→|->) (?:the )?[A-Z]\w*:? \D{0,2}\d")
_LONGEST_WORDS = 4
_MONEY = ("$", "€", "£", "¥")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: its label and what it says behind it."""

    label: str
    rest: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of an item with the words around it."""

    cell: Cell
    words: tuple[str, ...]

    @property
    def stems(self) -> frozenset[str]:
        """Stems of its words."""
        return frozenset(stem(word) for word in self.words)


@dataclass(frozen=True, slots=True)
class Items:
    """Lines that stand together; `intro` is the text before them."""

    items: tuple[Item, ...]
    intro: str

    @property
    def start(self) -> int:
        """Where the first line begins."""
        return self.items[0].start

    @property
    def end(self) -> int:
        """Where the last line ends."""
        return self.items[-1].end


def items_of(prose: str) -> list[Items]:
    """Runs of two or more lines that each name a thing and say something of it."""
    found: list[Items] = []
    run: list[Item] = []
    for start, line in (*lines_of(prose), (len(prose), "#")):
        if not line.strip():
            continue
        item = item_of(line, start)
        if item is None or (run and bool(BULLET.match(line)) != bool(BULLET.match(prose[run[0].start :]))):
            found += _closed(run, prose)
            run = [item] if item else []
        else:
            run.append(item)
    return found


def _closed(run: list[Item], prose: str) -> list[Items]:
    if len(run) < 2 or len({item.label for item in run}) < len(run):
        return []
    before = prose[: run[0].start].rstrip()
    cut = max(before.rfind("\n"), before.rfind(". "), before.rfind("? "))
    return [Items(tuple(run), before[cut + 1 :].strip())]


def item_of(line: str, start: int) -> Item | None:
    """The item that a line is; None where it is a sentence or a heading."""
    bullet = BULLET.match(line)
    body = line[bullet.end() :] if bullet else line
    plain = body.replace("**", "  ").replace("`", " ")
    short = _SHORT.fullmatch(plain.strip())
    if short and not bullet:
        return Item(short["label"].strip(), short["rest"], start, start + len(line))
    coded = _CODED.fullmatch(plain.strip())
    if coded and not bullet:
        return Item(coded["label"], coded["rest"], start, start + len(line))
    told = _TOLD.fullmatch(plain.strip()) if bullet else None
    if told and len(told["label"].split()) <= _LONGEST_WORDS and _names_things(told["rest"]):
        return Item(told["label"].strip(), told["rest"], start, start + len(line))
    match = _LABEL.match(plain.strip()) or (_BARE.match(plain.strip()) if bullet else None)
    if (
        match is not None
        and match.re is _BARE
        and match["label"].split()[-1].lower() in load("sheets")["lists"]["open"]
    ):
        return None  # a sentence: "The kiln can fire up to 80 pots."
    if match is None or (not bullet and (not re.search(r"[:{]", plain[: len(match["label"]) + 4]) or "?" in plain)):
        return None
    label = match["label"].strip(" *_.\t")
    rest = match["rest"] if plain.strip()[match.end("label") :].lstrip()[:1] != "(" else f"({match['rest']}"
    named = all(len(part.split()) < _LONGEST_WORDS for part in re.split(r"[,;]", rest)) and "," in rest
    if not label or (not bullet and (len(label.split()) > 5 or not (re.search(r"\d", rest) or named))):
        return None
    return Item(label, rest, start, start + len(line))


def _names_things(rest: str) -> bool:
    """Whether the rest of a line tells numbers or lists names, and gives no rule."""
    ruled = any(re.search(rf"\b{word}\b", rest.lower()) for word in load("sheets")["lists"]["ruling"])
    listed = re.search(r"\d|,| and |\s[A-Z]", rest)
    return not ruled and listed is not None


def sheet_of(items: Items) -> Sheet | None:
    """The sheet of a list whose items tell the same facts; None where they do not."""
    told = [facts_of(item.rest) for item in items.items]
    if any(facts is None for facts in told) or not any(told) or any(_LINK.search(one.rest) for one in items.items):
        return None
    columns = _columns(_named_once([facts or () for facts in told]))
    if columns is None:
        return None
    labels = tuple(item.label for item in items.items)
    return Sheet("", labels, columns, items.start, items.end, items.intro, listed=True)


def _named_once(told: Sequence[tuple[Fact, ...]]) -> Sequence[tuple[Fact, ...]]:
    """ "the Bells (4 people), the Cottons (3)": the numbers of the others are of the kind that the first ones are."""
    first, others = told[0], told[1:]
    bare = all(not fact.words and not fact.cell.unit and fact.cell.value is not None for one in others for fact in one)
    if (
        not bare
        or not all(fact.words or fact.cell.unit for fact in first)
        or {len(first)} != {len(one) for one in others}
    ):
        return told
    return [first, *(tuple(map(_of_kind, one, first)) for one in others)]


def _of_kind(fact: Fact, named: Fact) -> Fact:
    return Fact(replace(fact.cell, unit=named.cell.unit), named.words)


def facts_of(rest: str) -> tuple[Fact, ...] | None:
    """The facts behind a label; None where a piece says something without a number."""
    facts: list[Fact] = []
    plain = _BETWEEN.sub(r"at least \g<least>\g<unit>; at most \g<most>\g<unit>", rest)
    for piece in filter(None, (part.strip() for part in _FACT.split(plain))):
        numbers = list(_NUMBER.finditer(piece))
        if len(numbers) == 2 and numbers[0]["money"] and not numbers[1]["money"]:
            cut = numbers[0].end()
            halves = [piece[:cut], piece[cut:]]
        else:
            halves = [piece]
        for half in halves:
            fact = _fact(half)
            if fact is not None:
                facts.append(fact)
            elif not _says_nothing(half):
                if re.search(r"\d", half) or len(half.split()) > _LONGEST_WORDS:
                    return None
                facts.append(Fact(Cell(half.strip(" .")), ()))
    return tuple(facts)


def _says_nothing(piece: str) -> bool:
    known = load("sheets")["lists"]
    return all(word in known["filler"] for word in re.findall(r"[^\W\d_]+", piece.lower())) and not re.search(
        r"\d", piece
    )


def _fact(piece: str) -> Fact | None:
    """One number with its words; the unit is money, a percentage, or a word of measure behind the number."""
    numbers = list(_NUMBER.finditer(piece))
    if len(numbers) != 1:
        return None
    match = numbers[0]
    before, after = _words(piece[: match.start()]), _words(piece[match.end() :])
    if not before and re.match(r"\s*(?:per|/|a)\s?[^\W\d_]+\s*$", piece[match.end() :]):
        after = ["price"]
    value = float(match["value"].replace(",", ""))
    scale = (match["scale"] or "").strip().lower()
    value *= {"k": 1e3, "m": 1e6}.get(scale, 1.0) if scale == "k" or match["money"] else 1.0
    unit = (match["money"] or "").strip()
    if match["percent"]:
        unit, value = "%", value / 100
    behind = piece[match.end() :]
    if not unit and scale == "m" and not match["money"]:
        unit = "m"
    first = re.match(r"\s*([^\W\d_]+(?:/[^\W\d_]+)?[²³]?)", behind)
    if (
        not unit
        and first
        and (stem(first[1]) in lexicon().measure_stems or stem(first[1]) in lexicon().container_stems)
    ):
        unit = first[1]
        after = after[1:] if after and after[0] == first[1].lower() else after
    said = cell_of(piece)
    return Fact(Cell(piece, value, unit, said.relation), (*before, *after))


def _words(piece: str) -> list[str]:
    filler = load("sheets")["lists"]["filler"]
    return [word for word in re.findall(r"[^\W\d_][\w'’-]*", piece.lower()) if word not in filler]


def _columns(told: Sequence[Sequence[Fact]]) -> tuple[Column, ...] | None:
    """One column for each kind of fact: facts are alike by their words and unit, else by their place."""
    kinds: list[list[Fact | None]] = []
    for row, facts in enumerate(told):
        free = list(range(len(kinds)))
        for place, fact in enumerate(facts):
            fitting = sorted(free, key=lambda kind: (-_alike(fact, kinds[kind]), abs(kind - place)))
            if fitting and _alike(fact, kinds[fitting[0]]) > 0:
                kinds[fitting[0]].append(fact)
                free.remove(fitting[0])
            else:
                kinds.append([None] * row + [fact])
        for kind in kinds:
            kind += [None] * (row + 1 - len(kind))
    columns = [_column(kind) for kind in kinds]
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        return None
    return tuple(columns)


def _alike(fact: Fact, kind: Sequence[Fact | None]) -> float:
    others = [other for other in kind if other is not None]
    score = 0.0
    for other in others:
        if (other.cell.value is None) != (fact.cell.value is None) or other.cell.relation != fact.cell.relation:
            continue
        same_unit = stem(fact.cell.unit) == stem(other.cell.unit)
        shared = len(fact.stems & other.stems)
        if not shared and (fact.stems and other.stems):
            continue
        if not same_unit and fact.cell.unit and other.cell.unit and not shared:
            continue
        score = max(
            score, shared + 0.5 * (same_unit and bool(fact.cell.unit)) + 0.1 * (not fact.stems and not other.stems)
        )
    return score


def _column(kind: Sequence[Fact | None]) -> Column:
    facts = [fact for fact in kind if fact is not None]
    if facts[0].cell.value is None:
        return _of_words([fact.cell if fact else Cell("") for fact in kind])
    if facts[0].cell.relation:
        name = "most" if facts[0].cell.relation == "<=" else "least"
        return Column(name, facts[0].cell.unit, tuple(fact.cell if fact else Cell("") for fact in kind), name)
    shared = frozenset.intersection(*(fact.stems for fact in facts))
    words = [word for word in facts[0].words if stem(word) in shared] or list(facts[0].words)
    unit = next((fact.cell.unit for fact in facts if fact.cell.unit), "")
    packed = lexicon().container_stems | lexicon().measure_stems
    if unit in _MONEY and all(stem(word) in packed for word in words):
        words = []
    name = " ".join(dict.fromkeys(words)) or load("sheets")["lists"]["names"].get(unit, unit.lower())
    return Column(name, unit, tuple(fact.cell if fact else Cell("") for fact in kind), name)


def _of_words(cells: Sequence[Cell]) -> Column:
    """A column of words; "sector energy, sector health" is headed by the word that all begin with."""
    parted = [cell.text.partition(" ") for cell in cells if cell.text]
    if len({first.lower() for first, _, _ in parted}) > 1 or not all(rest for _, _, rest in parted):
        return Column("kind", "", tuple(cells), "kind")
    rest = tuple(Cell(cell.text.partition(" ")[2]) for cell in cells)
    return Column(parted[0][0].lower(), "", rest, parted[0][0])
