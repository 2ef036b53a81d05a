"""Finds the objective: the row that no limit is of, made as small or as large as the question asks."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.facts import Gap, Goal, Row
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.words import lexicon, load

_NAME = 7  # words from "number" to the end of what is counted


def goal_of(reading: Reading, parted: Sequence[Parts]) -> tuple[Goal | None, Gap | None]:
    """The objective, or the gap where rows or direction are in doubt."""
    words = lexicon()
    used = {limit.row for limit in reading.limits}
    free = [spot for spot in range(len(reading.rows)) if spot not in used]
    if len(free) != 1:
        text = (
            "More than one quantity has no limit, so I cannot tell which is wanted."
            if free
            else "No quantity is left to aim at."
        )
        return None, Gap(text, (), about_goal=True)
    row = reading.rows[free[0]]
    if {"in", "out"} <= {fact.quantity.money for fact in row.facts.values()}:
        return None, Gap(
            "Some of the amounts are earned and some are paid, which I cannot add up.", (), about_goal=True
        )
    found = _sense(parted, row.money)
    if found is None:
        return None, Gap("The text does not say what to maximize or minimize.", (), about_goal=True)
    sense, index = found
    money = words.money_in_stems | words.money_out_stems
    told = {part.stem for part in parted[index]} & (row.words | row.said) & money
    if not (told or row.is_rate) and (
        (sense == "minimize" and row.money == "in") or (sense == "maximize" and row.money == "out")
    ):
        return None, Gap("The question does not go with what the numbers are.", (), about_goal=True)
    if not _speaks_of(parted[index], row):
        return None, Gap("The question does not name what the numbers are.", (), about_goal=True)
    span = (parted[index][0].start, parted[index][-1].end)
    return Goal(sense, ((free[0], 1.0),), (), row_name(row), index, span), None  # type: ignore[arg-type]


def sense_of(parted: Sequence[Parts]) -> str:
    """maximize, minimize, or nothing where the text does not say."""
    found = _sense(parted)
    return found[0] if found else ""


def _speaks_of(parts: Parts, row: Row) -> bool:
    """Whether a question may mean a row: money, or what it counts; not where it asks for a number of things."""
    stems = {part.stem for part in parts}
    low = [part.low for part in parts]
    counts = [spot for spot in range(len(low)) if low[spot : spot + 2] == ["number", "of"]]
    if counts:
        stems = {part.stem for spot in counts for part in parts[spot + 2 : spot + _NAME]}
    named = bool(stems & (row.words | row.said) - lexicon().empty_stems)
    return named or (bool(row.money) and not counts)


def _sense(parted: Sequence[Parts], money: str = "") -> tuple[str, int] | None:
    """Which way the question points, and its sentence; the last sentence that asks counts first.

    "The best plan" spends least or earns most, whatever the numbers are.
    """
    known, words = load("freely")["words"], lexicon()
    earns = words.money_in_stems
    neutral = {"in": "maximize", "out": "minimize"}.get(money, "")
    for index in sorted(range(len(parted)), key=lambda spot: -spot):
        low = [part.low.replace("’", "'").removesuffix("'s") for part in parted[index]]
        if not set(known["asks"]) & set(low):
            continue
        open_words = _without_limits(low)
        if _as_much(low):
            return "maximize", index
        most, least = bool(open_words & set(known["largest"])), bool(open_words & set(known["smallest"]))
        if most != least:
            return ("maximize" if most else "minimize"), index
        stems = {part.stem for part in parted[index]}
        if low[:2] in (["how", "much"], ["what", "can"], ["how", "many"]) and stems & earns and not least:
            return "maximize", index
        if neutral and not most and open_words & set(known["neutral"]):
            return neutral, index
    return None


def _as_much(low: Sequence[str]) -> bool:
    """ "as many points as it can get", "as much profit as possible"."""
    for spot, word in enumerate(low[:-1]):
        if word == "as" and low[spot + 1] in ("many", "much") and "as" in low[spot + 2 :]:
            return bool({"can", "possible", "could"} & set(low[spot + 2 :]))
    return False


def _without_limits(low: Sequence[str]) -> set[str]:
    """The words without those of "at least" and "at most", unless the sentence ends with them."""
    kept = set()
    known = load("freely")["words"]
    for spot, word in enumerate(low):
        limit = word in ("least", "most", "best") and spot > 0 and low[spot - 1] == "at"
        following = low[spot + 1] if spot + 1 < len(low) else ""
        limit = limit or (word == "most" and following in known["smallest"])
        limit = limit or (word == "least" and following in known["dear"])
        if not limit or following in ("", "if", ","):
            kept.add(word)
        if word == "least" and following in known["dear"]:
            kept.add("cheapest")
    return kept
