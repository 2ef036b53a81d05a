"""The model tabs: items linked to phrases, maths and code safe to show, checks and diff as the line wrote them."""

from __future__ import annotations

import re
from html import unescape

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from copilot.accounts.models import User
from copilot.chat.judgements import axes_of
from copilot.chat.panels import POINTS, panel_of
from copilot.chat.sheets import sheet_of
from copilot.chat.spec import formulas_of, groups_of, segments_of
from copilot.chat.words import seconds_text
from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Span, Term, Variable
from copilot.runs.events import EventType as E
from copilot.runs.models import ModelVersion, Run, RunEvent
from tests.chat import stories
from tests.chat.workshop import PROGRAM, TEXT, formulation, look, result
from tests.factories import DatasetFactory


def test_phrases_joined_give_the_request_and_lead_to_items_that_exist() -> None:
    segments = segments_of(formulation(left_over=True), TEXT)
    keys = {item.key for group in groups_of(formulation(left_over=True), TEXT) for item in group.items}
    assert "".join(segment.text for segment in segments) == TEXT
    assert {key for segment in segments for key in segment.keys.split()} <= keys
    starts = [segment.first for segment in segments if segment.is_start]
    assert len(starts) == len(set(starts))


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=6)


@given(st.text(max_size=50), spans, spans)
def test_phrases_may_overlap_and_reach_past_the_end(text: str, ours: list[list[int]], theirs: list[list[int]]) -> None:
    found = Formulation(
        variables=(Variable(name="x", spans=tuple(Span(start=a, end=b) for a, b in ours)),),
        objective=Objective(sense="maximize", spans=tuple(Span(start=a, end=b) for a, b in theirs)),
    )
    assert "".join(segment.text for segment in segments_of(found, text)) == text


def test_every_rule_quotes_the_phrases_it_came_from() -> None:
    rules = next(group for group in groups_of(formulation(), TEXT) if group.element == "constraint")
    assert [item.quotes for item in rules.items] == [
        ("takes 4 hours of carpentry", "240 hours of carpentry"),
        ("2 of finishing", "100 of finishing"),
    ]


def test_a_line_of_algebra_is_not_quoted_at_itself() -> None:
    line = "carpentry: 4 desks <= 240"
    rule = Constraint(name="carpentry", sentence=line, spans=(Span(start=0, end=len(line)),))
    found = Formulation(variables=(Variable(name="desks"),), objective=Objective(sense="maximize"), constraints=(rule,))
    assert next(g for g in groups_of(found, line) if g.element == "constraint").items[0].quotes == ()


def test_domains_are_said_as_maths() -> None:
    variables = (
        Variable(name="x", domain="integer", lower=0, upper=10),
        Variable(name="y", domain="binary"),
        Variable(name="z", lower=None),
    )
    found = Formulation(variables=variables, objective=Objective(sense="minimize"))
    words = {f.name: re.sub(r"<[^>]+>", " ", f.mathml) for f in formulas_of(found) if f.element == "variable"}
    assert "ℤ" in unescape(words["x"])
    assert "10" in words["x"]
    assert "{" in words["y"]
    assert "≥" not in unescape(words["z"])


def test_formulas_carry_no_markup_of_their_own() -> None:
    rule = Constraint(name="c", latex=r"\text{<img src=x onerror=alert(1)>} \href{javascript:x}{y}")
    found = Formulation(variables=(Variable(name="x"),), objective=Objective(sense="minimize"), constraints=(rule,))
    markup = "".join(str(formula.mathml) for formula in formulas_of(found))
    assert "<img" not in markup
    assert "href=" not in markup


def test_the_program_is_coloured_line_by_line_and_unchanged(alice: User) -> None:
    sheet = sheet_of(stories.finished(alice))
    assert sheet.program.count('class="line"') == len(PROGRAM.strip().splitlines())
    assert unescape(re.sub(r"<[^>]+>", "", sheet.program)).strip() == PROGRAM.strip()


