"""The browser's door: conversations, pages, live cards."""
