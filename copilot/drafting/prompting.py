"""Writes the messages for a language model: our rules as prose files, everything from outside as delimited data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from copilot.drafting.base import Cell, Draft, DraftRequest, Feedback, Formulated, InsightText, Table
from copilot.drafting.formulation import Formulation
from copilot.drafting.reply import FormulationReply, ProgramReply, RepairReply, schema_of

Message = tuple[str, str]  # (role, text): system, human or ai

_PROMPTS = Path(__file__).parent / "prompts"
_SAMPLE_ROWS = 5
_COLUMNS_SHOWN = 60
_CELL_SHOWN = 60
_FORMULATION_SHOWN = 24_000
_REPLY_SHOWN = 12_000
_CONTEXT_LINES = 2
_ENTRIES_SHOWN = 20
_DATA_FIELDS = ("elements", "value")
_INCLUDED = re.compile(r"\{\{(\w+)\}\}")


def system_message(stage: str, schema: Mapping[str, Any] | None) -> Message:
    """The rules of a stage; with the JSON schema where the server is not given it in another way."""
    text = prompt(stage)
    if schema is not None:
        text += "\n\n" + prompt("prompt_only").replace("{{schema}}", json.dumps(schema, separators=(",", ":")))
    return ("system", text)


def request_message(request: DraftRequest) -> Message:
    """The request, what it revises, tables by schema and five rows, and the experience to consider."""
    blocks = [block("REQUEST", request.text)]
    if request.previous is not None:
        blocks.append(block("PREVIOUS", _draft_text(request.previous)))
        if request.changes:
            blocks.append(block("CHANGES", "\n".join(request.changes)))
        if request.revision_start:
            blocks.append(block("REVISION", request.text[request.revision_start :]))
    if request.tables:
        blocks.append(block("TABLES", "\n\n".join(_table_text(table) for table in request.tables)))
    if request.insights:
        blocks.append(block("EXPERIENCE", "\n\n".join(_insight_text(insight) for insight in request.insights)))
    return ("human", "\n\n".join(blocks))


def program_message(request: DraftRequest, formulated: Formulated) -> Message:
    """The request again, and the formulation that is to be written as a program."""
    _, asked = request_message(request)
    parts = [asked, block("FORMULATION", _formulation_text(formulated.formulation))]
    if formulated.changed:
        parts.append(block("CHANGED", "\n".join(formulated.changed)))
    return ("human", "\n\n".join(parts))


def repair_message(request: DraftRequest, draft: Draft, feedback: Feedback) -> Message:
    """The request again, the refused draft, and why it was refused, with the lines of the program around the fault."""
    _, asked = request_message(request)
    return (
        "human",
        "\n\n".join(
            [asked, block("DRAFT", _draft_text(draft)), block("REFUSAL", refusal_text(feedback, draft.program))]
        ),
    )


def refused_messages(reply: str, problem: str) -> tuple[Message, Message]:
    """The refused reply, then the reason: turns must alternate, or some servers refuse the conversation."""
    return ("ai", reply[:_REPLY_SHOWN] or "(no text)"), (
        "human",
        prompt("refused").replace("{{problem}}", block("PROBLEM", problem)),
    )


def case_text(feedback: Feedback, program: str) -> str:
    """The failing case for a person: each check that fails, or the message with the program around the line."""
    failing = feedback.details.get("failing")
    if isinstance(failing, list):
        return "\n".join(f"{one['check']}: no. {one['detail']}" for one in failing)
    return "\n".join([feedback.message, *_around(feedback, program)])


def refusal_text(feedback: Feedback, program: str) -> str:
    """Kind, message, details and, where the line is known, the program around it."""
    lines = [f"step: {feedback.stage}", f"kind: {feedback.kind}", f"message: {feedback.message[:4_000]}"]
    if feedback.details:
        lines.append("details: " + json.dumps(dict(feedback.details), default=str)[:4_000])
    return "\n".join([*lines, *_around(feedback, program)])


def _around(feedback: Feedback, program: str) -> list[str]:
    """The lines of the program around the fault, its own marked; none where it is not known."""
    source = program.splitlines()
    if feedback.line is None or not 0 < feedback.line <= len(source):
        return []
    first = max(1, feedback.line - _CONTEXT_LINES)
    last = min(len(source), feedback.line + _CONTEXT_LINES)
    return [f"{'>' if n == feedback.line else ' '} {n}: {source[n - 1]}" for n in range(first, last + 1)]


@cache
def prompt_hash() -> str:
    """Sixteen hexadecimal digits over all prompt files and schemas: what a stored reply was asked with."""
    digest = hashlib.blake2b(digest_size=8)
    for kind in (FormulationReply, ProgramReply, RepairReply):
        digest.update(json.dumps(schema_of(kind), sort_keys=True).encode())
    for path in sorted(_PROMPTS.glob("*.md")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def prompt(name: str) -> str:
    """The prose of a prompt file; `{{other}}` in it stands for the prose of another file."""
    text = (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()
    return _INCLUDED.sub(lambda found: prompt(found[1]) if (_PROMPTS / f"{found[1]}.md").exists() else found[0], text)


def block(name: str, text: str) -> str:
    """Text between marks that it cannot contain: the mark is a hash of the text itself."""
    mark = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=10).hexdigest()
    return f"<<<{name} {mark}\n{text}\n>>>{name} {mark}"


def _draft_text(draft: Draft) -> str:
    return f"formulation: {_formulation_text(draft.formulation)}\n\nprogram:\n{draft.program}"


def _formulation_text(formulation: Formulation) -> str:
    plain = formulation.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(_shortened(plain), ensure_ascii=False, separators=(",", ":"))
    cut = " … (cut)" if len(text) > _FORMULATION_SHOWN else ""
    return f"{text[:_FORMULATION_SHOWN]}{cut}"


def _shortened(node: object) -> object:
    """Without spans; of a long list of labels or numbers its beginning, so that rules are not crowded out by data."""
    if isinstance(node, dict):
        return {key: _cut(value) if key in _DATA_FIELDS else _shortened(value) for key, value in _visible(node)}
    return [_shortened(entry) for entry in node] if isinstance(node, list) else node


def _visible(node: dict[str, object]) -> list[tuple[str, object]]:
    return [(key, value) for key, value in node.items() if key != "spans"]


def _cut(value: object) -> object:
    if not isinstance(value, list) or len(value) <= _ENTRIES_SHOWN:
        return value
    return [*value[:_ENTRIES_SHOWN], f"and {len(value) - _ENTRIES_SHOWN} more"]


def _table_text(table: Table) -> str:
    names = list(table.columns)
    kinds = ", ".join(f"{name} ({_kind(table.columns[name])})" for name in names[:_COLUMNS_SHOWN])
    more = f", and {len(names) - _COLUMNS_SHOWN} more columns" if len(names) > _COLUMNS_SHOWN else ""
    head = f"table {table.name}: {table.row_count} rows; columns {kinds}{more}"
    sample = [
        json.dumps([_shown(table.columns[name][row]) for name in names[:_COLUMNS_SHOWN]], ensure_ascii=False)
        for row in range(min(_SAMPLE_ROWS, table.row_count))
    ]
    return "\n".join([head, *sample])


def _kind(cells: Sequence[Cell]) -> str:
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return "empty"
    if kinds <= {int}:
        return "whole numbers"
    if kinds <= {int, float}:
        return "numbers"
    return "true or false" if kinds <= {bool} else "text"


def _shown(cell: Cell) -> Cell:
    return cell[:_CELL_SHOWN] + "…" if isinstance(cell, str) and len(cell) > _CELL_SHOWN else cell


def _insight_text(insight: InsightText) -> str:
    lines = [
        f"key: {insight.key}",
        f"about: {insight.taxonomy}",
        f"applies when: {insight.condition}",
        insight.explanation,
    ]
    return "\n".join([*lines, f"example: {insight.example}"] if insight.example else lines)
