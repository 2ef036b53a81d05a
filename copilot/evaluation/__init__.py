"""The door for benchmarks: suites of problems taken down the same line."""
