"""Turns a reading into the formulation: named parameters, decisions, an objective and rules in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.drafting.builtin.facts import Fact, Limit, Quantity
from copilot.drafting.builtin.linear import goal_coefficients, rule_of, step
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import (
    RELATION_WORDS,
    Assumption,
    Constraint,
    Formulation,
    LedgerEntry,
    Objective,
    Parameter,
    Span,
    Term,
    Variable,
)
from copilot.drafting.latex import filled
from copilot.drafting.latex import number as plain_number
from copilot.drafting.naming import Names


def compose(reading: Reading, *, text: str, sentences: Sequence[tuple[int, int]], whole: bool) -> Formulation:
    """The formulation of a reading that has an objective; `sentences` are offsets into the text."""
    return Composer(reading, text, sentences, whole=whole).formulation()


def same_model(one: Formulation, other: Formulation) -> bool:
    """Whether two formulations choose, aim at and obey the same; what they assume may differ."""
    return (one.parameters, one.variables, one.objective, one.constraints) == (
        other.parameters,
        other.variables,
        other.objective,
        other.constraints,
    )


@dataclass(slots=True)
class Composer:
    """Writes items of a formulation; a revision gives it the names and cells that exist already."""

    reading: Reading
    text: str
    sentences: Sequence[tuple[int, int]]
    whole: bool
    names: Names = field(default_factory=Names)
    parameters: list[Parameter] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)

    def formulation(self) -> Formulation:
        """All items; parameters in the order they are needed."""
        items = self.reading.context.items
        self.variables = [self.names.take(item.label, fallback="item", suffix="amount") for item in items]
        goal = self._objective()
        rules = tuple(self.constraint(limit) for limit in self.reading.limits)
        ledger = tuple(LedgerEntry(reason=gap.reason[:600], spans=_spans(gap.spans)) for gap in self.reading.gaps[:100])
        label = ", ".join(item.label for item in items)
        return filled(
            Formulation(
                title=f"{goal.label[:1].upper()}{goal.label[1:]}: {label}"[:120],
                parameters=tuple(self.parameters),
                variables=tuple(self._variable(index) for index in range(len(items))),
                objective=goal,
                constraints=rules,
                assumptions=self._assumptions(),
                ledger=ledger,
            )
        )

    def _variable(self, index: int) -> Variable:
        item, unit = self.reading.context.items[index], self._measure()
        return Variable(
            name=self.variables[index],
            label=f"{unit} of {item.label}" if unit else f"number of {item.label}",
            domain="integer" if self.whole else "continuous",
            unit=unit,
            sentence=self._sentence_at(item.start),
            spans=(Span(start=item.start, end=item.end),),
        )

    def _measure(self) -> str:
        context = self.reading.context
        if context.invested:
            return "money"
        known = sorted(context.measures & lexicon().measure_stems)
        return "" if self.whole or not known else f"{lexicon().full_names[known[0]]}s"

    def _assumptions(self) -> tuple[Assumption, ...]:
        names = " and ".join(item.label for item in self.reading.context.items)
        kind = "whole numbers" if self.whole else "amounts that need not be whole"
        strict = self._strict()
        told = {**self.reading.told, **strict}
        notes = [*dict.fromkeys([*self.reading.notes, *strict]), f"{names} are {kind}, and never negative."]
        return tuple(Assumption(text=note[:600], spans=_spans(told.get(note, ()))) for note in notes[:60])

    def _strict(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """What is assumed of "more than 50" and "fewer than 30" of whole things, and where each is said."""
        found: dict[str, tuple[tuple[int, int], ...]] = {}
        for limit in self.reading.limits:
            number = limit.quantity
            if not (limit.strict and self.whole and number and limit.kind in ("bound", "sum")):
                continue
            words, last = RELATION_WORDS[limit.sign], f"{number.part.value:,.10g}"
            beyond = f"{number.part.value + (1 if limit.sign == '>=' else -1):,.10g}"
            note = f'{last} itself is taken as allowed ("{words} {last}"); write "{words} {beyond}" if it is not.'
            found[note] = (number.span,)
        return found

    def _objective(self) -> Objective:
        goal = self.reading.goal
        assert goal is not None
        terms = []
        for item, coefficient in goal_coefficients(goal, self.reading.rows).items():
            parts = [
                f"{'- ' if sign < 0 else ''}{self._cell(row, item)}"
                for row, sign in goal.rows
                if item in self.reading.rows[row].facts
            ]
            source = " + ".join(parts).replace("+ - ", "- ")
            terms.append(Term(coefficient=coefficient, variable=self.variables[item], parameter=source))
        units = {self._row_unit(row) for row, _ in goal.rows}
        return Objective(
            name=self.names.take(goal.label, fallback="objective", suffix="goal"),
            label=f"{goal.sense} {goal.label}"[:600],
            sense=goal.sense,
            terms=tuple(terms),
            unit=units.pop() if len(units) == 1 else "",
            sentence=self._sentence(goal.sentence),
            spans=_spans((goal.span,)),
        )

    def constraint(self, limit: Limit) -> Constraint:
        """The rule that a limit says, with the parameters it needs."""
        rule = rule_of(limit, self.reading.rows, whole=self.whole)
        name, label = self._named(limit)
        source, terms = "", []
        if limit.share is not None:
            source = self._parameter(f"{name}_factor", limit.share, f"factor in {label}")
        for item, coefficient in rule.coefficients.items():
            terms.append(
                Term(
                    coefficient=coefficient,
                    variable=self.variables[item],
                    parameter=self._source(limit, item, source),
                )
            )
        bound = ""
        if limit.quantity is not None:
            bound = self._parameter(f"{name}_limit", limit.quantity, f"limit on {label.split(':')[0]}")
        return Constraint(
            name=name,
            label=label,
            kind=limit.kind,
            terms=tuple(terms),
            relation=limit.sign,
            limit=rule.bound,
            limit_parameter=bound,
            unit=_limit_unit(limit),
            sentence=self._sentence(limit.sentence),
            spans=_spans(limit.spans),
        )

    def _source(self, limit: Limit, item: int, factor: str) -> str:
        """The parameter expression of one term."""
        if limit.kind == "ratio":
            share = f"1 - {factor}" if item in limit.items else f"-{factor}"
            return share if limit.row < 0 else f"({share}) * {self._cell(limit.row, item)}"
        if limit.row >= 0:
            rows = [row for row in limit.all_rows if item in self.reading.rows[row].facts]
            return " + ".join(self._cell(row, item) for row in rows)
        return f"-{factor}" if factor and item in limit.base else ""

    def _named(self, limit: Limit) -> tuple[str, str]:
        """(unused identifier, label in words) of a rule."""
        items = self.reading.context.items
        own = " and ".join(items[item].label for item in limit.items)
        variables = " ".join(self.variables[item] for item in limit.items)
        sign = RELATION_WORDS[limit.sign]
        suffix = sign.replace(" ", "_")
        if limit.row >= 0 and limit.quantity:
            row = " and ".join(row_name(self.reading.rows[row]) for row in limit.all_rows)
            return self.names.take(row, suffix=suffix), f"{row}: {sign} {_number(limit.quantity)}"
        if limit.kind == "ratio" and limit.share:
            of = f" {row_name(self.reading.rows[limit.row])}" if limit.row >= 0 else ""
            return self.names.take(f"{variables} share"), f"{own}: {sign} {_number(limit.share)} of all{of}"
        if limit.kind in ("multiple", "comparison"):
            other = " and ".join(items[item].label for item in limit.base)
            name = self.names.take(f"{variables} to {self.variables[limit.base[0]]}")
            if limit.share:
                return name, f"{own}: {sign} {_times(limit.share)} {other}"
            distance = step(limit, whole=self.whole)
            word = {1.0: "more than", -1.0: "fewer than"}.get(distance, f"{sign} as many as")
            return name, f"{own}: {word} {other}"
        every = len(limit.items) == len(items) > 1
        subject = "total" if every else own
        name = self.names.take(f"{'total' if every else variables} {suffix}")
        return name, f"{subject}: {sign} {_number(limit.quantity) if limit.quantity else 0}"

    def _cell(self, row: int, item: int) -> str:
        key = (row, item)
        if key not in self.cells:
            fact = self.reading.rows[row].facts[item]
            name, label = row_name(self.reading.rows[row]), self.reading.context.items[item].label
            self.cells[key] = self._parameter(
                f"{name} {self.variables[item]}", fact.quantity, f"{name} for {label}", unit=self._row_unit(row)
            )
        return self.cells[key]

    def _row_unit(self, row: int) -> str:
        units = [_unit(fact) for fact in self.reading.rows[row].facts.values()]
        return next((unit for unit in units if unit), "")

    def _parameter(self, words: str, quantity: Quantity, label: str, *, unit: str = "") -> str:
        name = self.names.take(words, fallback="value", suffix="value")
        self.parameters.append(
            Parameter(
                name=name,
                label=label[:600],
                value=quantity.part.value,
                unit=_quantity_unit(quantity) or unit,
                sentence=self._sentence(quantity.sentence),
                spans=_spans((quantity.span,)),
            )
        )
        return name

    def _sentence(self, index: int) -> str:
        start, end = self.sentences[index]
        return " ".join(self.text[start:end].split())[:600]

    def _sentence_at(self, offset: int) -> str:
        found = [index for index, (start, end) in enumerate(self.sentences) if start <= offset < end]
        return self._sentence(found[0]) if found else ""


def _spans(spans: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end) for start, end in spans[:40])


def _number(quantity: Quantity) -> str:
    value = quantity.part.value
    if quantity.part.shape in ("percent", "fraction"):
        return f"{value * 100:.6g} %"
    written = plain_number(value).replace("{,}", ",")
    return f"${written}" if quantity.part.text.startswith("$") or quantity.part.shape == "money" else written


def _times(quantity: Quantity) -> str:
    return f"{quantity.part.value:.6g} times"


def _unit(fact: Fact) -> str:
    return _quantity_unit(fact.quantity)


def _quantity_unit(quantity: Quantity) -> str:
    if quantity.part.shape == "money":
        return "$"
    if quantity.part.shape in ("percent", "fraction", "multiple"):
        return "%" if quantity.part.shape == "percent" else ""
    for part in quantity.after:
        if part.stem == quantity.unit:
            return part.text[:60]
    name = lexicon().full_names.get(quantity.unit, "")
    return f"{name}s" if name else ""


def _limit_unit(limit: Limit) -> str:
    return _quantity_unit(limit.quantity) if limit.quantity else ""