def test_a_program_cannot_write_markup(alice: User) -> None:
    run = stories.finished(alice)
    ModelVersion.objects.filter(id=run.version_id).update(program="x = '</code><script>alert(1)</script>'")
    assert "<script" not in sheet_of(stories.fresh(run)).program


def test_a_formulation_of_an_older_release_leaves_the_rest_of_the_page(alice: User) -> None:
    run = stories.finished(alice)
    ModelVersion.objects.filter(id=run.version_id).update(formulation={"was": "different"})
    sheet = sheet_of(stories.fresh(run))
    assert sheet.groups == ()
    assert "ConcreteModel" in sheet.program


def test_a_failed_build_names_its_line(alice: User) -> None:
    sheet = sheet_of(stories.failed(alice))
    assert sheet.build_error == "Line 9: The program raised NameError: name 'desk' is not defined."
    assert sheet.note == "A draft that did not become a version."


def test_tables_of_numbers_are_shown_by_their_first_rows(alice: User) -> None:
    run = stories.finished(alice)
    value = tuple(((f"p{i}",), float(i)) for i in range(60))
    cost = Parameter(name="cost", indices=("products",), value=value, source="table:products.cost")
    found = formulation().model_copy(update={"parameters": (cost,)})
    ModelVersion.objects.filter(id=run.version_id).update(formulation=found.model_dump(mode="json"))
    (shown,) = sheet_of(stories.fresh(run)).givens
    assert (shown.text, len(shown.rows), shown.more) == ("60 numbers by products", 50, 10)


def test_attached_tables_are_listed_with_their_size(alice: User) -> None:
    run = stories.finished(alice)
    run.datasets.add(DatasetFactory(workspace=run.workspace, created_by=alice))
    (table,) = sheet_of(run).tables
    assert (table.name, table.size, table.columns) == ("products.csv", "2 rows, 2 columns", ("product", "profit"))


def test_the_diff_says_what_was_and_what_is(alice: User) -> None:
    diff = sheet_of(stories.revised(alice)).diff
    assert diff is not None
    assert (diff.word, diff.against) == ("Different", 1)
    goal = next(family for family in diff.families if family.kind == "objective")
    assert ("sense", "maximize", "minimize") in [(c.field, c.old, c.new) for c in goal.changes]


def words(run: Run) -> list[str]:
    """The word of every check on the tab, by axis."""
    return [check.word for axis in sheet_of(run).axes for check in axis.checks]


def test_an_axis_has_the_gravest_word_of_its_checks(alice: User) -> None:
    assert [(axis.title, axis.word) for axis in sheet_of(stories.running(alice)).axes] == [
        ("Request", "Unknown"),
        ("Model", "Pass"),
    ]
    found = axes_of(
        [
            {"name": "rows", "title": "t", "status": "fail", "detail": "d"},
            {"name": "gone", "title": "t", "status": "pass", "detail": ""},
        ]
    )
    assert [(axis.title, axis.word, axis.telling.detail) for axis in found] == [("Model", "Fail", "d")]


def test_checks_after_the_solve_replace_those_before(alice: User) -> None:
    assert words(stories.running(alice)) == ["Pass", "Unknown", "Pass"]
    assert len(words(stories.finished(alice))) == 4


def test_a_long_solve_is_drawn_with_few_points_the_newest_among_them(alice: User) -> None:
    run = stories.running(alice, steps=0)
    rows = [RunEvent(run=run, sequence=100 + i, type=E.SOLVE_PROGRESS, payload=look(i)) for i in range(1500)]
    RunEvent.objects.bulk_create(rows)
    panel = panel_of(run)
    assert POINTS / 2 < len(panel.points) <= POINTS
    assert panel.points[-1][0] == 100 + 1499
    assert [point[0] for point in panel.points] == sorted(point[0] for point in panel.points)
    assert len(panel.moments) <= 12
    assert panel_of(run, live=True).progress == panel.progress


