"""The tables of a solution: filtered, sorted, a page at a time, downloaded; nonsense in the address does no harm."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from copilot.accounts.models import User
from copilot.runs.models import ModelVersion, Run, Solution
from tests.chat import stories, transport
from tests.factories import SolutionFactory


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def lines(browser: Client, run: Run, **query: Any) -> list[list[str]]:
    """The cells of the table's lines, the first being the name in the program."""
    text = page(browser, run, **query)
    body = text[text.index('<section id="listed"') :]
    found = re.findall(r'<tr><th scope="row">(.*?)</tr>', body, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row.split("<td")] for row in found]


def names(browser: Client, run: Run, **query: Any) -> list[str]:
    text = page(browser, run, **query)
    return re.findall(r"<code>([^<]+)</code>", text[text.index('<section id="listed"') :])


def page(browser: Client, run: Run, **query: Any) -> str:
    response = browser.get(f"/runs/{run.id}/solution/", query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_final_solution_is_shown_a_hundred_lines_at_a_time(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    first, second = (names(browser, run, page=number) for number in (1, 2))
    assert (len(first), len(second)) == (100, 51)  # spare's label is its name
    assert first[0] == "ship[p0,t0]"
    assert first[-1] == "ship[p1,t49]"
    text = page(browser, run)
    assert "1–100 of 152" in text
    assert "the final solution" in text
    assert "Largest violation" in text


def test_units_prices_and_labels_stand_in_their_columns(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    line = lines(browser, run, q="ship[p0,t7]")[0]
    assert line[0] == "tonnes shipped: p0,t7 ship[p0,t7]"
    assert [cell.rpartition(">")[2].strip() for cell in line[1:]] == ["2 t", "-6"]  # cost 1 + 7 % 7 less dual 7


def test_what_the_source_fixed_is_listed_without_a_price(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    assert [cell.rpartition(">")[2].strip() for cell in lines(browser, run, q="spare")[0]] == ["spare", "0.5", "–"]
    assert lines(browser, run, sort="-price", page=2)[-1][0] == "spare"
    response = browser.get(f"/runs/{run.id}/solution.json", {"q": "spare"})
    (found,) = json.loads(b"".join(response.streaming_content))["variables"]  # type: ignore[attr-defined]
    assert found["reduced_cost"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "T49]"}, 3),
        ({"q": "TONNES"}, 100),
        ({"q": "rented"}, 1),
        ({"only": "1"}, 51),
        ({"only": "1", "q": "t4"}, 11),
        ({"family": "rent"}, 1),
        ({"family": "ship", "only": "1"}, 50),
        ({"q": "zebra"}, 0),
        ({"show": "rules"}, 53),
        ({"show": "rules", "only": "1"}, 50),
        ({"show": "rules", "family": "supply"}, 3),
        ({"show": "rules", "q": "plant"}, 3),
    ],
    ids=str,
)
def test_filters(query: dict[str, str], count: int, alice: User, browser: Client) -> None:
    assert len(lines(browser, transport.solved(alice), **query)) == count


def test_typing_into_the_filter_brings_the_table_alone(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    part = browser.get(f"/runs/{run.id}/solution/", {"q": "rented"}, headers={"HX-Request": "true"})
    text = part.content.decode()
    assert text.lstrip().startswith('<section id="listed"')
    assert "<html" not in text
    assert "HX-Request" in part["Vary"]
    assert "1–1 of 1 that match" in text
    assert "q=rented" in text  # the downloads are of what is listed


def test_nothing_that_matches_offers_the_whole_table(alice: User, browser: Client) -> None:
    assert "Nothing matches. <a" in page(browser, transport.solved(alice), q="zebra")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({"sort": "-value"}, "ship[p0,t7]"),
        ({"sort": "value"}, "ship[p1,t0]"),
        ({"sort": "name"}, "rent"),
        ({"sort": "-name"}, "ship[p2,t49]"),
        ({"sort": "price"}, "ship[p0,t49]"),
        ({"sort": "-level", "show": "rules"}, "supply[p0]"),
        ({"sort": "-price", "show": "rules"}, "demand[t49]"),
        ({"sort": "slack", "show": "rules"}, "supply[p0]"),
    ],
    ids=str,
)
def test_sorting(query: dict[str, str], first: str, alice: User, browser: Client) -> None:
    assert names(browser, transport.solved(alice), **query)[0] == first


def test_names_sort_their_numbers_by_size(alice: User, browser: Client) -> None:
    found = names(browser, transport.solved(alice), sort="name", family="ship")
    assert found[:12] == [f"ship[p0,t{town}]" for town in range(12)]


def test_one_family_shows_its_index_in_columns(alice: User, browser: Client) -> None:
    text = page(browser, transport.solved(alice), family="ship")
    assert "PLANTS" in text
    assert "TOWNS" in text
    assert "<td>p0</td><td>t0</td>" in text


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-3"},
        {"page": "999999"},
        {"page": "9" * 40},
        {"page": "x"},
        {"sort": "colour"},
        {"sort": "slack"},
        {"show": "everything"},
        {"family": "trains"},
        {"solution": "77"},
        {"solution": "-1"},
        {"only": "perhaps"},
        {"q": "\x00" + "x" * 5000},
    ],
    ids=lambda query: str(query)[:30],
)
def test_an_address_that_makes_no_sense_still_has_a_page(query: dict[str, str], alice: User, browser: Client) -> None:
    page(browser, transport.solved(alice), **query)


