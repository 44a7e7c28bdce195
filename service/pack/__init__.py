"""What an examiner takes home: a zip of chosen decisions with everything they stand on, and a program that checks it alone."""
