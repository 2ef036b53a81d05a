"""Mapping columns to what a model reads: proposals, faults with their cells, and a template that maps itself."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from copilot.data.binding import ColumnBinding
from copilot.data.mapping import Option, Wanted, options_for, propose, succeeded
from copilot.data.reading import DataTable, read_csv, read_tables
from copilot.data.template import template
from copilot.data.validating import Validated, validate
from copilot.runs.wants import wanted_of
from tests.data.workbooks import Cells, workbook
from tests.runs.shipping import DATA, FORMULATION

WANTED = wanted_of(FORMULATION, DATA)
COST: Cells = [
    ["Plant", "City", "Shipping cost (EUR/t)"],
    ["north", "Paris", 4],
    ["north", "Lyon", 6],
    ["south", "Paris", 5],
    ["south", "Lyon", 3],
]
SUPPLY: Cells = [["Plant", "Tons available"], ["north", 30], ["south", 40]]
DEMAND: Cells = [["City", "Demand [t]"], ["Paris", 25], ["Lyon", 35]]
FEES: Cells = [["name", "value"], ["handling fee", 0.5]]


def tables(**sheets: Cells) -> tuple[DataTable, ...]:
    given = {"Cost": COST, "Supply": SUPPLY, "Demand": DEMAND, "Fees": FEES} | sheets
    return read_tables("plan.xlsx", workbook(given))


def proposed(found: tuple[DataTable, ...], wanted: tuple[Wanted, ...] = WANTED) -> dict[str, Option]:
    return propose(wanted, found)


def checked(found: tuple[DataTable, ...], wanted: tuple[Wanted, ...] = WANTED) -> Validated:
    chosen = proposed(found, wanted)
    by_name = {table.name: table for table in found}
    return validate(
        wanted,
        {name: option.binding for name, option in chosen.items()},
        {name: by_name[option.table] for name, option in chosen.items()},
    )


def test_columns_are_proposed_by_name_unit_labels_and_rows() -> None:
    found = {name: (one.table, one.binding) for name, one in proposed(tables()).items()}
    assert found == {
        "cost": ("Cost", ColumnBinding("cost", "Shipping cost (EUR/t)", ("Plant", "City"))),
        "supply": ("Supply", ColumnBinding("supply", "Tons available", ("Plant",))),
        "demand": ("Demand", ColumnBinding("demand", "Demand [t]", ("City",))),
        "handling": ("Fees", ColumnBinding("handling", "value", ("name",), role="cell", at="handling fee")),
        "PLANTS": ("Cost", ColumnBinding("PLANTS", "Plant", role="labels")),
        "CITIES": ("Cost", ColumnBinding("CITIES", "City", role="labels")),
    }
    assert proposed(tables())["demand"].reason == "its name, its unit, its labels"


def test_what_is_proposed_gives_the_data() -> None:
    assert checked(tables()).values == DATA


def test_a_column_that_it_was_read_from_comes_first() -> None:
    (demand,) = [one for one in WANTED if one.name == "demand"]
    odd = read_csv("stock.csv", b"City,x,demand\nParis,1,2\nLyon,3,4\n")
    known = Wanted("demand", "numbers", "demand", ("CITIES",), source="table:stock.x", labels=demand.labels)
    assert options_for(known, [odd])[0].binding.column == "x"


@pytest.mark.parametrize(
    ("newest", "newer", "first"),
    [
        ((), (), "stock"),
        (("later", "latest"), ("later",), "later"),  # the latest lacks a column of the old one
        (("stock",), (), "stock"),  # which came anew itself
    ],
)
def test_a_newer_table_with_its_columns_takes_the_place_of_the_one_it_was_read_from(
    newest: tuple[str, ...], newer: tuple[str, ...], first: str
) -> None:
    given = [
        read_csv("stock.csv", b"City,x\nParis,1\nLyon,3\n"),
        read_csv("later.csv", b"City,x,y\nParis,2,4\nLyon,5,6\n"),
        read_csv("latest.csv", b"Town,x\nParis,2\nLyon,5\n"),
    ]
    known = Wanted(
        "demand", "numbers", "demand", ("CITIES",), source="table:stock.x", labels={"CITIES": ("Paris", "Lyon")}
    )
    (one,) = succeeded((known,), given, newest)
    assert one.newer == newer
    assert propose((one,), given)["demand"].table == first


def test_a_matrix_of_rows_and_columns_is_understood() -> None:
    matrix: Cells = [["Plant", "Paris", "Lyon"], ["north", 4, 6], ["south", 5, 3]]
    found = tables(Cost=matrix)
    assert proposed(found)["cost"].binding == ColumnBinding("cost", keys=("Plant",), role="matrix")
    assert proposed(found)["CITIES"].binding.role == "names"
    assert checked(found).values == DATA


def test_new_labels_come_with_their_rows() -> None:
    more = tables(Cost=[*COST, ["west", "Paris", 1], ["west", "Lyon", 2]], Supply=[*SUPPLY, ["west", 7]])
    values = checked(more).values
    assert values["PLANTS"] == ["north", "south", "west"]
    assert values["supply"] == {"north": 30, "south": 40, "west": 7}


def test_nothing_is_proposed_for_what_no_column_resembles() -> None:
    other = read_csv("weather.csv", b"day,rain\nmonday,3\ntuesday,4\n")
    assert proposed((other,)) == {}


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        (
            {"Demand": [["City", "Demand [t]"], ["Paris", -25], ["Lyon", 35]]},
            "plan.xlsx, sheet Demand, cell B2 (Demand [t]): -25 is negative, but demand of a city cannot be less than "
            "0. Correct the sign.",
        ),
        (
            {"Demand": [["City", "Demand [t]"], ["Paris", 25], ["Lyon", None]]},
            "plan.xlsx, sheet Demand, cell B3 (Demand [t]): the cell is empty, but demand of a city needs a number "
            "there. Give one, or 0.",
        ),
        (
            {"Demand": [["City", "Demand [t]"], ["Pariss", 25], ["Lyon", 35]]},
            "plan.xlsx, sheet Demand, cell A2 (City): “Pariss” is not one of CITIES (Paris, Lyon). Did you mean Paris? "
            "Correct it, or add it where CITIES are listed.",
        ),
        (
            {"Demand": [["City", "Demand [t]"], ["Paris", 25], ["Lyon", 35], ["Paris", 26]]},
            "plan.xlsx, sheet Demand, cell A4 (City): Paris occurs a second time, so Demand [t] has two values for "
            "it. Keep one row.",
        ),
        (
            {"Demand": [["City", "Demand [t]"], ["Paris", 25]]},
            "plan.xlsx, sheet Demand: Demand [t] has no number for Lyon. demand of a city needs one for every CITIES: "
            "add the rows.",
        ),
        (
            {"Cost": COST[:-1]},
            "plan.xlsx, sheet Cost: Shipping cost (EUR/t) has no number for south and Lyon. shipping cost needs one "
            "for every PLANTS and CITIES: add the rows.",
        ),
        (
            {"Demand": [["City", "Demand [t]"], ["Paris", 25], [None, 35]]},
            "plan.xlsx, sheet Demand, cell A3 (City): the cell is empty, but it names the row. Fill it in.",
        ),
    ],
)
def test_what_does_not_fit_names_sheet_cell_and_rule(sheets: dict[str, Cells], said: str) -> None:
    found = checked(tables(**sheets))
    assert said in found.faults
    assert found.values == {}


def test_text_among_numbers_names_its_cell() -> None:
    table = read_csv("demand.csv", b"City,Demand\nParis,much\nLyon,35\n")
    chosen = {"demand": ColumnBinding("demand", "Demand", ("City",))}
    found = validate(WANTED, chosen, {"demand": table})
    assert found.faults == ("demand, line 2, column Demand: “much” is not a number. Give one.",)


def test_faults_are_listed_together_but_not_without_end() -> None:
    rows = [["City", "Demand [t]"], *([f"town{number}", -1] for number in range(60))]
    faults = checked(tables(Demand=rows)).faults
    assert len(faults) == 21
    assert faults[-1] == "There are more faults of this kind. Correct these first."


def test_another_unit_is_a_doubt_and_stops_nothing() -> None:
    found = checked(tables(Demand=[["City", "Demand [kg]"], ["Paris", 25], ["Lyon", 35]]))
    assert found.faults == ()
    assert "Demand [kg] is in kg, while demand of a city was in t" in found.doubts[0]


def test_new_labels_without_numbers_elsewhere_are_a_fault() -> None:
    table = read_csv("supply.csv", b"Plant,supply\nnorth,1\nwest,2\n")
    chosen = {
        "supply": ColumnBinding("supply", "supply", ("Plant",)),
        "PLANTS": ColumnBinding("PLANTS", "Plant", role="labels"),
    }
    found = validate(WANTED, chosen, dict.fromkeys(chosen, table))
    assert found.faults == (
        "shipping cost keeps its present numbers and has none for west of PLANTS. Choose a column for it that has.",
    )


def test_a_template_has_units_labels_and_validation_and_maps_itself() -> None:
    content = template(WANTED, DATA)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Numbers", "PLANTS", "CITIES", "PLANTS_CITIES"]
    assert [[cell.value for cell in row] for row in book["PLANTS_CITIES"].iter_rows(max_row=2)] == [
        ["PLANTS", "CITIES", "cost [EUR/t]"],
        ["north", "Paris", 4],
    ]
    rules = {(check.type, str(check.sqref)) for check in book["PLANTS_CITIES"].data_validations.dataValidation}
    assert rules == {("decimal", "C2:C205"), ("list", "A2:A205"), ("list", "B2:B205")}
    amounts = book["CITIES"].data_validations.dataValidation
    assert [(check.operator, check.formula1) for check in amounts] == [("greaterThanOrEqual", "0")]

    book["CITIES"]["B2"] = 99
    book["CITIES"].append(["Nice", 7])
    for plant, cost in (("north", 8), ("south", 9)):
        book["PLANTS_CITIES"].append([plant, "Nice", cost])
    held = io.BytesIO()
    book.save(held)
    filled = read_tables("filled.xlsx", held.getvalue())
    assert set(proposed(filled)) == {one.name for one in WANTED}
    values = checked(filled).values
    assert values["demand"] == {"Paris": 99, "Lyon": 35, "Nice": 7}
    assert values["CITIES"] == ["Paris", "Lyon", "Nice"]
    assert values["handling"] == 0.5


def test_labels_that_look_like_formulas_stay_labels_in_a_template() -> None:
    wanted = (Wanted("cost", "numbers", "cost", ("ITEMS",), labels={"ITEMS": ("=1+1",)}, is_dense=True),)
    (table,) = read_tables("t.xlsx", template(wanted, {"cost": {"=1+1": 3}}))
    assert table.columns == {"ITEMS": ("=1+1",), "cost": (3,)}


@pytest.mark.parametrize("cells", [(25, "many"), ("lots", "many"), (None, None)])
def test_a_column_that_was_filled_in_wrongly_is_told_and_does_not_keep_the_old_numbers(
    cells: tuple[int | str | None, int | str | None],
) -> None:
    found = tables(Demand=[[*DEMAND[0], "Note"], ["Paris", cells[0], "x"], ["Lyon", cells[1], "y"]])
    assert proposed(found)["demand"].binding.column == "Demand [t]"
    assert any("sheet Demand, cell B" in fault for fault in checked(found).faults)


def test_a_bad_cell_of_a_matrix_is_told_too() -> None:
    found = tables(Cost=[["Plant", "Paris", "Lyon"], ["north", 4, 6], ["south", 5, "none"]])
    assert proposed(found)["cost"].binding.role == "matrix"
    assert any("cell C3" in fault for fault in checked(found).faults)


def test_what_keeps_its_value_is_said_where_something_else_is_read() -> None:
    found = tuple(one for one in tables() if one.name != "Fees")
    assert any("handling fee" in doubt and "present values are kept" in doubt for doubt in checked(found).doubts)
