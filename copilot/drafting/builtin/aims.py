"""Finds the phrases that say what is to be made largest or smallest, and the words that say of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon

Sense = Literal["maximize", "minimize"]
_FINDS = frozenset({"find", "determine", "what", "calculate"})
_COUNTED = frozenset({"greatest", "largest", "highest", "smallest", "lowest", "fewest"})
_WHERE = frozenset({"in", "per", "on", "during", "from", "at", "this", "over", "by"})
_ABLE = frozenset({"possible", "can", "could", "may", "able", "reasonable", "feasible", "practicable"})
_COPULAS = frozenset({"is", "are", "be", "was", "become", "becomes", "stays", "kept", "made"})
_PASSED = _COPULAS | frozenset(
    {
        "the",
        "a",
        "an",
        "its",
        "their",
        "as",
        "to",
        "should",
        "must",
        "can",
        "could",
        "will",
        "would",
        "at",
        "down",
        "up",
    }
    | {"you", "us", "her", "him", "them", "it", "in", "off", "out"}
)
_OPENS = frozenset({"that", "if", "to"})
_STOPS = frozenset({"that", "if", "to", "and", "so", "for", "which", "such", "how", "what", "many", "much"})


@dataclass(frozen=True, slots=True)
class Aim:
    """The phrase that names the objective: parts [start, end) of a sentence, and the words that say of what."""

    sense: Sense
    sentence: int
    start: int
    end: int
    words: Parts
    strong: bool


def aims_of(sentences: Sequence[Parts]) -> list[Aim]:
    """All phrases that name an objective: those with "maximize" alone where there are any, else "as .. as possible"."""
    found = [aim for index, parts in enumerate(sentences) for aim in _aims(parts, index)]
    strong = [aim for aim in found if aim.strong]
    able = [aim for index, parts in enumerate(sentences) for aim in _able(parts, index)]
    return strong or able or found[-1:]


def has_content(words: Parts) -> bool:
    """Whether the words name anything; "in a year" does not."""
    if words and words[0].low in _WHERE:
        return False
    return any(
        part.kind == "item" or (part.kind == "word" and not lexicon().is_small(part.low) and part.low != "possible")
        for part in words
    )


def _aims(parts: Parts, index: int) -> list[Aim]:
    cues = lexicon().cues
    asks = bool(cues.aim_asks & {part.low for part in parts})
    found = []
    for spot, part in enumerate(parts):
        if part.low not in cues.maximize and part.low not in cues.minimize:
            continue
        strong = part.low in cues.aim_strong or (part.stem in ("maximiz", "minimiz", "maximis", "minimis"))
        if not strong and not (asks and (_asks_bound(parts, spot) or _is_weak_aim(parts, spot))):
            continue
        sense: Sense = "maximize" if part.low in cues.maximize else "minimize"
        aim = _aim(sense, parts, index, spot, strong=strong)
        found.extend([aim] if aim else [])
    return found


def _aim(sense: Sense, parts: Parts, index: int, spot: int, *, strong: bool) -> Aim | None:
    """The aim whose superlative stands at that place; what it is about stands behind it, or else before it."""
    start, end = spot + 1, _phrase_end(parts, spot + 1)
    words, low = parts[start:end], parts[spot].low
    if low in lexicon().cues.aim_stands_for:
        name = lexicon().cues.aim_stands_for[low]
        words = (replace(parts[spot], low=name, stem=name, text=name),)
    if not has_content(words) and end < len(parts) and parts[end].low == "that":
        end = _phrase_end(parts, end + 1)  # "the least that can be spent on fuel"
        words = parts[start:end]
    if not has_content(words):
        told = (_phrase_start(parts, spot), spot) if strong else _asked(parts[:spot])
        start, stop = told or _named_before(parts, spot)
        words = parts[start:stop]
        if len(words) == 1 and words[0].verb and words[0].stem == "mak":
            words = (replace(words[0], low="profit", stem="profit"),)  # "to make the most"
    return Aim(sense, index, min(spot, start), end, words, strong) if words else None


def _able(parts: Parts, index: int) -> list[Aim]:
    """ "as many sacks as possible", "spend as little as she can", "keep sugar as low as possible"."""
    cues, found = lexicon().cues, []
    for spot in range(len(parts) - 3):
        word = parts[spot + 1].low
        if parts[spot].low != "as" or word not in cues.able_maximize | cues.able_minimize:
            continue
        second = next((at for at in range(spot + 2, min(spot + 9, len(parts))) if parts[at].low == "as"), -1)
        if second < 0 or not _ABLE & {part.low for part in parts[second + 1 : second + 4]}:
            continue
        sense: Sense = "maximize" if word in cues.able_maximize else "minimize"
        words, start = parts[spot + 2 : second], spot
        if word in cues.aim_stands_for:
            name = cues.aim_stands_for[word]
            words = (replace(parts[spot + 1], low=name, stem=name, text=name),)
        if not has_content(words):
            start, stop = _named_before(parts, spot)
            words = parts[start:stop]
        if words:
            end = next(at for at in range(second + 1, len(parts)) if parts[at].low in _ABLE) + 1
            found.append(Aim(sense, index, start, end, words, strong=False))
    return found


def _asks_bound(parts: Parts, spot: int) -> bool:
    """ "How many can be kept busy, at most?", "What would she have to pay at the least?": the question is the aim."""
    low = [part.low for part in parts]
    ends = spot + 1 >= len(parts) or all(part.kind == "mark" for part in parts[spot + 1 :])
    bound = low[spot] in ("most", "least") and (
        low[max(0, spot - 1)] == "at" or low[max(0, spot - 2) : spot] == ["at", "the"]
    )
    asks = bool({"how", "what"} & set(low[:spot]))
    return bound and ends and asks and not any(part.kind == "number" for part in parts)


def _asked(ahead: Parts) -> tuple[int, int] | None:
    """Children in "How many children could be kept busy at a time, at most?"; nothing before "the most"."""
    if not ahead or ahead[-1].low not in ("at", "the") or "at" not in [part.low for part in ahead[-2:]]:
        return None
    start = next((spot + 1 for spot, part in enumerate(ahead) if part.low in ("many", "much")), 0)
    end = start
    while start and end < len(ahead) and _is_named(ahead, end, first=False) and not lexicon().is_small(ahead[end].low):
        end += 1
    return (start, end) if end > start else None


def _is_weak_aim(parts: Parts, spot: int) -> bool:
    """ "to reduce the total number", "at the lowest cost"; not "at least 30", "a maximum of 30"."""
    low = [part.low for part in parts]
    if low[spot] in ("least", "most") and spot and low[spot - 1] == "at":
        return False
    if low[spot] in ("lower", "reduce", "decrease", "increase", "cut"):
        return spot > 0 and low[spot - 1] == "to"
    ahead = parts[spot + 1 : spot + 4]
    if low[spot] in ("minimum", "maximum", "lowest", "highest") and _FINDS & set(low[:spot]):
        return not any(part.kind == "number" for part in ahead)
    if any(part.kind == "number" for part in ahead):
        return False
    if low[spot] in _COUNTED and ahead and ahead[0].low == "number":
        return True
    if ahead and ahead[0].low in ("of", "number"):
        return False
    if low[spot] == "little":
        return spot > 0 and low[spot - 1] == "as"
    return True


def _phrase_end(parts: Parts, start: int) -> int:
    end = start
    while end < len(parts):
        part = parts[end]
        if part.kind in ("mark", "number") or part.low in lexicon().cues.aim_ends:
            break
        if part.low == "and" and end + 1 < len(parts) and parts[end + 1].verb:
            break
        end += 1
    return end


def _phrase_start(parts: Parts, end: int) -> int:
    start = end
    while start > 0 and parts[start - 1].kind not in ("mark", "number") and parts[start - 1].low not in _OPENS:
        start -= 1
    return start


def _named_before(parts: Parts, spot: int) -> tuple[int, int]:
    """The verb or the noun phrase before a superlative: "earn the most", "keeps the daily bill lowest"."""
    end = spot
    while end > 0 and (parts[end - 1].low in _PASSED or (parts[end - 1].kind == "mark" and parts[end - 1].low == ",")):
        end -= 1
    copula = any(part.low in _COPULAS for part in parts[end:spot])
    if end and parts[end - 1].verb and not copula and _is_plain(parts[end - 1]):
        return end - 1, end
    start = end
    while start > 0 and _is_named(parts, start - 1, first=start == end):
        start -= 1
    return start, end


def _is_named(parts: Parts, position: int, *, first: bool) -> bool:
    part = parts[position]
    if part.kind in ("mark", "number") or part.low in _STOPS:
        return False
    return first or not (part.verb or part.low in lexicon().pronouns)


def _is_plain(part: Part) -> bool:
    return part.kind == "word" and part.low not in lexicon().auxiliaries


__all__ = ["Aim", "Sense", "aims_of", "has_content"]
