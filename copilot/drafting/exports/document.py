"""A LaTeX document of the formulation: sets, numbers, decisions, the maths, assumptions, and what was left over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.drafting import latex
from copilot.drafting.exports.known import Known
from copilot.drafting.formulation import Formulation, Parameter
from copilot.drafting.render import formulation_lines, in_own_words, number_text

# What a formula may say; whoever compiles the file runs what it says, so everything else is shown as text.
COMMANDS = frozenset(
    """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega sum prod int max min
    sup inf arg argmax argmin lim log ln exp sin cos tan frac dfrac tfrac sqrt cdot times div pm mp ast le leq ge geq
    neq ne lt gt approx equiv sim in notin subset subseteq supset cup cap setminus emptyset forall exists neg land lor
    lnot Rightarrow Leftrightarrow rightarrow leftarrow to iff implies mid quad qquad text textbf textit mathrm mathbf
    mathit mathcal mathbb operatorname left right big Big bigg Bigg lfloor rfloor lceil rceil langle rangle lvert
    rvert lVert rVert vert Vert bar hat tilde vec overline underline dots ldots cdots vdots infty partial nabla
    binom limits nolimits begin end mathop displaystyle textstyle colon ll gg leqslant geqslant bigl bigr""".split()  # noqa: SIM905
)
ENVIRONMENTS = frozenset({"cases", "aligned", "array", "matrix", "pmatrix", "bmatrix", "gathered", "split"})
_LATIN = 0x180
ROWS = 40  # of a table of numbers; a longer one is counted
WIDTH = 75  # signs of a formula and its name on one line
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}\\\s]")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([^}]*)\}")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "≤": r"$\le$", "≥": r"$\ge$", "×": r"$\times$", "−": r"$-$", "€": r"\texteuro{}", "…": r"\dots{}",
}  # fmt: skip
_MATHS = {
    "≤": r"\le{}", "≥": r"\ge{}", "≠": r"\ne{}", "×": r"\times{}", "·": r"\cdot{}", "−": "-", "∑": r"\sum{}",
    "∀": r"\forall{}", "∈": r"\in{}", "…": r"\dots{}", "∞": r"\infty{}",
}  # fmt: skip
_SET_IN_WORDS = frozenset("“”‘’„‚«»–—•†‡‰™¡¿£¥§¶©®°±·÷µ¹²³½¼¾ªº")  # inputenc and textcomp know them
_HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,textcomp}
\usepackage[margin=25mm]{geometry}
"""


def latex_document(known: Known) -> str:
    """The whole file; it needs amsmath and nothing else of note."""
    parts = [_HEAD, rf"\title{{{escaped(known.title)}}}", rf"\date{{Version {known.version}}}"]
    parts += ["\\begin{document}", "\\maketitle", r"\section*{The request}", _quoted(known.request)]
    parts += _sections(in_own_words(known.draft.formulation, known.request))
    return "\n".join([*parts, "\\end{document}", ""])


def safe_latex(formula: str) -> str:
    """The formula, or its source as text where it says more than maths or its braces do not close."""
    known = set(_COMMAND.findall(formula)) <= COMMANDS and set(_ENVIRONMENT.findall(formula)) <= ENVIRONMENTS
    plain = "^^" not in formula and "$" not in formula.replace(r"\$", "") and "%" not in formula.replace(r"\%", "")
    if known and plain and _closed(formula):
        return _set_plainly(" ".join(formula.split()))  # a blank line would end the formula
    return rf"\text{{{escaped(' '.join(formula.split()))}}}"


def _set_plainly(formula: str) -> str:
    """Signs of mathematics as their commands; any other that a plain installation lacks becomes a question mark."""
    return "".join(_MATHS.get(sign, sign if _is_plain(sign) else "?") for sign in formula)


def escaped(words: str) -> str:
    """Words that LaTeX sets as they are; signs that a plain installation lacks become a question mark."""
    return "".join(_SPECIAL.get(sign, sign if _is_set(sign) else "?") for sign in words if sign >= " ")


def _sections(formulation: Formulation) -> Iterator[str]:
    lines = formulation_lines(formulation)
    filled = latex.filled(formulation)
    yield from _listed("Sets", [(line.name, line.sentence) for line in lines if line.element == "set"])
    if formulation.parameters:
        yield r"\section*{Numbers}"
        sentences = {line.name: line.sentence for line in lines if line.element == "parameter"}
        for parameter in formulation.parameters:
            yield from _parameter(parameter, sentences.get(parameter.name, ""))
    yield from _listed("Decisions", [(line.name, line.sentence) for line in lines if line.element == "variable"])
    yield r"\section*{Model}"
    yield from _formula(filled.objective.latex, filled.objective.name)
    for rule in filled.constraints:
        yield from _formula(rule.latex, rule.name)
    letters = latex.letters_of(formulation.sets)
    for variable in formulation.variables:
        yield rf"\[ {latex.domain(variable, letters)} \]"
    said = [(line.name, line.sentence) for line in lines if line.element in ("objective", "constraint")]
    yield from _listed("In words", said)
    yield from _listed("Assumptions", [("", line.sentence) for line in lines if line.element == "assumption"])
    yield from _listed("Left over", [("", line.sentence) for line in lines if line.element == "unexplained"])


def _listed(title: str, items: Sequence[tuple[str, str]]) -> Iterator[str]:
    if not items:
        return
    yield from (rf"\section*{{{title}}}", r"\begin{itemize}")
    for name, sentence in items:
        label = rf"\texttt{{{escaped(name)}}}: " if name else "{}"
        yield rf"\item {label}{escaped(sentence)}"
    yield r"\end{itemize}"


def _parameter(item: Parameter, sentence: str) -> Iterator[str]:
    amount = f"${latex.number(item.value)}$ {escaped(item.unit)}. " if isinstance(item.value, int | float) else ""
    yield rf"\paragraph{{{escaped(item.name)}}} {amount}{escaped(sentence)}"
    if isinstance(item.value, int | float) or not 0 < len(item.value) <= ROWS:
        return
    yield rf"\begin{{center}}\begin{{tabular}}{{{'l' * len(item.value[0][0])}r}}"
    for key, value in item.value:
        # With a length given, a label that begins with a bracket or an asterisk is not taken for one.
        yield rf"{' & '.join(map(escaped, key))} & {escaped(number_text(value))} \\[0pt]"
    yield r"\end{tabular}\end{center}"


def _formula(formula: str, name: str) -> Iterator[str]:
    if len(_UNSEEN.sub("", formula)) + len(name) > WIDTH:  # in a paragraph, lines break between the terms
        yield rf"\begin{{quote}}\raggedright $\displaystyle {safe_latex(formula)}$ \quad \texttt{{{escaped(name)}}}"
        yield r"\end{quote}"
    elif formula:
        yield rf"\[ {safe_latex(formula)} \tag*{{\texttt{{{escaped(name)}}}}} \]"
    else:
        yield rf"\[ \text{{{escaped(name)}: said in words only}} \]"


def _quoted(text: str) -> str:
    paragraphs = [escaped(line) for line in text.splitlines()]
    return "\\begin{quote}\n" + " \\par\n".join(line or r"\medskip" for line in paragraphs) + "\n\\end{quote}"


def _is_set(sign: str) -> bool:
    return _is_plain(sign) or sign in _SET_IN_WORDS


def _is_plain(sign: str) -> bool:
    return sign.isascii() or (sign.isalpha() and ord(sign) < _LATIN)


def _closed(formula: str) -> bool:
    depth = 0
    for sign in re.sub(r"\\.", "", formula):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0 and not formula.endswith("\\")
