"""What do we know about the firm? Evidence tables, indicators at an as-of date, innovation points. Pure."""
