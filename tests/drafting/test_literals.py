"""Where the numbers and labels of a program come from."""

from __future__ import annotations

import pytest

from copilot.drafting.base import Table
from copilot.drafting.literals import traced
from copilot.drafting.program import data_of, write_program
from tests.drafting.builtin.asking import drafted
from tests.drafting.builtin.test_followup import WORKSHOP
from tests.drafting.replies import PROGRAM, TEXT
from tests.runs.fakes import FORMULATION

TABLE = Table("routes", {"from": ("P1", "P2"), "to": ("x", "y"), "cost": (4.5, 31), "hours": (12, 8)})
DATA = {"plant": ["P1", "P2"], "routes": []}


def origins(body: str, *tables: Table, text: str = TEXT) -> list[tuple[str, str]]:
    program = f"def build_model(data):\n    {body}\n"
    return [(one.text, one.origin) for one in traced(program, FORMULATION, DATA, text, tables)]


def test_a_program_that_reads_everything_from_data_holds_nothing() -> None:
    assert traced(PROGRAM, FORMULATION, DATA, TEXT) == ()


def test_what_our_own_writer_writes_holds_nothing() -> None:
    draft = drafted(WORKSHOP)
    assert traced(write_program(draft.formulation), draft.formulation, data_of(draft.formulation), WORKSHOP) == ()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("m.c = x <= 240", [("240", "request")]),
        ("m.c = x <= -240.0", [("240", "request")]),
        ("m.c = x <= 100 * 35", [("35", "nowhere")]),
        ("m.c = 70 * x + 3 * y <= 100", [("70", "request"), ("3", "request")]),
        ("m.c = x <= 31", [("31", "data")]),
        ("m.c = x <= 1_000_000_000", [("1e+09", "nowhere")]),
        ("m.c = data['cost']['P1']", [("'P1'", "data")]),
        ("m.c = data['cost'][row[1]], rows[-1], x ** 3, range(17), round(x, 4)", []),
        ("m.c = 60 * data['hours'] + 24", []),
        ("m.c = 12 * x", [("12", "data")]),
        ("m.c = row['cost'], row['from'], data['plant']", []),
        ("'A docstring with 31 and P1'", []),
        ("m.c = True", []),
    ],
)
def test_each_literal_is_traced(body: str, found: list[tuple[str, str]]) -> None:
    assert origins(body, TABLE) == found


def test_shares_words_and_labels_of_the_request_count_as_said() -> None:
    text = "At least 35% of the routes from P1, and twenty trucks."
    assert origins("m.c = 0.35 * x, 20, 35, 'P1', 'P2'", TABLE, text=text) == [
        ("0.35", "request"),
        ("20", "request"),
        ("35", "request"),
        ("'P2'", "data"),
    ]


def test_the_numbers_of_the_formulation_count_where_the_text_gave_them_in_words() -> None:
    assert origins("m.c = 240 * x + 4", text="two hundred hours and more") == [
        ("240", "formulation"),
        ("4", "formulation"),
    ]


def test_a_program_that_is_none_holds_nothing() -> None:
    assert traced("def (", FORMULATION, DATA, TEXT) == ()
