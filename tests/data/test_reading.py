"""Reading uploaded tables: what is understood, and the sentence for what is not."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.data.reading import DataError, DataTable, read_csv, read_table, read_tables


def read(text: str, name: str = "items.csv") -> DataTable:
    return read_csv(name, text.encode())


def test_columns_get_types() -> None:
    table = read("product,price,weight,organic\ndesk,70,1.5,yes\nchair,40,2,no\n")
    assert table.kinds == {"product": "text", "price": "integer", "weight": "number", "organic": "boolean"}
    assert table.columns["price"] == (70, 40)
    assert table.columns["weight"] == (1.5, 2.0)
    assert table.columns["organic"] == (True, False)
    assert (table.name, table.row_count, table.lines) == ("items", 2, [2, 3])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    table = read(delimiter.join("ab") + "\n" + delimiter.join("12") + "\n")
    assert table.delimiter == delimiter
    assert table.columns == {"a": (1,), "b": (2,)}


def test_a_decimal_comma_is_understood_between_semicolons() -> None:
    table = read("name;cost;share\nwood;1.234,5;0,25\nsteel;17,00;-3,5\n")
    assert table.columns["cost"] == (1234.5, 17.0)
    assert table.columns["share"] == (0.25, -3.5)


def test_a_thousands_separator_is_understood_between_commas_and_said_when_doubtful() -> None:
    table = read('name,cost\nwood,"1,500"\nsteel,"2,000"\n')
    assert table.columns["cost"] == (1500, 2000)
    assert table.warnings == ("items.csv, line 2: the comma in column cost (1,500) was read as a thousands separator.",)


def test_one_point_decimal_decides_what_the_commas_are() -> None:
    assert read('a;b\n"1,500";0.5\n').columns["a"] == (1500,)
    assert read('a;b\n"1,500";0,5\n').columns["a"] == (1.5,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_give_the_same_table(encoding: str) -> None:
    table = read_csv("x.csv", "name,preis\nStühle,3\nTische,4\n".encode(encoding))
    assert table.columns == {"name": ("Stühle", "Tische"), "preis": (3, 4)}
    assert table.warnings == ()


def test_windows_text_is_read_with_a_warning() -> None:
    table = read_csv("x.csv", "name,cost\nM\u00fcller,3\n".encode("cp1252"))
    assert table.columns["name"] == ("M\u00fcller",)
    assert table.encoding == "cp1252"
    assert "line 2" in table.warnings[0]
    assert "UTF-8" in table.warnings[0]


def test_quoted_cells_may_hold_separators_and_line_breaks_and_lines_stay_right() -> None:
    table = read('name,note,cost\ndesk,"big,\nbrown",3\nchair,,4\n')
    assert table.columns["note"] == ("big,\nbrown", None)
    assert table.lines == [2, 4]


def test_a_single_column_needs_no_delimiter() -> None:
    assert read("demand\n3\n4,5\n").columns == {"demand": (3.0, 4.5)}
    assert read("city\nParis\nLyon\n").columns == {"city": ("Paris", "Lyon")}


def test_codes_with_leading_zeros_stay_text() -> None:
    assert read("code,n\n007,1\n012,2\n").columns["code"] == ("007", "012")


def test_formulas_stay_text_and_are_mentioned() -> None:
    table = read("a,b\n=1+1,2\n@x,3\n")
    assert table.columns["a"] == ("=1+1", "@x")
    assert "holds a formula" in table.warnings[0]


def test_a_stray_word_makes_a_column_text_and_is_named() -> None:
    table = read("a,b\n1,x\n2,y\n$3,z\n")
    assert table.kinds["a"] == "text"
    assert table.warnings[0].startswith("items.csv, line 4: column a is text because '$3' is not a number")


def test_years_are_fair_column_names_but_are_mentioned() -> None:
    table = read("plant,2024,2025\nnorth,3,4\n")
    assert list(table.columns) == ["plant", "2024", "2025"]
    assert "named by numbers" in table.warnings[0]


def test_empty_cells_are_none_and_blank_lines_and_empty_columns_vanish() -> None:
    table = read("\n\na,b,\n1,,\n\n,2,\n")
    assert table.columns == {"a": (1, None), "b": (None, 2)}


def test_the_content_hash_follows_the_content() -> None:
    assert read("a\n1\n").content_hash == read("a\n1\n", name="other.csv").content_hash
    assert read("a\n1\n").content_hash != read("a\n2\n").content_hash
    assert len(read("a\n1\n").content_hash) == 64


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ["items.csv is empty"]),
        (b" \n\n \n", ["items.csv is empty"]),
        (b"a,b\n", ["column names in line 1", "no rows"]),
        (b"1,2\n3,4\n", ["line 1", "no names", "Add a first line"]),
        (b"desk,4,2\nchair,3,1\n", ["line 1", "no names"]),
        (b"a,b,a\n1,2,3\n", ["line 1", "two columns are named a"]),
        (b"a,b\n1,2\n3\n", ["line 3", "1 cell ", "2 columns"]),
        (b"a,b\n1,2\n3,4,5\n", ["line 3", "3 cells"]),
        (b"a,,b\n1,x,2\n", ["column 2 has no name", "line 2"]),
        (b'a,b\n1,"2\n3,4\n', ["quotation marks"]),
        (b"a,b\n1,\x00\x01\n", ["line 2", "NUL", "UTF-8"]),
        (b"PK\x03\x04rest", ["Excel", "CSV"]),
        (b"a,b\n1,\x81\n", ["line 2", "UTF-8"]),
        (b"a,b\n1,2\nnan,3\n", ["line 3", "column a", "not a finite number"]),
        (b"a,b\n1,2\n1,-inf\n", ["line 3", "column b", "not a finite number"]),
        (b"a,b\n1,2\n1,#DIV/0!\n", ["line 3", "column b"]),
        (b"a,b\n1,2\n1,1e999\n", ["line 3", "column b", "not a finite number"]),
        (b"\xff\xfea\x00", ["line", "items.csv"]),
    ],
)
def test_a_bad_file_gets_a_sentence_with_its_place(content: bytes, parts: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        read_csv("items.csv", content)
    for part in parts:
        assert part in str(caught.value)
    assert str(caught.value).endswith(".")


def test_sizes_are_limited() -> None:
    with pytest.raises(DataError, match=r"at most 10 MB"):
        read_csv("big.csv", b"a,b\n" + b"1,2\n" * 3_000_000)
    with pytest.raises(DataError, match="at most 10 are read"):
        read_csv("wide.csv", b"a,b\n" + b"1,2\n" * 6, max_cells=10)
    with pytest.raises(DataError, match="columns"):
        read_csv("wide.csv", (",".join(f"c{i}" for i in range(3000)) + "\n").encode())


def test_json_records_are_read_by_name_or_by_content() -> None:
    records = [
        {"product": "desk", "price": 70, "share": 1, "new": True},
        {"product": None, "price": 40, "share": 0.5, "new": False},
    ]
    for name in ("items.json", "items"):
        table = read_table(name, json.dumps(records).encode())
        assert table.name == "items"
        assert table.columns == {
            "product": ("desk", None),
            "price": (70, 40),
            "share": (1.0, 0.5),
            "new": (True, False),
        }
        assert table.kinds == {"product": "text", "price": "integer", "share": "number", "new": "boolean"}
    assert read_table("items", json.dumps({"rows": records}).encode()).row_count == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[1, 2]", ["record 1", "object"]),
        ("[]", ["list of records"]),
        ("{}", ["list of records"]),
        ('{"a": [[1, 2], [3]]}', ["a, record 1", "object"]),
        ('{"a": {}}', ["a is empty"]),
        ('[{"a": 1}, {"b": 2}]', ["record 2", "no a"]),
        ('[{"a": 1}, {"a": 2, "b": 2}]', ["record 2", "b is not in record 1"]),
        ('[{"a": NaN}]', ["NaN", "finite"]),
        ('[{"a": 1e999}]', ["record 1", "column a"]),
        ('[{"a": {"b": 1}}]', ["record 1", "column a", "cell"]),
        ('[{"a": 1, "a": 2}]', ["two values for a"]),
        ('[{"a": 1}', ["line 1", "not JSON"]),
        ("[" * 100_000, ["items.json"]),
        ('[{"a": ' + "9" * 6000 + "}]", ["items.json"]),
    ],
)
def test_bad_json_gets_a_sentence_with_its_place(text: str, parts: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        read_table("items.json", text.encode())
    for part in parts:
        assert part in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**9), 10**9),
            st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x != int(x) if abs(x) < 1e15 else True),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=8).map(
                "t{}".format
            ),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[int, float, str]], delimiter: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([("whole", "real", "word"), *rows])
    table = read(buffer.getvalue())
    assert table.columns["whole"] == tuple(row[0] for row in rows)
    assert table.columns["real"] == tuple(row[1] for row in rows)
    assert table.columns["word"] == tuple(row[2] for row in rows)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_data_error(content: bytes) -> None:
    with contextlib.suppress(DataError):  # any other exception fails the test
        table = read_table("any", content)
        assert all(len(column) == table.row_count for column in table.columns.values())


def test_json_columns_labels_and_objects_of_tables_are_read() -> None:
    columns = read_table("items.json", b'{"product": ["desk", "chair"], "price": [70, 40.5]}')
    assert columns.columns == {"product": ("desk", "chair"), "price": (70.0, 40.5)}
    labelled = read_table("cost.json", b'{"cost": {"desk": 70, "chair": 40}}')
    assert labelled.columns == {"label": ("desk", "chair"), "value": (70, 40)}
    assert read_table("limits.json", b'{"hours": 40, "budget": 9.5}').columns == {"hours": (40,), "budget": (9.5,)}
    nested = {
        "parameters": {"n": 2, "name": "plan"},
        "seed": 4,
        "cost": {"Paris": {"desk": 1, "chair": 2}, "Lyon": {"desk": 3, "chair": 4}},
        "demand": [3, 4],
        "days": [{"day": "2026-03-01", "need": 4}],
        "grid": [["a", "b"], [1, 2], [3, 4]],
        "files": {"prices": {"product": ["desk"], "price": [7]}},
    }
    tables = {table.name: table for table in read_tables("instance.json", json.dumps(nested).encode())}
    assert list(tables) == ["parameters", "parameters 2", "cost", "demand", "days", "grid", "prices"]
    assert tables["cost"].columns == {
        "label_1": ("Paris", "Paris", "Lyon", "Lyon"),
        "label_2": ("desk", "chair", "desk", "chair"),
        "value": (1, 2, 3, 4),
    }
    assert tables["demand"].columns == {"position": (1, 2), "demand": (3, 4)}
    assert tables["days"].kinds == {"day": "date", "need": "integer"}
    assert tables["grid"].columns == {"a": (1, 3), "b": (2, 4)}
    with pytest.raises(DataError, match="holds 7 tables"):
        read_table("instance.json", json.dumps(nested).encode())


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["2026-03-01", "2026-12-31"], ("2026-03-01", "2026-12-31")),
        (["2026-03-01T08:30", ""], ("2026-03-01 08:30", None)),
        (["31.12.2026", "1.3.2026"], ("2026-12-31", "2026-03-01")),
        (["12/31/2026", "1/2/2026"], ("2026-12-31", "2026-01-02")),
        (["31/12/2026", "1/2/2026"], ("2026-12-31", "2026-02-01")),
    ],
)
def test_dates_are_read_in_the_one_way_that_fits(cells: list[str], read: tuple[str, ...]) -> None:
    table = table_of(cells)
    assert (table.kinds["day"], table.columns["day"]) == ("date", read)


def table_of(cells: list[str]) -> DataTable:
    return read_csv("days.csv", ("day;n\n" + "".join(f"{cell};1\n" for cell in cells)).encode())


def test_dates_that_could_be_two_stay_text_and_are_mentioned() -> None:
    table = table_of(["1/2/2026", "3/4/2026"])
    assert table.kinds["day"] == "text"
    assert "could be day or month first" in table.warnings[0]
    assert table_of(["2026-02-30"]).kinds["day"] == "text"


def test_shares_and_amounts_are_numbers() -> None:
    table = read("item;share;price (EUR/kg);cost [t];paid;note (rough)\nx;12,5 %;3;4;1.200 €;a\ny;7 %;4;5;-2 €;b\n")
    assert table.columns["share"] == (0.125, 0.07)
    assert table.columns["paid"] == (1200, -2)
    assert table.units == {"paid": "€", "price (EUR/kg)": "EUR/kg", "cost [t]": "t"}
    assert "12,5 % was read as 0.125" in table.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"name,price\ndesk,NaN\nchair,inf\n", "line 2, column price: 'NaN' is not a finite number"),
        ("a.csv", b"x" * 5_000_000, "a cell has more than"),
        ("a.csv", b"name,price\nchair\n", "there is 1 cell where line 1 names 2 columns"),
        ("a.xlsx", b"hello there", "named as a workbook, but is none"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old Excel workbook (.xls), whatever its name"),
        ("a.json", b'[{"a": ' + b"9" * 400 + b"}]", "the number is too large"),
        ("a.json", b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"),
    ],
)
def test_hostile_content_is_refused_with_the_cause(name: str, content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        read_tables(name, content)


def test_a_whole_number_beyond_exact_ones_is_a_number() -> None:
    (table,) = read_tables("a.json", b'[{"a": 12345678901234567890123}, {"a": null}]')
    assert table.kinds == {"a": "number"}
    assert table.columns["a"] == (12345678901234567890123.0, None)


@pytest.mark.parametrize("levels", [50, 300, 600, 800, 900, 2_000])
def test_depth_ends_in_a_table_or_in_words(levels: int) -> None:
    with contextlib.suppress(DataError):
        assert read_tables("a.json", b'{"a":' * levels + b"1" + b"}" * levels)


def test_a_last_line_that_adds_up_the_others_is_left_out_and_said() -> None:
    table = read_csv("eu.csv", b"Ware;Menge;Preis\nTee;1,5;10\nRum;2,25;20\nSumme;3,75;30\n")
    assert table.columns == {"Ware": ("Tee", "Rum"), "Menge": (1.5, 2.25), "Preis": (10, 20)}
    assert "line 4 (“Summe”) is left out: it adds up the rows above" in " ".join(table.warnings)
    assert read_csv("t.csv", b"item,cost\nTea,1\nTotal,5\n").row_count == 2
