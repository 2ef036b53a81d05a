"""Order-free 64-bit hashes of numbers and multisets: integers only, so no order of summation ever shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(values: NDArray[Any]) -> Words:
    """Return the finalizer of SplitMix64 (Steele, Lea, Flood 2014) of each value."""
    words: Words = values.astype(np.uint64)
    words += GOLDEN
    words ^= words >> np.uint64(30)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


def paired(first: NDArray[Any], second: NDArray[Any]) -> Words:
    """Return one word per ordered pair."""
    return mixed(mixed(first) + second.astype(np.uint64))


def factors(values: NDArray[Any]) -> Words:
    """Return an odd word of each value, by which to multiply the word of what stands beside it.

    A sum of such products is a hash of a multiset of pairs (Dietzfelbinger 1996): one sparse product for a whole graph.
    """
    words = mixed(values)
    words |= np.uint64(1)
    return words


def segment_sums(words: Words, pointers: NDArray[Any]) -> Words:
    """Return the sum modulo 2^64 of each segment `pointers[k]` to `pointers[k + 1]`."""
    running = np.zeros(len(words) + 1, dtype=np.uint64)
    np.cumsum(words, out=running[1:])
    sums: Words = running[pointers[1:]] - running[pointers[:-1]]
    return sums


def grouped_sums(words: Words, groups: NDArray[Any], count: int) -> Words:
    """Return the sum modulo 2^64 of the words of each group 0 to count - 1."""
    sums: Words = np.zeros(count, dtype=np.uint64)
    np.add.at(sums, groups, words)
    return sums