def test_what_is_typed_stays_text(alice: User, browser: Client) -> None:
    response = browser.get(f"/runs/{transport.solved(alice).id}/solution/", {"q": "<script>x</script>"})
    assert "<script>x" not in response.content.decode()


def test_a_page_needs_as_many_queries_for_many_lines_as_for_few(alice: User, browser: Client) -> None:
    counts = []
    for run in (transport.solved(alice), transport.solved(alice, found=30, plants=20, towns=60)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(browser, run, sort="-value", only="1")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as again:
        page(browser, run, sort="-value")
    assert len(again) == counts[1] - 1  # the instance is known by now
    assert not any('"runs_modelversion"."instance"' in query["sql"] for query in again.captured_queries)


def test_improving_solutions_are_listed_and_each_can_be_opened(alice: User, browser: Client) -> None:
    run = transport.solved(alice, found=3)
    text = page(browser, run)
    assert "All 4 solutions that are kept" in text
    assert "found on the way" in page(browser, run, solution="2")
    opened = lines(browser, run, solution="2", q="ship[p0,t7]")[0]
    assert opened[1].rpartition(">")[2].strip() == "4 t"  # two more than the final plan
    assert f"a_solution=2&b={run.id}" in text


def test_a_run_that_goes_on_shows_what_it_has_so_far(alice: User, browser: Client) -> None:
    run = stories.running(alice)
    assert "No solution has been found yet" in page(browser, run)
    SolutionFactory(run=run, number=1, kind=Solution.Kind.IMPROVING)
    assert "found on the way" in page(browser, run)
    shown = browser.get(f"/conversations/{run.message.conversation_id}/").content.decode()
    assert f"/runs/{run.id}/solution/?solution=1" in shown


def test_a_run_without_a_solution_says_so(alice: User, browser: Client) -> None:
    assert "No solution of this run is kept" in page(browser, stories.failed(alice))
    assert browser.get(f"/runs/{stories.failed(alice).id}/solution.csv").status_code == 404


def test_damaged_vectors_and_a_lost_version_end_in_a_sentence(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    Solution.objects.filter(run=run).update(values=b"no vector")
    assert "damaged" in page(browser, run)
    ModelVersion.objects.filter(id=run.version_id).delete()
    assert "gone" in page(browser, run)


def test_csv_holds_everything_that_matches_in_its_order(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    response = browser.get(f"/runs/{run.id}/solution.csv", {"only": "1", "sort": "-value"})
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]
    assert len(rows) == 51
    assert rows[0] == {
        "name": "ship[p0,t7]",
        "label": "tonnes shipped",
        "unit": "t",
        "value": "2.0",
        "reduced_cost": "-6.0",
    }


def test_a_cell_that_a_spreadsheet_would_run_is_defused(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    formulation = run.version.formulation  # type: ignore[union-attr]
    formulation["variables"][0]["label"] = '=HYPERLINK("x")'
    ModelVersion.objects.filter(id=run.version_id).update(formulation=formulation)
    text = b"".join(browser.get(f"/runs/{run.id}/solution.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert ",\"'=HYPERLINK" in text


def test_json_holds_the_rules_and_no_infinite_number(alice: User, browser: Client) -> None:
    response = browser.get(f"/runs/{transport.solved(alice).id}/solution.json", {"show": "rules"})
    found = json.loads(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert len(found["rules"]) == 53
    assert found["rules"][0]["lower"] is None
    assert found["rules"][0]["activity"] == 51
    assert set(found["rules"][0]) == {
        "name",
        "label",
        "unit",
        "activity",
        "lower",
        "upper",
        "slack",
        "shadow_price",
    }


def test_nothing_that_matches_is_an_empty_file(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    for form, text in (("csv", "name,label,unit\r\n"), ("json", '{"variables": []}\n')):
        response = browser.get(f"/runs/{run.id}/solution.{form}", {"q": "zebra"})
        assert b"".join(response.streaming_content).decode() == text  # type: ignore[attr-defined]


def test_the_log_is_whole_while_it_runs_and_afterwards(alice: User, browser: Client) -> None:
    running = browser.get(f"/runs/{stories.running(alice, steps=3).id}/log.txt")
    assert running.content.decode().count("\n") == 3
    finished = browser.get(f"/runs/{stories.finished(alice).id}/log.txt")
    assert finished["Content-Type"].startswith("text/plain")
    assert "Solving MIP" in finished.content.decode()


@pytest.mark.parametrize("what", ["solution/", "solution.csv", "solution.json", "log.txt"])
def test_members_are_served_and_strangers_are_not(
    what: str, alice: User, bob: User, charlie: User, client: Client
) -> None:
    run = transport.solved(alice)
    statuses = []
    for person in (alice, bob, charlie):
        client.force_login(person)
        statuses.append(client.get(f"/runs/{run.id}/{what}").status_code)
    client.logout()
    statuses.append(client.get(f"/runs/{run.id}/{what}").status_code)
    assert statuses == [200, 200, 404, 302]


async def test_a_download_is_streamed_without_holding_up_the_loop(async_client: Any, transactional_db: None) -> None:
    from asgiref.sync import sync_to_async

    from copilot.accounts.services import workspace_of
    from tests.factories import UserFactory

    def solved() -> tuple[User, Run]:
        user = UserFactory(username="dora")
        workspace_of(user)
        return user, transport.solved(user)

    user, run = await sync_to_async(solved)()
    await async_client.aforce_login(user)
    response = await async_client.get(f"/runs/{run.id}/solution.csv")
    text = b"".join([piece async for piece in response.streaming_content]).decode()
    assert len(text.splitlines()) == 153
