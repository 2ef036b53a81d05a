"""A formulation against the words of its request: right as it was read, and wrong with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from copilot.drafting.base import Table
from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Span, Term, Variable
from copilot.runs.checking.check import Check
from copilot.runs.checks import of_words
from tests.drafting.builtin.asking import drafted

TEXT = (
    "A workshop makes desks and chairs. A desk takes 4 hours of carpentry, while a chair takes 3 hours. There are 240 "
    "hours of carpentry available. At most 30 desks can be made, and chairs must be at least 20 % of all pieces. "
    "A desk earns $70 and a chair $40. How many desks and how many chairs earn the most profit?"
)


def phrase(words: str) -> tuple[Span, ...]:
    start = TEXT.index(words)
    return (Span(start=start, end=start + len(words)),)


def number(name: str, value: float, words: str) -> Parameter:
    return Parameter(name=name, value=value, spans=phrase(words))


READ = Formulation(
    parameters=(
        number("hours_desk", 4, "4 hours"),
        number("hours_chair", 3, "3 hours"),
        number("hours_limit", 240, "240 hours"),
        number("desks_limit", 30, "At most 30"),
        number("chairs_share", 0.2, "20 %"),
        number("profit_desk", 70, "$70"),
        number("profit_chair", 40, "$40"),
    ),
    variables=(
        Variable(name="desks", label="number of desks", domain="integer"),
        Variable(name="chairs", label="number of chairs", domain="integer"),
    ),
    objective=Objective(
        name="profit",
        sense="maximize",
        terms=(
            Term(coefficient=70, variable="desks", parameter="profit_desk"),
            Term(coefficient=40, variable="chairs", parameter="profit_chair"),
        ),
        spans=phrase("the most profit"),
    ),
    constraints=(
        Constraint(
            name="carpentry",
            kind="resource",
            terms=(
                Term(coefficient=4, variable="desks", parameter="hours_desk"),
                Term(coefficient=3, variable="chairs", parameter="hours_chair"),
            ),
            relation="<=",
            limit=240,
            limit_parameter="hours_limit",
            spans=phrase("240 hours of carpentry available"),
        ),
        Constraint(
            name="desks_most",
            kind="bound",
            terms=(Term(coefficient=1, variable="desks"),),
            relation="<=",
            limit=30,
            limit_parameter="desks_limit",
            spans=phrase("At most 30 desks"),
        ),
        Constraint(
            name="chairs_least",
            kind="ratio",
            terms=(
                Term(coefficient=0.8, variable="chairs", parameter="1 - chairs_share"),
                Term(coefficient=-0.2, variable="desks", parameter="-chairs_share"),
            ),
            relation=">=",
            limit=0,
            spans=phrase("at least 20 % of all pieces"),
        ),
    ),
)


def found(formulation: Formulation, text: str = TEXT, tables: tuple[Table, ...] = ()) -> dict[str, Check]:
    return {check.name: check for check in of_words(formulation, text, tables)}


def with_rule(name: str, **changes: Any) -> Formulation:
    rules = tuple(r.model_copy(update=changes) if r.name == name else r for r in READ.constraints)
    return READ.model_copy(update={"constraints": rules})


def with_numbers(**values: float) -> Formulation:
    def terms(rule: Any) -> Any:
        changed = (t.model_copy(update={"coefficient": values.get(t.parameter, t.coefficient)}) for t in rule.terms)
        return rule.model_copy(update={"terms": tuple(changed)})

    parameters = (p.model_copy(update={"value": values.get(p.name, p.value)}) for p in READ.parameters)
    rules = tuple(map(terms, READ.constraints))
    return READ.model_copy(
        update={"parameters": tuple(parameters), "objective": terms(READ.objective), "constraints": rules}
    )


def with_variables(**changes: Any) -> Formulation:
    return READ.model_copy(update={"variables": tuple(v.model_copy(update=changes) for v in READ.variables)})


def test_what_was_read_rightly_passes_every_one() -> None:
    checks = found(READ)
    assert {check.status for check in checks.values()} == {"pass"}
    assert checks.keys() == {"sources", "stated", "shares", "places", "goal", "parameters"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sources", lambda: with_numbers(hours_limit=340.0)),
        ("places", lambda: with_numbers(hours_desk=3.0, hours_chair=4.0)),
        ("places", lambda: with_numbers(profit_desk=40.0, profit_chair=70.0)),
        ("stated", lambda: with_rule("carpentry", relation=">=", kind="requirement")),
        ("stated", lambda: with_rule("desks_most", relation=">=")),
        ("parameters", lambda: with_rule("desks_most", limit=45.0, limit_parameter="")),
        ("shares", lambda: with_rule("chairs_least", relation="<=")),
        (
            "shares",
            lambda: with_rule(
                "chairs_least",
                terms=(
                    Term(coefficient=1, variable="chairs"),
                    Term(coefficient=-0.2, variable="desks", parameter="-chairs_share"),
                ),
            ),
        ),
        (
            "goal",
            lambda: READ.model_copy(update={"objective": READ.objective.model_copy(update={"sense": "minimize"})}),
        ),
        ("parameters", lambda: READ.model_copy(update={"constraints": READ.constraints[1:]})),
    ],
)
def test_one_thing_read_wrongly_fails_the_check_that_is_meant(name: str, wrong: Callable[[], Formulation]) -> None:
    failing = {name for name, check in found(wrong()).items() if check.status == "fail"}
    assert name in failing


def test_a_failing_check_names_the_items_that_it_is_about() -> None:
    check = found(with_rule("chairs_least", relation="<="))["shares"]
    assert check.items == ("chairs_least",)
    assert "at least" in check.detail


def test_counted_things_that_may_be_fractions_are_a_doubt_and_against_the_request_a_failure() -> None:
    assert found(with_variables(domain="continuous"))["domains"].status == "unknown"
    whole = f"{TEXT} Only whole pieces count."
    assert found(with_variables(domain="continuous"), whole)["domains"].status == "fail"
    assert found(READ, f"{TEXT} Fractions are allowed.")["domains"].status == "fail"


def test_a_number_of_a_table_is_the_one_of_its_row() -> None:
    needs = Table("cities", {"city": ["Lyon", "Rome"], "need": [30, 50]})
    value = ((("Lyon",), 50.0), (("Rome",), 30.0))
    demand = Parameter(name="demand", indices=("CITIES",), value=value, source="table:cities.need")
    cities = IndexSet(name="CITIES", elements=("Lyon", "Rome"))
    send = Variable(name="send", indices=("CITIES",))
    formulation = Formulation(
        sets=(cities,),
        parameters=(demand,),
        variables=(send,),
        objective=Objective(sense="minimize", terms=(Term(coefficient=1, variable="send[CITIES]"),)),
        constraints=(
            Constraint(
                name="met",
                indices=("CITIES",),
                terms=(Term(coefficient=1, variable="send[CITIES]"),),
                relation=">=",
                limit_parameter="demand[CITIES]",
            ),
        ),
    )
    check = found(formulation, "Send what each city needs.", (needs,))["sources"]
    assert check.status == "fail"
    assert "demand of Lyon is 50, but its row has 30" in check.detail
    right = formulation.model_copy(
        update={"parameters": (demand.model_copy(update={"value": ((("Lyon",), 30.0), (("Rome",), 50.0))}),)}
    )
    assert found(right, "Send what each city needs.", (needs,))["sources"].status == "pass"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"indices": ()}, "nothing says for which CITIES"),
        ({"terms": (Term(coefficient=1, variable="send[Oslo]"),)}, "neither a set nor a label"),
        ({"terms": (Term(coefficient=1, variable="send[Rome]"),)}, "no word of it says why Rome"),
    ],
)
def test_an_index_must_run_over_a_set(changes: dict[str, Any], problem: str) -> None:
    met = Constraint(
        name="met",
        indices=("CITIES",),
        terms=(Term(coefficient=1, variable="send[CITIES]"),),
        relation=">=",
        limit_parameter="demand[CITIES]",
    )
    formulation = Formulation(
        sets=(IndexSet(name="CITIES", elements=("Lyon", "Rome")),),
        parameters=(Parameter(name="demand", indices=("CITIES",), value=((("Lyon",), 3.0), (("Rome",), 5.0))),),
        variables=(Variable(name="send", indices=("CITIES",)),),
        objective=Objective(sense="minimize", terms=(Term(coefficient=1, variable="send[CITIES]"),)),
        constraints=(met,),
    )
    assert found(formulation, "Send it.")["indices"].status == "pass"
    check = found(formulation.model_copy(update={"constraints": (met.model_copy(update=changes),)}), "Send it.")[
        "indices"
    ]
    assert check.status == "fail"
    assert problem in check.detail


def test_the_cells_of_a_pasted_table_are_no_clauses() -> None:
    table = "tool,steel,plastic,profit\ndrill,2.5,1.2,22\nsaw,3,0.5,25\navailable,300,90,\n"
    text = f"How many of each tool should be made to maximize total profit?\n\n{table}"
    draft = drafted(text)
    assert [check for check in of_words(draft.formulation, text, ()) if check.status != "pass"] == []
