"""What a failing check shows beside its words: the phrase of the request, and the item as a sentence and as maths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from copilot.drafting.formulation import Formulation, Span
from copilot.drafting.render import FormulationLine, formulation_lines, in_own_words
from copilot.runs.checking.check import Check, Evidence

MOST = 2
_PHRASE = 240


def with_evidence(checks: Iterable[Check], formulation: Formulation, text: str) -> list[Check]:
    """The checks, those that fail with the items that they are about."""
    checks = list(checks)
    if not any(check.status == "fail" for check in checks):
        return checks
    lines = {line.name: line for line in formulation_lines(in_own_words(formulation, text)) if line.name}
    return [
        replace(check, evidence=tuple(_evidence(check, lines, text))) if check.status == "fail" else check
        for check in checks
    ]


def _evidence(check: Check, lines: dict[str, FormulationLine], text: str) -> Iterator[Evidence]:
    named = dict.fromkeys([*check.items, *(case.partition("[")[0] for case in check.cases)])
    found = [lines[name] for name in named if name in lines]
    for line in found[:MOST]:
        yield Evidence(line.name, _phrases(line.spans, text), line.sentence, line.latex)


def _phrases(spans: Iterable[Span], text: str) -> str:
    said = dict.fromkeys(" ".join(text[span.start : span.end].split()) for span in spans)
    joined = " … ".join(phrase for phrase in said if phrase)
    return joined if len(joined) <= _PHRASE else f"{joined[:_PHRASE].rstrip()}…"
