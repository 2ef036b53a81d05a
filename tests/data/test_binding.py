"""Binding columns to parameters: the data a program reads, and the sentence for what does not fit."""

from __future__ import annotations

import pytest

from copilot.data.binding import ColumnBinding, bind, find_column
from copilot.data.reading import DataError, DataTable, read_csv

ITEMS = read_csv("items.csv", b"Product,City,Unit cost,stock\ndesk,Paris,70,3\nchair,Lyon,40.5,\ndesk,Lyon,65,4\n")
ONE = read_csv("limits.csv", b"budget\n1000\n")


def test_numbers_are_keyed_by_one_or_several_columns() -> None:
    pairs = bind(ITEMS, [ColumnBinding("cost", "Unit cost", keys=("Product", "City"))])
    assert pairs == {"cost": {("desk", "Paris"): 70.0, ("chair", "Lyon"): 40.5, ("desk", "Lyon"): 65.0}}
    single = read_csv("a.csv", b"product,cost\ndesk,70\nchair,40\n")
    assert bind(single, [ColumnBinding("cost", "cost", keys=("product",))]) == {"cost": {"desk": 70, "chair": 40}}


def test_labels_keep_file_order_without_repeats() -> None:
    assert bind(ITEMS, [ColumnBinding("product", "Product", role="labels")]) == {"product": ["desk", "chair"]}


def test_one_row_gives_a_number_and_rows_give_records() -> None:
    assert bind(ONE, [ColumnBinding("budget", "budget")]) == {"budget": 1000}
    assert bind(ONE, [ColumnBinding("limits", role="rows")]) == {"limits": [{"budget": 1000}]}


def test_case_and_spaces_of_a_column_name_are_forgiven() -> None:
    assert find_column(ITEMS, "unit_cost") == "Unit cost"


@pytest.mark.parametrize(
    ("table", "binding", "parts"),
    [
        (
            ITEMS,
            ColumnBinding("c", "unit costs", keys=("Product",)),
            ["no column unit costs", "Product, City, Unit", "mean Unit cost?"],
        ),
        (ITEMS, ColumnBinding("c", "zzz"), ["no column zzz", "Product, City"]),
        (ITEMS, ColumnBinding("c", "Unit cost", keys=("Produkt",)), ["no column Produkt", "Did you mean Product?"]),
        (ITEMS, ColumnBinding("c", "Unit cost", keys=("Product",)), ["line 4", "desk occurs a second time"]),
        (ITEMS, ColumnBinding("c", "stock", keys=("Product", "City")), ["line 3", "column stock", "is empty"]),
        (ITEMS, ColumnBinding("c", "City", keys=("Product", "City")), ["line 2", "column City", "'Paris'"]),
        (ITEMS, ColumnBinding("c", "Unit cost"), ["3 rows", "names the rows"]),
        (ITEMS, ColumnBinding("c", "stock", role="labels"), ["line 3", "column stock", "is empty"]),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(table: DataTable, binding: ColumnBinding, parts: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        bind(table, [binding])
    for part in parts:
        assert part in str(caught.value)


def test_a_name_is_bound_once() -> None:
    with pytest.raises(DataError, match="bound to two columns"):
        bind(ONE, [ColumnBinding("b", "budget"), ColumnBinding("b", "budget")])
