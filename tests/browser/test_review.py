"""The review in a real browser: narrow windows, keyboard, and the whole way without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from copilot.accounts.models import User
from tests.browser.conftest import Desk
from tests.browser.test_pages import OVERFLOW, REACHES_OUT
from tests.chat.test_review import FIVE, revision


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_versions_to_one_row_by_keyboard_in_a_narrow_window(scripts: bool, desk: Desk, alice: User) -> None:
    first = revision(alice)
    second = revision(alice, after=first, **FIVE)
    talk = second.message.conversation_id
    page = desk.open(f"/conversations/{talk}/versions/", width=360, height=740, java_script_enabled=scripts)
    sizes = [page.evaluate(OVERFLOW), page.evaluate(REACHES_OUT)] if scripts else [0, []]
    page.focus("button:has-text('Compare the two')")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("Different")
    page.focus(".families a:has-text('lost')")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_contain_text("lost")
    page.focus("text=Show all")
    page.keyboard.press("Enter")
    expect(page.locator("#detail tbody tr")).to_have_count(6)
    sizes += [page.evaluate(OVERFLOW), page.evaluate(REACHES_OUT)] if scripts else [0, []]
    assert sizes == [0, [], 0, []]
    if not scripts:
        desk.contexts.clear()  # without scripts nothing can be asked of the page
