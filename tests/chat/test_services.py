"""What a new message continues: nothing, the newest version, or the question that was asked."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, close_old_connections, connection

from copilot.accounts.models import User
from copilot.chat import services
from copilot.chat.models import Conversation, Message
from copilot.runs import events
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, ModelVersion, Run

FIRST = "Desks and chairs, 240 hours."


@pytest.fixture
def conversation(alice: User) -> Conversation:
    """A conversation with its first message."""
    conversation = services.start_conversation(actor=alice)
    services.post_message(conversation=conversation, actor=alice, text=FIRST, enqueue=False)
    return conversation


def end(run: Run, lifecycle: Lifecycle, *, asked: bool = False, version: bool = False) -> Run:
    """Close a run as the line would."""
    if asked:
        events.record(run.id, EventType.DRAFT_QUESTION, {"questions": [{"text": "Which?"}]})
    if version:
        run.version = ModelVersion.objects.create(
            workspace=run.workspace,
            request_text=run.request_text,
            formulation={},
            program="",
            drafter="fake",
            instance=b"",
            fingerprint="f",
            parent=run.base,
        )
        run.save(update_fields=["version"])
    events.advance(run.id, (Lifecycle.QUEUED,), lifecycle)
    return run


def send(conversation: Conversation, actor: User, text: str) -> Run:
    return services.post_message(conversation=conversation, actor=actor, text=text, enqueue=False).run


def test_a_message_after_a_version_revises_it(conversation: Conversation, alice: User) -> None:
    first = end(Run.objects.get(), Lifecycle.SUCCEEDED, version=True)
    run = send(conversation, alice, "at most 30 desks")
    assert run.base == first.version
    assert run.request_text == f"{FIRST}\n\nat most 30 desks"
    assert run.request_text[run.revision_start :] == "at most 30 desks"


def test_an_answer_is_read_with_the_message_that_was_asked_about(conversation: Conversation, alice: User) -> None:
    end(Run.objects.get(), Lifecycle.AWAITING_INPUT, asked=True)
    run = send(conversation, alice, "It limits carpentry.")
    assert run.base is None
    assert run.revision_start == 0
    assert run.request_text == f"{FIRST}\n\nIt limits carpentry."


def test_an_answer_about_a_revision_keeps_the_revision(conversation: Conversation, alice: User) -> None:
    first = end(Run.objects.get(), Lifecycle.SUCCEEDED, version=True)
    end(send(conversation, alice, "at most 50"), Lifecycle.AWAITING_INPUT, asked=True)
    run = send(conversation, alice, "desks")
    assert run.base == first.version
    assert run.request_text[run.revision_start :] == "at most 50\n\ndesks"


def test_after_a_text_that_was_not_understood_the_next_message_stands_alone(
    conversation: Conversation, alice: User
) -> None:
    end(Run.objects.get(), Lifecycle.AWAITING_INPUT)
    run = send(conversation, alice, "Maximize x.")
    assert (run.request_text, run.revision_start, run.base) == ("Maximize x.", 0, None)


@pytest.mark.django_db(transaction=True)
def test_two_posts_of_one_new_conversation_at_once_make_one(alice: User) -> None:
    found: list[Message] = []

    def begin() -> None:
        try:
            found.append(
                services.begin_conversation(actor=alice, text="maximize x", idempotency_key="k", enqueue=False)
            )
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({message.id for message in found}) == 1
    assert len(found) == 4
    assert Conversation.objects.count() == Message.objects.count() == Run.objects.count() == 1


def test_a_key_belongs_to_its_author(conversation: Conversation, alice: User, bob: User) -> None:
    services.begin_conversation(actor=alice, text="maximize x", idempotency_key="k", enqueue=False)
    other = services.begin_conversation(actor=bob, text="maximize x", idempotency_key="k", enqueue=False)
    assert other.author == bob
    with pytest.raises(IntegrityError):
        Message.objects.create(
            conversation=conversation, author=bob, text="y", run=send(conversation, bob, "z"), idempotency_key="k"
        )


def test_a_question_answered_by_another_message_is_closed(conversation: Conversation, alice: User) -> None:
    first = end(Run.objects.get(), Lifecycle.AWAITING_INPUT, asked=True)
    second = send(conversation, alice, "the first one")
    assert second.request_text == f"{FIRST}\n\nthe first one"
    first.refresh_from_db()
    assert (first.lifecycle, first.closing_message) == (Lifecycle.CANCELLED, "Answered in the next message.")


def test_two_posts_at_the_same_moment_under_one_key_are_one(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = services.start_conversation(actor=alice)
    posted = {"conversation": conversation, "actor": alice, "text": FIRST, "idempotency_key": "k", "enqueue": False}
    first = services.post_once(**posted)
    real, looks = services.twin_of, [1]

    def late(actor: User, key: str) -> Message | None:
        return None if looks and looks.pop() else real(actor, key)  # the other one has not been committed yet

    monkeypatch.setattr(services, "twin_of", late)
    assert services.post_once(**posted) == first
    assert Message.objects.count() == 1
