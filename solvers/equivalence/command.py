"""The command that compares two files: a verdict with its proof, and what changed.

Exit status: 0 the same model, 1 different, 3 undecided, 4 invalid (a file that cannot be read or compared).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from solvers.equivalence.corrections import CorrectionRefused
from solvers.equivalence.diff import FamilyDiff, ModelDiff, diff
from solvers.equivalence.level_words import kind_text, proof_text
from solvers.equivalence.outcome import LEVELS, SECONDS
from solvers.equivalence.wording import value_text
from solvers.instance import InstanceError, Sense
from solvers.mps import read

LEVEL = "L3"
EXITS = {"identical": 0, "equivalent": 0, "different": 1, "undecided": 3, "invalid": 4}
RENAMES = 10
HEADS = {
    "identical": "IDENTICAL: the same rows and columns with the same numbers.",
    "different": "DIFFERENT",
    "undecided": "UNDECIDED",
    "invalid": "INVALID",
}


def diff_main(argv: Sequence[str]) -> int:
    """Compare the two files named in `argv`; return the exit status."""
    options = _parser().parse_args(list(argv))
    try:
        first, second = (read(path).instance for path in (options.first, options.second))
    except InstanceError as error:
        sys.stderr.write(f"solvers: {error}\n")
        return EXITS["invalid"]
    try:
        found = diff(
            first,
            second,
            seconds=options.budget,
            max_level=options.level,
            eliminate=options.eliminate,
            renamed=options.renamed,
        )
    except CorrectionRefused as error:
        sys.stderr.write(f"solvers: {error}\n")
        return EXITS["invalid"]
    if options.json:
        sys.stdout.write(json.dumps(found.to_json(), indent=2, allow_nan=False) + "\n")
    else:
        maximised = first.sense is second.sense is Sense.MAXIMIZE
        sys.stdout.write("\n".join(as_lines(found, maximised=maximised)) + "\n")
    return EXITS[found.verdict]


def as_lines(found: ModelDiff, *, maximised: bool = False) -> Iterator[str]:
    """Yield the lines of a comparison for a terminal: the verdict first, then families, then notes."""
    yield _head(found, maximised)
    if found.witness:
        yield f"  for one: {found.witness}"
    for family in found.families:
        yield from _family_lines(family)
    if found.family_count > len(found.families):
        yield f"  … and {found.family_count - len(found.families)} more families"
    if found.unchanged_families and found.families:
        yield f"  = {found.unchanged_families} families unchanged"
    yield from _rename_lines(found)
    if found.guesses:
        yield f"  {found.guesses} rows and columns were matched by structure, not by name."
    if found.formulas:
        yield "Replaced:"
        yield from (f"  {formula}" for formula in found.formulas)
    if found.notes:
        yield "Without effect:"
        yield from (f"  {note}" for note in found.notes)
    if found.evidence:
        yield "Evidence, which proves nothing:"
        yield from (f"  {line}" for line in found.evidence)


def _head(found: ModelDiff, maximised: bool) -> str:
    if found.verdict == "equivalent":
        return f"EQUIVALENT ({kind_text(found, maximised=maximised)}): {proof_text(found)}."
    text = found.summary if found.verdict == "different" else found.reason
    head = HEADS[found.verdict]
    return head if found.verdict == "identical" else f"{head}: {text}"


def _family_lines(family: FamilyDiff) -> Iterator[str]:
    mark = {"added": "+", "removed": "-", "changed": "~"}[family.change]
    yield f"  {mark} {family.family} ({family.kind}): {'; '.join(family.patterns)}"
    for entry in family.entries[:5]:
        values = [value_text(value) for value in (entry.old, entry.new)]
        yield f"      {entry.subject}: {entry.field} {values[0]} → {values[1]}"
    if family.entry_count > 5:
        yield f"      … and {family.entry_count - 5} more"


def _rename_lines(found: ModelDiff) -> Iterator[str]:
    shown = found.renames[:RENAMES]
    for one in shown:
        yield f"  {one.kind[:-1]} family {one.old} is now {one.new} ({one.how})"
    if found.rename_count > len(shown):
        yield f"  … and {found.rename_count - len(shown)} more names changed"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m solvers diff", description="Say whether two files hold the same model, and what differs."
    )
    parser.add_argument("first", type=Path, help="an .mps, .lp (or .gz) or instance file")
    parser.add_argument("second", type=Path, help="the file to compare it with")
    parser.add_argument("--budget", type=_seconds, default=SECONDS, metavar="S", help="seconds of search (default 20)")
    parser.add_argument(
        "--level",
        choices=("L2", "L3", "L4"),
        default=LEVEL,
        help=f"how far a rewrite may go (default {LEVEL}): {_levels()}",
    )
    parser.add_argument(
        "--eliminate", action="store_true", help="also replace fixed variables, and those that one equation defines"
    )
    parser.add_argument(
        "--renamed",
        type=_renamed,
        action="append",
        default=[],
        metavar="KIND:OLD=NEW",
        help="what belongs together: variables:x=make or constraints:limit=capacity (may be given several times)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _levels() -> str:
    return "; ".join(f"{level} {words}" for level, words in LEVELS.items() if level in ("L2", "L3", "L4"))


def _renamed(text: str) -> tuple[str, str, str]:
    kind, colon, pair = text.partition(":")
    old, equals, new = pair.partition("=")
    if not (colon and equals and old and new):
        raise argparse.ArgumentTypeError("must be variables:OLD=NEW or constraints:OLD=NEW")
    return kind, old, new


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value
