"""Reads texts that state their rules as sums over named decisions: "twice X plus Y must be at least 30"."""
