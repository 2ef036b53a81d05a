"""What a comparison of structures says, in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from copilot.runs.words import number

SAME_PROGRAM = "The program is the same: only the data that it reads can have changed."
TOO_MANY_NAMES = (
    "Numbers were renamed in the data, and which old name became which new one cannot be told, so structure could not "
    "be compared on other data."
)
BROKEN = "The comparison on random data broke off on our side; it says nothing about the model."
NO_TIME = "There was no time to build the programs on other data, so structure was not compared."
REAL = "the programs could not be built on random data, so this is the verdict on your data"
MOVED = "the objective is moved by a constant"
NAMED = 5


class Drawn(Protocol):
    """What is told of one data set."""

    @property
    def verdict(self) -> str:
        """Same, different or undecided."""

    @property
    def resized(self) -> bool:
        """Whether its sets had other sizes."""


def too_large(nonzeros: int, numbers: int) -> str:
    """Why nothing was drawn for a model or data of that size."""
    return (
        f"Too large to be built again and again on other data: the model has more than {nonzeros:,} nonzeros, or its "
        f"data more than {numbers:,} numbers."
    )


def holding(held: Sequence[float]) -> str:
    """The programs hold numbers that no other data reach."""
    shown = ", ".join(number(value) for value in held[:NAMED]) + (" …" if len(held) > NAMED else "")
    which = f" ({shown})" if shown else ""
    return f"The programs hold their numbers themselves{which}, so structure could not be compared on other data."


def nothing_drawn(reads_numbers: bool, held: Sequence[float], failure: str) -> str:
    """Why there is no data set besides the real one."""
    if reads_numbers and failure:
        return f"The programs could not both be built on other data, so structure was not compared. {failure}"
    return holding(held) if held or not reads_numbers else NO_TIME


def same(draws: Sequence[Drawn], *, is_same: bool, renamed: Mapping[str, str], switches: Iterable[str]) -> str:
    """Both programs build the same model."""
    names = ", ".join(f"{old} is now {new}" for new, old in list(renamed.items())[:NAMED])
    lead = "Same structure" if is_same else "Only the data changed"
    told = f"{lead}: both programs build the same model from {_sets(draws)}"
    told = f"{told} ({names})." if names else f"{told}."
    deciding = ", ".join(sorted(switches)[:NAMED])
    if deciding:
        told += f" What they write depends on {deciding}; only the cases that these data reach were seen."
    return told


def different(draws: Sequence[Drawn], *, is_same: bool) -> str:
    """The programs build different models from some data."""
    count = sum(draw.verdict == "different" for draw in draws)
    told = f"{count} of {len(draws)} random data sets"
    if is_same:
        return (
            "Agreement by accident: on your data both versions build the same model, on other data they do not "
            f"({told}). New data may bring out the difference."
        )
    return f"Different structure: on {told} the two programs build different models, not only on your data."


def _sets(draws: Sequence[Drawn]) -> str:
    plain = sum(not draw.resized for draw in draws)
    told = f"{plain} random data set{'' if plain == 1 else 's'}"
    return f"{told}, and from one with other set sizes" if any(draw.resized for draw in draws) else told
