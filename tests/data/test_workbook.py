"""Workbooks: what is understood of their sheets, and the sentence with sheet, cell and rule for what is not."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from copilot.data.reading import DataError, DataTable, read_table, read_tables
from tests.data.workbooks import Cells, claiming, rewritten, workbook

COSTS = [["Plant", "Cost (EUR/t)", "Stock"], ["north", 3.5, 4], ["south", 4, 5]]
SHEET = "xl/worksheets/sheet1.xml"
HONEST = workbook({"Costs": COSTS})  # made once: the bytes of two saves differ


def one(rows: Cells, **options: object) -> DataTable:
    return read_table("plan.xlsx", workbook({"Costs": rows}))


def test_a_sheet_gives_a_typed_table_with_units_and_cells() -> None:
    table = one(COSTS)
    assert table.name == "Costs"
    assert table.columns == {"Plant": ("north", "south"), "Cost (EUR/t)": (3.5, 4.0), "Stock": (4, 5)}
    assert table.kinds == {"Plant": "text", "Cost (EUR/t)": "number", "Stock": "integer"}
    assert table.units == {"Cost (EUR/t)": "EUR/t"}
    assert table.place(1, "Stock") == "plan.xlsx, sheet Costs, cell C3 (Stock)"
    assert table.warnings == ()


def test_a_workbook_is_known_by_its_bytes_and_a_plain_sheet_takes_the_name_of_the_file() -> None:
    assert read_table("plan.csv", workbook({"Sheet1": COSTS})).name == "plan"


def test_texts_that_cells_share_are_found() -> None:
    """As spreadsheet programs write them; the workbooks of these tests keep texts in their cells."""
    strings = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>" + b"".join(
        b"<si><t>%s</t></si>" % text for text in (b"Plant", b"Cost", b"north")
    )
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b"<Override PartName='/xl/sharedStrings.xml' ContentType='%s'/></Types>" % kind
    cells = b"""<sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>
    <row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2'><v>3.5</v></c></row></sheetData>"""
    content = rewritten(
        HONEST,
        {
            "[Content_Types].xml": lambda text: text.replace(b"</Types>", part),
            SHEET: lambda text: re.sub(rb"<sheetData>.*</sheetData>", cells, text, flags=re.DOTALL),
        },
        {"xl/sharedStrings.xml": strings + b"</sst>"},
    )
    assert read_table("plan.xlsx", content).columns == {"Plant": ("north",), "Cost": (3.5,)}


def test_titles_blank_rows_and_totals_are_left_out_and_said() -> None:
    rows = [["Costs of 2026"], [], *COSTS, ["Total", 7.5, 9], [], ["Source: finance"]]
    table = one(rows)
    assert table.columns["Plant"] == ("north", "south")
    assert table.lines == [4, 5]
    assert table.warnings == (
        "plan.xlsx, sheet Costs: row 1 (“Costs of 2026”), row 8 (“Source: finance”) left out: not part of a table.",
        "plan.xlsx, sheet Costs: row 6 (“Total”) is left out: it adds up the rows above.",
    )


def test_a_row_named_total_that_adds_nothing_up_stays() -> None:
    assert one([*COSTS, ["Total", 1, 2]]).row_count == 3


def test_a_title_right_above_the_header_is_no_header() -> None:
    assert list(one([["Costs of 2026"], *COSTS]).columns) == list(one(COSTS).columns)
    wide = [["Prices", "2026"], ["a", "b", "c", "d"], [1, 2, 3, 4]]
    assert list(one(wide).columns) == ["a", "b", "c", "d"]


def test_a_blank_row_inside_a_table_is_skipped_and_said() -> None:
    table = one([*COSTS, [], ["west", 6, 7]])
    assert table.columns["Plant"] == ("north", "south", "west")
    assert "from row 5 on, are read as its rows too" in table.warnings[0]


def test_merged_cells_above_the_header_become_part_of_the_names() -> None:
    def merge(book: Workbook) -> None:
        book["Costs"].merge_cells("B1:C1")
        book["Costs"].merge_cells("D1:E1")
        book["Costs"].merge_cells("A1:A2")

    rows = [["City", "Cost", None, "Time", None], [None, "road", "rail", "road", "rail"], ["Paris", 1, 2, 3, 4]]
    (table,) = read_tables("plan.xlsx", workbook({"Costs": rows}, merge))
    assert list(table.columns) == ["City", "Cost road", "Cost rail", "Time road", "Time rail"]


