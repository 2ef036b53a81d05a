"""Programs are compared on random data: the same structure, another one, agreement by accident, or no answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from copilot.drafting.base import Data
from copilot.runs.parametric import Known, Parametric, programmed
from copilot.runs.structure import Build, compare_structure
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildFailure, BuildOutcome, FailureKind, Limits, Tier
from solvers.equivalence.diff import diff
from solvers.fingerprint import fingerprint

HEAD = "import pyomo.environ as pyo\n\ndef build_model(data):\n    m = pyo.ConcreteModel()\n"
WORKSHOP = """\
    m.desks = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.chairs = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.profit = pyo.Objective(expr=data["gain"]["desk"] * m.desks + data["gain"]["chair"] * m.chairs, sense=pyo.maximize)
    m.carpentry = pyo.Constraint(expr=data["desk_hours"] * m.desks + data["chair_hours"] * m.chairs <= data["hours"])
    return m
"""
DATA: Data = {"gain": {"desk": 70.0, "chair": 40.0}, "desk_hours": 4, "chair_hours": 3, "hours": 240}
INDEXED = """\
    m.I = pyo.Set(initialize=data["items"])
    m.make = pyo.Var(m.I, domain=pyo.NonNegativeReals)
    m.gain = pyo.Objective(expr=sum(data["gain"][i] * m.make[i] for i in m.I), sense=pyo.maximize)
    m.room = pyo.Constraint(expr=sum(data["size"][i] * m.make[i] for i in m.I) <= data["room"])
    return m
