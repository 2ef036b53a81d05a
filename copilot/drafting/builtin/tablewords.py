"""Reads controlled English over the columns of a table: "Maximize total profit. Total hours at most 240." """

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.drafting.base import DraftingError
from copilot.drafting.builtin.cues import cue_after, cue_before
from copilot.drafting.builtin.mentions import Mentions, Parts
from copilot.drafting.builtin.tokens import Sentence, Token, sentences_of
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import Relation

Kind = Literal["aim", "total", "each", "count", "once", "whole", "fractions"]
_MAXIMIZE = frozenset({"maximize", "maximise", "max", "maximizing", "highest", "largest", "most"})
_STRONG = frozenset({"maximize", "maximise", "max", "minimize", "minimise", "min", "maximizing", "minimizing"})
_WHOLE = frozenset({"integer", "integers", "whole", "integral"})
_FRACTIONS = frozenset({"fraction", "fractions", "fractional", "continuous", "fractionally"})
_ONCE = frozenset({"once", "binary"})
_EACH = frozenset({"each", "any", "every"})
_AIM_ENDS = frozenset({"if", "with", "subject", "such", "and", "while", "given", "at", "under", "using", "no", "not"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that the text asks of the table: an aim, a rule on a column's total, a rule for each option."""

    kind: Kind
    start: int
    end: int
    sense: str = ""
    column: str = ""
    relation: Relation = "<="
    limit: float = 0.0
    limit_column: str = ""
    said: str = ""  # where no sentence of the text says it


def wishes_of(text: str, *, numeric: Sequence[str], others: Sequence[str]) -> list[Wish]:
    """What the sentences ask, in order.

    Raises DraftingError that names the column asked for and the columns there are, or the sentence not understood.
    """
    found: list[Wish] = []
    for sentence in sentences_of(text):
        found.extend(_wishes(sentence, numeric, others))
    return found


def _wishes(sentence: Sentence, numeric: Sequence[str], others: Sequence[str]) -> list[Wish]:
    low = {token.low for token in sentence}
    span = (sentence[0].start, sentence[-1].end)
    aims, start = _aims(sentence, numeric, others)
    if low & _ONCE:
        return [*aims, Wish("once", *span)]
    numbers = [spot for spot, token in enumerate(sentence) if token.kind == "number"]
    if not numbers and not aims and low & (_WHOLE | _FRACTIONS):
        return [Wish("whole" if low & _WHOLE and "not" not in low else "fractions", *span)]
    found = list(aims)
    for spot in numbers:
        ends = [at for at in range(spot + 1, len(sentence)) if sentence[at].low in (",", "and", "but")]
        end = ends[0] if ends else len(sentence)
        found.append(_rule(sentence, (start, spot, end), numeric, others))
        start = end
    if not numbers:
        found.extend(_column_limit(sentence, numeric, span))
    if not found and not _is_idle(sentence, numeric):
        raise _unclear(sentence, numeric)
    return found


def _aims(sentence: Sentence, numeric: Sequence[str], others: Sequence[str]) -> tuple[list[Wish], int]:
    """The objective that the sentence names, and where its phrase ends."""
    spot = next((place for place, token in enumerate(sentence) if token.low in _STRONG), -1)
    if spot < 0:
        return [], 0
    end = spot + 1
    while end < len(sentence) and sentence[end].kind == "word" and sentence[end].low not in _AIM_ENDS:
        end += 1
    phrase = sentence[spot + 1 : end]
    column = _column(phrase, numeric)
    if not column and not _is_count(phrase):
        raise _unknown(phrase, numeric, others)
    sense = "maximize" if sentence[spot].low in _MAXIMIZE else "minimize"
    return [Wish("aim", sentence[0].start, sentence[-1].end, sense=sense, column=column)], end


def _rule(sentence: Sentence, place: tuple[int, int, int], numeric: Sequence[str], others: Sequence[str]) -> Wish:
    """The rule that a number says; `place` is where its phrase begins, where it stands, where its phrase ends."""
    start, spot, end = place
    number = sentence[spot]
    phrase = [token for token in sentence[start:end] if token.kind == "word"]
    relation = _relation(sentence, place)
    if relation is None:
        raise DraftingError(
            f"“{_said(sentence)}” does not say whether {number.text} is a minimum or a maximum; write “at most "
            f"{number.text}” or “at least {number.text}”."
        )
    column = _column(phrase, numeric)
    wish = Wish("total", sentence[0].start, sentence[-1].end, relation=relation, column=column, limit=number.value)
    if column:
        return wish
    if {token.low for token in phrase} & _EACH:
        return replace(wish, kind="each")
    if not _named_unknown(phrase):
        return replace(wish, kind="count")
    raise _unknown(phrase, numeric, others)


def _relation(sentence: Sentence, place: tuple[int, int, int]) -> Relation | None:
    start, spot, end = place
    parts = _plain_parts(sentence)
    cue = cue_before(parts, spot) or cue_after(parts, spot)
    if cue is not None:
        return cue.sign
    low = {token.low for token in sentence[start:end]}
    if low & {"<", "available", "budget", "capacity", "have", "only", "has", "there"}:
        return "<="
    if low & {">", "need", "require", "must", "needs"}:
        return ">="
    return "==" if "=" in low else None


def _column_limit(sentence: Sentence, numeric: Sequence[str], span: tuple[int, int]) -> list[Wish]:
    """ "At most stock of each": the limit is a column."""
    low = [token.low for token in sentence]
    column = _column(sentence, numeric)
    if not column or not set(low) & _EACH or not {"most", "exceed", "least", "more"} & set(low):
        return []
    relation: Relation = ">=" if "least" in low else "<="
    return [Wish("each", *span, relation=relation, limit_column=column)]


def _column(tokens: Sequence[Token], numeric: Sequence[str]) -> str:
    """The column whose name the words hold; the longest name wins."""
    stems = {token.stem for token in tokens}
    best = ""
    for name in numeric:
        own = _stems(name)
        if own and own <= stems and len(own) > len(_stems(best)):
            best = name
    if best:
        return best
    loose = [name for name in numeric if _stems(name) & (stems - lexicon().table_stems)]
    return loose[0] if len(loose) == 1 else ""


def _stems(name: str) -> set[str]:
    return {
        token.stem for sentence in sentences_of(name.replace("_", " ")) for token in sentence if token.kind == "word"
    }


def _named_unknown(tokens: Sequence[Token]) -> list[str]:
    words = lexicon()
    return [token.text for token in tokens if token.stem not in lexicon().table_stems and not words.is_small(token.low)]


def _is_count(tokens: Sequence[Token]) -> bool:
    return "number" in {token.low for token in tokens} or not _named_unknown(tokens)


def _is_idle(sentence: Sentence, numeric: Sequence[str]) -> bool:
    """A sentence that asks nothing: it only names the options or the table."""
    low = {token.low for token in sentence}
    asks = low & {"most", "least", "exceed", "must", "cannot", "should", "limit", "limited"}
    return not (asks or (_column(sentence, numeric) and low & {"total"}))


def _unknown(tokens: Sequence[Token], numeric: Sequence[str], others: Sequence[str]) -> DraftingError:
    asked = " ".join(_named_unknown(tokens)) or " ".join(token.text for token in tokens)
    there = ", ".join(numeric)
    note = f" ({', '.join(others)} hold no numbers)" if others else ""
    return DraftingError(f"The table has no column “{asked}”. Its columns of numbers are: {there}{note}.")


def _unclear(sentence: Sentence, numeric: Sequence[str]) -> DraftingError:
    return DraftingError(
        f"I did not understand “{_said(sentence)}”. Say it over a column, as in “Total {numeric[0]} at most 100.”"
    )


def _said(sentence: Sentence) -> str:
    return " ".join(token.text for token in sentence)


def _plain_parts(sentence: Sentence) -> Parts:
    return Mentions(()).parts(sentence)
