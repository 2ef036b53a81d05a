"""MathML on the page: readable formulas, and nothing that is not a formula."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.drafting.mathml import ATTRIBUTES, ELEMENTS, mathml

HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    "<img src=x onerror=alert(1)>",
    r"\href{javascript:alert(1)}{x}",
    r"\style{background:url(//evil)}{x}",
    r"\class{admin}{x}",
    r"\color{red}x",
    r'\text{" onmouseover="alert(1)}',
    r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
    r"\text{</math><script>alert(1)</script>}",
    r"\newcommand{\a}{\a\a}\a",
    r"\unknown{<b>}",
    "]]><script>",
    "\x00\x0b x",
]
BROKEN = ["", " ", "^", "}", "\\frac", "\\frac{1}{2", "x_1_2", "{" * 500, "{" * 500 + "}" * 500, "x^" * 900, "\\left("]


def tags_and_attributes(markup: str) -> tuple[set[str], set[str]]:
    tree = ElementTree.fromstring(markup)
    nodes = list(tree.iter())
    tags = {node.tag.replace("{http://www.w3.org/1998/Math/MathML}", "") for node in nodes}
    return tags, {name for node in nodes for name in node.attrib}


@pytest.mark.parametrize("latex", HOSTILE + BROKEN)
def test_the_answer_is_well_formed_and_only_mathml(latex: str) -> None:
    tags, attributes = tags_and_attributes(mathml(latex))
    assert tags <= ELEMENTS
    assert attributes <= ATTRIBUTES


@pytest.mark.parametrize("latex", HOSTILE)
def test_no_script_style_or_link_survives(latex: str) -> None:
    markup = mathml(latex)
    assert not re.search(r"<(script|img|a|b|style)\b", markup)
    assert not re.search(r"\s(on\w+|href|style|class|src)\s*=\s*[\"']", markup)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"\\{}^_&$<>\"'/ab1+= \n", "\\text{", "\\frac", "\\sum", "\\begin{cases}", "&lt;"]),
        max_size=60,
    ).map("".join)
)
def test_any_text_gives_well_formed_markup(latex: str) -> None:
    tags, attributes = tags_and_attributes(mathml(latex))
    assert tags <= ELEMENTS
    assert attributes <= ATTRIBUTES


def test_a_sum_becomes_mathml() -> None:
    markup = mathml(r"\sum_{i \in I} c_i x_i \le 240", block=True)
    assert markup.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">')
    assert "<mo>∑</mo>" in markup
    assert "<mn>240</mn>" in markup


def test_names_keep_their_words_and_signs() -> None:
    assert "<mtext>a&lt;b" in mathml(r"\text{a<b & c}")


def test_a_thousands_separator_stays_inside_its_number() -> None:
    assert "<mn>15,000</mn>" in mathml(r"x \le 15{,}000")


def test_several_lines_become_a_table() -> None:
    markup = mathml(r"\begin{aligned}x &\le 1\\ y &\le 2\end{aligned}")
    assert markup.count("<mtr>") == 2
    assert "&amp;" not in markup


def test_what_cannot_be_read_is_shown_as_text() -> None:
    assert "<mtext>\\frac</mtext>" in mathml("\\frac")


def test_a_formula_without_end_is_cut() -> None:
    markup = mathml("x+" * 100_000)
    assert len(markup) < 5_000
    assert "…" in markup
