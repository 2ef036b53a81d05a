"""The connection to language models: which endpoint plays which part, what it may cost, and what it was asked."""
