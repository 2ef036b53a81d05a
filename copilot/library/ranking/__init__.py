"""Ranking of texts without any framework: words, BM25 over a prepared index, and the sum of signals."""
