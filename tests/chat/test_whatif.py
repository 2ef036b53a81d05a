"""Asking what if in the browser: buttons of the panel, the page of questions, and the turns that they make."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from copilot.accounts.models import Membership, User
from copilot.chat import fragments, services
from copilot.chat.models import Message
from copilot.chat.whatif import study_of
from copilot.runs import scenarios
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run
from copilot.runs.reports import answer_of
from tests.chat import stories
from tests.chat.test_fragments import regions_in
from tests.chat.test_views import page_of
from tests.factories import MembershipFactory, UserFactory
from tests.runs.fakes import FORMULATION
from tests.runs.finished import ORDERED, finished, overbooked, unlimited, waiting, walk, workshop
from tests.solvers.at_home import solved_at_home

__all__ = ["solved_at_home"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("solved_at_home")]


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def words(html: str) -> str:
    """What a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def newest() -> Run:
    return Run.objects.latest("created_at")


def shown(browser: Client, run: Run) -> str:
    """The page with this run; the socket must show the same."""
    html = browser.get(f"{page_of(run)}?run={run.id}").content.decode()
    page = {name: markup for name, markup in regions_in(html).items() if f"run-{run.id}-" in markup[:80]}
    assert page == regions_in(fragments.render(run.id, {str(kind) for kind in E}))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    return html


def test_an_infeasible_run_shows_conflict_repairs_and_locks(alice: User, browser: Client) -> None:
    html = shown(browser, finished(alice, overbooked(), ORDERED))
    text = words(html)
    for told in (
        "What cannot all hold at once",
        "proven minimal",
        "carpentry hours at most 240",
        "Shown in exact arithmetic, without the solver.",
        "What would make a plan possible",
        "Try this",
        "Must stay as it is",
        "Ask what if…",
    ):
        assert told in text
    assert 'name="locked" value="orders"' in html


def test_try_this_makes_a_turn_that_is_compared_and_changes_no_version(alice: User, browser: Client) -> None:
    run = finished(alice, overbooked(), ORDERED)
    answer = browser.post(f"/runs/{run.id}/what-if/repair/", {"number": "0"})
    assert answer.status_code == 303
    assert answer["Location"] == page_of(run)
    tried = walk(newest())
    assert Message.objects.get(run=tried).text == "Scenario: lower “orders” from 90 pieces to 80 pieces."
    text = words(shown(browser, tried))
    for told in (
        "Apply the changes",
        "The version itself stays as it is",
        "90 pieces",
        "no plan",
        "$3,200",
        "Version 1",
    ):
        assert told in text
    assert services.latest_version(stories.message_of(run).conversation) == run.version


def test_locks_reach_the_search_for_repairs(alice: User, browser: Client) -> None:
    run = finished(alice, overbooked(), ORDERED)
    browser.post(f"/runs/{run.id}/what-if/explain/", {"locked": ["orders"]})
    again = walk(newest())
    html = shown(browser, again)
    assert "Find repairs that leave “orders” alone." in words(html)
    assert re.search(r'value="orders" checked', html)


def test_a_linear_plan_shows_prices_with_ranges(alice: User, browser: Client) -> None:
    text = words(shown(browser, finished(alice, workshop())))
    for told in ("What the plan depends on", "carpentry hours at most 240 +$5 200 to 300", "$53.3333 to $80"):
        assert told in text


def test_a_plan_of_whole_numbers_offers_a_sweep(alice: User, browser: Client) -> None:
    run = finished(alice, workshop(whole=True), FORMULATION)
    html = shown(browser, run)
    assert "have no shadow prices; sweep the limit instead" in words(html)
    assert f'href="/runs/{run.id}/what-if/#sweep"' in html


def test_an_endless_run_shows_the_direction(alice: User, browser: Client) -> None:
    text = words(shown(browser, finished(alice, unlimited())))
    assert "What nothing limits" in text
    assert "Checked in exact arithmetic" in text


