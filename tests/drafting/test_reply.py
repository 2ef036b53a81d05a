"""The reply's schema and the search for its JSON object, and phrases found in the request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.drafting.assembly import locate
from copilot.drafting.reply import (
    FormulationReply,
    ProgramReply,
    RepairReply,
    ReplyError,
    extract_json,
    parse_reply,
    schema_of,
)
from tests.drafting.replies import workshop, written


def nodes(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


@pytest.mark.parametrize("kind", [FormulationReply, ProgramReply, RepairReply])
def test_every_list_of_the_schema_is_bounded_and_every_object_closed(kind: Any) -> None:
    lists = [node for node in nodes(schema_of(kind)) if node.get("type") == "array"]
    objects = [node for node in nodes(schema_of(kind)) if node.get("type") == "object"]
    assert lists
    assert all("maxItems" in node for node in lists)
    assert all(node["additionalProperties"] is False for node in objects)


def test_the_schema_keeps_fields_named_like_its_own_words() -> None:
    schema = schema_of(FormulationReply)
    assert "title" in schema["properties"]
    assert "default" in schema["$defs"]["ReplyQuestion"]["properties"]


def test_nulls_mean_left_out_but_no_bound_stays_no_bound() -> None:
    reply = workshop(title=None, sets=None, variables=[{"name": "made", "lower": None, "unit": None}])
    parsed = FormulationReply.model_validate(reply)
    assert parsed.title == ""
    assert parsed.sets == ()
    assert parsed.variables[0].lower is None


def test_prose_that_is_too_long_is_cut_and_programs_that_are_too_long_are_refused() -> None:
    assert len(parse_reply(json.dumps(workshop(abstain_reason="x" * 5000)), FormulationReply).abstain_reason) == 600
    with pytest.raises(ReplyError, match="program"):
        parse_reply(json.dumps(written("x" * 30_000)), ProgramReply)


@given(
    st.text(st.characters(exclude_characters="{}", codec="utf-8"), max_size=30),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), min_size=1),
    st.text(max_size=30).filter(lambda text: extract_json(text) is None),
)
def test_an_object_is_found_between_other_words(before: str, found: dict[str, object], after: str) -> None:
    assert extract_json(f"{before}{json.dumps(found)}{after}") == found


def test_the_longest_object_is_taken_and_hostile_text_ends() -> None:
    assert extract_json('{"a": 1} then {"b": [1, 2, 3]}') == {"b": [1, 2, 3]}
    assert extract_json("{" * 100_000) is None
    assert extract_json('{"a": ' * 50_000) is None


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("240 hours", "240 hours"),
        ("240  HOURS", "240 hours"),
        ("of\ncarpentry", "of carpentry"),
        ('the "big" saw.', "the “big” saw"),
        ("241 hours", None),
        ("", None),
        ("...", None),
        (".*", None),
    ],
)
def test_phrases_are_found_but_for_case_spaces_and_quotation_marks(phrase: str, found: str | None) -> None:
    text = "There are 240 hours of carpentry with the “big” saw"
    span = locate(text, phrase)
    assert (text[span.start : span.end] if span else None) == found
