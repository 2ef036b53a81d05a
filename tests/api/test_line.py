"""The line through the API alone: begin, watch, answer, stop, take the result, solve again, bring new data."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from copilot.accounts.models import Membership, User
from copilot.chat.models import Conversation
from copilot.drafting.wire import data_to_json
from copilot.runs import pipeline
from copilot.runs.models import Run
from tests.api.conftest import Program
from tests.chat import stories
from tests.data.test_mapping import COST, DEMAND, FEES, SUPPLY
from tests.data.workbooks import workbook
from tests.factories import MembershipFactory, RunFactory, UserFactory, VersionFactory
from tests.runs.shipping import DATA, FORMULATION, OPTIMUM, PROGRAM
from tests.runs.shipping import TEXT as SHIPPING

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "maximize 70 desks + 40 chairs\nsubject to\n4 desks + 3 chairs <= 240\n2 desks + chairs <= 100"
CSV = b"city,demand\nParis,20\nLyon,30\n"


def begun(program: Program, **changes: Any) -> dict[str, Any]:
    response = program.post("conversations", {"text": TEXT} | changes)
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def walked(run_id: str) -> None:
    pipeline.execute(Run.objects.get(id=run_id).id)


def test_from_a_message_to_a_plan(program: Program) -> None:
    message = begun(program, seed=7)
    run = message["run"]
    assert (run["status"], run["seed"], run["conversation"]) == ("queued", 7, message["conversation"])
    assert program.get(f"runs/{run['id']}/result").status_code == 202
    walked(run["id"])
    told = program.get(f"runs/{run['id']}").json()
    assert (told["status"], told["termination_condition"], told["verification"]) == ("succeeded", "optimal", "passed")
    assert told["objective_value"] == pytest.approx(4000 - 300)
    result = program.get(told["result"]).json()
    assert result["variables"] == {"desks": 30.0, "chairs": 40.0}
    version = program.get(f"versions/{told['version']['id']}").json()
    assert "def build_model" in version["program"]
    assert program.get(version["files"]["lp"]).status_code == 200
    rows = program.get(f"runs/{run['id']}/solution.json", show="rules")
    assert json.loads(b"".join(rows.streaming_content))["rules"][0]["name"]
    versions = program.get(f"conversations/{message['conversation']}/versions").json()
    assert [one["number"] for one in versions["results"]] == [1]


def test_events_come_in_pages_without_gaps(program: Program) -> None:
    run = begun(program)["run"]
    walked(run["id"])
    address, seen, complete = f"{run['events']}?limit=4", [], False
    while not complete:
        page = program.get(address).json()
        seen += [event["sequence"] for event in page["events"]]
        complete, address = page["is_complete"], f"{page['next']}&limit=4"
    assert seen == list(range(1, page["last_sequence"] + 1))
    assert page["status"] == "succeeded"


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5"])
def test_an_odd_place_in_the_events_is_refused(after: str, program: Program) -> None:
    run = begun(program)["run"]
    response = program.get(run["events"], after=after)
    assert response.status_code == 400
    assert "whole number" in response.json()["after"][0]


def test_the_same_key_starts_one_run(program: Program) -> None:
    first = program.post("conversations", {"text": TEXT}, **{"Idempotency-Key": "order-1"})
    again = program.post("conversations", {"text": TEXT}, **{"Idempotency-Key": "order-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["run"]["id"] == again.json()["run"]["id"]
    assert Conversation.objects.count() == 1
    assert program.post("conversations", {"text": TEXT}, **{"Idempotency-Key": "k" * 65}).status_code == 400


def test_a_second_message_revises_and_a_version_is_solved_again(program: Program) -> None:
    message = begun(program)
    walked(message["run"]["id"])
    posted = program.post(f"conversations/{message['conversation']}/messages", {"text": "Desks bring 80."})
    assert posted.status_code == 201
    assert posted.json()["run"]["base"]["number"] == 1
    walked(posted.json()["run"]["id"])
    again = program.post(f"runs/{message['run']['id']}/solve", {"method": "simplex", "time_limit_seconds": 5})
    assert again.status_code == 201
    assert (again.json()["kind"], again.json()["method"]) == ("solve", "simplex")
    walked(again.json()["id"])
    assert program.get(again["Location"]).json()["status"] == "succeeded"
    assert program.get(f"conversations/{message['conversation']}/messages").json()["count"] == 3
    assert program.post(f"runs/{message['run']['id']}/retry").status_code == 201


def test_a_question_is_answered_once(alice: User, program: Program) -> None:
    run = stories.asked(alice)
    told = program.get(f"runs/{run.id}").json()
    asked = told["question"]["asked"]
    assert told["question"]["options"]
    assert program.post(f"runs/{run.id}/answer", {"asked": asked}).status_code == 400
    answer = program.post(f"runs/{run.id}/answer", {"asked": asked, "text": told["question"]["options"][0]})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["question"]) == ("queued", None)
    late = program.post(f"runs/{run.id}/answer", {"asked": asked, "skip": True})
    assert late.status_code == 409
    assert "answered already" in late.json()["detail"]


def test_a_run_is_stopped_and_nothing_more_can_be_asked_of_it(program: Program) -> None:
    run = begun(program)["run"]
    assert program.post(f"runs/{run['id']}/cancel", {"keep_best": False}).json()["status"] == "cancelled"
    assert program.post(f"runs/{run['id']}/cancel").status_code == 200
    again = program.post(f"runs/{run['id']}/solve")
    assert again.status_code == 409
    assert "no version" in again.json()["detail"]
    assert program.get(f"runs/{run['id']}/data").status_code == 409


def test_tables_come_with_the_message_or_by_themselves(program: Program) -> None:
    files = {"text": TEXT, "tables": [SimpleUploadedFile("cities.csv", CSV)]}
    message = program.send("conversations", files)
    assert message.status_code == 201
    dataset = message.json()["run"]["datasets"][0]
    told = program.get(f"datasets/{dataset['id']}").json()
    assert (told["rows"], [one["name"] for one in told["columns"]]) == (2, ["city", "demand"])
    held = f"conversations/{message.json()['conversation']}/datasets"
    newer = program.send(held, {"tables": [SimpleUploadedFile("cities.csv", CSV + b"Nice,5\n")]})
    assert newer.status_code == 201
    assert newer.json()["results"][0]["version"] == 2
    assert [one["version"] for one in program.get(held).json()["results"]] == [2]
    back = program.post(held, {"datasets": [dataset["id"]]})
    assert back.status_code == 201
    assert [one["version"] for one in program.get(held).json()["results"]] == [1]
    other = begun(program, datasets=[dataset["id"]])
    assert other["run"]["datasets"] == [dataset]
    assert program.get("datasets", name="cities").json()["count"] == 2


def test_a_file_that_cannot_be_read_is_refused_with_place_and_rule(program: Program) -> None:
    message = begun(program)
    held = f"conversations/{message['conversation']}/datasets"
    bad = program.send(held, {"tables": [SimpleUploadedFile("cities.csv", b"city,demand\nParis,20,7\n")]})
    assert bad.status_code == 400
    assert "cities.csv, line 2" in bad.json()["detail"]
    assert program.send(held, {"files": [SimpleUploadedFile("a.csv", CSV)]}).json()["tables"]
    assert program.post(held, {}).status_code == 400
    assert program.post(held, {"datasets": [str(uuid4())]}).status_code == 404


@pytest.fixture
def shipped(alice: User, program: Program) -> dict[str, Any]:
    """A conversation whose run made the transport model, by its addresses."""
    message = begun(program, text=SHIPPING)
    workspace = Conversation.objects.get(id=message["conversation"]).workspace
    version = VersionFactory(
        workspace=workspace,
        request_text=SHIPPING,
        formulation=FORMULATION.model_dump(mode="json"),
        program=PROGRAM,
        data=data_to_json(DATA),
    )
    Run.objects.filter(id=message["run"]["id"]).update(version=version, lifecycle="succeeded")
    return {"data": f"runs/{message['run']['id']}/data", "held": f"conversations/{message['conversation']}/datasets"}


def bring(program: Program, shipped: dict[str, Any], demand: list[list[Any]]) -> None:
    sheets = {"Cost": COST, "Supply": SUPPLY, "Demand": demand, "Fees": FEES}
    assert (
        program.send(shipped["held"], {"tables": SimpleUploadedFile("plan.xlsx", workbook(sheets))}).status_code == 201
    )


def test_new_data_is_mapped_checked_and_solved(program: Program, shipped: dict[str, Any]) -> None:
    bring(program, shipped, DEMAND)
    board = program.get(shipped["data"]).json()
    wanted = {one["name"]: one for one in board["wanted"]}
    assert wanted["demand"]["chosen"].startswith("Demand|numbers|")
    checked = program.post(shipped["data"], {"solve": False})
    assert (checked.status_code, checked.json()["faults"]) == (200, [])
    started = program.post(shipped["data"])
    assert started.status_code == 201
    assert started.json()["kind"] == "data"
    walked(started.json()["id"])
    assert program.get(started["Location"]).json()["objective_value"] == pytest.approx(OPTIMUM)


def test_faults_of_new_data_name_sheet_cell_and_rule(program: Program, shipped: dict[str, Any]) -> None:
    bring(program, shipped, [*DEMAND[:-1], [DEMAND[-1][0], "many"]])
    refused = program.post(shipped["data"])
    assert refused.status_code == 400
    assert "sheet Demand, cell B" in refused.json()["faults"][0]


def test_a_column_that_is_not_there_is_no_silent_present_value(program: Program, shipped: dict[str, Any]) -> None:
    bring(program, shipped, DEMAND)
    refused = program.post(shipped["data"], {"mapping": {"demand": "Demand|numbers|Wish|City"}})
    assert refused.status_code == 400
    assert "demand" in refused.json()["detail"]
    unknown = program.post(shipped["data"], {"mapping": {"wishes": ""}})
    assert unknown.status_code == 400
    assert "wishes" in unknown.json()["detail"]


def test_the_template_is_a_workbook(program: Program, shipped: dict[str, Any]) -> None:
    response = program.get(shipped["data"].replace("/data", "/template.xlsx"))
    assert response.status_code == 200
    assert load_workbook(io.BytesIO(response.content)).sheetnames


def test_strangers_find_nothing_and_viewers_change_nothing(alice: User, charlie: User, program: Program) -> None:
    run = begun(program)
    stranger = Program(charlie)
    places = [f"runs/{run['run']['id']}", f"conversations/{run['conversation']}"]
    for place in (*places, f"{places[0]}/events", f"{places[0]}/result", f"{places[1]}/messages"):
        assert stranger.get(place).status_code == 404, place
    for verb in ("answer", "cancel", "retry", "solve", "data"):
        assert stranger.post(f"{places[0]}/{verb}").status_code == 404
    assert stranger.post(f"{places[1]}/messages", {"text": TEXT}).status_code == 404
    assert stranger.get("runs").json()["count"] == 0
    viewer = UserFactory(username="victor")
    workspace = Run.objects.get(id=run["run"]["id"]).workspace
    MembershipFactory(user=viewer, workspace=workspace, role=Membership.Role.VIEWER)
    looking = Program(viewer)
    assert looking.get(places[0]).status_code == 200
    for place in (f"{places[0]}/cancel", f"{places[0]}/solve", f"{places[1]}/messages", "conversations"):
        assert looking.post(place, {"text": TEXT}).status_code == 403, place


def test_a_run_of_the_command_line_is_seen_but_not_talked_to(alice: User, program: Program) -> None:
    run = RunFactory(workspace=alice.memberships.get().workspace, created_by=alice)
    assert program.get(f"runs/{run.id}").json()["conversation"] is None
    assert program.post(f"runs/{run.id}/retry").status_code == 409
