"""What speaks against a candidate insight: by reading it, beside its label-mates, and by solving both its examples."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.learning.cases import Bench, Ending, Program
from copilot.library.content import Content, ContentError, path_key
from copilot.library.lint import Finding, leaked, lint, near_duplicates, same_example
from copilot.library.seeds import program

SOLVED = "optimal"


def examine(
    content: Content, *, source: str, mates: Sequence[Content], bench: Bench
) -> tuple[Content | None, tuple[Finding, ...]]:
    """(The cleaned insight, or None where an error speaks against it; all findings)."""
    try:
        plain = content.cleaned()
    except ContentError as error:
        return None, (Finding("not_an_insight", "error", str(error)),)
    found = [*lint(plain), *leaked(plain, source), *_beside(plain, mates)]
    if not _errors(found):  # only what reads well is worth a solver
        found += [*_solved(plain, bench), *_against(plain, mates, bench)]
    return (None if _errors(found) else plain), tuple(found)


def whole(body: str) -> Program:
    """An example as a program; one that is no whole program is the inside of `build_model`."""
    return Program(body if "def build_model" in body else program(body))


def _errors(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _beside(content: Content, mates: Sequence[Content]) -> list[Finding]:
    found = []
    for first, later, likeness in near_duplicates([content, *mates]):
        if first == 0:
            told = f"It says nearly what “{_title(mates[later - 1])}” says (likeness {likeness:g})."
            found.append(Finding("near_duplicate", "error", told))
    return found


def _solved(content: Content, bench: Bench) -> list[Finding]:
    if not content.wrong or not content.right:
        return [Finding("half_example", "error", "Both halves of the example are needed to show that it matters.")]
    right, wrong = bench.ending(whole(content.right)), bench.ending(whole(content.wrong))
    if right.termination_condition != SOLVED:
        return [Finding("right_not_solved", "error", f"Its right example ends as: {_told(right)}.")]
    if right.agrees(wrong):
        same = f"Both of its examples end alike: {_told(right)}."
        return [Finding("same_when_solved", "error", same)]
    return []


def _against(content: Content, mates: Sequence[Content], bench: Bench) -> list[Finding]:
    """Label-mates that call right what this one calls wrong, or the reverse."""
    labels = {path_key(path) for path in content.labels}
    near = [mate for mate in mates if labels & {path_key(path) for path in mate.labels}]
    return [
        Finding("contradiction", "error", f"“{_title(mate)}” calls right what this one calls wrong.")
        for mate in near
        if _same(content.right, mate.wrong, bench) or _same(content.wrong, mate.right, bench)
    ]


def _same(first: str, second: str, bench: Bench) -> bool:
    if not first or not second:
        return False
    if same_example(first, second):
        return True
    digest = bench.digest(whole(first))
    return bool(digest) and digest == bench.digest(whole(second))


def _told(ending: Ending) -> str:
    value = "" if ending.value is None else f" at {ending.value:g}"
    return f"{ending.termination_condition}{value}"


def _title(content: Content) -> str:
    return content.title or content.applies_when[:80]
