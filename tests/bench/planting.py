"""Plants one fault into a right formulation: what people and language models get wrong, kind by kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Term
from copilot.drafting.measures import SCALES, scale_of

Plant = tuple[str, Formulation]  # (where it was planted, the faulty formulation)
_TURNED: dict[Any, Any] = {"<=": ">=", ">=": "<="}
_KIND_TURNED: dict[Any, Any] = {"resource": "requirement", "requirement": "resource"}


def planted(kind: str, formulation: Formulation, rng: random.Random) -> Plant | None:
    """One faulty formulation of the kind, at a place drawn by chance; None where the kind has no place in it."""
    places = list(FAULTS[kind](formulation))
    return rng.choice(places) if places else None


def _senses(f: Formulation) -> Iterator[Plant]:
    for rule in f.constraints:
        if rule.relation in _TURNED and len(rule.terms) > 1:
            yield rule.name, _with_rule(f, _turned(rule))


def _bounds(f: Formulation) -> Iterator[Plant]:
    """A least amount where a largest one is meant, on one decision."""
    for rule in f.constraints:
        if rule.relation in _TURNED and len(rule.terms) == 1:
            yield rule.name, _with_rule(f, _turned(rule))


def _turned(rule: Constraint) -> Constraint:
    return rule.model_copy(update={"relation": _TURNED[rule.relation], "kind": _KIND_TURNED.get(rule.kind, rule.kind)})


def _swaps(f: Formulation) -> Iterator[Plant]:
    """Two numbers of one row of numbers change places."""
    for rule in (f.objective, *f.constraints):
        for first, second in zip(rule.terms, rule.terms[1:], strict=False):
            if abs(first.coefficient) != abs(second.coefficient) and not _is_unit(first) and not _is_unit(second):
                pair = _named(f, first), _named(f, second)
                if pair[0] and pair[1]:
                    values = {pair[0].name: pair[1].value, pair[1].name: pair[0].value}
                    yield rule.name, _with_values(_quoting_each_other(f, *pair), values)
    for item in f.parameters:
        if not isinstance(item.value, int | float) and len({number for _, number in item.value}) > 1:
            keys = [key for key, _ in item.value]
            numbers = [number for _, number in item.value]
            place = next(i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1])
            numbers[place - 1], numbers[place] = numbers[place], numbers[place - 1]
            yield item.name, _with_values(f, {item.name: tuple(zip(keys, numbers, strict=True))})


def _numbers(f: Formulation) -> Iterator[Plant]:
    """A number is misread: a digit more, a digit less, or the tens changed."""
    for item in f.parameters:
        if isinstance(item.value, int | float):
            if item.value and item.value not in (1, 100):
                yield item.name, _with_values(f, {item.name: _misread(item.value)})
        elif len({number for _, number in item.value} - {0.0, 1.0}) > 1:
            place = max(range(len(item.value)), key=lambda i: item.value[i][1])  # type: ignore[index]
            changed = [(key, _misread(v) if i == place else v) for i, (key, v) in enumerate(item.value)]
            yield item.name, _with_values(f, {item.name: tuple(changed)})


def _misread(value: float) -> float:
    return value * 10 if abs(value) < 10 else value + (10 ** (len(str(int(abs(value)))) - 1)) * 1.0


def _rules(f: Formulation) -> Iterator[Plant]:
    """A rule is left out, its numbers with it."""
    for rule in f.constraints:
        kept = f.model_copy(update={"constraints": tuple(one for one in f.constraints if one is not rule)})
        yield rule.name, _without_unused(kept, f)


def _terms(f: Formulation) -> Iterator[Plant]:
    for rule in (f.objective, *f.constraints):
        for term in rule.terms if len(rule.terms) > 1 else ():
            short = rule.model_copy(update={"terms": tuple(one for one in rule.terms if one is not term)})
            yield rule.name, _without_unused(_with_rule(f, short), f)


def _goals(f: Formulation) -> Iterator[Plant]:
    other = "minimize" if f.objective.sense == "maximize" else "maximize"
    yield "objective", f.model_copy(update={"objective": f.objective.model_copy(update={"sense": other})})


def _shares(f: Formulation) -> Iterator[Plant]:
    """A share of the others instead of the total: the item itself is left out of its base."""
    for rule in f.constraints:
        if rule.kind != "ratio" or len(rule.terms) < 2:
            continue
        for term in rule.terms:
            inside = term.parameter.replace(" ", "").removeprefix("-")
            if inside.startswith("1-"):
                whole = Term(coefficient=1.0, variable=term.variable)
                yield rule.name, _with_rule(f, rule.model_copy(update={"terms": _put(rule.terms, term, whole)}))


def _domains(f: Formulation) -> Iterator[Plant]:
    for item in f.variables:
        domain = "continuous" if item.domain != "continuous" else "integer"
        upper = 1.0 if item.domain == "binary" else item.upper
        changed = item.model_copy(update={"domain": domain, "upper": upper})
        others = tuple(changed if one is item else one for one in f.variables)
        yield item.name, f.model_copy(update={"variables": others})


def _units(f: Formulation) -> Iterator[Plant]:
    """The limit in another unit than what it limits: hours beside minutes."""
    known = {item.name: item for item in f.parameters}
    for rule in f.constraints:
        item = known.get(rule.limit_parameter)
        if item is None or not isinstance(item.value, int | float) or not (place := scale_of(item.unit)):
            continue
        scale = SCALES[place[0]]
        unit, size = next((u, s) for u, s in scale.items() if s != place[1])
        value = item.value * place[1] / size
        other = item.model_copy(update={"value": value, "unit": f"{unit}s"})
        changed = tuple(other if one is item else one for one in f.parameters)
        limited = rule.model_copy(update={"limit": None if rule.limit is None else value, "unit": other.unit})
        yield rule.name, _with_rule(f.model_copy(update={"parameters": changed}), limited)


def _indices(f: Formulation) -> Iterator[Plant]:
    """A sum over the wrong index: over one label only, or a rule for one label only."""
    sets = {item.name: item.elements for item in f.sets}
    for rule in (f.objective, *f.constraints):
        fixed = getattr(rule, "indices", ())
        for term in rule.terms:
            for name in sets:
                if f"{name}]" in term.variable.replace(",", "],") and name not in fixed and len(sets[name]) > 1:
                    label = sets[name][0]
                    one = term.model_copy(
                        update={
                            "variable": _relabelled(term.variable, name, label),
                            "parameter": _relabelled(term.parameter, name, label),
                        }
                    )
                    yield rule.name, _with_rule(f, rule.model_copy(update={"terms": _put(rule.terms, term, one)}))


def _switches(f: Formulation) -> Iterator[Plant]:
    """A big M that is too small to leave the good plans possible."""
    binary = {item.name for item in f.variables if item.domain == "binary"}
    other = {item.name for item in f.variables if item.domain != "binary"}
    for rule in f.constraints:
        if not any(term.variable.partition("[")[0] in other for term in rule.terms):
            continue
        for term in rule.terms:
            if term.variable.partition("[")[0] in binary and (item := _named(f, term)):
                if item.name in rule.limit_parameter:  # the limit has the same M added to it
                    both = _scaled(item.model_copy(update={"spans": ()}), 0.3)
                    yield rule.name, _with_values(_with_parameter(f, both), {item.name: both.value})
                    continue
                name = f"most_of_{rule.name}"[:60]
                small = _scaled(item.model_copy(update={"name": name, "spans": (), "source": "text"}), 0.3)
                source = term.parameter.replace(item.name, name)
                size = abs(small.value) if isinstance(small.value, int | float) else 1.0
                smaller = term.model_copy(
                    update={"parameter": source, "coefficient": size if term.coefficient > 0 else -size}
                )
                changed = rule.model_copy(update={"terms": _put(rule.terms, term, smaller)})
                grown = f.model_copy(update={"parameters": (*f.parameters, small)})
                yield rule.name, _with_rule(grown, changed)


FAULTS: dict[str, Callable[[Formulation], Iterator[Plant]]] = {
    "sense flipped": _senses,
    "numbers swapped": _swaps,
    "number changed": _numbers,
    "rule missing": _rules,
    "term missing": _terms,
    "goal turned": _goals,
    "least for most": _bounds,
    "share of the others": _shares,
    "domain": _domains,
    "unit mixed": _units,
    "wrong index": _indices,
    "big M too small": _switches,
}


def _is_unit(term: Term) -> bool:
    return not term.parameter


def _named(f: Formulation, term: Term) -> Parameter | None:
    name = term.parameter.strip().removeprefix("-").partition("[")[0]
    return next((item for item in f.parameters if item.name == name), None)


def _with_parameter(f: Formulation, item: Parameter) -> Formulation:
    changed = (item if one.name == item.name else one for one in f.parameters)
    return f.model_copy(update={"parameters": tuple(changed)})


def _put(terms: Sequence[Term], old: Term, new: Term) -> tuple[Term, ...]:
    return tuple(new if one is old else one for one in terms)


def _relabelled(reference: str, name: str, label: str) -> str:
    head, bracket, inside = reference.partition("[")
    parts = [label if part.strip() == name else part.strip() for part in inside.rstrip("]").split(",")]
    return f"{head}[{','.join(parts)}]" if bracket else reference


def _scaled(item: Parameter, factor: float) -> Parameter:
    if isinstance(item.value, int | float):
        return item.model_copy(update={"value": item.value * factor})
    return item.model_copy(update={"value": tuple((key, number * factor) for key, number in item.value)})


def _with_rule(f: Formulation, rule: Objective | Constraint) -> Formulation:
    if isinstance(rule, Objective):
        return f.model_copy(update={"objective": rule})
    rules = tuple(rule if one.name == rule.name else one for one in f.constraints)
    return f.model_copy(update={"constraints": rules})


def _with_values(f: Formulation, values: dict[str, Any]) -> Formulation:
    """Parameters with other numbers, and the terms and limits that repeat them."""
    changed = tuple(
        item.model_copy(update={"value": values[item.name]}) if item.name in values else item for item in f.parameters
    )
    scalars = {name: value for name, value in values.items() if isinstance(value, int | float)}

    def follow(term: Term) -> Term:
        name = term.parameter.strip().removeprefix("-")
        if name not in scalars or (abs(term.coefficient) == 1 and "[" in term.parameter):
            return term
        sign = -1.0 if term.coefficient < 0 else 1.0
        return term.model_copy(update={"coefficient": sign * abs(scalars[name])})

    def ruled(rule: Any) -> Any:
        update: dict[str, Any] = {"terms": tuple(map(follow, rule.terms))}
        limit = getattr(rule, "limit_parameter", "")
        if limit in scalars and rule.limit is not None:
            update["limit"] = scalars[limit]
        return rule.model_copy(update=update)

    return f.model_copy(
        update={
            "parameters": changed,
            "objective": ruled(f.objective),
            "constraints": tuple(map(ruled, f.constraints)),
        }
    )


def _quoting_each_other(f: Formulation, first: Parameter, second: Parameter) -> Formulation:
    """Who takes a number for another's quotes it in its place."""
    quotes = {first.name: second.spans, second.name: first.spans}
    changed = (p.model_copy(update={"spans": quotes[p.name]}) if p.name in quotes else p for p in f.parameters)
    return f.model_copy(update={"parameters": tuple(changed)})


def _without_unused(after: Formulation, before: Formulation) -> Formulation:
    """Without the parameters that only the part that is gone has named: who overlooks a rule overlooks its numbers."""
    gone = _named_in(before) - _named_in(after)
    return after.model_copy(update={"parameters": tuple(one for one in after.parameters if one.name not in gone)})


def _named_in(f: Formulation) -> set[str]:
    sources = [term.parameter for rule in (f.objective, *f.constraints) for term in rule.terms]
    sources += [rule.limit_parameter for rule in f.constraints]
    return {item.name for item in f.parameters if any(item.name in source for source in sources)}