def test_a_title_merged_over_the_table_is_no_group() -> None:
    (table,) = read_tables(
        "plan.xlsx", workbook({"Costs": [["All costs"], *COSTS]}, lambda book: book["Costs"].merge_cells("A1:C1"))
    )
    assert list(table.columns) == ["Plant", "Cost (EUR/t)", "Stock"]


def test_every_table_of_every_sheet_is_read_and_hidden_ones_are_said() -> None:
    def hide(book: Workbook) -> None:
        book["Demand"].sheet_state = "hidden"
        book["Costs"].row_dimensions[2].hidden = True

    beside = [[*COSTS[0], None, "City", "Demand"], [*COSTS[1], None, "Paris", 7], [*COSTS[2], None, "Lyon", 8]]
    tables = read_tables("plan.xlsx", workbook({"Costs": beside, "Demand": [["City", "Need"], ["Paris", 1]]}, hide))
    assert [table.name for table in tables] == ["Costs", "Costs 2", "Demand"]
    assert tables[1].columns == {"City": ("Paris", "Lyon"), "Demand": (7, 8)}
    assert tables[1].place(0, "Demand") == "plan.xlsx, sheet Costs, cell F2 (Demand)"
    assert "sheet Costs has hidden rows or columns; they are read" in tables[0].warnings[0]
    assert "sheet Demand is hidden; it is read" in tables[0].warnings[1]


def test_dates_shares_currencies_and_numbers_as_text_are_understood() -> None:
    def style(book: Workbook) -> None:
        for row in (2, 3):
            book["Costs"].cell(row, 2).number_format = "0%"
            book["Costs"].cell(row, 3).number_format = '#,##0.00\\ "€"'

    rows = [
        ["day", "share", "price", "code", "amount"],
        [dt.date(2026, 3, 1), 0.25, 3.5, "007", "1.234,5"],
        [dt.datetime(2026, 3, 2), 0.5, 4, "012", "7,5"],
    ]
    (table,) = read_tables("plan.xlsx", workbook({"Costs": rows}, style))
    assert table.kinds == {"day": "date", "share": "number", "price": "number", "code": "text", "amount": "number"}
    assert table.columns["day"] == ("2026-03-01", "2026-03-02")
    assert table.columns["amount"] == (1234.5, 7.5)
    assert table.units == {"price": "€"}
    assert [warning.partition(": ")[2] for warning in table.warnings] == [
        "share is shown in per cent; 25% is read as 0.25.",
        "numbers written as text in amount are read as numbers.",
    ]


def test_years_name_columns() -> None:
    assert list(one([["plant", 2025, 2026], ["north", 1, 2]]).columns) == ["plant", "2025", "2026"]


def test_formulas_count_by_their_stored_values() -> None:
    content = workbook({"Costs": [["a", "b"], [1, "=A2*2"], [2, "=A3*2"]]})
    with pytest.raises(DataError) as caught:
        read_tables("plan.xlsx", content)
    assert str(caught.value) == (
        "plan.xlsx, sheet Costs, cell B2 (b): the formula =A2*2 has no stored value. Open the workbook in a "
        "spreadsheet program, let it calculate, and save it again; or paste the values."
    )

    def store(text: bytes) -> bytes:
        return text.replace(b"<f>A2*2</f><v />", b"<f>A2*2</f><v>2</v>").replace(
            b"<f>A3*2</f><v />", b"<f>A3*2</f><v>4</v>"
        )

    assert read_table("plan.xlsx", rewritten(content, {SHEET: store})).columns["b"] == (2, 4)


