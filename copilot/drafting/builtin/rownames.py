"""Names quantities and rows in words for people."""

from __future__ import annotations

from copilot.drafting.builtin.facts import Quantity, Row
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.words import lexicon


def written(quantity: Quantity) -> str:
    """A number with what it counts, as written."""
    return f"{quantity.part.text} {quantity.phrase}".strip()


def row_name(row: Row) -> str:
    """A row in words: "hours of carpentry", "profit"."""
    told = [fact.quantity for fact in row.facts.values()]
    if row.said_as_sum:
        return "weighted sum"
    if row.money:
        nouns = [part for quantity in told for part in (*quantity.before, *quantity.after) if _is_money(part)]
        known = lexicon().money_names
        return known.get(nouns[0].stem, nouns[0].low) if nouns else "money"
    phrases = [_short_phrase(quantity, row.unit) for quantity in told]
    return max(phrases, key=len) or " ".join(sorted(row.words)) or "quantity"


def _short_phrase(quantity: Quantity, unit: str) -> str:
    """What is counted, without "per trip" or "available"; an elided unit is put back."""
    kept: list[str] = []
    words = lexicon()
    for part in quantity.after:
        if part.low in ("per", "each", "every", "available", "that") or (kept and part.low == "to"):
            break
        kept.append(part.text)
    while kept and (words.is_small(kept[-1].lower()) or kept[-1].lower() == "respectively"):
        kept.pop()
    if kept and kept[0].lower() in words.prepositions:
        kept = [f"{words.full_names.get(unit, unit)}s" if unit else "", *kept]
        kept = kept if kept[0] else kept[2:]
    return " ".join(kept)


def _is_money(part: Part) -> bool:
    words = lexicon()
    return part.stem in words.money_in_stems or part.stem in words.money_out_stems
