"""One sentence, one rule or two: what the reader of statements makes of rules said freely."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.mentions import Mentions
from copilot.drafting.builtin.statements.chart import cut
from copilot.drafting.builtin.statements.lexing import lexemes_of
from copilot.drafting.builtin.statements.naming import namings
from copilot.drafting.builtin.statements.reader import with_others

LED = "A workshop makes pots (P), quilts (Q) and rugs (R). "
RULES = {
    "Pots may outnumber quilts by no more than 5.": "P - Q <= 5",
    "Pots must not exceed quilts by more than 5.": "P - Q <= 5",
    "There may be up to 5 more pots than quilts.": "P - Q <= 5",
    "There must be at least 5 more pots than quilts.": "P - Q >= 5",
    "The number of pots must be at least 5 higher than the number of quilts.": "P - Q >= 5",
    "Pots can be at most 5 above quilts.": "P - Q <= 5",
    "P has to be 5 or more above Q.": "P - Q >= 5",
    "P can't be more than 5 above Q.": "P - Q <= 5",
    "Quilts may fall short of pots by 5 at most.": "P - Q <= 5",
    "The difference between pots and quilts cannot be more than 5.": "P - Q <= 5",
    "Pots minus quilts must not go above 5.": "P - Q <= 5",
    "The number of pots less the number of quilts should stay at 5 or below.": "P - Q <= 5",
    "Pots and quilts may not differ by more than 5.": "P - Q <= 5; -P + Q <= 5",
    "The numbers of pots and quilts must stay within 5 of each other.": "P - Q <= 5; -P + Q <= 5",
    "Pots must not be fewer than quilts.": "P - Q >= 0",
    "There cannot be more pots than quilts.": "P - Q <= 0",
    "There must be at least as many pots as quilts.": "P - Q >= 0",
    "Pots must be no more numerous than quilts.": "P - Q <= 0",
    "The pots may not outnumber the quilts.": "P - Q <= 0",
    "At most half as many pots as quilts can be made.": "P - 0.5 Q <= 0",
    "Pots cannot be more than twice the quilts.": "P - 2 Q <= 0",
    "The number of pots must be at least double that of quilts.": "P - 2 Q >= 0",
    "For every quilt there can be no more than two pots.": "P - 2 Q <= 0",
    "No more than two pots may be made for each quilt.": "P - 2 Q <= 0",
    "At least three pots are needed for every quilt.": "P - 3 Q >= 0",
    "Quilts must number at least pots minus 4.": "-P + Q >= -4",
    "Quilts must not exceed pots plus 4.": "-P + Q <= 4",
    "Twice the pots plus three times the quilts must be at least 60.": "2 P + 3 Q >= 60",
    "2P + 3Q may not fall below 60.": "2 P + 3 Q >= 60",
    "Two times P and three times Q together must reach 60 or more.": "2 P + 3 Q >= 60",
    "The sum of twice P and Q is to be no smaller than 60.": "2 P + Q >= 60",
    "Pots and quilts together cannot go over 40.": "P + Q <= 40",
    "Pots plus rugs: 40 at most.": "P + R <= 40",
    "Together, pots and rugs must make up at least 40.": "P + R >= 40",
    "Between them pots and rugs must come to no less than 40.": "P + R >= 40",
    "Pots and rugs combined are limited to 40.": "P + R <= 40",
    "The pots and rugs must total 40 or more.": "P + R >= 40",
    "The combined number of pots and rugs has to be 40 or higher.": "P + R >= 40",
    "No more than 40 pots and rugs altogether can be stored.": "P + R <= 40",
    "At least 40 units must be pots or rugs.": "P + R >= 40",
    "At most 12 pots fit on the shelf.": "P <= 12",
    "Pots are capped at 12.": "P <= 12",
    "The limit for pots is 12.": "P <= 12",
    "There is clay for only 12 pots.": "P <= 12",
    "Clay suffices for twelve pots.": "P <= 12",
    "She cannot sell more than a dozen pots.": "P <= 12",
    "Pots must stay under or at 12.": "P <= 12",
    "No fewer than 12 pots have been ordered.": "P >= 12",
    "Twelve pots are already promised to a customer.": "P >= 12",
    "A customer has ordered 12 pots, which must be delivered.": "P >= 12",
    "The contract calls for 12 pots or more.": "P >= 12",
    "Pots: at least 12.": "P >= 12",
    "Pots: minimum 12, maximum 30.": "P >= 12; P <= 30",
    "Between 12 and 30 pots may be made.": "P >= 12; P <= 30",
    "The number of pots must lie between 12 and 30.": "P >= 12; P <= 30",
    "P has to be anywhere from 12 to 30.": "P >= 12; P <= 30",
    "At least 12 but no more than 30 pots can be made.": "P >= 12; P <= 30",
    "Pots must be at least 12, quilts at least 5 and rugs at most 9.": "P >= 12; Q >= 5; R <= 9",
    "Pots are limited to 12, quilts to 5.": "P <= 12; Q <= 5",
    "There are moulds for 12 pots and frames for 5 quilts.": "P <= 12; Q <= 5",
    "At least 12 pots and at least 5 quilts are required.": "P >= 12; Q >= 5",
    "At most 40 percent of all pieces may be pots.": "0.6 P - 0.4 Q - 0.4 R <= 0",
    "Pots must make up at least a quarter of the total.": "0.75 P - 0.25 Q - 0.25 R >= 0",
    "Pots may account for no more than 40% of the output.": "0.6 P - 0.4 Q - 0.4 R <= 0",
    "Exactly 12 pots must be made.": "P == 12",
    "Rugs must not exceed pots and quilts together.": "-P - Q + R <= 0",
    "Rugs cannot outnumber the other two combined.": "-P - Q + R <= 0",
    "The number of rugs cannot be greater than the sum of pots and quilts.": "-P - Q + R <= 0",
    "Because of a shortage of wool, no more than 9 rugs can be made.": "R <= 9",
    "Since the loom is old, rugs have to stay at or below 9.": "R <= 9",
    "Rugs can only be made up to 9.": "R <= 9",
}


def said(sentence: str) -> str:
    """The rules of a sentence in letters."""
    found: list[str] = []
    sentences, items = namings(LED + sentence)[0]
    for one in sentences[1:]:
        parts = with_others(Mentions(items).parts(one), items)
        statements = cut(lexemes_of(parts), len(items))
        for rule in statements or ():
            if isinstance(rule, Rule):
                found.append(_written(rule, [item.label for item in items]))
    return "; ".join(found)


def _written(rule: Rule, names: list[str]) -> str:
    terms = ""
    for item, (_, value) in sorted(rule.terms.items()):
        sign = "-" if value < 0 else "+" if terms else ""
        size = "" if abs(value) == 1 else f"{abs(value):g} "
        terms += f" {sign} {size}{names[item]}" if terms else f"{sign}{size}{names[item]}"
    return f"{terms} {rule.sign} {rule.limit.value:g}"


@pytest.mark.parametrize("sentence", [sentence for sentence, rules in RULES.items() if rules])
def test_a_rule_said_freely_is_read_as_meant(sentence: str) -> None:
    assert said(sentence) == RULES[sentence]