def test_macros_and_links_are_left_alone_and_said() -> None:
    content = rewritten(workbook({"Costs": COSTS}), {}, {"xl/vbaProject.bin": b"x", "xl/externalLinks/e.xml": b"<a/>"})
    table = read_table("plan.xlsm", content)
    assert "macros: they are not run" in table.warnings[0]
    assert "links to other workbooks" in table.warnings[1]


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([["a", "b"], [1, "#DIV/0!"]], ["sheet Costs, cell B2 (b)", "#DIV/0!", "Correct its formula"]),
        ([["a", None, "b"], [1, 2, 3]], ["sheet Costs, cell B1", "no name", "B2 has a value"]),
        ([["a", "a"], [1, 2]], ["sheet Costs, row 1", "two columns are named a"]),
        ([[1, 2], [3, 4]], ["sheet Costs", "no row names the columns"]),
        ([["a", "b"]], ["sheet Costs", "no row names the columns"]),
        ([], ["no table that can be read"]),
    ],
)
def test_a_bad_sheet_gets_a_sentence_with_its_cell(rows: Cells, parts: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        read_tables("plan.xlsx", workbook({"Costs": rows}))
    for part in parts:
        assert part in str(caught.value)


def test_hostile_archives_are_refused_before_they_are_unpacked() -> None:
    honest = workbook({"Costs": COSTS})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    bomb = held.getvalue()
    assert len(bomb) < 1 << 20
    many = rewritten(honest, {}, {f"xl/media/{number}.xml": b"<a/>" for number in range(2_100)})
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    late = b"<!-- " + b"x" * 100_000 + b" -->" + entities.partition(b"?>")[2]
    refused = {
        "would unpack to": bomb,
        "has 2,1": many,
        "would unpack to 1,8": claiming(honest, 200 << 20),
        "has a document type": rewritten(honest, {SHEET: lambda _: entities}),
        "styles.xml has a document type": rewritten(honest, {"xl/styles.xml": lambda _: late}),
        "has the encoding UTF-16": rewritten(honest, {SHEET: lambda text: text.decode().encode("utf-16")}),
        "has the encoding cp037": rewritten(
            honest, {SHEET: lambda text: b'<?xml version="1.0" encoding="cp037"?>' + text.partition(b"?>")[2]}
        ),
        "damaged or cut off": honest[: len(honest) // 2],
        "a zip archive without a workbook": _zip({"a.txt": b"x"}),
        "an OpenDocument file": _zip({"content.xml": b"<a/>", "mimetype": b"application/vnd.oasis"}),
        "a binary workbook": _zip({"xl/workbook.bin": b"x"}),
        "cannot be read as a workbook": rewritten(honest, {SHEET: lambda text: text[: len(text) // 2]}),
    }
    for said, content in refused.items():
        with pytest.raises(DataError) as caught:
            read_tables("plan.xlsx", content)
        assert said in str(caught.value)


def test_an_encrypted_workbook_is_named() -> None:
    with pytest.raises(DataError, match=r"old Excel workbook|password"):
        read_tables("plan.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100)


def test_a_sheet_that_lies_about_its_size_is_read_by_its_cells() -> None:
    def lie(text: bytes) -> bytes:
        return text.replace(b'<dimension ref="A1:C3" />', b'<dimension ref="A1:XFD1048576" />')

    content = rewritten(workbook({"Costs": COSTS}), {SHEET: lie})
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    assert read_table("plan.xlsx", content).row_count == 2


def test_cells_are_counted_while_they_are_read() -> None:
    wide = [["a", "b"], *([[1, 2]] * 30)]
    with pytest.raises(DataError, match="more cells than the 20"):
        read_tables("plan.xlsx", workbook({"Costs": wide}), max_cells=20)

    def far(text: bytes) -> bytes:
        return text.replace(
            b"</sheetData>",
            b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(4, 40))
            + b"</sheetData>",
        )

    with pytest.raises(DataError, match="more cells than"):
        read_tables("plan.xlsx", rewritten(workbook({"Costs": COSTS}), {SHEET: far}), max_cells=10_000)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_workbook_gives_tables_or_a_data_error(data: st.DataObject) -> None:
    content = bytearray(HONEST)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):  # any other exception fails the test
        read_tables("plan.xlsx", bytes(content))


def _zip(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def test_a_text_merged_over_several_rows_is_the_text_of_each() -> None:
    rows = [["Region", "Product", "Cost"], ["north", "desk", 70], [None, "chair", 40], ["south", "desk", 71]]

    def merge(book: Workbook) -> None:
        book["Costs"].merge_cells("A2:A3")
        book["Costs"].append([None, None, 5])
        book["Costs"].merge_cells("C4:C5")

    table = read_table("plan.xlsx", workbook({"Costs": rows}, merge))
    assert table.columns["Region"] == ("north", "north", "south")
    assert table.columns["Cost"] == (70, 40, 71)
    assert any("merged over several rows" in warning for warning in table.warnings)


def test_a_sentence_below_a_table_is_no_row_but_a_label_without_its_number_is() -> None:
    rows = [["name", "price"], ["desk", 3], ["chair", 4], ["Total", 7], ["Source: the price list of May"]]
    table = one(rows)
    assert table.columns == {"name": ("desk", "chair"), "price": (3, 4)}
    assert any("a note below the table" in warning for warning in table.warnings)
    assert one([*rows[:3], ["lamp"]]).columns["price"] == (3, 4, None)
