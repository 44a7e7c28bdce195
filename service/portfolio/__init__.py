"""Every firm at once: the row that a portfolio run writes for each, equal to what the API answers for that firm and day."""
