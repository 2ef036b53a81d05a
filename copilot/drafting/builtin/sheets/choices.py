"""Writes down a choice among options: decisions, the goal, limits of columns, amounts, shares and averages."""

from __future__ import annotations

from typing import Literal

from copilot.drafting.builtin.families.plan import Plan, label_of, term
from copilot.drafting.builtin.sheets.choice import Choice
from copilot.drafting.builtin.sheets.limits import Limit
from copilot.drafting.builtin.sheets.problem import Doubt
from copilot.drafting.formulation import ConstraintKind, Formulation, Relation, Term

_AT: dict[Relation, str] = {"<=": "at most", ">=": "at least", "==": "exactly"}
_WHAT = {"each": "quantity of each", "share": "share", "each share": "share of each"}
_KIND: dict[Relation, ConstraintKind] = {"<=": "resource", ">=": "requirement", "==": "balance"}


def written(choice: Choice) -> Formulation:
    """The formulation. Raises Doubt where a limit needs what the text does not give."""
    problem, frame = choice.problem, choice.frame
    plan = Plan(problem.text)
    place = frame.sheet.place
    items = plan.index("options", [label_of(label) for label in frame.labels], place)
    domain: Literal["binary", "integer", "continuous"] = (
        "binary" if choice.domain == "binary" else "integer" if choice.domain == "integer" else "continuous"
    )
    if choice.part:
        take = plan.variable("part", (items,), choice.goal.place, label="part of each option that is taken")
        plan.rule("in full at most", [term(take)], "<=", 1, choice.goal.place, kind="bound", indices=(items,))
    else:
        label = "option is taken" if domain == "binary" else "amount of each option"
        name = "chosen" if domain == "binary" else "amount"
        take = plan.variable(name, (items,), choice.goal.place, domain=domain, label=label)
    _Writer(choice, plan, items, take).rules()
    for text in choice.assumed:
        plan.assume(text, take)
    gain = _columns(choice, plan, items, choice.gain)
    if choice.loss:
        gain = f"{gain} - {_columns(choice, plan, items, choice.loss)}"
    terms = [term(take, gain)]
    what = f"total {choice.gain} less {choice.loss}" if choice.loss else f"total {choice.gain}"
    title = f"{choice.goal.sense.capitalize()} the {what} over the options"
    unit = frame.sheet.column(choice.gain).unit
    return plan.formulation(title, what, choice.goal.sense, terms, choice.goal.place, unit=unit)


def _columns(choice: Choice, plan: Plan, items: str, name: str) -> str:
    """The reference of a column's numbers, written once."""
    for parameter in plan.parameters:
        if parameter.label == f"{name} of each option" and parameter.indices:
            return f"{parameter.name}[{items}]"
    column = choice.frame.sheet.column(name)
    values = {label_of(label): cell.value or 0.0 for label, cell in zip(choice.frame.labels, column.cells, strict=True)}
    label = f"{name} of each option"
    return plan.table(name, (items,), values, choice.frame.sheet.place, unit=column.unit, label=label)


class _Writer:
    def __init__(self, choice: Choice, plan: Plan, items: str, take: str) -> None:
        self.choice, self.plan, self.items, self.take = choice, plan, items, take
        self.name = take.partition("[")[0]

    def rules(self) -> None:
        """All rules."""
        for columns, relation in ((self.choice.frame.most, "<="), (self.choice.frame.least, ">=")):
            for column in columns:
                for label, cell in zip(self.choice.frame.labels, column.cells, strict=True):
                    if cell.value is not None:
                        self._bound(column.name, label, relation, cell.value)  # type: ignore[arg-type]
        for limit in self.choice.limits:
            self._limit(limit)
        for rule in self.choice.rules:
            if rule.yes_no and self.choice.domain != "binary":
                raise Doubt(f"“{rule.words}” is a rule for options that are taken or left, and here there are amounts.")
            terms = [
                Term(coefficient=factor, variable=f"{self.name}[{label_of(member)}]") for member, factor in rule.terms
            ]
            kind: ConstraintKind = "logical" if rule.yes_no else "comparison"
            self.plan.rule(rule.words, terms, rule.relation, rule.limit, rule.place, kind=kind)

    def _bound(self, column: str, label: str, relation: Relation, value: float) -> None:
        number = self.plan.number(f"{column} of {label}", value, self.choice.frame.sheet.place)
        words = f"{label} {_AT[relation]}"
        terms = [term(f"{self.name}[{label_of(label)}]")]
        self.plan.rule(words, terms, relation, number, self.choice.frame.sheet.place, kind="bound")

    def _limit(self, limit: Limit) -> None:
        plan = self.plan
        named = " and ".join(limit.members)
        what = f"total {limit.column} of {named}" if limit.column and named else f"total {limit.column}"
        what = what if limit.column else named or _WHAT.get(limit.kind, "total quantity")
        number = plan.number(f"{what} {_AT[limit.relation]}", limit.value, limit.place, unit=limit.unit)
        words = f"{what}: {_AT[limit.relation]} {limit.value:g}"
        if limit.kind == "each":
            plan.rule(
                words, [term(self.take)], limit.relation, number, limit.place, kind="bound", indices=(self.items,)
            )
        elif limit.kind in ("share", "each share"):
            self._share(limit, number, words)
        elif limit.average:
            source = _columns(self.choice, plan, self.items, limit.column)
            terms = [term(self.take, f"{source} - {number}")]
            plan.rule(words.replace("total", "average", 1), terms, limit.relation, 0, limit.place, kind="ratio")
        else:
            plan.rule(words, self._terms(limit), limit.relation, number, limit.place, kind=_kind(limit))
        if limit.said:
            plan.rules[-1] = plan.rules[-1].model_copy(update={"sentence": limit.said[:600]})

    def _terms(self, limit: Limit) -> list[Term]:
        source = _columns(self.choice, self.plan, self.items, limit.column) if limit.column else ""
        if not limit.members:
            return [term(self.take, source)]
        table = source.partition("[")[0]
        return [
            term(f"{self.name}[{label_of(member)}]", f"{table}[{label_of(member)}]" if table else "")
            for member in limit.members
        ]

    def _share(self, limit: Limit, number: str, words: str) -> None:
        """A share of what is taken of all."""
        members = [(member,) for member in self.choice.frame.labels] if limit.kind == "each share" else [limit.members]
        for several in members:
            inside = [label_of(member) for member in several]
            terms = [
                term(
                    f"{self.name}[{label_of(label)}]",
                    f"1 - {number}" if label_of(label) in inside else number,
                    minus=label_of(label) not in inside,
                )
                for label in self.choice.frame.labels
            ]
            named = f"{' and '.join(several)} {words}"
            self.plan.rule(named, terms, limit.relation, 0, limit.place, kind="ratio")


def _kind(limit: Limit) -> ConstraintKind:
    return "sum" if not limit.column else _KIND[limit.relation]
