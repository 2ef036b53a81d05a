"""Parses algebra lines: an objective, rules, bounds and declarations of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from copilot.drafting.builtin.algebra_lines import DOMAINS, MAXIMIZE, MINIMIZE, lines_of
from copilot.drafting.builtin.algebra_tokens import AlgebraToken, shown, tokens_of
from copilot.drafting.formulation import Relation

FILLERS = frozenset({"is", "are", "and", "all", "be", "an", "a", "to", "that", "numbers", "number", "variables", "in"})
_DEEPEST = 50


@dataclass(slots=True)
class Linear:
    """A linear expression: coefficient by name, in order of first appearance, and a constant."""

    terms: dict[str, float] = field(default_factory=dict)
    constant: float = 0.0

    def add(self, other: Linear, factor: float = 1.0) -> Linear:
        """This plus `factor` times the other."""
        terms = dict(self.terms)
        for name, value in other.terms.items():
            terms[name] = terms.get(name, 0.0) + factor * value
        return Linear(terms, self.constant + factor * other.constant)

    def scaled(self, factor: float) -> Linear:
        """`factor` times this."""
        return Linear().add(self, factor)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: `sides` around `relations` (an objective has one side and no relation)."""

    kind: Literal["objective", "rule", "declaration"]
    name: str
    sides: tuple[Linear, ...]
    relations: tuple[Relation, ...]
    first: AlgebraToken
    start: int
    end: int
    sense: Literal["maximize", "minimize"] = "maximize"
    domain: str = ""
    names: tuple[str, ...] = ()
    strict: bool = False


def parse(text: str) -> list[Statement]:
    """Statements of the text in order. Raises AlgebraError, which tells line and column."""
    statements: list[Statement] = []
    for chunk in lines_of(tokens_of(text)):
        statements.append(_Parser(chunk).statement())
    return statements


class _Parser:
    def __init__(self, tokens: Sequence[AlgebraToken]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def statement(self) -> Statement:
        """The one statement that these tokens say."""
        word = self.tokens[0].text.lower()
        if self.tokens[0].kind == "name" and word in MAXIMIZE | MINIMIZE:
            self.position = 1
            return self._objective("maximize" if word in MAXIMIZE else "minimize")
        declared = [token for token in self.tokens if token.text.lower() in DOMAINS]
        if declared and not any(token.kind == "relation" for token in self.tokens):
            return self._declaration(declared[0])
        return self._rule()

    def _objective(self, sense: Literal["maximize", "minimize"]) -> Statement:
        name = "objective"
        ahead = [token.kind for token in self.tokens[self.position : self.position + 2]]
        if ahead[:1] == ["colon"]:
            self.position += 1
        elif ahead == ["name", "colon"] or (ahead == ["name", "relation"] and self._peek(1).text == "=="):
            name = self.tokens[self.position].text
            self.position += 2
        if self._done():
            raise self.tokens[-1].error("after the objective's direction I expected a sum such as 3 x + 2 y.")
        side = self._sum()
        self._expect_end()
        return Statement("objective", name, (side,), (), self.tokens[0], *self._range(), sense=sense)

    def _declaration(self, keyword: AlgebraToken) -> Statement:
        names = []
        for token in self.tokens:
            if token.kind == "name" and token is not keyword:
                names.append(token.text)
            elif token.kind not in ("name", "comma", "colon"):
                raise token.error(f'"{token.text}" does not belong into a declaration such as "x, y integer".')
        first, span = self.tokens[0], self._range()
        return Statement(
            "declaration", "", (), (), first, *span, domain=DOMAINS[keyword.text.lower()], names=tuple(names)
        )

    def _rule(self) -> Statement:
        name = ""
        if len(self.tokens) > 1 and self.tokens[0].kind == "name" and self.tokens[1].kind == "colon":
            name = self.tokens[0].text
            self.position = 2
        sides, strict = [self._sum()], False
        relations: list[Relation] = []
        while not self._done() and self._peek().kind == "relation":
            relations.append(cast("Relation", self._peek().text))
            strict = strict or self._peek().strict
            self.position += 1
            sides.append(self._sum())
        self._expect_end()
        if not relations:
            raise self.tokens[0].error("this line has no <=, >= or =; a rule reads like 2 x + y <= 40.")
        if len(relations) > 2:
            raise self.tokens[0].error("a rule may have at most two relations, as in 0 <= y <= 10.")
        return Statement(
            "rule",
            name,
            tuple(sides),
            tuple(relations),
            self.tokens[0],
            *self._range(),
            strict=strict,
        )

    def _sum(self) -> Linear:
        result, sign = Linear(), 1.0
        while not self._done() and self._peek().text in "+-" and self._peek().kind == "operator":
            sign = -sign if self._take().text == "-" else sign
        result = result.add(self._product(), sign)
        while not self._done() and self._peek().kind == "operator" and self._peek().text in "+-":
            sign = -1.0 if self._take().text == "-" else 1.0
            while not self._done() and self._peek().text in "+-":
                sign = -sign if self._take().text == "-" else sign
            result = result.add(self._product(), sign)
        return result

    def _product(self) -> Linear:
        result = self._atom()
        while not self._done():
            token = self._peek()
            if token.text in ("*", "/"):
                self.position += 1
                result = self._multiplied(result, self._atom(), token)
            elif token.kind in ("number", "name") or token.text == "(":
                result = self._multiplied(result, self._atom(), token)
            else:
                break
        return result

    def _multiplied(self, left: Linear, right: Linear, token: AlgebraToken) -> Linear:
        if token.text == "/":
            if right.terms:
                raise token.error("dividing by a decision is not linear; multiply the rule out first.")
            if not right.constant:
                raise token.error("this divides by zero.")
            return left.scaled(1 / right.constant)
        if left.terms and right.terms:
            raise token.error("a product of two decisions is not linear; put + or - between them.")
        return right.scaled(left.constant) if right.terms else left.scaled(right.constant)

    def _atom(self) -> Linear:
        if self._done():
            raise self.tokens[-1].error(f"I expected a number or a name after {shown(self.tokens[-1].text)}.")
        token = self._take()
        if token.kind == "number":
            return Linear(constant=token.value)
        if token.kind == "name":
            return Linear({token.text: 1.0})
        if token.text == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                raise token.error("brackets are nested too deeply; multiply them out.")
            inside = self._sum()
            self.depth -= 1
            if self._done() or self._take().text != ")":
                raise token.error("this bracket is never closed.")
            return inside
        if token.text == "^":
            raise token.error("powers are not linear; this route reads sums of number times decision.")
        raise token.error(f"I expected a number or a name here, not {shown(token.text)}.")

    def _peek(self, ahead: int = 0) -> AlgebraToken:
        return self.tokens[self.position + ahead]

    def _take(self) -> AlgebraToken:
        self.position += 1
        return self.tokens[self.position - 1]

    def _done(self) -> bool:
        return self.position >= len(self.tokens)

    def _expect_end(self) -> None:
        if not self._done():
            token = self._peek()
            if token.text == "^":
                raise token.error("powers are not linear; this route reads sums of number times decision.")
            raise token.error(f"I did not expect {shown(token.text)} here.")

    def _range(self) -> tuple[int, int]:
        return self.tokens[0].start, self.tokens[-1].end
