"""What only a real browser shows: layout, themes, keyboard, the content security policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from copilot.accounts.models import User
from copilot.runs.models import Run
from tests.browser.conftest import Desk
from tests.chat import stories
from tests.chat.test_views import STORIES, page_of

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Every element that reaches out of the window and is not inside something that scrolls by itself.
REACHES_OUT = """
[...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1) return false;
  for (let p = e.parentElement; p; p = p.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX) && !p.matches('.scroll')) return false;
  return true;
}).map(e => e.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_nothing_reaches_out_of_a_narrow_window(story: Callable[[User], Run], desk: Desk, alice: User) -> None:
    page = desk.open(page_of(story(alice)), width=360, height=740)
    for part in ("chat", "model", "run"):
        page.click(f"[data-part={part}]")
        expect(page.locator(f"#{part}")).to_be_visible()
        assert page.locator(".region:visible").count() == 1
        for tab in ("maths", "code", "data", "checks", "diff", "spec") if part == "model" else ("",):
            if tab:
                page.click(f"#tab-{tab}")
            assert page.evaluate(OVERFLOW) == 0
            assert page.evaluate(REACHES_OUT) == []


def test_home_fits_a_narrow_window(desk: Desk, alice: User) -> None:
    stories.finished(alice)
    page = desk.open("/", width=360, height=740)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(REACHES_OUT) == []


def _paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_until_it_is_switched_and_is_remembered(desk: Desk, alice: User) -> None:
    page = desk.open(page_of(stories.running(alice)), color_scheme="dark")
    dark = _paper(page)
    page.click("[data-theme-switch]")
    light = _paper(page)
    assert light != dark
    page.reload()
    assert _paper(page) == light
    assert _paper(desk.open("/", color_scheme="light")) == light


def test_tabs_are_walked_with_arrow_keys(desk: Desk, alice: User) -> None:
    page = desk.open(page_of(stories.finished(alice)))
    page.focus("#tab-spec")
    for key, name in (("ArrowRight", "maths"), ("End", "diff"), ("ArrowRight", "spec"), ("ArrowLeft", "diff")):
        page.keyboard.press(key)
        expect(page.locator(f"#tab-{name}")).to_be_focused()
        expect(page.locator(f"#tab-{name}")).to_have_attribute("aria-selected", "true")
        expect(page.locator(f"#panel-{name}")).to_be_visible()
        assert page.locator("[role=tabpanel]:visible").count() == 1
        assert page.locator("[role=tab][tabindex='0']").count() == 1


def test_the_first_stop_of_the_keyboard_skips_to_the_content(desk: Desk) -> None:
    page = desk.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()


def test_every_control_can_be_reached_by_keyboard(desk: Desk, alice: User) -> None:
    page = desk.open(page_of(stories.asked(alice)))
    controls = "a[href]:visible, button:visible, summary:visible, textarea:visible, select:visible, input:visible"
    wanted = page.locator(controls).evaluate_all("all => all.filter(e => e.tabIndex >= 0 && !e.disabled).length")
    reached = set()
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        name = "e => e.tagName + e.id + (e.getAttribute('href') || '') + e.textContent.slice(0, 40) + e.offsetTop"
        reached.add(page.evaluate(f"({name})(document.activeElement)"))
        assert page.evaluate(
            "document.activeElement.matches(':focus-visible') || document.activeElement === document.body"
        )
    assert len(reached) >= wanted


def test_pointing_at_an_item_lights_up_its_phrases_and_back(desk: Desk, alice: User) -> None:
    page = desk.open(page_of(stories.finished(alice)))
    item = page.locator(".item", has_text="at most 240 hours of carpentry")
    item.hover()
    lit = page.locator(".phrase.lit")
    expect(lit).to_have_text(["takes 4 hours of carpentry", "240 hours of carpentry"])
    page.locator(".phrase", has_text="100 of finishing").focus()
    expect(page.locator(".item.lit").first).to_contain_text("100 hours of finishing")


def test_a_change_leads_to_its_line_of_the_program(desk: Desk, alice: User) -> None:
    page = desk.open(page_of(stories.revised(alice)))
    page.click("#tab-diff")
    page.click("a[data-code]")
    expect(page.locator("#line-9")).to_be_in_viewport()
    expect(page.locator("#tab-code")).to_have_attribute("aria-selected", "true")


def test_an_own_answer_is_not_mistaken_for_the_first_option(desk: Desk, alice: User) -> None:
    run = stories.asked(alice)
    page = desk.open(page_of(run))
    page.fill("[name=own]", "Halves are fine")
    page.press("[name=own]", "Enter")
    expect(page.locator(".answered")).to_contain_text("Can parts of a desk be made? Halves are fine")


def test_a_refused_message_keeps_text_and_focus_without_a_reload(desk: Desk, alice: User) -> None:
    run = stories.finished(alice)
    page = desk.open(page_of(run))
    page.evaluate("window.here = true")
    text = "x" * 20_001
    page.fill("#composer-text", text)
    page.click(".send")
    expect(page.locator("#composer-error")).to_contain_text("at most 20,000")
    expect(page.locator("#composer-text")).to_have_value(text)
    assert page.evaluate("window.here")


def test_sending_shows_the_new_run_and_empties_the_composer(desk: Desk, alice: User) -> None:
    run = stories.finished(alice)
    page = desk.open(page_of(run))
    page.evaluate("window.here = true")
    page.click("#tab-code")
    page.locator("#composer-text").evaluate("e => { e.style.height = '9rem' }")  # as dragging its corner does
    page.fill("#composer-text", "At least ten chairs.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn.shown .words")).to_have_text("At least ten chairs.")
    expect(page.locator(".turn.shown .live")).to_contain_text("Queued")
    expect(page.locator("#composer-text")).to_have_value("")
    expect(page.locator("#tab-code")).to_have_attribute("aria-selected", "true")
    assert page.evaluate("window.here")
    page.click(".turn.shown button:has-text('Stop')")
    expect(page.locator(".turn.shown .live")).to_contain_text("Cancelled")
    page.click("button:has-text('Retry')")
    expect(page.locator(".turn")).to_have_count(3)


