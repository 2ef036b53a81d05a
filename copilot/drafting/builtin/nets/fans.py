"""Lines that fan out from one place to several: "From X: to Y (12), to Z (9)", "From X it takes 5 min to Y, 7 to Z"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.nets.data import Column, Data, Ends, Matrix, Place, blanked, role_of
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.sheets import intro_of
from copilot.drafting.builtin.words import load

_AMOUNT = (
    r"(?:about |approx\. )?(?P<money>[$€£¥]\s?)?(?<![\d.,])(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?![\w.]*\d)"
)
_NAME = r"(?P<name>[^\W_][\w.'’&/-]*(?: [\w.'’&/-]+){0,4}?)"
_UNIT = r"(?P<unit>(?:\s?[^\W\d_%][^\W\d_]*[²³]?\.?|%)?(?:[ /][^\W\d_]+){0,3}?)"
_ORIGIN = r"(?P<label>[^\W_][\w.'’&/-]*(?: [\w.'’&/-]+){0,4}?)(?P<remark>\s*\([^()]*\))?"
_FROM = (
    r"(?:(?:(?:lastly|finally|next|then|similarly|likewise|in turn|and),?\s+)?(?:(?:if|when|once) [\w' ]{2,30}? "
    r"(?:is|are|starts?|stands?|leaves?|departs?|waits?) (?:in |at |from )?"
    r"|(?:(?:\w+ing|travel|transport|(?:the )?(?:way|trip|drive|road|distances?|costs?|times?|trips?|fares?|prices?"
    r"|tolls?|fees?|flights?|rides?)(?: (?:of|for|to) (?:a |the )?[a-z]+)?) )?"
    r"(?:from|out of|leaving|starting (?:from|at|in)|source|origin)\s+)(?:the\s+)?)"
)
_STOP = re.compile(r"(?<!\bSt)(?<!\bDr)(?<!\bMt)[.?!](?=\s|$)")
_BULLET = re.compile(r"[ \t]*(?:(?:[*•‣▪◦–—-]|\d{1,2}[.)]|\(\d{1,2}\)|\(?[a-z]\))[ \t]+)?")
_COLON = re.compile(rf"\**(?P<from>{_FROM})?(?:the\s+)?{_ORIGIN}(?: to)?\**\s*:\**\s*", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"\**(?P<from>{_FROM}){_ORIGIN}\**,?\s+"
    r"(?:(?:it|there|you|one|we|she|he|they|going|the way|a \w+|the [\w ]{2,20}?)\s+)?"
    r"(?:takes?|costs?|is|are|needs?|runs|lies|goes|amounts to|pays?|spends?)\s+(?=[\d$€£¥]|about )",
    re.IGNORECASE,
)
_RUNNING = re.compile(
    rf"\**(?P<from>{_FROM})?(?:the\s+)?{_ORIGIN}\**(?:,?\s+\w+ing)?,?\s+(?=to [^,;:]*\d)", re.IGNORECASE
)
_LIES = re.compile(
    rf"\**(?P<from>)(?:the\s+)?{_ORIGIN}\**\s+(?:is|lies)\s+(?=[\d$€£¥][^,;:]* (?:from|away from|to) )", re.IGNORECASE
)
_CUT = re.compile(r",(?!\d{3}(?!\d))(?:\s*(?:and|then)\b)?|;(?:\s*and\b)?|\band\b")
_TO = (
    r"(?:to (?:reach|get to|go to|drive to|fly to|travel to|arrive at)|to|into|towards|onto|→|->|for|of|in|at|on|from"
    r"|away from|with|by)"
)
_FIRST = re.compile(rf"{_AMOUNT}{_UNIT}\s+{_TO}\s+(?:the\s+)?{_NAME}", re.IGNORECASE)
_LAST = re.compile(
    rf"(?P<to>(?:to|into|towards|→|->)\s+)?(?:the\s+)?{_NAME}\s*(?:[:=(–—]|\s-|\b(?:is|takes?|costs?|for|at|in|with|needs?)\b)?"
    rf"\s*\(?{_AMOUNT}{_UNIT}\)?",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\b(?:is|are|was|be|has|have|must|may|can|cannot|should|will|not|only)\b")
_SMALL = frozenset({"it", "them", "each", "and", "or", "the", "a", "this", "that"})
_REMARK = re.compile(r"\s*\((?P<before>[^()\d]*)(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?P<after>[^()\d]*)\)")


@dataclass(frozen=True, slots=True)
class _Fan:
    """One place, the places that it leads to with their numbers, and where the line says so."""

    label: str
    remark: str
    values: tuple[tuple[str, float], ...]
    unit: str
    sure: bool  # whether "from" or "to" says that it leads from one place to others
    start: int
    end: int


def take_fans(data: Data) -> None:
    """Add what such lines tell as one matrix for each run of them, and blank them."""
    for run in _runs(data.prose):
        heads = {head.lower() for fan in run for head, _ in fan.values}
        tails = {fan.label.lower() for fan in run}
        shared = len(heads) < sum(len(fan.values) for fan in run)
        if any(not fan.values and fan.label.lower() not in heads for fan in run):
            continue
        if len(run) < 2 or len(tails) < len(run) or not (shared or heads & tails) or not all(fan.sure for fan in run):
            continue
        _take(run, data)


def _runs(text: str) -> Iterator[list[_Fan]]:
    """Fans with nothing but remarks without numbers on their own lines between them."""
    run: list[_Fan] = []
    for line in re.finditer(r"[^\n]+", text):
        found = list(_fans(text, *line.span()))
        if not found and line.group().strip():
            if run:
                yield run
            run = []
        run += found
    if run:
        yield run


def _fans(text: str, start: int, end: int) -> Iterator[_Fan]:
    """The fans among the sentences of a line."""
    bullet = _BULLET.match(text, start, end)
    begin = bullet.end() if bullet else start
    for stop in (*(match.start() for match in _STOP.finditer(text, begin, end)), end):
        begin += len(text[begin:stop]) - len(text[begin:stop].lstrip(" .?!"))
        fan = _fan(text, begin, stop) if begin < stop and "|" not in text[start:end] else None
        begin = stop
        if fan is not None:
            yield fan


def _fan(text: str, start: int, end: int) -> _Fan | None:
    for shape in (_acts(), _SPOKEN, _COLON, _RUNNING, _LIES):
        lead = shape.match(text, start, end)
        if lead is None or role_of(lead["label"]):
            continue
        told = _told(text, lead.end(), end)
        if told is None and shape is _COLON and _leads_nowhere(text[lead.end() : end]):
            return _Fan(_name(lead["label"]), lead["remark"] or "", (), "", True, start, end)
        if told is None:
            continue
        values, unit, led = told
        sure = led or bool(lead["from"]) or shape is _acts()
        if (sure or len(values) > 1) and len({name.lower() for name, _ in values}) == len(values):
            return _Fan(_name(lead["label"]), lead["remark"] or "", values, unit, sure, start, end)
    return None


def _leads_nowhere(body: str) -> bool:
    """ "From Basin: no pipe leaves here"."""
    return any(one.fullmatch(body.strip(" .,;")) for one in phrases("data", "none_out"))


def _told(text: str, start: int, end: int) -> tuple[tuple[tuple[str, float], ...], str, bool] | None:
    """(places and their numbers, the unit, whether each is led by a word like "to"); None where a piece is none."""
    body = _verb().sub("", text[start:end].rstrip(" .,;"), count=1)
    values: list[tuple[str, float]] = []
    units, led = set[str](), True
    for piece in _pieces(body):
        first, last = _FIRST.fullmatch(piece), _LAST.fullmatch(piece)
        match = first or last
        if match is None or role_of(match["name"], within=True) or _is_no_name(match["name"], match["unit"]):
            return None
        led = led and (first is not None or bool(match["to"]))
        values.append((_name(match["name"]), float(match["value"].replace(",", ""))))
        units.add((match["money"] or match["unit"] or "").strip())
    named = [unit for unit in units if unit]
    return (tuple(values), named[0] if len(named) == 1 else "", led) if values else None


def _is_no_name(words: str, unit: str) -> bool:
    """A pronoun, words that still lead to a place: "belts run to Hall", or a sentence: "Pump 1 is closed today"."""
    leads = re.search(r"\b(?:to|into)\b", words) is not None
    return words.lower() in _SMALL or leads or _SAYS.search(f"{words} {unit}") is not None


def _pieces(body: str) -> list[str]:
    """The pieces between commas, semicolons and "and" outside brackets, each with a number."""
    found, begin, depth = [], 0, 0
    marks = {match.start(): match for match in _CUT.finditer(body)}
    for at, sign in enumerate(body):
        depth += (sign == "(") - (sign == ")")
        if at in marks and not depth and at >= begin and re.search(r"\d", body[begin:at]):
            found.append(body[begin:at].strip())
            begin = marks[at].end()
    return [piece for piece in (*found, body[begin:].strip()) if piece]


@cache
def _verb() -> re.Pattern[str]:
    """What may lead to the first place: "can feed", "sends water to"."""
    verbs = "|".join(load("nets")["data"]["leading"])
    more = r"(?:\s+(?!(?:to|into)\b)[a-z]+){0,2}?"
    what = r"(?!(?:no|not|nothing|none|never|only|neither)\b)[a-z]+\s+"
    able = rf"(?:{what}){{0,2}}?(?:(?:can|may|could|will)\s+(?:be\s+)?)?"
    return re.compile(rf"^(?i:{able}(?:{verbs})){more}\s+(?=(?:to|into)\b|[A-Z\d$€£])")


@cache
def _acts() -> re.Pattern[str]:
    """ "Pond A drains into Pond B (9), ...", "Alba can pass on 4 trucks to Bora, ...": a place, and what it does."""
    verbs = "|".join(load("nets")["data"]["leading"])
    return re.compile(
        rf"\**(?P<from>)(?:the\s+)?(?!(?:from|if|when|it|there)\b){_ORIGIN}\**\s+"
        rf"(?=(?:(?:can|may|could|will)\s+)?(?:{verbs})\b[^,;]*\b(?:to|into|towards)\b)",
        re.IGNORECASE,
    )


def _name(words: str) -> str:
    return label_of(re.sub(r"^the ", "", words.strip(), flags=re.IGNORECASE))


def _take(run: Sequence[_Fan], data: Data) -> None:
    called: dict[str, str] = {}
    for fan in run:
        for label in (fan.label, *(head for head, _ in fan.values)):
            called.setdefault(label.lower(), label)
    values: dict[Ends, float] = {
        (called[fan.label.lower()], called[head.lower()]): value for fan in run for head, value in fan.values
    }
    rows = tuple(called[fan.label.lower()] for fan in run)
    heads = tuple(dict.fromkeys(called[head.lower()] for fan in run for head, _ in fan.values))
    place = (run[0].start, run[-1].end)
    units = {fan.unit for fan in run if fan.unit}
    words = intro_of(data.prose, _line_start(data.prose, run[0].start))
    data.matrices.append(Matrix(rows, heads, values, words, place, next(iter(units)) if len(units) == 1 else ""))
    data.aliases |= {
        label_of(fan.remark.strip(" ()")): called[fan.label.lower()]
        for fan in run
        if fan.remark and not re.search(r"\d", fan.remark)
    }
    _take_remarks(run, called, data)
    gone = [_none_there(fan, values, heads, called, data) for fan in run]
    data.prose = blanked(data.prose, [(fan.start, fan.end) for fan in run] + [one for some in gone for one in some])


def _take_remarks(run: Sequence[_Fan], called: dict[str, str], data: Data) -> None:
    """ "From the Northern depot (stock of 400): ...": a number of the place itself."""
    told = [_REMARK.fullmatch(fan.remark) for fan in run]
    if all(told):
        found = {
            called[fan.label.lower()]: float(match["value"].replace(",", ""))
            for fan, match in zip(run, told, strict=True)
            if match
        }
        words = " ".join(dict.fromkeys(f"{match['before']} {match['after']}".strip() for match in told if match))
        data.columns.append(Column(words, found, (run[0].start, run[-1].end)))
    elif any(told):
        data.strange.append("A number in brackets is given for some of the places only.")


def _none_there(
    fan: _Fan, values: dict[Ends, float], heads: Sequence[str], called: dict[str, str], data: Data
) -> list[Place]:
    """Sentences of the same line that say of a place without a number that nothing leads there."""
    found: list[Place] = []
    begin, line_end = fan.end, data.prose.find("\n", fan.end)
    for match in re.finditer(r"[^.!?\n]+[.!?]", data.prose[begin : line_end if line_end >= 0 else len(data.prose)]):
        named = [head for head in heads if re.search(rf"(?<!\w){re.escape(head)}(?!\w)", match.group())]
        lacks = [head for head in named if (called[fan.label.lower()], head) not in values]
        said = any(one.search(match.group()) for one in phrases("data", "no_link"))
        plain = match.group().replace(named[0], "") if named else ""
        if len(named) == 1 and lacks and said and not re.search(r"\d", plain):
            found.append((begin + match.start(), begin + match.end()))
    return found


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1
