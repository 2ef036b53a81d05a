"""Where the prose names members of a sheet: one by one, by a part of their name, or enumerated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from copilot.drafting.builtin.families.members import ONE, SEVERAL, Marked
from copilot.drafting.builtin.sheets.problem import Problem, phrases
from copilot.drafting.builtin.words import lexicon, load, stem

_JOIN = re.compile(
    r"\s*(?:[,;/&+]\s*)?(?:\b(?:and|or|nor|as well as|and/or|plus)\b\s*)?(?:\b(?:either|the|a|an|that|both)\b\s*){0,2}"
)
_SHORTEST = 3
_ALL = re.compile(r"\ball (?:the |of the |our |these )?(?:two |three |four |five |six |seven |eight )?$", re.IGNORECASE)


def marked_members(
    prose: str, labels: Iterable[str], taken: Iterable[str] = (), groups: Mapping[str, tuple[str, ...]] | None = None
) -> Marked:
    """The prose with marks in place of members; `taken` are words that name something else, `groups` name several."""
    known = {label: (label,) for label in labels}
    short = {name: (label,) for name, label in _short(tuple(known), set(taken))}
    found: dict[int, tuple[int, tuple[str, ...]]] = {}
    for name, members in (*known.items(), *short.items(), *(groups or {}).items()):
        for match in _pattern(name).finditer(prose):
            before = found.get(match.start())
            if _is_article(prose, match) or (before and before[0] >= match.end()):
                continue
            if name in short and _of_all(prose, match, name, len(known)):
                continue
            found[match.start()] = (match.end(), members)
    return _marked(prose, _apart(found))


def _of_all(prose: str, match: re.Match[str], name: str, count: int) -> bool:
    """Whether a part of a name stands for all: "all cleaners", "four liquid cleaners" of four."""
    before = prose[max(0, match.start() - 24) : match.start()]
    if len(match.group()) <= len(name):
        return False
    numbered = re.search(r"(\w+) (?:[a-z]+ )?$", before)
    return _ALL.search(before) is not None or (
        numbered is not None and lexicon().numbers.get(numbered[1].lower()) == count
    )


def _pattern(name: str) -> re.Pattern[str]:
    """A name in either case where it is a word, in the plural too; as written where it is a letter or a code."""
    words = re.escape(name).replace(r"\ ", r"[\s-]+")
    if len(name) < _SHORTEST or not re.search(r"[a-z]{2}", name):
        return re.compile(rf"(?<![\w.-]){words}(?:s|'s|’s)?(?![\w-]|\.\d)")
    for ending, plural in (("fe", "ves"), ("f", "ves"), ("y", "ies")):
        if name.endswith(ending) and name[-2:-1] not in "aeiou":
            stem_of = re.escape(name.removesuffix(ending)).replace(r"\ ", r"[\s-]+")
            return re.compile(rf"(?<![\w.-]){stem_of}(?:{ending}|{plural})(?![\w-])", re.IGNORECASE)
    return re.compile(rf"(?<![\w.-]){words}(?:e?s|'s|’s)?(?![\w-])", re.IGNORECASE)


def _short(labels: tuple[str, ...], taken: set[str]) -> Iterator[tuple[str, str]]:
    """(a part of a name that no other has, the name): "Oak" of "Station Oak", "P1 New hall" as "P1"."""
    parts = {label: re.findall(r"[^\W_][\w'’.-]*", label) for label in labels}
    used = [word.lower() for words in parts.values() for word in set(words)]
    for label, words in parts.items():
        if len(words) < 2:
            if len(words) == 1 and words[0] != label:
                yield words[0], label
            continue
        for word in words:
            alone = used.count(word.lower()) == 1
            code = re.fullmatch(r"[A-Z]?\d{1,3}[A-Z]?|[A-Z]", word) is not None
            plain = word.isdigit()
            if alone and not plain and (code or _is_telling(word, taken)):
                yield word, label
    heads = {words[0].lower() for words in parts.values() if words}
    if len(heads) == 1 and all(len(words) > 1 for words in parts.values()):
        head = next(iter(parts.values()))[0]
        for label in labels:
            tail = label[len(head) :].strip()
            yield f"{head}s {tail}", label


def _is_telling(word: str, taken: set[str]) -> bool:
    known = lexicon()
    if len(word) < _SHORTEST or word.isdigit() or stem(word) in taken or known.is_small(word.lower()):
        return False
    return stem(word) not in {stem(one) for one in load("sheets")["names"]["general"]}


def _is_article(prose: str, match: re.Match[str]) -> bool:
    """ "A" that begins a sentence, before a word in small letters, and "I" are no names."""
    name = match.group()
    if name == "I":
        return True
    following = prose[match.end() : match.end() + 2]
    return name in ("A", "a") and re.fullmatch(r"\s[a-z]", following) is not None and _opens(prose, match)


def _opens(prose: str, match: re.Match[str]) -> bool:
    before = prose[: match.start()].rstrip()
    verb = re.compile(r"\s(?:and|or|is|are|must|can|cannot|needs|requires|may|should|has|gets|takes|with|as|in)\b")
    return (not before or before[-1] in ".!?:;\n") and not verb.match(prose, match.end())


def _apart(found: dict[int, tuple[int, tuple[str, ...]]]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Without names inside longer ones."""
    kept: dict[int, tuple[int, tuple[str, ...]]] = {}
    end = -1
    for start in sorted(found, key=lambda at: (at, -found[at][0])):
        if start >= end:
            kept[start] = found[start]
            end = found[start][0]
    return kept


