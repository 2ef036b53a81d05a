"""Starts the whole product with one command, keeps it running, and ends every process that it started."""
