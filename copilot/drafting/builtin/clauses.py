"""Cuts a sentence into clauses and finds what each clause speaks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon

_SPLITTERS = frozenset(
    {
        "while",
        "whereas",
        "but",
        "however",
        "although",
        "though",
        "since",
        "because",
        "if",
        "when",
        "so",
        "then",
        "unless",
    }
    | {"therefore", "moreover", "furthermore", "finally", "additionally", "whilst", "whether"}
)
_OPENERS = frozenset(
    {"also", "only", "again", "at", "the", "most", "least", "no", "not", "more", "less", "fewer", "than", "up", "to"}
    | {"a", "maximum", "minimum", "of", "both"}
)
_MUST = frozenset({"must", "cannot", "should", "may", "shall"})
_OR_SO = frozenset({"more", "less", "fewer", "greater", "above", "below"})
_THEM = frozenset({"them", "those", "these"})
_SHORT = 4
_IT = frozenset({"it", "they", "this", "these", "each", "which"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Parts of one statement; `inherited` are the items that it speaks about without naming them."""

    parts: Parts
    inherited: tuple[int, ...]
    sentence: int
    start: int
    end: int

    @property
    def items(self) -> tuple[int, ...]:
        """Items named in the clause, each once, in order."""
        return tuple(dict.fromkeys(part.item for part in self.parts if part.kind == "item"))


def clauses_of(parts: Parts, *, sentence: int, before: tuple[int, ...]) -> list[Clause]:
    """Clauses of a sentence in order; `before` are the items that the sentence before spoke about."""
    clauses: list[Clause] = []
    for piece in _pieces(parts):
        earlier = clauses[-1] if clauses else None
        subject = _trailing(earlier.parts) or subject_items(earlier.parts) or earlier.inherited if earlier else ()
        inherited = _inherited(piece, subject, before)
        clauses.append(Clause(tuple(piece), inherited, sentence, parts[0].start, parts[-1].end))
    return clauses


def subject_items(parts: Sequence[Part]) -> tuple[int, ...]:
    """The items named before the first number; where none is, those of the whole clause if it is only one."""
    named: list[int] = []
    for part in parts:
        if part.kind == "number" and named:
            break
        if part.kind == "item":
            named.append(part.item)
    return tuple(dict.fromkeys(named))


def has_the_same(parts: Parts, earlier: Sequence[Parts]) -> bool:
    """ "A chair takes 3 hours of labor. It has 240 hours of labor": that which was told before has another owner."""
    if [part.low for part in parts[:1]] != ["it"] or not {part.low for part in parts[1:2]} & {"has", "had"}:
        return False
    number = next((position for position, part in enumerate(parts) if part.kind == "number"), len(parts))
    things = [part.stem for part in parts[number + 1 :] if part.kind == "word"]
    before = [part.stem for sentence in earlier for part in sentence if part.kind == "word"]
    return bool(things) and any(before[at : at + len(things)] == things for at in range(len(before)))


def _trailing(parts: Parts) -> tuple[int, ...]:
    """ "$5 for A and for B, it is $7": what was named last, behind the number and all it belongs to."""
    words = [part for part in parts if part.kind != "mark"]
    if len(words) < 3 or words[-1].kind != "item" or words[-2].low != "for" or words[-3].low != "and":
        return ()
    return (words[-1].item,)


def _pieces(parts: Parts) -> list[list[Part]]:
    pieces: list[list[Part]] = [[]]
    for position, part in enumerate(parts):
        if pieces[-1] and _splits(parts, position, pieces[-1]):
            pieces.append([])
        pieces[-1].append(part)
    return _without_asides([piece for piece in pieces if piece])


def _without_asides(pieces: Sequence[list[Part]]) -> list[list[Part]]:
    """ "The profit, once printing is paid, will be $9": what stands between is left out, and the rest is one."""
    found: list[list[Part]] = []
    position = 0
    while position < len(pieces):
        piece = list(pieces[position])
        quiet = not any(part.kind in ("number", "item") for part in piece)
        if quiet and 0 < len(piece) <= _SHORT and position + 2 < len(pieces):
            aside, rest = pieces[position + 1], pieces[position + 2]
            told = any(part.kind in ("number", "item") for part in aside)
            if aside[0].low == rest[0].low == "," and not told and rest[1:2] and rest[1].verb:
                piece, position = [*piece, *rest[1:]], position + 2
        found.append(piece)
        position += 1
    return found


