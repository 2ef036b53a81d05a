"""Looks into a workbook's archive before it is parsed: what it is, how large it becomes, what it hides."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from copilot.data.errors import DataError

MAX_MEMBERS = 2_000
MAX_UNPACKED = 150 << 20
# Parts that are read whole, and of which a workbook of our size needs little.
_LIMITS = {"xl/styles.xml": 8 << 20, "xl/workbook.xml": 4 << 20, "xl/sharedStrings.xml": 64 << 20}
_CHUNK = 1 << 20
_OVERLAP = 400
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_HIDDEN = re.compile(rb'<(?:\w+:)?(?:row|col)\b[^>]*\shidden="(?:1|true)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\sref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"')
_MERGES_KEPT = 5_000
_CODINGS = {"", "utf-8", "us-ascii", "ascii"}
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # NotImplementedError is one: a way of packing that is not known
    ValueError,
)
_XML = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Part:
    """What the text of one sheet tells: whether it has formulas or hidden rows, and its merged cells.

    A merged range is (first column letters, first row, last column letters, last row).
    """

    has_formulas: bool
    has_hidden: bool
    merged: tuple[tuple[str, int, str, int], ...]


def check_archive(name: str, content: bytes) -> tuple[str, ...]:
    """Warnings about a workbook that can be read; raises DataError with the reason and what to do for any other file.

    Refused before anything is unpacked: no workbook, encrypted, too many parts, more than 150 MB unpacked. No part may
    hold a document type, which a workbook never needs and which can be made to grow without end.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            _check_kind(name, names)
            _check_sizes(name, members)
            for member in members:
                if member.filename.lower().endswith(_XML):
                    _check_prolog(name, archive, member)
            return tuple(_ignored(name, names))
    except DataError:
        raise
    except _DAMAGED as error:
        raise DataError(
            f"{name} cannot be unpacked: it is damaged or cut off. Open it in a spreadsheet program and save it again."
        ) from error


def scan_sheet(name: str, content: bytes, path: str) -> Part:
    """Read one sheet's text for what a cell-by-cell reader does not show. Raises DataError when it is damaged."""
    formulas = hidden = False
    merged: dict[tuple[str, int, str, int], None] = {}
    for text in _pieces(name, content, path.lstrip("/")):
        formulas = formulas or bool(_FORMULA.search(text))
        hidden = hidden or bool(_HIDDEN.search(text))
        for found in _MERGED.finditer(text):
            if len(merged) < _MERGES_KEPT:
                first, top, last, bottom = found.groups()
                merged[first.decode(), int(top), last.decode(), int(bottom)] = None
    return Part(formulas, hidden, tuple(merged))


def _pieces(name: str, content: bytes, path: str) -> Iterator[bytes]:
    """A part in pieces that overlap, so that no tag is cut in all of them."""
    kept = b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
            while chunk := part.read(_CHUNK):
                yield kept + chunk
                kept = chunk[-_OVERLAP:]
    except _DAMAGED as error:
        raise DataError(f"{name}: the part {path} cannot be unpacked. Save the workbook again.") from error


def _check_kind(name: str, names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise DataError(f"{name} is a binary workbook. Save it as .xlsx, or export its sheets as CSV.")
    if "content.xml" in names:
        raise DataError(f"{name} is an OpenDocument file. Save it as .xlsx, or export its sheets as CSV.")
    raise DataError(f"{name} is a zip archive without a workbook in it. Unpack it and upload the files themselves.")


def _check_sizes(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise DataError(f"{name} has {len(members):,} parts; a workbook of tables has a few dozen. It was not opened.")
    if any(member.flag_bits & 1 for member in members):
        raise DataError(f"{name} is protected by a password. Remove it and upload the workbook again.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise DataError(
            f"{name} would unpack to {unpacked >> 20:,} MB; at most {MAX_UNPACKED >> 20} MB are. It was not opened. "
            "Keep the sheets that matter, or export them as CSV."
        )
    for member in members:
        if member.file_size > _LIMITS.get(member.filename, MAX_UNPACKED):
            raise DataError(
                f"{name}: its part {member.filename} would unpack to {member.file_size >> 20} MB, far more than tables "
                "need. Copy the cells into a new workbook, values only."
            )


def _check_prolog(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read up to the first element: a document type can only stand before it, and so can another encoding."""
    state = {"begun": False, "bad": ""}
    parser = expat.ParserCreate()

    def refuse(what: str) -> None:
        state["bad"] = what

    parser.StartDoctypeDeclHandler = lambda *_: refuse("a document type")
    parser.XmlDeclHandler = lambda _, coding, __: (
        None if (coding or "").lower() in _CODINGS else refuse(f"the encoding {coding or ''}"[:40])
    )
    parser.StartElementHandler = lambda *_: state.update(begun=True)
    with archive.open(member) as part:
        while not state["begun"] and not state["bad"] and (chunk := part.read(4096)):
            if chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                refuse("the encoding UTF-16")
                break
            try:
                parser.Parse(chunk)
            except expat.ExpatError:
                break  # whoever reads the part will say so; other parts may be fine
    if state["bad"]:
        raise DataError(
            f"{name}: its part {member.filename} has {state['bad']}, which no spreadsheet program writes. It was not "
            "opened. Copy the cells into a new workbook."
        )


def _ignored(name: str, names: set[str]) -> Iterator[str]:
    if any(member.endswith("vbaProject.bin") for member in names):
        yield f"{name} has macros: they are not run and not kept."
    if any(member.startswith("xl/externalLinks/") for member in names):
        yield f"{name} has links to other workbooks: the values stored in it are used, and may be old."
