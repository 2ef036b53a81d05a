"""Writes down what a family says: sets, tables, decisions and rules, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.formulation import (
    Assumption,
    Constraint,
    ConstraintKind,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Relation,
    Span,
    Term,
    Variable,
)
from copilot.drafting.latex import filled
from copilot.drafting.naming import Names

Place = tuple[int, int]
Key = str | tuple[str, ...]
K = TypeVar("K", bound=Key)


_SAFE = str.maketrans({"[": "(", "]": ")", ",": ";", '"': "'", "\\": "/"})


def label_of(words: str) -> str:
    """A label without the signs that a reference to it cannot hold."""
    return " ".join(words.translate(_SAFE).split())[:200]


@dataclass(slots=True)
class Plan:
    """The formulation in the making."""

    text: str
    sources: Mapping[int, tuple[str, Mapping[str, tuple[float, ...]]]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    sets: list[IndexSet] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    rules: list[Constraint] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)

    def index(self, words: str, labels: Iterable[str], *places: Place) -> str:
        """A set; returns its name."""
        name = self.names.take(words, fallback="items", suffix="set")
        spans = _spans(places)
        self.sets.append(IndexSet(name=name, elements=tuple(labels), spans=spans, sentence=self._said(places)))
        return name

    def table(
        self,
        words: str,
        indices: Sequence[str],
        values: Mapping[K, float],
        *places: Place,
        unit: str = "",
        label: str = "",
    ) -> str:
        """Numbers over sets; returns the reference that a term uses ("weight[items]")."""
        name = self.names.take(words, fallback="amount", suffix="value")
        keyed = tuple(((key,) if isinstance(key, str) else key, float(value)) for key, value in values.items())
        self.parameters.append(
            Parameter(
                name=name,
                label=label or f"{words} of each of {', '.join(indices)}",
                indices=tuple(indices),
                unit=unit[:60],
                value=keyed,
                source=self._source(places, [value for _, value in keyed], words),
                spans=_spans(places),
                sentence=self._said(places),
            )
        )
        return f"{name}[{','.join(indices)}]"

    def number(self, words: str, value: float, *places: Place, unit: str = "") -> str:
        """One number; returns its name."""
        name = self.names.take(words, fallback="amount", suffix="value")
        self.parameters.append(
            Parameter(
                name=name,
                label=words,
                unit=unit[:60],
                value=float(value),
                spans=_spans(places),
                sentence=self._said(places),
            )
        )
        return name

    def said(self, words: str, said: Said) -> str:
        """One number of the prose, with its whole sentence as its place."""
        return self.number(words, said.value, said.sentence, unit=said.unit)

    def variable(
        self,
        words: str,
        indices: Sequence[str] = (),
        *places: Place,
        domain: Literal["continuous", "integer", "binary"] = "continuous",
        label: str = "",
        unit: str = "",
    ) -> str:
        """A decision from zero up; returns the reference that a term uses."""
        name = self.names.take(words, fallback="amount", suffix="amount")
        self.variables.append(
            Variable(
                name=name,
                label=label or words,
                indices=tuple(indices),
                domain=domain,
                upper=1.0 if domain == "binary" else None,
                unit=unit[:60],
                spans=_spans(places),
                sentence=self._said(places),
            )
        )
        return f"{name}[{','.join(indices)}]" if indices else name

    def rule(
        self,
        words: str,
        terms: Sequence[Term],
        relation: Relation,
        limit: float | str,
        *places: Place,
        kind: ConstraintKind = "other",
        indices: Sequence[str] = (),
        label: str = "",
    ) -> None:
        """A rule or a family of rules; a limit in words is a parameter's reference."""
        self.rules.append(
            Constraint(
                name=self.names.take(words, fallback="rule", suffix="rule"),
                label=label or words,
                kind=kind,
                indices=tuple(indices),
                terms=tuple(terms),
                relation=relation,
                limit=None if isinstance(limit, str) else float(limit),
                limit_parameter=limit if isinstance(limit, str) else "",
                spans=_spans(places),
                sentence=self._said(places),
            )
        )

    def assume(self, text: str, about: str = "") -> None:
        """Something that the text does not say."""
        self.assumptions.append(Assumption(text=text, about=about.partition("[")[0]))

    def formulation(
        self,
        title: str,
        words: str,
        sense: Literal["maximize", "minimize"],
        terms: Sequence[Term],
        *places: Place,
        constant: float = 0.0,
        unit: str = "",
    ) -> Formulation:
        """All of it, with the objective."""
        goal = Objective(
            name=self.names.take(words, fallback="objective", suffix="goal"),
            label=f"{sense} {words}",
            sense=sense,
            terms=tuple(terms),
            constant=constant,
            unit=unit[:60],
            spans=_spans(places),
            sentence=self._said(places),
        )
        return filled(
            Formulation(
                title=title[:120],
                sets=tuple(self.sets),
                parameters=tuple(self.parameters),
                variables=tuple(self.variables),
                objective=goal,
                constraints=tuple(self.rules),
                assumptions=tuple(self.assumptions),
            )
        )

    def _source(self, places: Sequence[Place], values: Sequence[float], words: str) -> str:
        """The uploaded table and, where the values are one column of it, the column."""
        known = self.sources.get(places[0][0]) if places else None
        if known is None:
            return "text"
        name, columns = known
        same = [column for column, numbers in columns.items() if sorted(numbers) == sorted(values)]
        named = [column for column in same if column.lower().replace("_", " ") == words.lower()] or same
        return f"table:{name}.{named[0]}"[:200] if named else f"table:{name}"[:200]

    def _said(self, places: Sequence[Place]) -> str:
        return " ".join(self.text[places[0][0] : places[0][1]].split())[:600] if places and places[0][0] >= 0 else ""


def term(variable: str, parameter: str = "", *, minus: bool = False) -> Term:
    """parameter x variable, or its negative."""
    sign = "-" if minus and parameter else ""
    return Term(coefficient=-1.0 if minus else 1.0, variable=variable, parameter=f"{sign}{parameter}")


def _spans(places: Sequence[Place]) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end) for start, end in places[:40] if start >= 0)
