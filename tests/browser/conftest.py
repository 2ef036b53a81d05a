"""A real server process over the test's database, and the system's Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from copilot.accounts.models import User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
NO_COMPLAINT = (
    "status of 422",  # the browser notes each refused form
    "closed before the connection is established",  # and a page that was left while its socket was still opening
)
ROOT = Path(__file__).resolve().parent.parent.parent
# Every frame that was swapped in, and every breach of the content security policy, for the tests to read.
SPY = """
window.frames_seen = []; window.breaches = [];
document.addEventListener('securitypolicyviolation', e => breaches.push(e.violatedDirective + ' ' + e.blockedURI));
document.addEventListener('htmx:ws:after:message:incoming', e => {
  frames_seen.push(JSON.parse(e.detail.message.data).sequence);
});
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser; where there is none, it says so."""
    missing = pytest.mark.skip(reason="Chromium is not installed on this machine (Debian: apt install chromium)")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one site, and one Chromium for each module
            item.add_marker(pytest.mark.django_db(transaction=True))
            if not CHROMIUM:
                item.add_marker(missing)


@dataclass
class Site:
    """The server process; it can be stopped and started again on the same port."""

    environment: dict[str, str]
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", "copilot.asgi:application", "--port", str(self.port)]
        command += ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.address}/livez", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not answer within 30 seconds")

    def stop(self) -> None:
        """Kill it, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site over the test database, with static files collected and hashed as in production."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.site",
        "COPILOT_DATA_DIR": str(tmp_path_factory.mktemp("site")),
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "SECRET_KEY": _secret_key(),
        "LOG_LEVEL": "ERROR",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Site(environment, port)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module; each has contexts of its own."""
    # The driver runs an event loop in this thread: Django takes that for async code, and other modules' async tests
    # could not run beside it, so it ends with the module.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Desk:
    """Opens pages as alice; whatever a page complains of is kept."""

    site: Site
    browser: Browser
    cookie: str
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, width: int = 1440, height: int = 900, **options: Any) -> Page:
        """A page in a fresh context."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.add_cookies([{"name": "sessionid", "value": self.cookie, "url": self.site.address}])
        context.add_init_script(SPY)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.site.address + path)
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(words in text for words in NO_COMPLAINT):
            self.complaints.append(text)


@pytest.fixture
def desk(site: Site, chromium: Browser, alice: User, client: Client) -> Iterator[Desk]:
    """alice's browser; at the end no page may have complained."""
    client.force_login(alice)
    opened = Desk(site, chromium, client.cookies["sessionid"].value)
    yield opened
    breaches = [page.evaluate("window.breaches || []") for context in opened.contexts for page in context.pages]
    for context in opened.contexts:
        context.close()
    assert [breach for found in breaches for breach in found] == []
    assert opened.complaints == []


def _secret_key() -> str:
    from django.conf import settings

    return str(settings.SECRET_KEY)
