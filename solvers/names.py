"""Names of rows or columns as a sequence of texts that is written out only when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

SEPARATOR = "\0"


class Names(Sequence[str]):
    """Immutable names; equal to any sequence of the same texts.

    A million names take longer to write out than a solver takes to load the numbers they belong to, and most solves
    read few of them. So names may be given as a function, or as the packed bytes of an instance file, and become texts
    at the first look.

    `are_checked` says that they are known to obey the rules of names (`solvers.validation`): each a text of moderate
    length, no two alike. Whoever sets it has checked them, or has written them by a rule that cannot break these.
    """

    __slots__ = ("_count", "_known", "_make", "_pack", "_packed", "are_checked")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] | None = tuple(texts)
        self._count = len(self._known)
        self._make: Callable[[], Iterable[str]] | None = None
        self._pack: Callable[[], bytes] | None = None
        self._packed: bytes | None = None
        self.are_checked = False

    @classmethod
    def deferred(cls, count: int, make: Callable[[], Iterable[str]]) -> Names:
        """Return `count` names that `make` writes out at the first look; ValueError then if it makes another number."""
        names = cls()
        names._count, names._known, names._make = count, None, make
        return names

    @classmethod
    def packed_later(cls, count: int, pack: Callable[[], bytes], *, are_checked: bool = False) -> Names:
        """Return `count` names that `pack` writes, as `packed()` does, at the first look; it must not fail."""
        names = cls()
        names._count, names._known, names._pack, names.are_checked = count, None, pack, are_checked
        return names

    @classmethod
    def numbered(cls, stem: str, count: int) -> Names:
        """Return stem[0] to stem[count - 1]."""
        return cls.deferred(count, lambda: (f"{stem}[{i}]" for i in range(count)))

    @classmethod
    def unpacked(cls, packed: bytes, count: int) -> Names:
        """Return the names of `packed()`; ValueError when the bytes do not hold `count` texts."""
        if packed.count(b"\0") != max(count - 1, 0) or (count == 0 and packed):
            raise ValueError(f"The packed names are not {count} texts.")
        names = cls()
        names._count, names._known, names._packed = count, None, packed
        return names

    def packed(self) -> bytes:
        """Return the names as UTF-8 with a NUL between two; ValueError when a name itself holds a NUL."""
        if self._packed is None and self._pack is not None:
            packed, self._pack = self._pack(), None
            if packed.count(b"\0") != max(self._count - 1, 0):
                raise ValueError("A name holds a NUL character.")
            self._packed = packed
        elif self._packed is None:
            packed = SEPARATOR.join(self._all()).encode("utf-8", "surrogatepass")
            if packed.count(b"\0") != max(self._count - 1, 0):
                raise ValueError("A name holds a NUL character.")
            self._packed = packed
        return self._packed

    def _all(self) -> tuple[str, ...]:
        if self._known is None:
            if self._make is not None:
                known = tuple(self._make())
            else:
                text = self.packed().decode("utf-8", "surrogatepass")
                known = tuple(text.split(SEPARATOR)) if self._count else ()
            if len(known) != self._count:
                raise ValueError(f"There are {len(known)} names where {self._count} were promised.")
            self._known, self._make = known, None
        return self._known

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __contains__(self, text: object) -> bool:
        return text in self._all()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Names):
            if self._packed is not None and other._packed is not None:
                return self._packed == other._packed and self._count == other._count
            return self._count == other._count and self._all() == other._all()
        if isinstance(other, tuple | list):
            return self._all() == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return f"Names({list(self._all()[:5])!r}{', …' if self._count > 5 else ''})"