def test_the_site_works_without_scripts(desk: Desk, alice: User) -> None:
    page = desk.open("/", java_script_enabled=False)
    page.click(".example >> nth=1")
    expect(page.locator(".live")).to_contain_text("Queued")
    page.click("button:has-text('Stop')")
    expect(page.locator(".live")).to_contain_text("Cancelled")
    assert page.locator("[role=tabpanel]:visible").count() == 6
    page.fill("#composer-text", " ")
    page.click(".send")
    expect(page.locator("#composer-error")).to_contain_text("The message is empty.")
    desk.contexts.clear()  # without scripts nothing can be asked of the page


def test_sign_in_and_out(desk: Desk, alice: User) -> None:
    page = desk.open("/")
    page.click("text=Sign out")
    expect(page.locator("h1")).to_have_text("Sign in")


@pytest.mark.parametrize("form", ["form.composer", ".upload form"])
def test_a_form_says_that_it_reads_the_tables_once_it_is_sent_with_some(form: str, desk: Desk, alice: User) -> None:
    conversation = page_of(stories.finished(alice))
    page = desk.open(
        "/" if form == "form.composer" else f"{conversation.partition('?')[0]}data/", width=360, height=740
    )
    page.evaluate("document.addEventListener('submit', e => e.preventDefault())")  # it stays on its way
    told, button = page.locator(f"{form} .reading span"), page.locator(f"{form} [type=submit]")
    send = "form => document.querySelector(form).dispatchEvent(new Event('submit', { bubbles: true }))"
    page.evaluate(send, form)
    expect(told).to_be_hidden()
    page.set_input_files(
        f"{form} [type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"item,cost\na,1\n"}
    )
    page.evaluate(send, form)
    expect(told).to_be_visible()
    expect(button).to_have_css("pointer-events", "none")
    assert page.evaluate(OVERFLOW) == 0
