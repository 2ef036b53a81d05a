"""What a family gets to read: the layout, the account of the prose, and the ways to say no."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families import asides, wordings
from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.records import Layout
from copilot.drafting.builtin.words import stem


class NotThisFamily(Exception):
    """The text does not have the shape of the family; another one may read it."""


class InDoubt(Exception):
    """The family is recognised, and something in the text is not understood; the arguments are the reasons.

    `whole`: all data are read, and only words or numbers beside them are not understood.
    """

    whole = False


class NotAllSaid(InDoubt):
    """The data of the family are read; what is left are words or numbers beside them."""

    whole = True


@dataclass(slots=True)
class Reading:
    """A text on its way through one family."""

    layout: Layout
    account: Account

    def settle(self, family: str, *counts: int) -> None:
        """Absorb what the family knows to be said, and raise NotAllSaid for all that is left."""
        self.account.count(*counts)
        self.account.absorb(patterns("any", "absorb"))
        self.account.absorb(patterns(family, "absorb"))
        wordings.absorb(self.account, family)
        self.account.relax(patterns(family, "known"))
        self.account.relax_clauses((*patterns("any", "core"), *patterns(family, "core")))
        self.account.relax_scene(min((block.start for block in self.layout.blocks if block.start >= 0), default=0))
        self._enumerations()
        self.account.relax_weak()
        labels = [record.label for block in self.layout.blocks for record in block.records]
        asides.relax(self.account, (*labels, *self.layout.places), family)
        small = self.layout.prose.lower()
        named = [label for label in labels if len(label) > 1 and label.lower() in small and self._names(label)]
        first = [record.label for block in self.layout.blocks[:1] for record in block.records]
        reasons = asides.reasons(self.account, ((what, start) for what, start, _ in self.account.left()), first)
        reasons += [f"“{label}” is named in the text beside its record." for label in named]
        if reasons:
            raise NotAllSaid(*dict.fromkeys(reasons))

    def _enumerations(self) -> None:
        """A sentence that names every record, or the first to the last, only lists them."""
        for block in self.layout.blocks:
            first, last = re.escape(block.labels[0]), re.escape(block.labels[-1])
            for match in re.finditer(rf"{first}\s*(?:to|through|–|-)\s*{last}(?!\w)", self.layout.prose):
                self.account.explain(*match.span())
            at = self.layout.prose.find(block.labels[0])
            while at >= 0:
                start, end = self.account.sentence_at(at)
                said = self.layout.prose[start:end]
                if all(label in said for label in block.labels):
                    for label in block.labels:
                        place = said.index(label) + start
                        self.account.explain(place, place + len(label))
                at = self.layout.prose.find(block.labels[0], end)

    def _names(self, label: str) -> bool:
        """Whether the prose names a record, one of several words in small letters or in the plural too."""
        *head, last = label.split(" ")
        words = re.escape(" ".join([*head, ""])) if head else ""
        end = re.escape(last) if len(last) == 1 else rf"{re.escape(last)}s?"  # "Item I" is not "item is"
        named = re.compile(rf"(?<!\w)(?i:{words}){end if not head or len(last) == 1 else f'(?i:{end})'}(?!\w)")
        spots = [match.span() for match in named.finditer(self.layout.prose)]
        return any(not all(self.account.explained[start:end]) for start, end in spots)


def columns(block: Block) -> dict[str, dict[str, float]]:
    """name -> label -> value, where every record has every column and says nothing else; else NotThisFamily."""
    names = list(dict.fromkeys(cell.name for record in block.records for cell in record.cells))
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for record in block.records:
        if record.loose:
            raise InDoubt(f"I did not understand “{record.loose}” of “{record.label}”.")
        if record.stops or [cell.name for cell in record.cells].sort() != names.copy().sort():
            raise NotThisFamily
        for cell in record.cells:
            found[cell.name][record.label] = cell.value
    if not found or any(len(values) != len(block.records) for values in found.values()):
        raise NotThisFamily
    if len(set(block.labels)) < len(block.labels):
        raise InDoubt("Two records have the same name; give each its own.")
    return found


def unit_of(block: Block, column: str) -> str:
    """The unit that all cells of a column share, as it is first written. Raises InDoubt where they differ."""
    units = [cell.unit for record in block.records for cell in record.cells if cell.name == column]
    same = words("any")["same"]
    units = [unit for unit in units if same.get(unit.lower(), unit.lower()) != column] or units
    stems = {tuple(stem(word) for word in unit.split()) for unit in units}
    if len(stems) > 1:
        raise InDoubt(f"The unit of “{column or 'the numbers'}” differs: {', '.join(sorted(set(units)))}.")
    return next(iter(units), "")


def place_of(block: Block) -> tuple[int, int]:
    """Where the block stands."""
    return block.start, block.end


def same_unit(first: str, second: str) -> bool:
    """Whether two units may be the same: one is missing, or they share a word."""
    a, b = ({stem(word) for word in unit.replace("³", "").split()} for unit in (first, second))
    return not a or not b or bool(a & b)


def stems(text: str) -> set[str]:
    """Stems of the words of a phrase."""
    return {stem(word) for word in re.findall(r"[^\W\d_]+", text)}


def constant_of(reading: Reading) -> float:
    """A fixed amount that is added whatever is chosen; zero where the text names none."""
    account = reading.account
    said = account.says(patterns("any", "constant"))
    always = account.says(patterns("any", "always"))
    if said is None or always is None:
        return 0.0
    start, end = account.sentence_at(said.start())
    if not start <= always.start() < end:
        return 0.0
    behind = [number for number in account.numbers if said.end() <= number.start < end]
    if not behind or account.says(patterns("any", "lowers")):
        return 0.0
    alone = len([number for number in account.numbers if start <= number.start < end]) == 1
    if alone and not any(phrase.search(reading.layout.prose, start, end) for phrase in patterns("any", "hedged")):
        account.explain(start, end)
    account.explain(said.start(), behind[0].end)
    account.explain(*always.span())
    return account.take(behind[0]).value
