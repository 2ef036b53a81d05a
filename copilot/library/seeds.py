"""The seed library as plain values: our own insights, each with a wrong and a right program. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import indent

from copilot.library.content import Content

RELEASE = "seed-1"
LICENCE = "Apache-2.0"  # that of the product: the texts are ours
_FOLDER = Path(__file__).parent / "seed"
_FRAME = "import pyomo.environ as pyo\n\n\ndef build_model(data):\n    m = pyo.ConcreteModel()\n{body}\n    return m\n"


@dataclass(frozen=True, slots=True)
class Seed:
    """One insight of the seed library; `key` names it for good."""

    key: str
    content: Content


@cache
def seeds() -> tuple[Seed, ...]:
    """All of them, by file and in its order."""
    found = []
    for path in sorted(_FOLDER.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["insight"]:
            key, labels = row.pop("key"), tuple(tuple(label) for label in row.pop("labels"))
            found.append(Seed(key, Content(labels=labels, **row).cleaned()))
    return tuple(found)


def program(body: str) -> str:
    """A whole program: what an example shows stands between the model's creation and its return."""
    return _FRAME.format(body=indent(body, "    "))
