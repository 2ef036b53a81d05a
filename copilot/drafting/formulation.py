"""The typed five-element formulation that every drafter writes and that the page, the API and the diff read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Sentence = Annotated[str, Field(max_length=600)]
Unit = Annotated[str, Field(max_length=60)]
ConstraintKind = Literal[
    "bound", "resource", "requirement", "sum", "ratio", "comparison", "multiple", "balance", "logical", "other"
]
Relation = Literal["<=", ">=", "=="]
RELATION_WORDS: Mapping[Relation, str] = {"<=": "at most", ">=": "at least", "==": "exactly"}


class _Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Item):
    """Half-open range of characters of the request that an item was read from."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class IndexSet(_Item):
    """A named set of labels that parameters, variables and constraints are indexed by."""

    name: Name
    elements: tuple[Annotated[str, Field(max_length=200)], ...] = Field(max_length=10_000)
    sentence: Sentence = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class Parameter(_Item):
    """A number, or a table of numbers over index sets. `value` is a scalar or a list of (key labels, number)."""

    name: Name
    label: Sentence = ""
    indices: tuple[Name, ...] = Field(default=(), max_length=4)
    unit: Unit = ""
    value: float | tuple[tuple[tuple[str, ...], float], ...]
    source: Annotated[str, Field(max_length=200)] = "text"  # "text", or "table:NAME.column"
    sentence: Sentence = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class Variable(_Item):
    """A decision; `lower` and `upper` are its bounds (None: none)."""

    name: Name
    label: Sentence = ""
    indices: tuple[Name, ...] = Field(default=(), max_length=4)
    domain: Literal["continuous", "integer", "binary"] = "continuous"
    lower: float | None = 0.0
    upper: float | None = None
    unit: Unit = ""
    sentence: Sentence = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class Term(_Item):
    """coefficient x variable. `parameter` says where the number comes from: a parameter's name ("hours[desk]") or an
    expression of names with + - * /, 0, 1 and 100 ("1 - share"). `variable` may name an index set ("make[ITEMS]"): it
    is summed over unless the set is among the rule's own indices, and the coefficient is then the parameter's."""

    coefficient: float
    variable: Annotated[str, Field(max_length=120)]
    parameter: Annotated[str, Field(max_length=160)] = ""


class Objective(_Item):
    """What is made largest or smallest. `terms` where it is a plain sum; `latex` always says it as maths."""

    name: Name = "objective"
    label: Sentence = ""
    sense: Literal["maximize", "minimize"]
    terms: tuple[Term, ...] = Field(default=(), max_length=2_000)
    constant: float = 0.0
    latex: Annotated[str, Field(max_length=4_000)] = ""
    unit: Unit = ""
    sentence: Sentence = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class Constraint(_Item):
    """One rule or one family of rules: sum of `terms` `relation` `limit`, or `latex` where it is not a plain sum."""

    name: Name
    label: Sentence = ""
    kind: ConstraintKind = "other"
    indices: tuple[Name, ...] = Field(default=(), max_length=4)
    terms: tuple[Term, ...] = Field(default=(), max_length=2_000)
    relation: Relation | None = None
    limit: float | None = None
    limit_parameter: Annotated[str, Field(max_length=160)] = ""
    latex: Annotated[str, Field(max_length=4_000)] = ""
    unit: Unit = ""
    sentence: Sentence = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


# How an assumption begins that a person decided, or left to us; it ends with the request's sentence at its first span.
SETTLED, UNANSWERED = "Settled: ", "Nobody answered "


class Assumption(_Item):
    """Something the request did not say and the draft took for granted; `about` names the item concerned."""

    text: Sentence
    about: Annotated[str, Field(max_length=64)] = ""
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class LedgerEntry(_Item):
    """A part of the request that no item of the formulation explains, with the reason."""

    reason: Sentence
    spans: tuple[Span, ...] = Field(default=(), max_length=40)


class Formulation(_Item):
    """Sets, parameters, variables, objective, constraints; assumptions made; the ledger of what is unexplained."""

    title: Annotated[str, Field(max_length=120)] = ""
    sets: tuple[IndexSet, ...] = Field(default=(), max_length=60)
    parameters: tuple[Parameter, ...] = Field(default=(), max_length=400)
    variables: tuple[Variable, ...] = Field(max_length=400)
    objective: Objective
    constraints: tuple[Constraint, ...] = Field(default=(), max_length=600)
    assumptions: tuple[Assumption, ...] = Field(default=(), max_length=60)
    ledger: tuple[LedgerEntry, ...] = Field(default=(), max_length=100)