def _splits(parts: Parts, position: int, current: Sequence[Part]) -> bool:
    part = parts[position]
    following = parts[position + 1].low if position + 1 < len(parts) else ""
    if part.low == "of" and following in ("whom", "which"):
        return True
    if part.low == "but" and current[-1].kind == "number":
        return False  # "at least 20 but at most 50 bottles"
    if part.low == "or" and current[-1].kind == "number" and following in _OR_SO:
        return False  # "10 or more wagons"
    if part.low in _SPLITTERS or part.low in (":", "\n"):
        return True
    if part.low != "," and part.low not in lexicon().conjunctions:
        return False
    if current[-1].low == "," or _is_pending(current, told=any(part.low == "respectively" for part in parts)):
        return False
    if current[-1].kind == "item" and _lists_items(
        parts, position, numbered=any(seen.kind == "number" for seen in current)
    ):
        return False
    return _verb_before_number(parts, position + 1)


def _is_pending(current: Sequence[Part], *, told: bool) -> bool:
    """ "3 times as many people prefer to save money and", "both the saw", "each machine, the saw": more is to come."""
    low = [part.low for part in current]
    numbers = [spot for spot, part in enumerate(current) if part.kind == "number"]
    if numbers and current[numbers[-1]].shape == "multiple" and "as" in low[numbers[-1] :]:
        return not any(part.kind == "item" for part in current[numbers[-1] :])
    quiet = not numbers and not any(part.verb for part in current)
    first = next((word for word in low if word not in _SPLITTERS), "")
    if told and quiet and len(current) > 1:
        return True  # "requirements of dye, thinner and water are 15, 20 and 18 respectively"
    return quiet and first in ("both", "each") and not (first == "both" and "and" in low)


def _lists_items(parts: Parts, position: int, *, numbered: bool) -> bool:
    """Whether the conjunction joins two items and not two statements ("5 for A, and B takes 3")."""
    spot = position + 1
    while spot < len(parts) and (parts[spot].low in lexicon().determiners | lexicon().conjunctions):
        spot += 1
    if spot >= len(parts) or parts[spot].kind != "item":
        return not numbered
    ahead = parts[spot + 1 : spot + 3]
    named = bool(ahead) and ahead[0].kind == "word" and not lexicon().is_small(ahead[0].low)  # "the coach crew has"
    return not (numbered and any(part.verb for part in (ahead if named else ahead[:1])))


def _verb_before_number(parts: Parts, start: int) -> bool:
    verb = False
    for position in range(start, len(parts)):
        part = parts[position]
        if part.kind == "number":
            return verb
        if part.low in _SPLITTERS or part.low in (",", ":"):
            return verb and part.low in _SPLITTERS
        after_to = position > start and parts[position - 1].low == "to"
        verb = verb or (part.verb and not after_to and not part.low.endswith("ing"))
    told = verb or any(part.low in _MUST for part in parts[start:])  # "cannot be greater than the number of"
    return told and any(part.kind == "item" for part in parts[start:])


def _speaks_of_them(piece: Sequence[Part]) -> bool:
    """ "so she can have at most 7 of them": what was spoken of just before, and nothing else."""
    low = [part.low for part in piece]
    told = any(word == "of" and low[spot + 1 : spot + 2] and low[spot + 1] in _THEM for spot, word in enumerate(low))
    return told and not any(part.kind == "item" for part in piece)


def _inherited(piece: Sequence[Part], subject: tuple[int, ...], before: tuple[int, ...]) -> tuple[int, ...]:
    """A clause that opens with a verb or a number goes on about the same; one that opens with "it" too."""
    words = lexicon()
    if "there" in [part.low for part in piece[:_SHORT]] and not any(part.kind == "item" for part in piece[:_SHORT]):
        return ()  # "This autumn there are 45 barrels"
    if len(subject) == 1 and _speaks_of_them(piece):
        return subject
    for position, part in enumerate(piece):
        dated = part.low in ("this", "each") and any(
            word.stem in words.period_stems for word in piece[position + 1 :][:1]
        )
        if dated or part.stem in words.period_stems:
            continue  # "This month she can get ..."
        if part.low in words.conjunctions | _SPLITTERS | _OPENERS or part.kind == "mark":
            continue
        if part.low in _IT:
            if any(word.low == "both" for word in piece[position + 1 : position + 3]):
                return ()  # "they both need 2 hours": so much of every thing
            numbers = sum(word.kind == "number" for word in piece)
            listed = numbers == len(before) or any(word.low == "respectively" for word in piece)
            told = part.low in ("they", "these") and listed
            return subject or (before if len(before) == 1 or told else ())
        return subject if part.verb or part.kind == "number" else ()
    return subject
