"""Pages of a conversation's data: upload, versions, mapping, template; a stranger finds none of them."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.chat import attachments, services
from copilot.chat.attachments import held_by, in_use
from copilot.chat.mapping import board_of, solve_with_data, template_of, with_content
from copilot.chat.models import Conversation, Message
from copilot.data.models import Dataset
from copilot.data.services import Upload, table_of
from copilot.drafting.wire import data_to_json
from copilot.runs import pipeline
from copilot.runs.models import ModelVersion, Run
from tests.data.test_mapping import COST, DEMAND, FEES, SUPPLY
from tests.data.workbooks import workbook
from tests.factories import ConversationFactory, MessageFactory, RunFactory, UserFactory, VersionFactory
from tests.runs.shipping import DATA, FORMULATION, PROGRAM, TEXT

pytestmark = pytest.mark.django_db
GOOD = workbook({"Cost": COST, "Supply": SUPPLY, "Demand": DEMAND, "Fees": FEES})


@pytest.fixture
def alice(client: Client) -> User:
    user = UserFactory(username="alice")
    client.force_login(user)
    return user


@pytest.fixture
def talk(alice: User) -> Conversation:
    return ConversationFactory(workspace=workspace_of(alice), created_by=alice, title="Shipping")


@pytest.fixture
def run(alice: User, talk: Conversation) -> Run:
    """A run that made the transport model."""
    version = VersionFactory(
        workspace=talk.workspace,
        request_text=TEXT,
        formulation=FORMULATION.model_dump(mode="json"),
        program=PROGRAM,
        data=data_to_json(DATA),
    )
    made = RunFactory(workspace=talk.workspace, created_by=alice, version=version, lifecycle="succeeded")
    MessageFactory(conversation=talk, author=alice, text=TEXT, run=made)
    return made


def upload(client: Client, talk: Conversation, *files: tuple[str, bytes]) -> Any:
    tables = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("datasets", args=[talk.id]), {"tables": tables})


def test_every_sheet_becomes_a_dataset_with_preview_types_units_and_notes(client: Client, talk: Conversation) -> None:
    answer = upload(client, talk, ("plan.xlsx", workbook({"Cost": [["Costs of 2026"], [], *COST], "Demand": DEMAND})))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Read 2 tables." in page
    assert "version 1, just read" in page
    assert "All 4 rows, 3 columns." in page
    assert "whole numbers in EUR/t" in page
    assert "row 1 (“Costs of 2026”) left out: not part of a table." in page
    assert "plan.xlsx, sheet Demand" in page


def test_long_tables_are_counted_whole_and_previewed_in_part(client: Client, talk: Conversation) -> None:
    rows = "\n".join(f"p{number},{number}" for number in range(5000))
    page = upload(client, talk, ("long.csv", f"product,profit\n{rows}\n".encode())).content.decode()
    assert "Preview: the first 20 of 5,000 rows" in page
    assert "p19" in page
    assert "p20<" not in page


def test_the_same_content_is_the_same_version_and_other_content_the_next(client: Client, talk: Conversation) -> None:
    for content in (b"a,b\nx,1\n", b"a,b\nx,2\n", b"a,b\nx,1\n"):
        upload(client, talk, ("items.csv", content))
    assert sorted(Dataset.objects.values_list("name", "version")) == [("items", 1), ("items", 2)]
    (held,) = held_by(talk)
    assert (held.dataset.version, [one.version for one in held.earlier]) == (1, [2])  # the one brought last
    upload(client, talk, ("plan.xlsx", workbook({"Cost": COST, "Demand": DEMAND})))
    upload(client, talk, ("plan.xlsx", workbook({"Cost": COST, "Demand": [*DEMAND, ["Nice", 1]]})))
    versions = {(one.name, one.version): one.row_count for one in Dataset.objects.filter(sheet__gt="")}
    assert versions == {("Cost", 1): 4, ("Demand", 1): 2, ("Demand", 2): 3}


def test_a_stored_sheet_is_read_back_as_it_was(client: Client, talk: Conversation) -> None:
    upload(client, talk, ("plan.xlsx", workbook({"Cost": COST, "Demand": DEMAND})))
    table = table_of(Dataset.objects.get(name="Cost"))
    assert table.columns["Shipping cost (EUR/t)"] == (4, 6, 5, 3)
    assert table.units == {"Shipping cost (EUR/t)": "EUR/t"}
    assert table.place(0, "City") == "plan.xlsx, sheet Cost, cell B2 (City)"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            [("plan.xlsx", workbook({"Cost": [["a", "b"], [1, "=A2"]]}))],
            "sheet Cost, cell B2 (b): the formula =A2 has no",
        ),
        ([("plan.xlsx", b"PK\x03\x04 not a zip")], "damaged or cut off"),
        ([("good.csv", b"a,b\n1,2\n"), ("bad.csv", b"a,a\n1,2\n")], "two columns are named a"),
        ([("big.csv", b"a\n" + b"1\n" * 6_000_000)], "at most 10 MB are read"),
        ([("one.csv", b"a\n1\n"), ("one.json", b'[{"a": 2}]')], "both have a table named one"),
        ([], "Choose one or more files first."),
        ([(f"f{n}.csv", b"a\n1\n") for n in range(11)], "At most 10 files"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_stored(
    client: Client, talk: Conversation, files: list[tuple[str, bytes]], said: str
) -> None:
    answer = upload(client, talk, *files)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Dataset.objects.exists()


def test_a_dataset_has_a_page_with_its_versions(client: Client, talk: Conversation) -> None:
    upload(client, talk, ("items.csv", b"a,b\nx,1\n"))
    upload(client, talk, ("items.csv", b"a,b\ny,2\n"))
    newest = Dataset.objects.get(version=2)
    page = client.get(reverse("dataset", args=[newest.id])).content.decode()
    assert "items, version 2" in page
    assert ">version 1</a>" in page
    assert newest.content_hash[:12] in page


def test_columns_are_proposed_and_can_be_changed(client: Client, talk: Conversation, run: Run) -> None:
    upload(client, talk, ("plan.xlsx", GOOD))
    page = client.get(reverse("mapping", args=[run.id])).content.decode()
    assert "Cost · Shipping cost (EUR/t), by Plant and City" in page
    assert "proposed for its name, its unit, its labels" in page
    assert "4 numbers from 3 to 6 EUR/t" in page


def test_a_table_that_came_since_is_proposed_in_place_of_the_one_it_was_read_from(
    client: Client, talk: Conversation, run: Run
) -> None:
    formulation = FORMULATION.model_dump(mode="json")
    next(one for one in formulation["parameters"] if one["name"] == "demand")["source"] = "table:spring.Demand"
    upload(client, talk, ("spring.csv", b"City,Demand [t]\nParis,25\nLyon,35\n"))
    ModelVersion.objects.filter(id=run.version_id).update(formulation=formulation, created_at=timezone.now())
    upload(client, talk, ("autumn.csv", b"City,Demand [t]\nParis,20\nLyon,30\n"))
    page = client.get(reverse("mapping", args=[run.id]))
    demand = next(one for one in page.context["fields"] if one.name == "demand")
    assert demand.reason == "the same column, in a newer table"
    assert [choice.text for choice in demand.choices if choice.chosen] == ["autumn · Demand [t], by City"]


def asked(client: Client, run: Run, **changes: str) -> dict[str, str]:
    """What the form of the mapping page would send, with some fields changed."""
    fields = client.get(reverse("mapping", args=[run.id])).context["fields"]
    chosen = {one.field: next(choice.value for choice in one.choices if choice.chosen) for one in fields}
    return chosen | {f"map-{name}": value for name, value in changes.items()}


def test_faults_come_back_with_the_choices_kept_and_start_nothing(client: Client, talk: Conversation, run: Run) -> None:
    bad = [["City", "Demand [t]"], ["Paris", -25], ["Lyon", 35]]
    upload(client, talk, ("plan.xlsx", workbook({"Cost": COST, "Supply": SUPPLY, "Demand": bad, "Fees": FEES})))
    answer = client.post(reverse("mapping", args=[run.id]), asked(client, run, supply="") | {"solve": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "plan.xlsx, sheet Demand, cell B2 (Demand [t]): -25 is negative" in page
    supply = next(one for one in answer.context["fields"] if one.name == "supply")
    assert not supply.is_mapped
    assert Run.objects.count() == 1


def test_a_fitting_mapping_is_checked_and_then_solved_as_a_turn_of_the_conversation(
    client: Client, talk: Conversation, run: Run, rung: list[UUID], django_capture_on_commit_callbacks: Any
) -> None:
    upload(client, talk, ("plan.xlsx", GOOD))
    sent = asked(client, run)
    checked = client.post(reverse("mapping", args=[run.id]), sent)
    assert "Everything fits" in checked.content.decode()
    assert Run.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mapping", args=[run.id]), sent | {"solve": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("conversation", args=[talk.id]))
    message = Message.objects.select_related("run").latest("id")
    assert message.text == (
        "Solve version 1 with new data: Cost (version 1), Demand (version 1), Fees (version 1), Supply (version 1)."
    )
    assert (message.run.kind, message.run.base_id) == (Run.Kind.DATA, run.version_id)
    assert rung == [message.run_id]
    assert {one["name"] for one in message.run.question["bindings"]} == {
        "PLANTS",
        "CITIES",
        "cost",
        "supply",
        "demand",
        "handling",
    }
    page = client.get(reverse("conversation", args=[talk.id])).content.decode()
    assert "Put the new data in" in page


def test_the_template_maps_itself(client: Client, talk: Conversation, run: Run) -> None:
    answer = client.get(reverse("template", args=[run.id]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="version-1-data.xlsx"'
    upload(client, talk, ("filled.xlsx", answer.content))
    checked = client.post(reverse("mapping", args=[run.id]), asked(client, run))
    assert "Everything fits" in checked.content.decode()
    assert all(one.is_mapped or one.follows for one in checked.context["fields"])


def test_without_tables_the_page_offers_a_template(client: Client, run: Run) -> None:
    page = client.get(reverse("mapping", args=[run.id])).content.decode()
    assert "No tables yet." in page
    assert reverse("template", args=[run.id]) in page


def test_a_message_goes_on_with_the_data_in_use(client: Client, alice: User, talk: Conversation, run: Run) -> None:
    upload(client, talk, ("items.csv", b"a,b\nx,1\n"))
    upload(client, talk, ("limits.csv", b"c\n3\n"))
    upload(client, talk, ("items.csv", b"a,b\nx,2\n"))
    message = services.post_message(conversation=talk, actor=alice, text="At most 3 desks.")
    used = {(one.name, one.version) for one in message.run.datasets.all()}
    assert used == {("items", 2), ("limits", 1)} == {(one.name, one.version) for one in in_use(talk)}


@pytest.mark.django_db(transaction=True)
def test_a_message_after_new_data_revises_the_version_with_its_new_numbers(
    alice: User, talk: Conversation, tmp_path: Any
) -> None:
    """The request still says 240 hours: the next message must not bring them back."""
    first = drafted(talk, alice, TEXT_OF_THE_WORKSHOP)
    _, content = template_of(first)
    book = load_workbook(io.BytesIO(content))
    for row in book["Numbers"].iter_rows(min_row=2):
        row[1].value = 120 if row[0].value == "hours_of_carpentry_limit" else row[1].value
    book.save(tmp_path / "filled.xlsx")
    uploads = [Upload("filled.xlsx", (tmp_path / "filled.xlsx").read_bytes())]
    attachments.bring(conversation=talk, actor=alice, uploads=uploads)
    held = with_content(talk)
    message = solve_with_data(run=first, actor=alice, mapped=board_of(first, held).mapped(None), datasets=held)
    second = executed(message.run)
    assert second.result is not None
    assert second.result["objective_value"] == 2100
    rules = {item["name"]: item for item in version_of(second).formulation["constraints"]}
    assert rules["hours_of_carpentry"]["label"].endswith("120")
    assert "240 hours" in rules["hours_of_carpentry"]["sentence"]  # a quote of the request

    third = drafted(talk, alice, "Make at least 5 chairs.")
    assert version_of(third).parent_id == second.version_id
    numbers = {item["name"]: item["value"] for item in version_of(third).formulation["parameters"]}
    assert numbers["hours_of_carpentry_limit"] == 120


TEXT_OF_THE_WORKSHOP = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; a chair "
    "brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each maximizes "
    "profit?"
)


def drafted(talk: Conversation, actor: User, text: str) -> Run:
    return executed(services.post_message(conversation=talk, actor=actor, text=text, drafter="builtin").run)


def executed(run: Run) -> Run:
    pipeline.execute(run.id)
    done = Run.objects.select_related("version", "base").get(id=run.id)
    assert done.lifecycle == "succeeded", done.closing_message
    return done


def version_of(run: Run) -> ModelVersion:
    assert run.version is not None
    return run.version


def test_a_stranger_finds_nothing(client: Client, talk: Conversation, run: Run) -> None:
    upload(client, talk, ("items.csv", b"a,b\nx,1\n"))
    addresses = [
        reverse("datasets", args=[talk.id]),
        reverse("dataset", args=[Dataset.objects.get().id]),
        reverse("mapping", args=[run.id]),
        reverse("template", args=[run.id]),
    ]
    stranger = Client()
    stranger.force_login(UserFactory(username="eve"))
    assert {stranger.get(address).status_code for address in addresses} == {404}
    assert stranger.post(addresses[0], {}).status_code == 404
    assert stranger.post(addresses[2], {"solve": "1"}).status_code == 404
    assert {Client().get(address).status_code for address in addresses} == {302}


def test_the_list_takes_as_many_queries_for_many_tables_as_for_one(
    client: Client, talk: Conversation, django_assert_max_num_queries: Any
) -> None:
    upload(client, talk, *((f"t{number}.csv", f"a,b\nx,{number}\n".encode()) for number in range(8)))
    with django_assert_max_num_queries(12):
        client.get(reverse("datasets", args=[talk.id]))