"""
ITEMS: Data = {
    "items": ["tea", "rice", "salt"],
    "gain": {"tea": 5.0, "rice": 3.0, "salt": 2.0},
    "size": {"tea": 2.0, "rice": 1.5, "salt": 1.0},
    "room": 90.0,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    found = Sandbox()
    yield found
    found.close()


@pytest.fixture
def build(sandbox: Sandbox) -> Build:
    def built(program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
        return sandbox.build(program, data, seed=seed, limits=Limits(wall_seconds=max(seconds, 5.0)))

    return built


@pytest.fixture
def compared(build: Build) -> Any:
    """Compare two bodies of a program on the real data, then on random data, as the line does."""

    def compare(
        first: str, second: str, data: Data = DATA, other: Data | None = None, text: str = "", **options: Any
    ) -> Parametric:
        bodies, both = (HEAD + first, HEAD + second), (data, data if other is None else other)
        instances = [build(body, given, 1, 20.0).instance for body, given in zip(bodies, both, strict=True)]
        assert instances[0] is not None
        assert instances[1] is not None
        found = diff(instances[0], instances[1])
        sides = [programmed(b, d, fingerprint(i), text) for b, d, i in zip(bodies, both, instances, strict=True) if i]
        known = Known(found.verdict, found.shift, instances[1].nonzero_count)
        return compare_structure(sides[0], sides[1], known, build=build, seconds=60.0, **options)

    return compare


def test_the_same_program_needs_no_draw(compared: Any) -> None:
    found = compared(WORKSHOP, f"    # more hours\n{WORKSHOP}", other={**DATA, "hours": 300})
    assert (found.verdict, found.how, found.draws) == ("same structure", "program", ())


def test_another_way_to_write_the_same_rule_is_the_same_structure(compared: Any) -> None:
    second = WORKSHOP.replace(
        'data["desk_hours"] * m.desks + data["chair_hours"] * m.chairs <= data["hours"]',
        'data["hours"] - data["chair_hours"] * m.chairs >= m.desks * data["desk_hours"]',
    )
    found = compared(WORKSHOP, second)
    assert [draw.verdict for draw in found.draws] == ["same"] * 3
    assert found.verdict == "same structure"
    assert found.sentence.startswith("Same structure: both programs build the same model from 3 random data sets")


def test_other_data_for_a_rewritten_program_is_only_other_data(compared: Any) -> None:
    second = WORKSHOP.replace("m.desks", "m.tables")
    found = compared(WORKSHOP, second, other={**DATA, "hours": 300, "gain": {"desk": 80.0, "chair": 40.0}})
    assert (found.verdict, found.accidental) == ("same structure", False)
    assert found.sentence.startswith("Only the data changed")


def test_another_rule_is_another_structure(compared: Any) -> None:
    found = compared(
        WORKSHOP, WORKSHOP.replace("return m", "m.most = pyo.Constraint(expr=m.desks <= m.chairs)\n    return m")
    )
    assert (found.verdict, found.accidental) == ("different structure", False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('data["desk_hours"]', '(data["desk_hours"] * data["chair_hours"] / 3)'),
        ('data["hours"]', '(data["hours"] ** 2 / 240)'),
        ('data["hours"]', "240"),
        ('data["gain"]["desk"]', '(data["gain"]["chair"] + 30)'),
        ('<= data["hours"]', '<= (data["hours"] if data["hours"] < 1000 else 1000)'),
    ],
)
def test_agreement_on_the_given_data_alone_is_called_an_accident(compared: Any, old: str, new: str) -> None:
    found = compared(WORKSHOP, WORKSHOP.replace(old, f"({new})" if new.startswith("data") else new))
    assert (found.verdict, found.accidental) == ("different structure", True)
    assert "by accident" in found.sentence


def test_a_number_renamed_in_the_data_is_the_same_number(compared: Any) -> None:
    other = {("minutes" if name == "hours" else name): value for name, value in DATA.items()}
    found = compared(WORKSHOP, WORKSHOP.replace('data["hours"]', 'data["minutes"]'), other=other)
    assert found.verdict == "same structure"
    assert "hours is now minutes" in found.sentence


def test_numbers_that_were_renamed_and_changed_at_once_are_paired_by_trying(compared: Any) -> None:
    names = {"desk_hours": "a", "chair_hours": "b", "hours": "c"}
    second, other = WORKSHOP, {"gain": DATA["gain"], "a": 5, "b": 6, "c": 99}
    for old, new in names.items():
        second = second.replace(f'"{old}"', f'"{new}"')
    assert compared(WORKSHOP, second, other=other).verdict == "same structure"


def test_a_new_number_is_drawn_apart(compared: Any) -> None:
    second = WORKSHOP.replace('<= data["hours"]', '<= data["hours"] - data["repairs"]')
    found = compared(WORKSHOP, second, other={**DATA, "repairs": 0.5})
    assert found.verdict == "different structure"


def test_programs_that_hold_their_numbers_are_not_called_the_same(compared: Any) -> None:
    held = WORKSHOP.replace('data["hours"]', "240").replace('data["desk_hours"]', "4")
    found = compared(held, held.replace("m.desks", "m.tables"), text="There are 240 hours; a desk takes four.")
    assert found.verdict == "unknown"
    assert found.sentence == (
        "The programs hold their numbers themselves (4, 240), so structure could not be compared on other data."
    )
    changed = compared(held, held.replace("240", "260"), text="There are 240 hours, now 260.")
    assert changed.verdict == "unknown"


def test_a_program_without_numbers_in_its_data_is_not_compared(compared: Any) -> None:
    body = "    m.x = pyo.Var(bounds=(0, 7))\n    m.o = pyo.Objective(expr=3 * m.x)\n    return m\n"
    found = compared(body, body.replace("m.x", "m.y"), data={})
    assert found.verdict == "unknown"
    assert [draw.real_data for draw in found.draws] == [True]
    assert "hold their numbers themselves" in found.sentence


def test_sets_get_another_size_where_the_data_say_them(compared: Any) -> None:
    found = compared(INDEXED, INDEXED.replace("m.make", "m.stock"), data=ITEMS)
    assert found.verdict == "same structure"
    assert [draw.resized for draw in found.draws] == [False, False, False, True]
    assert found.sets_resized == 1


def test_a_list_of_labels_in_the_program_shows_when_sets_grow(compared: Any) -> None:
    second = INDEXED.replace('data["items"]', '["tea", "rice", "salt"]')
    found = compared(INDEXED, second, data=ITEMS)
    assert [draw.verdict for draw in found.draws] == ["same", "same", "same", "different"]
    assert (found.verdict, found.accidental) == ("different structure", True)


def test_a_count_in_the_data_stays_a_count(compared: Any) -> None:
    body = """\
    m.T = pyo.RangeSet(1, data["periods"])
    m.x = pyo.Var(m.T, bounds=(0, data["most"]))
    m.o = pyo.Objective(expr=sum(data["cost"] * m.x[t] for t in m.T))
    m.c = pyo.Constraint(expr=sum(m.x[t] for t in m.T) >= data["need"])
    return m
