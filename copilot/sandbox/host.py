"""The sandbox as the line sees it: a program and its data in, one instance or one failure out."""

from __future__ import annotations

import atexit
import json
import select
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from copilot.sandbox import sentences, wire
from copilot.sandbox.outcome import BuildFailure, BuildOutcome, Limits, Tier
from copilot.sandbox.process import Session, Template, TemplateError
from copilot.sandbox.review import Reviewed, review

_POLL_SECONDS = 0.04
_REAP_SECONDS = 5.0
_CHUNK = 1 << 18
NO_LIMITS_GIVEN = Limits()


class Sandbox:
    """Builds programs behind the wall; safe to share between threads, starts its template when first needed.

    `gate=False` skips the linter, never the wall. `unsafe=True` builds even where the tier is none: only for a
    machine on which every program is trusted.
    """

    def __init__(self, *, gate: bool = True, unsafe: bool = False) -> None:
        self._gate, self._unsafe = gate, unsafe
        self._lock = threading.Lock()
        self._template: Template | None = None
        atexit.register(self.close)

    def build(
        self,
        program: str,
        data: Mapping[str, Any],
        *,
        limits: Limits = NO_LIMITS_GIVEN,
        seed: int,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> BuildOutcome:
        """Run `build_model(data)` of `program` in a locked child and return what it built, or why it did not.

        `data` is plain: numbers, text, lists, mappings whose keys may be tuples; anything else raises TypeError.
        `seed` seeds random and numpy. `should_stop` is asked every 40 ms.
        """
        request = wire.Request(
            program, data, seed, self._gate, limits.cpu_seconds, limits.memory_bytes, limits.printed_bytes
        )
        frame = wire.write_request(request)
        started = time.perf_counter()
        tier, reviewed = self._build(frame, limits, should_stop)
        return BuildOutcome(
            reviewed.instance,
            reviewed.failure,
            reviewed.printed,
            reviewed.warnings,
            time.perf_counter() - started,
            tier,
            seed,
            reviewed.counts,
        )

    def start(self) -> Template:
        """The running template, started now if there is none; raises TemplateError if it cannot start."""
        with self._lock:
            if self._template is None or not self._template.is_alive:
                if self._template is not None:
                    self._template.close()
                self._template = Template()
            return self._template

    @property
    def tier(self) -> Tier:
        """How much of the wall stands here; starts the template if need be."""
        try:
            return self.start().tier
        except TemplateError:
            return Tier.NONE

    def close(self) -> None:
        """End the template and every build in it; the next build starts a new one."""
        with self._lock:
            template, self._template = self._template, None
        if template is not None:
            template.close()

    def _build(self, frame: bytes, limits: Limits, should_stop: Callable[[], bool]) -> tuple[Tier, Reviewed]:
        try:
            template = self.start()
            if template.tier is Tier.NONE and not self._unsafe:
                return template.tier, Reviewed(None, sentences.refused())
            template, session = self._open()
        except (TemplateError, OSError) as error:
            return Tier.NONE, Reviewed(None, sentences.unavailable(str(error)))
        with session:
            exchange = _Exchange(session, frame, limits=limits, should_stop=should_stop)
            reviewed = exchange.run()
            if exchange.is_stuck:
                template.kill()
            return template.tier, reviewed

    def _open(self) -> tuple[Template, Session]:
        """A session with the template; one that died between two builds is started again once."""
        template = self.start()
        try:
            return template, template.open()
        except TemplateError:
            template.kill()
            template = self.start()
            return template, template.open()


class _Exchange:
    """Sends one request, reads one reply and the report of the child's end, inside the wall-clock limit."""

    def __init__(self, session: Session, frame: bytes, *, limits: Limits, should_stop: Callable[[], bool]) -> None:
        self._session, self._unsent, self._limits, self._should_stop = session, memoryview(frame), limits, should_stop
        self._deadline = time.monotonic() + limits.wall_seconds
        self._ask_at = 0.0
        self._cap = limits.reply_bytes + wire.HEADER_BYTES + wire.REPLY_HEAD.size
        self._reply = bytearray()
        self._report: dict[str, Any] | None = None
        self._lost = self._finished = False
        self.is_stuck = False  # the template did not answer a kill

    def run(self) -> Reviewed:
        """The reviewed reply, or the failure that took its place."""
        session = self._session
        session.channel.setblocking(False)
        poll = select.poll()
        poll.register(session.channel, select.POLLIN | select.POLLOUT)
        poll.register(session.status, select.POLLIN)
        while not (self._finished and self._ended):
            failure = self._overdue()
            if failure is not None:
                self._drain()
                return Reviewed(None, failure)
            for descriptor, event in poll.poll(self._wait_milliseconds()):
                if descriptor == session.status.fileno():
                    self._read_status(poll)
                else:
                    self._turn_channel(poll, event)
        return self._verdict()

    @property
    def _ended(self) -> bool:
        return self._report is not None or self._lost

    def _overdue(self) -> BuildFailure | None:
        now = time.monotonic()
        if now >= self._ask_at:  # a child that writes without pause must not make us ask without pause
            self._ask_at = now + _POLL_SECONDS
            if self._should_stop():
                return sentences.cancelled()
        if now >= self._deadline:
            return sentences.timeout(self._limits)
        if len(self._reply) > self._cap:
            return sentences.too_large(self._limits)
        return None

    def _wait_milliseconds(self) -> float:
        return 1000 * max(0.0, min(_POLL_SECONDS, self._deadline - time.monotonic()))

    def _turn_channel(self, poll: select.poll, event: int) -> None:
        try:
            if event & select.POLLOUT and self._unsent:
                self._unsent = self._unsent[self._session.channel.send(self._unsent[:_CHUNK]) :]
            if not self._unsent:
                poll.modify(self._session.channel, select.POLLIN)
            if event & (select.POLLIN | select.POLLHUP):
                self._read_channel(poll)
        except BlockingIOError:
            return
        except OSError:  # the child went away in the middle; its report says why
            self._finish(poll)

    def _read_channel(self, poll: select.poll) -> None:
        part = self._session.channel.recv(_CHUNK)
        self._reply += part
        if not part:
            self._finish(poll)

    def _finish(self, poll: select.poll) -> None:
        poll.unregister(self._session.channel)
        self._unsent = self._unsent[:0]
        self._finished = True

    def _read_status(self, poll: select.poll) -> None:
        poll.unregister(self._session.status)
        try:
            text = self._session.status.recv(65536)
        except OSError:
            text = b""
        self._report = json.loads(text) if text else None
        self._lost = not text

    def _drain(self) -> None:
        """End the child and wait for the report of it, so that no build outlives its outcome."""
        self._session.kill()
        if not self._ended:
            self._session.status.settimeout(_REAP_SECONDS)
            try:
                self._session.status.recv(65536)
            except OSError:
                self.is_stuck = True

    def _verdict(self) -> Reviewed:
        if len(self._reply) > self._cap:
            return Reviewed(None, sentences.too_large(self._limits))
        if self._lost:
            return Reviewed(None, sentences.lost())
        report = self._report or {}
        if report.get("status") or not self._reply:
            return Reviewed(None, sentences.ended(report, limits=self._limits))
        return review(self._reply, limits=self._limits)
