"""The numbers of the prose as written together with their words: "€10 million", "€3m", "30-35%"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from copilot.drafting.builtin.families.account import Account, Said
from copilot.drafting.builtin.families.sentences import sentence_of
from copilot.drafting.builtin.sheets.problem import phrases

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6, "bn": 1e9, "mn": 1e6}
_SCALE = re.compile(r"\s?(?:(?P<word>thousand|million|billion)\b|(?P<sign>k|m|bn|mn)(?![\w/²³]))", re.IGNORECASE)
_PERCENT = re.compile(r"\s?(?:percent|per cent|pct)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:-|–|‑|—|to)\s?[$€£¥]?\s?")
_BETWEEN = re.compile(r"\bbetween\s+$", re.IGNORECASE)
_PART = re.compile(
    r"(?:at (?:least|most)|no (?:more|less) than|not (?:more|less) than|more than|less than"
    r"|up to|exceed|over|under|below"
    r"|exactly|minimum of|maximum of|is|be)\s+(?P<part>(?:a |one[ -]|two[ -]|three[ -])?(?:half|thirds?|quarters?))\b"
    r"(?! (?:day|hour|year))",
    re.IGNORECASE,
)
_PARTS = {"half": 0.5, "thir": 1 / 3, "quar": 0.25}
_COIN = re.compile(r"\s?(?:k |thousand |million )?(euros?|dollars?|usd|eur|gbp)\b", re.IGNORECASE)
_COINS = {"euro": "€", "eur": "€", "dollar": "$", "usd": "$", "gbp": "£"}
_FACTORS = (7, 10, 12, 24, 60, 100, 1000)
_MONEY = frozenset("$€£¥")
_ASKED_IN = re.compile(
    r"\bin (?P<word>thousand|million)(?:s of)? (?:\w+ )?(?:[$€£]|dollars|euros|pounds|francs)", re.IGNORECASE
)
_GRADES = re.compile(
    r"\b(?:scale|grades?|scores?|ratings?|rated|graded|scored|marks?|points|ranked)\b[^.;:\d]{0,24}\s"
    r"(?P<low>[01])\s*(?:\([^()\d]{0,40}\)\s*)?(?:to|and|-|–)\s*(?P<high>3|4|5|6|7|8|9|10|20|100)\b",
    re.IGNORECASE,
)


def read_whole(account: Account) -> None:
    """Numbers with their scale and percentage; the first of a range is given the sign of the last."""
    prose = account.prose
    _drop_grades(account)
    parts = list(_parts(prose))
    free = [n for n in account.numbers if not any(part.start <= n.start < part.end for part in parts)]
    plain = _kept_scale(prose, free)
    told = sorted([*(_whole(prose, said, plain) for said in free), *parts], key=lambda said: said.start)
    for at in range(len(told) - 1):
        one, other = told[at], told[at + 1]
        between = _RANGE.fullmatch(prose, one.end, other.start - (prose[other.start - 1] in _MONEY)) or (
            _BETWEEN.search(prose[: one.start]) and prose[one.end : other.start].strip() == "and"
        )
        percent = prose[one.end - 1] == "%"
        if between and prose[other.end - 1] == "%" and not percent and one.value > 1:
            told[at] = replace(one, value=one.value / 100, unit="%")
    account.numbers[:] = told
    for one, other in itertools.pairwise(told):
        if _is_same_amount(prose, one, other):
            account.counts.append(replace(account.take(one), end=other.start))


def _drop_grades(account: Account) -> None:
    """ "a risk grade from 1 (safe) to 10 (risky)": the ends of a scale say no rule."""
    for match in _GRADES.finditer(account.prose):
        start, end = account.sentence_at(match.start())
        ruled = any(phrase.search(account.prose, start, end) for phrase in phrases("any", "duty"))
        for said in [n for n in account.numbers if not ruled and n.start in (match.start("low"), match.start("high"))]:
            account.counts.append(account.take(said))


def _kept_scale(prose: str, numbers: Sequence[Said]) -> str:
    """The scale in which an answer is wanted, where all money of the prose is told in it: "in thousands of dollars"."""
    asked = _ASKED_IN.search(prose)
    if asked is None:
        return ""
    word = asked["word"].lower()
    money = [said for said in numbers if said.start and prose[said.start - 1] in _MONEY]
    scales = {scale["word"].lower() if (scale := _SCALE.match(prose, n.end)) and scale["word"] else "" for n in money}
    return word if money and scales == {word} else ""


def _is_same_amount(prose: str, one: Said, other: Said) -> bool:
    """ "4 hours (240 minutes)": one amount in two units."""
    behind = re.fullmatch(r"\s?([^\W\d_]+)\s*(?:\(|=|,? i\.?e\.?,?|or)\s*", prose[one.end : other.start])
    return behind is not None and other.value in (one.value * factor for factor in _FACTORS)


def is_range(prose: str, one: Said, other: Said) -> bool:
    """Whether two numbers are the ends of a range: "30-35%", "from 10 to 20" """
    return _RANGE.fullmatch(prose, one.end, other.start) is not None


def _parts(prose: str) -> Iterable[Said]:
    """ "at least half", "no more than a third"."""
    for match in _PART.finditer(prose):
        word = re.findall(r"[a-z]+", match["part"].lower())
        value = {"two": 2.0, "three": 3.0}.get(word[0], 1.0) * _PARTS[word[-1][:4]]
        yield Said(value, "%", match.start("part"), match.end("part"), sentence_of(prose, match.start("part")))


def _whole(prose: str, said: Said, plain: str = "") -> Said:
    """The number with its scale, unless that is the plain one."""
    scale = _SCALE.match(prose, said.end)
    if plain and scale and (scale["word"] or "").lower() == plain:
        return replace(said, end=scale.end())
    money = _COIN.match(prose, said.end)
    if money and said.unit not in _MONEY:
        return replace(_whole_plain(prose, said), unit=_COINS[money[1].lower().rstrip("s")])
    return _whole_plain(prose, said)


def _whole_plain(prose: str, said: Said) -> Said:
    percent = _PERCENT.match(prose, said.end)
    if percent:
        return replace(said, value=said.value / 100, end=percent.end(), unit="%")
    if prose[said.start : said.end].endswith("%"):
        return replace(said, unit="%")
    thousands = re.match(r"\s?k[$€£¥]", prose[said.end : said.end + 3])
    if thousands:
        return replace(said, unit="k$", end=said.end + thousands.end())
    if prose[said.start : said.end][-1:] in "kK":
        apart = prose[said.end - 2 : said.end - 1].isspace() or prose[said.end : said.end + 1] in _MONEY
        signed = prose[said.end : said.end + 1] in _MONEY
        return replace(said, unit="k$", end=said.end + signed) if apart else replace(said, value=said.value * 1e3)
    scale = _SCALE.match(prose, said.end)
    if scale is None:
        return said
    money = said.start > 0 and prose[: said.start].rstrip()[-1:] in _MONEY
    word = (scale["word"] or scale["sign"]).lower()
    if scale["sign"] and not money and word != "k":
        return said
    return replace(said, value=said.value * _SCALES[word], end=scale.end())