def _marked(prose: str, found: dict[int, tuple[int, tuple[str, ...]]]) -> Marked:
    text, members = list(prose), {}
    runs: list[list[int]] = []
    for start in sorted(found):
        last = found[runs[-1][-1]][0] if runs else -1
        gap = _JOIN.fullmatch(prose, last, start) if runs and last <= start else None
        if gap and re.search(r"[,;/&+]|\b(?:and|or|nor|plus|as well)\b", gap.group()):
            runs[-1].append(start)
        else:
            runs.append([start])
    for run in runs:
        start, end = run[0], found[run[-1]][0]
        labels = tuple(dict.fromkeys(label for one in run for label in found[one][1]))
        text[start:end] = (ONE if len(labels) == 1 else SEVERAL) * (end - start)
        members[start] = labels
    return Marked("".join(text), members)


def unread_marks(problem: Problem, marked: Marked, count: int) -> list[str]:
    """Members that a sentence names and no rule explains; a sentence that only lists them says no rule."""
    found = []
    scene = min([*(sheet.start for sheet in problem.sheets), *(items.start for items in problem.lists)], default=0)
    for at, named in marked.members.items():
        if problem.account.explained[at] or len(named) == count:
            continue
        start, end = problem.account.sentence_at(at)
        several = {one for spot, names in marked.members.items() if start <= spot < end for one in names}
        said = marked.text[start:end]
        told = any(phrase.search(said) for phrase in phrases("any", "duty"))
        if not told and end <= scene and _is_part(problem, marked, at, named[0]):
            continue
        if len(several) < 2 or told or re.search(r"\d", said):
            found.append(named[0])
    return found


def _is_part(problem: Problem, marked: Marked, at: int, label: str) -> bool:
    """Whether a word of the scene in small letters is only a part of a name: "on the trail" beside Trail mix."""
    end = at
    while end < len(marked.text) and marked.names(end):
        end += 1
    word = problem.prose[at:end]
    return word.islower() and stem(word) != stem(label.lower()) and len(word) < len(label) - 1


def shared_words(labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Words that some of the labels share, with those: "Wed" and "Wednesday" of "Wed am" and "Wed pm"."""
    known = list(labels)
    found: dict[str, tuple[str, ...]] = {}
    full = load("sheets")["names"]["days"]
    for word in {word for label in known for word in re.findall(r"[A-Z][a-z]{2,}", label)}:
        members = tuple(label for label in known if re.search(rf"\b{word}\b", label))
        if 1 < len(members) < len(known):
            found[word] = members
            found |= {full[word]: members} if word in full else {}
    return found
