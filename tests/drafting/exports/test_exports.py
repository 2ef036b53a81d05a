"""Files that work without us: the script and the notebook find the objective again, the document holds only maths."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copilot.drafting.base import Draft, DraftingError, DraftRequest, Table
from copilot.drafting.builtin.drafter import BuiltinDrafter
from copilot.drafting.exports import Known, latex_document, notebook, script
from copilot.drafting.exports.document import escaped, safe_latex
from copilot.drafting.exports.values import data_source
from copilot.drafting.formulation import Assumption

FEED = (
    "minimize 0.9 corn + 1.6 soy + 0.4 bran\nsubject to\nprotein: 0.09 corn + 0.44 soy + 0.16 bran >= 18\n"
    "weight: corn + soy + bran = 100"
)
COSTS = "| plant | Paris | Rome | capacity |\n|---|---|---|---|\n| Lyon | 4 | 6.5 | 80 |\n| Köln | 3 | 9 | 70 |"


def drafted(text: str, *, tables: tuple[Table, ...] = ()) -> Draft:
    outcome = BuiltinDrafter().draft(DraftRequest(text, tables=tables), lambda kind, payload: None, lambda: False)
    assert outcome.draft is not None, outcome.reasons
    return outcome.draft


def run(source: str, folder: Path) -> str:
    file = folder / "exported.py"
    file.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, timeout=120, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(text: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == kind]


def test_the_script_and_the_notebook_find_the_objective_again(tmp_path: Path) -> None:
    known = Known(drafted(FEED), FEED, 3, objective_value=48.57142857142857)
    printed = run(script(known), tmp_path)
    assert "termination condition: optimal" in printed
    assert float(printed.partition("objective value: ")[2].split()[0]) == pytest.approx(48.571428571, abs=1e-6)
    assert abs(float(printed.rpartition("difference: ")[2])) < 1e-6

    text = notebook(known)
    lines = [*cells(text, "code")[:-1], 'print("again:", value)']
    assert float(run("\n".join(lines), tmp_path).rpartition("again: ")[2]) == pytest.approx(48.571428571, abs=1e-6)


def test_the_notebook_says_what_was_read_and_holds_no_output() -> None:
    body = json.loads(notebook(Known(drafted(FEED), FEED + "\n# not *bold*")))
    assert (body["nbformat"], body["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in body["cells"]}) == len(body["cells"])
    assert all(cell["outputs"] == [] for cell in body["cells"] if cell["cell_type"] == "code")
    words = "\n".join(cells(json.dumps(body), "markdown"))
    assert r"> \# not \*bold\*" in words
    assert "### Rules" in words
    assert "$$" in words


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": 0.1, "c": float("inf"), "d": -float("inf"), "e": True, "f": None},
        {"cost": {("Köln", "Rom'\"e"): 9.5, ("x\n\\", "\u2028"): 1e-300}, "SETS": ["a", "b"]},
        {"table": [{"from": "a", "km": 1.5}, {"from": "b", "km": None}], "empty": {}, "none": []},
        {"long": {f"k{position}": position / 7 for position in range(1000)}},
        {"'] + __import__('os').system('true') + ['": "'''\"\"\""},
    ],
)
def test_data_reads_back_as_it_was(value: dict[str, Any]) -> None:
    space: dict[str, Any] = {}
    exec(data_source(value), {"__builtins__": {"float": float}}, space)
    assert space["DATA"] == value


def test_a_request_cannot_leave_its_comment(tmp_path: Path) -> None:
    hostile = 'first\rprint("out")\x0cprint("out")\u2028print("out")\x00'
    printed = run(script(Known(drafted(FEED), hostile)), tmp_path)
    assert "out" not in printed


def test_a_program_of_arrays_is_refused_with_what_to_do_instead() -> None:
    draft = drafted(FEED)
    arrays = Draft(draft.formulation, "def build_arrays(data):\n    return None\n", {}, "llm")
    for form in (script, notebook):
        with pytest.raises(DraftingError, match="MPS or LP"):
            form(Known(arrays, "x"))


@pytest.mark.parametrize(
    "formula",
    [
        r"\input{/etc/passwd}",
        r"\immediate\write18{rm -rf x}",
        r"^^5cinput{x}",
        r"a } b {",
        r"x \] \end{document}",
        r"\begin{filecontents}x\end{filecontents}",
        "$x$",
        "x % \n y",
        "x\\",
    ],
)
def test_a_formula_that_is_more_than_maths_is_only_quoted(formula: str) -> None:
    quoted = safe_latex(formula)
    assert quoted.startswith(r"\text{")
    assert "\\input" not in quoted
    assert "\\write" not in quoted
    assert "^^" not in quoted
    assert safe_latex(r"\sum_{i \in \text{items}} \text{cost}_{i}\,x_{i} \le 15{,}000").startswith(r"\sum")


def test_the_document_is_whole_and_escapes_what_people_wrote() -> None:
    text = latex_document(Known(drafted(FEED), "50% of $3 & more_less #1 {x} \\input{y} 你好"))
    assert text.count(r"\begin{itemize}") == text.count(r"\end{itemize}") > 0
    assert text.rstrip().endswith(r"\end{document}")
    assert r"50\% of \$3 \& more\_less \#1 \{x\} \textbackslash{}input\{y\} ??" in text
    assert r"\min" in text
    assert escaped("15 €/m² – “½” 你") == r"15 \texteuro{}/m² – “½” ?"
    assert escaped("~^") == r"\textasciitilde{}\textasciicircum{}"


def test_a_label_in_brackets_stays_a_cell_and_an_assumption_in_brackets_stays_a_sentence() -> None:
    goods = Table("goods", {"item": ["*tea", "[rum", "jam]"], "profit": [5.0, 4.0, 3.0], "hours": [2.0, 3.0, 1.0]})
    text = "Maximize total profit. Total hours at most 100."
    draft = drafted(text, tables=(goods,))
    noted = (*draft.formulation.assumptions, Assumption(text="[sic] as said", about=""))
    draft = replace(draft, formulation=draft.formulation.model_copy(update={"assumptions": noted}))
    lines = latex_document(Known(draft, text)).splitlines()
    assert r"[rum & 4 \\[0pt]" in lines
    assert not [line for line in lines if line.endswith("\\\\")]
    assert [line for line in lines if "[sic]" in line] == [r"\item {}[sic] as said"]


def test_a_sum_too_long_for_a_line_is_set_where_lines_break_between_its_terms() -> None:
    long = " + ".join(f"{number} product_{number}" for number in range(2, 32))
    text = latex_document(
        Known(drafted(f"maximize {long}\nsubject to\nhours: {long} <= 400\nweek: product_2 + product_3 <= 9"), long)
    )
    rules = text.split(r"\section*{Model}")[1].splitlines()
    assert [line.partition("$")[0] for line in rules if "product 31" in line and "+" in line] == [
        r"\begin{quote}\raggedright "
    ] * 2
    assert any(r"\text{product 3} \le 9 \tag*" in line for line in rules)
