"""A page follows a run by itself, is complete after a refresh, and misses nothing when the line is cut."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from copilot.accounts.models import User
from tests.browser.conftest import Desk, Site
from tests.chat import stories
from tests.chat.test_views import page_of
from tests.chat.workshop import result

SECONDS = 8_000


def step(page: Page, title: str) -> str:
    return f".turn.shown .step:has-text('{title}')"


def test_steps_and_model_appear_without_a_reload(desk: Desk, alice: User) -> None:
    run = stories.started(alice)
    page = desk.open(page_of(run))
    page.evaluate("window.here = true")
    expect(page.locator(".loading")).to_be_visible()
    stories.drafted(run)
    expect(page.locator(step(page, "Write the program"))).to_contain_text("done", timeout=SECONDS)
    expect(page.locator(".item").first).to_contain_text("desks to make")
    expect(page.locator(".loading")).to_have_count(0)
    stories.saved(run)
    stories.solving(run, integers=True)
    stories.progressing(run, range(10))
    expect(page.locator(step(page, "Solve"))).to_contain_text("working", timeout=SECONDS)
    expect(page.locator(".plot canvas")).to_be_visible()
    expect(page.locator(".figures")).to_contain_text("333")
    stories.ended(run, result(), integers=True)
    expect(page.locator(".turn.shown .headline")).to_contain_text("$3,700", timeout=SECONDS)
    expect(page.locator(".big")).to_have_text("$3,700")
    expect(page.locator(".status", has_text="Solver says")).to_contain_text("Optimal")
    expect(page.locator("button:has-text('Stop')")).to_have_count(0)
    assert page.evaluate("window.here")


def test_what_the_reader_opened_stays_open_and_where_it_was(desk: Desk, alice: User) -> None:
    run = stories.running(alice, steps=30)
    page = desk.open(page_of(run), height=500)
    page.click(".log summary")
    page.locator("#run .scroll").evaluate("e => { e.scrollTop = 120 }")
    stories.progressing(run, range(30, 34))
    expect(page.locator(".log pre")).to_contain_text("1221", timeout=SECONDS)
    assert page.locator(".log").get_attribute("open") is not None
    assert page.locator("#run .scroll").evaluate("e => e.scrollTop") == 120


def test_a_refresh_mid_solve_is_complete_and_goes_on(desk: Desk, alice: User) -> None:
    run = stories.running(alice, steps=12)
    page = desk.open(page_of(run))
    page.reload()
    expect(page.locator(".plot canvas")).to_be_visible()
    expect(page.locator(step(page, "Build the instance"))).to_contain_text("2 rows, 2 columns, 4 nonzeros")
    stories.progressing(run, range(12, 15))
    expect(page.locator(".figures")).to_contain_text("518", timeout=SECONDS)
    page.wait_for_function("frames_seen.length >= 3")
    assert page.evaluate("frames_seen") == list(range(run.last_sequence + 1, run.last_sequence + 4))


def test_a_cut_line_loses_and_doubles_nothing(desk: Desk, site: Site, alice: User) -> None:
    run = stories.running(alice, steps=5)
    page = desk.open(page_of(run))
    stories.progressing(run, range(5, 8))
    expect(page.locator(".figures")).to_contain_text("259", timeout=SECONDS)
    site.stop()
    expect(page.locator(".offline")).to_be_visible()
    stories.progressing(run, range(8, 20))
    site.start()
    expect(page.locator(".figures")).to_contain_text("703", timeout=20_000)
    expect(page.locator(".offline")).to_be_hidden()
    stories.ended(run, result(), integers=True)
    expect(page.locator(".big")).to_have_text("$3,700", timeout=SECONDS)
    last = stories.fresh(run).last_sequence
    assert page.evaluate("frames_seen") == list(range(run.last_sequence + 1, last + 1))
    desk.complaints.clear()  # refused connections while the server was down


def test_two_pages_of_one_run_show_the_same(desk: Desk, alice: User) -> None:
    run = stories.running(alice)
    pages = [desk.open(page_of(run)), desk.open(page_of(run), width=700)]
    stories.ended(run, result(), integers=True)
    for page in pages:
        expect(page.locator(".turn.shown .headline")).to_contain_text("$3,700", timeout=SECONDS)


def test_a_finished_run_opens_no_socket(desk: Desk, alice: User) -> None:
    sockets: list[str] = []
    run = stories.finished(alice)
    page = desk.open("/")
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(desk.site.address + page_of(run))
    page.wait_for_load_state("networkidle")
    assert sockets == []
