"""What stands between a stage and a language model: where calls are counted, refused, recorded, or answered anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from copilot.drafting.calling import Call
from copilot.drafting.llm import LlmSettings, Method
from copilot.drafting.prompting import Message


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that is about to be made: for which stage, of which endpoint, how, and with which messages."""

    stage: str
    settings: LlmSettings
    method: Method
    messages: Sequence[Message]
    prompt: str
    should_stop: Callable[[], bool]

    @property
    def digest(self) -> str:
        """Thirty-two hexadecimal digits over the messages and the way of asking: the same prompt has the same."""
        said = json.dumps([self.method, [list(message) for message in self.messages]], ensure_ascii=False)
        return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def characters(self) -> int:
        """Length of all messages."""
        return sum(len(text) for _, text in self.messages)


class Gate(Protocol):
    """Every call of a language model goes through one."""

    def pass_on(self, asked: Asked, call: Callable[[], Call]) -> Call:
        """Make the call, or raise DraftingError with the reason why it is not made."""


@runtime_checkable
class CallsModels(Protocol):
    """A drafter whose calls can be sent through a gate."""

    def through(self, gate: Gate) -> None:
        """Send every call from now on through the gate."""


class OpenGate:
    """Lets every call through and keeps nothing."""

    def pass_on(self, asked: Asked, call: Callable[[], Call]) -> Call:
        """Make the call."""
        del asked
        return call()
