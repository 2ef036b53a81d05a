"""Workbooks made for the tests, honest and hostile."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

Cells = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Cells], change: Callable[[Workbook], object] | None = None) -> bytes:
    """The bytes of a workbook with these rows on its sheets; `change` works on it before it is saved."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change is not None:
        change(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def rewritten(
    content: bytes, changes: Mapping[str, Callable[[bytes], bytes]], extra: Mapping[str, bytes] = {}
) -> bytes:
    """The archive with parts changed by their names and others added."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, changes[name](text) if name in changes else text)
        for name, text in extra.items():
            new.writestr(name, text)
    return held.getvalue()


def claiming(content: bytes, size: int) -> bytes:
    """The archive with every entry of its directory claiming another size unpacked."""
    patched = bytearray(content)
    for found in re.finditer(rb"PK\x01\x02", content):
        patched[found.start() + 24 : found.start() + 28] = size.to_bytes(4, "little")
    return bytes(patched)
