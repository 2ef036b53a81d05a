"""Collects the edits of a follow-up and writes the changed formulation, leaving everything else as it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.drafting.base import DraftingError
from copilot.drafting.builtin.compose import Composer
from copilot.drafting.builtin.facts import Goal, Limit
from copilot.drafting.builtin.known import Known, value_of
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.formulation import RELATION_WORDS, Constraint, Formulation, Objective, Parameter, Span, Term
from copilot.drafting.latex import filled
from copilot.drafting.latex import number as plain_number
from copilot.drafting.naming import Names


@dataclass(slots=True)
class Revision:
    """The formulation in the making; each method is one edit."""

    known: Known
    text: str
    sentence_offsets: list[tuple[int, int]] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    rules: list[Constraint] = field(default_factory=list)
    objective: Objective = field(init=False)
    composer: Composer = field(init=False)
    domains: dict[str, bool] = field(default_factory=dict)
    changed: bool = False

    def __post_init__(self) -> None:
        """Start from the formulation as it is."""
        before = self.known.formulation
        self.parameters = {parameter.name: parameter for parameter in before.parameters}
        self.rules = list(before.constraints)
        self.objective = before.objective
        taken = {*self.parameters, before.objective.name}
        taken |= {item.name for item in before.variables} | {item.name for item in before.constraints}
        whole = all(variable.domain != "continuous" for variable in before.variables)
        reading = Reading(self.known.context, rows=list(self.known.rows))
        self.composer = Composer(reading, self.text, self.sentence_offsets, whole=whole, names=Names(taken))
        self.composer.variables = [variable.name for variable in before.variables]
        for row, terms in enumerate(self.known.terms):
            for term in terms:
                if term.variable in self.composer.variables:
                    self.composer.cells[row, self.composer.variables.index(term.variable)] = term.parameter

    def drop(self, rule: Constraint) -> None:
        """Remove a rule; parameters that nothing uses any more go with it."""
        self.rules = [item for item in self.rules if item.name != rule.name]
        self.changed = True

    def set_domain(self, items: tuple[int, ...], *, whole: bool) -> None:
        """Whole numbers, or any amount, for the items."""
        for item in items:
            self.domains[self.known.formulation.variables[item].name] = whole
        self.changed = True

    def set_goal(self, goal: Goal) -> None:
        """Another sense, or another quantity to make largest or smallest."""
        terms = self.objective.terms
        if goal.rows and [index for index, _ in goal.rows] != [0]:
            if len(goal.rows) > 1:
                raise DraftingError(f"“{goal.label}” may mean several quantities; name one of them.")
            terms = self.known.terms[goal.rows[0][0]]
        elif goal.count:
            terms = tuple(Term(coefficient=1.0, variable=self.composer.variables[item]) for item in goal.count)
        same = terms == self.objective.terms
        update: dict[str, object] = {"sense": goal.sense, "terms": terms, "latex": "", "spans": (_span(goal.span),)}
        old_label = self.objective.label.partition(" ")[2] or goal.label
        update["label"] = f"{goal.sense} {old_label if same else goal.label}"
        if not same:
            update["name"] = self.composer.names.take(goal.label, fallback="objective", suffix="goal")
        self.objective = self.objective.model_copy(update=update)
        self.changed = True

    def change(self, name: str, number: Part, *, by: float = 0.0) -> None:
        """Give a parameter a new value, or add `by` times the number to it."""
        parameter = self.parameters[name]
        value = number.value
        if by and isinstance(parameter.value, float):
            step = parameter.value * value if number.shape == "percent" else value
            value = parameter.value + by * step
        self._set(parameter, value, (number.start, number.end))

    def limit(self, limit: Limit) -> None:
        """Change the rule that says the same with another number, or add a rule."""
        rule = self.composer.constraint(limit)
        added = {parameter.name: parameter for parameter in self.composer.parameters}
        same = [
            item
            for item in self.rules
            if item.relation == rule.relation
            and item.limit_parameter
            and rule.limit_parameter
            and _vector(item) == _vector(rule)
        ]
        if same and limit.quantity is not None:
            self.composer.parameters.clear()
            part = limit.quantity.part
            self._set(self.parameters[same[0].limit_parameter], part.value, limit.quantity.span)
            return
        self.parameters.update(added)
        self.composer.parameters.clear()
        self.rules.append(rule)
        self.changed = True

    def _set(self, parameter: Parameter, value: float, span: tuple[int, int]) -> None:
        sentence = next((s for s in self.sentence_offsets if s[0] <= span[0] < s[1]), span)
        said = " ".join(self.text[sentence[0] : sentence[1]].split())[:600]
        update = {"value": value, "spans": (_span(span),), "sentence": said}
        self.parameters[parameter.name] = parameter.model_copy(update=update)
        self.changed = True

    def result(self) -> Formulation:
        """The whole formulation, numbers in terms and labels brought up to date."""
        before = self.known.formulation
        rules = tuple(self._current(rule) for rule in self.rules)
        goal = self.objective.model_copy(update={"terms": self._terms(self.objective.terms), "latex": ""})
        used = " ".join(
            [term.parameter for term in (*goal.terms, *(term for rule in rules for term in rule.terms))]
            + [rule.limit_parameter for rule in rules]
        )
        names = set(used.replace("-", " ").replace("+", " ").replace("(", " ").replace("*", " ").split())
        return filled(
            before.model_copy(
                update={
                    "parameters": tuple(item for item in self.parameters.values() if item.name in names),
                    "variables": tuple(
                        variable.model_copy(
                            update={"domain": "integer" if self.domains[variable.name] else "continuous"}
                        )
                        if variable.name in self.domains
                        else variable
                        for variable in before.variables
                    ),
                    "objective": goal,
                    "constraints": rules,
                }
            )
        )

    def _terms(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        values = list(self.parameters.values())
        return tuple(
            term.model_copy(update={"coefficient": value_of(term.parameter, values)}) if term.parameter else term
            for term in terms
        )

    def _current(self, rule: Constraint) -> Constraint:
        terms = self._terms(rule.terms)
        limit = rule.limit
        if rule.limit_parameter:
            limit = value_of(rule.limit_parameter, list(self.parameters.values()))
        if terms == rule.terms and limit == rule.limit:
            return rule
        label = rule.label
        if limit != rule.limit and rule.relation and limit is not None and ": " in label:
            money = "$" if rule.unit == "$" else ""
            number = plain_number(limit).replace("{,}", ",")
            label = f"{label.split(': ')[0]}: {RELATION_WORDS[rule.relation]} {money}{number}"
        return rule.model_copy(update={"terms": terms, "limit": limit, "label": label, "latex": ""})


def _vector(rule: Constraint) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((term.variable, term.coefficient) for term in rule.terms))


def _span(span: tuple[int, int]) -> Span:
    return Span(start=span[0], end=span[1])
