"""A solution's tables in a real browser: narrow windows, keyboard, typing into the filter, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from copilot.accounts.models import User
from copilot.runs.models import Run
from tests.browser.conftest import Desk
from tests.browser.test_pages import OVERFLOW, REACHES_OUT
from tests.chat import transport
from tests.chat.test_views import page_of


def table_of(run: Run, query: str = "") -> str:
    return f"/runs/{run.id}/solution/{query}"


@pytest.mark.parametrize("query", ["", "?family=ship", "?show=rules", "?q=zebra", "?solution=1"])
def test_the_tables_fit_a_narrow_window(query: str, desk: Desk, alice: User) -> None:
    page = desk.open(table_of(transport.solved(alice, found=3), query), width=360, height=740)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(REACHES_OUT) == []


def test_a_comparison_fits_a_narrow_window(desk: Desk, alice: User) -> None:
    run = transport.solved(alice)
    other = transport.solved(alice, after=run, from_plant=1)
    page = desk.open(f"/compare/?a={run.id}&b={other.id}", width=360, height=740)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(REACHES_OUT) == []


def test_typing_narrows_the_table_without_a_reload(desk: Desk, alice: User) -> None:
    page = desk.open(table_of(transport.solved(alice)))
    page.evaluate("window.here = true")
    page.fill("input[name=q]", "t49]")
    expect(page.locator("#listed tbody tr")).to_have_count(3)
    page.check("input[name=only]")
    expect(page.locator("#listed tbody tr")).to_have_count(1)
    expect(page.locator("input[name=q]")).to_have_value("t49]")
    assert page.evaluate("window.here")


def test_sorting_and_paging_by_keyboard(desk: Desk, alice: User) -> None:
    page = desk.open(table_of(transport.solved(alice)))
    page.focus("th a:has-text('Value')")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Value")
    expect(page.locator("#listed tbody tr").first).to_contain_text("ship[p0,t7]")
    page.focus("a[rel=next]")
    page.keyboard.press("Enter")
    expect(page.locator("#listed [role=status]")).to_have_text("101–152 of 152")
    page.go_back()
    expect(page.locator("#listed [role=status]")).to_have_text("1–100 of 152")


def test_the_whole_way_without_scripts(desk: Desk, alice: User) -> None:
    run = transport.solved(alice, found=2)
    page = desk.open(page_of(run), java_script_enabled=False)
    page.click("text=Every variable and rule")
    page.fill("input[name=q]", "t49]")
    page.click("button:has-text('Show')")
    expect(page.locator("#listed tbody tr")).to_have_count(3)
    page.click("text=All 3 solutions")
    page.click("a:has-text('compare') >> nth=0")
    expect(page.locator("h1")).to_have_text("Compare")
    desk.contexts.clear()  # without scripts nothing can be asked of the page
