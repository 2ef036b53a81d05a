"""The formulation in words, and the request cut into phrases that link to its items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.drafting import latex
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
from copilot.drafting.render import FormulationLine, formulation_lines, highlight_segments, number_text, spans_by_item

TERMS = (Term(coefficient=4, variable="desk"), Term(coefficient=3, variable="chair"))
WORKSHOP = Formulation(
    sets=(IndexSet(name="product", elements=("desk", "chair")),),
    parameters=(Parameter(name="carpentry_limit", value=1240, unit="hours"),),
    variables=(
        Variable(name="desk", label="desks", domain="integer", spans=(Span(start=0, end=5),)),
        Variable(name="chair", label="chairs", upper=30),
        Variable(name="open_shop", domain="binary"),
    ),
    objective=Objective(name="profit", sense="maximize", terms=(Term(coefficient=70.5, variable="desk"),), unit="$"),
    constraints=(
        Constraint(
            name="carpentry",
            label="carpentry",
            kind="resource",
            terms=TERMS,
            relation="<=",
            limit=240,
            unit="hours",
            spans=(Span(start=3, end=9),),
        ),
        Constraint(
            name="ratio",
            kind="ratio",
            terms=(Term(coefficient=1, variable="chair"), Term(coefficient=-2, variable="desk")),
            relation=">=",
            limit=0,
        ),
        Constraint(name="few", kind="bound", terms=(Term(coefficient=1, variable="chair"),), relation="<=", limit=30),
        Constraint(name="own_words", sentence="Never both.", latex=r"x \cdot y = 0"),
        Constraint(name="broken", latex=r"\frac{"),
    ),
    assumptions=(Assumption(text="Parts of a desk cannot be sold.", about="desk"),),
    ledger=(LedgerEntry(reason="The colour has no effect."),),
)


@pytest.fixture(scope="module")
def lines() -> dict[tuple[str, str], FormulationLine]:
    return {(line.element, line.name): line for line in formulation_lines(WORKSHOP)}


Lines = dict[tuple[str, str], FormulationLine]


def test_every_item_has_a_line_with_a_sentence() -> None:
    found = formulation_lines(WORKSHOP)
    assert [line.element for line in found] == (
        ["set", "parameter", *["variable"] * 3, "objective", *["constraint"] * 5, "assumption", "unexplained"]
    )
    assert all(line.sentence for line in found)


@pytest.mark.parametrize(
    ("element", "name", "sentence"),
    [
        ("set", "product", "product: desk, chair"),
        ("parameter", "carpentry_limit", "carpentry limit: 1,240 hours"),
        ("variable", "desk", "desks: a whole number, at least 0"),
        ("variable", "chair", "chairs: any amount, at least 0, at most 30"),
        ("variable", "open_shop", "open shop: yes or no"),
        ("objective", "profit", "Make profit as large as possible: 70.5 × desks"),
        ("constraint", "carpentry", "at most 240 hours of carpentry"),
        ("constraint", "ratio", "chairs must be at least 2 × desks"),
        ("constraint", "few", "at most 30 chairs"),
        ("constraint", "own_words", "Never both."),
        ("unexplained", "", "The colour has no effect."),
    ],
)
def test_items_read_as_plain_english(lines: Lines, element: str, name: str, sentence: str) -> None:
    assert lines[element, name].sentence == sentence


def test_terms_become_a_formula_where_no_latex_is_given(lines: Lines) -> None:
    carpentry = lines["constraint", "carpentry"]
    assert r"\le 240" in carpentry.latex
    assert "<mo>≤</mo>" in carpentry.mathml
    assert "<mtext>desk</mtext>" in carpentry.mathml


def test_a_broken_formula_is_shown_as_text(lines: Lines) -> None:
    assert "<mtext>" in lines["constraint", "broken"].mathml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (240, "240"),
        (15000.0, "15,000"),
        (0.5, "0.5"),
        (1 / 3, "1/3"),
        (-2.25, "-2.25"),
        (1e20, "1e+20"),
        (0, "0"),
        (1234.5, "1,234.5"),
        (3.14159265358979, "3.14159"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number_text(value) == text


def test_overlapping_phrases_are_cut_at_every_edge() -> None:
    found = highlight_segments("0123456789", spans_by_item(WORKSHOP))
    assert found == [("012", ("desk",)), ("34", ("desk", "carpentry")), ("5678", ("carpentry",)), ("9", ())]


def test_phrases_past_the_end_or_empty_do_no_harm() -> None:
    spans = {"a": [Span(start=2, end=99), Span(start=1, end=1)], "b": [Span(start=50, end=60)]}
    assert highlight_segments("abc", spans) == [("ab", ()), ("c", ("a",))]
    assert highlight_segments("", spans) == []


@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.builds(Span, start=st.integers(0, 40), end=st.integers(0, 40)), max_size=4),
    ),
)
def test_the_pieces_joined_are_the_text_and_know_who_covers_them(text: str, spans: dict[str, list[Span]]) -> None:
    pieces = highlight_segments(text, spans)
    assert "".join(piece for piece, _ in pieces) == text
    position = 0
    for piece, names in pieces:
        covering = {n for n, phrases in spans.items() if any(s.start <= position < s.end for s in phrases)}
        assert set(names) == covering
        position += len(piece)


def test_families_tables_and_long_lists_read_as_plain_english() -> None:
    values = tuple(((str(i),), 1.0) for i in range(9))
    many = Formulation(
        sets=(IndexSet(name="city", elements=tuple(str(i) for i in range(9))),),
        parameters=(
            Parameter(name="need", indices=("city",), value=values, unit="pallets", source="table:demand.need"),
        ),
        variables=(Variable(name="ship", indices=("city",), lower=None),),
        objective=Objective(
            sense="minimize", terms=tuple(Term(coefficient=2, variable=f"ship[{i}]") for i in range(9))
        ),
        constraints=(
            Constraint(
                name="met",
                indices=("city",),
                terms=(Term(coefficient=3, variable="ship[city]"), Term(coefficient=-1, variable="ship[0]")),
                relation=">=",
                limit_parameter="need[city]",
            ),
        ),
    )
    city, need, ship, goal, met = (line.sentence for line in formulation_lines(many))
    assert city == "city: 0, 1, 2, 3, 4, 5 and 3 more"
    assert need == "need by city: 9 numbers (pallets), from demand.need"
    assert ship == "ship for each city: any amount"
    assert goal.startswith("Make objective as small as possible: 2 × ship (0) + ")
    assert goal.endswith("+ 1 more")
    assert met == "met: 3 × ship (city) − ship (0) must be at least need[city], for each city"


def test_a_label_that_says_the_whole_rule_is_its_sentence() -> None:
    rule = Constraint(
        name="hours",
        label="hours of carpentry: at most 240",
        kind="resource",
        unit="hours",
        terms=(Term(coefficient=4, variable="desks"),),
        relation="<=",
        limit=240,
    )
    goal = Objective(sense="maximize", label="maximize profit", terms=(Term(coefficient=7, variable="desks"),))
    formulation = Formulation(variables=(Variable(name="desks"),), objective=goal, constraints=(rule,))
    sentences = [line.sentence for line in formulation_lines(formulation)]
    assert "hours of carpentry: at most 240" in sentences
    assert "Make profit as large as possible: 7 × desks" in sentences


def test_a_label_in_a_formula_is_said_in_words_and_a_set_has_one_letter_everywhere() -> None:
    sets = (IndexSet(name="PLANTS", elements=("Lyon",)), IndexSet(name="CITIES", elements=("Rome", "Paris")))
    ship = Variable(name="ship", indices=("PLANTS", "CITIES"))
    terms = (Term(coefficient=1, variable="ship[PLANTS,CITIES]", parameter="share[PLANTS]"),)
    met = Constraint(name="met", indices=("CITIES",), terms=terms, relation=">=", limit_parameter="demand[CITIES]")
    first = Constraint(
        name="first",
        terms=(Term(coefficient=1, variable="ship[PLANTS,Rome]"),),
        relation=">=",
        limit_parameter="demand[Rome]",
    )
    goal = Objective(sense="minimize", terms=(Term(coefficient=1, variable="ship[PLANTS,CITIES]"),))
    formulation = latex.filled(Formulation(sets=sets, variables=(ship,), objective=goal, constraints=(met, first)))
    each, one = (rule.latex for rule in formulation.constraints)
    assert each == (
        r"\sum_{i \in \text{PLANTS}} \text{share}_{i}\,\text{ship}_{i,j} \ge \text{demand}_{j}"
        r"\quad \forall j \in \text{CITIES}"
    )
    assert one == r"\sum_{i \in \text{PLANTS}} \text{ship}_{i,\text{Rome}} \ge \text{demand}_{\text{Rome}}"
    assert latex.domain(ship, latex.letters_of(sets)).startswith(r"\text{ship}_{i,j} \in \mathbb{R}")


def test_the_numbers_of_a_family_are_named_where_they_multiply_a_decision() -> None:
    made = Term(coefficient=1, variable="made[product]", parameter="hours[product]")
    found = Formulation(
        sets=(IndexSet(name="product", elements=("desk", "chair")),),
        variables=(Variable(name="made", indices=("product",)),),
        objective=Objective(
            name="profit", sense="maximize", terms=(made.model_copy(update={"parameter": "price[product]"}),)
        ),
        constraints=(Constraint(name="carpentry", terms=(made,), relation="<=", limit=240),),
    )
    told = {line.name: line.sentence for line in formulation_lines(found)}
    assert told["profit"] == "Make profit as large as possible: price (product) × made (product)"
    assert told["carpentry"] == "carpentry: hours (product) × made (product) must be at most 240"