"""
    found = compared(body, body.replace("m.x", "m.y"), data={"periods": 6, "most": 9, "cost": 2, "need": 30})
    assert [draw.verdict for draw in found.draws] == ["same"] * 3


def test_a_program_that_refuses_other_data_falls_back_and_says_so(compared: Any) -> None:
    body = WORKSHOP.replace(
        "    m.desks =", '    assert data["gain"]["desk"] == 70 and data["hours"] == 240\n    m.desks =', 1
    )
    found = compared(body, body.replace("m.desks", "m.tables"))
    assert [draw.real_data for draw in found.draws] == [True]
    assert found.verdict == "unknown"
    assert "could not both be built on other data" in found.sentence


def test_the_same_versions_draw_the_same_data(compared: Any) -> None:
    second = WORKSHOP.replace("m.desks", "m.tables")
    assert compared(WORKSHOP, second).draws == compared(WORKSHOP, second).draws


def test_a_stop_ends_the_comparison_before_its_next_build(compared: Any) -> None:
    asked = threading.Event()
    asked.set()
    found = compared(WORKSHOP, WORKSHOP.replace("m.desks", "m.tables"), should_stop=asked.is_set)
    assert (found.verdict, found.draws) == ("unknown", ())


def test_what_is_too_large_is_not_built_again() -> None:
    wide: Data = {"cost": {str(i): 1.5 for i in range(100_001)}}
    sides = [programmed(HEAD + body, wide, "f", "") for body in (WORKSHOP, WORKSHOP.replace("desks", "tables"))]
    small = [programmed(HEAD + body, DATA, "f", "") for body in (WORKSHOP, WORKSHOP.replace("desks", "tables"))]
    for both, nonzeros in ((sides, 4), (small, 200_001)):
        found = compare_structure(both[0], both[1], Known("identical", nonzeros=nonzeros), build=failing)
        assert (found.verdict, found.draws) == ("unknown", ())
        assert found.sentence.startswith("Too large")


def failing(program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
    raise OSError("no sandbox")


def refusing(program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
    return BuildOutcome(None, BuildFailure(FailureKind.REFUSED, "No wall."), "", (), 0.0, Tier.NONE, seed)


@pytest.mark.parametrize("broken", [failing, refusing])
def test_a_sandbox_that_fails_leaves_no_verdict_and_raises_nothing(broken: Build) -> None:
    sides = [programmed(HEAD + body, DATA, "f", "") for body in (WORKSHOP, WORKSHOP.replace("desks", "tables"))]
    assert compare_structure(sides[0], sides[1], Known("identical"), build=broken).verdict == "unknown"


def test_time_that_is_up_leaves_what_was_seen(build: Build) -> None:
    def slow(program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
        time.sleep(0.06)
        return build(program, data, seed, seconds)

    sides = [programmed(HEAD + body, DATA, "f", "") for body in (WORKSHOP, WORKSHOP.replace("desks", "tables"))]
    found = compare_structure(sides[0], sides[1], Known("identical"), build=slow, seconds=0.05)
    assert (found.verdict, found.draws) == ("unknown", ())
