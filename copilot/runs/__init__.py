"""The line: runs, versions, events, and the one file that knows the order."""
