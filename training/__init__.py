"""What does it imply? Loan books, models of default, calibration, bundles, the model registry."""
