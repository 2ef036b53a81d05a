"""Bytes of an uploaded file to text: the byte order mark, UTF-8, UTF-16, then Windows-1252 with a warning."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from copilot.data.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # how a workbook with a password is packed
_OTHER_FORMATS = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive; export the sheet as CSV"),
    (_COMPOUND, "an old Excel workbook (.xls), whatever its name; save it as .xlsx, or export the sheet as CSV"),
    (b"%PDF", "a PDF document; copy its table into a spreadsheet and export that as CSV"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"PAR1", "a Parquet file; export it as CSV"),
)


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text with the name of the encoding it was read in; `warning` is empty where there is no doubt."""

    text: str
    encoding: str
    warning: str = ""


def decode_text(name: str, content: bytes) -> DecodedText:
    """Decode a text file. Raises DataError for anything that is not text, naming the line of the first bad byte."""
    if content.startswith(_COMPOUND) and _ENCRYPTED in content:
        raise DataError(f"{name} is protected by a password. Remove it and upload the workbook again.")
    for magic, what in _OTHER_FORMATS:
        if content.startswith(magic):
            raise DataError(f"{name} is {what}.")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return DecodedText(_decode(name, content, encoding), encoding)
    if b"\x00" in content:
        encoding = _utf16_without_mark(content)
        if not encoding:
            line = content[: content.index(b"\x00")].count(b"\n") + 1
            raise DataError(f"{name}, line {line}: a NUL byte: this is not a text file. Save it as UTF-8 CSV.")
        return DecodedText(_decode(name, content, encoding), encoding)
    try:
        return DecodedText(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        text = _decode(name, content, "cp1252")
        warning = (
            f"{name} is not UTF-8 (line {line}); it was read as Windows-1252. Check accented letters, "
            "or save the file as UTF-8."
        )
        return DecodedText(text, "cp1252", warning)


def _decode(name: str, content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{name}, line {line}: the bytes cannot be read as {encoding} text. Save the file as UTF-8 CSV."
        ) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise DataError(f"{name}, line {line}: a NUL character: this is not a text file. Save it as UTF-8 CSV.")
    return text


def _utf16_without_mark(content: bytes) -> str:
    """Mostly Latin text in UTF-16 has a NUL in every second byte, always on the same side."""
    sample = content[:2_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if len(content) % 2 or not half:
        return ""
    if odd > 0.7 * half and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and not odd else ""
