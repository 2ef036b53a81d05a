"""`manage.py library ...`: import, export, release, roll back, count and seed, from a terminal or a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from copilot.accounts.models import Workspace
from copilot.library import exporting, importing, prepared, releases, seeding, seeds, stats
from copilot.library.access import LibraryRefused
from copilot.library.formats.strict_json import FormatError
from copilot.library.importing import ImportReport
from copilot.library.insights import Reach
from copilot.library.models import LibraryRelease
from solvers.disk import write_whole
from solvers.instance import InstanceError


class Command(BaseCommand):
    """One verb a call; ends with 1 and a sentence when something is refused, and then nothing was changed."""

    help = "The experience library: import, export, stats, release, activate, rollback, seed."

    def add_arguments(self, parser: CommandParser) -> None:
        """A verb, then its own arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=CommandParser)
        incoming = verbs.add_parser(
            "import", help="store the insights of a file as drafts, and report on their quality"
        )
        incoming.add_argument("path", type=Path, help=".json (AlphaOPT), .jsonl or .csv")
        incoming.add_argument("--taxonomy", type=Path, help="a taxonomy file that goes with it")
        incoming.add_argument("--licence", default="", help="the licence of the texts, such as MIT")
        outgoing = verbs.add_parser("export", help="write the newest version of each insight to a file")
        outgoing.add_argument("path", type=Path)
        outgoing.add_argument("--format", choices=exporting.FORMATS, default="alphaopt")
        outgoing.add_argument("--taxonomy", type=Path, help="write the labels to this file too")
        counted = verbs.add_parser("stats", help="figures about the library")
        new = verbs.add_parser("release", help="freeze the newest active versions as a candidate")
        new.add_argument("name")
        new.add_argument("--note", default="")
        new.add_argument("--activate", action="store_true", help="let new runs use it")
        point = verbs.add_parser("activate", help="let new runs use a release that is there")
        point.add_argument("name")
        for verb in (new, point):
            verb.add_argument(
                "--no-gate", default="", metavar="REASON", help="activate without a gate; the log keeps why"
            )
        back = verbs.add_parser("rollback", help="go back to the release before the active one")
        seeded = verbs.add_parser("seed", help="install the insights that come with the product, if they are not there")
        for verb in (new, point, back):
            verb.add_argument("--reason", default="", help="why, for the log")
        for verb in (incoming, outgoing, new, point, back):
            verb.add_argument("--workspace", type=int, help="number of a workspace; default: insights for everyone")
        for verb in (incoming, outgoing, counted, new, point, back, seeded):
            verb.add_argument("--json", action="store_true", help="print one JSON object")
        self.add_verbs(verbs)

    def add_verbs(self, verbs: Any) -> None:
        """Room for the verbs of a command that builds on this one."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Say the verb."""
        try:
            with transaction.atomic():
                told = getattr(self, f"_{options['verb']}")(options, self._workspace(options.get("workspace")))
        except (LibraryRefused, FormatError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))

    def _say(self, options: dict[str, Any], *lines: str) -> None:
        if not options["json"]:
            self.stdout.write("\n".join(lines))

    def _import(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        path, tree = options["path"], options["taxonomy"]
        report = importing.import_file(
            path.name,
            importing.read_path(path),
            actor=None,
            reach=Reach(workspace),
            licence=options["licence"],
            taxonomy_data=importing.read_path(tree) if tree else None,
        )
        self._say(options, *_lines(report))
        if report.problems:
            if options["json"]:
                self.stdout.write(json.dumps(report.to_json(), indent=2))
            raise CommandError("Nothing was stored.")
        return report.to_json()

    def _export(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        text = exporting.write(options["format"], user=None, workspace=workspace)
        _write(options["path"], text)
        if options["taxonomy"]:
            _write(options["taxonomy"], exporting.write_taxonomy(workspace=workspace))
        self._say(options, f"Wrote {options['path']}.")
        return {"path": str(options["path"]), "format": options["format"], "characters": len(text)}

    def _stats(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        figures = stats.figures()
        self._say(options, *(f"{name.replace('_', ' '):<20} {_shown(value)}" for name, value in figures.items()))
        return figures

    def _release(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        release = releases.make(options["name"], actor=None, workspace=workspace, note=options["note"])
        prepared.prepare(release)  # else the first run that asks would wait for it
        if options["activate"]:
            _point(release, options)
        size = release.items.count()
        state = "is active" if options["activate"] else "is a candidate; the gate has not seen it"
        self._say(options, f"{release.name} holds {size} insights and {state}.")
        return {"release": release.name, "size": size, "active": options["activate"], "hash": release.manifest_hash}

    def _activate(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        release = releases.named(options["name"], workspace)
        _point(release, options)
        self._say(options, f"{release.name} is active. Runs that have started keep the release that they pinned.")
        return {"release": release.name, "active": True}

    def _rollback(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        release = releases.rollback(actor=None, workspace=workspace, reason=options["reason"])
        self._say(options, f"{release.name} is active again. Runs that have started keep the release that they pinned.")
        return {"release": release.name, "active": True}

    def _seed(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        release = seeding.install()
        self._say(options, f"{release.name} is installed." if release else f"{seeds.RELEASE} was installed before.")
        return {"release": seeds.RELEASE, "installed": release is not None}

    def _workspace(self, number: int | None) -> Workspace | None:
        found = Workspace.objects.filter(id=number).first() if number is not None else None
        if number is not None and found is None:
            raise CommandError(f"There is no workspace {number}.")
        return found


def _point(release: LibraryRelease, options: dict[str, Any]) -> None:
    why = options["no_gate"].strip()
    releases.activate(release, actor=None, reason=why or options["reason"], without_gate=bool(why))


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except InstanceError as error:
        raise CommandError(str(error)) from error


def _lines(report: ImportReport) -> list[str]:
    if report.problems:
        shown = [f"  {problem.place}: {problem.message}" for problem in report.problems[:20]]
        more = len(report.problems) - len(shown)
        return [f"{report.file} is refused:", *shown, *([f"  and {more} more"] if more else [])]
    head = (
        f"{report.file}: {report.stored} new drafts, {report.new_versions} new versions, {report.already_there} known"
    )
    facts = {
        **{f"finding {code}": many for code, many in report.findings.items()},
        "near-duplicate pairs": len(report.near_duplicates),
        "labels proposed": len(report.new_labels),
        "labels spelled differently": len(report.respelled_labels),
        "claims that clash": report.clashing_evidence,
    }
    return [head, *(f"  {name:<28} {many:>5}" for name, many in facts.items())]


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{many} {name}" for name, many in value.items()) or "none"
    return "none" if value is None else str(value)
