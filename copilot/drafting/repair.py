"""When to stop mending: recognises an error that came back and a program that did not change."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict

from copilot.drafting.base import Draft, DraftRequest, Feedback

_REMEMBERED_REQUESTS = 64
# Addresses, counts and quoted names move with every attempt; what is left says whether it is the same error.
_MOVING = re.compile(r"0x[0-9a-f]+|\d+")


def signature(feedback: Feedback, program: str) -> str:
    """What makes two refusals the same: step, kind, the message without its numbers, and the failing line."""
    message = _MOVING.sub("#", " ".join(feedback.message.lower().split()))[:500]
    source = program.splitlines()
    line = ""
    if feedback.line is not None and 0 < feedback.line <= len(source):
        line = " ".join(source[feedback.line - 1].split())
    return "|".join((feedback.stage, feedback.kind, message, line))


def same_program(first: str, second: str) -> bool:
    """Whether two programs differ in spaces and comments at most."""
    return _bare(first) == _bare(second)


class RefusalMemory:
    """Refusals seen per request, for the last 64 requests of this drafter."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, set[str]] = OrderedDict()

    def is_repeated(self, request: DraftRequest, draft: Draft, feedback: Feedback) -> bool:
        """Remember this refusal; True when the same one was there before for the same request."""
        digest = hashlib.blake2b(f"{request.seed}\n{request.text}".encode("utf-8", "replace")).hexdigest()
        seen = self._seen.setdefault(digest, set())
        self._seen.move_to_end(digest)
        while len(self._seen) > _REMEMBERED_REQUESTS:
            self._seen.popitem(last=False)
        mark = signature(feedback, draft.program)
        repeated = mark in seen
        seen.add(mark)
        return repeated


def _bare(program: str) -> list[str]:
    lines = (" ".join(line.split()) for line in program.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