def test_a_run_before_its_solve_has_an_empty_panel(alice: User) -> None:
    panel = panel_of(stories.started(alice))
    assert (panel.progress, panel.points, panel.log, panel.values, panel.objective) == ((), (), "", (), None)


def test_the_panel_of_a_linear_program_draws_no_chart(alice: User) -> None:
    assert not panel_of(stories.finished(alice, integers=False)).has_chart


def test_shadow_prices_are_shown_where_there_are_some(alice: User) -> None:
    run = stories.finished(alice)
    assert run.result is not None
    run.result["binding"][0]["dual"] = 12.5
    panel = panel_of(run)
    assert panel.has_duals
    assert [row.dual for row in panel.binding] == ["12.5", ""]


def test_durations_are_said_as_people_do() -> None:
    told = [seconds_text(value) for value in (None, 0.021, 0.5, 3.24, 59.6, 60, 185)]
    assert told == ["", "0.021 s", "0.5 s", "3.2 s", "1 min", "1 min", "3 min 5 s"]


def test_the_sheet_of_a_bare_run_is_its_request(alice: User) -> None:
    run = stories.begin(alice)
    sheet = sheet_of(Run.objects.get(id=run.id))
    assert [segment.text for segment in sheet.segments] == [TEXT]
    assert sheet.groups == ()


def test_a_sentence_that_only_repeats_the_request_is_said_from_the_numbers() -> None:
    text = "carpentry: 4 desks + 3 chairs <= 240"
    terms = (Term(coefficient=4, variable="desks"), Term(coefficient=3, variable="chairs"))
    rule = Constraint(
        name="carpentry",
        label=text,
        sentence=text,
        terms=terms,
        relation="<=",
        limit=240,
        spans=(Span(start=0, end=len(text)),),
    )
    variables = (
        Variable(name="desks", sentence="desks"),
        Variable(name="chairs", sentence="Chairs come by the dozen."),
    )
    found = Formulation(variables=variables, objective=Objective(sense="maximize"), constraints=(rule,))
    told = {item.name: item for group in groups_of(found, text) for item in group.items}
    assert told["carpentry"].sentence == "carpentry: 4 × desks + 3 × chairs must be at most 240"
    assert told["carpentry"].quotes == (text,)
    assert told["desks"].sentence == "desks: any amount, at least 0"
    assert told["chairs"].sentence == "Chairs come by the dozen."


def test_a_chart_with_nothing_to_draw_is_left_out_once_the_solve_is_over(alice: User) -> None:
    assert panel_of(stories.running(alice, steps=0)).has_chart
    quick = stories.running(alice, steps=1)
    stories.ended(quick, result(), integers=True)
    assert not panel_of(stories.fresh(quick)).has_chart
    slow = stories.running(alice, steps=9)
    stories.ended(slow, result(), integers=True)
    panel = panel_of(stories.fresh(slow))
    assert panel.has_chart
    assert panel.points[-1][2:] == (3700.0, 3700.0)


def test_a_failing_check_shows_phrase_sentence_formula_and_a_case() -> None:
    evidence = {"name": "c", "phrase": "at most 240 hours", "sentence": "at least 240", "latex": r"\text{x} \ge 240"}
    raw = {
        "name": "stated",
        "title": "Each limit",
        "status": "fail",
        "detail": "It points the other way.",
        "example": "x = 300 <b>",
        "evidence": [evidence],
    }
    axes = axes_of([raw])
    (item,) = axes[0].checks[0].shown
    assert (item.phrase, item.sentence) == ("at most 240 hours", "at least 240")
    assert item.mathml.startswith("<math")
    page = render_to_string("chat/_evidence.html", {"check": axes[0].checks[0]})
    assert "You said: “at most 240 hours”" in page
    assert "For example: x = 300 &lt;b&gt;." in page
