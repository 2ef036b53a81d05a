"""A Jupyter notebook (nbformat 4.5): what was read, the maths, the program, its data, and the solve."""

from __future__ import annotations

import json
import re
from typing import Any

from copilot.drafting.base import DraftingError
from copilot.drafting.exports.document import safe_latex
from copilot.drafting.exports.known import Known
from copilot.drafting.exports.script import ARRAYS, NEEDS, expected_of, program_of, solve_source
from copilot.drafting.exports.values import data_source
from copilot.drafting.render import FormulationLine, formulation_lines, in_own_words

TITLES = (
    ("variable", "Decisions"),
    ("objective", "Goal"),
    ("constraint", "Rules"),
    ("assumption", "Assumptions"),
    ("unexplained", "Left over: no item explains these parts"),
    ("set", "Sets"),
    ("parameter", "Numbers"),
)
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~&])")
SHOWN = 200  # of the items of one element


def notebook(known: Known) -> str:
    """The notebook as JSON, without outputs. Raises DraftingError for a program that builds arrays."""
    if known.builds_arrays:
        raise DraftingError(ARRAYS)
    sources = [
        ("markdown", f"# {_plain(known.title)}\n\nVersion {known.version}. The request:\n\n{_quoted(known.request)}"),
        ("markdown", _formulation(known)),
        ("code", f"# Once, where they are missing: %{NEEDS}\n" + program_of(known)),
        ("code", data_source(known.draft.data)),
        ("code", solve_source() + "\n\nvalue = solve()"),
    ]
    if expected := expected_of(known):
        sources.append(("code", f"{expected}\nvalue - found_before"))
    cells = [_cell(kind, text, number) for number, (kind, text) in enumerate(sources, 1)]
    body = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


_METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _formulation(known: Known) -> str:
    lines = formulation_lines(in_own_words(known.draft.formulation, known.request))
    parts = ["## What was read"]
    for element, title in TITLES:
        items = [line for line in lines if line.element == element]
        if items:
            parts += [f"### {title}", "\n".join(map(_item, items[:SHOWN]))]
        if len(items) > SHOWN:
            parts.append(f"and {len(items) - SHOWN:,} more")
    return "\n\n".join(parts)


def _item(line: FormulationLine) -> str:
    name = f"`{line.name}`: " if line.name else ""
    formula = safe_latex(line.latex) if line.latex else ""
    return f"- {name}{_plain(line.sentence)}" + (f"\n\n  $${formula}$$\n" if formula else "")


def _quoted(text: str) -> str:
    return "\n".join(f"> {_plain(line)}  " for line in text.splitlines())


def _plain(text: str) -> str:
    """Words that Markdown shows as they are."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
