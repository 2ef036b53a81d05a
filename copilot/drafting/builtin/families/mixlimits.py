"""Finds the limit or the need of each column of a mix: in the prose, or in a second list named after the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Place
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, stems
from copilot.drafting.formulation import Relation

FAMILY = "mix"
CHOSEN, USED = "number of options used", "least share of one that is used"
_EDGE = re.compile(r"[,;:()]|\band\b")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on the sum over a column ("" for all quantities together); `average`: on its mean over what is taken.

    CHOSEN in place of a column: on how many options are used. USED: on the share of the total of one that is used.
    """

    column: str
    relation: Relation
    value: float
    unit: str
    place: Place
    average: bool = False


def limits_of(
    reading: Reading, contents: Sequence[str], others: Sequence[Block], *, maximized: bool, count: int
) -> list[Limit]:
    """All limits, without a number that is the `count` of options; what says them is taken from the account.

    Raises InDoubt or NotThisFamily.
    """
    found = [limit for block in others for limit in _listed(block, contents, maximized=maximized)]
    carried: tuple[Relation, int] | None = None
    for said in tuple(reading.account.numbers):
        before = _before(reading, said)
        relation = _relation(before)
        begin = _statement(reading, said)[0]
        if relation is None and carried and carried[1] == begin:
            relation = carried[0]
        column = _column(reading, said, contents)
        if column is None and (special := _of_chosen(reading, said, relation)):
            limit = special
        elif column is None:
            total = _total(reading, said, relation) if said.value != count else None
            if total is None:
                continue
            limit = total
        else:
            relation = relation or _weak(reading, said, maximized=maximized)
            if relation is None:
                raise InDoubt(f"It is not clear whether {said.value:g} {said.unit} is a minimum or a maximum.")
            limit = Limit(column, relation, said.value, "", said.sentence, _is_average(reading, said))
        if (limit.column, limit.relation) in {(one.column, one.relation) for one in found}:
            raise InDoubt(f"There are two numbers for {limit.column or 'the total'}.")
        _take(reading, said)
        carried = (limit.relation, begin)
        found.append(limit)
    return found


def _of_chosen(reading: Reading, said: Said, relation: Relation | None) -> Limit | None:
    """ "at most 4 funds", "a fund that gets any gets at least 5% of the money"."""
    names = {record.label.split()[0] for record in reading.layout.blocks[0].records}
    prose = reading.layout.prose
    following = stems(" ".join(re.findall(r"[^\W\d_]+", prose[said.end : said.end + 30])[:2]))
    if relation == "<=" and len(names) == 1 and stems(next(iter(names))) & following:
        return Limit(CHOSEN, "<=", said.value, "", said.sentence)
    before = _before(reading, said)
    some = [match for phrase in patterns(FAMILY, "some") for match in phrase.finditer(before)]
    if relation == ">=" and some and prose[said.start : said.end].endswith("%"):
        for match in some:
            start = prose.find(match.group(), *said.sentence)
            reading.account.explain(start, start + len(match.group()))
        return Limit(USED, ">=", said.value, "%", said.sentence)
    return None


def _listed(block: Block, contents: Sequence[str], *, maximized: bool) -> list[Limit]:
    """ "- Cutting: 120 hours available" for each column."""
    found = []
    for record in block.records:
        column = [name for name in contents if stems(name) == stems(record.label)]
        column = column or [name for name in contents if stems(name) & stems(record.label)]
        if len(column) != 1 or len(record.cells) != 1:
            raise NotThisFamily
        cell = record.cells[0]
        words = f"{cell.name} {cell.unit} {record.label}"
        relation = _relation(words) or _relation(block.intro) or _hint(words) or _hint(block.intro)
        if relation is None or record.loose:
            raise InDoubt(f"It is not clear whether {record.label} is a minimum or a maximum.")
        found.append(Limit(column[0], relation, cell.value, cell.unit, (record.start, record.end), cell.unit == "%"))
    return found


def _before(reading: Reading, said: Said) -> str:
    """The words of the sentence between the number before and this one."""
    start = max([other for other in _ends(reading) if other <= said.start], default=0)
    return reading.layout.prose[max(start, said.sentence[0]) : said.start]


def _ends(reading: Reading) -> list[int]:
    account = reading.account
    return [other.end for other in (*account.numbers, *account.taken, *account.counts)]


def _column(reading: Reading, said: Said, contents: Sequence[str]) -> str | None:
    """The column that the words behind the number name, else those before it."""
    prose = reading.layout.prose
    cut = re.compile(r"[,;:()]|\d|\band\b").search(prose, said.end, said.sentence[1])
    behind = prose[said.end : cut.start() if cut else said.sentence[1]]
    before = _before(reading, said)
    last = max([match.end() for match in _EDGE.finditer(before)], default=0)
    for words in (behind, before[last:], before, prose[said.sentence[0] : said.start]):
        named = [name for name in contents if stems(name) & _telling(words)]
        if len(named) == 1:
            return named[0]
        best = [name for name in named if stems(name) <= _telling(words)]
        if len(best) == 1:
            return best[0]
    return None


def _telling(words: str) -> set[str]:
    return stems(words) - stems("by of in to the a at most least")


def _relation(words: str) -> Relation | None:
    """The direction that the last cue gives."""
    spots: list[tuple[int, Relation]] = []
    for key, relation in (("least", ">="), ("most", "<=")):
        for phrase in patterns(FAMILY, key):
            spots += [(match.end(), relation) for match in phrase.finditer(words)]  # type: ignore[misc]
    return max(spots)[1] if spots else None


def _hint(words: str) -> Relation | None:
    has = any(phrase.search(words) for phrase in patterns(FAMILY, "have"))
    wants = any(phrase.search(words) for phrase in patterns(FAMILY, "want"))
    return None if has == wants else "<=" if has else ">="


def _weak(reading: Reading, said: Said, *, maximized: bool) -> Relation | None:
    """What is there limits, what is needed is a minimum: by the whole sentence."""
    hint = _hint(reading.layout.prose[slice(*_statement(reading, said))])
    return hint or ("<=" if maximized and _is_stock(reading, said) else None)


def _is_stock(reading: Reading, said: Said) -> bool:
    return any(phrase.search(reading.layout.prose, *_statement(reading, said)) for phrase in patterns(FAMILY, "have"))


def _statement(reading: Reading, said: Said) -> Place:
    """The sentence together with those that a semicolon joins to it."""
    start, end = said.sentence
    while reading.layout.prose[:start].rstrip().endswith(";"):
        start = reading.account.sentence_at(len(reading.layout.prose[:start].rstrip()) - 1)[0]
    return start, end


def _is_average(reading: Reading, said: Said) -> bool:
    sentence = reading.layout.prose[slice(*said.sentence)]
    percent = reading.layout.prose[said.start : said.end].endswith("%")
    return percent or any(phrase.search(sentence) for phrase in patterns(FAMILY, "average"))


def _total(reading: Reading, said: Said, relation: Relation | None) -> Limit | None:
    """ "blends 180 tons", "invests all of $90,000", "at most 50 in total"."""
    prose = reading.layout.prose
    before, near = prose[said.sentence[0] : said.start], prose[said.sentence[0] : said.end + 40]
    unit = (
        said.unit if said.unit in ("$", "€", "£", "¥") else said.unit.split(" of ")[0].split()[0] if said.unit else ""
    )
    if any(phrase.search(before) for phrase in patterns(FAMILY, "all_of")) and relation is None:
        return Limit("", "==", said.value, unit, said.sentence)
    if any(phrase.search(near) for phrase in patterns(FAMILY, "together")):
        if relation is None:
            relation = "<=" if any(phrase.search(near) for phrase in patterns(FAMILY, "have")) else None
        if relation:
            return Limit("", relation, said.value, unit, said.sentence)
    return None


def _take(reading: Reading, said: Said) -> None:
    account = reading.account
    account.taken.append(account.take(said))
    for key in ("least", "most", "have", "want", "average", "all_of", "together"):
        for phrase in patterns(FAMILY, key):
            for match in phrase.finditer(reading.layout.prose, *said.sentence):
                account.explain(*match.span())
