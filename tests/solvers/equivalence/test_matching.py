"""What belongs together is found, however it is called: single edits are told alone, and the telling is complete.

A slice by default; WELLPOSED_EQUIVALENCE=full runs 220 edits per disguise and 300 differences carried out.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator

import numpy as np
import pytest
import scipy.sparse

from solvers.beyond import Beyond
from solvers.equivalence import ModelDiff, diff
from solvers.equivalence.apply import applied
from solvers.equivalence.compare import equivalence
from solvers.equivalence.corrections import CorrectionRefused
from solvers.equivalence.ledger import Ledger
from solvers.instance import Instance, InstanceError, Sense
from tests.solvers import instances
from tests.solvers.equivalence.breaking import BREAKS
from tests.solvers.equivalence.models import FAMILIES, Model, put_together
from tests.solvers.equivalence.named import DISGUISES, KINDS, Named, edited, lot_sizing, nameless, renamed, transport
from tests.solvers.equivalence.rewriting import rewritten

FULL = os.environ.get("WELLPOSED_EQUIVALENCE") == "full"
EDITS, CARRIED = (220, 300) if FULL else (12, 20)
WRITTEN_ANEW = 2  # a seed that turns the objective and the positions of the indices
SAME = ("identical", "equivalent")


def rng_of(*parts: int) -> np.random.Generator:
    return np.random.default_rng(parts)


def ledger_of(found: ModelDiff) -> Ledger:
    assert found.ledger is not None
    return found.ledger


def single_edits(count: int) -> Iterator[tuple[Named, Named, int, np.random.Generator]]:
    """Models with one edit that matters, and how many changes it makes under the same names."""
    made = case = 0
    while made < count:
        rng = rng_of(case, 7)
        named = list(KINDS.values())[case % len(KINDS)](rng)
        case += 1
        after = edited(named, rng)
        if after is None:
            continue
        told = diff(named.instance(), after.instance())
        if told.verdict == "different":
            made += 1
            yield named, after, told.entry_count, rng


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_single_edit_is_told_alone_however_it_is_disguised(disguise: str) -> None:
    missed = []
    for named, after, changes, rng in single_edits(EDITS):
        found = diff(named.instance(), DISGUISES[disguise](after, rng).instance())
        assert found.verdict == "different"
        if found.entry_count > changes:
            missed.append((found.summary, changes))
    assert len(missed) <= (0.02 * EDITS if disguise == "names lost" else 0), missed


def differing_pair(case: int) -> tuple[Instance, Instance]:
    """A model and the same with one to three edits, under any names or rewrites."""
    rng = rng_of(case, 11)
    steps = int(rng.integers(1, 4))
    if case % 2:
        before = after = list(KINDS.values())[case % len(KINDS)](rng)
        for _ in range(steps):
            after = edited(after, rng) or after
        disguise = DISGUISES[str(rng.choice(list(DISGUISES)))]
        return before.instance(), disguise(after, rng).instance()
    model = FAMILIES[str(rng.choice(list(FAMILIES)))](rng)
    broken = model.copy()
    for _ in range(steps):
        broken = BREAKS[str(rng.choice(list(BREAKS)))](broken.copy(), rng) or broken
    stem = str(rng.choice(["", "other_"]))
    return put_together(model), put_together(rewritten(broken, rng, steps=3), stem=stem)


@pytest.mark.parametrize("case", range(CARRIED))
def test_the_changes_carried_out_on_the_first_model_give_the_second(case: int) -> None:
    before, after = differing_pair(case)
    found = diff(before, after)
    assert equivalence(before, ledger_of(found).laid.before).verdict in SAME
    told = equivalence(applied(ledger_of(found)).validate(), after)
    assert (told.verdict in SAME, told.shift) == (True, 0.0), (found.summary, told)


@pytest.mark.parametrize("case", range(1, 13, 2))
def test_a_change_left_out_does_not_give_the_second(case: int) -> None:
    before, after = differing_pair(case)
    ledger = ledger_of(diff(before, after))
    if ledger.blocks:
        short = dataclasses.replace(ledger, blocks=ledger.blocks[1:])
        assert equivalence(applied(short), after).verdict == "different" or after == before


def test_changes_beyond_coefficients_are_not_carried_out() -> None:
    found = diff(curved(), curved(quadratic_value=[2.0]))
    with pytest.raises(InstanceError, match="Carrying out changes is not supported"):
        applied(ledger_of(found))


def demonstration() -> tuple[Instance, Instance]:
    """Lot sizing, and the same with five changes: lost sales at a price, slower set-ups, less capacity, final stock."""
    before = lot_sizing(rng_of(3), products=4, periods=6)
    after = Named(before.model.copy(), list(before.rows), list(before.columns))
    model, rows = after.model, {name: i for i, name in enumerate(after.rows)}
    columns = {name: j for j, name in enumerate(after.columns)}
    for p in range(4):
        for t in range(6):
            entries = np.zeros(len(rows))
            entries[rows[f"balance[{p},{t}]"]] = 1.0
            model.add_column(entries, 0.0, np.inf, cost=100.0)
            after.columns.append(f"lost[{p},{t}]")
            model.matrix[rows[f"capacity[{t}]"], columns[f"setup[{p},{t}]"]] *= 2
        model.column_lower[columns[f"store[{p},5]"]] = 5.0
    for t in range(6):
        model.upper[rows[f"capacity[{t}]"]] *= 0.9
    return before.instance(), after.instance()


def test_five_changes_at_once_are_five_lines() -> None:
    found = diff(*demonstration())
    lines = [f"{family.family}: {pattern}" for family in found.families for pattern in family.patterns]
    assert lines == [
        "lost: 24 columns added",
        "balance: coefficient of lost added (1) in 24 of 24 rows",
        "capacity: coefficient of setup ×2 in 6 of 6 rows",
        "capacity: right-hand side 130 → 117 in 6 of 6 rows",
        "store: lower bound 0 → 5 in 4 of 24 columns (index 2 = 5, the last)",
    ]
    assert len(found.summary) <= 120


def wrong_sense_in_disguise() -> tuple[Named, Named]:
    before = lot_sizing(rng_of(5), products=4, periods=6)
    after = Named(before.model.copy(), before.rows, before.columns)
    for i, name in enumerate(after.rows):
        if name.startswith("balance"):
            after.model.upper[i] = np.inf
    return before, renamed(after, rng_of(WRITTEN_ANEW))


def test_one_wrong_sense_in_a_model_written_anew_is_one_line() -> None:
    before, after = wrong_sense_in_disguise()
    assert after.model.sense is Sense.MAXIMIZE
    found = diff(before.instance(), after.instance())
    assert [family.patterns for family in found.families] == [("sense == → >= in 24 of 24 rows",)]
    assert (found.families[0].family, found.families[0].renamed) == ("balance", "ECNALAB")
    assert found.summary == "24 senses changed"
    assert found.verdict == "different"


def test_each_renamed_family_is_listed_once_with_how_it_was_found() -> None:
    before, after = wrong_sense_in_disguise()
    found = diff(before.instance(), after.instance())
    assert {(one.kind, one.old, one.new, one.how) for one in found.renames} == {
        (kind, name, name[::-1].upper(), "by name")
        for kind, names in (("variables", ("make", "store", "setup")), ("constraints", ("balance", "link", "capacity")))
        for name in names
    }
    assert found.rename_count == 6
    assert sum(one.count for one in found.renames) == len(before.rows) + len(before.columns)
    lost = diff(before.instance(), nameless(before, rng_of(2)).instance())
    assert lost.families == ()
    assert (lost.renames, lost.guesses) == ((), len(before.rows) + len(before.columns))  # no family became one


def test_a_match_among_equals_is_called_a_symmetric_choice() -> None:
    before = transport(rng_of(1))
    before.model.cost[:], before.model.upper[before.model.upper < np.inf] = 1.0, 50.0
    before.model.lower[before.model.lower > 0] = 5.0
    after = Named(before.model.copy(), before.rows, before.columns)
    after.model.upper[0] = 51.0
    hidden = nameless(after, rng_of(4))
    hidden.columns = [f"send[{name}]" for name in hidden.columns]
    found = diff(before.instance(), hidden.instance())
    assert [(one.old, one.new, one.how) for one in found.renames] == [("ship", "send", "symmetric choice")]
    assert found.entry_count == 1
    assert found.basis == "structure"


def two_alike() -> tuple[Instance, Instance]:
    """Two families of the same shape, a and b, that are p and q in the second model, where p costs more than both."""

    def case(first: str, second: str, cost: float) -> Instance:
        model = transport(rng_of(9)).model
        n = model.shape[1]
        model.matrix, model.cost = (
            scipy.sparse.csr_array(scipy.sparse.hstack((model.matrix, model.matrix))),
            np.append(np.full(n, cost), np.full(n, 3.0)),
        )
        for name in ("column_lower", "column_upper", "integer"):
            setattr(model, name, np.tile(getattr(model, name), 2))
        columns = [f"{stem}[{j}]" for stem in (first, second) for j in range(n)]
        return Named(model, [f"row[{i}]" for i in range(model.shape[0])], columns).instance()

    return case("a", "b", 2.0), case("p", "q", 7.0)


def test_a_match_can_be_corrected() -> None:
    before, after = two_alike()
    found = diff(before, after)
    assert {(one.old, one.new) for one in found.renames} == {("a", "p"), ("b", "q")}
    corrected = diff(before, after, renamed=[("variables", "a", "q")])
    assert {(one.old, one.new, one.how) for one in corrected.renames} == {
        ("a", "q", "corrected"),
        ("b", "p", "by name"),
    }
    assert corrected.verdict == found.verdict
    assert corrected.entry_count > found.entry_count
    assert equivalence(applied(ledger_of(corrected)), after).verdict == "equivalent"


def test_a_correction_takes_an_equal_name_apart() -> None:
    before, _ = two_alike()
    found = diff(before, before, renamed=[("variables", "a", "b"), ("variables", "b", "a")])
    assert {(one.old, one.new, one.how) for one in found.renames} == {("a", "b", "corrected"), ("b", "a", "corrected")}
    assert found.entry_count == before.column_count  # every cost


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("rows", "row", "row")], "rows is neither variables nor constraints."),
        ([("variables", "z", "p")], "The first model has no variables called z."),
        ([("variables", "a", "z")], "The second model has no variables called z."),
        ([("variables", "a", "p"), ("variables", "b", "p")], "b cannot become p: a is said to have become p already."),
    ],
)
def test_a_correction_that_cannot_be_is_refused(given: list[tuple[str, str, str]], sentence: str) -> None:
    with pytest.raises(CorrectionRefused) as refused:
        diff(*two_alike(), renamed=given)
    assert str(refused.value) == sentence


def test_nothing_changed_is_nothing_told() -> None:
    for kind in KINDS.values():
        instance = kind(rng_of(1)).instance()
        found = diff(instance, instance)
        assert (found.verdict, found.families, found.renames, found.entry_count) == ("identical", (), (), 0)


def every_entry(found: ModelDiff) -> set[tuple[object, ...]]:
    return {
        (family.kind, family.family, entry.subject, entry.field, entry.old, entry.new)
        for family in found.families
        for entry in found.entries(family.kind, family.family)
    }


def test_the_way_back_is_the_way_forth_turned() -> None:
    for before, after, changes, rng in single_edits(6):
        forth, back = diff(before.instance(), after.instance()), diff(after.instance(), before.instance())
        turned = {"added": "removed", "removed": "added"}
        mirrored = {(k, f, s, turned.get(w, w), new, old) for k, f, s, w, old, new in every_entry(back)}
        assert every_entry(forth) == mirrored
        hidden = renamed(after, rng)
        assert diff(hidden.instance(), before.instance()).entry_count == changes


def test_the_same_question_has_the_same_words() -> None:
    before, after = differing_pair(3)
    first, second = (dataclasses.replace(diff(before, after), seconds=0.0).to_json() for _ in range(2))
    assert first == second


def test_all_entries_can_be_had_page_by_page() -> None:
    before, after = demonstration()
    found = diff(before, after)
    family = next(one for one in found.families if one.family == "capacity")
    every = found.entries("constraints", "capacity")
    assert len(every) == family.entry_count == 30
    assert found.entries("constraints", "capacity", 10, 5) == every[10:15]
    assert sum(len(found.entries(one.kind, one.family)) for one in found.families) == found.entry_count
    assert "ledger" not in found.to_json()


def test_names_that_mean_nothing_are_set_aside() -> None:
    before = lot_sizing(rng_of(8), products=4, periods=6)
    numbered = nameless(before, rng_of(1))
    again = nameless(before, rng_of(2))  # the same names in another order
    found = diff(numbered.instance(), again.instance())
    assert (found.verdict, found.entry_count) == ("equivalent", 0)


IN_SET = "x, y not zero"


def curved(**changes: object) -> Instance:
    """Two columns, a row with a product, and a function in the objective."""
    fields: dict[str, object] = {
        "quadratic_row": [0],
        "quadratic_first": [0],
        "quadratic_second": [1],
        "quadratic_value": [1.0],
        "indicator_row": [1],
        "indicator_column": [1],
        "indicator_value": [1],
        "set_kind": [1],
        "set_indptr": [0, 2],
        "set_indices": [0, 1],
        "set_weights": [1.0, 2.0],
        "set_names": ["either"],
        "tape_row": [-1],
        "tape_indptr": [0, 2],
        "tape_code": [1, 7],
        "tape_operand": [0.0, 0.0],
    }
    sides = np.full(2, -np.inf), np.array([4.0, 9.0])
    bounds = np.zeros(2), np.array([5.0, 1.0])
    linear = Model(np.eye(2), *sides, *bounds, cost=np.ones(2), integer=np.array([False, True]))
    named = Named(linear, ["limit", "rest"], ["x", "y"]).instance()
    return dataclasses.replace(named, beyond=Beyond(**(fields | changes))).validate()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "family", "entry"),
    [
        ({"quadratic_value": [2.5]}, "limit", ("limit", "products", "1 x*y", "2.5 x*y")),
        ({"tape_code": [1, 8]}, "goal", ("goal", "function", "exp(x)", "log(x)")),
        ({"indicator_value": [0]}, "rest", ("rest", "condition", "only if y = 1", "only if y = 0")),
        ({"semicontinuous": [0]}, "x", ("x", "kind", "without a gap", "semicontinuous")),
        (
            {"set_kind": [2]},
            "either",
            (
                "either",
                "special ordered set",
                "at most one of x, y not zero",
                "at most two neighbours of x, y not zero",
            ),
        ),
    ],
)
def test_what_is_not_linear_is_told_as_text(changes: dict[str, object], family: str, entry: tuple[str, ...]) -> None:
    found = diff(curved(), curved(**changes))
    assert found.verdict == "undecided"
    assert "Unsupported" in found.reason
    assert [(one.family, dataclasses.astuple(one.entries[0])) for one in found.families] == [(family, entry)]


def test_what_is_not_linear_is_told_in_the_names_of_the_first_model() -> None:
    other = dataclasses.replace(curved(), column_names=["x", "z"])
    found = diff(curved(), other, renamed=[("variables", "y", "z")])
    assert (found.verdict, found.families) == ("undecided", ())
    assert [(one.old, one.new, one.how) for one in found.renames] == [("y", "z", "corrected")]


EMPTY = instances.make(cost=[])
NO_ROWS = instances.make(cost=[1, 2])


@pytest.mark.parametrize("other", [EMPTY, NO_ROWS, curved()], ids=["empty", "no rows", "not linear"])
def test_a_model_of_nothing_is_compared_both_ways(other: Instance) -> None:
    for before, after in ((other, instances.workshop()), (instances.workshop(), other), (other, EMPTY), (other, other)):
        found = diff(before, after)
        assert found.verdict == ("identical" if before == after else found.verdict)
        assert sum(1 for _ in found.every_entry()) == found.entry_count
        json.dumps(found.to_json(), allow_nan=False)


def test_a_summary_fits_a_title_however_much_changed() -> None:
    before = lot_sizing(rng_of(1), products=3, periods=20).instance()
    after = dataclasses.replace(transport(rng_of(1)).instance(), sense=Sense.MAXIMIZE, objective_offset=3.0)
    found = diff(before, after)
    assert found.summary.startswith("objective sense minimize → maximize; ")
    assert "more kinds of change" in found.summary
    assert len(found.summary) <= 120
