"""Cuts the tokens of algebra into statements: one objective, one rule or one declaration each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from copilot.drafting.builtin.algebra_tokens import AlgebraToken

MAXIMIZE = frozenset({"maximize", "maximise", "max"})
MINIMIZE = frozenset({"minimize", "minimise", "min"})
DOMAINS: Mapping[str, str] = {
    **dict.fromkeys(("integer", "integers", "int", "general", "generals", "whole"), "integer"),
    **dict.fromkeys(("binary", "binaries", "bin", "boolean"), "binary"),
    **dict.fromkeys(("continuous", "real", "reals"), "continuous"),
    "free": "free",
}
_HEADERS = frozenset(
    {"subject", "such", "st", "s.t.", "s.t", "constraints", "bounds", "where", "with", "end", "objective"}
)
_Line = list[AlgebraToken]


def lines_of(tokens: Sequence[AlgebraToken]) -> list[_Line]:
    """The tokens of each statement; a rule on a list of names ("x, y >= 0") becomes one statement per name."""
    found: list[_Line] = []
    listed: _Line = []
    for line in _joined(_cut(tokens)):
        names, rest = _listed(line)
        if len(line) == 1 and line[0].text.lower() in DOMAINS and listed:  # "x, y >= 0 and integer"
            found.append([*listed, *line])
            continue
        found += [[name, *rest] for name in names] if names else [line]
        listed = names or ([line[0]] if len(line) > 1 and line[1].kind == "relation" else [])
    return found


def _cut(tokens: Sequence[AlgebraToken]) -> list[_Line]:
    """Cut at line ends, semicolons and headers; at a comma only where a new relation or declaration begins."""
    lines: list[_Line] = [[]]
    section = ""
    for position, token in enumerate(tokens):
        word = token.text.lower() if token.kind == "name" else ""
        if word in _HEADERS and not _is_operand(tokens, position):
            section = word
            lines.append([])
            continue
        if section in ("subject", "such") and word in ("to", "that") and not lines[-1]:
            continue
        if token.kind == "colon" and not lines[-1]:
            continue
        if _ends(token, word, lines[-1]):
            lines.append([])
            continue
        lines[-1].append(token)
        section = "" if word not in _HEADERS else section
    return [line for line in lines if line]


def _ends(token: AlgebraToken, word: str, line: _Line) -> bool:
    """Whether the statement so far is over before this token, which is itself no part of any."""
    if token.kind == "end":
        return True
    return (token.kind == "comma" or word == "and") and (
        any(seen.kind == "relation" for seen in line) or _is_aim(line[:1])
    )


def _joined(lines: list[_Line]) -> list[_Line]:
    """A direction or a kind of number that stands alone above its sum or its names belongs to the next line."""
    found: list[_Line] = []
    for line in lines:
        above = found[-1] if found else []
        waits = _is_aim(above) or (_is_domain(above) and all(_is_name(token) for token in line))
        if len(above) == 1 and waits and not _is_aim(line[:1]):
            above.extend(line)
        else:
            found.append(list(line))
    return found


def _listed(line: _Line) -> tuple[_Line, _Line]:
    """The names and the rest of "x, y and z >= 0"; nothing where the line is no such list."""
    place = next((spot for spot, token in enumerate(line) if token.kind == "relation"), 0)
    before = [token for token in line[:place] if token.text != "and"]
    names = [token for token in before if token.kind == "name"]
    commas = [token for token in line[:place] if token.kind == "comma" or token.text == "and"]
    if len(names) < 2 or not commas or any(not _is_name(token) for token in before):
        return [], []
    return names, line[place:]


def _is_name(token: AlgebraToken) -> bool:
    return token.kind in ("name", "comma") and token.text.lower() not in DOMAINS


def _is_aim(line: _Line) -> bool:
    return len(line) == 1 and line[0].text.lower() in MAXIMIZE | MINIMIZE


def _is_domain(line: _Line) -> bool:
    return len(line) == 1 and line[0].text.lower() in DOMAINS


def _is_operand(tokens: Sequence[AlgebraToken], position: int) -> bool:
    """Whether a header word is used as a decision's name ("3 end + 2 st <= 4")."""
    around = [tokens[spot] for spot in (position - 1, position + 1) if 0 <= spot < len(tokens)]
    return any(token.kind in ("operator", "relation", "number") for token in around[:1]) or any(
        token.kind in ("relation",) or token.text in "+-*/" for token in around[1:]
    )
