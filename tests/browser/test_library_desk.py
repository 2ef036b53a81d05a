"""A curator goes through the review queue with the keyboard alone."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page

from copilot.accounts.models import User
from copilot.library import moves
from copilot.library.models import AuditEntry, InsightVersion
from copilot.library.states import State
from tests.browser.conftest import Desk
from tests.library.cast import CONSERVATION, KNAPSACK, curator, draft

ALT = 1


def press(page: Page, key: str) -> None:
    """Alt with a letter as a keyboard sends it: access keys answer to the character, which Playwright leaves out."""
    keys = page.context.new_cdp_session(page)
    code = {"code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper()), "key": key, "modifiers": ALT}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **code})
    keys.send("Input.dispatchKeyEvent", {"type": "char", "text": key, "unmodifiedText": key, **code})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **code})
    keys.detach()


@pytest.fixture
def queue(alice: User) -> list[InsightVersion]:
    """Four versions that wait, and alice at the admin."""
    curator(alice)
    User.objects.filter(id=alice.id).update(is_staff=True)
    contents = (CONSERVATION, KNAPSACK)
    waiting = [draft(content, title=f"Lesson {turn}{place}") for turn in "ab" for place, content in enumerate(contents)]
    for version in waiting:
        moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None)
    return waiting


def test_the_queue_is_reviewed_with_keys_alone(queue: list[InsightVersion], desk: Desk, client: Client) -> None:
    first, second, third, fourth = queue
    page = desk.open("/admin/library/reviewlease/", width=1280)
    page.keyboard.press("Enter")  # the focus is on the button that takes the next one
    page.wait_for_selector(f"h1:has-text('{first.title}')")
    press(page, "n")
    page.wait_for_selector(f"h1:has-text('{second.title}')")
    press(page, "a")
    page.wait_for_selector(f"text=Approved: {second.title}")
    page.wait_for_selector(f"h1:has-text('{third.title}')")
    press(page, "c")
    page.wait_for_selector("text=Say what should change.")
    press(page, "y")
    page.keyboard.type("Name the nodes.")
    page.keyboard.press("Enter")  # a new line, not a decision
    press(page, "c")
    page.wait_for_selector(f"text=Sent back as a draft: {third.title}")
    page.wait_for_selector(f"h1:has-text('{fourth.title}')")
    press(page, "r")
    page.wait_for_selector(f"text=Retired: {fourth.title}")
    page.wait_for_selector(f"h1:has-text('{first.title}')")
    press(page, "q")
    page.wait_for_selector("text=1 waiting")
    states = [InsightVersion.objects.get(id=version.id).state for version in queue]
    assert states == [State.IN_REVIEW, State.ACTIVE, State.DRAFT, State.RETIRED]
    assert AuditEntry.objects.get(verb="moved to draft").reason == "Name the nodes."


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_no_page_of_the_library_is_wider_than_its_window(
    width: int, scheme: str, queue: list[InsightVersion], desk: Desk, client: Client
) -> None:
    page = desk.open("/admin/", width=width, color_scheme=scheme)
    key = queue[0].pk
    addresses = ["", "insight/", "insight/new/", "insight/import/", "insightversion/", "reviewlease/", "taxonomylabel/"]
    addresses += ["libraryrelease/", "libraryrelease/make/", "auditentry/", "trialrecord/", "insightuse/"]
    addresses += [f"insightversion/{key}/change/", f"reviewlease/{key}/desk/", f"insight/{queue[0].insight_id}/write/"]
    for address in addresses:
        assert page.goto(f"{desk.site.address}/admin/library/{address}").status == 200
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
