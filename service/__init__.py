"""What do we do, and can we defend it? Decisions, their record, the API."""
