"""Small questions about whose a number is: what takes it, what is served with it, what is done by hand."""

from __future__ import annotations

from copilot.drafting.builtin.cues import Cue
from copilot.drafting.builtin.facts import Quantity
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.words import lexicon

_ALONE = frozenset(
    {"must", "may", "can", "cannot", "should", "shall", "will", "has", "have", "needs", "need", "is", "are"}
)
_OF_THEM = frozenset({"them", "these", "those", "which", "two", "three"})
_SORTS = frozenset(
    {"product", "products", "item", "items", "kind", "kinds", "type", "types", "sort", "sorts", "option", "options"}
)
_TAKES = ("tak", "requir", "need", "cost", "us")


def made_by(quantity: Quantity) -> tuple[int, ...]:
    """ "It takes 1 hour of cutting and 2 hours of polishing to make A": what is said last is what takes it all."""
    low = [part.low for part in quantity.clause[: quantity.position]]
    takes = [part for part in quantity.clause[: quantity.position] if part.verb]
    if "it" not in low or not takes or takes[0].stem not in _TAKES:
        return ()
    items = {part.item for part in quantity.clause if part.kind == "item"}
    return tuple(items) if len(items) == 1 else _next_made(quantity)


def is_served(ahead: Parts) -> bool:
    """ "must provide a mill with 30 logs": what stands behind "with" is asked for."""
    return any(part.stem in ("provid", "supply", "serv", "furnish", "equip") for part in ahead if part.verb)


def is_available(quantity: Quantity) -> bool:
    """ "and 60 hours are available": what there is, whatever was spoken of before."""
    start = quantity.position + 1 + len(quantity.after)
    while start < len(quantity.clause) and quantity.clause[start].kind == "item":  # "only 9 vans are available"
        start += 1
    low = [part.low for part in quantity.clause[start : start + 2]]
    return low in (["are", "available"], ["is", "available"], ["are", "left"], ["is", "left"])


def by_hand(low: set[str]) -> set[str]:
    """ "40 hours of hand-picking time" are not at hand."""
    return set() if low & {"on", "at"} else {"hand"}


def _next_made(quantity: Quantity) -> tuple[int, ...]:
    """The item behind the next "to make", where several are told of one after another."""
    behind = quantity.clause[quantity.position + 1 :]
    for spot, part in enumerate(behind):
        if part.kind == "item":
            low = [word.low for word in behind[:spot]]
            made = "to" in low and any(word.verb for word in behind[low.index("to") : spot])
            return (part.item,) if made else ()
    return ()


def is_distributive(quantity: Quantity) -> bool:
    """ "each A has ..": the number belongs to one item each."""
    if len(quantity.left) != 1:
        return False
    ahead = quantity.clause[: quantity.position]
    if any(part.low in ("each", "every") for part in ahead[:2]) and any(part.low == "of" for part in ahead[2:4]):
        return True  # "each tin of herring supplies"
    return any(
        part.kind == "item" and spot and quantity.clause[spot - 1].low in ("each", "every", "a", "an", "one", "per")
        for spot, part in enumerate(quantity.clause[: quantity.position])
    )


def is_for_all(quantity: Quantity) -> bool:
    """ "testing takes 1 hour for either", "4 minutes, the same for both": so much of each of the things."""
    behind = [part.low for part in quantity.clause[quantity.position + 1 : quantity.position + 8]]
    marks = [
        spot for spot, word in enumerate(behind) if word in "(),:" and behind[spot + 1 : spot + 3] != ["the", "same"]
    ]
    behind = behind[: marks[0] + 1 if marks else None]
    return quantity.part.shape in ("plain", "money") and any(
        behind[spot] == "for"
        and behind[spot + 1] in ("either", "both")
        and behind[spot + 2 : spot + 3] in ([], [","], ["and"], ["of"], [";"])
        for spot in range(len(behind) - 1)
    )


def is_anew(earlier: Quantity, quantity: Quantity) -> bool:
    """ "at most 9 vans are used, and twice as many cars must be": a share or multiple with a verb of its own."""
    between = quantity.clause[earlier.position + 1 : quantity.position]
    told = any(part.low in _ALONE for part in between) and any(
        part.low in _ALONE for part in quantity.clause[quantity.position + 1 :]
    )
    return told and quantity.part.shape != earlier.part.shape and quantity.part.shape in ("percent", "multiple")


def holds_each(quantity: Quantity, cue: Cue) -> bool:
    """ "a van has room for 8 guests": what one of a thing holds, and no limit on the things."""
    ahead = quantity.clause[: quantity.position]
    room = [part.low for part in ahead[-2:]] in (["room", "for"], ["space", "for"], ["places", "for"])
    owned = any(part.kind == "item" for part in ahead) and len(quantity.left) == 1
    return cue.sign == "<=" and room and owned and quantity.next_item < 0


def equals_each(quantity: Quantity, cue: Cue) -> bool:
    """ "the profit from one van equals $5": told of each of a thing."""
    return cue.sign == "==" and is_distributive(quantity) and quantity.part.shape == "money"


def is_split(quantity: Quantity) -> bool:
    """ "divide $50,000 between A and B"."""
    behind = [part.low for part in quantity.clause[quantity.position + 1 :][:1]]
    parting = lexicon().cues.part_with_stems
    told = any(part.stem in parting for part in quantity.before)
    return told and behind in (["between"], ["among"], ["across"])


def speaks_of_each(quantity: Quantity) -> bool:
    """ "each must be at least 4", "neither of them may be over 9": so many of every single thing."""
    ahead = quantity.clause[: quantity.position]
    low = [part.low for part in ahead]
    spot = next((spot for spot, word in enumerate(low) if word in ("each", "both", "neither")), len(low))
    behind = [word for word in low[spot + 1 : spot + 5] if word not in ("of", "the")]
    if behind and behind[0] in _OF_THEM | _SORTS:
        behind = behind[1:]
    alone = bool(behind) and behind[0] in _ALONE
    return (
        alone
        and not any(part.kind in ("item", "number") for part in ahead)
        and not {"together", "total", ","} & set(low)
    )
