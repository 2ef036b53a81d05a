"""Formulas that stand in sentences, "$2x + y \\geq 40$", read as the words that say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token

_NAME = r"[A-Za-z](?:_?\d|_\{\w+\})?"
_TERM = rf"(?:\d+(?:\.\d+)?\s*(?:\*|·|\\cdot|\\times)?\s*)?{_NAME}(?![A-Za-z])"
_SUM = rf"[-−]?\s*{_TERM}(?:\s*[-+−]\s*{_TERM})*"
_RELATIONS = {"≥": "at least", "≤": "at most", "=": "equal to"}
_FORMULA = re.compile(
    r"(?:(?<=\\n)|(?<![\w.\\]))\$?\s?(?:(?P<least>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?:\\leq?(?![a-z])|≤|<=)\s*)?"
    rf"(?P<sum>{_SUM})\s*(?P<relation>\\geq?(?![a-z])|\\leq?(?![a-z])|≥|≤|>=|<=|=)\s*"
    r"(?P<limit>[-−]?\s?\d+(?:,\d{3})*(?:\.\d+)?)\s?\$?(?![\w%]|\.\d)"
)
_PIECE = re.compile(rf"(?P<sign>[-+−]?)\s*(?P<factor>\d+(?:\.\d+)?)?\s*(?:\*|·|\\cdot|\\times)?\s*(?P<name>{_NAME})")
UNREAD = re.compile(r"\\[gl]eq?(?![a-z])|[≥≤]|[<>]=")


def with_formulas(text: str, cut: Callable[[str], list[Token]]) -> list[Token]:
    """The tokens of a text, with those of the words in place of each formula; all of them stand where it stands."""
    plain, said = text, list(spelled(text))
    for start, end, _ in said:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    tokens = cut(plain)
    for start, end, words in said:
        tokens += [replace(token, start=start, end=end) for token in cut(words)]
    return sorted(tokens, key=lambda token: token.start) if said else tokens


def spelled(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, words) of each linear formula with a number on its right."""
    for match in _FORMULA.finditer(text):
        terms = [
            (piece["sign"] in ("-", "−") and piece["sign"] != "", piece["factor"] or "", piece["name"])
            for piece in _PIECE.finditer(match["sum"])
        ]
        if match["relation"] == "=" and len(terms) < 2:
            continue
        words = _words(terms, match["relation"], match["limit"].replace("−", "-").replace(" ", ""))
        if words and match["least"] and float(match["least"].replace(",", "")):
            words = words.replace("must be at most", f"must be between {match['least']} and") if "most" in words else ""
        if words:
            start = match.start() + (len(match.group()) - len(match.group().lstrip()))
            yield start, match.end(), words


def _words(terms: list[tuple[bool, str, str]], relation: str, limit: str) -> str:
    """ "2 times x plus y must be at least 40"; turned round where the limit or the first term is negative."""
    sign = {"\\g": "≥", "\\l": "≤", ">=": "≥", "<=": "≤"}.get(relation[:2], relation)
    if limit.startswith("-"):
        limit, terms = limit[1:], [(not minus, factor, name) for minus, factor, name in terms]
        sign = {"≥": "≤", "≤": "≥"}.get(sign, sign)
    terms = sorted(terms, key=lambda term: term[0])
    if terms[0][0]:
        return ""
    said = ""
    for minus, factor, name in terms:
        joint = (" minus " if minus else " plus ") if said else ""
        said += f"{joint}{factor + ' times ' if factor and float(factor) != 1 else ''}{name}"
    return f"{said} must be {_RELATIONS[sign]} {limit}"
