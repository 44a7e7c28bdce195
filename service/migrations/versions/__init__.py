"""Steps that bring a database from any earlier version to the current tables."""
