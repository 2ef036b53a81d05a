"""What an insight says, as plain values: the same for every origin, normalised, bounded, and hashed."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass

SOLVER_SCOPES = ("any", "pyomo", "highs", "gurobi", "pdlp")
LONGEST = 20_000  # characters of one field
LABELS_MOST = 8
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LabelPath = tuple[str, ...]  # names from the stage down, one to three of them


class ContentError(ValueError):
    """A text that cannot be an insight; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Content:
    """The fields of one version. `wrong` and `right` are the two halves of the example; either may be empty."""

    applies_when: str
    explanation: str
    not_when: str = ""
    wrong: str = ""
    right: str = ""
    title: str = ""
    labels: tuple[LabelPath, ...] = ()
    solver_scope: str = "any"
    language: str = "en"

    def cleaned(self) -> Content:
        """The same without control characters, invisible marks and outer blanks. Raises ContentError."""
        texts = {name: clean(value) for name, value in asdict(self).items() if isinstance(value, str)}
        found = Content(labels=tuple(tuple(clean(name) for name in path) for path in self.labels), **texts)
        found.check()
        return found

    def check(self) -> None:
        """Raise ContentError, which says what to change, unless it can be stored."""
        for name in ("applies_when", "explanation"):
            if not getattr(self, name):
                raise ContentError(f"The field {name} is empty. Every insight says when it applies, and why.")
        for name, value in asdict(self).items():
            if isinstance(value, str) and len(value) > LONGEST:
                raise ContentError(f"The field {name} has {len(value):,} characters; at most {LONGEST:,} are kept.")
        if len(self.title) > 160:
            raise ContentError("The title has more than 160 characters.")
        if len(self.language) > 12:
            raise ContentError(f"The language {self.language[:20]!r} is no language tag, such as en or pt-BR.")
        if self.solver_scope not in SOLVER_SCOPES:
            raise ContentError(f"The solver scope {self.solver_scope[:20]!r} is none of {', '.join(SOLVER_SCOPES)}.")
        self._check_labels()

    def _check_labels(self) -> None:
        if len(self.labels) > LABELS_MOST:
            raise ContentError(f"There are {len(self.labels)} labels; an insight carries at most {LABELS_MOST}.")
        for path in self.labels:
            if not 1 <= len(path) <= 3 or not all(0 < len(name) <= 120 for name in path):
                raise ContentError(
                    f"The label {' → '.join(path)[:80]!r} must be one to three names of up to 120 letters."
                )

    def digest(self) -> str:
        """Hash over what it says; titles, letter case of labels and their order do not count."""
        said = asdict(self) | {"title": "", "labels": sorted({path_key(path) for path in self.labels})}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def clean(text: str) -> str:
    """Text in NFC with plain line ends, without control characters and invisible marks, trimmed."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    without_halves = plain.encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair cannot be stored
    return _CONTROL.sub("", without_halves).strip()


def name_key(name: str) -> str:
    """A label's name as it is compared: without case, punctuation and plural endings."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    words = re.findall(r"\w+", folded)
    return " ".join(_singular(word) for word in words) or folded.strip()


def path_key(path: LabelPath) -> str:
    """The address of a label as it is compared."""
    return " / ".join(name_key(name) for name in path)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
