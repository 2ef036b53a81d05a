"""The plans that a run keeps beside its final one: listed, opened, compared, downloaded; asked for on both forms."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from copilot.accounts.models import User
from copilot.chat.models import Message
from copilot.chat.plans import distance_text
from copilot.runs import events, instances
from copilot.runs.events import EventType
from copilot.runs.models import ModelVersion, Run, Solution, Verification
from copilot.runs.pool import Change, Changes
from copilot.runs.solutions import packed
from tests.chat import stories, transport
from tests.factories import SolutionFactory

SAID = "3 found on the way: there may be others, and better ones than some of these."
POSTED = {"solver": "scip", "method": "choose", "time_limit": "60", "gap": "0.01"}


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def several(actor: User, *, others: int = 2, message: str = SAID, found: int = 1, **size: int) -> Run:
    """A finished run with plans beside its final one; the n-th ships one tonne more on each of n ways."""
    run = transport.solved(actor, found=found, **size)
    built = transport.instance(**size)
    final = transport.plan(**size)
    members = []
    for place in range(1, others + 1):
        x = final.copy()
        x[:place] += 1.0
        moved = tuple(Change(built.column_names[j], final[j], x[j]) for j in range(min(place, 5)))
        row = SolutionFactory(
            run=run,
            number=found + 1 + place,
            kind=Solution.Kind.POOLED,
            objective_value=built.objective_at(x),
            values=packed(x),
            verification=Verification.PASSED,
            violation=0.0,
            changes=Changes(place, 0, moved).to_json(),
        )
        members.append({"number": row.number, "objective_value": row.objective_value})
    said = {"asked": 5, "promise": "found_on_the_way", "dropped": 0, "bound": None, "message": message}
    events.record(run.id, EventType.POOL_KEPT, said | {"members": members})
    Run.objects.filter(id=run.id).update(pool_size=5)
    instances.forget()
    return stories.fresh(run)


def page(browser: Client, run: Run, **query: Any) -> str:
    response = browser.get(f"/runs/{run.id}/solution/", query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def listed(text: str) -> list[list[str]]:
    """The cells of the list of plans."""
    table = text[text.index('<table class="grid plans">') :].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_other_plans_are_listed_with_distance_difference_and_check(alice: User, browser: Client) -> None:
    run = several(alice)
    text = page(browser, run)
    assert SAID in text
    assert "the final solution" in text
    best = transport.instance().objective_at(transport.plan())
    assert listed(text) == [
        ["Plan 1", f"{best:g}", "–", "the final solution", "as of the run", "CSV"],
        [
            "Plan 2",
            f"{best + 1:g}",
            f"{1 / best:.2%}",
            "tonnes shipped: p0,t0 = 2 instead of 1",
            "Passed largest violation 0",
            "compare · CSV",
        ],
        [
            "Plan 3",
            f"{best + 3:g}",
            f"{3 / best:.2%}",
            "tonnes shipped: p0,t0 = 2 instead of 1, tonnes shipped: p0,t1 = 2 instead of 1",
            "Passed largest violation 0",
            "compare · CSV",
        ],
    ]
    assert "All 2 solutions that are kept" in text  # one on the way and the final one, as before


def test_changes_that_are_not_named_are_counted(alice: User, browser: Client) -> None:
    row = listed(page(browser, several(alice, others=7)))[-1]
    assert row[3].count("instead of") == 5
    assert row[3].endswith("and 2 more")


def test_a_plan_can_be_opened_and_the_final_one_is_shown_unless_asked(alice: User, browser: Client) -> None:
    run = several(alice)
    assert "· the final solution" in page(browser, run)
    text = page(browser, run, solution=4, q="ship[p0,t0]")
    assert "plan 3, kept beside the final solution" in text
    assert "found on the way, " not in text.partition("</header>")[0]
    assert "Distance to plan 1" in text
    assert "Our check of it" in text
    assert "Found after</dt>" not in text  # when it was found is not known, and no bound is its own
    assert ">2 <" in text[text.index('id="listed"') :]


def test_the_page_of_a_run_without_other_plans_is_as_before(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    assert "Other plans" not in page(browser, run)
    assert browser.get(f"/runs/{run.id}/plans.csv").status_code == 404


def test_why_there_are_none_is_said(alice: User, browser: Client) -> None:
    why = "A pool keeps solutions that differ in whole numbers, and this instance has none."
    run = several(alice, others=0, message=why)
    text = page(browser, run)
    assert why in text
    assert '<table class="grid plans">' not in text
    assert browser.get(f"/runs/{run.id}/plans.csv").status_code == 404


def test_a_list_of_many_plans_needs_as_many_queries(alice: User, browser: Client) -> None:
    counts = []
    for run in (several(alice), several(alice, others=40)):
        with CaptureQueriesContext(connection) as asked:
            page(browser, run)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_plan_and_all_of_them_can_be_downloaded(alice: User, browser: Client) -> None:
    run = several(alice)
    ModelVersion.objects.filter(id=run.version_id).update(
        formulation=run.version.formulation | {"variables": [{"name": "ship", "label": "=cmd()"}]}  # type: ignore[union-attr]
    )
    instances.forget()
    one = browser.get(f"/runs/{run.id}/solution.csv", {"solution": 4})
    first = next(csv.DictReader(io.StringIO(b"".join(one.streaming_content).decode())))  # type: ignore[attr-defined]
    assert (first["name"], first["value"]) == ("ship[p0,t0]", "2.0")
    response = browser.get(f"/runs/{run.id}/plans.csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]
    assert rows[0] == ["name", "label", "unit", "Plan 1", "Plan 2", "Plan 3"]
    best = transport.instance().objective_at(transport.plan())
    assert rows[1] == ["", "objective", "", str(best), str(best + 1), str(best + 3)]
    assert rows[2] == ["ship[p0,t0]", "'=cmd()", "", "1.0", "2.0", "2.0"]
    assert rows[3][3:] == ["1.0", "1.0", "2.0"]
    assert len(rows) == 2 + 152
    assert rows[-1] == ["spare", "spare", "", "0.5", "0.5", "0.5"]


def test_a_plan_is_compared_with_what_is_known_of_it(alice: User, browser: Client) -> None:
    run = several(alice)
    query = {"a": run.id, "a_solution": 2, "b": run.id, "b_solution": 4}
    text = unescape(browser.get("/compare/", query).content.decode())
    facts = dict(re.findall(r'<th scope="row">([^<]*)</th><td>[^<]*</td><td>([^<]*)</td>', text))
    assert "plan 3" in text
    assert facts["Solver says"] == "–"  # its claim is about the final solution
    assert facts["Our checks"] == "Passed"
    assert facts["Certificate"] == "Residuals checked"
    assert (facts["Time"], facts["Bound"], facts["Gap"]) == ("–", "–", "–")
    assert len(re.findall(r"<code>ship", text)) == 2


def test_the_panel_says_what_is_promised_and_lists_no_plan_as_found_on_the_way(alice: User, browser: Client) -> None:
    run = several(alice)
    text = unescape(browser.get(f"/conversations/{run.message.conversation_id}/").content.decode())
    assert f"Plans kept: {SAID}" in text
    found = text[text.index("Solutions found") :].partition("</table>")[0]
    assert found.count("<tr>") == 1 + 2


def test_the_form_to_solve_again_asks_for_as_many_as_are_wanted(alice: User, browser: Client) -> None:
    run = several(alice)
    text = browser.get(f"/conversations/{run.message.conversation_id}/").content.decode()
    assert 'name="pool_size" type="number" min="1" max="50" value="5" required' in text
    browser.post(f"/runs/{run.id}/solve/", POSTED | {"pool_size": "12"})
    message = Message.objects.get(run__kind=Run.Kind.SOLVE)
    assert message.run.pool_size == 12
    assert message.text.endswith("to a gap of 0.01%, and keep up to 12 plans.")


@pytest.mark.parametrize("posted", ["0", "51", "-3", "many", "2.5", "9" * 30])
@pytest.mark.parametrize("form", ["again", "message"])
def test_a_number_of_plans_that_makes_no_sense_is_refused(form: str, posted: str, alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    before = Run.objects.count()
    addresses = {"again": f"/runs/{run.id}/solve/", "message": "/conversations/"}
    sent = POSTED | {"text": "maximize 3 x\nx <= 4", "pool_size": posted}
    if form == "message":
        sent |= {"solver": "auto"}
    text = browser.post(addresses[form], sent, follow=True).content.decode()
    assert "Between 1 and 50 plans can be kept." in text or "must be a whole number" in text
    assert Run.objects.count() == before


def test_a_message_asks_for_one_plan_unless_it_says_more(alice: User, browser: Client) -> None:
    text = browser.get("/").content.decode()
    assert 'name="pool_size"' in text
    for sent, wanted in (({}, 1), ({"pool_size": ""}, 1), ({"pool_size": "3"}, 3)):
        browser.post("/conversations/", {"text": "maximize 3 x\nx <= 4", "solver": "auto"} | sent)
        assert Run.objects.order_by("-created_at")[0].pool_size == wanted


def test_strangers_see_no_plan(alice: User, bob: User, charlie: User, client: Client) -> None:
    run = several(alice)
    for person, status in ((bob, 200), (charlie, 404)):
        client.force_login(person)
        assert client.get(f"/runs/{run.id}/plans.csv").status_code == status
        assert client.get(f"/runs/{run.id}/solution/?solution=4").status_code == status


def test_damaged_plans_are_not_served(alice: User, browser: Client) -> None:
    run = several(alice)
    Solution.objects.filter(run=run, kind=Solution.Kind.POOLED).update(values=b"no vector")
    assert browser.get(f"/runs/{run.id}/plans.csv").status_code == 404
    assert "damaged" in page(browser, run, solution=4)


@pytest.mark.parametrize(
    ("distance", "text"), [(None, "–"), (0.0, "equal"), (0.032, "3.20%"), (1.2e-6, "0.00012%"), (1.0, "100.00%")]
)
def test_a_small_distance_is_not_rounded_to_nothing(distance: float | None, text: str) -> None:
    assert distance_text(distance) == text


def test_a_plan_of_equal_worth_is_called_equal(alice: User, browser: Client) -> None:
    run = several(alice)
    final = Solution.objects.get(run=run, kind=Solution.Kind.FINAL).objective_value
    Solution.objects.filter(run=run, kind=Solution.Kind.POOLED).update(objective_value=final)
    assert [row[2] for row in listed(page(browser, run))] == ["–", "equal", "equal"]
    Solution.objects.filter(run=run, kind=Solution.Kind.FINAL).update(objective_value=0.0)
    assert [row[2] for row in listed(page(browser, run))] == ["–", "–", "–"]
    assert np.isfinite(final)
