"""The socket and the page show the same: a region is one template, one root, one id."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat import fragments
from copilot.chat.fragments import REGIONS
from copilot.runs.events import EventType, after
from copilot.runs.models import Run
from tests.chat import stories
from tests.chat.test_views import STORIES, page_of

ROOT = re.compile(r'<(\w+) id="(run-[0-9a-f-]{36}-(\w+))"')
TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')


def regions_in(html: str) -> dict[str, str]:
    """Region name -> its markup without what only a page or only a socket has, spaces squeezed."""
    roots = list(ROOT.finditer(html))
    found = {}
    for root in roots:
        depth, end = 0, root.start()
        for tag in re.finditer(rf"<(/?){root[1]}\b", html[root.start() :]):
            depth += -1 if tag[1] else 1
            if depth == 0:
                end = root.start() + html[root.start() + tag.start() :].index(">") + tag.start() + 1
                break
        markup = TOKEN.sub("", html[root.start() : end]).replace(' hx-swap-oob="outerMorph"', "")
        found[root[3]] = " ".join(markup.replace(' hx-swap-oob="outerHTML"', "").split())
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_socket_renders_what_the_page_shows(story: Callable[[User], Run], alice: User, client: Client) -> None:
    run = story(alice)
    client.force_login(alice)
    page = regions_in(client.get(page_of(run)).content.decode())
    socket = regions_in(fragments.render(run.id, {str(kind) for kind in EventType}))
    assert set(socket) == {region.name for region in REGIONS}
    shown = {name: markup for name, markup in page.items() if f"run-{run.id}-" in markup[:80]}
    assert shown == socket


def test_ids_are_unique_on_a_page_of_several_runs(alice: User, client: Client) -> None:
    run = stories.revised(alice)
    client.force_login(alice)
    ids = re.findall(r'\sid="([^"]+)"', client.get(page_of(run)).content.decode())
    assert len(ids) == len(set(ids))


def test_every_event_type_but_a_drafters_note_changes_something(alice: User) -> None:
    run = stories.running(alice)
    silent = [kind for kind in EventType if not fragments.render(run.id, {str(kind)})]
    assert silent == [EventType.DRAFT_ATTEMPT, EventType.DRAFT_TRIED]


@pytest.mark.parametrize(
    ("types", "names"),
    [
        ({EventType.SOLVE_PROGRESS}, {"steps", "progress", "log"}),
        ({EventType.CHECKS_FINISHED}, {"live", "steps", "checks"}),
        ({EventType.INSTANCE_BUILT}, {"live", "steps", "facts"}),
        ({EventType.DIFF_COMPUTED}, {"live", "steps", "diff"}),
    ],
    ids=lambda value: "+".join(sorted(value)),
)
def test_a_batch_renders_only_what_changed(types: set[EventType], names: set[str], alice: User) -> None:
    run = stories.running(alice)
    assert set(regions_in(fragments.render(run.id, {str(kind) for kind in types}))) == names


def test_every_region_names_its_own_swap(alice: User) -> None:
    html = fragments.render(stories.running(alice).id, {str(kind) for kind in EventType})
    assert html.count("hx-swap-oob=") == len(REGIONS)
    assert "hx-ws:connect" not in html


def test_a_run_without_a_message_renders_nothing(alice: User) -> None:
    run = stories.begin(alice)
    stories.message_of(run).delete()
    assert fragments.render(run.id, {EventType.RUN_STARTED}) == ""


def test_frames_carry_the_numbers_of_the_chart_and_no_log(alice: User) -> None:
    run = stories.running(alice, steps=3)
    datas = {event.type: fragments.data_of(event) for event in after(run.id, 0)}
    assert set(datas[EventType.SOLVE_PROGRESS]) == {
        "elapsed_seconds",
        "objective_value",
        "objective_bound",
        "relative_gap",
    }
    assert not any(data for kind, data in datas.items() if kind != EventType.SOLVE_PROGRESS)


def test_a_formulation_that_still_arrives_is_shown_as_far_as_it_is_known(alice: User, client: Client) -> None:
    run = stories.arriving(alice)
    client.force_login(alice)
    page = client.get(page_of(run)).content.decode()
    assert "still arriving" in page
    assert "carpentry: at most 240 hours of carp" in page
    assert "So far 1 decision, 1 rule" in page
    assert set(regions_in(fragments.render(run.id, {EventType.DRAFT_PARTIAL}))) == {"live", "steps", "spec"}


def test_a_draft_that_is_handed_over_says_so_at_its_checks_and_keeps_the_steps_before(alice: User) -> None:
    steps = regions_in(fragments.render(stories.handed_over(alice).id, {EventType.DRAFT_HANDED_OVER}))["steps"]
    assert "The drafter sent the same draft again. It is yours now." in steps
    assert "lines of Pyomo" in steps
    assert "Trying once more" not in steps
