"""The officer's pages: work list, decision, firm, application, corrections, batches."""
