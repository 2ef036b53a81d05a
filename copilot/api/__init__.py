"""The door for programs: REST over the same services as the browser."""
