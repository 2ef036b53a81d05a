"""Import of a file of insights: all of it or nothing, every one a draft, with a report on its quality."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from copilot.accounts.models import User
from copilot.library import audit, insights, lint, locks, taxonomy
from copilot.library.access import LibraryRefused, check_curate
from copilot.library.content import ContentError, LabelPath, path_key
from copilot.library.formats import alphaopt, rows, strict_json
from copilot.library.formats.records import Problem, Reading, Record
from copilot.library.insights import Provenance, Reach
from copilot.library.lint import Finding
from copilot.library.models import Episode, InsightUse, InsightVersion, Lineage, Origin, TaxonomyLabel

EVERYONE = Reach()
RESPELLED_KEPT = 100  # labels spelled in another way that the log names
Role = InsightUse.Role


@dataclass(slots=True)
class ImportReport:
    """What became of a file. With any problem nothing of it was stored."""

    file: str
    format: str
    records: int = 0
    stored: int = 0
    new_versions: int = 0
    already_there: int = 0
    problems: list[Problem] = field(default_factory=list)
    insights: list[dict[str, Any]] = field(default_factory=list)
    near_duplicates: list[dict[str, Any]] = field(default_factory=list)
    new_labels: list[str] = field(default_factory=list)
    respelled_labels: list[str] = field(default_factory=list)
    clashing_evidence: int = 0

    @property
    def findings(self) -> dict[str, int]:
        """How many insights have which finding."""
        counts = Counter(finding["code"] for insight in self.insights for finding in insight["findings"])
        return dict(counts.most_common())

    def to_json(self) -> dict[str, Any]:
        """The whole report as JSON."""
        return {
            "file": self.file,
            "format": self.format,
            "records": self.records,
            "stored": self.stored,
            "new_versions": self.new_versions,
            "already_there": self.already_there,
            "problems": [{"place": problem.place, "message": problem.message} for problem in self.problems],
            "findings": self.findings,
            "near_duplicates": self.near_duplicates,
            "new_labels": self.new_labels,
            "respelled_labels": self.respelled_labels,
            "clashing_evidence": self.clashing_evidence,
            "insights": self.insights,
        }


def read_path(path: Path) -> bytes:
    """The bytes of a file, unless there are more than a library has. Raises FormatError."""
    try:
        if path.stat().st_size > strict_json.MOST_BYTES:
            size, most = path.stat().st_size >> 20, strict_json.MOST_BYTES >> 20
            raise strict_json.FormatError(f"{path.name} has {size:,} MB; at most {most} MB are read. Split it.")
        return path.read_bytes()
    except OSError as error:
        raise strict_json.FormatError(f"{path.name} cannot be read: {error.strerror}.") from error


def read(name: str, data: bytes) -> Reading:
    """The records of a file by the ending of its name: .json (AlphaOPT), .jsonl or .csv. Raises FormatError."""
    readers = {".jsonl": rows.read_jsonl, ".csv": rows.read_csv}
    suffix = Path(name).suffix.lower()
    if suffix in readers:
        return readers[suffix](data)
    if suffix != ".json":
        raise strict_json.FormatError(f"{name} ends in none of .json, .jsonl and .csv.")
    return alphaopt.read(strict_json.parse(data, what=name))


def import_file(
    name: str,
    data: bytes,
    *,
    actor: User | None,
    reach: Reach = EVERYONE,
    licence: str = "",
    taxonomy_data: bytes | None = None,
    most: int = strict_json.MOST_RECORDS,
) -> ImportReport:
    """Store the insights of a file as drafts, with the labels and the evidence that came with them.

    A record that is there already changes nothing. `taxonomy_data` is a taxonomy file that goes with it; without one,
    labels are judged by the taxonomy that is here. A file with more than `most` insights is refused: all of it is one
    transaction. Raises LibraryRefused where the actor may not.
    """
    if actor is not None:
        check_curate(actor, reach.workspace)
    report = ImportReport(file=name, format=Path(name).suffix.lstrip("."))
    try:
        reading = read(name, data)
        labels = alphaopt.read_taxonomy(strict_json.parse(taxonomy_data, what="The taxonomy")) if taxonomy_data else {}
    except (strict_json.FormatError, ContentError) as error:
        report.problems.append(Problem("the file", str(error)))
        return report
    report.format, report.records, report.problems = reading.format, len(reading.records), list(reading.problems)
    if report.records > most:
        told = f"It holds {report.records:,} insights; at most {most:,} are taken at once. Split it."
        report.problems.append(Problem("the file", told))
    if not report.problems:
        source = {"file": Path(name).name, "sha256": hashlib.sha256(data).hexdigest()}
        _Import(report, actor, reach, licence, source).run(reading.records, labels)
    return report


@dataclass(slots=True)
class _Import:
    report: ImportReport
    actor: User | None
    reach: Reach
    licence: str
    source: Mapping[str, Any]
    spelled: dict[str, LabelPath] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)

    def run(self, records: Sequence[Record], labels: Mapping[LabelPath, tuple[str, str]]) -> None:
        try:
            with transaction.atomic():
                locks.alone_at("import")  # the same file twice at once would be stored twice
                self._run(records, labels)
        except (ContentError, LibraryRefused) as error:
            self.report.problems.append(Problem("the file", str(error)))
            self.report.stored = self.report.new_versions = self.report.already_there = 0
            self.report.insights.clear()

    def _run(self, records: Sequence[Record], labels: Mapping[LabelPath, tuple[str, str]]) -> None:
        for path, (definition, condition) in labels.items():
            self._label(path, definition, condition)
        known = _known_labels(self.reach)
        for position, record in enumerate(records):
            for path in record.content.labels:
                self._label(path, *record.label_notes.get(path, ("", "")))
            findings = lint.lint(record.content, known=lambda path: path_key(path) in known)
            version = self._store(record, position, findings)
            told = {"place": record.place, "legacy_id": record.legacy_id, "version": str(version.id)}
            self.report.insights.append({**told, "findings": [finding.to_json() for finding in findings]})
        self._tell_twins(records)
        kept = ("format", "records", "stored", "new_versions", "already_there", "clashing_evidence")
        sums: dict[str, Any] = {name: getattr(self.report, name) for name in kept} | dict(self.source)
        sums["respelled_labels"] = self.report.respelled_labels[:RESPELLED_KEPT]
        if self.report.insights:
            audit.note("imported", version, actor=self.actor, workspace=self.reach.workspace, **sums)

    def _label(self, path: LabelPath, definition: str, condition: str) -> None:
        key = path_key(path)
        first = self.spelled.setdefault(key, path)
        if (
            first != path
            and (spelling := f"{' > '.join(path)} (as {' > '.join(first)})") not in self.report.respelled_labels
        ):
            self.report.respelled_labels.append(spelling)
        if first == path and taxonomy.find(path, workspace=self.reach.workspace) is None:
            made = taxonomy.find_or_propose(
                path, workspace=self.reach.workspace, actor=self.actor, definition=definition, condition=condition
            )
            self.report.new_labels.append(" > ".join(insights.label_path(made)))

    def _store(self, record: Record, position: int, findings: Sequence[Finding]) -> InsightVersion:
        there = self._there(record)
        extras = {alphaopt.FORMAT: dict(record.raw)} if record.raw else {}
        if (
            there is not None
            and there.content_hash == record.content.digest()
            and (there.extras == extras or not extras)
        ):
            self.report.already_there += 1
            return there
        provenance = Provenance(
            origin=Origin.IMPORTED,
            author=self.actor,
            licence=record.licence or self.licence,
            source={**self.source, "position": position, "tasks": list(record.tasks)},
            extras=extras,
            findings=[finding.to_json() for finding in findings],
        )
        if there is not None:
            kind = Lineage.Kind.IMPORT
            version = insights.add_version(there.insight, record.content, provenance, parents=[there], kind=kind)
            self.report.new_versions += 1
        else:
            version = insights.create(
                record.content, provenance, reach=self.reach, key=record.key, legacy_id=record.legacy_id
            )
            self.report.stored += 1
        self._evidence(record, version)
        return version

    def _there(self, record: Record) -> InsightVersion | None:
        """The newest version of the same insight: by its key, else by number and content."""
        mine = InsightVersion.objects.filter(
            insight__scope=self.reach.scope, insight__workspace=self.reach.workspace, insight__owner=self.reach.owner
        ).select_related("insight")
        if record.key:
            return mine.filter(insight__key=record.key).order_by("-number").first()
        same = mine.filter(content_hash=record.content.digest(), insight__legacy_id=record.legacy_id)
        return same.order_by("-number").first()

    def _evidence(self, record: Record, version: InsightVersion) -> None:
        """Stubs of what the file claims; of several claims about one task the first outcome in our order stays."""
        claims: dict[str, str] = {}
        for task, outcome in record.evidence:
            claims.setdefault(task, outcome)
        self.report.clashing_evidence += len(record.evidence) - len(claims)
        InsightUse.objects.bulk_create(
            InsightUse(
                episode=self._episode(task),
                version=version,
                insight_id=version.insight_id,
                role=Role.MISSED if outcome == InsightUse.Outcome.UNRETRIEVED else Role.SHOWN,
                outcome=outcome,
            )
            for task, outcome in claims.items()
        )

    def _episode(self, task: str) -> Episode:
        if task not in self.episodes:
            self.episodes[task], _ = Episode.objects.get_or_create(
                workspace=self.reach.workspace, origin=Episode.Origin.IMPORT, task_key=task
            )
        return self.episodes[task]

    def _tell_twins(self, records: Sequence[Record]) -> None:
        for first, later, likeness in lint.near_duplicates([record.content for record in records]):
            pair = [records[position].legacy_id or records[position].place for position in (first, later)]
            self.report.near_duplicates.append({"pair": pair, "likeness": likeness})


def _known_labels(reach: Reach) -> set[str]:
    """The addresses that lead to a label before the file's own insights are looked at: what only they use is new."""
    labels = TaxonomyLabel.objects.filter(Q(workspace=None) | Q(workspace=reach.workspace))
    return set(labels.values_list("path", flat=True)) | set(labels.values_list("aliases__path", flat=True))
