"""Turns a language model's replies into a draft: phrases located by us, tables read by us, names checked by us."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from copilot.drafting.base import Datum, Draft, DraftingError, DraftOutcome, DraftRequest, Formulated, Question
from copilot.drafting.binding import Keyed, indexed_numbers, labels_of, rows_of, single_number
from copilot.drafting.formulation import (
    Assumption,
    Constraint,
    Formulation,
    IndexSet,
    LedgerEntry,
    Objective,
    Parameter,
    Span,
    Term,
    Variable,
)
from copilot.drafting.latex import filled
from copilot.drafting.naming import is_of_pyomo
from copilot.drafting.program import data_of, write_program
from copilot.drafting.reply import (
    FormulationReply,
    ReplyConstraint,
    ReplyError,
    ReplyObjective,
    ReplyParameter,
    ReplySet,
    ReplyVariable,
)

_ASSUMPTIONS = 60
_OURS = {"quotes", "terms"}
_DATA_KEY = re.compile(r"""\bdata\s*(?:\[|\.get\()\s*(["'])(.+?)\1""")


def assemble(reply: FormulationReply, request: DraftRequest) -> Formulated | DraftOutcome:
    """The formulation that a reply amounts to, or the outcome where it asks or abstains.

    A phrase that the request does not hold, and a number or rule without a phrase, becomes an assumption, so that a
    person sees what the model made up. Raises ReplyError, for the model to read, when the reply contradicts itself.
    """
    if reply.abstain_reason and reply.objective is None:
        return DraftOutcome("abstained", reasons=(reply.abstain_reason,), partial=_partial(reply, request))
    if reply.questions:
        questions = tuple(Question(q.text, q.options, q.default, q.why) for q in reply.questions)
        return DraftOutcome("question", questions=questions, partial=_partial(reply, request))
    formulation = _Assembler(reply, request).assemble()
    shown = {insight.key for insight in request.insights}
    return Formulated(formulation, tuple(key for key in dict.fromkeys(reply.insights_used) if key in shown))


def with_program(
    formulated: Formulated, program: str, tables_read: Sequence[str], request: DraftRequest, *, drafter: str
) -> Draft:
    """The draft of a formulation and a program; without one, it is written from the terms.

    Raises ReplyError for a program that cannot be the one asked for.
    """
    formulation = formulated.formulation
    data = given_data(formulation)
    if not program.strip():
        program, data = _written(formulation)
    elif "def build_model(" not in program and "def build_arrays(" not in program:
        raise ReplyError(
            "program: it must define the function build_model(data).", told="The program it sent builds no model."
        )
    data |= {name: rows_of(request.tables, name) for name in tables_read if name not in data}
    _check_data_keys(program, data)
    return Draft(formulation, program, data, drafter, formulated.insights_adopted)


def given_data(formulation: Formulation) -> dict[str, Datum]:
    """What a program of the formulation may read: labels of sets and numbers of parameters, by name."""
    data: dict[str, Datum] = {item.name: list(item.elements) for item in formulation.sets}
    return data | {item.name: _datum(item) for item in formulation.parameters}


def locate(text: str, phrase: str) -> Span | None:
    """Where a quoted phrase stands in a text: letter by letter, else but for case, spaces and quotation marks."""
    phrase = phrase.strip()
    if not phrase:
        return None
    start = text.find(phrase)
    if start >= 0:
        return Span(start=start, end=start + len(phrase))
    words = [re.escape(word) for word in phrase.strip("\"'.,;:…").split()]
    loose = re.sub(r"[\"'“”‘’]", "[\"'“”‘’]", r"\s+".join(words))
    found = re.search(loose, text, re.IGNORECASE) if words else None
    return Span(start=found.start(), end=found.end()) if found else None


@dataclass(slots=True)
class _Assembler:
    reply: FormulationReply
    request: DraftRequest
    assumptions: list[Assumption] = field(default_factory=list)

    def assemble(self) -> Formulation:
        """The formulation, its parts checked against each other. Raises ReplyError."""
        _check_names(self.reply)
        try:
            return self.formulation()
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise ReplyError(f"{place}: {fault['msg']}") from error

    def formulation(self) -> Formulation:
        reply, goal = self.reply, self.reply.objective
        if goal is None or not reply.variables:
            raise ReplyError(
                "Give variables and an objective, or questions, or abstain_reason.",
                told="What it sent has no decisions, or nothing to make largest or smallest.",
            )
        return filled(
            Formulation(
                title=reply.title,
                sets=tuple(self.index_set(item) for item in reply.sets),
                parameters=tuple(self.parameter(item) for item in reply.parameters),
                variables=tuple(self.variable(item) for item in reply.variables),
                objective=self.objective(goal),
                constraints=tuple(self.constraint(item) for item in reply.constraints),
                ledger=tuple(self.ledger()),
                # Last: writing the other parts is what finds the assumptions.
                assumptions=tuple(self.all_assumptions()),
            )
        )

    def index_set(self, item: ReplySet) -> IndexSet:
        labels = labels_of(self.request.tables, item.table, item.column) if item.table else item.elements
        spans = self.spans(item.name, item.quotes)
        return IndexSet(name=item.name, elements=labels, sentence=item.sentence, spans=spans)

    def variable(self, item: ReplyVariable) -> Variable:
        return Variable(**item.model_dump(exclude={"quotes"}), spans=self.spans(item.name, item.quotes))

    def objective(self, item: ReplyObjective) -> Objective:
        spans = self.spans(item.name, item.quotes, needed="The objective")
        return Objective(**item.model_dump(exclude=_OURS), terms=self.terms(item), spans=spans)

    def constraint(self, item: ReplyConstraint) -> Constraint:
        spans = self.spans(item.name, item.quotes, needed=f"The rule {item.label or item.name}")
        fields = item.model_dump(exclude=_OURS) | {"limit_parameter": self.subscripted(item.limit_parameter)}
        return Constraint(**fields, terms=self.terms(item), spans=spans)

    def terms(self, item: ReplyObjective | ReplyConstraint) -> tuple[Term, ...]:
        """The terms in the formulation's own convention: the sign stands in both places, families have their index."""
        terms = []
        for term in item.terms:
            parameter = self.subscripted(term.parameter.strip())
            if parameter and term.coefficient < 0:
                parameter = "-" + parameter.removeprefix("-")
            coefficient = -abs(term.coefficient) if parameter.startswith("-") else term.coefficient
            variable = self.subscripted(term.variable.strip())
            terms.append(Term(coefficient=coefficient, variable=variable, parameter=parameter))
        return tuple(terms)

    def subscripted(self, reference: str) -> str:
        """`hours` of a family means `hours[product]`."""
        families = {item.name: item.indices for item in self.reply.parameters}
        families |= {item.name: item.indices for item in self.reply.variables}
        indices = families.get(reference.removeprefix("-"), ())
        return f"{reference}[{','.join(indices)}]" if indices else reference

    def parameter(self, item: ReplyParameter) -> Parameter:
        needed = "" if item.table else f"The number {item.label or item.name}"
        source = f"table:{item.table}.{item.column}"[:200] if item.table else "text"
        spans = self.spans(item.name, item.quotes, needed=needed)
        fields = item.model_dump(include={"name", "label", "indices", "unit", "sentence"})
        return Parameter(**fields, value=self.value(item), source=source, spans=spans)

    def value(self, item: ReplyParameter) -> float | Keyed:
        tables = self.request.tables
        if item.table and item.key_columns:
            return indexed_numbers(tables, item.table, item.column, item.key_columns)
        if item.table:
            return single_number(tables, item.table, item.column)
        if item.values:
            return tuple((entry.key, entry.value) for entry in item.values)
        if item.value is None:
            raise ReplyError(
                f"parameters.{item.name}: give value, values, or table with column.",
                told=f"The number {item.name} has no value.",
            )
        return item.value

    def spans(self, name: str, quotes: Sequence[str], *, needed: str = "") -> tuple[Span, ...]:
        """Where the quotes stand; what is not there, or has no quote though it needs one, is put before the person."""
        found = [span for quote in quotes if (span := locate(self.request.text, quote))]
        missing = [quote for quote in quotes if quote.strip() and not locate(self.request.text, quote)]
        for quote in missing:
            self.assume(f"“{quote}” is not quoted from the request.", name)
        if needed and not found and not missing:
            self.assume(f"{needed} is not quoted from the request.", name)
        return tuple(found)

    def assume(self, text: str, about: str) -> None:
        self.assumptions.append(Assumption(text=text[:600], about=about))

    def ledger(self) -> Iterator[LedgerEntry]:
        for entry in self.reply.not_modelled:
            span = locate(self.request.text, entry.quote)
            yield LedgerEntry(reason=entry.reason or entry.quote, spans=(span,) if span else ())

    def all_assumptions(self) -> Iterator[Assumption]:
        stated = [Assumption(text=a.text, about=a.about) for a in self.reply.assumptions if a.text.strip()]
        # What nobody said comes first: it must not fall to the limit.
        yield from [*self.assumptions, *stated][:_ASSUMPTIONS]


def _partial(reply: FormulationReply, request: DraftRequest) -> Formulation | None:
    """As much of the formulation as stands when the reply asks or abstains."""
    try:
        return _Assembler(reply, request).assemble()
    except (ReplyError, DraftingError):
        return None


def _written(formulation: Formulation) -> tuple[str, dict[str, Datum]]:
    """A program written from the terms, when the reply brought none."""
    try:
        return write_program(formulation), dict(data_of(formulation))
    except DraftingError as error:
        told = f"The program it sent is empty, and none can be written from its formulation: {error}"
        raise ReplyError(f"program: it is empty, and cannot be written from the terms: {error}", told=told) from error


def _datum(item: Parameter) -> Datum:
    if isinstance(item.value, int | float):
        return item.value
    return {(key[0] if len(key) == 1 else key): number for key, number in item.value}


def _check_names(reply: FormulationReply) -> None:
    rules = [*reply.constraints, *([reply.objective] if reply.objective else [])]
    named = [item.name for items in (reply.sets, reply.parameters, reply.variables, rules) for item in items]
    repeated = [name for name, count in Counter(named).items() if count > 1]
    if repeated:
        twice = f"The name {repeated[0]} is used for two items."
        raise ReplyError(f"{twice} Every name may be used once.", told=twice)
    components = [item.name for items in (reply.sets, reply.variables, rules) for item in items]
    if taken := next(filter(is_of_pyomo, components), ""):
        told = f"The name {taken} cannot be the name of a component in a Pyomo model."
        raise ReplyError(f"{told} Choose another, such as {taken}_total.", told=told)
    sets = {item.name for item in reply.sets}
    indices = [(item.name, item.indices) for item in reply.parameters]
    indices += [(item.name, item.indices) for item in reply.variables]
    indices += [(item.name, item.indices) for item in reply.constraints]
    for name, used in indices:
        _check_known(f"{name}.indices", used, sets, what="a set")
    variables = {item.name for item in reply.variables}
    for rule in rules:
        terms = (term.variable.partition("[")[0].strip() for term in rule.terms)
        _check_known(f"{rule.name}.terms", terms, variables, what="a variable")


def _check_known(place: str, used: Iterable[str], known: set[str], *, what: str) -> None:
    for name in used:
        if name not in known:
            raise ReplyError(
                f"{place}: {name} is not {what} of this reply. There are: {', '.join(sorted(known)) or 'none'}.",
                told=f"“{place.partition('.')[0]}” names {name}, which is not {what} of the formulation.",
            )


def _check_data_keys(program: str, data: dict[str, Datum]) -> None:
    unknown = sorted({match.group(2) for match in _DATA_KEY.finditer(program)} - data.keys())
    if unknown:
        raise ReplyError(
            f'program: data["{unknown[0]}"] does not exist. The program may read: {", ".join(data) or "nothing"}. '
            "Add a parameter or a set, or correct the name.",
            told=f"The program it sent reads “{unknown[0]}”, which the formulation does not hold.",
        )
