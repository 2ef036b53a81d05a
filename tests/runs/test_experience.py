"""The line and the library: what a drafter is given, what is written down, and that the line survives the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.chat import services as chat
from copilot.chat.cards import card_of
from copilot.drafting.base import DraftOutcome, InsightText
from copilot.library import past, prepared, serving
from copilot.library.models import Episode, InsightUse, InsightVersion
from copilot.runs import engines, pipeline
from copilot.runs.events import EventType
from copilot.runs.models import Run, RunEvent
from tests.library.cast import CONSERVATION, approved, released
from tests.runs.fakes import FakeDrafter, complete, draft

TEXT = "Desks and chairs share carpentry hours. Which mix brings the most profit?"
MIX = replace(
    CONSERVATION,
    title="A limit per resource",
    applies_when="Products share carpentry hours or another resource.",
    explanation="One row per resource, with what each product takes of it.",
)


@dataclass
class Reader(FakeDrafter):
    """A drafter that reads insights and says which apply."""

    wants: Callable[[Sequence[InsightText]], Sequence[str]] = lambda insights: [one.key for one in insights]

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        return tuple(self.wants(insights))


@pytest.fixture(scope="module", autouse=True)
def _close_sandbox() -> Iterator[None]:
    yield
    engines.close()


@pytest.fixture(autouse=True)
def _no_memory(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.COPILOT, "INSIGHT_HOLD_OUT", 0.0)  # type: ignore[attr-defined]
    past.forget()
    prepared.forget()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def insight(owner: User) -> InsightVersion:
    version = approved(MIX)
    released("r1")
    return version


def walked(owner: User, monkeypatch: pytest.MonkeyPatch, drafter: FakeDrafter) -> Run:
    monkeypatch.setattr(engines, "drafter_for", lambda _: drafter)
    conversation = chat.start_conversation(actor=owner)
    message = chat.post_message(conversation=conversation, actor=owner, text=TEXT, enqueue=False)
    pipeline.execute(message.run_id)
    return Run.objects.get(id=message.run_id)


def payload(run: Run, event_type: EventType) -> dict[str, object]:
    found: dict[str, object] = RunEvent.objects.get(run=run, type=event_type).payload
    return found


def using(*keys: str) -> DraftOutcome:
    return DraftOutcome(status="complete", draft=replace(draft(), insights_adopted=keys))


def test_a_run_is_given_what_applies_and_credits_what_it_used(
    owner: User, insight: InsightVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafter = Reader([using(str(insight.id))])
    run = walked(owner, monkeypatch, drafter)
    assert [given.key for given in drafter.requests[0].insights] == [str(insight.id)]
    told = payload(run, EventType.INSIGHTS_CHOSEN)
    assert told["releases"] == ["r1"]
    assert payload(run, EventType.INSIGHTS_ADOPTED)["versions"] == [str(insight.id)]
    assert (run.termination_condition, run.verification) == ("optimal", "passed")
    use = InsightUse.objects.get()
    assert (use.role, use.adopted, use.outcome, use.episode.accepted) == ("shown", True, "positive", True)
    assert use.episode.releases.get().name == "r1"
    card = card_of(run.id)
    assert card
    assert card.experience
    assert [(lesson.title, lesson.word) for lesson in card.experience.lessons] == [("A limit per resource", "used")]
    assert card.experience.note == "1 insight of r1 considered."
    client = Client()
    client.force_login(owner)
    page = client.get(f"/conversations/{card.conversation_id}/?run={run.id}").content.decode()
    assert f'href="/insights/{insight.id}/"' in page
    shown = client.get(f"/insights/{insight.id}/").content.decode()
    assert "Products share carpentry hours" in shown
    assert f"/conversations/{card.conversation_id}/?run={run.id}" in shown


def test_a_drafter_that_reads_no_insights_is_given_none(
    owner: User, insight: InsightVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = walked(owner, monkeypatch, FakeDrafter([complete()]))
    assert not Episode.objects.exists()
    card = card_of(run.id)
    assert card
    assert card.experience is None


def test_a_check_that_breaks_shows_nothing_and_the_run_goes_on(
    owner: User, insight: InsightVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(insights: Sequence[InsightText]) -> Sequence[str]:
        raise RuntimeError("no answer")

    run = walked(owner, monkeypatch, drafter := Reader([complete()], wants=broken))
    assert drafter.requests[0].insights == ()
    assert run.lifecycle == "succeeded"
    assert InsightUse.objects.get().role == "candidate"


def test_a_library_that_breaks_costs_the_experience_not_the_run(
    owner: User, insight: InsightVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving.retrieval, "candidates", None)
    run = walked(owner, monkeypatch, Reader([complete()]))
    assert run.lifecycle == "succeeded"
    assert "without it" in str(payload(run, EventType.INSIGHTS_CHOSEN)["message"])


def test_an_insight_is_a_page_for_who_may_see_it(owner: User, client: Client) -> None:
    hidden = approved(replace(MIX, title="<b>Ours</b>"), workspace=workspace_of(owner))
    stranger = User.objects.create_user("eve", password="x")
    client.force_login(stranger)
    assert client.get(f"/insights/{hidden.id}/").status_code == 404
    client.force_login(owner)
    page = client.get(f"/insights/{hidden.id}/").content.decode()
    assert "&lt;b&gt;Ours&lt;/b&gt;" in page
    assert "<b>Ours</b>" not in page