def test_the_page_of_questions_lists_what_can_be_turned(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    html = unescape(browser.get(f"/runs/{run.id}/what-if/").content.decode())
    for option in ("carpentry hours · at most", "desks · counts in the objective", "chairs · largest allowed"):
        assert f'<option value="{option}">' in html
    assert "now 240" in html


def test_a_changed_number_is_asked_from_the_page(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    posted = {"target": "carpentry hours · at most", "value": "260"}
    assert browser.post(f"/runs/{run.id}/what-if/scenario/", posted).status_code == 303
    text = words(shown(browser, walk(newest())))
    assert "Scenario: raise “carpentry hours” from 240 to 260." in text
    assert "Profit: $100 more" in text


def test_a_forced_choice_is_asked_by_its_name_alone(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    browser.post(f"/runs/{run.id}/what-if/scenario/", {"form": "force", "target": "desks", "value": "70"})
    text = words(shown(browser, walk(newest())))
    assert "Scenario: fix “desks” at 70." in text
    assert "desks fixed at 70 by this scenario" in text


@pytest.mark.parametrize(
    ("door", "posted", "sentence"),
    [
        ("scenario", {"target": "the moon", "value": "260"}, "There is no rule or quantity called “the moon”."),
        ("scenario", {"target": "carpentry hours", "value": "<b>"}, "“<b>” is not a number that can be used here"),
        ("scenario", {"form": "force", "target": "", "value": "3"}, "Pick a rule or a quantity from the list"),
        (
            "sweep",
            {"target": "carpentry hours", "start": "1", "end": "9", "points": "50"},
            "The number of points must be a whole number from 2 to 41.",
        ),
    ],
)
def test_a_refused_question_comes_back_with_its_sentence_and_what_was_written(
    door: str, posted: dict[str, str], sentence: str, alice: User, browser: Client
) -> None:
    run = finished(alice, workshop())
    answer = browser.post(f"/runs/{run.id}/what-if/{door}/", posted)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in unescape(html)
    assert "<b>" not in html
    for written in posted.values():
        assert f'value="{written}"' in unescape(html)
    assert Run.objects.count() == 1


def test_a_repair_that_is_not_there_is_refused_on_the_conversations_page(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    for number in ("0", "-1", "x", "9" * 5000):
        answer = browser.post(f"/runs/{run.id}/what-if/repair/", {"number": number}, follow=True)
        assert "There is no such repair any more." in answer.content.decode()
    assert Run.objects.count() == 1


def test_a_run_in_progress_cannot_be_asked_yet(alice: User, browser: Client) -> None:
    run = waiting(alice, workshop())
    assert "Ask what if" not in browser.get(page_of(run)).content.decode()
    answer = browser.get(f"/runs/{run.id}/what-if/", follow=True)
    assert "This run is still going on." in answer.content.decode()


def test_a_viewer_sees_the_questions_but_cannot_ask(alice: User, client: Client) -> None:
    run = finished(alice, workshop())
    viewer = UserFactory(username="dora")
    MembershipFactory(workspace=run.workspace, user=viewer, role=Membership.Role.VIEWER)
    client.force_login(viewer)
    assert "Planners and owners of the workspace can ask." in client.get(f"/runs/{run.id}/what-if/").content.decode()
    posted = {"target": "carpentry hours", "value": "260"}
    refused = client.post(f"/runs/{run.id}/what-if/scenario/", posted)
    assert refused.status_code == 422
    assert "only planners and owners" in refused.content.decode()
    assert Run.objects.count() == 1


def test_a_sweep_shows_its_curve_its_table_and_where_no_plan_is(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    posted = {"target": "carpentry hours", "start": "-60", "end": "240", "points": "6"}
    browser.post(f"/runs/{run.id}/what-if/sweep/", posted)
    html = shown(browser, walk(newest()))
    text = words(html)
    assert "Sweep: “carpentry hours” from -60 to 240 in 6 points." in text
    assert "240 $3,700 Optimal" in text
    assert "-60 no plan Infeasible" in text
    curve = html[html.index('class="curve"') :]
    assert curve.count("<circle ") == 5
    assert html.count('class="none"') == 1
    assert "Each point apart" in text


def test_a_stopped_sweep_says_so_and_keeps_its_points(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    posted = {"target": "carpentry hours", "start": "0", "end": "240", "points": "3"}
    browser.post(f"/runs/{run.id}/what-if/sweep/", posted)
    swept = walk(newest())
    assert swept.result is not None
    swept.result["sweep"] |= {"points": swept.result["sweep"]["points"][:2], "reason": "It was stopped on request."}
    Run.objects.filter(id=swept.id).update(lifecycle=Lifecycle.CANCELLED, result=swept.result)
    text = words(shown(browser, swept))
    assert "Solve each point stopped" in text
    assert "2 of 3 points are kept. It was stopped on request." in text


def test_a_sweep_in_progress_shows_the_points_so_far(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    asked = scenarios.start_sweep(run=run, actor=alice, target="carpentry hours", start="0", end="240", points="9")
    Message.objects.create(
        conversation=stories.message_of(run).conversation, author=alice, text=asked.request_text, run=asked
    )
    stories.move(asked, Lifecycle.RUNNING, E.RUN_STARTED, attempt=1)
    stories.tell(asked, E.EXPLAIN_STARTED, message="0 of 9 points", of=9)
    for value, objective in ((0.0, 0.0), (30.0, 525.0)):
        point = {
            "value": value,
            "value_text": f"{value:.0f}",
            "termination_condition": "optimal",
            "objective_value": objective,
            "objective_text": f"${objective:.0f}",
        }
        stories.tell(asked, E.EXPLAIN_PROGRESS, message="so far", point=point, of=9)
    text = words(shown(browser, stories.fresh(asked)))
    assert "2 of 9 points" in text
    assert "30 $525 Optimal" in text


def test_the_search_for_reasons_is_told_while_it_goes_on(alice: User, browser: Client) -> None:
    run = waiting(alice, overbooked(), ORDERED)
    stories.move(run, Lifecycle.RUNNING, E.RUN_STARTED, attempt=1)
    stories.tell(run, E.EXPLAIN_STARTED, message="Looking for the rules that contradict each other")
    text = words(shown(browser, stories.fresh(run)))
    assert "Looking into it Looking for the rules that contradict each other…" in text


def test_a_message_after_a_scenario_goes_on_from_the_version(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    browser.post(f"/runs/{run.id}/what-if/scenario/", {"target": "carpentry hours", "value": "260"})
    walk(newest())
    browser.post(f"{page_of(run)}messages/", {"text": "At least 10 chairs."})
    follow_up = newest()
    assert (follow_up.base, follow_up.changes, follow_up.kind) == (run.version, [], Run.Kind.DRAFT)


def test_retry_asks_a_stopped_scenario_again(alice: User, browser: Client) -> None:
    run = finished(alice, workshop())
    browser.post(f"/runs/{run.id}/what-if/scenario/", {"target": "carpentry hours", "value": "260"})
    stopped = newest()
    browser.post(f"/runs/{stopped.id}/cancel/")
    browser.post(f"/runs/{stopped.id}/retry/")
    again = walk(newest())
    assert again.id != stopped.id
    assert again.base_run == run
    assert again.lifecycle == Lifecycle.SUCCEEDED


def test_the_answer_of_the_command_carries_what_was_found_and_nothing_empty(alice: User) -> None:
    infeasible = answer_of(finished(alice, overbooked(), ORDERED))
    assert infeasible["conflict"]["proven_minimal"] is True
    assert infeasible["repairs"]["found"]
    assert "sensitivity" not in infeasible
    solved = answer_of(finished(alice, workshop()))
    assert solved["sensitivity"]["state"] == "prices and ranges"
    assert "conflict" not in solved
    assert answer_of(finished(alice, unlimited()))["ray"]["state"] == "unbounded"


def test_remarks_on_the_numbers_are_shown(alice: User, browser: Client) -> None:
    run = stories.finished(alice)
    assert run.result is not None
    run.result["remarks"] = ["The costs range from 1.0e-06 to 1.0e+06: choose units that bring them closer together."]
    run.save()
    assert study_of(run).remarks
    assert "choose units that bring them closer" in browser.get(page_of(run)).content.decode()


def test_a_study_reads_old_results_without_complaint(alice: User) -> None:
    study = study_of(stories.infeasible(alice))
    assert (study.conflict, study.repairs, study.sensitivity, study.sweep) == (None, None, None, None)
