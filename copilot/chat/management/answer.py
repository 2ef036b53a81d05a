"""A finished run as plain text, and as the code that a command ends with."""

from __future__ import annotations

from typing import Any

from copilot.runs.models import Lifecycle

SOLVED, FAILED, NEEDS_INPUT = 0, 1, 2


def exit_code(answer: dict[str, Any]) -> int:
    """0 when there is a plan, 2 when a person has to answer or say it differently, 1 otherwise."""
    if answer["status"] == Lifecycle.AWAITING_INPUT:
        return NEEDS_INPUT
    return SOLVED if answer["status"] == Lifecycle.SUCCEEDED and answer["variables"] else FAILED


def plain_text(answer: dict[str, Any]) -> str:
    """The answer for a terminal."""
    lines = [answer["message"]]
    lines += [f"  {row['label']}: {row['text']} {row['unit']}".rstrip() for row in answer["table"]]
    lines += _section("Binding", [f"{row['label']} ({row['text']})" for row in answer["binding"]])
    lines += _section("Plans kept", _plans_kept(answer["pool"]))
    lines += _section("Assumed", answer["assumptions"])
    lines += _section("Question", [_question(question) for question in answer["questions"]])
    lines += _section("Worth confirming", [_question(question) for question in answer["offered"]])
    lines += _section("Checks", [f"{c['status']:7} {c['title']}: {c['detail']}" for c in answer["checks"]])
    statuses = (
        answer["status"],
        answer["termination_condition"] or "none",
        answer["verification"],
        answer["certificate"],
    )
    lines.append("Run {} · termination {} · verification {} · certificate {}".format(*statuses))
    return "\n".join(lines)


def _plans_kept(pool: dict[str, Any] | None) -> list[str]:
    """What is promised of them, and each other one with its distance from the first and what it does otherwise."""
    if pool is None:
        return []
    lines = [pool["sentence"]]
    for place, plan in enumerate(pool["solutions"][1:], start=2):
        changes = plan["changes"]
        told = [f"{one['name']} = {one['here']:g} instead of {one['final']:g}" for one in changes["first"]]
        more = changes["count"] - len(told)
        differs = ", ".join(told) + (f" and {more} more" if more else "")
        away = "" if plan["distance"] is None else f" ({plan['distance']:.2%} away)"
        lines.append(f"plan {place}: {plan['objective_value']:.12g}{away}: {differs}")
    return lines


def _question(question: dict[str, Any]) -> str:
    options = " / ".join(question["options"])
    return f"{question['text']} ({options})" if options else str(question["text"])


def _section(title: str, entries: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []
