"""Files of insights: what came in goes out again to the letter, and bad files are refused with a place and a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.library.content import Content, ContentError
from copilot.library.formats import alphaopt, rows
from copilot.library.formats.alphaopt_text import split_condition, split_example
from copilot.library.formats.records import Record
from copilot.library.formats.strict_json import FormatError, parse
from tests.library.cast import CONSERVATION, KNAPSACK

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "alphaopt_library"
with_bench = pytest.mark.skipif(not BENCH.is_dir(), reason=f"NOT VERIFIED: the published library {BENCH} is not here")
FIRST: dict[str, Any] = {
    "insight_id": 7,
    "taxonomy": {"General Formulation": {"Variable Definition": ["Explicit Bounds"]}},
    "condition": "This insight applies when a variable has a limit.\nThis insight does NOT apply when it is free.",
    "explanation": "State the bound.",
    "example": "# Wrong\nx = Var()\n# Correct\nx = Var(bounds=(0, 10))",
    "iteration": 0,
    "version": 1,
    "task_id": 12,
    "occurrence": 0,
    "distribution": {"positive": ["A1", 3], "negative": ["A1"], "unretrieved": [], "irrelevant": [], "invalid": ["B2"]},
}
SECOND = FIRST | {
    "taxonomy": {
        "General Formulation": {"Variable Definition": {"Tight Bounds": {"definition": "d", "condition": "c"}}}
    },
    "merge_version": 2,
    "refine_version": 3,
    "occurrence": [0, 1],
    "distribution": {"positive": [], "guard_negative": ["Z9"]},
    "task_id": ["A1", 2],
}


@pytest.mark.parametrize("raw", [FIRST, SECOND], ids=["first revision", "second revision"])
def test_a_record_is_written_as_it_came(raw: dict[str, Any]) -> None:
    (record,) = alphaopt.read([raw]).records
    assert json.dumps(alphaopt.write(record)) == json.dumps(raw)


def test_the_parts_of_a_record() -> None:
    (record,) = alphaopt.read([FIRST]).records
    assert record.content.applies_when == "A variable has a limit."
    assert record.content.not_when == "It is free."
    assert (record.content.wrong, record.content.right) == ("x = Var()", "x = Var(bounds=(0, 10))")
    assert record.tasks == ("12",)
    assert record.evidence == (("A1", "positive"), ("3", "positive"), ("A1", "negative"), ("B2", "invalid"))


def test_a_label_of_the_second_revision_brings_its_definition() -> None:
    (record,) = alphaopt.read([SECOND]).records
    assert record.label_notes == {("General Formulation", "Variable Definition", "Tight Bounds"): ("d", "c")}


def test_only_the_field_that_was_edited_is_written_anew() -> None:
    (record,) = alphaopt.read([FIRST]).records
    edited = replace(record, content=replace(record.content, explanation="Say the bound."))
    assert alphaopt.write(edited) == FIRST | {"explanation": "Say the bound."}
    narrowed = replace(record, content=replace(record.content, not_when=""))
    assert alphaopt.write(narrowed) == FIRST | {"condition": "This insight applies when a variable has a limit."}


@pytest.mark.parametrize("content", [CONSERVATION, KNAPSACK])
def test_our_own_insights_survive_the_foreign_format(content: Content) -> None:
    written = alphaopt.write(Record("", content, key="k", licence="CC0-1.0"))
    (record,) = alphaopt.read([json.loads(json.dumps(written))]).records
    assert (record.content, record.key, record.licence) == (content, "k", "CC0-1.0")


@with_bench
@pytest.mark.bench
def test_the_published_library_is_written_as_it_came() -> None:
    value = parse((BENCH / "library.json").read_bytes())
    reading = alphaopt.read(value)
    assert not reading.problems
    assert json.dumps([alphaopt.write(record) for record in reading.records]) == json.dumps(value)
    assert [record.legacy_id for record in reading.records if not record.content.wrong] == [20, 187]
    assert sum(bool(record.content.not_when) for record in reading.records) == 20
    contents = [record.content for record in reading.records]
    assert [
        record.content for record in rows.read_jsonl(rows.write_jsonl(reading.records).encode()).records
    ] == contents
    assert [record.content for record in rows.read_csv(rows.write_csv(reading.records).encode()).records] == contents


@pytest.mark.parametrize(
    ("text", "applies", "excluded"),
    [
        ("This insight applies when a holds. This insight does not apply if b.", "A holds.", "B."),
        ("Use it for flows.", "Use it for flows.", ""),
        ("This insight does NOT apply when b.", "", "B."),
    ],
)
def test_a_condition_is_split_at_its_exclusion(text: str, applies: str, excluded: str) -> None:
    assert split_condition(text) == (applies, excluded)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("# Wrong: a\n# Correct: b", "a", "b"),
        ("**Wrong**\na\n**Correct**\nb", "a", "b"),
        ("# Incorrect (before)\na\n\n# Right\nb", "(before)\na", "b"),
        ("a == b", "", "a == b"),
        ("#" * 5_000 + "x", "", "#" * 5_000 + "x"),
    ],
)
def test_an_example_is_split_at_its_marks(text: str, wrong: str, right: str) -> None:
    assert split_example(text) == (wrong, right)


names = st.text(min_size=1, max_size=12).filter(lambda name: bool(name.strip()))
contents = st.builds(
    Content,
    applies_when=st.text(min_size=1, max_size=30),
    explanation=st.text(min_size=1, max_size=30),
    wrong=st.text(max_size=20),
    right=st.text(max_size=20),
    title=st.sampled_from(["", "=1+1", "'=x", "-", "Tît; > le"]),
    labels=st.lists(st.lists(names, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents)
def test_csv_and_json_lines_lose_nothing(content: Content) -> None:
    try:
        content = content.cleaned()
    except ContentError:
        return
    if any("\\" in name for path in content.labels for name in path):
        return
    record = Record("", content, legacy_id=5)
    for text, read in ((rows.write_jsonl([record]), rows.read_jsonl), (rows.write_csv([record]), rows.read_csv)):
        reading = read(text.encode())
        assert not reading.problems
        assert [(found.content, found.legacy_id) for found in reading.records] == [(content, 5)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[{]", "line 1, column 3"),
        (b"\xff\xfe[]", "UTF-8"),
        (b"[" * 200_000, "deeply"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[NaN]", "NaN"),
        (b"[" + b"9" * 5_000 + b"]", "refused"),
    ],
)
def test_hostile_json_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse(data)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"condition": None}, "condition"),
        ({"explanation": "  "}, "explanation"),
        ({"example": ["x"]}, "example"),
        ({"taxonomy": "Routing"}, "taxonomy"),
        ({"taxonomy": {"A": ["B"]}}, "stage"),
        ({"taxonomy": {"A": {"B": 3}}}, "label 'B'"),
        ({"insight_id": "seven"}, "insight_id"),
        ({"insight_id": True}, "insight_id"),
        ({"explanation": "x" * 30_000}, "30,000"),
    ],
)
def test_a_bad_record_is_named_and_the_others_are_still_read(changes: dict[str, Any], said: str) -> None:
    reading = alphaopt.read([FIRST | changes, FIRST | {"insight_id": 8}])
    assert [problem.place for problem in reading.problems] == ["record 1"]
    assert said in reading.problems[0].message
    assert len(reading.records) == 1


def test_the_same_number_twice_is_a_problem() -> None:
    (problem,) = alphaopt.read([FIRST, FIRST]).problems
    assert problem.place == "record 2"
    assert "record 1" in problem.message


@pytest.mark.parametrize("value", [{}, "x", None, [1], [[FIRST]]])
def test_what_is_no_library_is_refused(value: object) -> None:
    assert alphaopt.read(value).problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key,colour\na,b\n", "colour"),
        ("key,title\na\n", "cells"),
        ('applies_when,explanation\n"a', "CSV"),
    ],
)
def test_a_bad_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        rows.read_csv(text.encode())


def test_a_bad_line_is_named() -> None:
    good = json.dumps({"applies_when": "a", "explanation": "b", "key": "k"})
    reading = rows.read_jsonl(f'{good}\n\n{{"applies_when": 3, "explanation": "b"}}\n{good}\n'.encode())
    assert [problem.place for problem in reading.problems] == ["line 3", "line 4"]
