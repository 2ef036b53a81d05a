"""Names of the places of a story, in small letters too: "the kiosk hall", "station A", "Corner House", "Plant 2"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from copilot.drafting.builtin.families.places import Mention, Places
from copilot.drafting.builtin.words import lexicon, load, stem

_CAPITAL = r"[A-Z][\w'’-]*(?: (?:of |the )?(?:[A-Z][\w'’-]*|\d{1,3})(?!\w|\.\d))*"
_NUMBERED = r"[a-z]+ (?:\d{1,2}|[A-Z]\d?|[IVX]+)(?![\w%])(?!\.\d)"
_SMALL = r"[a-z][a-z'’-]+(?: [a-z][a-z'’-]+){0,2}"
_ARTICLE = r"(?!A (?!to\b|and\b|is\b|has\b|or\b|with\b|there\b)[a-z])"
_ANY = re.compile(rf"(?<![\w'’-]){_ARTICLE}(?:{_NUMBERED}|{_CAPITAL})")
_THE = re.compile(rf"\b(?P<lead>\w+) the (?P<name>{_SMALL})")
_LABEL = re.compile(
    r"^[ \t]*(?:[-*•–‣]|\d+[.)])?[ \t]*(?:[Ff]rom |[Ff]or |[Oo]ut of )?(?:the )?(?P<name>[^\W\d_][^:–—\[,;.\n]{0,40}?)"
    r"[ \t]*(?::|–|—|\[| - )(?=.*\d)",
    re.MULTILINE,
)
_PAIR = re.compile(
    rf"(?:^|[;:\n,])[\s*•‣-]*(?P<a>{_SMALL}|{_CAPITAL})\s*(?:–|—|→|->|⇒| to )\s*(?P<b>{_SMALL}|{_CAPITAL})"
    r"(?=[\s,:|(]+\d)",
    re.MULTILINE,
)

_ITEM = re.compile(rf"[:,;]\s+(?:and )?(?P<name>{_SMALL}|{_CAPITAL}) [$€£]?\d")


def names_of(text: str) -> Places:
    """Every name that a text uses twice, of which it leads to or from one at least once."""
    counts: Counter[str] = Counter()
    spoken: dict[str, str] = {}
    for match in _ANY.finditer(text):
        name = _trimmed(match.group())
        _count(name, counts, spoken)
        if re.search(r" (?:\d+|[A-Z])$", name) and re.match(r"[A-Za-z]+ \S+$", name):
            _count(name.rpartition(" ")[2], counts, spoken)
        if re.search(r" \d+$", name):
            _count(name.rpartition(" ")[0], counts, spoken)
    plain = Counter(match.group().lower() for match in re.finditer(r"[A-Za-z][\w'’-]*(?! \d)(?![\w'’-])", text))
    for key in [key for key in counts if re.search(r" \d+$", key)]:
        if plain[key.rpartition(" ")[0].split()[-1]] and not _is_numbered(key, counts):
            counts[key] = 0
    for name in _small(text):
        spoken.setdefault(name.lower(), name)
        counts[name.lower()] += 2
    kept = {key: name for key, name in spoken.items() if counts[key] >= 2 and not _is_common(key)}
    kinds = {key.rpartition(" ")[0] for key in kept if re.fullmatch(r"[a-z]+ (?:\d{1,2}|[a-z]|[ivx]+)", key)}
    for kind in kinds & kept.keys():
        del kept[kind]
    called = dict(kept)
    _shorten(kept, called)
    if not called:
        return Places(None, {})
    names = sorted(called, key=len, reverse=True)
    single = "|".join(re.escape(name.upper()) for name in names if len(name) == 1)
    long = "|".join(re.escape(name) for name in names if len(name) > 1)
    parts = [f"(?i:{long})" if long else "", rf"{_ARTICLE}(?:{single})(?!\.\w)" if single else ""]
    return Places(re.compile(rf"(?<![\w'’-])(?:{'|'.join(filter(None, parts))})(?!\w)"), called)


def spoken(text: str, start: int, end: int, places: Places) -> list[Mention]:
    """The places of a unit; "the works at Lorne" is one place, and so is a name with another in parentheses."""
    kept: list[Mention] = []
    for spot in places.find(text, start, end):
        between = text[kept[-1].end : spot.start].strip() if kept else ""
        if between == "(" and kept[-1].name == spot.name:
            continue
        if between in ("at", "in", "of", "at the", "in the", "of the") and kept[-1].name[0].islower():
            kept.pop()
        kept.append(spot)
    return kept


def _is_numbered(key: str, counts: Counter[str]) -> bool:
    """Whether a name with a number is one of a row: "plant 1", "plant 2"."""
    head, _, number = key.rpartition(" ")
    return any(counts[f"{head} {other}"] > 0 for other in (int(number) - 1, int(number) + 1)) and int(number) < 40


def _count(name: str, counts: Counter[str], spoken: dict[str, str]) -> None:
    if name and not name.isdigit():
        counts[name.lower()] += 1
        spoken.setdefault(name.lower(), name)


def _trimmed(name: str) -> str:
    """The name without a first word that only opens a sentence."""
    while name:
        first, _, rest = name.partition(" ")
        if first.lower() not in _common() and not (len(first) > 1 and lexicon().is_small(first.lower())):
            break
        name = rest
    return name if not name.isdigit() else ""


def _small(text: str) -> Iterable[str]:
    """Names in small letters, by the words that lead to them, in the longest form that is said twice."""
    leads = load("stories")["names"]["leads"]
    low = text.lower()
    candidates: dict[str, int] = {}
    for match in _THE.finditer(text):
        words = _until_common(match["name"].split())
        for size in range(len(words), 0, -1):
            name = " ".join(words[:size])
            if match["lead"].lower() in leads and len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", low)) > 1:
                candidates[name] = candidates.get(name, 0) + 1
                break
    listed = [match["name"] for match in _LABEL.finditer(text)]
    listed = [name for name in listed if not re.search(r"\b(?:to|from|and)\b|→|->", name)]
    candidates |= dict.fromkeys(listed, 1) if len(listed) > 2 else {}
    for pattern in (_LABEL, _PAIR, _ITEM):
        for match in pattern.finditer(text):
            for name in match.groupdict().values():
                words = _until_common(name.split())
                joined = " ".join(words)
                if (
                    len(words) == len(name.split())
                    and len(re.findall(rf"(?<!\w){re.escape(joined.lower())}(?!\w)", low)) > 1
                ):
                    candidates[joined] = candidates.get(joined, 0) + 1
    return candidates


def _until_common(words: list[str]) -> list[str]:
    kept: list[str] = []
    for word in words:
        if lexicon().is_small(word.lower()) or word.lower() in _common():
            break
        kept.append(word)
    return kept


def _common() -> frozenset[str]:
    return frozenset(load("stories")["names"]["common"])


def _measures() -> frozenset[str]:
    """Stems of the words that say what is measured, or that a place gives or takes."""
    told = load("stories")["names"]["measures"]
    return frozenset(stem(word) for word in (*load("families")["legs"]["measures"], *told))


def _is_common(key: str) -> bool:
    if any(stem(word) in _measures() for word in key.split()):
        return True
    return key in _common() or (len(key) > 1 and lexicon().is_small(key)) or key in lexicon().numbers


def _shorten(kept: dict[str, str], called: dict[str, str]) -> None:
    """A name is also said without its first words: "the mill" is the old mill, B is station B."""
    tails: dict[str, set[str]] = {}
    for key in kept:
        words = key.split()
        for at in range(1, len(words)):
            tails.setdefault(" ".join(words[at:]), set()).add(key)
        if len(words) > 1 and key[0] and kept[key][0].isupper():
            tails.setdefault(words[0], set()).add(key)
    for tail, keys in tails.items():
        if tail in kept:
            if len(keys) == 1 and (len(tail) == 1 or not tail.isdigit()):
                called[tail] = called[next(iter(keys))]
        elif len(keys) == 1 and not tail.isdigit() and not _is_common(tail):
            called[tail] = kept[next(iter(keys))]
